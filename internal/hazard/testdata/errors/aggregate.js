// what: an AggregateError of a hundred thousand errors
// want: error code
async () => await Promise.any(Array.from({ length: 1e5 }, (_, i) => Promise.reject(new Error("e" + i))))
