package engine

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/fixture"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// fake is a connector made of functions, by method.
type fake struct {
	methods []connector.Method
	do      map[string]func(ctx context.Context, call connector.Call) (json.RawMessage, error)
}

func (f *fake) Describe() connector.Description {
	return connector.Description{Methods: f.methods}
}

func (f *fake) Execute(ctx context.Context, call connector.Call) (json.RawMessage, error) {
	return f.do[call.Method](ctx, call)
}

// on adds a method.
func (f *fake) on(m connector.Method, do func(ctx context.Context, call connector.Call) (json.RawMessage, error)) *fake {
	if f.do == nil {
		f.do = map[string]func(context.Context, connector.Call) (json.RawMessage, error){}
	}
	f.methods = append(f.methods, m)
	f.do[m.Name] = do
	return f
}

// named gives the fake the name `x`.
func (f *fake) named() connector.Named { return connector.Named{Name: "x", Connector: f} }

// answers returns text at once.
func answers(text string) func(context.Context, connector.Call) (json.RawMessage, error) {
	return func(context.Context, connector.Call) (json.RawMessage, error) { return json.RawMessage(text), nil }
}

// clockAt is a wall clock that moves on by step whenever it is read.
type clockAt struct {
	mu   sync.Mutex // guards the fields below
	at   time.Time
	step time.Duration
}

func (c *clockAt) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(c.step)
	return c.at
}

// tellStore tells of every record before it is written.
type tellStore struct {
	journal.Store
	onAppend func(n int, r journal.Record)
}

func (s *tellStore) Append(ctx context.Context, key journal.Key, claim journal.Revision, n int, r journal.Record) (int, error) {
	s.onAppend(n, r)
	return s.Store.Append(ctx, key, claim, n, r)
}

// records reads the whole journal.
func (r *rig) records() []journal.Record {
	r.t.Helper()
	stored, err := r.store.State(r.t.Context(), r.key)
	if err != nil {
		r.t.Fatalf("read state: %v", err)
	}
	all, err := r.store.Load(r.t.Context(), r.key, stored.Revision)
	if err != nil {
		r.t.Fatalf("load: %v", err)
	}
	return all
}

// twice runs first until it asks for a retry, and then second on its journal.
func (r *rig) twice(first, second string) Result {
	r.t.Helper()
	res, err := r.pass(r.t.Context(), execution.Request{Code: first})
	if err != nil || res.Status != execution.Retrying {
		r.t.Fatalf("first pass: %s %q, %v, want retrying", res.Status, res.Error, err)
	}
	res, err = r.pass(r.t.Context(), execution.Request{Code: second})
	if err != nil {
		r.t.Fatalf("second pass: %v", err)
	}
	return res
}

// states lists the entries as "connector.method state".
func (r *rig) states() []string {
	var all []string
	for _, e := range r.entries() {
		all = append(all, e.Connector+"."+e.Method+" "+string(e.State))
	}
	return all
}

// cutAfter makes a rig whose pass dies right after its n-th record is durable.
func cutAfter(t *testing.T, n int, extra ...connector.Named) *rig {
	t.Helper()
	return newRig(t, func(c *Config) { c.Store = &cutStore{Store: journal.NewMem(), cutAt: n, after: true} }, extra...)
}

// secretSet makes a set of connectors that hides secret.
func secretSet(t *testing.T, secret string, named ...connector.Named) *connector.Set {
	t.Helper()
	set, err := connector.NewSet(connector.SetConfig{
		Connectors: append(named, connector.Named{Name: "items", Connector: new(fixture.Items)}), Secrets: []string{secret},
	})
	if err != nil {
		t.Fatalf("new set: %v", err)
	}
	return set
}

// long has the method fail, whose error text has n characters.
func long() *fake {
	return new(fake).on(connector.Method{Name: "fail"}, func(_ context.Context, call connector.Call) (json.RawMessage, error) {
		var args struct {
			N int `json:"n"`
		}
		if err := json.Unmarshal(call.Args, &args); err != nil {
			return nil, err
		}
		return nil, errors.New(strings.Repeat("e", args.N))
	})
}
