package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// Replay is a recorded execution, and the code that is to follow its journal.
type Replay struct {
	Key     journal.Key
	State   journal.State // with the seed, the start of the clock, and what no record holds
	Records []journal.Record

	// Request is the code, perhaps another one than was recorded, its input and limits.
	Request execution.Request

	// From is the number of entries to follow; negative: all, and then the code to its end.
	From int

	// Resolve fetches a value that was moved out. Nil: none was.
	Resolve func(ctx context.Context, v journal.Value) (json.RawMessage, error)

	// Trace, if set, is told what the code does. A false answer stops it there.
	Trace Tracer
}

// Tracer learns what a replay does, in order, on the goroutine of [Engine.Replay].
type Tracer interface {
	// Issue is told of each call and step that is as the journal has it, when the code
	// issues it. It returns false to stop the replay there.
	Issue(e *journal.Entry, op Issued) bool

	// Log is told of each console line.
	Log(line string)
}

// Issued is a call or step as the code issued it.
type Issued struct {
	Connector, Method string
	Args              json.RawMessage // durable form; nil: none
	Pos               sandbox.Pos
}

// Replayed says how the code followed the journal.
type Replayed struct {
	Followed  int        // entries that the code issued as they are recorded
	Departure *Departure // nil: it followed
	Log       *journal.Log

	// Unrecorded says why the code could not be followed further: the next value is in
	// no journal. Usually empty.
	Unrecorded string

	// Result is how the code ended by itself. Its Status is empty where the replay was
	// stopped: at the end of the journal, by the tracer, at From, or at the departure.
	Result Result
}

// Departure is where the code does something else than the journal has.
type Departure struct {
	At      int            // the seq
	Entry   *journal.Entry // what the journal has there; nil: it has no more
	Got     *Issued        // what the code issued there; nil: nothing
	Message string
}

// Replay runs code against a journal as a pass does, but calls nothing and writes
// nothing: the first operation that is not recorded, or recorded otherwise, ends it. The
// sandbox, the limits and the pass timeout are those of the engine. It returns an error
// when the code could not be run, or a value not be fetched.
func (e *Engine) Replay(ctx context.Context, in Replay) (Replayed, error) {
	whole, err := journal.Fold(in.State, in.Records)
	if err != nil {
		return Replayed{}, fmt.Errorf("fold journal: %w", err)
	}
	state := in.State
	if in.From >= 0 {
		state = state.Forget(whole, in.From)
	}
	in.Request.Retry = &execution.Retry{Off: true} // nobody is asked what a failure means
	own := Engine{cfg: e.cfg}
	own.cfg.Store = recording{&in}
	p := newPass(&own, Pass{Key: in.Key, State: state, Request: in.Request})
	p.dry = &dry{pass: p, in: &in, ended: in.From < 0 && endedByCode(in.State)}
	p.Observe = p.dry
	own.cfg.Now = p.dry.now
	if err := p.load(ctx); err != nil {
		return Replayed{}, p.outside(ctx, err)
	}
	res, err := p.run(ctx)
	if err == nil && res.Status == execution.Queued {
		err = sandbox.ErrUnavailable
	}
	if err != nil {
		return Replayed{}, fmt.Errorf("replay %s: %w", in.Key.ID, err)
	}
	return p.dry.replayed(res), nil
}

// endedByCode reports whether an execution came to its end because its code did.
func endedByCode(s journal.State) bool {
	if s.Status != execution.Error || s.Failure == nil {
		return s.Status == execution.Completed
	}
	switch s.Failure.Reason {
	case execution.ReasonCode, execution.ReasonCall, execution.ReasonSyntax:
		return true
	}
	return false
}

// errReadOnly is returned for writes of what a replay never writes.
var errReadOnly = errors.New("a replay writes nothing")

// recording is the journal of a replay: it has what was recorded, and forgets the rest.
type recording struct{ in *Replay }

var _ journal.Store = recording{}

// State implements [journal.Store].
func (r recording) State(context.Context, journal.Key) (journal.Stored, error) {
	return journal.Stored{State: r.in.State}, nil
}

// PutState implements [journal.Store].
func (recording) PutState(context.Context, journal.Key, journal.State, journal.Revision) (journal.Revision, error) {
	return 0, errReadOnly
}

// Request implements [journal.Store].
func (r recording) Request(context.Context, journal.Key) (execution.Request, error) {
	return r.in.Request, nil
}

// PutRequest implements [journal.Store].
func (recording) PutRequest(context.Context, journal.Key, journal.Revision, execution.Request) error {
	return errReadOnly
}

// Append implements [journal.Store]. What fires in a replay alone is nobody's.
func (recording) Append(_ context.Context, _ journal.Key, _ journal.Revision, n int, _ journal.Record) (int, error) {
	return n + 1, nil
}

// Load implements [journal.Store].
func (r recording) Load(context.Context, journal.Key, journal.Revision) ([]journal.Record, error) {
	return r.in.Records, nil
}

// Resolve implements [journal.Store].
func (r recording) Resolve(ctx context.Context, key journal.Key, v journal.Value) (json.RawMessage, error) {
	switch {
	case !v.Offloaded():
		return v.JSON, nil
	case r.in.Resolve == nil:
		return nil, fmt.Errorf("value %s of %s: %w", v.Object, key, journal.ErrNotFound)
	}
	return r.in.Resolve(ctx, v)
}

// PutSignal implements [journal.Store].
func (recording) PutSignal(context.Context, journal.Key, journal.Signal) error { return errReadOnly }

// Inbox implements [journal.Store]: signals that no pass has taken are not replayed.
func (recording) Inbox(context.Context, journal.Key, journal.Revision) ([]journal.Signal, error) {
	return nil, nil
}
