// what: Reflect.construct of an array with two billion arguments
// want: error memory
() => Reflect.construct(Array, { length: 2 ** 31 }).length
