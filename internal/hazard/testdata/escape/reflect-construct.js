// what: Reflect.construct of the constructor of functions
// want: error code
// text: code cannot be made from text
() => Reflect.construct((() => {}).constructor, ["return globalThis"])()
