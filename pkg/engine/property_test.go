package engine

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

var propertyRuns = flag.Int("property.runs", 40, "how many random programs to stop at every record")

// clockwork is a connector whose calls end at a given time after the start of the
// pass. So the order of answers is the same in every pass of a program, as it is
// for a remote side that goes on while nobody listens.
type clockwork struct{ start atomic.Int64 }

func (c *clockwork) Describe() connector.Description {
	return connector.Description{Methods: []connector.Method{{Name: "work"}}}
}

func (c *clockwork) Execute(ctx context.Context, call connector.Call) (json.RawMessage, error) {
	var args struct {
		At   float64 `json:"at"`
		V    int     `json:"v"`
		Fail bool    `json:"fail"`
	}
	if err := json.Unmarshal(call.Args, &args); err != nil {
		return nil, err
	}
	t := time.NewTimer(time.Until(time.Unix(0, c.start.Load()).Add(time.Duration(args.At * float64(time.Millisecond)))))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if args.Fail {
		return nil, fmt.Errorf("work %d failed", args.V)
	}
	return json.Marshal(args.V)
}

// program writes random JavaScript. Every call gets a time of its own to end at,
// later than everything that it waited for.
type program struct {
	*strings.Builder
	rand *rand.Rand
	n    int

	waits int
}

func (p *program) call(t *float64) string {
	p.n++
	*t = math.Floor(*t) + 1 + float64(p.rand.IntN(20)) + float64(p.n)/1000 // no two are equal
	return fmt.Sprintf("w.work({at: %.3f, v: %d, fail: %v})", *t, p.n, p.rand.IntN(6) == 0)
}

// wait returns a time in milliseconds that is longer than all calls of a pass together,
// and that no sum of other ones comes near: so the order in which waits end does not
// hang on when a pass was cut off.
func (p *program) wait() int {
	p.waits++
	return 10_000 << p.waits
}

// signal waits for one that lies there, that comes when the execution rests, or that
// never comes.
func (p *program) signal() {
	ms := p.wait()
	switch p.rand.IntN(3) {
	case 0:
		fmt.Fprintf(p, "out.push(await codemode.waitFor('early'))\n")
	case 1:
		fmt.Fprintf(p, "out.push(await codemode.waitFor('late%d'))\n", p.waits)
	default:
		fmt.Fprintf(p, "try { await codemode.waitFor('never', {timeoutMs: %d}) } catch (e) { out.push(e.message) }\n", ms)
	}
}

// block writes statements that start at time t and returns when they end.
func (p *program) block(t float64, depth, statements int) float64 {
	for range statements {
		switch k := p.rand.IntN(12); {
		case k == 10:
			fmt.Fprintf(p, "await codemode.sleep(%d)\n", p.wait())
		case k == 11:
			p.signal()
		case k < 3 || depth == 0:
			fmt.Fprintf(p, "try { out.push(await %s) } catch (e) { out.push(e.message) }\n", p.call(&t))
		case k < 4:
			fmt.Fprintf(p, "out.push(await codemode.step('s%d', async () => { await null; return Math.random() }))\n", p.n)
		case k < 5:
			fmt.Fprintf(p, "out.push(Math.random())\n")
		case k < 9:
			t = p.parallel(t, depth)
		default:
			// Left alone: it ends whenever it ends.
			late := t
			fmt.Fprintf(p, "%s.catch(() => {})\n", p.call(&late))
		}
	}
	return t
}

func (p *program) parallel(t float64, depth int) float64 {
	how := []string{"all", "allSettled", "race", "any"}[p.rand.IntN(4)]
	fmt.Fprintf(p, "try { out.push(JSON.stringify(await Promise.%s([\n", how)
	ends := []float64{}
	for range 2 + p.rand.IntN(3) {
		end := t
		if p.rand.IntN(2) == 0 {
			fmt.Fprintf(p, "%s,\n", p.call(&end))
		} else {
			fmt.Fprintf(p, "(async () => {\n")
			end = p.block(t, depth-1, 1+p.rand.IntN(2))
			fmt.Fprintf(p, "return %d })(),\n", p.n)
		}
		ends = append(ends, end)
	}
	fmt.Fprintf(p, "]))) } catch (e) { out.push(e.message) }\n")
	for _, end := range ends {
		t = max(t, end)
	}
	return t
}

func randomProgram(seed uint64) string {
	p := &program{Builder: new(strings.Builder), rand: rand.New(rand.NewPCG(seed, 1))}
	p.WriteString("async () => {\nconst out = []\n")
	p.block(0, 2, 3+p.rand.IntN(3))
	p.WriteString("return out\n}")
	return p.String()
}

// told is what two runs of one program must agree on.
type told struct {
	Status  execution.Status
	Result  string
	Entries []string
	Order   []journal.Ref
}

// tell runs a program; the pass is cut off at record cutAt, before or after the write.
func tell(t *testing.T, code string, cutAt int, after bool) (told, int) {
	t.Helper()
	w := new(clockwork)
	store := &cutStore{Store: journal.NewMem(), cutAt: cutAt, after: after}
	r := newRig(t, func(c *Config) { c.Store = store }, connector.Named{Name: "w", Connector: w})
	r.key.ID = "01JD0000000000000000000000"
	r.onPass = func() { w.start.Store(time.Now().UnixNano()) }
	for n := range 20 {
		r.send("early", fmt.Sprint(n))
	}
	sent := map[string]bool{}
	r.onRest = func() {
		for _, name := range r.state.Signals {
			if strings.HasPrefix(name, "late") && !sent[name] {
				sent[name] = true
				r.send(name, fmt.Sprintf("%q", name))
			}
		}
	}
	res := r.execute(execution.Request{Code: code})
	out := told{Status: res.Status, Result: string(res.Value.Shown()) + res.Error}
	for _, e := range r.entries() {
		out.Entries = append(out.Entries, fmt.Sprintf("%d %s.%s %s %s %s %v", e.Seq, e.Connector, e.Method, e.Args, e.State, e.Result, e.Error))
	}
	for _, c := range res.Log.Order {
		out.Order = append(out.Order, c.Ref)
	}
	return out, store.appends
}

// A pass that is cut off at any journal record, before or after the write, is
// resumed to the journal and the result of one that was never cut off.
func TestResumedPassEndsAsOneThatWasNeverStopped(t *testing.T) {
	for seed := range uint64(*propertyRuns) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			code := randomProgram(seed)
			synctest.Test(t, func(t *testing.T) {
				want, records := tell(t, code, 0, false)
				if want.Status != execution.Completed {
					t.Fatalf("uncut: %+v\n%s", want, code)
				}
				for cut := 1; cut <= records; cut++ {
					for _, after := range []bool{false, true} {
						got, _ := tell(t, code, cut, after)
						if diff := cmp.Diff(want, got); diff != "" {
							t.Fatalf("cut at record %d of %d, after the write: %v (-uncut +cut):\n%s\n%s", cut, records, after, diff, code)
						}
					}
				}
			})
		})
	}
}
