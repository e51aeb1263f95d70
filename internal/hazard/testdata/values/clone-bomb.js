// what: structuredClone of a graph with 2**40 paths
// want: completed 2 | error memory | error code | error timeout
// timeoutMs: 8000
() => { let o = [1]; for (let i = 0; i < 40; i++) o = [o, o]; return structuredClone(o).length; }
