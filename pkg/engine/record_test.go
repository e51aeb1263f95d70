package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/retry"
)

// witness is a connector that fails the test unless the journal names its call in a
// record of this very pass, and holds everything that the code says it has seen.
type witness struct {
	t     *testing.T
	store journal.Store
	key   journal.Key
	runs  atomic.Int32
}

func (w *witness) Describe() connector.Description {
	return connector.Description{Methods: []connector.Method{{Name: "go"}, {Name: "free", Reexecute: true}}}
}

func (w *witness) Execute(ctx context.Context, call connector.Call) (json.RawMessage, error) {
	stored, err := w.store.State(ctx, w.key)
	if err != nil {
		return nil, err
	}
	records, err := w.store.Load(ctx, w.key, stored.Revision)
	if err != nil {
		return nil, err
	}
	named, done := false, 0
	for _, r := range records {
		issued := slices.ContainsFunc(r.Issued, func(in journal.Intent) bool { return in.Seq == call.Seq })
		named = named || r.Attempt == call.Attempt && (issued || slices.Contains(r.Started, call.Seq))
		for _, c := range r.Done {
			if c.Mark.Delivered() {
				done++
			}
		}
	}
	if !named && call.Method != "free" {
		w.t.Errorf("seq %d was invoked in attempt %d without a record of that attempt: %+v", call.Seq, call.Attempt, records)
	}
	var seen int
	if err := json.Unmarshal(call.Args, &seen); err != nil {
		return nil, err
	}
	if done < seen {
		w.t.Errorf("seq %d was invoked when the code had seen %d completions, %d were durable", call.Seq, seen, done)
	}
	if w.runs.Add(1) == 3 {
		return nil, retry.After(0, errors.New("busy"))
	}
	return call.Args, nil
}

const witnessed = `async () => {
	let seen = 0
	const saw = (v) => { seen++; return v }
	const go = () => x.go(seen).then(saw)
	await go()
	await Promise.all([go(), go(), items.echo(1).then(saw).then(go)])
	await new Promise((r) => setTimeout(r, 1)).then(saw)
	await go()
	await codemode.step("s", () => 1).then(saw)
	await go()
	await x.free(seen).then(saw)
	try { await items.boom() } catch { seen++ }
	await go()
	await items.retry_once().then(saw)
	await go()
	go()
	return seen
}`

// hesitant is a store that writes a record only when everything else in its bubble
// waits: a call that is started before its record is made before it, too.
type hesitant struct{ journal.Store }

func (h hesitant) Append(ctx context.Context, key journal.Key, claim journal.Revision, n int, r journal.Record) (int, error) {
	synctest.Wait()
	return h.Store.Append(ctx, key, claim, n, r)
}

func TestNoCallWithoutItsRecord(t *testing.T) {
	t.Parallel()
	run := func(t *testing.T, cut *cutStore) {
		synctest.Test(t, func(t *testing.T) {
			w := &witness{t: t, store: cut}
			r := newRig(t, func(c *Config) { c.Store = hesitant{cut} }, connector.Named{Name: "x", Connector: w})
			w.key = r.key
			r.want(r.run(witnessed), `14`)
		})
	}
	whole := &cutStore{Store: journal.NewMem()}
	run(t, whole)
	for cut := 1; cut <= whole.appends; cut++ {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprint(cut, after), func(t *testing.T) {
				t.Parallel()
				run(t, &cutStore{Store: journal.NewMem(), cutAt: cut, after: after})
			})
		}
	}
}

func TestCallsOfATurnShareARecord(t *testing.T) {
	t.Parallel()
	count := &cutStore{Store: journal.NewMem()}
	r := newRig(t, func(c *Config) { c.Store = count })
	r.want(r.run(`async () => { for (let i = 0; i < 5; i++) await items.echo(i); return 1 }`), `1`)
	if count.appends != 5 {
		t.Errorf("%d records for 5 calls in a row, want 5", count.appends)
	}
	if got := r.records()[0].Issued; len(got) != 1 {
		t.Errorf("first record issues %+v", got)
	}
	r = newRig(t, nil)
	r.want(r.run(`async () => { await Promise.all([1, 2, 3].map((i) => items.echo(i))); return 1 }`), `1`)
	if got := r.records()[0].Issued; len(got) != 3 {
		t.Errorf("first record issues %+v, want all three", got)
	}
}

// A completion that no call follows is journaled while the code waits.
func TestWaitingCodeLeavesNothingUnjournaled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		x := new(fake).on(connector.Method{Name: "look"}, nil)
		x.do["look"] = func(context.Context, connector.Call) (json.RawMessage, error) {
			time.Sleep(time.Minute / 2) // the other call has long ended
			n := 0
			for _, rec := range r.records() {
				n += len(rec.Done)
			}
			return json.Marshal(n)
		}
		r2 := newRig(t, func(c *Config) { c.Store = r.store }, x.named())
		r.key = r2.key
		r2.want(r2.run(`async () => (await Promise.all([items.echo(1), x.look()]))[1]`), `1`)
	})
}

// overtaking is a store in which another executor claims right after every record.
type overtaking struct {
	journal.Store
	reads int
	fail  error
}

func (o *overtaking) Append(ctx context.Context, key journal.Key, claim journal.Revision, n int, r journal.Record) (int, error) {
	next, err := o.Store.Append(ctx, key, claim, n, r)
	if err == nil {
		stored, err := o.Store.State(ctx, key)
		if err != nil {
			return 0, err
		}
		stored.State.Attempt, stored.State.Nonce = stored.State.Attempt+1, "other"
		if _, err := o.Store.PutState(ctx, key, stored.State, stored.Revision); err != nil {
			return 0, err
		}
	}
	return next, err
}

func (o *overtaking) State(ctx context.Context, key journal.Key) (journal.Stored, error) {
	o.reads++
	if o.fail != nil {
		return journal.Stored{}, o.fail
	}
	return o.Store.State(ctx, key)
}

func TestOldRecordIsCheckedBeforeTheCall(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		step time.Duration // by which the clock jumps between two looks at it
		fail error
		want error
		runs int
	}{
		"superseded":                       {8 * time.Second, nil, journal.ErrFenced, 0},
		"young":                            {0, nil, journal.ErrFenced, 1}, // by the next record
		"old, and the state is unreadable": {8 * time.Second, errors.New("no quorum"), ErrStorage, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := &overtaking{Store: journal.NewMem()}
			c := &clockAt{at: time.Now(), step: tt.step}
			r := newRig(t, func(cfg *Config) { cfg.Store, cfg.Now = store, c.now })
			store.fail = tt.fail
			_, err := r.pass(t.Context(), execution.Request{Code: `async () => { await items.echo(1); await items.echo(2) }`})
			if !errors.Is(err, tt.want) {
				t.Errorf("Run = %v, want %v", err, tt.want)
			}
			if n := r.items.Runs("echo"); n != tt.runs {
				t.Errorf("echo ran %d times, want %d", n, tt.runs)
			}
			if read := store.reads > 0; read != (tt.step > 0) {
				t.Errorf("the state was read %d times", store.reads)
			}
		})
	}
}

func TestCodeSeesWhatIsJournaled(t *testing.T) {
	t.Parallel()
	const secret = "hunter22-secret"
	x := new(fake).
		on(connector.Method{Name: "get"}, answers(`{"token":"`+secret+`","n":1.50,"s":"\u0041"}`)).
		on(connector.Method{Name: "fail"}, func(context.Context, connector.Call) (json.RawMessage, error) {
			return nil, errors.New("bad token " + secret)
		})
	r := newRig(t, func(c *Config) { c.Connectors = secretSet(t, secret, x.named()) })
	res := r.execute(execution.Request{Input: json.RawMessage(`"` + secret + `"`), Code: `async (input) => {
		const seen = [JSON.stringify(await x.get()), await x.fail().catch((e) => e.message)]
		console.log("has", input)
		await items.echo(input)
		await codemode.step("seen", () => seen)
		await items.echo(seen)
		await items.retry_once()
		return [...seen, input]
	}`})
	r.want(res, `["{\"token\":\"[redacted]\",\"n\":1.5,\"s\":\"A\"}","bad token [redacted]","[redacted]"]`)
	all, err := json.Marshal([]any{r.records(), res, r.lines})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(all), secret) {
		t.Errorf("the secret is in %s", all)
	}
}

func TestConnectorGetsTheArgumentsUnredacted(t *testing.T) {
	t.Parallel()
	const secret = "hunter22-secret"
	var got []string
	x := new(fake).on(connector.Method{Name: "put"}, func(_ context.Context, call connector.Call) (json.RawMessage, error) {
		got = append(got, string(call.Args))
		if len(got) == 1 {
			return nil, retry.After(0, errors.New("busy"))
		}
		return nil, nil
	})
	r := newRig(t, func(c *Config) { c.Connectors = secretSet(t, secret, x.named()) })
	r.want(r.execute(execution.Request{Input: json.RawMessage(`"` + secret + `"`), Code: `async (input) => { await x.put(input); return 1 }`}), `1`)
	if want := []string{`"` + secret + `"`, `"` + secret + `"`}; !slices.Equal(got, want) {
		t.Errorf("the connector got %v, want %v", got, want)
	}
	if e := r.entries()[0]; string(e.Args) != `"[redacted]"` {
		t.Errorf("the journal has the arguments %s", e.Args)
	}
}
