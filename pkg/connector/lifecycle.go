package connector

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Lifecycle is a Connector that keeps something for a pass or an execution, such as a
// session, and is told when it may let go of it. It is told of every execution,
// whether that called it or not, on the executor where the end was written; connectors
// elsewhere hear of it by the events of the same names.
//
// The order for one execution on one executor is that of what happened; a pass that
// follows at once may run by the time a hook is called, with a larger attempt, and a
// decision that ends what a pass has just left may be heard of before that pass. A hook
// changes nothing: it returns no error, a panic is logged, and so is one that has not
// returned after [HookTimeout], which is not waited for any longer.
type Lifecycle interface {
	// PassEnd is called when a pass has ended and the contexts of its calls are done.
	// The status is where the execution stands now: terminal, paused, retrying and so
	// on, or queued when another executor takes over.
	PassEnd(ctx context.Context, e End)

	// Dispose is called when an execution has reached a terminal status, after the
	// PassEnd of the pass that led there, if one did.
	Dispose(ctx context.Context, e End)
}

// End says what has ended, and how.
type End struct {
	Runtime     string
	ExecutionID execution.ID
	Attempt     int // the fence of the last pass, as in [Call]
	Status      execution.Status
}

// HookTimeout bounds a call of a [Lifecycle]; its context ends then.
const HookTimeout = 5 * time.Second

var _ Lifecycle = (*Set)(nil)

// PassEnd tells every [Lifecycle] of the set, all at the same time. It returns when they
// have, at the latest after [HookTimeout].
func (s *Set) PassEnd(ctx context.Context, e End) { s.hook(ctx, "pass_end", e, Lifecycle.PassEnd) }

// Dispose is [Set.PassEnd] for the end of an execution.
func (s *Set) Dispose(ctx context.Context, e End) { s.hook(ctx, "dispose", e, Lifecycle.Dispose) }

// hook calls one method of every connector that has it.
func (s *Set) hook(ctx context.Context, name string, e End, call func(Lifecycle, context.Context, End)) {
	ctx, cancel := context.WithTimeout(ctx, HookTimeout)
	defer cancel()
	var all sync.WaitGroup
	for _, b := range s.all() {
		l, ok := b.Connector.(Lifecycle)
		if !ok {
			continue
		}
		log := s.logger.With("connector", b.Name, "hook", name, "execution", e.ExecutionID)
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer func() {
				if p := recover(); p != nil {
					log.Error("hook panicked", "panic", string(s.Redact([]byte(fmt.Sprint(p)))), "stack", string(debug.Stack()))
				}
			}()
			call(l, ctx, e)
		}()
		all.Go(func() {
			select {
			case <-done:
			case <-ctx.Done():
				log.Warn("hook is not waited for any longer", "after", HookTimeout)
			}
		})
	}
	all.Wait()
}

// all returns the connectors, sorted by name.
func (s *Set) all() []*bound {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := maps.Clone(s.discovered)
	maps.Copy(all, s.configured)
	return slices.SortedFunc(maps.Values(all), func(a, b *bound) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
}
