// what: Reflect.apply with two billion arguments
// want: error memory
() => Reflect.apply(Math.max, null, { length: 2 ** 31 })
