package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/dop251/goja"
)

// defaultStack is deep enough for real code and stops a runaway recursion within
// milliseconds.
const defaultStack = 2000

// Config configures an [InProcess]. The zero value of a field means its default.
type Config struct {
	// CacheBytes bounds the sources whose compiled form is kept. What is kept is
	// about ten times as large. Default 4 MiB.
	CacheBytes int
}

// InProcess is a [Sandbox] in this process: for trusted code, or inside a process
// that may be lost. Make it with [NewInProcess].
type InProcess struct {
	scripts   *onceCache[*compiled]
	functions *onceCache[*goja.Program] // of Call
	bindings  *onceCache[*goja.Program] // of connector names
	samples   samples
}

var _ Sandbox = (*InProcess)(nil)

// NewInProcess returns a sandbox with an empty cache.
func NewInProcess(c Config) *InProcess {
	limit := cmp.Or(c.CacheBytes, 4<<20)
	return &InProcess{
		scripts:   newOnceCache[*compiled](limit),
		functions: newOnceCache[*goja.Program](limit),
		bindings:  newOnceCache[*goja.Program](limit),
		samples:   compileSamples(),
	}
}

// Compiled counts the scripts, snippets and functions that were parsed: all others were in the
// cache.
func (s *InProcess) Compiled() int { return s.scripts.compiledCount() + s.functions.compiledCount() }

// Run implements [Sandbox].
func (s *InProcess) Run(ctx context.Context, script Script, host Host) (result Result, err error) {
	defer recoverCrash(&err)
	if err := context.Cause(ctx); err != nil {
		return Result{}, err
	}
	code, err := s.scripts.get(script.Source, compile)
	if err != nil {
		return Result{}, err
	}
	names, err := bindingSource(script.Connectors)
	if err != nil {
		return Result{}, err
	}
	bind, err := s.bindings.get(names, compileBinding)
	if err != nil {
		return Result{}, err
	}

	p := newPass(script, host, code)
	p.compile = s.compileSnippet
	defer interruptAtEnd(ctx, p.rt)()
	if err := p.install(s.samples, bind); err != nil {
		return Result{}, ending(ctx, err)
	}
	result, err = p.run(ctx)
	return result, ending(ctx, err)
}

// compileSnippet compiles the source of a snippet as a file of its own.
func (s *InProcess) compileSnippet(file, text string) (*compiled, error) {
	return s.scripts.getAs(file, text, func(text string) (*compiled, error) { return compileFile(file, text) })
}

// interruptAtEnd stops the runtime when ctx ends. The function that it returns
// waits for that to be over.
func interruptAtEnd(ctx context.Context, rt *goja.Runtime) (stop func()) {
	done := make(chan struct{})
	cancel := context.AfterFunc(ctx, func() {
		rt.Interrupt(context.Cause(ctx))
		close(done)
	})
	return func() {
		if !cancel() {
			<-done
		}
	}
}

// ending turns an error of the runtime into one of this package's contract.
func ending(ctx context.Context, err error) error {
	var interrupted *goja.InterruptedError
	var overflow *goja.StackOverflowError
	var uncaught *goja.Exception
	switch {
	case err == nil:
		return nil
	case errors.As(err, &interrupted):
		if errors.Is(err, ErrPending) {
			return ErrPending
		}
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return &CrashError{Detail: err.Error()}
	case errors.As(err, &overflow):
		return ErrStack
	case errors.As(err, &uncaught):
		return &CrashError{Detail: uncaught.String()}
	}
	return err
}

// recoverCrash is the one place where a panic of the interpreter ends.
func recoverCrash(err *error) {
	switch x := recover(); {
	case x == nil:
	case isTooLarge(x):
		*err = ErrMemory
	default:
		*err = &CrashError{Detail: fmt.Sprintf("%v\n%s", x, debug.Stack())}
	}
}

// isTooLarge reports whether a panic is Go's answer to a slice that there cannot be. It
// has no type of its own.
func isTooLarge(x any) bool {
	e, ok := x.(runtime.Error)
	return ok && (strings.Contains(e.Error(), "makeslice: ") || strings.Contains(e.Error(), "growslice: "))
}
