package stream

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/internal/natstest"
)

func streamConfig(t *testing.T, js jetstream.JetStream, name string) jetstream.StreamConfig {
	t.Helper()
	str, err := js.Stream(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return str.CachedInfo().Config
}

func TestOpenCreatesWhatIsMissing(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	s := open(t, srv.Conn(), Config{Shards: 2, Runtimes: []string{"default", "jobs"}})
	js := s.JetStream()
	q := streamConfig(t, js, StreamName)
	if text := compareQueue(q); len(text) > 0 {
		t.Errorf("the queue differs from what was asked for: %v", text)
	}
	for _, bucket := range []string{"executions", "executions-1", IndexBucket} {
		c := streamConfig(t, js, "KV_"+bucket)
		if text := compareBucket(c); len(text) > 0 || c.Compression != jetstream.NoCompression {
			t.Errorf("bucket %s: %v", bucket, text)
		}
	}
	streamConfig(t, js, "OBJ_executions")
	for _, runtime := range []string{"default", "jobs"} {
		c, err := js.Consumer(t.Context(), StreamName, "executors-"+runtime)
		if err != nil {
			t.Fatal(err)
		}
		if text := compareConsumer(c.CachedInfo().Config, consumerConfig(runtime, 15*time.Second)); len(text) > 0 {
			t.Errorf("consumer of %s: %v", runtime, text)
		}
	}
}

func TestOpenTakesTheChoicesOfTheAssets(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	if err := Init(t.Context(), srv.Conn(), Config{Shards: 3}); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s := open(t, srv.Conn(), Config{Shards: 2, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if s.Shards() != 3 || s.Replicas() != 1 {
		t.Errorf("%d shards, %d replicas; want those of the assets, 3 and 1", s.Shards(), s.Replicas())
	}
	if !strings.Contains(log.String(), "choices") {
		t.Errorf("the difference is not reported: %s", log.String())
	}
	if s := open(t, srv.Conn(), Config{}); s.Shards() != 3 {
		t.Errorf("%d shards without a wish, want 3", s.Shards())
	}
}

func TestInitRefusesToChangeTheChoices(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	nc := srv.Conn()
	for range 2 { // it may be repeated
		if err := Init(t.Context(), nc, Config{Shards: 3}); err != nil {
			t.Fatal(err)
		}
	}
	if err := Init(t.Context(), nc, Config{}); err != nil {
		t.Errorf("Init without a wish = %v", err)
	}
	if err := Init(t.Context(), nc, Config{Shards: 4}); !errors.Is(err, ErrChoices) {
		t.Errorf("Init with other choices = %v, want ErrChoices", err)
	}
}

func TestOpenNeverChangesWhatExists(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	nc := srv.Conn()
	s := open(t, nc, Config{})
	js := s.JetStream()
	changed := streamConfig(t, js, StreamName)
	changed.Duplicates = time.Minute
	changed.Description = "mine"
	if _, err := js.UpdateStream(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	open(t, nc, Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if got := streamConfig(t, js, StreamName).Duplicates; got != time.Minute || !strings.Contains(log.String(), "executor init") {
		t.Errorf("duplicates window %v, log %q; want it untouched and reported", got, log.String())
	}
	if err := Init(t.Context(), nc, Config{}); err != nil {
		t.Fatal(err)
	}
	if got := streamConfig(t, js, StreamName); got.Duplicates != dedupWindow || got.Description != "mine" {
		t.Errorf("after Init: window %v, description %q", got.Duplicates, got.Description)
	}
}

func TestOpenRefusesAssetsThatLoseWork(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	nc := srv.Conn()
	js := natstest.JetStream(t, nc)
	cfg := queueConfig(choices{1, 1})
	cfg.MaxAge = time.Hour
	if _, err := js.CreateStream(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), nc, Config{})
	if !errors.Is(err, ErrAssets) || !strings.Contains(err.Error(), "executor init") {
		t.Errorf("Open = %v, want ErrAssets with the command that helps", err)
	}
	if err := Init(t.Context(), nc, Config{}); err != nil {
		t.Fatal(err)
	}
	open(t, nc, Config{})
}

func TestOpenWithoutChoicesNamesTheCommand(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	nc := srv.Conn()
	cfg := queueConfig(choices{1, 1})
	cfg.Metadata = nil
	if _, err := natstest.JetStream(t, nc).CreateStream(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), nc, Config{})
	if !errors.Is(err, ErrChoices) || !strings.Contains(err.Error(), "executor init") {
		t.Errorf("Open = %v, want ErrChoices with the command that helps", err)
	}
	if err := Init(t.Context(), nc, Config{Shards: 2}); err != nil {
		t.Fatal(err)
	}
	if s := open(t, nc, Config{}); s.Shards() != 2 {
		t.Errorf("%d shards, want 2", s.Shards())
	}
}

func TestManyMayOpenAtOnce(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	var wg sync.WaitGroup
	for range 8 {
		nc := srv.Conn()
		wg.Go(func() {
			if _, err := Open(t.Context(), nc, Config{Shards: 2, Runtimes: []string{"default"}}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestDeniedIsSaid(t *testing.T) {
	t.Parallel()
	acc := server.NewAccount("A")
	srv := natstest.RunWith(t, natstest.Options{
		Accounts: []*server.Account{acc},
		Users: []*server.User{
			{Username: "admin", Password: "p", Account: acc},
			{Username: "executor", Password: "p", Account: acc, Permissions: &server.Permissions{
				Publish: &server.SubjectPermission{Deny: []string{"$JS.API.STREAM.CREATE.>", "$JS.API.CONSUMER.CREATE.>", "$JS.API.CONSUMER.DURABLE.CREATE.>"}},
			}},
		},
	})
	if err := enableJetStream(srv); err != nil {
		t.Fatal(err)
	}
	executor := srv.Conn(nats.UserInfo("executor", "p"))
	_, err := Open(t.Context(), executor, Config{})
	if !errors.Is(err, ErrDenied) || !strings.Contains(err.Error(), "executor init") {
		t.Errorf("Open = %v, want ErrDenied with the command that helps", err)
	}
	if err := Init(t.Context(), srv.Conn(nats.UserInfo("admin", "p")), Config{Runtimes: []string{"default"}}); err != nil {
		t.Fatal(err)
	}
	s := open(t, executor, Config{Runtimes: []string{"default"}})
	openQueue(t, s)
}

func enableJetStream(srv *natstest.Server) error {
	acc, err := srv.Raw().LookupAccount("A")
	if err != nil {
		return err
	}
	return acc.EnableJetStream(nil, nil)
}

func TestDomainIsReachedThroughItsPrefix(t *testing.T) {
	t.Parallel()
	srv := natstest.RunWith(t, natstest.Options{Domain: "hub"})
	s := open(t, srv.Conn(), Config{Domain: "hub"})
	key, rev := claimed(t, s)
	if _, err := s.Journal().Append(t.Context(), key, rev, 0, call(0)); err != nil {
		t.Fatal(err)
	}
	if all, err := s.Journal().Load(t.Context(), key, rev); err != nil || len(all) != 1 {
		t.Errorf("%d records, %v; want 1", len(all), err)
	}
	q := openQueue(t, s)
	submit(t, s, "x")
	if err := next(t, q).Ack(t.Context()); err != nil {
		t.Error(err)
	}
}
