// what: eval under other names
// want: error code
// text: code cannot be made from text
() => { const { eval: run } = globalThis; return (0, run)("this"); }
