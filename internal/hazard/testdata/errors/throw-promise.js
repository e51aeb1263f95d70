// what: throws a promise that is rejected
// want: error code
async () => { throw Promise.reject(new Error("inside")); }
