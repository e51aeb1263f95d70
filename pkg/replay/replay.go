package replay

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/engine"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/sandbox"
	"github.com/reprise-run/reprise/pkg/value"
)

// ErrDiffers is returned when the code does not do what was recorded.
var ErrDiffers = errors.New("the replay differs")

// Config says what to replay. The zero value of a field means its default.
type Config struct {
	Export journal.Export // required

	// Code runs in the place of the recorded code. Default: the recorded one.
	Code string

	// Sandbox runs it. Default: this process, for code that is trusted.
	Sandbox sandbox.Sandbox

	// Confined says that the sandbox bounds CPU time and memory.
	Confined bool

	// PassTimeout bounds the replay. Default: that of an executor.
	PassTimeout time.Duration

	// Trace is told what the code does. Default: nobody is.
	Trace engine.Tracer

	// Version of this program, for divergences. Default: none.
	Version string
}

// Report says how the code followed the journal.
type Report struct {
	engine.Replayed

	// Differs says why it does not do what was recorded; empty: it does, as far as that
	// can be told.
	Differs string
}

// Open reads the file of an export.
func Open(file string) (journal.Export, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return journal.Export{}, fmt.Errorf("read export: %w", err)
	}
	e, err := journal.ParseExport(text)
	if err != nil {
		return journal.Export{}, fmt.Errorf("read export %s: %w", file, err)
	}
	return e, nil
}

// Check returns an error that wraps [ErrDiffers] and says why, when the code departs from
// the journal or ends otherwise than was recorded.
func Check(ctx context.Context, c Config) error {
	r, err := Run(ctx, c)
	if err == nil && r.Differs != "" {
		err = fmt.Errorf("%w: %s", ErrDiffers, r.Differs)
	}
	return err
}

// Run replays. It returns an error when the code could not be run at all.
func Run(ctx context.Context, c Config) (Report, error) {
	e, request := c.Export, c.Export.Request
	request.Code = cmp.Or(c.Code, request.Code)
	set, err := placeholders(append(slices.Clone(e.State.Connectors), request.Connectors...))
	if err != nil {
		return Report{}, fmt.Errorf("replay %s: %w", e.ExecutionID, err)
	}
	if c.Sandbox == nil {
		c.Sandbox = sandbox.NewInProcess(sandbox.Config{})
		request.Limits = unconfined(request.Limits)
	}
	run, err := engine.New(engine.Config{
		Sandbox: c.Sandbox, Confined: c.Confined, Store: journal.NewMem(), Connectors: set, Now: time.Now,
		PassTimeout: c.PassTimeout, Version: c.Version,
	})
	if err != nil {
		return Report{}, err
	}
	got, err := run.Replay(ctx, engine.Replay{Key: e.Key(), State: e.State, Records: e.Records, Request: request, From: -1, Trace: c.Trace})
	if err != nil {
		return Report{}, err
	}
	return Report{got, differs(e.State, got)}, nil
}

// unconfined leaves out what this process cannot hold a script to.
func unconfined(l *execution.Limits) *execution.Limits {
	if l == nil {
		return nil
	}
	own := *l
	own.CPUMs, own.MemoryMB = 0, 0
	return &own
}

// differs says how what came of the replay is not what is recorded.
func differs(s journal.State, got engine.Replayed) string {
	end := got.Result
	switch {
	case got.Departure != nil:
		return got.Departure.Message
	case end.Status == "" || !(s.Status == execution.Completed || s.Status == execution.Error):
		return ""
	case end.Status != s.Status:
		return fmt.Sprintf("recorded %s, but the code now ends %s", ending(s.Status, s.Failure), ending(end.Status, end.Failure))
	case s.Status == execution.Error && s.Failure != nil && (s.Failure.Reason != end.Failure.Reason || s.Failure.Message != end.Failure.Message):
		return fmt.Sprintf("recorded %s, but the code now ends %s", ending(s.Status, s.Failure), ending(end.Status, end.Failure))
	case s.Status == execution.Completed && !s.Omitted && !end.Omitted && !value.Equal(text(s.Result), text(end.Value)):
		return fmt.Sprintf("recorded the result %s, but the code now returns %s", shown(s.Result), shown(end.Value))
	}
	return ""
}

func ending(s execution.Status, f *execution.Failure) string {
	if f == nil {
		return string(s)
	}
	return fmt.Sprintf("%s: %s", s, f.Message)
}

func text(v *journal.Value) json.RawMessage {
	if v == nil {
		return nil
	}
	return v.JSON
}

// shown is a value for people, clipped.
func shown(v *journal.Value) string {
	plain := []rune(string(value.Plain(text(v))))
	switch {
	case v == nil:
		return "undefined"
	case len(plain) > 200:
		return string(plain[:200]) + "…"
	}
	return string(plain)
}

// placeholders are connectors of which only the names are known: that is all a replay needs.
func placeholders(names []string) (*connector.Set, error) {
	var all []connector.Named
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		all = append(all, connector.Named{Name: name, Connector: placeholder{}})
	}
	return connector.NewSet(connector.SetConfig{Connectors: all})
}

type placeholder struct{}

func (placeholder) Describe() connector.Description { return connector.Description{} }

func (placeholder) Execute(context.Context, connector.Call) (json.RawMessage, error) {
	return nil, errors.New("a replay calls nothing")
}
