package worker

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/reprise-run/reprise/pkg/sandbox"
	"github.com/reprise-run/reprise/pkg/value"
)

// ledger checks what one pass in a worker says against what it may say. The worker
// is the one whom nobody trusts: a script may have taken it over. So everything that
// the host relies on is checked here, and nothing else of the parent looks at frames.
type ledger struct {
	connectors map[string]bool
	limits     limits

	ops     []opState // by ID
	numbers numbering
	pending []sandbox.Op
	bytes   int // of pending
}

// limits bound what a worker can make its parent keep.
type limits struct {
	value int // bytes of one value
	turn  int // bytes of all operations of one turn
	ops   int // operations of one turn
	text  int // bytes of a name, a message or a console line
}

// The bounds of what one turn may bring.
const (
	maxText     = 1 << 20
	maxTurnOps  = 1 << 20
	minTurn     = 64 << 20
	defaultSize = 64 << 20 // of a value, where the script has no limit
)

// opBytes is what an operation takes beside its texts.
const opBytes = 400

// maxCauses is how many causes of an error are told; the sandbox tells of five.
const maxCauses = 64

// maxDepth is how deeply a value may be nested. The sandbox itself stops at 1000, and
// an envelope adds a level or two.
const maxDepth = 4000

func limitsOf(s sandbox.Script) limits {
	l := limits{value: s.MaxValueBytes, ops: maxTurnOps, text: maxText}
	if s.MaxPending > 0 {
		l.ops = min(l.ops, 4*s.MaxPending+1000) // the sandbox stops long before
	}
	if l.value <= 0 {
		l.value = defaultSize
	}
	l.turn = max(4*l.value, minTurn)
	return l
}

// frame is the size of the largest frame that the worker may send.
func (l limits) frame() int { return l.value + 4*l.text }

// opState is what is known of an operation.
type opState uint8

const (
	opOutstanding opState = iota
	opRunning             // the closure of a step
	opSettled
	opTimer   // a timer that has not fired
	opSnippet // one whose source is not here
)

// forged is returned when a worker says what no script can make it say.
type forged struct{ what string }

func (e *forged) Error() string { return "the worker is not to be trusted: " + e.what }

func forgery(format string, args ...any) error { return &forged{fmt.Sprintf(format, args...)} }

func newLedger(s sandbox.Script) *ledger {
	l := &ledger{limits: limitsOf(s), numbers: make(numbering), connectors: make(map[string]bool, len(s.Connectors))}
	for _, name := range s.Connectors {
		l.connectors[name] = true
	}
	return l
}

// op takes one operation of the turn that is under way.
func (l *ledger) op(body []byte) error {
	d := decoder{in: body}
	o := d.op()
	if err := d.end(); err != nil {
		return err
	}
	l.bytes += len(body) + opBytes
	switch {
	case o.ID != len(l.ops):
		return forgery("operation %d in the place of %d", o.ID, len(l.ops))
	case len(l.pending) >= l.limits.ops:
		return forgery("more than %d operations in a turn", l.limits.ops)
	case l.bytes > l.limits.turn:
		return fmt.Errorf("%w: more than %d", sandbox.ErrArguments, l.limits.turn)
	}
	state, err := l.admit(&o)
	if err != nil {
		return fmt.Errorf("operation %d: %w", o.ID, err)
	}
	l.ops = append(l.ops, state)
	l.pending = append(l.pending, o)
	l.numbers.add(o)
	return nil
}

// admit checks an operation by its kind.
func (l *ledger) admit(o *sandbox.Op) (opState, error) {
	if err := l.fields(o); err != nil {
		return 0, err
	}
	switch o.Kind {
	case sandbox.OpCall:
		if !l.connectors[o.Connector] {
			return 0, forgery("a call of %q, which the script was not given", o.Connector)
		}
		return opOutstanding, nil
	case sandbox.OpStep:
		return opOutstanding, nil
	case sandbox.OpTimer, sandbox.OpStepTimer:
		if o.Delay < 0 {
			return 0, forgery("a timer of %v", o.Delay)
		}
		return opTimer, nil
	case sandbox.OpSleep, sandbox.OpSignal, sandbox.OpSnippet:
		return l.admitOwn(o)
	case sandbox.OpStepDone:
		if o.Target < 0 || o.Target >= len(l.ops) || l.ops[o.Target] != opRunning {
			return 0, forgery("the end of %d, which is no running step", o.Target)
		}
		l.ops[o.Target] = opOutstanding
		return opSettled, nil
	case sandbox.OpClear:
		if o.Target < 0 || o.Target >= len(l.ops) || l.ops[o.Target] != opTimer {
			return 0, forgery("the clearing of %d, which is no timer", o.Target)
		}
		l.ops[o.Target] = opSettled
		return opSettled, nil
	}
	return 0, forgery("an operation of kind %q", o.Kind)
}

// admitOwn checks an operation of codemode that has no value: nothing but a name and a
// time leaves the sandbox with it.
func (l *ledger) admitOwn(o *sandbox.Op) (opState, error) {
	if o.Connector != "" || o.Args != nil || o.Result != nil || o.Invalid != nil || o.Target != 0 {
		return 0, forgery("a value with an operation %q", o.Kind)
	}
	least, most, state := time.Duration(0), sandbox.MaxWait, opOutstanding
	switch o.Kind {
	case sandbox.OpSignal:
		least = sandbox.NoTimeout
	case sandbox.OpSnippet:
		most, state = 0, opSnippet
	}
	if o.Delay < least || o.Delay > most {
		return 0, forgery("an operation %q of %v", o.Kind, o.Delay)
	}
	if named := o.Kind != sandbox.OpSleep; named != (o.Method != "") || len(o.Method) > sandbox.MaxName {
		return 0, forgery("an operation %q with a name of %d bytes", o.Kind, len(o.Method))
	}
	return state, nil
}

// fields checks everything that an operation of any kind has.
func (l *ledger) fields(o *sandbox.Op) error {
	for _, s := range []string{o.Connector, o.Method} {
		if err := l.text(s); err != nil {
			return err
		}
	}
	if err := l.value(o.Args); err != nil {
		return err
	}
	if err := l.value(o.Result); err != nil {
		return err
	}
	if o.Thrown != nil && o.Kind != sandbox.OpStepDone {
		return forgery("an error with an operation %q", o.Kind)
	}
	if err := l.thrown(o.Thrown); err != nil {
		return err
	}
	if err := l.pos(o.Pos); err != nil {
		return err
	}
	return l.invalid(o.Invalid)
}

// turn ends the turn and returns its operations. known says that the worker has its
// event already.
func (l *ledger) turn(body []byte) (ops []sandbox.Op, known bool, err error) {
	d := decoder{in: body}
	n := d.int()
	known = d.bool()
	if err := d.end(); err != nil {
		return nil, false, err
	}
	ops = l.take()
	if n != int64(len(ops)) {
		return nil, false, forgery("a turn of %d operations, of which %d came", n, len(ops))
	}
	return ops, known, nil
}

func (l *ledger) take() []sandbox.Op {
	ops := l.pending
	l.pending, l.bytes = nil, 0
	return ops
}

// event notes what the host answered.
func (l *ledger) event(ev sandbox.Event) error {
	if ev.Op < 0 || ev.Op >= len(l.ops) {
		return fmt.Errorf("the host answers operation %d of %d", ev.Op, len(l.ops))
	}
	if ev.Kind == sandbox.EventRunSource && l.ops[ev.Op] != opSnippet {
		return fmt.Errorf("the host gives a source to operation %d, which waits for none", ev.Op)
	}
	l.ops[ev.Op] = opSettled
	if ev.Kind == sandbox.EventRunStep {
		l.ops[ev.Op] = opRunning
	}
	return nil
}

// print takes a console line.
func (l *ledger) print(body []byte) (string, error) {
	d := decoder{in: body}
	line := d.text()
	if err := d.end(); err != nil {
		return "", err
	}
	return line, l.text(line)
}

// done takes the end of the pass.
func (l *ledger) done(body []byte) (done, error) {
	d := decoder{in: body}
	end := d.done()
	if err := d.end(); err != nil {
		return end, err
	}
	end.result.Issued = l.take()
	for _, s := range []string{end.text, end.syntax.Message, end.syntax.Line} {
		if err := l.text(s); err != nil {
			return end, err
		}
	}
	for _, check := range []error{
		l.value(end.result.Value), l.value(end.value), l.thrown(end.result.Thrown), l.invalid(end.result.Invalid), l.pos(end.syntax.Pos),
	} {
		if check != nil {
			return end, check
		}
	}
	if end.how == endedThrown && end.result.Thrown == nil {
		return end, forgery("it threw nothing")
	}
	return end, nil
}

func (l *ledger) text(s string) error {
	if len(s) > l.limits.text {
		return forgery("a text of %d bytes", len(s))
	}
	if !utf8.ValidString(s) {
		return forgery("a text that is not UTF-8")
	}
	return nil
}

// value checks that a value is JSON and not nested too deeply for whoever reads it.
func (l *ledger) value(v json.RawMessage) error {
	switch {
	case v == nil:
		return nil
	case len(v) > l.limits.value:
		return forgery("a value of %d bytes", len(v))
	case value.Deeper(v, maxDepth):
		return forgery("a value nested more than %d levels deep", maxDepth)
	case !json.Valid(v):
		return forgery("a value that is not JSON")
	case !utf8.Valid(v):
		return forgery("a value that is not UTF-8")
	}
	return nil
}

func (l *ledger) thrown(t *sandbox.Thrown) error {
	if t == nil {
		return nil
	}
	if len(t.Causes) > maxCauses {
		return forgery("%d causes of an error", len(t.Causes))
	}
	for _, s := range append([]string{t.Name, t.Message, t.Line, t.Undefined}, t.Causes...) {
		if err := l.text(s); err != nil {
			return err
		}
	}
	if t.Op < -1 || t.Op >= len(l.ops) {
		return forgery("it threw the error of operation %d", t.Op)
	}
	return l.pos(t.Pos)
}

func (l *ledger) pos(p sandbox.Pos) error {
	if p.Line < 0 || p.Column < 0 {
		return forgery("a position %d:%d", p.Line, p.Column)
	}
	return l.text(p.File)
}

func (l *ledger) invalid(v *sandbox.Invalid) error {
	if v == nil {
		return nil
	}
	return l.text(v.Problem)
}
