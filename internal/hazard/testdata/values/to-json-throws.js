// what: a toJSON that throws
// want: error code
// text: private
async () => await items.echo({ toJSON() { throw new TypeError("private"); } })
