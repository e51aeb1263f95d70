// what: one rejection that nobody handles
// want: error code
// text: nobody
async () => { Promise.reject(new Error("nobody")); return 1; }
