// what: random bytes into what is no typed array
// want: error code
() => crypto.getRandomValues({ length: 10 })
