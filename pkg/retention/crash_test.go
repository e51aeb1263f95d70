package retention

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// Whoever removes an execution dies after any of its writes: the next sweep, or the
// same request once more, does the rest.
func TestRemovalCutAnywhereIsFinished(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"tombstone": `"burying":true`, "object": "$O.executions.M.", "log": `.log.\u003e`, "request": `"filter":"$KV.executions.default.ID.request"`, "signals": `.signal.\u003e`,
		"schedule": "STREAM.PURGE.EXECUTIONS", "inscription": `"write":2`,
	} {
		for second, finish := range map[string]func(*rig, journal.Key) error{
			"swept": func(r *rig, key journal.Key) error {
				_, err := r.k.Sweep(r.t.Context(), key.Runtime, Bounds{}, time.Time{})
				return errors.Join(err, r.k.RemoveStrays(r.t.Context(), key.Runtime))
			},
			"deleted again": func(r *rig, key journal.Key) error {
				if err := r.k.Delete(r.t.Context(), key); !errors.Is(err, ErrGone) {
					return errors.Join(errors.New("want ErrGone"), err)
				}
				return nil
			},
		} {
			t.Run(name+", "+second, func(t *testing.T) {
				t.Parallel()
				r := newRig(t)
				id := r.whole()
				p := natstest.NewProxy(t, r.srv.URL())
				s, err := stream.Open(t.Context(), natstest.Connect(t, p.URL()), stream.Config{})
				if err != nil {
					t.Fatal(err)
				}
				cut := p.CutAfter(strings.ReplaceAll(text, "ID", string(id)))
				ctx, die := context.WithCancel(t.Context())
				died := make(chan error, 1)
				go func() { died <- New(Config{Stream: s}).Delete(ctx, key(id)) }()
				select {
				case <-cut:
				case err := <-died:
					t.Fatalf("delete = %v before it was cut off", err)
				}
				die()
				<-died
				// What was sent last arrives.
				natstest.Eventually(t, "the tombstone", func() bool { return r.state(id).State.Status == execution.Deleted })
				if err := finish(r, key(id)); err != nil {
					t.Fatal(err)
				}
				r.bare(id)
				if st := r.state(id).State; st.Burying || len(r.ends) > 0 {
					t.Errorf("the tombstone says %+v, told %v", st, r.ends)
				}
			})
		}
	}
}

// whole makes an execution that has one of everything.
func (r *rig) whole() execution.ID {
	r.t.Helper()
	id := newID()
	claim := r.put(id, journal.State{Status: execution.Running}, 0)
	large, err := json.Marshal(string(make([]byte, 300_000)))
	if err == nil {
		err = r.s.Journal().PutRequest(r.t.Context(), key(id), claim, execution.Request{Code: "1", Input: large})
	}
	if err != nil {
		r.t.Fatal(err)
	}
	r.call(id, claim, 0)
	rev := r.put(id, journal.State{Status: execution.Sleeping}, claim)
	kv, err := r.srv.JetStream().KeyValue(r.t.Context(), stream.Bucket)
	if err == nil {
		_, err = kv.PutString(r.t.Context(), stream.SignalKey(key(id), newID()), "{}")
	}
	if err == nil {
		err = r.s.Schedule(r.t.Context(), key(id), time.Now().Add(time.Hour), rev)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}
