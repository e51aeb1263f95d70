// what: the then of the result settles many times
// want: completed 1
() => ({ then(resolve, reject) { resolve(1); reject(new Error("x")); resolve(2); throw new Error("y"); } })
