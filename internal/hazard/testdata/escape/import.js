// what: imports a module at run time
// want: error code | error syntax
async () => await import("fs")
