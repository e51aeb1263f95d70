package crashtest

import (
	"context"
	"encoding/json"
	"fmt"
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
// down again and again.
func TestExecutorsRaceWhileTheLeaderChanges(t *testing.T) {
	t.Parallel()
	const crowd, stepDowns = 50, 6
	cluster := natstest.Cluster(t, 3)
	nc := cluster.Conn()
	cfg := stream.Config{Runtimes: []string{"default"}, AckWait: 2 * time.Second, Replicas: 3}
	if err := stream.Init(t.Context(), nc, cfg); err != nil {
		t.Fatal(err)
	}
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
			stepDown(t, nc, "KV_executions")
		}
		if err := s.Wake(t.Context(), key, stream.WakeSweep, 0); err != nil {
			t.Fatal(err)
		}
	}
	natstest.Eventually(t, "an empty queue", func() bool {
		n, err := s.Queued(t.Context(), "default")
		return err == nil && n == 0
	})
	runs := items.ByKey()
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
		ordered(t, s, key)
	}
}

// ordered verifies the journal that is left: it folds, and no attempt wrote a record
// after a newer one had. (On a cluster nobody can listen to every write: the answer
// to one that landed while the leader changed is lost.)
func ordered(t *testing.T, s *stream.Stream, key journal.Key) {
	t.Helper()
	st, _, records, err := s.View(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Fold(st.State, records); err != nil {
		t.Errorf("%s: %v", key, err)
	}
	newest := 0
	for n, r := range records {
		if r.Attempt < newest || r.Attempt > st.State.Attempt {
			t.Errorf("%s: record %d is of attempt %d, after one of %d, in state attempt %d", key, n, r.Attempt, newest, st.State.Attempt)
		}
		newest = r.Attempt
	}
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
