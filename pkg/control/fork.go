package control

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// forkTimeout bounds a fork: it may have many values to copy, or code to run dry.
const forkTimeout = 2 * time.Minute

// forking is a fork that is asked for, of what was read of its source.
type forking struct {
	subject // its request is that of the fork
	from    int
	as      string
	newID   execution.ID // empty: any
}

// fork makes a new execution that begins with the first entries of another one. It
// answers the new record, or where code departs from those entries.
func (s *Service) fork(ctx context.Context, c call) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, forkTimeout)
	defer cancel()
	var p struct {
		ID     string  `json:"id"`
		From   *int    `json:"from"`
		Code   *string `json:"code"`
		As     string  `json:"as"`
		NewID  string  `json:"newId"`
		DryRun bool    `json:"dryRun"`
	}
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	key, err := keyOf(c.runtime, p.ID)
	switch {
	case err != nil:
		return nil, err
	case p.From == nil:
		return nil, refuse(http.StatusBadRequest, "from: missing; it is the number of entries to keep")
	}
	f := &forking{from: *p.From}
	if p.NewID != "" {
		if f.newID, err = execution.ParseID(p.NewID); err != nil {
			return nil, refuse(http.StatusBadRequest, "newId: %v", err)
		}
	}
	if f.as, err = who(p.As); err != nil {
		return nil, err
	}
	if err := s.readSource(ctx, key, p.Code, f); err != nil {
		return nil, err
	}
	if p.DryRun {
		return s.dryRun(ctx, f)
	}
	return s.create(ctx, f)
}

// readSource reads the execution that is forked, as the leader has it.
func (s *Service) readSource(ctx context.Context, key journal.Key, code *string, f *forking) error {
	sub, err := s.read(ctx, key)
	if err != nil {
		return err
	}
	switch failure := sub.stored.State.Failure; {
	case failure != nil && failure.Reason == execution.ReasonRequest:
		return refuse(http.StatusConflict, "the submission itself is malformed: %s", failure.Message)
	case sub.request.Digest() != sub.stored.State.Digest:
		return notWritten(key)
	}
	if err := within(f.from, sub.log); err != nil {
		return err
	}
	if code != nil {
		if sub.request.Code, err = checkedCode(*code); err != nil {
			return err
		}
	}
	sub.request.ID, sub.request.StartAt = "", nil
	f.subject = sub
	return stands(sub.log, f.from)
}

// checkedCode refuses what could not be submitted as code.
func checkedCode(code string) (string, error) {
	if len(code) > execution.MaxSourceBytes {
		return "", refuse(http.StatusBadRequest, "code: has %d bytes, at most %d are stored", len(code), execution.MaxSourceBytes)
	}
	body, err := json.Marshal(map[string]string{"code": code})
	if err != nil {
		return "", refuse(http.StatusBadRequest, "code: %v", err)
	}
	_, err = execution.Parse(body)
	return code, err
}

// create makes the new execution. Until its state is written nobody knows of it.
func (s *Service) create(ctx context.Context, f *forking) (any, error) {
	records, err := f.stored.State.Fork(f.key.ID, f.records, f.from)
	if err != nil {
		return nil, fmt.Errorf("copy the journal of %s: %w", f.key.ID, err)
	}
	key, there, err := s.reserve(ctx, f)
	if err != nil || there != nil {
		return there, err
	}
	// crash here, and up to the state: garbage that nobody ever sees.
	for n, i := 0, 0; i < len(records); i++ {
		r, err := records[i].MapValues(s.copier(ctx, f.key, key))
		if err == nil {
			n, err = s.s.Journal().Append(ctx, key, 0, n, r)
		}
		if err != nil {
			return nil, fmt.Errorf("copy the journal of %s: %w", f.key.ID, taken(err, key))
		}
	}
	st := f.state(len(records) == 0)
	rev, err := s.s.Journal().PutState(ctx, key, st, 0)
	if err != nil {
		return nil, fmt.Errorf("create execution %s: %w", key.ID, taken(err, key))
	}
	s.log.Info("forked", "execution", f.key.ID, "fork", key.ID, "from", f.from, "as", f.as)
	s.goOn(ctx, key, journal.Stored{State: st, Revision: rev}, stream.WakeRestart)
	return s.recordSoon(ctx, key)
}

// copier copies the values that were moved out: they are deleted with their execution.
func (s *Service) copier(ctx context.Context, from, to journal.Key) journal.Mover {
	return func(v *journal.Value) (*journal.Value, error) { return v, s.s.Journal().CopyValue(ctx, from, to, *v) }
}

// reserve writes the request under the id of the new execution, which then belongs to
// this fork. there is the record of the very same fork, where that was made before.
func (s *Service) reserve(ctx context.Context, f *forking) (key journal.Key, there any, err error) {
	key = journal.Key{Runtime: f.key.Runtime, ID: f.newID}
	if f.newID == "" {
		key.ID = execution.NewID(time.Now())
	} else if there, err = s.forked(ctx, key, f); err != nil || there != nil {
		return key, there, err
	}
	f.request.ID = key.ID
	if err := s.s.Journal().CreateRequest(ctx, key, f.request); err != nil {
		return key, nil, fmt.Errorf("create execution %s: %w", key.ID, taken(err, key))
	}
	return key, nil, nil
}

// forked returns the record under the new id, if the same fork has made it.
func (s *Service) forked(ctx context.Context, key journal.Key, f *forking) (any, error) {
	stored, err := s.s.Journal().State(ctx, key)
	switch st := stored.State; {
	case errors.Is(err, journal.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	case st.Status == execution.Deleted:
		return nil, gone(key)
	case st.ForkedFrom == nil || st.ForkedFrom.ExecutionID != f.key.ID || st.ForkedFrom.From != f.from || st.Digest != f.request.Digest():
		return nil, inUse(key)
	}
	return s.recordSoon(ctx, key)
}

// taken says that the new id was used by somebody else meanwhile, or before.
func taken(err error, key journal.Key) error {
	if errors.Is(err, journal.ErrFenced) {
		return inUse(key)
	}
	return err
}

func inUse(key journal.Key) error {
	return refuse(http.StatusConflict, "newId: %s is in use, or a fork under it is under way or broke off: look for it, or take another one", key.ID)
}

// state is that of the new execution: as if it had run up to here. Its clock begins anew
// where it keeps nothing, nor what the code has seen.
func (f *forking) state(anew bool) journal.State {
	from := f.stored.State
	now := time.Now().UTC()
	if anew || from.Attempt == 0 && from.ForkedFrom == nil { // or the source has not started
		from.StartedAt = now.Truncate(time.Millisecond)
	}
	return journal.State{
		Status: execution.Queued, Try: 1, Nonce: rand.Text(), Write: 1, Carrier: journal.Carrier{Spent: true},
		CreatedAt: now, StartedAt: from.StartedAt, UpdatedAt: now, Seed: from.Seed, Engine: from.Engine,
		Connectors: from.Connectors, Labels: from.Labels, Digest: f.request.Digest(),
		ForkedFrom: &execution.Origin{ExecutionID: f.key.ID, From: f.from, As: f.as},
	}
}
