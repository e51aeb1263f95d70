package natstest

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func TestRestartKeepsPortAndStore(t *testing.T) {
	t.Parallel()
	s := Run(t)
	js := s.JetStream()
	kv, err := js.CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: "b"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kv.PutString(t.Context(), "k", "v"); err != nil {
		t.Fatal(err)
	}
	url := s.URL()
	s.Restart()
	if s.URL() != url {
		t.Errorf("the address went from %s to %s", url, s.URL())
	}
	Eventually(t, "the key after the restart", func() bool {
		e, err := kv.Get(t.Context(), "k")
		return err == nil && string(e.Value()) == "v"
	})
}

func TestProxyLosesAnswersAndNothingElse(t *testing.T) {
	t.Parallel()
	s := Run(t)
	p := NewProxy(t, s.URL())
	nc := Connect(t, p.URL())
	direct := s.Conn()
	got := make(chan string, 10)
	if _, err := direct.Subscribe("echo", func(m *nats.Msg) {
		got <- string(m.Data)
		_ = m.Respond(m.Data)
	}); err != nil {
		t.Fatal(err)
	}
	if err := direct.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := nc.Request("echo", []byte("one"), StartWait); err != nil {
		t.Fatalf("through the proxy: %v", err)
	}
	sent := p.CutAfter("two")
	if _, err := nc.Request("echo", []byte("two"), 200*time.Millisecond); err == nil {
		t.Error("the answer came through")
	}
	<-sent
	for _, want := range []string{"one", "two"} {
		if text := <-got; text != want {
			t.Errorf("the server got %q, want %q", text, want)
		}
	}
	p.Resume()
	Eventually(t, "an answer after Resume", func() bool {
		_, err := nc.Request("echo", []byte("three"), time.Second)
		return err == nil
	})
}
