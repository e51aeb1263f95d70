package runner

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/reprise-run/reprise/pkg/engine"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// settleTimeout bounds what is left to do for passes that are handed over.
const settleTimeout = 10 * time.Second

// keptLogBytes bounds the console lines that are kept of all passes together.
const keptLogBytes = 512 << 10

// settle writes how the pass ended, under its claim, and then does with the message
// what that write says.
func (r *Runner) settle(ctx context.Context, c *claimed, res engine.Result) error {
	m, s := c.message, c.state
	now := time.Now().UTC()
	s.Status, s.UpdatedAt, s.Write = res.Status, now, s.Write+1
	s.Error, s.Failure, s.Result, s.Omitted = res.Error, res.Failure, res.Value, res.Omitted
	s.Carry, s.Pending, s.Failed = res.Carry, res.Pending, res.Failed
	s.Waits = waits(res, now)
	s.LostPasses, s.Progress = 0, res.Log.Progress
	if err := r.keepLogs(ctx, m.key, &s, res.Logs); err != nil {
		return err
	}
	back := rest(&s, res, now)
	written, err := r.journal.PutState(ctx, m.key, s, c.rev)
	if err != nil {
		return leave(fmt.Errorf("settle: %w", err))
	}
	// crash here: the message comes again; as the spent carrier it redoes the
	// promise, as an unspent one it waits until it is due.
	c.quiet()
	r.announceEnd(m.key, s, res.Log, res.Logs)
	if !s.Carrier.Spent {
		if err := r.lookAgain(ctx, m.key, s); err != nil {
			return err
		}
		return r.nak(ctx, m.Delivery, back)
	}
	if err := r.promise(ctx, m.key, s, written); err != nil {
		return leave(err)
	}
	return r.ack(ctx, m.Delivery)
}

// shortWait is how long a sleep may be that holds its message: a schedule of the
// server would take up to two seconds longer.
const shortWait = 2 * time.Second

// rest writes into the state for what the execution rests, and whether its message
// carries it on: then it returns after how long that one is to come back.
func rest(s *journal.State, res engine.Result, now time.Time) (back time.Duration) {
	switch res.Status {
	case execution.Retrying:
		s.Failures++
		at := now.Add(res.Delay).Truncate(time.Millisecond)
		s.RetryAt, s.DelayMs = &at, res.Delay.Milliseconds()
		s.Carrier.Spent = res.Delay > longWait
		return res.Delay
	case execution.Queued:
		return res.Delay
	case execution.Error:
		s.Failures++
	case execution.Paused, execution.Waiting, execution.Sleeping:
		s.Signals, s.Heard = res.Signals, res.Heard
		if res.Due != nil {
			at := res.Due.UTC()
			back = max(at.Sub(now), 0)
			s.RetryAt, s.DelayMs = &at, (back + time.Millisecond - 1).Milliseconds()
			s.Carrier.Spent = back > shortWait
			return back
		}
	}
	s.Carrier.Spent = true
	return 0
}

// waits describes the calls that wait for a person, so that they can be listed
// without their journals.
func waits(res engine.Result, now time.Time) []journal.Wait {
	var all []journal.Wait
	for _, seq := range res.Pending {
		e := &res.Log.Entries[seq]
		w := journal.Wait{
			Seq: seq, Kind: cmp.Or(e.Pending, execution.PendingUnknown), Connector: e.Connector, Method: e.Method,
			Args: e.Args, Since: e.IssuedAt,
		}
		if w.Kind == execution.PendingUnknown {
			w.Since = now.UnixMilli()
		}
		all = append(all, w)
	}
	return all
}

// keepLogs adds the lines of this pass to those of the earlier ones. The oldest
// passes are dropped when all together grow too large. Of a pass that printed nothing
// that is kept if the execution failed with it.
func (r *Runner) keepLogs(ctx context.Context, key journal.Key, s *journal.State, lines []string) error {
	if len(lines) == 0 && (lines == nil || s.Status != execution.Error) {
		return nil
	}
	var kept []journal.PassLogs
	if s.Logs != nil {
		text, err := r.journal.Resolve(ctx, key, *s.Logs)
		if err != nil {
			return fmt.Errorf("read earlier logs: %w", err)
		}
		if err := json.Unmarshal(text, &kept); err != nil {
			return fmt.Errorf("%w: logs: %w", journal.ErrCorrupt, err)
		}
	}
	kept = append(kept, journal.PassLogs{Attempt: s.Attempt, Lines: lines})
	for {
		text, err := json.Marshal(kept)
		if err != nil {
			return fmt.Errorf("encode logs: %w", err)
		}
		if len(text) <= keptLogBytes || len(kept) == 1 {
			s.Logs = journal.NewValue(text)
			return nil
		}
		kept = kept[1:]
	}
}
