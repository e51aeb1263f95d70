package natsconf

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nats.go/micro"

	"github.com/reprise-run/reprise/internal/natstest"
)

var roles = []string{"admin", "executor", "submitter", "operator", "viewer", "connector"}

// serve starts a server with nats.conf and creates assets as the admin.
func serve(t *testing.T) *server.Server {
	t.Helper()
	s := start(t)
	assets(t, connect(t, s, "admin"))
	return s
}

// start starts a server with nats.conf.
func start(t *testing.T) *server.Server {
	t.Helper()
	for _, r := range roles {
		t.Setenv("REPRISE_"+strings.ToUpper(r)+"_PASSWORD", "pw-"+r)
	}
	opts, err := server.ProcessConfigFile("../../nats.conf")
	if err != nil {
		t.Fatalf("read nats.conf: %v", err)
	}
	opts.Host, opts.Port, opts.HTTPPort = "127.0.0.1", -1, 0
	opts.StoreDir, opts.NoLog, opts.NoSigs = t.TempDir(), true, true
	opts.SyncAlways = false // the test measures permissions, not disks
	s, err := server.NewServer(opts)
	if err != nil {
		t.Fatalf("start server: %v", err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(natstest.StartWait) {
		t.Fatal("the server is not ready")
	}
	return s
}

func assets(t *testing.T, c *client) {
	t.Helper()
	ctx := t.Context()
	_, err := c.js.CreateStream(ctx, jetstream.StreamConfig{
		Name: "EXECUTIONS", Retention: jetstream.WorkQueuePolicy, AllowMsgSchedules: true,
		Subjects: []string{"executions.submit.*", "executions.wake.*", "executions.schedule.>"},
	})
	must(t, "create stream", err)
	for _, runtime := range []string{"default", "other"} {
		_, err = c.js.CreateConsumer(ctx, "EXECUTIONS", jetstream.ConsumerConfig{
			Durable: "executors-" + runtime, AckPolicy: jetstream.AckExplicitPolicy,
			FilterSubjects: []string{"executions.submit." + runtime, "executions.wake." + runtime},
		})
		must(t, "create consumer", err)
	}
	for _, bucket := range []string{"executions", "executions-index"} {
		_, err = c.js.CreateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: bucket})
		must(t, "create bucket", err)
	}
	_, err = c.js.CreateObjectStore(ctx, jetstream.ObjectStoreConfig{Bucket: "executions"})
	must(t, "create object store", err)
}

// client is a connection of one role that remembers what the server refused.
type client struct {
	nc *nats.Conn
	js jetstream.JetStream

	mu      sync.Mutex // guards the fields below
	refused []error
	settled int
}

func connect(t *testing.T, s *server.Server, role string) *client {
	t.Helper()
	c := new(client)
	nc, err := nats.Connect(s.ClientURL(), nats.UserInfo(role, "pw-"+role), nats.CustomInboxPrefix("_INBOX_"+role),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			c.mu.Lock()
			defer c.mu.Unlock()
			known := func(e error) bool { return e.Error() == err.Error() }
			if !slices.ContainsFunc(c.refused, known) {
				c.refused = append(c.refused, err)
			}
		}))
	must(t, "connect as "+role, err)
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	must(t, "open JetStream as "+role, err)
	c.nc, c.js = nc, js
	return c
}

// settle waits until the server has judged everything sent so far, and returns
// what it refused since the last time. The client reports refusals on a goroutine
// of its own, so a flush alone would not do; but it reports them in order, and what
// nobody may is refused last.
func (c *client) settle(t *testing.T) error {
	t.Helper()
	c.mu.Lock()
	c.settled++
	last := fmt.Sprintf("nobody.may.%d", c.settled)
	c.mu.Unlock()
	must(t, "publish what nobody may", c.nc.Publish(last, nil))
	must(t, "flush", c.nc.Flush())
	var before []error
	natstest.Eventually(t, "the last refusal", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		at := slices.IndexFunc(c.refused, func(err error) bool { return strings.Contains(err.Error(), `"`+last+`"`) })
		if at < 0 {
			return false
		}
		before, c.refused = c.refused[:at], c.refused[at+1:]
		return true
	})
	return errors.Join(before...)
}

func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func TestExecutorCanDoItsWork(t *testing.T) {
	s := serve(t)
	exe, sub, view := connect(t, s, "executor"), connect(t, s, "submitter"), connect(t, s, "viewer")
	ctx, cancel := context.WithTimeout(t.Context(), 2*natstest.StartWait)
	defer cancel()

	_, err := sub.js.Publish(ctx, "executions.submit.default", []byte("() => 1"))
	must(t, "submit", err)
	cons, err := exe.js.Consumer(ctx, "EXECUTIONS", "executors-default")
	must(t, "bind consumer", err)
	m, err := cons.Next(jetstream.FetchMaxWait(natstest.StartWait))
	must(t, "take the message", err)

	kv, err := exe.js.KeyValue(ctx, "executions")
	must(t, "bind the journal", err)
	_, err = kv.Put(ctx, "default.X.state", []byte(`{}`))
	must(t, "write the journal", err)
	index, err := exe.js.KeyValue(ctx, "executions-index")
	must(t, "bind the index", err)
	_, err = index.Put(ctx, "snippet.x", []byte(`{}`))
	must(t, "write the index", err)
	objects, err := exe.js.ObjectStore(ctx, "executions")
	must(t, "bind the objects", err)
	_, err = objects.PutBytes(ctx, "default.X.abc", make([]byte, 300<<10))
	must(t, "write an object", err)
	_, err = exe.js.Publish(ctx, "executions.schedule.default.X", []byte(`{}`),
		jetstream.WithScheduleAt(time.Now().Add(time.Hour)), jetstream.WithScheduleTarget("executions.wake.default"))
	must(t, "schedule", err)
	must(t, "acknowledge", m.DoubleAck(ctx))

	for role, c := range map[string]*client{"submitter": sub, "viewer": view} {
		objects, err := c.js.ObjectStore(ctx, "executions")
		must(t, role+" binds the objects", err)
		body, err := objects.GetBytes(ctx, "default.X.abc")
		must(t, role+" reads an object", err)
		if len(body) != 300<<10 {
			t.Errorf("%s read %d bytes", role, len(body))
		}
	}
	kv, err = view.js.KeyValue(ctx, "executions")
	must(t, "viewer binds the journal", err)
	_, err = kv.Get(ctx, "default.X.state")
	must(t, "viewer reads the journal", err)
	w, err := kv.Watch(ctx, "default.>")
	must(t, "viewer watches the journal", err)
	if e := <-w.Updates(); e == nil || e.Key() != "default.X.state" {
		t.Errorf("watch gave %v", e)
	}
	must(t, "stop watching", w.Stop())
	for role, c := range map[string]*client{"executor": exe, "submitter": sub, "viewer": view} {
		if err := c.settle(t); err != nil {
			t.Errorf("%s was refused: %v", role, err)
		}
	}
}

func TestTheAPIAnswersThoseWhoMayAsk(t *testing.T) {
	s := serve(t)
	exe := connect(t, s, "executor")
	api, err := micro.AddService(exe.nc, micro.Config{Name: "executions", Version: "1.0.0"})
	must(t, "add the service", err)
	for _, op := range []string{"submit", "get", "list", "pending", "approve", "delete"} {
		must(t, "add "+op, api.AddEndpoint(op, micro.HandlerFunc(func(r micro.Request) {
			_ = r.Respond([]byte(`{}`)) // a lost answer fails the asking side
		}), micro.WithEndpointSubject("executions.api.default."+op)))
	}
	must(t, "flush", exe.nc.Flush())

	may := map[string][]string{
		"submitter": {"submit", "get", "list"},
		"viewer":    {"get", "list", "pending"},
		"operator":  {"submit", "get", "list", "pending", "approve", "delete"},
		"connector": {},
	}
	for role, ops := range may {
		c := connect(t, s, role)
		for _, op := range []string{"submit", "get", "list", "pending", "approve", "delete"} {
			must(t, "publish", c.nc.PublishRequest("executions.api.default."+op, "_INBOX_"+role+".x", nil))
			err := c.settle(t)
			if got, want := err == nil, slices.Contains(ops, op); got != want {
				t.Errorf("%s may %s = %t, want %t (%v)", role, op, got, want, err)
			}
		}
		for _, op := range ops {
			if _, err := c.nc.Request("executions.api.default."+op, nil, natstest.StartWait); err != nil {
				t.Errorf("%s asks %s: %v", role, op, err)
			}
		}
	}
	if err := exe.settle(t); err != nil {
		t.Errorf("executor was refused: %v", err)
	}
}

func TestEventsAndConnectorCalls(t *testing.T) {
	s := serve(t)
	exe, con := connect(t, s, "executor"), connect(t, s, "connector")
	for _, role := range []string{"submitter", "viewer", "operator"} {
		c := connect(t, s, role)
		events, err := c.nc.SubscribeSync("executions.event.default.>")
		must(t, "subscribe", err)
		must(t, "flush", c.nc.Flush())
		must(t, "publish", exe.nc.Publish("executions.event.default.X.started", []byte(`{}`)))
		if _, err := events.NextMsg(natstest.StartWait); err != nil {
			t.Errorf("%s hears an event: %v", role, err)
		}
	}

	svc, err := micro.AddService(con.nc, micro.Config{Name: "items", Version: "1.0.0"})
	must(t, "add the service", err)
	must(t, "add the endpoint", svc.AddEndpoint("list", micro.HandlerFunc(func(r micro.Request) {
		_ = r.Respond([]byte(`[]`)) // a lost answer fails the asking side
	}), micro.WithEndpointSubject("svc.items.list")))
	must(t, "flush", con.nc.Flush())
	for _, subject := range []string{"$SRV.PING", "$SRV.INFO", "$SRV.INFO.items", "svc.items.list"} {
		if _, err := exe.nc.Request(subject, nil, natstest.StartWait); err != nil {
			t.Errorf("executor asks %s: %v", subject, err)
		}
	}
	for role, c := range map[string]*client{"executor": exe, "connector": con} {
		if err := c.settle(t); err != nil {
			t.Errorf("%s was refused: %v", role, err)
		}
	}
}

func TestEachRoleIsRefusedWhatIsNotItsOwn(t *testing.T) {
	s := serve(t)
	journalForgery := "$KV.executions.default.X.log.000000"
	for _, c := range []struct {
		role     string
		subjects []string
	}{
		{"executor", []string{
			"$JS.API.STREAM.DELETE.EXECUTIONS", "$JS.API.STREAM.UPDATE.EXECUTIONS", "$JS.API.STREAM.DELETE.KV_executions",
			"$JS.API.CONSUMER.DELETE.EXECUTIONS.executors-default", "$JS.API.CONSUMER.CREATE.EXECUTIONS.x",
			"$JS.API.CONSUMER.MSG.NEXT.EXECUTIONS.executors-other", "$JS.ACK.EXECUTIONS.executors-other.1.1.1.1.1",
			"$KV.executions.other.X.state", "executions.submit.other", "executions.wake.other", "executions.api.default.approve",
		}},
		{"submitter", []string{
			journalForgery, "executions.submit.other", "executions.wake.default", "executions.schedule.default.X",
			"executions.event.default.X.completed", "executions.api.other.get", "$JS.API.STREAM.DELETE.EXECUTIONS",
			"$JS.API.DIRECT.GET.KV_executions", "$JS.API.STREAM.MSG.GET.EXECUTIONS", "$JS.API.CONSUMER.MSG.NEXT.EXECUTIONS.executors-default",
			"$JS.ACK.EXECUTIONS.executors-default.1.1.1.1.1", "_INBOX_executor.x", "svc.items.list",
		}},
		{"operator", []string{
			journalForgery, "executions.submit.default", "executions.wake.default", "executions.api.other.approve",
		}},
		{"viewer", []string{
			journalForgery, "executions.submit.default", "executions.wake.default", "executions.event.default.X.completed",
			"$JS.API.DIRECT.GET.KV_executions", "$JS.API.DIRECT.GET.KV_executions.$KV.executions.other.X.state",
			"$JS.API.CONSUMER.CREATE.KV_executions.x.$KV.executions.other.>", "$JS.API.CONSUMER.CREATE.EXECUTIONS.x",
			"$O.executions.C.x", "$JS.API.STREAM.PURGE.KV_executions",
		}},
		{"connector", []string{
			journalForgery, "executions.submit.default", "executions.event.default.X.completed", "svc.other.call",
			"$JS.API.STREAM.INFO.EXECUTIONS", "_INBOX_executor.x",
		}},
	} {
		t.Run(c.role, func(t *testing.T) {
			conn := connect(t, s, c.role)
			for _, subject := range c.subjects {
				must(t, "publish", conn.nc.Publish(subject, []byte(`{}`)))
				if err := conn.settle(t); !errors.Is(err, nats.ErrPermissionViolation) {
					t.Errorf("publish to %s = %v, want a refusal", subject, err)
				}
			}
			for _, other := range roles {
				if other == c.role {
					continue
				}
				_, err := conn.nc.SubscribeSync("_INBOX_" + other + ".>")
				must(t, "subscribe", err)
				if err := conn.settle(t); !errors.Is(err, nats.ErrPermissionViolation) {
					t.Errorf("subscribe to the inbox of %s = %v, want a refusal", other, err)
				}
			}
		})
	}
}

func TestTheDurableChoicesAreThere(t *testing.T) {
	for _, r := range roles {
		t.Setenv("REPRISE_"+strings.ToUpper(r)+"_PASSWORD", "pw")
	}
	opts, err := server.ProcessConfigFile("../../nats.conf")
	must(t, "read nats.conf", err)
	if !opts.SyncAlways {
		t.Error("a single node must sync every write")
	}
	if got, want := opts.MaxPayload, int32(8<<20); got != want {
		t.Errorf("max_payload = %d, want %d", got, want)
	}
}
