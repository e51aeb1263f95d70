package engine

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// teller writes down what a replay does.
type teller struct {
	lines []string
	stop  int // at this seq; negative: never
}

func (t *teller) Issue(e *journal.Entry, op Issued) bool {
	t.lines = append(t.lines, fmt.Sprintf("#%d %s.%s at %d:%d", e.Seq, op.Connector, op.Method, op.Pos.Line, op.Pos.Column))
	return e.Seq != t.stop
}

func (t *teller) Log(line string) { t.lines = append(t.lines, line) }

// dry replays the execution of the rig; code replaces its own unless empty.
func (r *rig) dry(request execution.Request, from int, trace Tracer) Replayed {
	r.t.Helper()
	got, err := r.engine.Replay(r.t.Context(), Replay{Key: r.key, State: r.state, Records: r.records(), Request: request, From: from, Trace: trace})
	if err != nil {
		r.t.Fatalf("replay: %v", err)
	}
	return got
}

const recorded = `async () => {
	console.log("start");
	const a = await items.echo({n: 1});
	console.log("a", a.n);
	const s = await codemode.step("draw", () => { console.log("in the step"); return 4 });
	await new Promise((r) => setTimeout(r, 1));
	try { await items.boom() } catch (e) { console.log(e.message) }
	return [a.n, s, await items.checkpoint_read()]
}`

func TestReplayFollowsTheJournalAndCallsNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.want(r.run(recorded), `[1,4,{"reads":1}]`)
	runs, trace := r.items.ByKey(), &teller{stop: -1}
	got := r.dry(execution.Request{Code: recorded}, -1, trace)
	if got.Departure != nil || got.Followed != 4 || got.Result.Status != execution.Completed || string(got.Result.Value.Shown()) != `[1,4,{"reads":1}]` {
		t.Errorf("followed %d, departs %+v, ends %s %s %s", got.Followed, got.Departure, got.Result.Status, got.Result.Value.Shown(), got.Result.Error)
	}
	want := []string{"start", "#0 items.echo at 3:28", "a 1", "#1 __step.draw at 5:31", "#2 items.boom at 7:24", "connector boom", "#3 items.checkpoint_read at 8:45"}
	if diff := cmp.Diff(want, trace.lines); diff != "" {
		t.Errorf("what it did (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(runs, r.items.ByKey()); diff != "" {
		t.Errorf("the replay called something:\n%s", diff)
	}
}

func TestReplayStopsWhereItsTracerSays(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.run(recorded)
	trace := &teller{stop: 1}
	got := r.dry(execution.Request{Code: recorded}, -1, trace)
	if got.Departure != nil || got.Followed != 2 || got.Result.Status != "" || len(trace.lines) != 4 {
		t.Errorf("followed %d, departs %+v, ends %q, told %q", got.Followed, got.Departure, got.Result.Status, trace.lines)
	}
}

func TestReplayTellsWhereTheCodeDeparts(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.run(recorded)
	for name, tt := range map[string]struct {
		from, to string // a change of the code
		keep     int
		at       int // negative: it does not depart
		got      string
		message  string
	}{
		"the same":                  {"", "", 4, -1, "", ""},
		"other arguments":           {"{n: 1}", "{n: 2}", 4, 0, "items.echo", "the arguments of items.echo differ"},
		"another method":            {"items.boom()", "items.nothing()", 4, 2, "items.nothing", "recorded items.boom"},
		"another step":              {`"draw"`, `"drew"`, 4, 1, "__step.drew", "recorded __step.draw"},
		"a change behind":           {"items.checkpoint_read()", "items.echo(9)", 3, -1, "", ""},
		"a change at from":          {"items.boom()", "items.echo(9)", 2, -1, "", ""},
		"nothing kept":              {"items.echo({n: 1})", "items.boom()", 0, -1, "", ""},
		"fewer calls":               {"await items.checkpoint_read()", "5", 4, 3, "", "ended without calling it"},
		"an error":                  {`console.log("a", a.n)`, `throw new Error("oh")`, 4, 1, "", "oh"},
		"a syntax error":            {`console.log("start")`, `let let`, 4, 0, "", "SyntaxError"},
		"a wait for ever":           {`console.log("a", a.n)`, `await new Promise(() => {})`, 4, 1, "", "journal has its completion next"},
		"a timer more, behind":      {`console.log("start")`, `setTimeout(() => {}, 1000)`, 1, -1, "", ""},
		"a timer that is waited on": {`return [`, `await new Promise((r) => setTimeout(r, 3600e3)); return [`, 4, 3, "", "journal has its completion next"},
		"more calls":                {`await items.checkpoint_read()`, `await items.checkpoint_read(), await items.echo(3)`, -1, 4, "items.echo", "had ended"},
		"no end":                    {`return [a.n, s, await items.checkpoint_read()]`, `await items.checkpoint_read(); await new Promise(() => {})`, -1, 4, "", "now waits"},
	} {
		t.Run(name, func(t *testing.T) {
			code := strings.Replace(recorded, tt.from, tt.to, 1)
			got := r.dry(execution.Request{Code: code}, tt.keep, nil)
			if tt.at < 0 {
				if got.Departure != nil || got.Followed != tt.keep {
					t.Errorf("followed %d, departs %+v, want to follow %d", got.Followed, got.Departure, tt.keep)
				}
				return
			}
			d := got.Departure
			if d == nil || d.At != tt.at || got.Followed != tt.at || (d.Entry == nil) != (tt.at == 4) || !strings.Contains(d.Message, tt.message) {
				t.Fatalf("followed %d, departs %+v, want at %d with %q", got.Followed, d, tt.at, tt.message)
			}
			op := ""
			if d.Got != nil {
				op = d.Got.Connector + "." + d.Got.Method
			}
			if op != tt.got {
				t.Errorf("got %q, want %q", op, tt.got)
			}
		})
	}
}

func TestReplayOfWhatIsNotOverEndsWithTheJournal(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{
		"waits for a person":     `async () => { await items.echo(1); await items.create_item({title: "x"}); await items.echo(2) }`,
		"gave up":                `async () => { await items.echo(1); await items.retry_always(); await items.echo(2) }`,
		"waits for a client":     `async () => { await items.echo(1); return await items.supplied() }`,
		"ran out of its results": `async () => { await items.echo(1); await items.read_counter(); await items.echo(2) }`,
	} {
		r := newRig(t, nil)
		r.run(code)
		got := r.dry(execution.Request{Code: code}, -1, nil)
		if got.Departure != nil || got.Followed != 2 || got.Result.Status != "" {
			t.Errorf("%s: followed %d, departs %+v, ends %s %s", name, got.Followed, got.Departure, got.Result.Status, got.Result.Error)
		}
		if lacks := strings.HasPrefix(name, "ran out"); lacks != (got.Unrecorded != "") {
			t.Errorf("%s: unrecorded %q", name, got.Unrecorded)
		}
	}
}

// A timer that never fired costs a replay no time.
func TestReplayDoesNotWaitForTimers(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.run(`async () => { await items.echo(1); await items.create_item({title: "x"}) }`)
	code := `async () => {
		await items.echo(1);
		setTimeout(() => items.boom(), 7200e3);
		clearTimeout(setTimeout(() => items.boom(), 1));
		await new Promise((r) => setTimeout(r, 3600e3));
		await items.create_item({title: "x"})
	}`
	if got := r.dry(execution.Request{Code: code}, -1, nil); got.Departure != nil || got.Followed != 2 {
		t.Errorf("followed %d, departs %+v", got.Followed, got.Departure)
	}
}

func TestReplayFailsAsTheExecutionDid(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	request := execution.Request{Code: `async () => { await items.echo(1); await items.boom() }`, Retry: &execution.Retry{Off: true}}
	want := r.execute(request)
	got := r.dry(request, -1, nil)
	if got.Departure != nil || got.Result.Status != execution.Error || got.Result.Error != want.Error || *got.Result.Failure != *want.Failure {
		t.Errorf("ends %+v, want %+v", got.Result, want)
	}
}

func TestReplayNeedsItsValues(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	r.run(`async () => (await items.big_result()).length`)
	_, err := r.engine.Replay(t.Context(), Replay{Key: r.key, State: r.state, Records: r.records(), Request: execution.Request{Code: `async () => (await items.big_result()).length`}, From: -1})
	if !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("replay = %v, want %v", err, journal.ErrNotFound)
	}
}

// Whatever a program does in parallel, its replay is followed to the same end, up to
// every entry, and departs at an entry that was changed.
func TestReplayOfRandomPrograms(t *testing.T) {
	for seed := range uint64(*propertyRuns) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { replayRandom(t, randomProgram(seed), rand.New(rand.NewPCG(seed, 2))) })
		})
	}
}

func replayRandom(t *testing.T, code string, random *rand.Rand) {
	w := new(clockwork)
	r := newRig(t, nil, connector.Named{Name: "w", Connector: w})
	r.onPass = func() { w.start.Store(time.Now().UnixNano()) }
	request := execution.Request{Code: code}
	res := r.execute(request)
	n := len(res.Log.Entries)
	got := r.dry(request, -1, nil)
	if got.Departure != nil || got.Followed != n || string(got.Result.Value.Shown()) != string(res.Value.Shown()) {
		t.Fatalf("followed %d of %d, departs %+v, ends %s %s, want %s\n%s", got.Followed, n, got.Departure, got.Result.Error, got.Result.Value.Shown(), res.Value.Shown(), code)
	}
	for from := range n {
		if got := r.dry(request, from, nil); got.Departure != nil || got.Followed != from {
			t.Fatalf("from %d: followed %d, departs %+v\n%s", from, got.Followed, got.Departure, code)
		}
	}
	if n == 0 {
		return
	}
	at := random.IntN(n)
	records := r.records()
	for i := range records {
		for j := range records[i].Issued {
			if records[i].Issued[j].Seq == at {
				records[i].Issued[j].Method += "!"
			}
		}
	}
	got, err := r.engine.Replay(t.Context(), Replay{Key: r.key, State: r.state, Records: records, Request: request, From: -1})
	if err != nil || got.Departure == nil || got.Departure.At != at {
		t.Fatalf("with entry %d changed: departs %+v, %v\n%s", at, got.Departure, err, code)
	}
}
