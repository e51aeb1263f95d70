package sandbox

import (
	"context"
	"encoding/json"
	"time"
)

// Sandbox runs JavaScript. Its implementations differ in what a hostile script
// can do to the process, not in what a script sees.
type Sandbox interface {
	// Run runs one pass of the script, from its first line until it returns,
	// throws, or the host or ctx ends it. It returns a [*SyntaxError] when the
	// source does not parse, the host's error when Turn returned one, the cause
	// of ctx when that ended, [ErrStack], [ErrPending], [ErrMemory] or [ErrCPU],
	// perhaps wrapped, when the script went beyond a limit, [ErrLost] or
	// [ErrUnavailable] when it could not be run to an end, and a [*CrashError] when
	// the sandbox itself failed. It never panics.
	Run(ctx context.Context, s Script, host Host) (Result, error)

	// Call calls a function and returns what it returns, or its promise gives, as
	// plain JSON; nil for undefined. Nothing but the language itself is in reach, and
	// nothing is printed. It returns a [*Thrown] when the function throws, and errors
	// as Run does; one of a limit, [ErrTime] and [ErrResult] among them, is a
	// [*StoppedError] where the place is known.
	Call(ctx context.Context, f Function) (json.RawMessage, error)
}

// Function is one call of a function. The zero value of a limit means that of the
// sandbox, or none.
type Function struct {
	Source string          // the text of a JavaScript function
	Arg    json.RawMessage // plain JSON; nil: undefined

	// Check parses Source, and neither evaluates nor calls it.
	Check bool

	MaxTime       time.Duration // from when the function begins
	MaxValueBytes int           // of what it gives
	MaxStack      int

	// As those of a [Script]: [InProcess] knows neither.
	MaxMemory int64
	MaxCPU    time.Duration
}

// Host is all that a script can reach. Run calls it from one goroutine.
type Host interface {
	// Turn is called when the script can do nothing more by itself. It takes the
	// operations that the script issued since the last turn, in the order of
	// issue, and returns the one event that happens next; it blocks until there
	// is one. An error stops the script for good: no catch or finally runs.
	Turn(ctx context.Context, issued []Op) (Event, error)

	// Print takes a console line, at once.
	Print(line string)
}

// Script is what one pass runs.
type Script struct {
	Source string
	Input  json.RawMessage // durable form (pkg/value); nil: undefined

	// Connectors are the global names, besides codemode, that forward calls.
	Connectors []string

	// Seed is where all randomness comes from; Now is where the clock starts.
	// Same seed, start and events: same behaviour.
	Seed string
	Now  time.Time

	MaxValueBytes int // of one value that leaves the sandbox; zero: no limit
	MaxStack      int // depth of the call stack; zero: the default
	MaxPending    int // operations outstanding at once; zero: no limit

	// MaxMemory, in bytes, and MaxCPU bound the whole pass; zero: what the sandbox
	// has for a default. [InProcess] knows neither.
	MaxMemory int64
	MaxCPU    time.Duration
}

// OpKind says what a script asked for.
type OpKind string

// The operations.
const (
	OpCall      OpKind = "call"      // a connector method
	OpStep      OpKind = "step"      // codemode.step: wants to run its closure
	OpStepDone  OpKind = "stepDone"  // the closure of the step Target has ended
	OpStepTimer OpKind = "stepTimer" // a timer inside a step: not journaled
	OpTimer     OpKind = "timer"     // setTimeout, or one round of setInterval
	OpClear     OpKind = "clear"     // the timer Target will not be missed
	OpSleep     OpKind = "sleep"     // codemode.sleep: Delay from now in the sandbox; resolved (EventResolve, no value) when due
	OpSignal    OpKind = "signal"    // codemode.waitFor: Method is the signal's name, Delay its timeout; negative: none. Resolved with the signal's value, or rejected
	OpSnippet   OpKind = "snippet"   // codemode.run: Method is the snippet's name. Goes on with EventRunSource, is rejected, or resolved
)

// MaxName is the longest name, in bytes, of a signal or a snippet.
const MaxName = 200

// MaxWait is the longest time that a script can sleep or wait for a signal: ten years.
const MaxWait = 3653 * 24 * time.Hour

// NoTimeout is the Delay of an [OpSignal] that waits for as long as it takes.
const NoTimeout time.Duration = -1

// Op is one operation that a script issued.
type Op struct {
	ID   int // from 0 in the order of issue, over all kinds
	Kind OpKind

	Connector string          // call
	Method    string          // call: the method; step, signal, snippet: its name
	Args      json.RawMessage // call: durable form; nil: no argument
	Result    json.RawMessage // stepDone: durable form; nil: undefined
	Thrown    *Thrown         // stepDone: what the closure threw
	Delay     time.Duration   // timer, stepTimer, sleep; signal: until it times out
	Target    int             // stepDone, clear: an ID
	Invalid   *Invalid        // Args or Result could not be taken
	Pos       Pos             // where the author wrote it
}

// Invalid says why a value cannot leave the sandbox.
type Invalid struct {
	TooLarge bool // above MaxValueBytes; otherwise it has no durable form
	Bytes    int  // how large, as far as it was measured
	Problem  string
}

// EventKind says how an operation goes on.
type EventKind string

// The events.
const (
	EventResolve   EventKind = "resolve"   // all but timers: fulfil with Value
	EventReject    EventKind = "reject"    // all but timers: reject with Name and Text
	EventRunStep   EventKind = "runStep"   // step: run the closure now
	EventFire      EventKind = "fire"      // timer, stepTimer: run the callback
	EventRunSource EventKind = "runSource" // snippet: compile Text, call it with the input given to codemode.run
)

// Event is the one thing that happens next.
type Event struct {
	Op    int
	Kind  EventKind
	Value json.RawMessage // durable form; nil: undefined
	Name  string          // reject: the error's name; empty: "Error"
	Text  string          // reject: the error's message; runSource: the snippet's source

	// Now is the time in the sandbox from here on. The clock never goes back.
	Now time.Time
}

// Pos is a place in the author's source, counted from 1. The zero value means unknown.
type Pos struct {
	File         string // of a bundled source, or "snippet" and its name; empty: the submitted source
	Line, Column int
}

// Result is how a pass of the code ended by itself.
type Result struct {
	Value   json.RawMessage // durable form; nil: undefined
	Invalid *Invalid        // the value could not be taken
	Thrown  *Thrown         // the code failed; Value is nil then

	// Issued are the operations that no Turn has seen.
	Issued []Op
}

// Thrown is what the code threw, or a rejection that it left unhandled.
type Thrown struct {
	Name    string // "TypeError"; empty when no error was thrown
	Message string // never empty: a text that shows what was thrown
	Pos     Pos    // where, in the author's source
	Line    string // the line there, clipped; empty: unknown

	// Causes are what the error says it comes from, the nearest first, and what an
	// AggregateError collects: each in one text, with its place.
	Causes []string

	// Op is the operation whose rejection, or failing, this very error is, or the error
	// of the snippet that it made fail; -1: none.
	Op int

	// Undefined is the global that the submitted code asked for in vain.
	Undefined string
}

func (t *Thrown) Error() string { return t.Message }
