package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/reprise-run/reprise/cmd/submit/draw"
	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
)

// submit is the root command: publish, follow, print.
func (a *app) submit(ctx context.Context, o submitFlags, args []string) error {
	r, err := a.request(o, args)
	if err != nil {
		return err
	}
	limited, cancel := a.limit(ctx)
	defer cancel()
	s, err := a.open(limited)
	if err != nil {
		return err
	}
	defer s.close()
	// A refused publish is not answered: the server says so on the side.
	allowed, stop := s.link.UntilDenied(limited, stream.SubmitSubject(a.runtime))
	defer stop()
	f := &following{a: a, s: s}
	if o.detach {
		return f.detach(allowed, r)
	}
	return f.end(ctx, allowed, func(follow control.Follow) (execution.Outcome, error) {
		return s.client.Execute(allowed, r, follow)
	})
}

// following is one execution that is waited for.
type following struct {
	a *app
	s *session

	id      execution.ID
	word    string // the operation that goes before the waiting; empty: the submission
	stored  bool   // the server has it
	status  execution.Status
	attempt int
	trouble error // what keeps executors from answering, last heard
}

// followError is an error about an execution of which something is known.
type followError struct {
	err     error
	id      execution.ID
	status  execution.Status
	attempt int
}

func (e *followError) Error() string { return e.err.Error() }
func (e *followError) Unwrap() error { return e.err }

// fail returns an error with an exit status, and what is known of the execution.
func (f *following) fail(status int, hint string, err error) error {
	return cli.Fail(status, hint, &followError{err, f.id, f.status, f.attempt})
}

// detach stores the submission and prints its id.
func (f *following) detach(ctx context.Context, r execution.Request) error {
	receipt, err := f.s.client.Submit(ctx, r)
	f.id = receipt.ID
	if err != nil {
		return f.explain(ctx, err)
	}
	if f.a.json {
		return f.a.print(execution.Outcome{Status: execution.Queued, ExecutionID: f.id, Calls: []execution.Entry{}})
	}
	_, err = fmt.Fprintln(f.a.stdout, f.id)
	return err
}

// end waits, shows what happens, and prints the outcome. ctx is that of the command,
// inner the one that wait runs under: it also ends by --timeout or a refusal.
func (f *following) end(ctx, inner context.Context, wait func(control.Follow) (execution.Outcome, error)) error {
	p := f.a.printer()
	o, err := wait(control.Follow{
		OnSubmit:  func(id execution.ID) { f.id = id },
		OnReceipt: func(r control.Receipt) { f.id, f.stored, f.status = r.ID, true, execution.Queued },
		OnEvent:   func(e control.Event) { f.show(p, e) },
		OnTrouble: func(err error) { f.tell(p, err) },
	})
	if err != nil {
		p.Close()
		if ctx.Err() != nil {
			return f.interrupted()
		}
		return f.explain(inner, err)
	}
	p.Finish(o)
	p.Close()
	return f.a.printOutcome(ctx, f.s, o)
}

// show draws one event.
func (f *following) show(p draw.Printer, e control.Event) {
	body, err := e.Body()
	if err != nil {
		return // of a newer version: the outcome will tell
	}
	switch b := body.(type) {
	case *execution.StartedEvent:
		f.status, f.attempt = execution.Running, b.Attempt
	case *execution.RetryingEvent:
		f.status = execution.Retrying
	}
	p.Event(body)
}

// tell says at once when nobody answers, and goes on waiting.
func (f *following) tell(p draw.Printer, err error) {
	f.trouble = err
	switch {
	case err == nil:
		p.Note("an executor answers")
	case errors.Is(err, control.ErrNoExecutor):
		p.Note(fmt.Sprintf("no executor answers for runtime %s: %s waits until one does (start one with \"executor --runtime %s\")", f.a.runtime, f.id, f.a.runtime))
	case f.s.link.Denied(stream.APISubject(f.a.runtime, "get")) != nil:
		p.Note("the server does not allow to ask for the record: the outcome is known only if its event arrives")
	default:
		p.Note("cannot ask an executor: " + err.Error())
	}
}

// interrupted says that the execution does not end with the command.
func (f *following) interrupted() error {
	if !f.stored {
		return f.fail(cli.Interrupted, f.lookup(), errors.New("interrupted before the server answered"))
	}
	return f.fail(cli.Interrupted, f.lookup(), fmt.Errorf("interrupted; execution %s goes on", f.id))
}

// lookup is the hint that says how to find out more.
func (f *following) lookup() string {
	if f.id == "" {
		return ""
	}
	return "follow it with: " + f.a.command("watch", f.id)
}

// explain turns the error of a submission or of the waiting into what people are told.
func (f *following) explain(ctx context.Context, err error) error {
	var refused *control.Error
	cause := context.Cause(ctx)
	if f.word != "" && !f.stored {
		return f.a.notDone(f.word, f.id, err)
	}
	switch {
	case errors.Is(cause, cli.ErrInbox): // the message may have arrived all the same
		return f.fail(cli.Unreachable, inboxHint, fmt.Errorf("no acknowledgement can arrive, whether %s was stored is unknown: %w", f.id, cause))
	case errors.Is(cause, cli.ErrDenied):
		return f.fail(cli.Unreachable, "ask who runs the server for the right to publish there", fmt.Errorf("submit: %w", cause))
	case errors.As(err, &refused) && errors.Is(err, control.ErrBadRequest):
		return f.fail(cli.Usage, "", err)
	case errors.Is(err, control.ErrConflict), errors.Is(err, control.ErrGone):
		return f.fail(cli.Failed, "", err)
	case errors.Is(err, control.ErrTooLarge):
		return f.fail(cli.Usage, "", err)
	case f.stored && errors.Is(cause, errTimeout):
		return f.fail(cli.Unreachable, f.lookup(), fmt.Errorf("no outcome after %v; execution %s goes on%s", f.a.timeout, f.id, f.because()))
	case f.stored:
		return f.fail(cli.Unreachable, f.lookup(), fmt.Errorf("the outcome of %s is unknown: %w", f.id, err))
	case f.id != "":
		return f.fail(cli.Unreachable, f.lookup()+" (\"executor\" or \"executor init\" creates the queue)",
			fmt.Errorf("no acknowledgement: whether %s was stored is unknown: %w", f.id, err))
	}
	return f.fail(cli.Unreachable, "", err)
}

func (f *following) because() string {
	if f.trouble == nil {
		return ""
	}
	return fmt.Sprintf(" (%v)", f.trouble)
}
