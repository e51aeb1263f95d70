package natsconn_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	natsconn "github.com/reprise-run/reprise/pkg/connector/nats"
	"github.com/reprise-run/reprise/pkg/retry"
)

func TestDescribesEndpoints(t *testing.T) {
	t.Parallel()
	nc := natstest.Run(t).Conn()
	s := service(t, nc, micro.Config{Name: "items", Description: "Keeps items.", Metadata: map[string]string{"instructions": "Be kind."}})
	endpoint(t, s, "create", map[string]string{
		"description": "Make one.", "input_schema": `{"type":"object","required":["title"]}`, "output_schema": `{"type":"object"}`,
		"requires_approval": "true", "on_unknown": "ask", "revert": "remove", "timeout_ms": "1500",
	}, nil)
	endpoint(t, s, "remove", nil, nil)
	endpoint(t, s, "counter", map[string]string{"read_only": "true", "replay": "reexecute"}, nil)
	endpoint(t, s, "choose", map[string]string{"resolution": "client"}, nil)
	set := newSet(t, nc, nil)

	d, err := set.Describe("items")
	if err != nil || d.Instructions != "Keeps items.\n\nBe kind." || len(d.Methods) != 4 || d.Methods[0].Name != "create" || d.Methods[3].Name != "choose" {
		t.Fatalf("Describe = %+v, %v", d, err)
	}
	create, counter, choose := d.Methods[0], d.Methods[2], d.Methods[3]
	if create.Description != "Make one." || !create.RequiresApproval || create.OnUnknown != connector.OnUnknownAsk || !create.Reverts ||
		create.Timeout != 1500*time.Millisecond || create.Input == nil || create.Output == nil || create.ReadOnly {
		t.Errorf("create: %+v", create)
	}
	if !counter.ReadOnly || !counter.Reexecute || counter.RequiresApproval || !choose.Client {
		t.Errorf("counter: %+v; choose: %+v", counter, choose)
	}
	if _, err := set.Execute(t.Context(), "items", call("create", `{}`)); err == nil || !strings.Contains(err.Error(), "missing property 'title'") {
		t.Errorf("bad arguments: %v", err)
	}
}

func TestBadMetadataLeavesTheMethodOut(t *testing.T) {
	t.Parallel()
	nc := natstest.Run(t).Conn()
	s := service(t, nc, micro.Config{Name: "items"})
	bad := map[string]map[string]string{
		"schema": {"input_schema": `{"type":`}, "schema2": {"output_schema": `{"type":"thing"}`}, "gate": {"requires_approval": "yes please"},
		"replay": {"replay": "always"}, "unknown": {"on_unknown": "pray"}, "resolution": {"resolution": "server"}, "undo": {"revert": "nothing"},
		"time": {"timeout_ms": "-1"}, "both": {"requires_approval": "true", "replay": "reexecute"},
	}
	for name, metadata := range bad {
		endpoint(t, s, name, metadata, nil)
	}
	endpoint(t, s, "good", map[string]string{}, nil)
	if err := s.AddEndpoint("twice", micro.HandlerFunc(func(micro.Request) {}), micro.WithEndpointSubject("a.twice")); err != nil {
		t.Fatal(err)
	}
	if err := s.AddEndpoint("twice", micro.HandlerFunc(func(micro.Request) {}), micro.WithEndpointSubject("b.twice")); err != nil {
		t.Fatal(err)
	}
	bad["twice"] = nil
	log := new(journal)
	set := newSet(t, nc, slog.New(slog.NewTextHandler(log, nil)))
	for name := range bad {
		if _, err := set.Lookup("items", name); !errors.Is(err, connector.ErrNoMethod) {
			t.Errorf("Lookup(%s) = %v, want ErrNoMethod", name, err)
		}
		if n := log.count("level=WARN", "method="+name+" "); n != 1 {
			t.Errorf("%d warnings name %s, want exactly one", n, name)
		}
	}
	if _, err := set.Lookup("items", "good"); err != nil {
		t.Error(err)
	}
}

func TestRequestAsSent(t *testing.T) {
	t.Parallel()
	nc := natstest.Run(t).Conn()
	s := service(t, nc, micro.Config{Name: "items"})
	requests := make(chan micro.Request, 1)
	record := func(r micro.Request) { requests <- r; _ = r.Respond(nil) }
	endpoint(t, s, "create", map[string]string{"revert": "remove"}, record)
	endpoint(t, s, "remove", nil, record)
	set := newSet(t, nc, nil)

	check := func(body, key string) {
		t.Helper()
		r := <-requests
		if string(r.Data()) != body {
			t.Errorf("body %q, want %q", r.Data(), body)
		}
		for name, want := range map[string]string{
			"Execution-Id": "01JX", "Execution-Runtime": "default", "Execution-Seq": "3", "Execution-Attempt": "2", "Idempotency-Key": key,
		} {
			if got := r.Headers().Get(name); got != want {
				t.Errorf("header %s: %q, want %q", name, got, want)
			}
		}
		if r.Headers().Get("Execution-Cancel") == "" {
			t.Error("no header Execution-Cancel")
		}
	}
	if got, err := set.Execute(t.Context(), "items", call("create", "")); got != nil || err != nil {
		t.Errorf("Execute = %q, %v, want no value", got, err)
	}
	check("", "01JX:3")
	if _, err := set.Execute(t.Context(), "items", call("create", `{"a":1}`)); err != nil {
		t.Error(err)
	}
	check(`{"a":1}`, "01JX:3")
	if done, err := set.Revert(t.Context(), "items", call("create", `{"a":1}`), json.RawMessage(`{"id":7}`)); !done || err != nil {
		t.Errorf("Revert = %v, %v", done, err)
	}
	check(`{"args":{"a":1},"result":{"id":7}}`, "01JX:3:revert")
	if done, err := set.Revert(t.Context(), "items", call("remove", ""), nil); done || err != nil {
		t.Errorf("Revert of what cannot be undone = %v, %v", done, err)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	nc := natstest.Run(t).Conn()
	s := service(t, nc, micro.Config{Name: "items"})
	after := func(ms string) micro.RespondOpt { return micro.WithHeaders(micro.Headers{"Retry-After-Ms": {ms}}) }
	for name, h := range map[string]micro.HandlerFunc{
		"ok":      func(r micro.Request) { _ = r.Respond([]byte(`{"id":7}`)) },
		"garbage": func(r micro.Request) { _ = r.Respond([]byte(`<html>`)) },
		"boom":    func(r micro.Request) { _ = r.Error("500", "connector boom", nil) },
		"busy":    func(r micro.Request) { _ = r.Error("429", "busy", nil) },
		"soon":    func(r micro.Request) { _ = r.Error("503", "soon", nil, after("250")) },
		"now":     func(r micro.Request) { _ = r.Error("429", "now", nil, after("0")) },
		"odd":     func(r micro.Request) { _ = r.Error("429", "odd", nil, after("whenever")) },
	} {
		endpoint(t, s, name, nil, h)
	}
	set := newSet(t, nc, nil)
	for _, tt := range []struct {
		method, result, err string
		again               bool
		after               time.Duration
	}{
		{"ok", `{"id":7}`, "", false, 0},
		{"garbage", "", "items.garbage: the connector's result is not valid JSON", false, 0},
		{"boom", "", "connector boom", false, 0},
		{"busy", "", "busy", true, 0},
		{"soon", "", "soon", true, 250 * time.Millisecond},
		{"now", "", "now", true, -1},
		{"odd", "", "odd", true, 0},
	} {
		got, err := set.Execute(t.Context(), "items", call(tt.method, ""))
		asked, again := retry.As(err)
		if string(got) != tt.result || (err == nil) != (tt.err == "") || err != nil && err.Error() != tt.err || again != tt.again || again && asked.After != tt.after {
			t.Errorf("%s: %s, %v (retry %+v); want %+v", tt.method, got, err, asked, tt)
		}
		if connector.IsTimeout(err) {
			t.Errorf("%s: %v is a timeout", tt.method, err)
		}
	}
	named, ok := errors.AsType[*connector.Error](func() error { _, err := set.Execute(t.Context(), "items", call("boom", "")); return err }())
	if !ok || named.Name != "ServiceError" {
		t.Errorf("the error of a service is %+v, want a ServiceError", named)
	}
}

func TestAbandonedCallIsAnnounced(t *testing.T) {
	t.Parallel()
	nc := natstest.Run(t).Conn()
	s := service(t, nc, micro.Config{Name: "items"})
	cancels := make(chan *nats.Msg, 8)
	started := make(chan string, 1)
	silent := func(r micro.Request) {
		if _, err := nc.ChanSubscribe(r.Headers().Get("Execution-Cancel"), cancels); err != nil {
			t.Error(err)
		}
		if err := nc.Flush(); err != nil {
			t.Error(err)
		}
		started <- r.Headers().Get("Execution-Cancel")
	}
	endpoint(t, s, "write", map[string]string{"timeout_ms": "3000"}, silent)
	endpoint(t, s, "read", map[string]string{"timeout_ms": "3000", "read_only": "true"}, silent)
	endpoint(t, s, "free", nil, silent)
	set := newSet(t, natstest.Connect(t, nc.ConnectedUrl()), nil)

	_, err := set.Execute(t.Context(), "items", call("write", ""))
	if _, again := retry.As(err); again || !connector.IsTimeout(err) {
		t.Errorf("write: %v, want a timeout", err)
	}
	if got, want := next(t, cancels).Subject, <-started; got != want {
		t.Errorf("cancelled %s, want %s", got, want)
	}
	_, err = set.Execute(t.Context(), "items", call("read", ""))
	if _, again := retry.As(err); !again {
		t.Errorf("read: %v, want a wish for a retry", err)
	}
	<-started
	next(t, cancels) // both subscriptions have the same subject
	next(t, cancels)

	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-started; cancel() }()
	if _, err := set.Execute(ctx, "items", call("free", "")); !connector.IsTimeout(err) {
		t.Errorf("free: %v, want an open outcome", err)
	}
	next(t, cancels)

	if _, err := set.Execute(ctx, "items", call("free", "")); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the pass: %v", err)
	}
	if len(started) != 0 {
		t.Error("a request was sent after the end of the pass")
	}
}

func TestServiceThatComesAndGoes(t *testing.T) {
	t.Parallel()
	nc := natstest.Run(t).Conn()
	set := newSet(t, nc, nil)
	wantRetry := func(err error) {
		t.Helper()
		if _, again := retry.As(err); !again || !strings.Contains(err.Error(), "no responders") {
			t.Errorf("got %v, want a wish for a retry: no responders", err)
		}
	}
	_, err := set.Lookup("items", "create")
	wantRetry(err)
	_, err = set.Execute(t.Context(), "items", call("create", ""))
	wantRetry(err)

	s := service(t, nc, micro.Config{Name: "items"})
	endpoint(t, s, "create", map[string]string{"requires_approval": "true"}, nil)
	natstest.Eventually(t, "the service", func() bool {
		m, err := set.Lookup("items", "create")
		return err == nil && m.RequiresApproval
	})
	endpoint(t, s, "later", nil, nil)
	natstest.Eventually(t, "a new method", func() bool { _, err := set.Lookup("items", "later"); return err == nil })
	if _, err := set.Lookup("items", "latr"); !errors.Is(err, connector.ErrNoMethod) || !strings.Contains(err.Error(), `did you mean "later"`) {
		t.Errorf("unknown method: %v", err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := set.Lookup("items", "create"); err != nil {
		t.Errorf("the methods are forgotten: %v", err)
	}
	_, err = set.Execute(t.Context(), "items", call("create", ""))
	wantRetry(err)
}

func TestDescriptionIsRenewedInTheBackground(t *testing.T) {
	t.Parallel()
	nc := natstest.Run(t).Conn()
	old := service(t, nc, micro.Config{Name: "items"})
	endpoint(t, old, "create", map[string]string{"description": "old"}, nil)
	c, err := natsconn.New(natsconn.Config{Conn: nc, Service: "items", MinAge: time.Millisecond, MaxAge: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	newer := service(t, nc, micro.Config{Name: "items", Version: "1.9.0"})
	endpoint(t, newer, "create", map[string]string{"description": "new", "requires_approval": "true"}, nil)
	natstest.Eventually(t, "the gate of the new version", func() bool {
		m := c.Describe().Methods
		return m[0].RequiresApproval && m[0].Description == "new"
	})
	newest := service(t, nc, micro.Config{Name: "items", Version: "1.10.0"})
	endpoint(t, newest, "create", map[string]string{"description": "newest"}, nil)
	natstest.Eventually(t, "the newest version", func() bool { return c.Describe().Methods[0].Description == "newest" })
	if m := c.Describe().Methods; len(m) != 1 || !m[0].RequiresApproval {
		t.Errorf("methods %+v: a gate of one instance must hold", m)
	}
}

func TestLargeArgumentsAreRefused(t *testing.T) {
	t.Parallel()
	nc := natstest.RunWith(t, natstest.Options{MaxPayload: 4096}).Conn()
	endpoint(t, service(t, nc, micro.Config{Name: "items"}), "create", nil, nil)
	_, err := newSet(t, nc, nil).Execute(t.Context(), "items", call("create", `"`+strings.Repeat("x", 5000)+`"`))
	if _, again := retry.As(err); again || connector.IsTimeout(err) || err == nil || !strings.Contains(err.Error(), "larger than the 4096 bytes") {
		t.Errorf("got %v", err)
	}
}

func TestClosedConnection(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	endpoint(t, service(t, srv.Conn(), micro.Config{Name: "items"}), "create", nil, nil)
	nc := srv.Conn()
	set := newSet(t, nc, nil)
	nc.Close()
	_, err := set.Execute(t.Context(), "items", call("create", ""))
	if _, again := retry.As(err); !again {
		t.Errorf("got %v, want a wish for a retry", err)
	}
}

func TestNewRefusesConfig(t *testing.T) {
	t.Parallel()
	nc := natstest.Run(t).Conn()
	for _, cfg := range []natsconn.Config{{}, {Service: "items"}, {Conn: nc}, {Conn: nc, Service: "a.b"}, {Conn: nc, Service: ">"}} {
		if _, err := natsconn.New(cfg); err == nil {
			t.Errorf("New(%+v) took it", cfg)
		}
	}
}
