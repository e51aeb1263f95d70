package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
)

// query connects, asks for one operation and explains what went wrong.
func (a *app) query(ctx context.Context, operation string, ask func(context.Context, *session) error) error {
	limited, cancel := a.limit(ctx)
	defer cancel()
	s, err := a.open(limited)
	if err != nil {
		return err
	}
	defer s.close()
	allowed, stop := s.link.UntilDenied(limited, stream.APISubject(a.runtime, operation))
	defer stop()
	err = ask(allowed, s)
	if err != nil && ctx.Err() != nil {
		return a.interrupted(err)
	}
	return a.explainQuery(allowed, err)
}

// interrupted says that a command was interrupted, and how to look at what it was about.
func (a *app) interrupted(err error) error {
	var known *cli.Error
	if errors.As(err, &known) && known.Status == cli.Interrupted {
		return err
	}
	var about *followError
	if errors.As(err, &about) {
		return cli.Fail(cli.Interrupted, a.look(about.id), errors.New("interrupted"))
	}
	return cli.Fail(cli.Interrupted, "", errors.New("interrupted"))
}

// notDone explains why what a person asked of an execution was not done: it was refused,
// and nothing is changed, or no answer came, and nobody knows. A request that an executor
// refuses was well written: a number beyond the journal is no misuse of the command line.
func (a *app) notDone(operation string, id execution.ID, err error) error {
	var known *cli.Error
	if errors.As(err, &known) {
		return err
	}
	err = &followError{err: err, id: id}
	switch {
	case errors.Is(err, control.ErrUnavailable):
		hint := a.look(id)
		if operation == "fork" { // the same fork under the same id is made once
			hint += "; or repeat it with --id " + string(id)
		}
		return cli.Fail(cli.Unreachable, hint, fmt.Errorf("whether %s of %s was done is unknown: %w", operation, id, err))
	case errors.Is(err, control.ErrBadRequest):
		return cli.Fail(cli.Failed, "", err)
	}
	return err
}

// look is the hint that says how to see where an execution stands.
func (a *app) look(id execution.ID) string { return "look with: " + a.command("get", id) }

// command is what to type to be told of an execution.
func (a *app) command(verb string, id execution.ID) string {
	text := "submit " + verb + " " + string(id)
	if a.runtime != execution.DefaultRuntime {
		text += " --runtime " + a.runtime
	}
	return text
}

// inboxHint is for who connects with an inbox that is not his.
const inboxHint = "set --inbox-prefix to the one that belongs to the user, such as _INBOX_NAME, and look what is there before you repeat it"

func (a *app) explainQuery(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	var known *cli.Error
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.Is(cause, cli.ErrInbox): // the request may have arrived all the same
		return cli.Fail(cli.Unreachable, inboxHint, fmt.Errorf("no answer can arrive, what became of the request is unknown: %w", cause))
	case errors.Is(cause, cli.ErrDenied):
		return cli.Fail(cli.Unreachable, "ask who runs the server for the right to ask for that", cause)
	case errors.Is(err, control.ErrBadRequest):
		return cli.Fail(cli.Usage, "", err)
	case errors.Is(err, control.ErrNoExecutor):
		return cli.Fail(cli.Unreachable, "executors answer for the journal: start one with \"executor\"", err)
	case errors.Is(err, control.ErrNotFound), errors.Is(err, control.ErrGone), errors.Is(err, control.ErrConflict):
		return cli.Fail(cli.Failed, "", err)
	}
	var refusal *control.Error
	if errors.As(err, &refusal) && refusal.Code == http.StatusInternalServerError {
		return cli.Fail(cli.Failed, "the executor's log says more", err) // it was reached, and it answered
	}
	return cli.Fail(cli.Unreachable, "", fmt.Errorf("ask runtime %s: %w", a.runtime, err))
}
