package embedded

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func start(t *testing.T, c Config) *Server {
	t.Helper()
	s, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func connect(t *testing.T, url string, opts ...nats.Option) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect(url, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

func TestServesInsideTheProcessOnly(t *testing.T) {
	t.Parallel()
	s := start(t, Config{StoreDir: t.TempDir(), Port: -1})
	if s.ClientURL() != "" {
		t.Errorf("ClientURL = %q without Listen, want none", s.ClientURL())
	}
	nc := connect(t, "", s.InProcess())
	if nc.MaxPayload() != 8<<20 {
		t.Errorf("max payload %d, want 8 MB", nc.MaxPayload())
	}
	putKey(t, nc)
}

func putKey(t *testing.T, nc *nats.Conn) {
	t.Helper()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	kv, err := js.CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: "b"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kv.Put(t.Context(), "k", []byte("v")); err != nil {
		t.Fatal(err)
	}
}

func TestListensOnLoopback(t *testing.T) {
	t.Parallel()
	s := start(t, Config{StoreDir: t.TempDir(), Port: -1, Listen: true})
	if !strings.HasPrefix(s.ClientURL(), "nats://127.0.0.1:") {
		t.Errorf("ClientURL = %q, want a loopback address", s.ClientURL())
	}
	connect(t, s.ClientURL())
}

func TestStoreSurvivesAStop(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, Config{StoreDir: dir, Port: -1})
	putKey(t, connect(t, "", s.InProcess()))
	s.Stop()
	s.Stop() // does nothing
	s = start(t, Config{StoreDir: dir, Port: -1})
	js, err := jetstream.New(connect(t, "", s.InProcess()))
	if err != nil {
		t.Fatal(err)
	}
	kv, err := js.KeyValue(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	if e, err := kv.Get(t.Context(), "k"); err != nil || string(e.Value()) != "v" {
		t.Errorf("the key is gone: %v", err)
	}
}

func TestUsedAddressIsNamed(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	_, err = Start(Config{StoreDir: t.TempDir(), Port: l.Addr().(*net.TCPAddr).Port, Listen: true})
	if !errors.Is(err, ErrAddress) || !strings.Contains(err.Error(), l.Addr().String()) || !strings.Contains(err.Error(), "--server") {
		t.Errorf("Start = %v, want ErrAddress with the address and what to do", err)
	}
}

func TestStoreServesOneServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, Config{StoreDir: dir, Port: -1})
	_, err := Start(Config{StoreDir: dir, Port: -1})
	if !errors.Is(err, ErrStore) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "--store-dir") {
		t.Errorf("second Start = %v, want ErrStore with the directory and what to do", err)
	}
	s.Stop()
	start(t, Config{StoreDir: dir, Port: -1})
}

func TestUnusableStoreIsNamed(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(Config{StoreDir: filepath.Join(file, "data"), Port: -1})
	if !errors.Is(err, ErrStore) || !strings.Contains(err.Error(), file) {
		t.Errorf("Start = %v, want ErrStore with the directory", err)
	}
}

func TestBrokenStoreDoesNotHang(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	// What should be a directory of the server is a file.
	if err := os.WriteFile(filepath.Join(dir, "jetstream"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_, err := Start(Config{StoreDir: dir, Port: -1, ReadyWait: 10 * time.Minute})
	if !errors.Is(err, ErrStart) || !strings.Contains(err.Error(), "not a directory") || time.Since(began) > 5*time.Minute {
		t.Errorf("Start = %v after %v, want ErrStart soon", err, time.Since(began))
	}
}

func TestBadConfigNamesEveryField(t *testing.T) {
	t.Parallel()
	_, err := Start(Config{Port: 70000, MaxPayload: 1})
	for _, field := range []string{"store dir", "port", "max payload"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("Start = %v, want it to name %s", err, field)
		}
	}
}
