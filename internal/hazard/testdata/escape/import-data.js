// what: imports source text as a module
// want: error code | error syntax
async () => await import("data:text/javascript,export default 1")
