// what: a result of sixty megabytes
// want: error memory | completed *
() => "x".repeat(6e7)
