package journaltest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

func requestRoundTrip(t *testing.T, b *bench) {
	claim := b.claim(1, 0)
	checkRequest(t, b, claim, execution.Request{ID: b.key.ID, Code: "1+1", Input: quote("x"), Labels: map[string]string{"a": "b"}})
}

func largeRequest(t *testing.T, b *bench) {
	claim := b.claim(1, 0)
	checkRequest(t, b, claim, execution.Request{Code: "1+1", Input: quote(large("in", 900_000))})
}

func checkRequest(t *testing.T, b *bench, claim journal.Revision, want execution.Request) {
	t.Helper()
	if err := b.PutRequest(t.Context(), b.key, claim, want); err != nil {
		t.Fatal(err)
	}
	got, err := b.Request(t.Context(), b.key)
	if err != nil {
		t.Fatal(err)
	}
	if got.Digest() != want.Digest() || got.Code != want.Code {
		t.Errorf("request of %d bytes of input differs", len(want.Input))
	}
}

func loadInOrder(t *testing.T, b *bench) {
	claim := b.claim(1, 0)
	const calls = 600 // several pages of any store
	for n := range calls {
		if next := b.append(claim, n, call(n)); next != n+1 {
			t.Fatalf("Append %d: next is %d", n, next)
		}
	}
	// What was written before a claim is what a load under it must see.
	records := b.load(b.claim(2, claim))
	if len(records) != calls {
		t.Fatalf("%d records, want %d", len(records), calls)
	}
	for n, r := range records {
		if r.Issued[0].Seq != n {
			t.Fatalf("record %d issues seq %d", n, r.Issued[0].Seq)
		}
	}
	log, err := journal.Fold(b.state(1), records)
	if err != nil || log.Next != calls || len(log.Order) != calls-1 {
		t.Fatalf("Fold = %v; next %d, %d completions; want %d, %d", err, log.Next, len(log.Order), calls, calls-1)
	}
}

func loadPastClaim(t *testing.T, b *bench) {
	var claim journal.Revision
	for n := range 50 {
		claim = b.claim(n+1, claim)
		if got := len(b.load(claim)); got != n {
			t.Fatalf("attempt %d loads %d records, want %d", n+1, got, n)
		}
		b.append(claim, n, call(n))
	}
}

func loadSuperseded(t *testing.T, b *bench) {
	old := b.claim(1, 0)
	b.append(old, 0, call(0))
	b.append(b.claim(2, old), 1, call(1))
	records, err := b.Load(t.Context(), b.key, old)
	for limit := time.Now().Add(time.Minute); b.replicas && err == nil && time.Now().Before(limit); {
		// A replica that lags knows neither the newer claim nor what it wrote.
		if len(records) > 1 {
			t.Fatalf("%d records, want ErrFenced or the one of the old claim", len(records))
		}
		records, err = b.Load(t.Context(), b.key, old)
	}
	b.wantFenced("Load", err)
}

func repeatedAppend(t *testing.T, b *bench) {
	claim := b.claim(1, 0)
	for range 3 {
		if next := b.append(claim, 0, call(0)); next != 1 {
			t.Errorf("next is %d, want 1", next)
		}
	}
	if got := len(b.load(b.claim(2, claim))); got != 1 {
		t.Errorf("%d records, want 1", got)
	}
}

func largeValues(t *testing.T, b *bench) {
	claim := b.claim(1, 0)
	args, result := large("args", 400_000), large("result", 3<<20)
	r := call(0)
	r.Issued[0].Args = text(args)
	n := b.append(claim, 0, r)
	b.append(claim, n, journal.Record{Attempt: 1, At: 2, Done: []journal.Completion{done(0, result)}})
	log, err := journal.Fold(b.state(1), b.load(b.claim(2, claim)))
	if err != nil {
		t.Fatal(err)
	}
	e := log.Entries[0]
	if !e.Args.Offloaded() || !e.Result.Offloaded() || e.Result.Size() != len(quote(result)) {
		t.Errorf("args offloaded %v, result offloaded %v of %d bytes", e.Args.Offloaded(), e.Result.Offloaded(), e.Result.Size())
	}
	if got := b.resolve(e.Args); got != string(quote(args)) {
		t.Errorf("args of %d bytes came back as %d", len(args), len(got))
	}
	if got := b.resolve(e.Result); got != string(quote(result)) {
		t.Errorf("result of %d bytes came back as %d", len(result), len(got))
	}
	if got := b.resolve(text("inline")); got != `"inline"` {
		t.Errorf("an inline value resolves to %s", got)
	}
}

func largeState(t *testing.T, b *bench) {
	st := b.state(1)
	result := large("result", 700_000)
	st.Result, st.Logs = text(result), text(large("logs", 600_000))
	st.Carry = &journal.Carry{}
	for n := range 10 {
		st.Carry.Done = append(st.Carry.Done, done(n, large(fmt.Sprint("carried", n), 200_000)))
	}
	b.put(st, 0)
	got, err := b.State(t.Context(), b.key)
	if err != nil {
		t.Fatal(err)
	}
	if text := b.resolve(got.State.Result); text != string(quote(result)) {
		t.Errorf("result of %d bytes came back as %d", len(result), len(text))
	}
	for n, c := range got.State.Carry.Done {
		if want := string(quote(large(fmt.Sprint("carried", n), 200_000))); b.resolve(c.Result) != want {
			t.Errorf("carried completion %d differs", n)
		}
	}
}

func callersValues(t *testing.T, b *bench) {
	claim := b.claim(1, 0)
	r := call(0)
	v := text(large("args", 400_000))
	r.Issued[0].Args = v
	b.append(claim, 0, r)
	if v.Offloaded() || r.Issued[0].Args != v {
		t.Error("Append changed the caller's value")
	}
}

// splitFolds appends a record of 4 MB of values that are each too small to offload.
// Whether the store splits it is its own affair.
func splitFolds(t *testing.T, b *bench) {
	const calls = 80
	claim := b.claim(1, 0)
	first := journal.Record{Attempt: 1, At: 1}
	for n := range calls {
		first.Issued = append(first.Issued, journal.Intent{Seq: n, Connector: "demo", Method: "echo"})
	}
	n := b.append(claim, 0, first)
	big := journal.Record{Attempt: 1, At: 2, Started: []int{0}}
	for i := range calls {
		big.Done = append(big.Done, done(i, large(fmt.Sprint("result", i), 20_000)))
		big.Issued = append(big.Issued, journal.Intent{Seq: calls + i, Connector: "demo", Method: "echo", Args: text(large(fmt.Sprint("args", i), 30_000))})
	}
	// The first new call is refused within the record that issues it.
	big.Done = append(big.Done, journal.Completion{Ref: journal.Ref{N: calls}, Mark: journal.MarkRefused, At: 3, Attempt: 1})
	next := b.append(claim, n, big)
	if again := b.append(claim, n, big); again != next {
		t.Errorf("the repeated append ends at %d, want %d", again, next)
	}
	records := b.load(b.claim(2, claim))
	if len(records) != next {
		t.Errorf("%d records, want %d", len(records), next)
	}
	got, err := journal.Fold(b.state(1), records)
	if err != nil {
		t.Fatal(err)
	}
	want, err := journal.Fold(b.state(1), []journal.Record{first, big})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, b, got, want)
}

func compare(t *testing.T, b *bench, got, want *journal.Log) {
	t.Helper()
	if len(got.Entries) != len(want.Entries) || len(got.Order) != len(want.Order) {
		t.Fatalf("%d entries, %d completions; want %d, %d", len(got.Entries), len(got.Order), len(want.Entries), len(want.Order))
	}
	for i := range want.Order {
		if got.Order[i].Ref != want.Order[i].Ref {
			t.Fatalf("completion %d is of %v, want %v", i, got.Order[i].Ref, want.Order[i].Ref)
		}
	}
	for i, w := range want.Entries {
		g := got.Entries[i]
		if g.Mark != w.Mark || g.StartAt != w.StartAt {
			t.Errorf("entry %d: mark %q, started %d; want %q, %d", i, g.Mark, g.StartAt, w.Mark, w.StartAt)
		}
		if w.Result != nil && b.resolve(g.Result) != string(w.Result.JSON) {
			t.Errorf("entry %d: the result differs", i)
		}
		if w.Args != nil && b.resolve(g.Args) != string(w.Args.JSON) {
			t.Errorf("entry %d: the arguments differ", i)
		}
	}
}

func tooLarge(t *testing.T, b *bench) {
	claim := b.claim(1, 0)
	r := call(0)
	r.Issued[0].Method = large("method", 9<<20)
	if _, err := b.Append(t.Context(), b.key, claim, 0, r); !errors.Is(err, journal.ErrTooLarge) {
		t.Errorf("Append = %v, want ErrTooLarge", err)
	}
	st := b.state(2)
	st.Error = large("error", 9<<20)
	if _, err := b.PutState(t.Context(), b.key, st, claim); !errors.Is(err, journal.ErrTooLarge) {
		t.Errorf("PutState = %v, want ErrTooLarge", err)
	}
	if got := len(b.load(b.claim(2, claim))); got != 0 {
		t.Errorf("%d records, want none", got)
	}
}

func endedContext(t *testing.T, b *bench) {
	claim := b.claim(1, 0)
	b.append(claim, 0, call(0))
	cause := errors.New("the pass is over")
	ctx, end := context.WithCancelCause(t.Context())
	end(cause)
	_, err1 := b.State(ctx, b.key)
	_, err2 := b.PutState(ctx, b.key, b.state(2), claim)
	_, err3 := b.Append(ctx, b.key, claim, 1, call(1))
	_, err4 := b.Load(ctx, b.key, claim)
	_, err5 := b.Resolve(ctx, b.key, journal.Value{Object: "none", Bytes: 1})
	for i, err := range []error{err1, err2, err3, err4, err5} {
		if !errors.Is(err, cause) {
			t.Errorf("call %d: %v, want the cause of the context", i+1, err)
		}
	}
}
