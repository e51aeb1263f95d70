package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/dop251/goja"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/parser"
)

// functionName is the file name, in stack frames, of a function given to Call.
const functionName = "function"

// errUnsettled is returned when the promise of a function waits for something that
// cannot happen: there is nothing to wait for.
var errUnsettled = errors.New("the function's promise never settles")

// compileFunction compiles the text of a function into a program that gives it.
func compileFunction(source string) (*goja.Program, error) {
	if err := checkNesting(source); err != nil {
		return nil, err
	}
	if needsLowering(source) {
		// Its positions are lost: the name of its file is another.
		if r := lower("("+source+"\n)", false); len(r.Errors) == 0 {
			if prg, err := goja.Compile("", string(r.Code), false); err == nil {
				return prg, nil
			}
		}
	}
	prg, err := goja.Compile(functionName, "("+source+"\n)", false)
	if err == nil {
		return prg, nil
	}
	e := &SyntaxError{Message: strings.TrimPrefix(err.Error(), "SyntaxError: ")}
	// The compiler keeps no more than a text of what the parser found.
	_, err = parser.ParseFile(nil, functionName, "("+source+"\n)", 0, parser.WithDisableSourceMaps)
	var list parser.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		e.Message, e.Pos = list[0].Message, placeInFunction(list[0].Position)
		e.Line = LineAt(source, e.Pos)
	}
	return nil, e
}

// placeInFunction undoes the parenthesis before the function.
func placeInFunction(at file.Position) Pos {
	if at.Filename != functionName || at.Line == 0 {
		return Pos{}
	}
	if at.Line == 1 {
		at.Column--
	}
	return Pos{Line: at.Line, Column: at.Column}
}

// Call implements [Sandbox].
func (s *InProcess) Call(ctx context.Context, f Function) (value json.RawMessage, err error) {
	defer recoverCrash(&err)
	if f.MaxTime > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, f.MaxTime, ErrTime)
		defer cancel()
	}
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	prg, err := s.functions.get(f.Source, compileFunction)
	if err != nil || f.Check {
		return nil, err
	}
	p := newPass(Script{Source: f.Source, Input: f.Arg, MaxValueBytes: f.MaxValueBytes, MaxStack: f.MaxStack}, nil, &compiled{prg: prg})
	p.place, p.line = placeInFunction, func(at Pos) string { return LineAt(f.Source, at) }
	defer interruptAtEnd(ctx, p.rt)()
	if err := p.guard(s.samples); err != nil {
		return nil, ending(ctx, err)
	}
	if value, err = p.callOnce(ctx); err == nil {
		err = context.Cause(ctx) // taking the value out may have stopped half-way
	}
	if err != nil {
		return nil, p.stopped(err, ending(ctx, err))
	}
	return value, nil
}

// stopped adds to a limit the place at which the engine was stopped.
func (p *pass) stopped(raw, limit error) error {
	var interrupted *goja.InterruptedError
	var overflow *goja.StackOverflowError
	var frames []goja.StackFrame
	switch {
	case errors.As(raw, &interrupted):
		frames = interrupted.Stack()
	case errors.As(raw, &overflow):
		frames = overflow.Stack()
	}
	at := p.placeOf(frames)
	if at == (Pos{}) || !IsLimit(limit) {
		return limit
	}
	return &StoppedError{Err: limit, Pos: at, Line: p.line(at)}
}

// callOnce calls a function with plain JSON and returns what it gives.
func (p *pass) callOnce(ctx context.Context) (json.RawMessage, error) {
	p.ended = func() bool { return ctx.Err() != nil }
	p.codec.plainJSON = true
	if err := p.start(); err != nil {
		return nil, err
	}
	result, ok, err := p.result()
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, errUnsettled
	case result.Thrown != nil:
		return nil, result.Thrown
	case result.Invalid != nil && result.Invalid.TooLarge:
		return nil, ErrResult
	case result.Invalid != nil:
		return nil, errors.New(result.Invalid.Problem)
	}
	return result.Value, nil
}
