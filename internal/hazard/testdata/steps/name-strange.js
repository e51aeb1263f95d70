// what: steps whose names are no strings
// want: error code
// text: name must be a string
async () => await codemode.step({ toString: () => "x" }, () => 1)
