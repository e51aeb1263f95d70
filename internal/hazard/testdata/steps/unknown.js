// what: methods that codemode does not have
// want: error code
// text: not found on codemode
async () => await codemode.exit()
