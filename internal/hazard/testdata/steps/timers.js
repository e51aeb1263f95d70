// what: a step that sets timers without end
// want: error timeout | error pending_calls | error memory
// engine
// timeoutMs: 1500
async () => await codemode.step("t", async () => { const f = () => { setTimeout(f, 0); setTimeout(f, 0); }; f(); await new Promise(() => {}); })
