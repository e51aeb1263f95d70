package crashtest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/fixture"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// TestExecutorsRaceWhileTheLeaderChanges lets two executors race for executions on a cluster,
// with wakes that invite both to the same one, while the journal's leader steps
// down again and again, and a third party claims executions that are running. Every
// write that three servers kept is checked against the fence.
func TestExecutorsRaceWhileTheLeaderChanges(t *testing.T) {
	t.Parallel()
	const crowd, stepDowns, overtaken = 50, 6, 10
	cluster := natstest.Cluster(t, 3)
	nc := cluster.Conn()
	cfg := stream.Config{Runtimes: []string{"default"}, AckWait: 2 * time.Second, Replicas: 3}
	if err := stream.Init(t.Context(), nc, cfg); err != nil {
		t.Fatal(err)
	}
	audit(t, nc)
	s, err := stream.Open(t.Context(), nc, cfg)
	if err != nil {
		t.Fatal(err)
	}
	items := new(fixture.Items)
	set, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{{Name: "items", Connector: items}}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	for i := range 2 {
		conn := cluster.Conn()
		go func() {
			ended <- executor.Run(ctx, executor.Config{
				Conn: conn, Connectors: set, Name: fmt.Sprintf("racer-%d", i), AckWait: cfg.AckWait, DrainTimeout: -1,
			}, nil)
		}()
	}
	t.Cleanup(func() {
		stop()
		for range 2 {
			if err := <-ended; err != nil {
				t.Errorf("executor: %v", err)
			}
		}
	})

	var keys []journal.Key
	var thieves sync.WaitGroup
	var stolen atomic.Int32
	for i := range crowd {
		id := execution.NewID(time.Now())
		body, err := json.Marshal(execution.Request{ID: id, Code: `async () => { let s = 0; for (const x of [1, 2, 3]) s += (await items.sleep({ms: 30, x})).x; ` +
			`return s + (await Promise.all([4, 5].map((x) => items.echo(x)))).length }`})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := stream.Submit(t.Context(), s.JetStream(), "default", id, body); err != nil {
			t.Fatal(err)
		}
		key := journal.Key{Runtime: "default", ID: id}
		keys = append(keys, key)
		if i%(crowd/stepDowns) == 0 {
			stepDown(t, nc, journals)
		}
		if i%(crowd/overtaken) == 0 {
			thieves.Go(func() {
				if overtake(t, s, key) {
					stolen.Add(1)
				}
			})
		}
		if err := s.Wake(t.Context(), key, stream.WakeSweep, 0); err != nil {
			t.Fatal(err)
		}
	}
	thieves.Wait()
	if stolen.Load() == 0 {
		t.Error("nobody was overtaken")
	}
	natstest.InTheEnd(t, "an empty queue", func() bool {
		n, err := s.Queued(t.Context(), "default")
		return err == nil && n == 0
	})
	runs, writes := items.ByKey(), audited(t, nc)
	for _, key := range keys {
		st, err := s.Journal().State(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		if st.State.Status != execution.Completed || string(st.State.Result.JSON) != "8" {
			t.Errorf("%s: state %+v, want completed with 8", key, st.State)
		}
		for seq := range 5 {
			if n := runs[callKey(key, seq)]; n < 1 || n > st.State.Attempt {
				t.Errorf("call %s ran %d times in %d attempts", callKey(key, seq), n, st.State.Attempt)
			}
		}
		fenced(t, key, writes[key])
		if _, _, records, err := s.View(t.Context(), key); err != nil {
			t.Errorf("%s: %v", key, err)
		} else if _, err := journal.Fold(st.State, records); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// overtake writes a newer claim while a pass is in the middle of its calls, as an
// executor would that takes it for dead. It returns false when it came too late.
func overtake(t *testing.T, s *stream.Stream, key journal.Key) (claimed bool) {
	natstest.Eventually(t, "a pass to overtake", func() bool {
		st, err := s.Journal().State(t.Context(), key)
		if err != nil {
			return false
		}
		if st.State.Status != execution.Running {
			return st.State.Status.Terminal()
		}
		records, err := s.Journal().Load(t.Context(), key, st.Revision)
		if err != nil || len(records) == 0 {
			return false
		}
		next := st.State
		next.Attempt, next.Nonce, next.Write, next.Executor = next.Attempt+1, rand.Text(), 1, "thief"
		_, err = s.Journal().PutState(t.Context(), key, next, st.Revision)
		claimed = err == nil
		return claimed
	})
	return claimed
}

// stepDown makes the leader of a stream give up, and waits for the next one.
func stepDown(t *testing.T, nc *nats.Conn, name string) {
	t.Helper()
	natstest.Eventually(t, "the leader of "+name+" to step down", func() bool {
		m, err := nc.Request("$JS.API.STREAM.LEADER.STEPDOWN."+name, nil, 5*time.Second)
		var answer struct {
			Success bool `json:"success"`
		}
		return err == nil && json.Unmarshal(m.Data, &answer) == nil && answer.Success
	})
}
