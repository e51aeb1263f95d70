package sandbox

import (
	"crypto/sha256"
	"math/rand/v2"
	"time"

	"github.com/dop251/goja"
)

// scope is what a line of the script draws from: the pass's own, or that of the
// step in whose closure it runs. A replay does not run the closures of steps, so
// nothing that they draw may come from the pass's scope.
type scope struct {
	seed   string
	random *rand.Rand // made when it is first needed
	bytes  *rand.ChaCha8

	timers    map[int64]*timer
	nextTimer int64

	console consoleState

	rejections map[*goja.Promise]int // unhandled ones, by the order in which they came
	rejected   int                   // how many ever came

	// Of steps only.
	step    int // the ID of its operation
	inStep  bool
	now     time.Time
	outcome *goja.Promise // of the closure
	thrown  *Thrown       // by a timer of the closure
	ended   bool
}

// source returns the scope's random numbers.
func (s *scope) source() (*rand.Rand, *rand.ChaCha8) {
	if s.random == nil {
		s.bytes = rand.NewChaCha8(sha256.Sum256([]byte(s.seed)))
		s.random = rand.New(s.bytes)
	}
	return s.random, s.bytes
}

// reject notes a rejection that nobody handles yet.
func (s *scope) reject(promise *goja.Promise) {
	if s.rejections == nil {
		s.rejections = make(map[*goja.Promise]int)
	}
	s.rejections[promise] = s.rejected
	s.rejected++
}

// unhandled returns the earliest rejection that nobody has handled. It looks at all of
// them: ask at the end.
func (s *scope) unhandled() *goja.Promise {
	var first *goja.Promise
	for promise, n := range s.rejections {
		if first == nil || n < s.rejections[first] {
			first = promise
		}
	}
	return first
}

// Grab, Resumed and Exited implement [goja.AsyncContextTracker]: what continues
// after an await is in the scope of the function that awaits.
func (p *pass) Grab() any { return p.scope }

// Resumed is called before a continuation runs.
func (p *pass) Resumed(grabbed any) {
	if s, ok := grabbed.(*scope); ok {
		p.scope = s
	}
}

// Exited is called after it ran. Microtasks that the engine does not track, the
// then methods of foreign promises, are in the scope of the event.
func (p *pass) Exited() { p.scope = p.ambient }

// within runs the script's code in a scope.
func (p *pass) within(s *scope, body func() error) error {
	p.scope, p.ambient = s, s
	defer func() { p.scope, p.ambient = p.root, p.root }()
	return body()
}

// time is the clock of the line that runs. In a step it stands still.
func (p *pass) time() time.Time {
	if p.scope.inStep {
		return p.scope.now
	}
	return p.now
}
