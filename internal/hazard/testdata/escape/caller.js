// what: asks functions for their callers
// want: completed * | error code
() => { function f() { return [f.caller, f.arguments, arguments.callee === f].map(String); } return f(); }
