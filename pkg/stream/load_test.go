package stream

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/journal"
)

// The server ends an answer that is too large with a word that is easy to miss.
func TestLoadNoticesACutAnswer(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	key, rev := claimed(t, s)
	const records, each = 300, 100_000 // 30 MB, twice what one answer carries
	value := json.RawMessage(`"` + strings.Repeat("x", each) + `"`)
	for n := range records {
		r := call(n)
		r.Issued[0].Args = journal.NewValue(value)
		if _, err := s.Journal().Append(t.Context(), key, rev, n, r); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.Journal().Load(t.Context(), key, rev)
	if err != nil || len(all) != records {
		t.Fatalf("%d records, %v; want %d", len(all), err, records)
	}
	for n, r := range all {
		if r.Issued[0].Seq != n || len(r.Issued[0].Args.JSON) != each+2 {
			t.Fatalf("record %d is %d with %d bytes", n, r.Issued[0].Seq, len(r.Issued[0].Args.JSON))
		}
	}
}

// What a purge or a hand took out of the middle is not taken for the end.
func TestLoadNoticesAGap(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	key, rev := claimed(t, s)
	for n := range 5 {
		if _, err := s.Journal().Append(t.Context(), key, rev, n, call(n)); err != nil {
			t.Fatal(err)
		}
	}
	var out struct{}
	purge := map[string]any{"filter": kvSubject("executions", LogKey(key, 2))}
	if err := s.call(t.Context(), "STREAM.PURGE.KV_executions", purge, &out); err != nil {
		t.Fatal(err)
	}
	if all, err := s.Journal().Load(t.Context(), key, rev); !errors.Is(err, errGap) {
		t.Errorf("Load returns %d records of a broken journal, %v; want that one is missing", len(all), err)
	}
}

// Pages are read several at once: one that ends early is not the end of the log when
// another one goes on.
func TestLoadNoticesAGapBetweenPages(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	key, rev := claimed(t, s)
	const second = firstPage + fullPage // where the first of several pages begins
	for n := range second + fullPage + 10 {
		if _, err := s.Journal().Append(t.Context(), key, rev, n, call(n)); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.Journal().Load(t.Context(), key, rev)
	if err != nil || len(all) != second+fullPage+10 {
		t.Fatalf("%d records, %v; want %d", len(all), err, second+fullPage+10)
	}
	var out struct{}
	purge := map[string]any{"filter": kvSubject("executions", LogKey(key, second+fullPage-1))}
	if err := s.call(t.Context(), "STREAM.PURGE.KV_executions", purge, &out); err != nil {
		t.Fatal(err)
	}
	if all, err := s.Journal().Load(t.Context(), key, rev); !errors.Is(err, errGap) {
		t.Errorf("Load returns %d records of a broken journal, %v; want that one is missing", len(all), err)
	}
}
