package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/control"
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
		return cli.Fail(cli.Interrupted, "", errors.New("interrupted"))
	}
	return a.explainQuery(allowed, err)
}

func (a *app) explainQuery(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	var known *cli.Error
	switch {
	case err == nil, errors.As(err, &known):
		return err
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
