package control

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// subject is an execution that a person's word is about, as the leader has it.
type subject struct {
	key    journal.Key
	stored journal.Stored

	// What the state alone does not say.
	request execution.Request
	records []journal.Record
	log     *journal.Log // nil: it was not read
}

// read reads an execution to decide about. Unknown is 404, deleted is 410.
func (s *Service) read(ctx context.Context, key journal.Key) (subject, error) {
	stored, request, records, err := s.s.View(ctx, key)
	switch {
	case errors.Is(err, journal.ErrNotFound):
		return subject{}, unknown(key)
	case err != nil:
		return subject{}, fmt.Errorf("read execution %s: %w", key.ID, err)
	case stored.State.Status == execution.Deleted:
		return subject{}, gone(key)
	}
	return subject{key: key, stored: stored, request: request, records: records}.folded()
}

// folded is sub with its log.
func (sub subject) folded() (subject, error) {
	var err error
	if sub.log, err = journal.Fold(sub.stored.State, sub.records); err != nil {
		return subject{}, fmt.Errorf("fold execution %s: %w", sub.key.ID, err)
	}
	return sub, nil
}

// after returns what was read as the write of now left it. Its records are read once: only
// a pass that ran until then may have added some in between.
func (s *Service) after(ctx context.Context, sub subject, now journal.Stored) (subject, error) {
	if sub.log == nil || sub.stored.State.Status == execution.Running {
		return s.read(ctx, sub.key)
	}
	sub.stored = now
	return sub.folded()
}

// readState is read without the log: what needs the state alone is not to wait for it.
func (s *Service) readState(ctx context.Context, key journal.Key) (subject, error) {
	stored, err := s.s.Journal().State(ctx, key)
	switch {
	case errors.Is(err, journal.ErrNotFound):
		return subject{}, unknown(key)
	case err != nil:
		return subject{}, fmt.Errorf("read state of execution %s: %w", key.ID, err)
	case stored.State.Status == execution.Deleted:
		return subject{}, gone(key)
	}
	return subject{key: key, stored: stored}, nil
}

// errLost says that another word came first. It stays in the package.
var errLost = errors.New("the state has moved on")

// change is one write of the state (R14): from what was read to next. It returns
// errLost when the state has moved on, and then nothing is changed. A write whose
// answer was lost is looked for.
func (s *Service) change(ctx context.Context, from subject, next journal.State) (journal.Stored, error) {
	next.Nonce, next.Write, next.UpdatedAt = rand.Text(), 1, time.Now().UTC()
	next.Carrier.Spent = true
	// crash here: nothing was decided.
	rev, err := s.s.Journal().PutState(ctx, from.key, next, from.stored.Revision)
	switch {
	case errors.Is(err, journal.ErrFenced):
		return journal.Stored{}, errLost
	case err != nil:
		return journal.Stored{}, fmt.Errorf("write state of execution %s: %w", from.key.ID, err)
	}
	if from.stored.State.RetryAt != nil && next.RetryAt == nil {
		// It goes on, or has ended, before its time: nothing is scheduled for it any more. A
		// schedule that is left over wakes nobody.
		if err := s.s.Unschedule(ctx, from.key); err != nil {
			s.log.Warn("remove schedule", "execution", from.key.ID, "err", err)
		}
	}
	return journal.Stored{State: next, Revision: rev, At: time.Now()}, nil
}

// goOn wakes an execution that may go on. What is not woken here, the sweeper wakes.
func (s *Service) goOn(ctx context.Context, key journal.Key, now journal.Stored, reason string) {
	// crash here: queued, without a message: the sweeper finds it.
	if err := s.s.Wake(ctx, key, reason, now.Revision); err != nil {
		s.log.Warn("wake execution", "execution", key.ID, "err", err)
	}
}

// stop tells the pass that may be running that the state has moved on: it ends at once.
// One that does not hear it finds out with its next heartbeat.
func (s *Service) stop(key journal.Key, status execution.Status) {
	s.tellStatus(key, execution.EventStop, status)
}

// announceEnd tells of an end that no pass led to. record is that of the execution, or
// err why there is none.
func (s *Service) announceEnd(key journal.Key, now journal.Stored, record execution.Record, err error) {
	s.log.Info("execution ended by a decision", "runtime", key.Runtime, "execution", key.ID, "status", now.State.Status)
	s.announceOutcome(key, now.State.Status, record, err)
	s.dispose(key, now.State.Attempt, now.State.Status)
}

// announceOutcome publishes the outcome of an execution, as the event of its status.
func (s *Service) announceOutcome(key journal.Key, status execution.Status, record execution.Record, err error) {
	if err == nil {
		var body []byte
		if body, err = fitOutcome(record.Outcome(), int(s.s.Conn().MaxPayload())); err == nil {
			err = stream.Event(s.s.Conn(), key, string(status), body)
		}
	}
	if err != nil {
		s.log.Debug("publish event", "execution", key.ID, "err", err) // a hint: the record says it
	}
}

// dispose tells those who keep something for an execution that they may let go of it.
// It is the one place of this package that does.
func (s *Service) dispose(key journal.Key, attempt int, status execution.Status) {
	s.tellStatus(key, execution.EventDispose, status)
	if s.cfg.Connectors == nil || !s.begin() {
		return
	}
	go func() { // a slow hook is not waited for by who decides, only by the end of the service
		defer s.work.Done()
		s.cfg.Connectors.Dispose(context.Background(), connector.End{Runtime: key.Runtime, ExecutionID: key.ID, Attempt: attempt, Status: status})
	}()
}

// tellStatus publishes an event that says no more than a status. It is a hint: the record
// says it too.
func (s *Service) tellStatus(key journal.Key, event string, status execution.Status) {
	body, err := json.Marshal(execution.StatusEvent{ExecutionID: key.ID, Status: status})
	if err == nil {
		err = stream.Event(s.s.Conn(), key, event, body)
	}
	if err != nil {
		s.log.Debug("publish event", "execution", key.ID, "err", err)
	}
}

// settleLooks bounds how long a decision waits for the pass that is running to settle:
// five seconds. It counts looks, so that a machine that stands still for that time does
// not make a refusal of what would have settled at once.
const settleLooks = 31

// awaitSettle reads the execution, and while a pass of it runs waits for its settle. The
// log is read only where it is paused: elsewhere nothing is decided. ran says that it had
// to wait.
func (s *Service) awaitSettle(ctx context.Context, key journal.Key) (sub subject, ran bool, err error) {
	pause := 5 * time.Millisecond
	for look := 1; ; look, pause = look+1, min(2*pause, 200*time.Millisecond) {
		sub, err = s.readState(ctx, key)
		if err == nil && sub.stored.State.Status == execution.Paused {
			sub, err = s.read(ctx, key)
		}
		if err != nil {
			return sub, ran, err
		}
		if sub.stored.State.Status != execution.Running || look == settleLooks {
			return sub, ran, nil
		}
		ran = true
		select {
		case <-ctx.Done():
			return sub, ran, context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

func notPaused(s execution.Status) error {
	return refuse(http.StatusConflict, "not paused (%s)", s)
}
