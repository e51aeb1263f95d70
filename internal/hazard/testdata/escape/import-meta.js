// what: asks for import.meta
// want: error syntax | error code | completed *
() => import.meta.url
