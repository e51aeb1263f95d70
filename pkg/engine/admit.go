package engine

import (
	"errors"
	"fmt"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/sandbox"
	"github.com/reprise-run/reprise/pkg/value"
)

// errUnknown is what the code sees of a call with onUnknown "fail".
var errUnknown = &connector.Error{
	Name:    "UnknownOutcomeError",
	Message: "the outcome of this call is unknown: its pass ended while it was in flight",
}

// admit takes one operation of the code: it gets its number, is checked against
// the journal, and is put on one of the lists that launch works off.
func (p *pass) admit(in sandbox.Op) error {
	o := &op{Op: in}
	p.ops = append(p.ops, o)
	err := p.admitKind(o)
	var r *refusal
	if errors.As(err, &r) && r.pos == (sandbox.Pos{}) {
		r.pos = in.Pos
	}
	return err
}

func (p *pass) admitKind(o *op) error {
	in := o.Op
	if err := p.operationLimit(); err != nil {
		return err
	}
	switch in.Kind {
	case sandbox.OpCall, sandbox.OpStep:
		return p.admitEntry(o)
	case sandbox.OpStepDone:
		return p.stepDone(o)
	case sandbox.OpTimer:
		return p.admitTimer(o)
	case sandbox.OpStepTimer:
		return p.startTimer(o, in.Delay)
	case sandbox.OpSleep:
		return p.admitWait(o, journal.OpSleep, &p.sleeps)
	case sandbox.OpSignal:
		return p.admitWait(o, journal.OpSignal, &p.signals)
	case sandbox.OpSnippet:
		return p.admitSnippet(o)
	case sandbox.OpClear:
		p.clear(in.Target)
	}
	return nil
}

// admitEntry gives a call or step the next seq.
func (p *pass) admitEntry(o *op) error {
	o.ref = journal.Ref{Kind: journal.OpEntry, N: len(p.entries)}
	if o.Kind == sandbox.OpStep {
		o.Connector = execution.StepConnector
	}
	p.entries = append(p.entries, o)
	if n := len(o.Connector) + len(o.Method); n > maxNameBytes {
		return &refusal{reason: execution.ReasonLimit, message: fmt.Sprintf("a call or step with a name of %d bytes; %d are the most", n, maxNameBytes)}
	}
	if o.Invalid != nil {
		return p.invalid("the arguments of "+o.name(), o.Invalid)
	}
	o.plain = value.Plain(jsonOrNil(o.Args))
	o.Args = jsonOrNil(p.cfg.Connectors.Redact(o.Args))
	if o.ref.N < p.recorded {
		return p.admitKnown(o, &p.log.Entries[o.ref.N])
	}
	return p.admitNew(o)
}

// admitKnown checks a call against its entry and decides what is left to do.
func (p *pass) admitKnown(o *op, e *journal.Entry) error {
	if err := p.compare(o, e); err != nil {
		return err
	}
	if p.dry != nil {
		return p.dry.follow(o, e)
	}
	o.ephemeral = e.Ephemeral
	switch {
	case e.Mark == journal.MarkApplied && e.Ephemeral:
		o.hold, o.free = true, true
		p.invoke = append(p.invoke, o)
	case e.Mark.Delivered():
		// The replay delivers it.
	case e.Pending != "":
		p.waiting = append(p.waiting, e.Seq)
	case o.Kind == sandbox.OpStep:
		p.restart(o)
	default:
		return p.admitOpen(o, e)
	}
	return nil
}

// admitOpen decides a call that has an entry and no outcome.
func (p *pass) admitOpen(o *op, e *journal.Entry) error {
	if e.ApprovedArgs != nil {
		// An approver put other arguments in the place of those issued.
		text, err := p.cfg.Store.Resolve(p.store, p.Key, *e.ApprovedArgs)
		if err != nil {
			p.storage = fmt.Errorf("resolve approved arguments of seq %d: %w", e.Seq, err)
			return p.storage
		}
		o.plain = value.Plain(text)
	}
	switch {
	case e.Approved && e.StartBy == 0:
		p.restart(o)
	case e.Again():
		p.admitAgain(o, e)
	default:
		p.admitUnknown(o)
	}
	return nil
}

// admitAgain decides a call that asked for another execution. Whether it needs a
// person may have been unknown when it was issued: its connector could not be
// reached then.
func (p *pass) admitAgain(o *op, e *journal.Entry) {
	method, err := p.cfg.Connectors.Lookup(o.Connector, o.Method)
	switch {
	case err != nil:
		p.refuse = append(p.refuse, arrival{op: o, err: err})
	case (method.RequiresApproval && !e.RequiresApproval && !e.Approved) || method.Client:
		p.waiting = append(p.waiting, o.ref.N)
	default:
		p.restart(o)
	}
}

// admitUnknown decides a call whose outcome was never heard, as its method says.
func (p *pass) admitUnknown(o *op) {
	o.unknown = true
	method, err := p.cfg.Connectors.Lookup(o.Connector, o.Method)
	switch {
	case err != nil:
		p.refuse = append(p.refuse, arrival{op: o, err: err})
	case method.OnUnknown == connector.OnUnknownFail:
		p.refuse = append(p.refuse, arrival{op: o, err: errUnknown})
	case method.OnUnknown == connector.OnUnknownAsk:
		p.waiting = append(p.waiting, o.ref.N)
	default:
		p.restart(o)
	}
}

// restart puts a call that has an entry on the list of those to be executed again.
func (p *pass) restart(o *op) {
	p.again = append(p.again, o.ref.N)
	p.invoke = append(p.invoke, o)
}

// admitNew makes the intent of a call that the journal does not know.
func (p *pass) admitNew(o *op) error {
	if p.dry != nil {
		return p.dry.beyond(o)
	}
	if err := p.withinLimits(); err != nil {
		return err
	}
	in := journal.Intent{Seq: o.ref.N, Connector: o.Connector, Method: o.Method, Args: journal.NewValue(o.Args), Key: p.newKey(o.ref.N)}
	defer func() { p.issue = append(p.issue, in) }()
	if o.Kind == sandbox.OpStep {
		p.invoke = append(p.invoke, o)
		return nil
	}
	method, err := p.cfg.Connectors.Lookup(o.Connector, o.Method)
	if err != nil {
		p.refuse = append(p.refuse, arrival{op: o, err: err})
		return nil
	}
	in.Ephemeral, in.RequiresApproval = method.Reexecute, method.RequiresApproval
	o.ephemeral = method.Reexecute
	if method.Client || method.RequiresApproval {
		// Nobody is asked about a call that cannot be made.
		if err := p.cfg.Connectors.Check(o.Connector, o.Method, o.plain); err != nil {
			p.refuse = append(p.refuse, arrival{op: o, err: err})
			return nil
		}
	}
	switch {
	case method.Client:
		in.Pending = execution.PendingClient
	case method.RequiresApproval:
		in.Pending = execution.PendingApproval
	default:
		p.invoke = append(p.invoke, o)
		return nil
	}
	p.waiting = append(p.waiting, in.Seq)
	return nil
}

// compare finds out whether the code still does what the journal says.
func (p *pass) compare(o *op, e *journal.Entry) error {
	if o.Connector != e.Connector || o.Method != e.Method {
		return p.diverged(fmt.Sprintf("divergence at seq %d: recorded %s.%s, but the code now calls %s",
			e.Seq, e.Connector, e.Method, o.name()))
	}
	var recorded []byte
	if e.Args != nil {
		text, err := p.cfg.Store.Resolve(p.store, p.Key, *e.Args)
		if err != nil {
			p.storage = fmt.Errorf("resolve arguments of seq %d: %w", e.Seq, err)
			return p.storage
		}
		recorded = text
	}
	if !value.Equal(recorded, o.Args) {
		return p.diverged(fmt.Sprintf("divergence at seq %d: the arguments of %s differ: recorded %s, now %s",
			e.Seq, o.name(), clip(value.Plain(recorded), 200), clip(value.Plain(o.Args), 200)))
	}
	return nil
}

func (p *pass) diverged(message string) error {
	if p.dry == nil {
		message += "; wrap nondeterministic work in codemode.step"
	}
	if v := p.State.Engine; v != "" && v != p.cfg.Version {
		message += fmt.Sprintf(" (the journal was written by %s, this executor is %s)", v, p.cfg.Version)
	}
	return &refusal{reason: execution.ReasonDivergence, message: message}
}

// stepDone takes what the closure of a step gave.
func (p *pass) stepDone(o *op) error {
	step := p.ops[o.Target]
	switch {
	case o.Invalid != nil:
		p.landed(step)
		r := p.invalid("the value of "+step.name(), o.Invalid)
		if _, err := p.take(arrival{op: step, err: r}); err != nil {
			return err
		}
		return r
	case o.Thrown != nil:
		p.flight.add(arrival{op: step, err: &connector.Error{Name: o.Thrown.Name, Message: o.Thrown.Message}})
	default:
		p.flight.add(arrival{op: step, result: jsonOrNil(o.Result)})
	}
	return nil
}

// admitTimer starts a timer, unless the journal has its firing.
func (p *pass) admitTimer(o *op) error {
	if err := p.counterLimit(p.timers, "timers"); err != nil {
		return err
	}
	o.ref = journal.Ref{Kind: journal.OpTimer, N: len(p.timers)}
	p.timers = append(p.timers, o)
	if p.done[o.ref] {
		return nil
	}
	// An earlier pass may have waited already: the rest is what is left.
	due := time.UnixMilli(p.clock).Add(o.Delay)
	return p.startTimer(o, min(o.Delay, due.Sub(p.cfg.Now())))
}

func (p *pass) startTimer(o *op, wait time.Duration) error {
	if err := p.pendingLimit(); err != nil {
		return err
	}
	if p.dry != nil {
		p.dry.startTimer(o, wait)
		return nil
	}
	p.flight.timers++
	p.clocks.start(o, p.cfg.Now(), wait, &p.flight)
	return nil
}

// clear stops a timer. One that fired already stays undelivered.
func (p *pass) clear(target int) {
	if target < 0 || target >= len(p.ops) {
		return
	}
	o := p.ops[target]
	if o.cleared || o.fired || (o.Kind != sandbox.OpTimer && o.Kind != sandbox.OpStepTimer) {
		return
	}
	o.cleared = true
	if o.timer != nil {
		o.timer.Stop()
		p.flight.timers--
	}
}

// maxNameBytes bounds the name of a call or step; maxErrorBytes bounds the text of
// its error. Both are part of a record as they are.
const (
	maxNameBytes  = 1 << 10
	maxErrorBytes = 32 << 10
)

// callError is how the code sees a connector's error.
func callError(err error) *execution.CallError {
	e := errorOf(err)
	e.Name, e.Message = clip([]byte(e.Name), maxNameBytes), clip([]byte(e.Message), maxErrorBytes)
	return e
}

func errorOf(err error) *execution.CallError {
	var named *connector.Error
	switch {
	case errors.As(err, &named) && named.Name != "":
		return &execution.CallError{Name: named.Name, Message: err.Error()}
	case connector.IsTimeout(err):
		return &execution.CallError{Name: timeoutName, Message: err.Error()}
	}
	return &execution.CallError{Name: "Error", Message: err.Error()}
}

// timeoutName is the name of the error of a call whose outcome is open.
const timeoutName = "TimeoutError"
