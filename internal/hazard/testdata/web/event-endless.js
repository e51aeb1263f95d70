// what: dispatches events without end, each with a listener more
// want: error timeout | error memory
() => { const t = new EventTarget(); for (;;) { t.addEventListener("x", () => {}); t.dispatchEvent(new Event("x")); } }
