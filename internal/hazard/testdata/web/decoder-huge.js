// what: decodes a hundred megabytes
// want: error memory | completed *
() => new TextDecoder().decode(new Uint8Array(1e8)).length
