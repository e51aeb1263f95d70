package engine

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// However late and in whatever order timers tell their end, they fire in the order of
// their time, each once, none early, and none that was cleared.
func TestTimersFireInTheOrderOfTheirTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		waits   []time.Duration // of timers 0, 1, 2 …
		told    []int           // in this order
		cleared map[int]int     // the timer that is cleared before the n-th one tells its end
		want    []int           // -1: nothing fires
	}{
		"in order":                  {waits: []time.Duration{1, 2, 3}, told: []int{0, 1, 2}, want: []int{0, 1, 2}},
		"backwards":                 {waits: []time.Duration{1, 2, 3}, told: []int{2, 1, 0}, want: []int{0, 1, 2}},
		"issued backwards":          {waits: []time.Duration{3, 2, 1}, told: []int{0, 1, 2}, want: []int{2, 1, 0}},
		"at the same time":          {waits: []time.Duration{5, 5, 5}, told: []int{2, 0, 1}, want: []int{0, 1, 2}},
		"over before they start":    {waits: []time.Duration{-1, -3, -2}, told: []int{0, 1, 2}, want: []int{1, 2, 0}},
		"a later one runs on":       {waits: []time.Duration{1, 2, 900}, told: []int{1, 0}, want: []int{0, 1}},
		"cleared, its end untold":   {waits: []time.Duration{1, 2, 900}, told: []int{1}, cleared: map[int]int{0: 0}, want: []int{1}},
		"cleared, its end was told": {waits: []time.Duration{1, 2, 900}, told: []int{1, 0}, cleared: map[int]int{1: 1}, want: []int{0, -1}},
		"cleared, its end is told":  {waits: []time.Duration{1, 2, 900}, told: []int{1, 0}, cleared: map[int]int{0: 1}, want: []int{0, -1}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var f flight
				f.begin(context.WithoutCancel(t.Context()))
				defer f.cancel()
				var c1 clocks
				var all []*op
				for i, wait := range c.waits {
					o := &op{Op: sandbox.Op{ID: i, Kind: sandbox.OpTimer}}
					all = append(all, o)
					c1.start(o, time.Now(), wait*time.Millisecond, &f)
					defer o.timer.Stop()
				}
				var got []int
				for n, id := range c.told {
					if cleared, ok := c.cleared[n]; ok {
						all[cleared].cleared = true
					}
					fired := -1
					if o := c1.ended(all[id]); o != nil {
						fired = o.ID
					}
					got = append(got, fired)
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("fired %v, want %v", got, c.want)
				}
			})
		})
	}
}

// The code's clock may be far behind: after a takeover, a long load, a fork. What is over by
// then ends in the order of its time, whatever it is.
func TestWhatIsOverEndsInTheOrderOfItsTime(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		`setTimeout(then("b"), 15), setTimeout(then("a"), 5), setTimeout(then("c"), 40)`: `"a,b,c"`,
		`setTimeout(then("b"), 30000), codemode.sleep(100).then(then("a"))`:              `"a,b"`,
		`codemode.sleep(30000).then(then("b")), setTimeout(then("a"), 100)`:              `"a,b"`,
		`codemode.sleep(200).then(then("b")), codemode.sleep(100).then(then("a"))`:       `"a,b"`,
	} {
		for range 20 { // there is an order of goroutines behind it
			r := newRig(t, func(c *Config) { c.Now = func() time.Time { return time.Now().Add(time.Minute) } })
			r.want(r.run(`async () => {
				const all = []; let end; const done = new Promise((r) => { end = r });
				const then = (name) => () => { if (all.push(name) === `+string(want[len(want)-2]-'a'+'1')+`) end() };
				`+code+`;
				await done;
				return all.join();
			}`), want)
		}
	}
}
