// what: decorators whose expressions have classes with decorators
// want: error syntax
const d = () => () => {};
/*repeat 40000 "@d(class{"*/ /*repeat 40000 "})class A{}"*/
