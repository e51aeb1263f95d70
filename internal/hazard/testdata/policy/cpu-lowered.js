// what: a retry policy that computes longer than the submission allows
// want: error policy
// engine
// text: retry.shouldRetry: out of CPU time: the code computed for more than 300 ms
// limits: {"cpuMs": 300}
// retry: {"shouldRetry": "() => { for (let n = 0;; n++); }"}
() => { throw new Error("first"); }
