package stream

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/journal"
)

func wakeOf(t *testing.T, d *Delivery) WakeBody {
	t.Helper()
	var w WakeBody
	if err := json.Unmarshal(d.Body, &w); err != nil || !d.IsWake || d.MsgID != "" {
		t.Fatalf("delivery %+v is no wake: %v", d, err)
	}
	return w
}

func scheduled(t *testing.T, s *Stream, key journal.Key) bool {
	t.Helper()
	yes, err := s.Scheduled(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return yes
}

func TestScheduleFiresNotBeforeItsTime(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	q := openQueue(t, s)
	key, rev := claimed(t, s)
	if err := s.Schedule(t.Context(), key, time.Now().Add(time.Hour), rev); err != nil {
		t.Fatal(err)
	}
	if !scheduled(t, s, key) {
		t.Error("Scheduled = false before it fired")
	}
	at := time.Now().Add(700 * time.Millisecond)
	if err := s.Schedule(t.Context(), key, at, rev); err != nil {
		t.Fatal(err)
	}
	d := next(t, q) // it takes up to three seconds more
	if d.Time.Before(at) {
		t.Errorf("fired %v before the time asked for", at.Sub(d.Time))
	}
	if w := wakeOf(t, d); w != (WakeBody{ID: string(key.ID), Reason: WakeTimer, Revision: uint64(rev)}) {
		t.Errorf("wake %+v", w)
	}
	if scheduled(t, s, key) {
		t.Error("Scheduled = true after it fired")
	}
	// It can be used again.
	if err := s.Schedule(t.Context(), key, time.Now().Add(time.Hour), rev); err != nil || !scheduled(t, s, key) {
		t.Errorf("a second schedule: %v", err)
	}
	if err := s.Unschedule(t.Context(), key); err != nil || scheduled(t, s, key) {
		t.Errorf("Unschedule: %v", err)
	}
}

func TestScheduleSurvivesARestart(t *testing.T) {
	t.Parallel()
	srv, s := one(t)
	q := openQueue(t, s)
	key, rev := claimed(t, s)
	at := time.Now().Add(time.Second)
	if err := s.Schedule(t.Context(), key, at, rev); err != nil {
		t.Fatal(err)
	}
	srv.Restart()
	d := next(t, q)
	if wakeOf(t, d).ID != string(key.ID) || d.Time.Before(at) {
		t.Errorf("wake %s at %v, want that of %s after %v", d.Body, d.Time, key, at)
	}
}

func TestScheduleReplacesAnOlderOne(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	q := openQueue(t, s)
	key, rev := claimed(t, s)
	for _, in := range []time.Duration{time.Hour, 100 * time.Millisecond} {
		if err := s.Schedule(t.Context(), key, time.Now().Add(in), rev); err != nil {
			t.Fatal(err)
		}
	}
	wakeOf(t, next(t, q))
}

func TestStaleScheduleLeavesTheNewerOne(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	key, old := claimed(t, s)
	now, err := s.Journal().PutState(t.Context(), key, benchState(key, 2), old)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Schedule(t.Context(), key, time.Now().Add(time.Hour), now); err != nil {
		t.Fatal(err)
	}
	before, err := s.leaderLast(t.Context(), StreamName, ScheduleSubject(key))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Schedule(t.Context(), key, time.Now(), old); !errors.Is(err, journal.ErrFenced) {
		t.Errorf("Schedule = %v, want ErrFenced", err)
	}
	after, err := s.leaderLast(t.Context(), StreamName, ScheduleSubject(key))
	if err != nil || after.Seq != before.Seq {
		t.Errorf("the newer schedule was replaced: %v", err)
	}
}

func TestWakeIsQueuedOncePerRevision(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	q := openQueue(t, s)
	key, rev := claimed(t, s)
	for _, r := range []journal.Revision{rev, rev, rev + 1, 0, 0} {
		if err := s.Wake(t.Context(), key, WakeSignal, r); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []journal.Revision{rev, rev + 1, 0, 0} {
		if w := wakeOf(t, next(t, q)); w.Revision != uint64(want) || w.Reason != WakeSignal || w.ID != string(key.ID) {
			t.Errorf("wake %+v, want revision %d", w, want)
		}
	}
	if n, err := s.Queued(t.Context(), "default"); err != nil || n != 4 {
		t.Errorf("%d messages queued, %v; want 4", n, err)
	}
}

func TestServerTimeIsThatOfTheMessages(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	q := openQueue(t, s)
	submit(t, s, "x")
	d := next(t, q)
	now, err := s.ServerTime(t.Context())
	if err != nil || now.Before(d.Time) || now.Sub(d.Time) > natstest.StartWait {
		t.Errorf("ServerTime = %v, %v; the message is of %v", now, err, d.Time)
	}
}
