// what: decodes base64 of eighty megabytes
// want: error memory | completed *
() => atob("AAAA".repeat(2e7)).length
