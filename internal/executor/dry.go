package executor

import (
	"context"

	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/engine"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/value"
)

// dryAtOnce is how many dry runs there are at the same time: each takes a worker, beside
// those of the passes. Others wait.
const dryAtOnce = 2

// dryReplay makes the dry runs of the API out of replays of the engine.
func dryReplay(e *engine.Engine) func(context.Context, control.DryRun) (control.Departure, error) {
	slots := make(chan struct{}, dryAtOnce)
	return func(ctx context.Context, d control.DryRun) (control.Departure, error) {
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		case <-ctx.Done():
			return control.Departure{}, context.Cause(ctx)
		}
		got, err := e.Replay(ctx, engine.Replay{
			Key: d.Key, State: d.State, Records: d.Records, Request: d.Request, From: d.From, Resolve: d.Resolve,
		})
		if err != nil {
			return control.Departure{}, err
		}
		return departure(got), nil
	}
}

func departure(r engine.Replayed) control.Departure {
	out := control.Departure{Replayed: r.Followed, Message: r.Unrecorded}
	d := r.Departure
	if d == nil {
		return out
	}
	out.DepartsAt, out.Message = &d.At, d.Message
	if d.Entry != nil {
		entry := d.Entry.Shown(journal.View{})
		out.Entry = &entry
	}
	if g := d.Got; g != nil {
		out.Got = &control.Operation{Connector: g.Connector, Method: g.Method, Args: value.Plain(g.Args)}
		if g.Pos.Line > 0 {
			out.Got.Position = &control.Position{File: g.Pos.File, Line: g.Pos.Line, Column: g.Pos.Column}
		}
	}
	return out
}
