// what: encodes a string of sixty million letters
// want: error memory | completed *
() => new TextEncoder().encode("é".repeat(6e7)).length
