package worker

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// A worker that was taken over can write what it likes. This test program, started as a
// worker, does that: the seed of the pass names what it writes.

// forgeries are what such a worker answers a pass with. n is the number of the pass.
var forgeries = map[string]func(out io.Writer, n uint64){
	"a huge length":       func(out io.Writer, _ uint64) { put(out, []byte{0xff, 0xff, 0xff, 0xff, 'd'}, make([]byte, 8)) },
	"a length below zero": func(out io.Writer, _ uint64) { put(out, []byte{0, 0, 0, 1, 'd'}, make([]byte, 8)) },
	"an unknown kind":     func(out io.Writer, n uint64) { put(out, appendFrame(nil, 'z', n, nil)) },
	"another pass":        func(out io.Writer, n uint64) { put(out, appendFrame(nil, kindTurn, n+1, count(0))) },
	"half a frame": func(out io.Writer, n uint64) {
		put(out, appendFrame(nil, kindDone, n, func(e *encoder) { e.done(done{}) })[:20])
	},
	"nothing": func(io.Writer, uint64) {},
	"ready, again": func(out io.Writer, n uint64) {
		put(out, appendFrame(nil, kindReady, n, func(e *encoder) { e.text("") }))
	},
	"an empty end":    func(out io.Writer, n uint64) { put(out, appendFrame(nil, kindDone, n, nil)) },
	"a longer end":    func(out io.Writer, n uint64) { end(out, n, done{}, "more") },
	"deep JSON":       func(out io.Writer, n uint64) { op(out, n, call(strings.Repeat("[", 1e6)+strings.Repeat("]", 1e6))) },
	"broken JSON":     func(out io.Writer, n uint64) { op(out, n, call(`{"a":`)) },
	"JSON, not UTF-8": func(out io.Writer, n uint64) { op(out, n, call("\"\xff\"")) },
	"another connector": func(out io.Writer, n uint64) {
		op(out, n, sandbox.Op{Kind: sandbox.OpCall, Connector: "secret", Method: "echo"})
	},
	"a number out of order": func(out io.Writer, n uint64) {
		op(out, n, sandbox.Op{ID: 7, Kind: sandbox.OpCall, Connector: "items", Method: "echo"})
	},
	"a step that never ran": func(out io.Writer, n uint64) {
		op(out, n, sandbox.Op{Kind: sandbox.OpStep, Method: "s"}, sandbox.Op{ID: 1, Kind: sandbox.OpStepDone})
	},
	"a step below zero": func(out io.Writer, n uint64) { op(out, n, sandbox.Op{Kind: sandbox.OpStepDone, Target: -1}) },
	"a timer that is none": func(out io.Writer, n uint64) {
		op(out, n, call(`1`), sandbox.Op{ID: 1, Kind: sandbox.OpClear})
	},
	"a timer of the past": func(out io.Writer, n uint64) { op(out, n, sandbox.Op{Kind: sandbox.OpTimer, Delay: -1}) },
	"a sleep of the past": func(out io.Writer, n uint64) { op(out, n, sandbox.Op{Kind: sandbox.OpSleep, Delay: -1}) },
	"a sleep of a hundred years": func(out io.Writer, n uint64) {
		op(out, n, sandbox.Op{Kind: sandbox.OpSleep, Delay: sandbox.MaxWait + 1})
	},
	"a sleep with a name": func(out io.Writer, n uint64) { op(out, n, sandbox.Op{Kind: sandbox.OpSleep, Method: "x"}) },
	"a signal without a name": func(out io.Writer, n uint64) {
		op(out, n, sandbox.Op{Kind: sandbox.OpSignal, Delay: sandbox.NoTimeout})
	},
	"a signal with a long name": func(out io.Writer, n uint64) {
		op(out, n, sandbox.Op{Kind: sandbox.OpSignal, Method: strings.Repeat("x", sandbox.MaxName+1)})
	},
	"a signal with a name that is not UTF-8": func(out io.Writer, n uint64) {
		op(out, n, sandbox.Op{Kind: sandbox.OpSignal, Method: "\xff"})
	},
	"a signal that timed out": func(out io.Writer, n uint64) {
		op(out, n, sandbox.Op{Kind: sandbox.OpSignal, Method: "x", Delay: -2})
	},
	"a signal for ever": func(out io.Writer, n uint64) {
		op(out, n, sandbox.Op{Kind: sandbox.OpSignal, Method: "x", Delay: sandbox.MaxWait + 1})
	},
	"a snippet without a name": func(out io.Writer, n uint64) { op(out, n, sandbox.Op{Kind: sandbox.OpSnippet}) },
	"a snippet that waits": func(out io.Writer, n uint64) {
		op(out, n, sandbox.Op{Kind: sandbox.OpSnippet, Method: "x", Delay: 1})
	},
	"a snippet with its input": func(out io.Writer, n uint64) {
		op(out, n, sandbox.Op{Kind: sandbox.OpSnippet, Method: "x", Args: raw(`1`)})
	},
	"a snippet of a connector": func(out io.Writer, n uint64) {
		op(out, n, sandbox.Op{Kind: sandbox.OpSnippet, Connector: "items", Method: "x"})
	},
	"a sleep with a result": func(out io.Writer, n uint64) { op(out, n, sandbox.Op{Kind: sandbox.OpSleep, Result: raw(`1`)}) },
	"a sleep that is invalid": func(out io.Writer, n uint64) {
		op(out, n, sandbox.Op{Kind: sandbox.OpSleep, Invalid: &sandbox.Invalid{Problem: "x"}})
	},
	"the clearing of a sleep": func(out io.Writer, n uint64) {
		op(out, n, sandbox.Op{Kind: sandbox.OpSleep}, sandbox.Op{ID: 1, Kind: sandbox.OpClear})
	},
	"the end of a snippet": func(out io.Writer, n uint64) {
		op(out, n, sandbox.Op{Kind: sandbox.OpSnippet, Method: "x"}, sandbox.Op{ID: 1, Kind: sandbox.OpStepDone})
	},
	"an unknown operation": func(out io.Writer, n uint64) {
		op(out, n, sandbox.Op{Kind: "format"})
	},
	"more operations than came": func(out io.Writer, n uint64) { put(out, appendFrame(nil, kindTurn, n, count(3))) },
	"the error of a call that was not made": func(out io.Writer, n uint64) {
		end(out, n, done{result: sandbox.Result{Thrown: &sandbox.Thrown{Message: "m", Op: 12}}}, "")
	},
	"a message that is not UTF-8": func(out io.Writer, n uint64) {
		end(out, n, done{result: sandbox.Result{Thrown: &sandbox.Thrown{Message: "\xff", Op: -1}}}, "")
	},
	"a turn that it cannot know": func(out io.Writer, n uint64) {
		put(out, appendFrame(nil, kindTurn, n, func(e *encoder) { e.int(0); e.bool(true) }))
	},
	"more after its end": func(out io.Writer, n uint64) {
		put(out, appendFrame(nil, kindDone, n, func(e *encoder) { e.done(done{}) }), appendFrame(nil, kindPrint, n, func(e *encoder) { e.text("x") }))
	},
	"an error with a call": func(out io.Writer, n uint64) {
		o := call(`1`)
		o.Thrown = &sandbox.Thrown{Message: "m", Op: -1}
		op(out, n, o)
	},
	"a million causes": func(out io.Writer, n uint64) {
		end(out, n, done{result: sandbox.Result{Thrown: &sandbox.Thrown{Message: "m", Op: -1, Causes: make([]string, 1e6)}}}, "")
	},
	"ignores": func(out io.Writer, n uint64) { op(out, n, call(`1`)) },
	"a console line of 2 MB": func(out io.Writer, n uint64) {
		put(out, appendFrame(nil, kindPrint, n, func(e *encoder) { e.text(strings.Repeat("x", 2<<20)) }))
	},
	"operations without end": func(out io.Writer, n uint64) {
		for i := 0; ; i++ {
			o := call(`"` + strings.Repeat("x", 1<<20) + `"`)
			o.ID = i
			if _, err := out.Write(appendFrame(nil, kindOp, n, func(e *encoder) { e.op(o) })); err != nil {
				return
			}
		}
	},
}

func put(out io.Writer, parts ...[]byte) {
	_, _ = out.Write(bytes.Join(parts, nil)) // the parent may have had enough
}

func count(n int64) func(*encoder) { return func(e *encoder) { e.int(n); e.bool(false) } }

func call(args string) sandbox.Op {
	return sandbox.Op{Kind: sandbox.OpCall, Connector: "items", Method: "echo", Args: raw(args)}
}

// op writes operations and the turn that they belong to.
func op(out io.Writer, n uint64, ops ...sandbox.Op) {
	var b []byte
	for _, o := range ops {
		b = appendFrame(b, kindOp, n, func(e *encoder) { e.op(o) })
	}
	put(out, appendFrame(b, kindTurn, n, count(int64(len(ops)))))
}

func end(out io.Writer, n uint64, d done, more string) {
	put(out, appendFrame(nil, kindDone, n, func(e *encoder) {
		e.done(d)
		e.out = append(e.out, more...)
	}))
}

// forge is such a worker. After what it has to say it leaves the parent waiting.
func forge() int {
	in := bufio.NewReader(os.Stdin)
	put(os.Stdout, appendFrame(nil, kindReady, 0, func(e *encoder) { e.text("forged") }))
	for {
		f, err := readFrame(in, maxParentFrame)
		if err != nil {
			return 0
		}
		if f.kind != kindRun {
			continue // also when it is told to stop
		}
		d := decoder{in: f.body}
		seed := d.script().Seed
		forgeries[seed](os.Stdout, f.pass)
		if seed == "half a frame" || seed == "nothing" {
			return 0
		}
	}
}

func TestForgedFramesEndThePassAndTheWorker(t *testing.T) {
	t.Parallel()
	p, err := NewPool(Config{Spares: -1}) // this program is its own worker: a forger
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	for name := range forgeries {
		if name == "ignores" { // the next test's
			continue
		}
		t.Run(name, func(t *testing.T) {
			s := script(`1`)
			s.Seed = name
			_, err := p.Run(t.Context(), s, &echo{})
			var crash *sandbox.CrashError
			if !errors.As(err, &crash) && !errors.Is(err, sandbox.ErrArguments) {
				t.Errorf("Run = %v, want a crash", err)
			}
			if s := p.Stats(); s.Lost != s.Started {
				t.Errorf("stats = %+v, want no worker that was found out", s)
			}
		})
	}
}

// A worker that ignores the end of its pass is killed and keeps nobody waiting.
func TestWorkerThatIgnoresTheEndIsKilled(t *testing.T) {
	t.Parallel()
	p, err := NewPool(Config{Spares: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	s := script(`1`)
	s.Seed = "ignores"
	stop := errors.New("enough")
	if _, err := p.Run(t.Context(), s, refusing{stop}); !errors.Is(err, stop) {
		t.Errorf("Run = %v, want the host's error", err)
	}
	if s := p.Stats(); s.Lost != 1 {
		t.Errorf("stats = %+v, want one killed", s)
	}
}

// refusing is a host that ends the pass at its first turn.
type refusing struct{ err error }

func (refusing) Print(string) {}

func (h refusing) Turn(context.Context, []sandbox.Op) (sandbox.Event, error) {
	return sandbox.Event{}, h.err
}

// FuzzReadFrame reads frames and their messages from arbitrary bytes: nothing panics,
// and nothing larger than the limit is allocated.
func FuzzReadFrame(f *testing.F) {
	f.Add(appendFrame(nil, kindOp, 1, func(e *encoder) { e.op(call(`{"a":1}`)) }))
	f.Add(appendFrame(nil, kindOp, 1, func(e *encoder) { e.op(sandbox.Op{Kind: sandbox.OpSnippet, Method: "x"}) }))
	f.Add(appendFrame(nil, kindDone, 1, func(e *encoder) { e.done(done{text: "x"}) }))
	f.Add(appendFrame(nil, kindTurn, 1, count(1)))
	f.Add(appendFrame(nil, kindPrint, 1, func(e *encoder) { e.text("line") }))
	f.Add(binary.BigEndian.AppendUint32(nil, 1<<31))
	f.Fuzz(func(t *testing.T, in []byte) {
		l := newLedger(script(`1`))
		for r := bytes.NewReader(in); ; {
			fr, err := readFrame(r, 1<<20)
			if err != nil {
				return
			}
			if len(fr.body) > 1<<20 {
				t.Fatalf("a frame of %d bytes", len(fr.body))
			}
			switch fr.kind {
			case kindOp:
				err = l.op(fr.body)
			case kindTurn:
				_, _, err = l.turn(fr.body)
			case kindPrint:
				_, err = l.print(fr.body)
			case kindDone:
				_, err = l.done(fr.body)
			}
			if err != nil {
				return
			}
		}
	})
}

// FuzzMessages writes messages and reads them back.
func FuzzMessages(f *testing.F) {
	f.Add("items", "echo", []byte(`{"a":1}`), int64(3), "message", int64(-1))
	f.Fuzz(func(t *testing.T, connector, method string, args []byte, delay int64, message string, n int64) {
		o := sandbox.Op{
			ID: int(n), Kind: sandbox.OpCall, Connector: connector, Method: method, Args: args, Target: int(delay),
			Thrown: &sandbox.Thrown{Message: message, Op: int(n)}, Invalid: &sandbox.Invalid{Problem: message, Bytes: int(n)},
		}
		e := encoder{}
		e.op(o)
		d := decoder{in: e.out}
		got := d.op()
		if err := d.end(); err != nil {
			t.Fatal(err)
		}
		again := encoder{}
		again.op(got)
		if !bytes.Equal(again.out, e.out) {
			t.Errorf("%+v came back as %+v", o, got)
		}
	})
}
