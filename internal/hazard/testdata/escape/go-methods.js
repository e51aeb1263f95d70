// what: looks for methods of the host on promises and functions
// want: completed ["undefined","undefined","undefined","undefined"]
() => [typeof items.echo(1).State, typeof items.echo.Call, typeof console.Set, typeof setTimeout.Method]
