// what: an instance with private fields and accessors
// want: completed {"x":1}
async () => { class A { #p = 2; x = 1; get y() { return 3; } } return await items.echo(new A()); }
