// what: a retry policy whose answer is nested without end
// want: error policy
// engine
// retry: {"shouldRetry": "() => { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a; }"}
() => { throw new Error("first"); }
