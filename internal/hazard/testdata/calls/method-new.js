// what: a method used as a constructor
// want: error code
() => new items.echo(1)
