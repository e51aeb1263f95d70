package sandbox

import (
	"slices"
	"testing"
	"time"
)

func TestTimers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, source, want string }{
		{"order and arguments", `async () => {
			const seen = [];
			setTimeout((a, b) => seen.push(a, b), 30, "late", 1);
			setTimeout(a => seen.push(a), 10, "early");
			await new Promise(r => setTimeout(r, 50));
			return seen;
		}`, `["early","late",1]`},
		{"cleared", `async () => {
			let fired = 0;
			clearTimeout(setTimeout(() => fired++, 10)); clearTimeout(99); clearTimeout(); clearTimeout(null); clearTimeout({});
			await new Promise(r => setTimeout(r, 50));
			return fired;
		}`, `0`},
		{"interval", `async () => {
			let n = 0;
			await new Promise(r => { const h = setInterval(() => { if (++n == 3) { clearInterval(h); r() } }, 10) });
			await new Promise(r => setTimeout(r, 100));
			return n;
		}`, `3`},
		{"time passes", `async () => {
			const t = Date.now(), p = performance.now();
			await new Promise(r => setTimeout(r, 1500));
			return [Date.now() - t, performance.now() - p, new Date().toISOString()];
		}`, `[1500,1500,"2026-03-01T12:00:01.500Z"]`},
		{"microtasks first", `async () => {
			const seen = [];
			setTimeout(() => seen.push("timer"), 0);
			queueMicrotask(function () { seen.push("micro", arguments.length) });
			seen.push("sync");
			await new Promise(r => setTimeout(r, 1));
			return seen;
		}`, `["sync","micro",0,"timer"]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := passValue(t, tt.source, &simHost{}); got != tt.want {
				t.Errorf("value = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestTimerOperations(t *testing.T) {
	t.Parallel()
	host := &simHost{}
	passValue(t, `async () => {
		const late = setTimeout(() => {}, 1e12);
		setTimeout(() => {}, -5); setTimeout(() => {}, NaN); setTimeout(() => {}); setTimeout(() => {}, "7.9");
		let n = 0;
		await new Promise(r => { const h = setInterval(() => { if (++n == 2) { clearInterval(h); r() } }, 10) });
		clearTimeout(late);
		await items.a();
	}`, host)
	var delays []time.Duration
	for _, op := range host.ops {
		if op.Kind == OpTimer {
			delays = append(delays, op.Delay)
		}
	}
	ms := time.Millisecond
	if want := []time.Duration{maxDelay, 0, 0, 0, 7 * ms, 10 * ms, 10 * ms}; !slices.Equal(delays, want) {
		t.Errorf("delays = %v, want %v", delays, want)
	}
	i := slices.IndexFunc(host.ops, func(op Op) bool { return op.Kind == OpClear })
	if i < 0 || host.ops[i].Target != 0 {
		t.Errorf("no operation clears the timer 0: %v", opKinds(host.ops))
	}
}

func TestTimerThatThrowsEndsThePass(t *testing.T) {
	t.Parallel()
	got := passThrown(t, "async () => {\n setTimeout(() => {\n  throw new TypeError('late') }, 5);\n await new Promise(() => {}) }", &simHost{})
	if got.Name != "TypeError" || got.Message != "late" || got.Pos.Line != 3 {
		t.Errorf("thrown = %+v, want TypeError: late in line 3", got)
	}
	if got := passThrown(t, `async () => { setTimeout("code", 1) }`, &simHost{}); got.Name != "TypeError" {
		t.Errorf("a text as callback threw %+v, want a TypeError", got)
	}
}
