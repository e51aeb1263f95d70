package worker

import (
	"encoding/json"
	"errors"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// ending says how a pass ended.
type ending int64

// The endings. The numbers are on the wire.
const (
	endedWell    ending = iota // with a result, or a value of a call
	endedThrown                // a function threw
	endedSyntax                // the source does not parse
	endedStack                 // sandbox.ErrStack
	endedPending               // sandbox.ErrPending
	endedMemory                // sandbox.ErrMemory
	endedAborted               // the parent said so
	endedCrash                 // sandbox.CrashError
	endedOther                 // any other error
	endedTime                  // sandbox.ErrTime
	endedCPU                   // sandbox.ErrCPU
	endedResult                // sandbox.ErrResult
)

// done is how a pass ended, and what is left of it in the worker.
type done struct {
	how    ending
	text   string              // of the errors that have one
	syntax sandbox.SyntaxError // of a limit only the place, where it is known
	result sandbox.Result      // Issued travels before it
	value  json.RawMessage

	memory   int64 // bytes that the worker has now
	compiled bool  // the source had to be parsed
}

// errAborted is what the host says in a worker when the parent ended the pass.
var errAborted = errors.New("aborted by the parent")

// doneOf describes how a pass, or a call, ended.
func doneOf(result sandbox.Result, value json.RawMessage, err error) done {
	var (
		thrown *sandbox.Thrown
		syntax *sandbox.SyntaxError
		crash  *sandbox.CrashError
	)
	var stopped *sandbox.StoppedError
	if errors.As(err, &stopped) {
		d := doneOf(result, nil, stopped.Err)
		d.syntax = sandbox.SyntaxError{Pos: stopped.Pos, Line: stopped.Line}
		return d
	}
	switch {
	case err == nil:
		return done{how: endedWell, result: result, value: value}
	case errors.As(err, &thrown):
		return done{how: endedThrown, result: sandbox.Result{Thrown: thrown}}
	case errors.As(err, &syntax):
		return done{how: endedSyntax, syntax: *syntax}
	case errors.Is(err, sandbox.ErrStack):
		return done{how: endedStack}
	case errors.Is(err, sandbox.ErrPending):
		return done{how: endedPending}
	case errors.Is(err, sandbox.ErrMemory):
		return done{how: endedMemory}
	case errors.Is(err, sandbox.ErrTime):
		return done{how: endedTime}
	case errors.Is(err, sandbox.ErrCPU):
		return done{how: endedCPU}
	case errors.Is(err, sandbox.ErrResult):
		return done{how: endedResult}
	case errors.Is(err, errAborted):
		return done{how: endedAborted}
	case errors.As(err, &crash):
		return done{how: endedCrash, text: crash.Detail}
	}
	return done{how: endedOther, text: err.Error()}
}

// err returns the error that the ending stands for.
func (d done) err() error {
	switch d.how {
	case endedWell:
		return nil
	case endedThrown:
		return d.result.Thrown
	case endedSyntax:
		e := d.syntax
		return &e
	case endedStack:
		return d.at(sandbox.ErrStack)
	case endedPending:
		return sandbox.ErrPending
	case endedMemory:
		return d.at(sandbox.ErrMemory)
	case endedTime:
		return d.at(sandbox.ErrTime)
	case endedCPU:
		return d.at(sandbox.ErrCPU)
	case endedResult:
		return d.at(sandbox.ErrResult)
	case endedAborted:
		return errAborted
	case endedCrash:
		return &sandbox.CrashError{Detail: d.text}
	}
	return errors.New(d.text)
}

// at adds the place to a limit, if the worker knew it.
func (d done) at(limit error) error {
	if d.syntax.Pos == (sandbox.Pos{}) {
		return limit
	}
	return &sandbox.StoppedError{Err: limit, Pos: d.syntax.Pos, Line: d.syntax.Line}
}

func (e *encoder) done(d done) {
	e.int(int64(d.how))
	e.text(d.text)
	e.text(d.syntax.Message)
	e.pos(d.syntax.Pos)
	e.text(d.syntax.Line)
	e.bytes(d.result.Value)
	e.invalid(d.result.Invalid)
	e.thrown(d.result.Thrown)
	e.bytes(d.value)
	e.int(d.memory)
	e.bool(d.compiled)
}

func (d *decoder) done() done {
	return done{
		how: ending(d.int()), text: d.text(),
		syntax: sandbox.SyntaxError{Message: d.text(), Pos: d.pos(), Line: d.text()},
		result: sandbox.Result{Value: d.bytes(), Invalid: d.invalid(), Thrown: d.thrown()},
		value:  d.bytes(), memory: d.int(), compiled: d.bool(),
	}
}
