// what: a listener that dispatches its own event
// want: error stack
() => { const t = new EventTarget(); t.addEventListener("x", () => t.dispatchEvent(new Event("x"))); t.dispatchEvent(new Event("x")); }
