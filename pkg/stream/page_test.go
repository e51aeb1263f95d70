package stream

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/reprise-run/reprise/pkg/journal"
)

// The number of a record is part of the stored format.
func TestLogKey(t *testing.T) {
	t.Parallel()
	key := journal.Key{Runtime: "default", ID: "01ARZ3NDEKTSV4RRFFQ69G5FAV"}
	for _, n := range []int{0, 7, 10, 99, 100, 99_999, 100_000, 999_999, 1_000_000, 12_345_678} {
		if got, want := LogKey(key, n), fmt.Sprintf("default.%s.log.%06d", key.ID, n); got != want {
			t.Errorf("LogKey(%d) = %s, want %s", n, got, want)
		}
	}
}

// A page asks for the state and for literal keys, and again only for those that it lacks.
func TestPageRequest(t *testing.T) {
	t.Parallel()
	key := journal.Key{Runtime: "default", ID: "01ARZ3NDEKTSV4RRFFQ69G5FAV"}
	l := loader{Journal: &Journal{s: &Stream{}}, key: key}
	p := l.newPage(98, 4)
	if err := p.put(kvSubject(Bucket, LogKey(key, 99)), []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Subjects []string `json:"multi_last"`
		MaxBytes int      `json:"max_bytes"`
	}
	if err := json.Unmarshal(p.request(), &got); err != nil {
		t.Fatalf("%s: %v", p.request(), err)
	}
	want := []string{kvSubject(Bucket, StateKey(key))}
	for _, n := range []int{98, 100, 101} {
		want = append(want, kvSubject(Bucket, LogKey(key, n)))
	}
	if !slices.Equal(got.Subjects, want) || got.MaxBytes != maxReadBytes {
		t.Errorf("request is %+v, want %v and %d bytes", got, want, maxReadBytes)
	}
}
