// what: a WeakMap whose keys are all kept
// want: error memory
() => { const m = new WeakMap(); let keep = {}; for (;;) { keep = { keep }; m.set(keep, { keep }); } }
