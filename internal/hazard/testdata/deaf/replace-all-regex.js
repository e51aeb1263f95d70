// what: a global regular expression replaced by long texts
// want: error memory
() => "ab".repeat(1e6).replace(/a/g, "b".repeat(1e4)).length
