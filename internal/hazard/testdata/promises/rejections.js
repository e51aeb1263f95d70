// what: unhandled rejections by the million
// want: error memory | error code
() => { for (let i = 0; i < 1e7; i++) Promise.reject(new Error("x" + i)); return 1; }
