package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/micro"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

func TestGetAnswersTheFoldedRecord(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	id := at(1)
	w := b.claimed(execution.Request{ID: id, Code: "() => 1", Input: json.RawMessage(`{"n":1}`), Labels: map[string]string{"team": "a"}})
	w.append(journal.Record{Attempt: 1, At: 1000, Issued: []journal.Intent{
		{Seq: 0, Connector: "demo", Method: "echo", Args: text(`"hi"`)},
		{Seq: 1, Connector: "items", Method: "create", Args: text(`{"t":1}`), RequiresApproval: true, Pending: execution.PendingApproval},
	}})
	w.append(journal.Record{Attempt: 1, At: 2000, Done: []journal.Completion{
		{Ref: journal.Ref{N: 0}, Mark: journal.MarkApplied, Result: text(`"hi"`), At: 2000, Attempt: 1},
	}})
	w.settle(execution.Paused, func(s *journal.State) {
		s.Pending = []int{1}
		s.Waits = []journal.Wait{{Seq: 1, Kind: execution.PendingApproval, Connector: "items", Method: "create", Args: text(`{"t":1}`), Since: 1000}}
		s.Logs = text(`[{"attempt":0,"lines":["old"]},{"attempt":1,"lines":["a","b"]}]`)
	})

	got, err := b.client.Get(t.Context(), id)
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	if got.Status != execution.Paused || got.Code != "() => 1" || string(got.Input) != `{"n":1}` || got.Labels["team"] != "a" {
		t.Errorf("Get = %+v", got)
	}
	if strings.Join(got.Logs, ",") != "a,b" {
		t.Errorf("logs = %q, want those of the last pass", got.Logs)
	}
	if len(got.Calls) != 2 || got.Calls[0].State != execution.Applied || got.Calls[1].State != execution.Pending {
		t.Errorf("calls = %+v, want applied and pending", got.Calls)
	}
	if len(got.Pending) != 1 || got.Pending[0].Seq != 1 || got.Pending[0].Kind != execution.PendingApproval || got.Pending[0].ExecutionID != id {
		t.Errorf("pending = %+v", got.Pending)
	}
	if !got.CreatedAt.Equal(id.Time()) {
		t.Errorf("createdAt = %v, want %v", got.CreatedAt, id.Time())
	}
}

func TestASilentLastPassHasNoLogs(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	w := b.claimed(execution.Request{ID: at(1), Code: "x"})
	w.settle(execution.Completed, func(s *journal.State) {
		s.Attempt, s.Result, s.Logs = 2, text("1"), text(`[{"attempt":1,"lines":["old"]}]`)
	})
	got, err := b.client.Get(t.Context(), w.key.ID)
	if err != nil || len(got.Logs) != 0 || string(got.Result) != "1" {
		t.Errorf("Get = %+v, %v, want no logs and the result", got, err)
	}
}

func TestGetOfUnknownDeletedAndMalformedIDs(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	deleted := b.claimed(execution.Request{ID: at(1), Code: "x"})
	deleted.settle(execution.Deleted, nil)
	for _, c := range []struct {
		body, says string
		code       int
		want       error
	}{
		{`{"id":"` + string(at(2)) + `"}`, "no execution", 404, ErrNotFound},
		{`{"id":"` + string(deleted.key.ID) + `"}`, "was deleted", 410, ErrGone},
		{`{"id":"` + strings.ToLower(string(deleted.key.ID)) + `"}`, "was deleted", 410, ErrGone},
		{`{"id":"x.>"}`, "id", 400, ErrBadRequest},
		{`{}`, "id: missing", 400, ErrBadRequest},
		{``, "id: missing", 400, ErrBadRequest},
		{`{"id":7}`, "id: must be a string", 400, ErrBadRequest},
		{`{"idd":"x"}`, "idd: unknown field; the fields are calls, from, id", 400, ErrBadRequest},
		{`[]`, "must be a JSON object", 400, ErrBadRequest},
		{`{`, "must be a JSON object", 400, ErrBadRequest},
	} {
		err := b.raw("get", []byte(c.body))
		var refused *Error
		if !errors.As(err, &refused) || refused.Code != c.code || !strings.Contains(refused.Message, c.says) || !errors.Is(err, c.want) {
			t.Errorf("get %s = %v, want %d %q", c.body, err, c.code, c.says)
		}
	}
}

// raw asks with a body of any kind.
func (b *bench) raw(op string, body []byte) error {
	b.t.Helper()
	reply, err := b.s.Conn().Request(stream.APISubject(runtime, op), body, natstest.StartWait)
	if err != nil {
		b.t.Fatalf("ask %s: %v", op, err)
	}
	if reply.Header.Get("Nats-Service-Error-Code") == "" {
		return nil
	}
	code, err := strconv.Atoi(reply.Header.Get("Nats-Service-Error-Code"))
	if err != nil {
		b.t.Fatalf("error code of %s: %v", op, err)
	}
	return &Error{Code: code, Message: reply.Header.Get("Nats-Service-Error")}
}

func TestListPagesFiltersAndRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	var ids []execution.ID // newest first
	for i := range 7 {
		r := execution.Request{ID: at(i), Code: "x"}
		if i%2 == 0 {
			r.Labels = map[string]string{"team": "billing", "n": "x=y"}
		}
		w := b.claimed(r)
		if i == 3 {
			w.settle(execution.Completed, func(s *journal.State) { s.Result = text("42") })
		}
		ids = append([]execution.ID{r.ID}, ids...)
	}
	hidden := b.claimed(execution.Request{ID: at(99), Code: "x"})
	hidden.settle(execution.Deleted, nil)

	list := func(q ListQuery) (got []execution.ID) {
		for {
			l, err := b.client.List(t.Context(), q)
			if err != nil {
				t.Fatalf("List(%+v): %v", q, err)
			}
			if q.Limit > 0 && len(l.Executions) > q.Limit || len(l.Executions) == 0 && l.Cursor != "" {
				t.Fatalf("List(%+v) has %d rows and cursor %q", q, len(l.Executions), l.Cursor)
			}
			for _, r := range l.Executions {
				got = append(got, r.ExecutionID)
			}
			if q.Cursor = l.Cursor; q.Cursor == "" {
				return got
			}
		}
	}
	moment := func(i int) *time.Time { at := at(i).Time(); return &at }
	for _, c := range []struct {
		q    ListQuery
		want []execution.ID
	}{
		{ListQuery{}, ids},
		{ListQuery{Limit: 1}, ids},
		{ListQuery{Limit: 3}, ids},
		{ListQuery{Limit: 7}, ids},
		{ListQuery{Status: Statuses{execution.Completed}}, ids[3:4]},
		{ListQuery{Label: "team=billing", Limit: 2}, []execution.ID{ids[0], ids[2], ids[4], ids[6]}},
		{ListQuery{Label: "n=x=y", Limit: 4}, []execution.ID{ids[0], ids[2], ids[4], ids[6]}},
		{ListQuery{Label: "team=other"}, nil},
		{ListQuery{Since: moment(4)}, ids[:3]},
		{ListQuery{Until: moment(4)}, ids[3:]},
		{ListQuery{Since: moment(2), Until: moment(4)}, ids[3:5]},
	} {
		if got := list(c.q); !slices.Equal(got, c.want) {
			t.Errorf("List(%+v) = %v, want %v", c.q, got, c.want)
		}
	}
	if l, err := b.client.List(t.Context(), ListQuery{Limit: 7}); err != nil || l.Cursor != "" {
		t.Errorf("a last page that is full has cursor %q, %v; want none", l.Cursor, err)
	}
	if err := b.raw("list", []byte(`{"limit":0}`)); err != nil {
		t.Errorf("list of nothing = %v, want an empty one", err)
	}
	for body, says := range map[string]string{
		`{"status":"done"}`:         "status: ",
		`{"label":"team"}`:          "label: ",
		`{"since":"yesterday"}`:     "since: ",
		`{"until":1}`:               "until: must be a string",
		`{"limit":-1}`:              "limit: must be 0 to 1000",
		`{"limit":1001}`:            "limit: must be 0 to 1000",
		`{"cursor":"x"}`:            "cursor: ",
		`{"order":"asc","limit":1}`: "order: unknown field",
	} {
		if err := b.raw("list", []byte(body)); err == nil || !errors.Is(err, ErrBadRequest) || !strings.Contains(err.Error(), says) {
			t.Errorf("list %s = %v, want 400 %q", body, err, says)
		}
	}
}

func TestAnswersFitIntoAMessage(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{MaxPayload: 256 << 10})
	b.serve(ServiceConfig{})
	w := b.claimed(execution.Request{ID: at(1), Code: "x"})
	big := `"` + strings.Repeat("a", 30<<10) + `"`
	for i := range 12 {
		w.append(journal.Record{Attempt: 1, At: 1000,
			Issued: []journal.Intent{{Seq: i, Connector: "demo", Method: "echo"}},
			Done:   []journal.Completion{{Ref: journal.Ref{N: i}, Mark: journal.MarkApplied, Result: text("%s", big), At: 1, Attempt: 1}}})
	}
	w.settle(execution.Completed, func(s *journal.State) { s.Result = text(`"kept"`) })
	got, err := b.client.Get(t.Context(), w.key.ID)
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	if len(got.Calls) != 12 || string(got.Result) != `"kept"` {
		t.Errorf("Get has %d calls and result %s, want all 12 and the result", len(got.Calls), got.Result)
	}
	omitted := 0
	for _, c := range got.Calls {
		if bytes.Contains(c.Result, []byte("$omitted")) {
			omitted++
		}
	}
	if omitted == 0 || omitted == 12 {
		t.Errorf("%d results are left out, want some", omitted)
	}
	for i := range 12 { // a listing ends the page instead
		w := b.claimed(execution.Request{ID: at(10 + i), Code: "x"})
		w.settle(execution.Completed, func(s *journal.State) { s.Result = text("%s", big) })
	}
	l, err := b.client.List(t.Context(), ListQuery{})
	if err != nil || l.Cursor == "" || len(l.Executions) == 0 {
		t.Errorf("List = %d rows, cursor %q, %v; want a part and a cursor", len(l.Executions), l.Cursor, err)
	}
}

func TestTheServiceIsFoundAndEndsCleanly(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	stop := b.serve(ServiceConfig{Executor: "e1", Version: "1.2.3"})
	info, err := b.s.Conn().Request("$SRV.INFO.executions", nil, natstest.StartWait)
	if err != nil || !bytes.Contains(info.Data, []byte(`"executor":"e1"`)) || !bytes.Contains(info.Data, []byte("executions.api.default.list")) {
		t.Errorf("$SRV.INFO.executions = %s, %v", info.Data, err)
	}
	seen := map[string]bool{}
	var offers micro.Info
	if err := json.Unmarshal(info.Data, &offers); err != nil {
		t.Fatalf("read the answer: %v", err)
	}
	for _, e := range offers.Endpoints {
		if seen[e.Name] || e.Subject != stream.APISubject(runtime, strings.Replace(e.Name, "_", ".", 1)) {
			t.Errorf("endpoint %s at %s: it is there twice, or under another subject", e.Name, e.Subject)
		}
		seen[e.Name] = true
	}
	if !seen["snippet_save"] || len(seen) != 20 {
		t.Errorf("%d endpoints, want 20 with snippet_save: %v", len(seen), seen)
	}

	// One who waits is told that the executor goes, and not left alone.
	waits := make(chan error, 1)
	id := at(1)
	go func() {
		_, err := b.client.ask(context.Background(), "submit", map[string]any{"id": id, "code": "x", "wait": true}, natstest.StartWait)
		waits <- err
	}()
	b.untilQueued(id)
	if err := stop(); err != nil {
		t.Errorf("Run = %v, want nil", err)
	}
	var refused *Error
	if err := <-waits; !errors.As(err, &refused) || refused.Code != http.StatusServiceUnavailable {
		t.Errorf("waiting ended with %v, want 503", err)
	}
	if _, err := b.client.Get(t.Context(), id); !errors.Is(err, ErrNoExecutor) {
		t.Errorf("Get without an executor = %v, want ErrNoExecutor", err)
	}
}

func TestAPanicEndsOnlyItsRequest(t *testing.T) {
	t.Parallel()
	s, err := NewService(ServiceConfig{Stream: new(stream.Stream), Runtimes: []string{"r"}})
	if err != nil {
		t.Fatalf("new service: %v", err)
	}
	_, err = s.perform(t.Context(), operation{name: "x", run: func(context.Context, call) (any, error) { panic("boom") }}, call{})
	if got := refusal(err).Code; got != 500 {
		t.Errorf("code = %d, want 500", got)
	}
}

func TestServiceConfigNamesEveryProblem(t *testing.T) {
	t.Parallel()
	_, err := NewService(ServiceConfig{Runtimes: []string{"a.b"}, MaxRequests: -1})
	for _, want := range []string{"stream", "a.b", "max requests"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("NewService = %v, want it to name %q", err, want)
		}
	}
}

func TestEachOperationIsThereOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, o := range new(Service).operations() {
		if seen[o.name] {
			t.Errorf("the operation %s is there twice", o.name)
		}
		seen[o.name] = true
	}
}
