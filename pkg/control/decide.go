package control

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// verdict is a person's word on calls that wait for one.
type verdict struct {
	id     string
	seq    *int // nil: all that it may be about
	as     string
	reason string
	wait   *bool // false: answer once it is decided

	// takes reports whether the word may be about a call that waits; no says what to
	// do instead.
	takes func(journal.Wait) (no string)

	// word turns it into what the journal keeps.
	word func(sub subject, w journal.Wait, at time.Time) (journal.Completion, error)
}

func (v verdict) check() error {
	switch {
	case v.seq != nil && *v.seq < 0:
		return refuse(http.StatusBadRequest, "seq: must not be negative, got %d", *v.seq)
	case len(v.reason) > maxWordBytes:
		return refuse(http.StatusBadRequest, "reason: has %d bytes, at most %d are allowed", len(v.reason), maxWordBytes)
	}
	_, err := who(v.as)
	return err
}

// decide writes the decision and lets the execution go on. It answers the next
// outcome. Of two decisions at once one is told that the execution is not paused.
func (s *Service) decide(ctx context.Context, runtime string, v verdict, reason string) (any, error) {
	key, err := keyOf(runtime, v.id)
	if err == nil {
		err = v.check()
	}
	if err != nil {
		return nil, err
	}
	// Heard before it is decided: nothing that happens can be missed.
	events, err := watchEnds(s.s.Conn(), key.Runtime, key.ID)
	if err != nil {
		return nil, err
	}
	defer events.Close()
	short, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	now, calls, err := s.write(short, key, v)
	if err != nil {
		return nil, err
	}
	s.log.Info("decided", "execution", key.ID, "calls", calls, "as", v.as, "reason", reason)
	s.goOn(short, key, now, reason)
	if v.wait != nil && !*v.wait {
		return Decided{ExecutionID: key.ID, Calls: calls, Attempt: now.State.Attempt}, nil
	}
	return s.next(ctx, events, now, key)
}

// write makes the decision one write. A pass that was woken by time or by a signal may
// come in between: then it waits for its settle, and decides on what waits then (R14).
func (s *Service) write(ctx context.Context, key journal.Key, v verdict) (now journal.Stored, calls int, err error) {
	waited := false
	for {
		sub, ran, err := s.awaitSettle(ctx, key)
		if err != nil {
			return now, 0, err
		}
		waited = waited || ran
		if err := v.late(sub, waited); err != nil {
			return now, 0, err
		}
		words, err := s.words(sub, v)
		if err != nil {
			return now, 0, err
		}
		st := sub.stored.State
		now, err = s.change(ctx, sub, st.Decide(sub.log, words...))
		if !errors.Is(err, errLost) {
			return now, len(words), err
		}
		if again, err := s.lost(ctx, key, st); !again {
			return now, 0, err
		}
		waited = true
	}
}

// Decided says that a decision is written: the execution goes on.
type Decided struct {
	ExecutionID execution.ID `json:"executionId"`
	Calls       int          `json:"calls"`   // how many it was about
	Attempt     int          `json:"attempt"` // of the last pass: what comes of it has a larger one
}

// late refuses a word that came too late: the execution does not wait any more, or
// only waits again because somebody decided meanwhile about what this one saw.
func (v verdict) late(sub subject, ran bool) error {
	st := sub.stored.State
	if st.Status != execution.Paused {
		return notPaused(st.Status)
	}
	if ran && v.seq == nil && st.Decided != 0 && st.Decided == st.Attempt-1 {
		return refuse(http.StatusConflict, "not paused (%s); it has gone on since, and waits again: name the seq", execution.Running)
	}
	return nil
}

// lost says what a decision that came second is told; again is true when it came second
// to no other decision.
func (s *Service) lost(ctx context.Context, key journal.Key, before journal.State) (again bool, err error) {
	stored, err := s.s.Journal().State(ctx, key)
	switch st := stored.State; {
	case err != nil:
		return false, fmt.Errorf("read state of execution %s: %w", key.ID, err)
	case st.Decided == before.Decided && (st.Status == execution.Running || st.Status == execution.Paused):
		return true, nil
	case st.Status == execution.Paused:
		return false, refuse(http.StatusConflict, "not paused (%s); it has gone on since, and waits again", execution.Running)
	}
	return false, notPaused(stored.State.Status)
}

// words applies the verdict to the calls that it is about.
func (s *Service) words(sub subject, v verdict) ([]journal.Completion, error) {
	st := sub.stored.State
	if len(st.Waits) == 0 && v.seq == nil {
		return nil, s.checkConnectors(st) // it waits for connectors, or for somebody to have a look
	}
	var words []journal.Completion
	var refused []string
	at := time.Now()
	for _, w := range st.Waits {
		if v.seq != nil && *v.seq != w.Seq {
			continue
		}
		if no := v.takes(w); no != "" {
			refused = append(refused, fmt.Sprintf("seq %d, %s.%s, %s", w.Seq, w.Connector, w.Method, no))
			continue
		}
		c, err := v.word(sub, w, at)
		if err != nil {
			return nil, err
		}
		words = append(words, c)
	}
	switch {
	case len(words) == 0 && len(refused) > 0:
		return nil, refuse(http.StatusConflict, "%s", strings.Join(refused, "; "))
	case len(words) == 0:
		return nil, refuse(http.StatusConflict, "seq %d is not pending; pending: %s", *v.seq, seqList(st))
	}
	return words, s.checkConnectors(st)
}

func seqList(st journal.State) string {
	if len(st.Waits) == 0 {
		return "none"
	}
	var all []string
	for _, w := range st.Waits {
		all = append(all, fmt.Sprintf("seq %d, %s.%s", w.Seq, w.Connector, w.Method))
	}
	return strings.Join(all, "; ")
}

// checkConnectors refuses to let an execution go on that this executor could not run.
func (s *Service) checkConnectors(st journal.State) error {
	if s.cfg.Connectors == nil {
		return nil
	}
	have := s.cfg.Connectors.Names()
	missing := slices.DeleteFunc(slices.Clone(st.Connectors), func(name string) bool { return slices.Contains(have, name) })
	if len(missing) == 0 {
		return nil
	}
	return refuse(http.StatusConflict, `requires connector(s) "%s", which this executor does not have; it stays paused`, strings.Join(missing, `", "`))
}

// next waits for the outcome that follows the write of now.
func (s *Service) next(ctx context.Context, events *Watch, now journal.Stored, key journal.Key) (any, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.cfg.MaxWait,
		refuse(http.StatusGatewayTimeout, "execution %s has not ended after %v; it goes on", key.ID, s.cfg.MaxWait))
	defer cancel()
	f := follower{events: events.events, after: now.State.Attempt, look: func(ctx context.Context) (execution.Record, error) {
		return s.ended(ctx, key)
	}}
	return f.run(ctx)
}
