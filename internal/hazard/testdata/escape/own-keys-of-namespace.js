// what: lists what a connector has
// want: completed [[],[],false]
() => [Reflect.ownKeys(items), Object.keys(codemode), Object.hasOwn(items, "then")]
