package crashtest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/journal"
)

// journals is the stream of the journals' bucket.
const journals = "KV_executions"

// audit lets the journals' bucket keep every write of every key for ever. On a
// cluster nobody can listen to all of them: the answer to one that landed while
// the leader changed is lost, and with it the place where it landed.
func audit(t *testing.T, nc *nats.Conn) {
	t.Helper()
	s, err := natstest.JetStream(t, nc).Stream(t.Context(), journals)
	if err != nil {
		t.Fatal(err)
	}
	cfg := s.CachedInfo().Config
	cfg.MaxMsgsPerSubject = -1
	if _, err := natstest.JetStream(t, nc).UpdateStream(t.Context(), cfg); err != nil {
		t.Fatalf("keep all writes: %v", err)
	}
}

// audited returns all writes of all executions, in the order of the store. It fails
// the test when one is missing.
func audited(t *testing.T, nc *nats.Conn) map[journal.Key][]write {
	t.Helper()
	s, err := natstest.JetStream(t, nc).Stream(t.Context(), journals)
	if err != nil {
		t.Fatal(err)
	}
	state := s.CachedInfo().State
	if state.FirstSeq != 1 || state.NumDeleted != 0 {
		t.Fatalf("the journals begin at %d, and %d writes are gone: want all", state.FirstSeq, state.NumDeleted)
	}
	all := map[journal.Key][]write{}
	for seq := range state.LastSeq {
		w, key := stored(t, nc, seq+1)
		all[key] = append(all[key], w)
	}
	return all
}

// stored reads one write from the leader.
func stored(t *testing.T, nc *nats.Conn, seq uint64) (write, journal.Key) {
	t.Helper()
	var answer struct {
		Error   *jetstream.APIError
		Message struct {
			Subject string
			Data    []byte
		}
	}
	ask := fmt.Appendf(nil, `{"seq": %d}`, seq)
	natstest.Eventually(t, "the leader", func() bool {
		m, err := nc.Request("$JS.API.STREAM.MSG.GET."+journals, ask, time.Second)
		answer.Error = nil
		return err == nil && json.Unmarshal(m.Data, &answer) == nil && (answer.Error == nil || answer.Error.Code < 500)
	})
	w, key, ok := parseWrite(answer.Message.Subject, answer.Message.Data)
	if answer.Error != nil || !ok {
		t.Fatalf("write %d cannot be read: %v %s", seq, answer.Error, answer.Message.Subject)
	}
	w.seq = seq
	return w, key
}
