package bench

import "github.com/reprise-run/reprise/pkg/execution"

// hostileTimeoutMs is the wall clock of a hostile submission.
const hostileTimeoutMs = 300

// hostile returns the n-th submission that wants harm. Each kind of harm has its turn.
func hostile(n int) execution.Request {
	all := []string{
		// Never end, and listen to nobody.
		`() => { for (;;) try { for (;;); } catch {} finally { for (;;); } }`,
		`() => /^(?:(?=a)a+)+$/.test("a".repeat(40) + "!")`,
		`() => Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1)`,
		`async () => { for (;;) await 0 }`,
		`async () => { setInterval(() => {}, 0); await new Promise(() => {}) }`,
		`async () => { for (;;) await demo.echo(1) }`,
		`() => { for (;;) console.log("flood") }`,
		// Want all memory.
		`() => { const a = []; for (;;) a.push([a.length]) }`,
		`() => "x".repeat(2 ** 40).length`,
		`() => new Array(2 ** 32 - 1).fill(0).length`,
		`() => { let s = "x"; for (;;) s += s }`,
		// End the process that runs them.
		`() => { const o = []; o.push(o); return o.flat(Infinity) }`,
		`() => JSON.parse("[".repeat(1e6))`,
		`() => { const f = () => f() + 1; return f() }`,
		// Are not what they seem.
		`() => { throw new Proxy({}, {get() { throw 1 }}) }`,
		`() => (async () => {}).constructor("return process")()`,
		`() => { for (;;) demo.echo(1) }`,
		`const x = ` + "`${`${",
	}
	return execution.Request{
		Code: all[n%len(all)], TimeoutMs: hostileTimeoutMs, Retry: &execution.Retry{Off: true},
	}
}
