// what: looks at symbols of a connector
// want: completed ["undefined","undefined","undefined"]
() => [typeof items[Symbol.iterator], typeof items[Symbol.toPrimitive], typeof items[Symbol.asyncIterator]]
