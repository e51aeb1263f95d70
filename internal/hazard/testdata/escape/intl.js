// what: Intl
// want: completed "undefined" | completed "object"
() => typeof Intl
