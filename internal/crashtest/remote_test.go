package crashtest

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
)

// remote is a service outside of all executors that counts what it is asked to do.
type remote struct {
	url string

	mu    sync.Mutex // guards the fields below
	begun int
	tick  chan struct{} // closed and replaced whenever a call begins
	done  map[string]int
}

func newRemote(t *testing.T) *remote {
	t.Helper()
	r := &remote{tick: make(chan struct{}), done: map[string]int{}}
	srv := httptest.NewServer(r)
	t.Cleanup(srv.Close)
	r.url = srv.URL
	return r
}

// ServeHTTP implements [http.Handler]. A call that began comes to its end, also
// when its caller is dead.
func (r *remote) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	var args struct{ N, Ms int }
	key := req.Header.Get("Idempotency-Key")
	if err := json.NewDecoder(req.Body).Decode(&args); err != nil || key == "" {
		http.Error(w, "no arguments or no key", http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	r.begun++
	close(r.tick)
	r.tick = make(chan struct{})
	r.mu.Unlock()
	<-time.After(time.Duration(args.Ms) * time.Millisecond)
	r.mu.Lock()
	r.done[key]++
	r.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]int{"n": args.N})
}

// await waits until n calls have begun.
func (r *remote) await(t *testing.T, n int) {
	t.Helper()
	limit := time.After(natstest.StartWait)
	for {
		r.mu.Lock()
		begun, tick := r.begun, r.tick
		r.mu.Unlock()
		if begun >= n {
			return
		}
		select {
		case <-tick:
		case <-limit:
			t.Fatalf("%d calls began, want %d", begun, n)
		}
	}
}

// count returns how many calls have begun.
func (r *remote) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.begun
}

// runs returns how often each idempotency key was served.
func (r *remote) runs() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.done)
}

// configured returns the path of a configuration in which the remote is `items`.
func (r *remote) configured(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "connectors.yaml")
	text := "connectors:\n  items: {http: {baseURL: \"" + r.url + "\"}}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
