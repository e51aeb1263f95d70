package stream

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

func TestOrphansAreRemovedAndNothingElse(t *testing.T) {
	t.Parallel()
	srv, s := one(t)
	key, _ := claimed(t, s)
	j, js := s.Journal(), srv.JetStream()
	text := json.RawMessage(`"` + strings.Repeat("x", 300_000) + `"`)
	whole, err := j.putObject(t.Context(), key, text)
	if err != nil {
		t.Fatal(err)
	}
	// A try that broke off, and a removal that did between its two steps.
	publish := func(subject, body string) {
		if _, err := js.Publish(t.Context(), subject, []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		publish(chunkSubject("half"), "x")
	}
	publish(chunkSubject("deleted"), "x")
	marker, err := json.Marshal(jetstream.ObjectInfo{ObjectMeta: jetstream.ObjectMeta{Name: "gone"}, NUID: "deleted", Deleted: true})
	if err != nil {
		t.Fatal(err)
	}
	publish(objectSubject("gone"), string(marker))
	if n, err := s.RemoveOrphans(t.Context(), time.Hour); n != 0 || err != nil {
		t.Errorf("removed %d young ones, %v", n, err)
	}
	if n, err := s.RemoveOrphans(t.Context(), 1); n != 2 || err != nil {
		t.Errorf("removed %d, %v, want 2", n, err)
	}
	chunks, err := s.subjectsOf(t.Context(), objectStream, chunkSubject("*"))
	if err != nil || len(chunks) != 1 {
		t.Errorf("chunks of %v are left, %v, want those of the value", chunks, err)
	}
	if got, err := j.Resolve(t.Context(), key, *whole); err != nil || string(got) != string(text) {
		t.Errorf("the value has %d bytes now, %v", len(got), err)
	}
	if n, err := s.RemoveOrphans(t.Context(), 0); n != 0 || err != nil {
		t.Errorf("removed %d more, %v", n, err)
	}
}

// Whoever cannot read an entry does not know whose chunks are whose.
func TestNothingIsRemovedBesideAnEntryThatCannotBeRead(t *testing.T) {
	t.Parallel()
	srv, s := one(t)
	for subject, body := range map[string]string{chunkSubject("a"): "x", objectSubject("b"): "{"} {
		if _, err := srv.JetStream().Publish(t.Context(), subject, []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.RemoveOrphans(t.Context(), -time.Hour); n != 0 || err == nil {
		t.Errorf("removed %d, %v, want an error", n, err)
	}
}
