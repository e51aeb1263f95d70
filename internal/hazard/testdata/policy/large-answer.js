// what: a retry policy that answers with thirty megabytes
// want: error policy
// engine
// retry: {"shouldRetry": "() => \"x\".repeat(3e7)"}
() => { throw new Error("first"); }
