package worker

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"
)

// Namespaces can go away while a pool lives: others use up what the system has of them, or
// somebody forbids them. Passes go on all the same, where the filter of system calls holds:
// it alone keeps a worker from everything that namespaces hide. The operator is told, by
// the log and by [Pool.Confinement], and the next worker tries to have them again.

// namespacesLost stands in the place of the namespaces.
const namespacesLost = "no namespaces: there were some at the start, the system refuses more"

// errUnfiltered is returned when a worker could be had only without anything that keeps
// its script in.
var errUnfiltered = errors.New("the system refuses namespaces, which it had at the start, and has no filter of system calls")

// start starts a worker as well confined as the first one, or, where the system refuses
// that now, with the filter of system calls in place of namespaces.
func (p *Pool) start(ctx context.Context) (*process, error) {
	w, err := p.again(ctx)
	if err == nil {
		p.tell(w, nil)
		return w, nil
	}
	if !p.isolated || !refused(err) || ctx.Err() != nil {
		return nil, err
	}
	w, lesser := start(ctx, p.cfg, p.life, false)
	switch {
	case lesser != nil:
		return nil, err
	case !filtered(w.level):
		w.kill(errUnfiltered)
		w.closePipes()
		return nil, fmt.Errorf("%w: %w", errUnfiltered, err)
	}
	p.tell(w, err)
	return w, nil
}

// again starts a worker as it is to be, and tries again where the system refuses: it frees
// the namespaces of workers that were killed a little later, and scripts can have those
// killed.
func (p *Pool) again(ctx context.Context) (*process, error) {
	for pause := 50 * time.Millisecond; ; pause *= 2 {
		w, err := start(ctx, p.cfg, p.life, p.isolated)
		if err == nil || !p.isolated || !refused(err) || pause > 200*time.Millisecond || p.lastExposed() {
			return w, err
		}
		select {
		case <-time.After(pause):
		case <-p.closing:
			return nil, ErrClosed
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// refused reports whether the system did not start a process in namespaces of its own. A
// worker that failed in another way is started again as it was.
func refused(err error) bool {
	for _, no := range []error{syscall.EPERM, syscall.EACCES, syscall.ENOSPC, syscall.EUSERS, syscall.EINVAL, syscall.ENOSYS} {
		if errors.Is(err, no) {
			return true
		}
	}
	return false
}

// tell notes how a worker came about, and says so when that has changed.
func (p *Pool) tell(w *process, why error) {
	p.mu.Lock()
	was := p.exposed
	p.exposed = p.isolated && !w.isolated
	now := p.exposed
	p.mu.Unlock()
	switch {
	case now && !was:
		p.cfg.Logger.Warn("workers have no namespaces any more", "confinement", p.Confinement(), "err", why)
	case was && !now:
		p.cfg.Logger.Info("workers have namespaces again", "confinement", p.Confinement())
	}
}

func (p *Pool) lastExposed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.exposed
}
