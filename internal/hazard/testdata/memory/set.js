// what: a Set that grows without end
// want: error memory
() => { const s = new Set(); for (let i = 0; ; i++) s.add({ i }); }
