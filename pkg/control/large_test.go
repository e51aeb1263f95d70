package control

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// applied writes calls that were made and gave their number, in one record each batch.
func (w *writer) applied(calls, batch int) {
	w.b.t.Helper()
	for from := 0; from < calls; from += batch {
		r := journal.Record{Attempt: 1, At: 1000}
		for seq := from; seq < from+batch; seq++ {
			r.Issued = append(r.Issued, journal.Intent{Seq: seq, Connector: "demo", Method: "echo", Args: text(`{"v":%d}`, seq)})
			r.Done = append(r.Done, journal.Completion{Ref: journal.Ref{N: seq}, Mark: journal.MarkApplied, Result: text("%d", seq), At: 1000, Attempt: 1})
		}
		w.append(r)
	}
}

// inOrder checks that the calls are those of the first seqs.
func inOrder(t *testing.T, calls []execution.Entry, n int) {
	t.Helper()
	if len(calls) != n {
		t.Errorf("%d calls, want %d", len(calls), n)
	}
	for i, e := range calls {
		if e.Seq != i || string(e.Result) != string(text("%d", i).JSON) {
			t.Fatalf("call %d is %+v", i, e)
		}
	}
}

func TestManyCallsComeInPages(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{MaxPayload: 256 << 10})
	b.serve(ServiceConfig{})
	const calls = 5000
	w := b.claimed(execution.Request{ID: at(1), Code: "x"})
	w.applied(calls, 500)
	w.settle(execution.Completed, func(s *journal.State) { s.Result = text(`"kept"`) })
	first, err := b.client.Get(t.Context(), w.key.ID)
	if err != nil || first.NextCall == nil {
		t.Fatalf("Get: next call %v, %v; want a part of the calls", first.NextCall, err)
	}
	if n := *first.NextCall; n < 500 || first.Code != "x" || string(first.Result) != `"kept"` {
		t.Errorf("the first page has %d calls, code %q and result %s", n, first.Code, first.Result)
	}
	inOrder(t, first.Calls, *first.NextCall)
	all, err := b.client.AllCalls(t.Context(), first)
	if err != nil || all.NextCall != nil || all.Code != "x" {
		t.Errorf("AllCalls: next call %v, code %q, %v", all.NextCall, all.Code, err)
	}
	inOrder(t, all.Calls, calls)
	inOrder(t, first.Calls, *first.NextCall) // its argument is as it was

	o, err := b.client.Wait(t.Context(), w.key.ID, Follow{})
	if err != nil || o.NextCall == nil || *o.NextCall != len(o.Calls) {
		t.Errorf("the outcome has %d calls, next %v, %v", len(o.Calls), o.NextCall, err)
	}
	var past execution.Record
	if err := b.client.Call(t.Context(), "get", map[string]any{"id": w.key.ID, "from": calls}, &past); err != nil || len(past.Calls) != 0 || past.NextCall != nil {
		t.Errorf("get behind the end has %d calls, next %v, %v", len(past.Calls), past.NextCall, err)
	}
	if err := b.raw("get", []byte(`{"id":"`+string(w.key.ID)+`","from":-1}`)); !errors.Is(err, ErrBadRequest) {
		t.Errorf("get from -1 = %v, want %v", err, ErrBadRequest)
	}
}

// A call that no message holds as it is does not stop who asks for the others.
func TestACallTooLargeForAMessageIsShownWithoutItsValues(t *testing.T) {
	t.Parallel()
	const limit = 4096
	large := text(`"%s"`, strings.Repeat("a", 3000)).JSON
	calls := make([]execution.Entry, 40)
	for i := range calls {
		calls[i] = execution.Entry{Seq: i, Connector: "demo", Method: strings.Repeat("m", 100), Args: text("1").JSON, State: execution.Applied}
	}
	calls[0].Args, calls[0].Result = large, large
	body, err := fitRecord(execution.Record{ExecutionID: at(1), Calls: calls}, limit)
	if err != nil || len(body) > limit {
		t.Fatalf("%d bytes, %v; want at most %d", len(body), err, limit)
	}
	var r execution.Record
	if err := json.Unmarshal(body, &r); err != nil {
		t.Fatal(err)
	}
	if r.NextCall == nil || *r.NextCall != len(r.Calls) || len(r.Calls) == 0 || string(r.Calls[0].Args) != `{"$omitted":3002}` {
		t.Errorf("%d calls, next %v: %.300s", len(r.Calls), r.NextCall, body)
	}
}

// A journal that is not read in time keeps nobody waiting: what the state says is
// answered, and what was asked for is done.
func TestRecordsThatTakeTooLongHaveNoCalls(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{ReadTime: time.Nanosecond})
	for i, c := range []struct {
		name         string
		before, then execution.Status
		do           func(context.Context, execution.ID) (execution.Record, error)
	}{
		{"get", execution.Completed, execution.Completed, b.client.Get},
		{"rollback", execution.Running, execution.Queued, func(ctx context.Context, id execution.ID) (execution.Record, error) {
			return b.client.Rollback(ctx, id, "me")
		}},
		{"cancel", execution.Sleeping, execution.Cancelled, func(ctx context.Context, id execution.ID) (execution.Record, error) {
			return b.client.Cancel(ctx, id, false, "me")
		}},
	} {
		w := b.claimed(execution.Request{ID: at(i), Code: "x", Input: json.RawMessage(`7`)})
		w.applied(3, 3)
		w.settle(c.before, nil)
		r, err := c.do(t.Context(), w.key.ID)
		if err != nil || r.Status != c.then || len(r.Calls) != 0 || r.NextCall == nil || *r.NextCall != 0 {
			t.Errorf("%s = %s with %d calls, next %v, %v; want %s and none", c.name, r.Status, len(r.Calls), r.NextCall, err, c.then)
		}
		all, err := b.client.AllCalls(t.Context(), r)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		inOrder(t, all.Calls, 3)
		if all.Code != "x" || string(all.Input) != "7" || all.NextCall != nil {
			t.Errorf("%s: code %q, input %s, next %v: not all of it", c.name, all.Code, all.Input, all.NextCall)
		}
	}
	if err := b.raw("get", []byte(`{"id":"`+string(at(50))+`"}`)); !errors.Is(err, ErrNotFound) {
		t.Errorf("get of an unknown one = %v, want %v", err, ErrNotFound)
	}
}

// The journal is the large part of an execution: each operation reads it once at most.
func TestOperationsReadTheJournalOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	nc := b.server.Conn()
	reads, err := nc.SubscribeSync("$JS.API.DIRECT.GET.KV_executions")
	if err != nil {
		t.Fatal(err)
	}
	count := func() (n int) {
		if err := nc.Flush(); err != nil { // what was sent before has come
			t.Fatal(err)
		}
		for {
			m, err := reads.NextMsg(time.Nanosecond)
			if errors.Is(err, nats.ErrTimeout) {
				return n
			}
			if strings.Contains(string(m.Data), ".log.") {
				n++
			}
		}
	}
	from, client := 1, b.patient()
	for i, c := range []struct {
		op    string
		in    map[string]any
		state execution.Status
		want  int
	}{
		{"get", nil, execution.Completed, 1},
		{"get", map[string]any{"calls": true}, execution.Completed, 1},
		{"get", map[string]any{"calls": false}, execution.Running, 0},
		{"rollback", nil, execution.Completed, 1},
		{"cancel", nil, execution.Sleeping, 1},
		{"cancel", map[string]any{"rollback": true}, execution.Sleeping, 1},
		{"restart", nil, execution.Error, 1},
		{"restart", map[string]any{"from": &from}, execution.Completed, 1},
		{"approve", map[string]any{"wait": false}, execution.Paused, 1},
		{"approve", nil, execution.Completed, 0}, // refused
		{"reject", nil, execution.Paused, 1},
		{"reject", nil, execution.Completed, 0},
		{"snippet.save", map[string]any{"name": "s"}, execution.Completed, 0},
		{"signal", map[string]any{"name": "s"}, execution.Waiting, 0},
		{"pending", nil, execution.Paused, 0},
	} {
		w := b.claimed(execution.Request{ID: at(i), Code: "x"})
		w.applied(3, 3)
		w.settle(c.state, func(s *journal.State) {
			if c.state == execution.Paused {
				s.Pending, s.Waits = []int{2}, []journal.Wait{{Seq: 2, Kind: execution.PendingApproval, Connector: "demo", Method: "echo"}}
			}
		})
		count()
		in := map[string]any{"id": w.key.ID}
		for k, v := range c.in {
			in[k] = v
		}
		var out any
		err := client.Call(t.Context(), c.op, in, &out)
		if err != nil && !errors.Is(err, ErrConflict) {
			t.Errorf("%s: %v", c.op, err)
		}
		if got := count(); got != c.want {
			t.Errorf("%s %v of one that is %s reads the journal %d times, want %d", c.op, c.in, c.state, got, c.want)
		}
	}
}

// The pages of an export are not read from the beginning again, each of them.
func TestExportReadsItsPagesOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{MaxPayload: 256 << 10})
	b.serve(ServiceConfig{})
	w := b.claimed(execution.Request{ID: at(1), Code: "x"})
	const records = 1500
	for n := range records {
		w.append(journal.Record{Attempt: 1, At: 1000,
			Issued: []journal.Intent{{Seq: n, Connector: "demo", Method: "echo", Args: text(`"<%s>"`, strings.Repeat("a", 1000))}}})
	}
	w.settle(execution.Completed, nil)
	nc := b.server.Conn()
	var pages, asked int
	sub, err := nc.SubscribeSync("$JS.API.DIRECT.GET.KV_executions")
	if err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	e, err := b.patient().Export(t.Context(), w.key.ID)
	if err != nil || len(e.Records) != records {
		t.Fatalf("Export = %d records, %v; want %d", len(e.Records), err, records)
	}
	for n, r := range e.Records {
		if len(r.Issued) != 1 || r.Issued[0].Seq != n {
			t.Fatalf("record %d is %+v", n, r)
		}
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	for {
		m, err := sub.NextMsg(time.Nanosecond)
		if errors.Is(err, nats.ErrTimeout) {
			break
		}
		if n := strings.Count(string(m.Data), ".log."); n > 0 {
			pages, asked = pages+1, asked+n
		}
	}
	// Once for their number, once for themselves, and what the pages read too much.
	if most := 5 * records; asked > most {
		t.Errorf("%d records are asked for in %d requests, want at most %d", asked, pages, most)
	}
}

// absent is a connector that may know more methods than it has, and is asked for them.
type absent struct{ asked atomic.Int64 }

func (*absent) Describe() connector.Description { return connector.Description{} }

func (*absent) Execute(context.Context, connector.Call) (json.RawMessage, error) { return nil, nil }

func (a *absent) Refresh(context.Context) error {
	a.asked.Add(1)
	return nil
}

// There are many calls and few methods: a connector is asked once whether it can undo one.
func TestRollbackAsksOnceForEachMethod(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	a := new(absent)
	set, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{{Name: "demo", Connector: a}}})
	if err != nil {
		t.Fatal(err)
	}
	b.serve(ServiceConfig{Connectors: set})
	w := b.claimed(execution.Request{ID: at(1), Code: "x"})
	w.applied(100, 100)
	w.settle(execution.Completed, nil)
	before := a.asked.Load()
	r, err := b.client.Rollback(t.Context(), w.key.ID, "me")
	if err != nil || r.Status != execution.Completed {
		t.Errorf("rollback = %s, %v; want nothing changed", r.Status, err)
	}
	if n := a.asked.Load() - before; n != 1 {
		t.Errorf("the connector was asked %d times, want once", n)
	}
}

// patient returns a client that asks nothing again while a test counts.
func (b *bench) patient() *Client {
	b.t.Helper()
	c, err := NewClient(ClientConfig{Conn: b.server.Conn(), Timeout: time.Minute})
	if err != nil {
		b.t.Fatalf("new client: %v", err)
	}
	return c
}

// Whoever waits for a large execution does not have its journal read all the time.
func TestWaitingReadsNoCalls(t *testing.T) {
	t.Parallel()
	server := natstest.Run(t)
	nc := server.Conn()
	c, err := NewClient(ClientConfig{Conn: server.Conn(), Timeout: time.Minute}) // nothing is asked again
	if err != nil {
		t.Fatal(err)
	}
	var looks []string
	answers := []string{`"running"`, `"running","rollback":{"done":false}`, `"completed"`, `"completed","calls":[{"seq":0}]`}
	if _, err := nc.Subscribe("executions.api.default.get", func(m *nats.Msg) {
		looks = append(looks, string(m.Data))
		if err := m.Respond([]byte(`{"status":` + answers[0] + `}`)); err != nil {
			t.Error(err)
		}
		answers = answers[1:]
	}); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	o, err := c.Wait(t.Context(), at(1), Follow{})
	if err != nil || len(o.Calls) != 1 {
		t.Errorf("Wait = %+v, %v; want the outcome with its call", o, err)
	}
	for i, body := range looks {
		if last := i == len(looks)-1; strings.Contains(body, `"calls":false`) == last {
			t.Errorf("request %d is %s", i, body)
		}
	}
}
