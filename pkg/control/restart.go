package control

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// restart lets an execution go on that has ended: from where it failed, or, with from,
// as if it had never issued the entries from that one on. It answers the record.
func (s *Service) restart(ctx context.Context, c call) (any, error) {
	var p struct {
		ID   string `json:"id"`
		From *int   `json:"from"`
		As   string `json:"as"`
	}
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	key, err := keyOf(c.runtime, p.ID)
	if err != nil {
		return nil, err
	}
	as, err := who(p.As)
	if err != nil {
		return nil, err
	}
	sub, err := s.read(ctx, key)
	if err != nil {
		return nil, err
	}
	if err := restartable(sub, p.From); err != nil {
		return nil, err
	}
	if sub.request.Digest() != sub.stored.State.Digest {
		// Only its message has the request: the wake would find none, and the execution end
		// for good.
		return nil, notWritten(key)
	}
	next, err := restarted(sub, p.From, as)
	if err != nil {
		return nil, err
	}
	now, err := s.change(ctx, sub, next)
	switch {
	case errors.Is(err, errLost):
		return nil, s.movedOn(ctx, key)
	case err != nil:
		return nil, err
	}
	s.log.Info("restarted", "execution", key.ID, "as", p.As, "cuts", len(next.Cuts))
	s.goOn(ctx, key, now, stream.WakeRestart)
	return s.soon(ctx, key, func(ctx context.Context) (subject, error) { return s.after(ctx, sub, now) })
}

// restarted returns the state that lets an ended execution go on.
func restarted(sub subject, from *int, as string) (journal.State, error) {
	next, now := sub.stored.State, time.Now()
	if from == nil {
		next = next.Restart(sub.log, as, now)
	} else {
		next = next.RestartFrom(sub.log, *from, as, now)
	}
	next, err := next.Anew(sub.records, now)
	if err != nil {
		return next, fmt.Errorf("fold execution %s: %w", sub.key.ID, err)
	}
	return next, nil
}

func notWritten(key journal.Key) error {
	return refuse(http.StatusConflict, "the request of execution %s is not written yet", key.ID)
}

// restartable refuses what a restart makes no sense of.
func restartable(sub subject, from *int) error {
	st := sub.stored.State
	keeps := len(sub.log.Entries)
	switch {
	case !st.Status.Terminal():
		return refuse(http.StatusConflict, "not ended (%s)", st.Status)
	case st.Status == execution.RolledBack:
		return refuse(http.StatusConflict, "rolled_back: its calls were undone; submit it again")
	case st.Failure != nil && st.Failure.Reason == execution.ReasonRequest:
		return refuse(http.StatusConflict, "the submission itself is malformed: %s", st.Failure.Message)
	case from == nil && st.Status != execution.Error && st.Status != execution.Cancelled:
		return refuse(http.StatusConflict, "%s: nothing failed; name the seq to restart from (from)", st.Status)
	case from != nil:
		if err := within(*from, sub.log); err != nil {
			return err
		}
		keeps = *from
	}
	return stands(sub.log, keeps)
}

// within checks the seq from which entries are left out.
func within(from int, log *journal.Log) error {
	if n := len(log.Entries); from < 0 || from > n {
		return refuse(http.StatusBadRequest, "from: must be 0 to %d, the number of entries, got %d", n, from)
	}
	return nil
}

// stands refuses to go on from the first n entries where one of them is not what the
// code saw any more, or will never end.
func stands(log *journal.Log, n int) error {
	i := slices.IndexFunc(log.Entries[:n], func(e journal.Entry) bool { return e.Reverted || e.Rejected })
	if i < 0 {
		return nil
	}
	e, what := log.Entries[i], "was undone"
	if e.Rejected {
		what = "was rejected"
	}
	return refuse(http.StatusConflict, "seq %d, %s.%s, %s: go on from it, or from an earlier one (from)", i, e.Connector, e.Method, what)
}

// movedOn is what a word is told that came second.
func (s *Service) movedOn(ctx context.Context, key journal.Key) error {
	stored, err := s.s.Journal().State(ctx, key)
	if err != nil {
		return fmt.Errorf("read state of execution %s: %w", key.ID, err)
	}
	return refuse(http.StatusConflict, "somebody else was faster; it is %s now", stored.State.Status)
}
