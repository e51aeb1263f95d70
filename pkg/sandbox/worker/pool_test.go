package worker

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

func TestPassInAWorkerEndsAsInProcess(t *testing.T) {
	t.Parallel()
	p := pool(t, Config{})
	box := sandbox.NewInProcess(sandbox.Config{})
	for _, source := range []string{
		`42`,
		`async (input) => input`,
		`const a = await items.echo({n: 1}); console.log("one", a.n); const b = await items.echo([a, 2n, new Date(0)]); b`,
		`await Promise.all([1, 2, 3].map((n) => items.echo(n)))`,
		`const r = await codemode.step("s", () => Math.random()); [r, Math.random(), Date.now()]`,
		`await new Promise((r) => setTimeout(r, 1000)); clearTimeout(setTimeout(() => 1, 5)); "later"`,
		`await items.fail()`,
		`try { await items.fail() } catch (e) { e.message }`,
		`throw new TypeError("bad")`,
		`nope`,
		`const x = ;`,
		`function f() { f() } f()`,
		`const o = {}; o.o = o; o`,
		`items.echo(1); items.echo(2); "unawaited"`,
		`await codemode.sleep(5000); await codemode.sleep(new Date(Date.now() + 60000)); Date.now()`,
		`await codemode.sleep("soon")`,
		`await codemode.waitFor("paid")`,
		`try { await codemode.waitFor("late", {timeoutMs: 1500}) } catch (e) { [e.name, e.message] }`,
		`await codemode.run("outer", 4)`,
		`await Promise.all([codemode.run("double", 1), codemode.run("double", 2), codemode.run("large")])`,
		`await codemode.run("none")`,
		`await codemode.run("broken")`,
		`await codemode.run("throws")`,
		`await codemode.run("fails")`,
		`codemode.run("double", 1); codemode.sleep(1); codemode.waitFor("x"); "unawaited"`,
	} {
		want, got := &echo{}, &echo{}
		wantResult, wantErr := box.Run(t.Context(), withInput(source), want)
		gotResult, gotErr := p.Run(t.Context(), withInput(source), got)
		if diff := compare(wantResult, gotResult); diff != "" {
			t.Errorf("%s:\n%s", source, diff)
		}
		if text(gotErr) != text(wantErr) {
			t.Errorf("%s: Run = %v, want %v", source, gotErr, wantErr)
		}
		if diff := cmp.Diff(want.ops, got.ops); diff != "" {
			t.Errorf("%s: operations:\n%s", source, diff)
		}
		if len(got.lines) != len(want.lines) || got.turns != want.turns {
			t.Errorf("%s: %d lines and %d turns, want %d and %d", source, len(got.lines), got.turns, len(want.lines), want.turns)
		}
	}
}

func TestSpinningScriptIsKilledAtTheEndOfItsContext(t *testing.T) {
	t.Parallel()
	p := pool(t, Config{Spares: -1})
	late := errors.New("too late")
	ctx, cancel := context.WithCancelCause(t.Context())
	h := &endsPass{end: func() { cancel(late) }}
	if _, err := p.Run(ctx, script(`console.log("before"); for (;;);`), h); !errors.Is(err, late) {
		t.Errorf("Run = %v, want the cause of its context", err)
	}
	if len(h.lines) != 1 {
		t.Errorf("lines = %q, want what was printed before", h.lines)
	}
	if _, err := p.Run(t.Context(), script(`1`), &echo{}); err != nil {
		t.Errorf("the next pass: %v", err)
	}
	if s := p.Stats(); s.Lost != 1 || s.Started != 2 {
		t.Errorf("stats = %+v, want one killed of two", s)
	}
}

func TestWaitingScriptIsDroppedAndItsWorkerGoesOn(t *testing.T) {
	t.Parallel()
	p := pool(t, Config{Spares: -1})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if _, err := p.Run(ctx, script(`await items.never()`), &endsPass{end: cancel}); !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want the end of its context", err)
	}
	if _, err := p.Run(t.Context(), script(`1`), &echo{}); err != nil {
		t.Errorf("the next pass: %v", err)
	}
	if s := p.Stats(); s.Lost != 0 || s.Started != 1 {
		t.Errorf("stats = %+v, want the same worker", s)
	}
}

// endsPass is a host at which the context of the pass ends as soon as its script is heard
// of: it runs, however long it took to get there.
type endsPass struct {
	echo
	end func()
}

func (h *endsPass) Print(line string) {
	h.echo.Print(line)
	h.end()
}

func (h *endsPass) Turn(ctx context.Context, _ []sandbox.Op) (sandbox.Event, error) {
	h.end()
	<-ctx.Done()
	return sandbox.Event{}, context.Cause(ctx)
}

func TestLimitsEndAPass(t *testing.T) {
	t.Parallel()
	p := pool(t, Config{MaxMemory: 64 << 20, MaxCPU: 3 * time.Second})
	for _, tt := range []struct {
		name, source string
		want         error
	}{
		{"memory, in steps", `const a = []; for (;;) a.push("x".repeat(1000) + a.length)`, sandbox.ErrMemory},
		{"memory, at once", `"x".repeat(2 ** 40)`, sandbox.ErrMemory},
		{"CPU", `for (;;);`, sandbox.ErrCPU},
		{"stack", `const f = () => f() + 1; f()`, sandbox.ErrStack},
		{"stack of the engine", `const o = []; o.push(o); o.flat(Infinity)`, sandbox.ErrEngineStack},
		{"pending", `for (;;) items.never()`, sandbox.ErrPending},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := p.Run(t.Context(), script(tt.source), &echo{}); !errors.Is(err, tt.want) {
				t.Errorf("Run = %v, want %v", err, tt.want)
			}
			if _, err := p.Run(t.Context(), script(`1`), &echo{}); err != nil {
				t.Errorf("the next pass: %v", err)
			}
		})
	}
}

func TestSecondPassOfASourceParsesNothing(t *testing.T) {
	t.Parallel()
	p := pool(t, Config{})
	for range 20 {
		if _, err := p.Run(t.Context(), script(`const n: number = 1; n`), &echo{}); err != nil {
			t.Fatal(err)
		}
	}
	if s := p.Stats(); s.Passes != 20 || s.Compiled != 1 {
		t.Errorf("stats = %+v, want one source parsed in 20 passes", s)
	}
}

// A script that makes much garbage keeps little: it is not what the limit is for.
func TestGarbageIsNotCountedAsMemory(t *testing.T) {
	t.Parallel()
	p := pool(t, Config{MaxMemory: 96 << 20})
	for _, source := range []string{
		`let n = 0; for (let i = 0; i < 8000; i++) n += new Uint8Array(1 << 20).length; n`,
		`let n = 0; for (let i = 0; i < 2000; i++) n += ("x".repeat(1 << 20) + i).length; n > 0 ? 8388608000 : 0`,
	} {
		if r, err := p.Run(t.Context(), script(source), &echo{}); err != nil || string(r.Value) != "8388608000" {
			t.Errorf("%s: Run = %s, %v, want 8388608000", source, r.Value, err)
		}
	}
}

// The end of a pass's context is its own, however late it is noticed.
func TestEndOfAContextMeetsNoLaterPass(t *testing.T) {
	t.Parallel()
	p := pool(t, Config{Size: 1, Spares: -1})
	for n := range 1500 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(n%40)*10*time.Microsecond)
		_, _ = p.Run(ctx, script(`1`), &echo{}) // it may or may not be in time
		cancel()
		if _, err := p.Run(t.Context(), script(`2`), &echo{}); err != nil {
			t.Fatalf("round %d: the pass after it: %v", n, err)
		}
	}
}

// A worker that died while it was idle is not the fault of the pass that finds it.
func TestIdleWorkerThatDiedIsReplaced(t *testing.T) {
	t.Parallel()
	p := pool(t, Config{Size: 1, Spares: -1})
	for range 30 {
		(&killing{p}).kill()
		if _, err := p.Run(t.Context(), script(`1`), &echo{}); err != nil {
			t.Fatal(err)
		}
	}
}

// A pass is held to its own memory, not to what earlier ones have left in the worker.
func TestMemoryOfEarlierPassesDoesNotCount(t *testing.T) {
	t.Parallel()
	p := pool(t, Config{Size: 1, Spares: -1})
	for n := range 8 {
		if _, err := p.Run(t.Context(), script("["+strings.Repeat("a=>a,", 28000)+strconv.Itoa(n)+"].length"), &echo{}); err != nil {
			t.Fatal(err)
		}
	}
	s := script(`const a = []; for (let i = 0; i < 20; i++) a.push(new Uint8Array(1 << 20).fill(1)); a.length`)
	s.MaxMemory = 48 << 20
	if _, err := p.Run(t.Context(), s, &echo{}); err != nil {
		t.Errorf("Run = %v", err)
	}
}

// A worker that somebody else kills is noticed at once, also while the host is asked,
// and is not the script's fault.
func TestWorkerKilledFromOutsideIsLost(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"waiting":   `await items.never()`,
		"computing": `console.log("now"); for (;;);`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := pool(t, Config{Spares: -1})
			if _, err := p.Run(t.Context(), script(source), &killing{pool: p}); !errors.Is(err, sandbox.ErrLost) {
				t.Errorf("Run = %v, want ErrLost", err)
			}
			if _, err := p.Run(t.Context(), script(`1`), &echo{}); err != nil {
				t.Errorf("the next pass: %v", err)
			}
		})
	}
}

// killing is a host that has the only worker killed when it hears of its script, and
// answers nothing.
type killing struct{ pool *Pool }

func (h *killing) Print(string) { h.kill() }

func (h *killing) Turn(ctx context.Context, _ []sandbox.Op) (sandbox.Event, error) {
	h.kill()
	<-ctx.Done()
	return sandbox.Event{}, context.Cause(ctx)
}

func (h *killing) kill() {
	h.pool.mu.Lock()
	defer h.pool.mu.Unlock()
	for w := range h.pool.all {
		_ = w.cmd.Process.Kill() // behind the pool's back
	}
}

// Who asks for a pass while the pool closes is told at once, and no worker is left.
func TestCloseEndsWhatIsBeingStarted(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	defer func() {
		if strings.Contains(log.String(), "start worker again") {
			t.Errorf("a closed pool goes on trying: %s", log.String())
		}
	}()
	logger := slog.New(slog.NewTextHandler(&log, nil)) // a handler writes one line at a time
	for range 8 {
		p := pool(t, Config{Size: 8, Spares: -1, Logger: logger})
		var asking sync.WaitGroup
		for range 8 {
			asking.Go(func() {
				_, err := p.Call(context.Background(), sandbox.Function{Source: "() => 1"})
				if err != nil && !errors.Is(err, ErrClosed) && !errors.Is(err, sandbox.ErrLost) {
					t.Errorf("call = %v, want %v", err, ErrClosed)
				}
			})
		}
		done := make(chan struct{})
		go func() { asking.Wait(); close(done) }()
		for open := true; open && p.Stats().Started < 2; { // then the others are being started
			select {
			case <-done:
				open = false // one after another: the first worker was enough
			default:
				runtime.Gosched()
			}
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		if n := p.Stats().Workers; n != 0 {
			t.Errorf("%d workers are left", n)
		}
		<-done
		if n := p.Stats().Workers; n != 0 {
			t.Errorf("%d workers are left in the end", n)
		}
	}
}
