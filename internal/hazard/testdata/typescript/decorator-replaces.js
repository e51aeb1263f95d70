// what: a decorator that replaces its class by something that loops
// want: error timeout
const loops = () => function () { for (;;); };
@loops class A {}
new A()
