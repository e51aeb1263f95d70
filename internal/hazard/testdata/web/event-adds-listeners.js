// what: a listener that adds listeners for ever
// want: completed 1 | error timeout | error memory
() => { const t = new EventTarget(); let n = 0; const add = () => t.addEventListener("x", () => { n++; add(); }); add(); t.dispatchEvent(new Event("x")); return n; }
