// what: local variables with the names of connectors
// want: completed 3
async () => { const codemode = 1, __bind = 2; { let items = 3; return items; } }
