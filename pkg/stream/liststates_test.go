package stream

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

func walked(tb testing.TB, s *Stream, q StatesQuery) (ids []execution.ID) {
	tb.Helper()
	err := s.Walk(tb.Context(), "default", q, func(l Listed) error {
		ids = append(ids, l.Key.ID)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return ids
}

// change writes the state of an execution again.
func change(tb testing.TB, s *Stream, id execution.ID, f func(*journal.State)) {
	tb.Helper()
	key := journal.Key{Runtime: "default", ID: id}
	st, err := s.Journal().State(tb.Context(), key)
	if err == nil {
		st.State.Write++
		f(&st.State)
		_, err = s.Journal().PutState(tb.Context(), key, st.State, st.Revision)
	}
	if err != nil {
		tb.Fatal(err)
	}
}

func TestWalkSelectsByStatusAndSkipsTombstonesAndMarkers(t *testing.T) {
	t.Parallel()
	var told bytes.Buffer
	s := open(t, natstest.Run(t).Conn(), Config{Shards: 2, Logger: slog.New(slog.NewTextHandler(&told, nil))})
	ids := many(t, s, "default", 300)
	slices.Reverse(ids)
	var paused, failed, alive []execution.ID
	for i, id := range ids {
		switch i % 50 {
		case 1:
			change(t, s, id, func(st *journal.State) { st.Status = execution.Paused })
			paused = append(paused, id)
		case 2:
			change(t, s, id, func(st *journal.State) { st.Status = execution.Error })
			failed = append(failed, id)
		case 3:
			change(t, s, id, func(st *journal.State) { st.Status = execution.Deleted })
			continue
		case 4: // somebody deleted the key
			kv, err := s.js.KeyValue(t.Context(), s.journal.bucket(journal.Key{ID: id}))
			if err == nil {
				err = kv.Delete(t.Context(), "default."+string(id)+".state")
			}
			if err != nil {
				t.Fatal(err)
			}
			continue
		case 5:
			gone(t, s, "default", id)
			continue
		}
		alive = append(alive, id)
	}
	if got := walked(t, s, StatesQuery{}); !slices.Equal(got, alive) {
		t.Errorf("Walk gives %d, want %d in order", len(got), len(alive))
	}
	if got := walked(t, s, StatesQuery{Statuses: []execution.Status{execution.Paused}}); !slices.Equal(got, paused) {
		t.Errorf("paused are %v, want %v", got, paused)
	}
	got := walked(t, s, StatesQuery{Statuses: []execution.Status{execution.Error, execution.Paused}, Before: paused[1], From: failed[3], Limit: 2})
	if want := []execution.ID{failed[1], paused[2], failed[2], paused[3], failed[3]}; !slices.Equal(got, want) {
		t.Errorf("Walk between two ids gives %v, want %v", got, want)
	}
	scanned := 0
	err := s.Scan(t.Context(), "default", func(Listed) error { scanned++; return nil })
	if want := len(alive) + 300/50; err != nil || scanned != want {
		t.Errorf("Scan gives %d, %v; want %d, tombstones too", scanned, err, want)
	}
	if told.Len() > 0 {
		t.Errorf("a marker is no state that cannot be read: %s", told.String())
	}
}

// The status is read off the first bytes: that must not break in silence.
func TestStatusIsTheFirstFieldOfAState(t *testing.T) {
	t.Parallel()
	for _, status := range append(execution.Statuses(), execution.Deleted) {
		st := benchState(journal.Key{Runtime: "default", ID: execution.NewID(time.Now())}, 1)
		st.Status = status
		text, err := st.Encode(sizesFor(1<<20), nil)
		if got, ok := statusIn(text); err != nil || !ok || got != status {
			t.Errorf("status in %s = %q, %v, %v", text, got, ok, err)
		}
	}
	for _, text := range []string{``, `{}`, `{"status":"paused`, `{"status":"pa\u0075sed"}`, `{"attempt":1,"status":"paused"}`} {
		if got, ok := statusIn([]byte(text)); ok {
			t.Errorf("status in %s = %q, want none", text, got)
		}
	}
}

func TestWalkFindsAStateWhoseStatusStandsElsewhere(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	ids := many(t, s, "default", 3)
	for id, text := range map[execution.ID]string{
		ids[1]: `{"attempt": 1, "status": "paused"}`,
		ids[2]: `no JSON`, // logged, and must not hide the others
	} {
		if _, err := s.js.Publish(t.Context(), kvSubject(Bucket, "default."+string(id)+".state"), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if got := walked(t, s, StatesQuery{Statuses: []execution.Status{execution.Paused}}); !slices.Equal(got, ids[1:2]) {
		t.Errorf("paused are %v, want %v", got, ids[1:2])
	}
}

// Many large states: their answers are cut, and come in smaller pages.
func TestWalkReadsLargeStatesInSmallPages(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	ids := many(t, s, "default", 130)
	large := journal.NewValue(json.RawMessage(`"` + strings.Repeat("x", 200<<10) + `"`))
	for _, id := range ids {
		change(t, s, id, func(st *journal.State) { st.Result = large })
	}
	slices.Reverse(ids)
	w := stateWalk{s: s, runtime: "default", size: mostRead, wants: func(execution.Status) bool { return true }}
	var got []execution.ID
	err := w.run(t.Context(), "", allWindows(), func(l Listed) error {
		got = append(got, l.Key.ID)
		return nil
	})
	if err != nil || !slices.Equal(got, ids) {
		t.Errorf("%d states, %v; want %d in order", len(got), err, len(ids))
	}
	if !w.cut || w.size > 130*200<<10/maxReadBytes*100 {
		t.Errorf("pages of %d, cut %v; want smaller ones", w.size, w.cut)
	}
}

// A replica that is behind lacks a state. The execution is there all the same.
func TestWalkAsksTheLeaderForWhatAReplicaLacks(t *testing.T) {
	t.Parallel()
	srv, s := one(t)
	ids := many(t, s, "default", 5)
	lacks := kvSubject(Bucket, "default."+string(ids[2])+".state")
	behind(t, srv, lacks)
	late := open(t, srv.Conn(), Config{})
	late.api = "behind."
	slices.Reverse(ids)
	if got := walked(t, late, StatesQuery{}); !slices.Equal(got, ids) {
		t.Errorf("Walk gives %v, want %v", got, ids)
	}
	gone(t, s, "default", ids[2])
	if got, want := walked(t, late, StatesQuery{}), slices.Delete(slices.Clone(ids), 2, 3); !slices.Equal(got, want) {
		t.Errorf("Walk gives %v, want %v", got, want)
	}
}

// behind answers the API under another prefix, as a server whose replica lacks a
// subject: only direct reads show that.
func behind(t *testing.T, srv *natstest.Server, lacks string) {
	t.Helper()
	nc := srv.Conn()
	_, err := nc.Subscribe("behind.>", func(m *nats.Msg) {
		op, body := strings.TrimPrefix(m.Subject, "behind."), string(m.Data)
		if strings.HasPrefix(op, "DIRECT.GET.") {
			body = strings.Replace(body, lacks, lacks+".not", 1)
		}
		if err := nc.PublishRequest("$JS.API."+op, m.Reply, []byte(body)); err != nil {
			t.Errorf("forward: %v", err)
		}
	})
	if err == nil {
		err = nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Pages follow each other by the id of the last row, while states change, executions
// come and go, and any of three servers answers.
func TestPagesShowEachExecutionOnceWhileAllChange(t *testing.T) {
	t.Parallel()
	c := natstest.Cluster(t, 3)
	s := open(t, c.Conn(), Config{Shards: 2, Replicas: 3})
	ids := many(t, s, "default", 120)
	slices.Reverse(ids)
	var stop atomic.Bool
	var changing sync.WaitGroup
	t.Cleanup(changing.Wait)
	t.Cleanup(func() { stop.Store(true) })
	writer := open(t, c.Conn(), Config{})
	for part := range 3 {
		changing.Go(func() {
			for i := part; !stop.Load() && !t.Failed(); i += 3 {
				key := journal.Key{Runtime: "default", ID: ids[i%len(ids)]}
				st, err := writer.Journal().State(t.Context(), key)
				if err == nil {
					st.State.Write, st.State.Nonce = st.State.Write+1, fmt.Sprint(part)
					_, err = writer.Journal().PutState(t.Context(), key, st.State, st.Revision)
				}
				if err == nil && i%10 == 0 {
					fresh := journal.Key{Runtime: "default", ID: execution.NewID(time.Now())}
					_, err = writer.Journal().PutState(t.Context(), fresh, benchState(fresh, 1), 0)
				}
				if err != nil && t.Context().Err() == nil {
					t.Errorf("change: %v", err)
				}
			}
		})
	}
	for round := range 15 {
		seen := map[execution.ID]int{}
		for before := execution.ID(""); ; {
			page, err := s.States(t.Context(), "default", StatesQuery{Before: before, Limit: 17})
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range page {
				if before != "" && l.Key.ID >= before {
					t.Fatalf("%s follows %s", l.Key.ID, before)
				}
				before = l.Key.ID
				seen[before]++
			}
			if len(page) < 17 {
				break
			}
		}
		for _, id := range ids {
			if seen[id] != 1 {
				t.Errorf("round %d: %s is shown %d times", round, id, seen[id])
			}
		}
	}
}

func TestWhatWasCreatedIsListedAtOnce(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	for i := range 200 {
		id := execution.NewID(time.UnixMilli(int64(1_700_000_000_000 + i)))
		created(t, s, "default", id)
		page, err := s.States(t.Context(), "default", StatesQuery{Limit: 5})
		if err != nil || len(page) == 0 || page[0].Key.ID != id {
			t.Fatalf("the newest of %d is %v, %v; want %s", i+1, page, err, id)
		}
	}
}
