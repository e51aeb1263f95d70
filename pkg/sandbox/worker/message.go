package worker

import (
	"time"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

func (e *encoder) script(s sandbox.Script) {
	e.text(s.Source)
	e.bytes(s.Input)
	e.texts(s.Connectors)
	e.text(s.Seed)
	e.time(s.Now)
	e.int(int64(s.MaxValueBytes))
	e.int(int64(s.MaxStack))
	e.int(int64(s.MaxPending))
	e.int(s.MaxMemory)
	e.int(int64(s.MaxCPU))
}

func (d *decoder) script() sandbox.Script {
	return sandbox.Script{
		Source: d.text(), Input: d.bytes(), Connectors: d.texts(), Seed: d.text(), Now: d.time(),
		MaxValueBytes: int(d.int()), MaxStack: int(d.int()), MaxPending: int(d.int()),
		MaxMemory: d.int(), MaxCPU: time.Duration(d.int()),
	}
}

func (e *encoder) event(ev sandbox.Event) {
	e.int(int64(ev.Op))
	e.text(string(ev.Kind))
	e.bytes(ev.Value)
	e.text(ev.Name)
	e.text(ev.Text)
	e.time(ev.Now)
}

func (d *decoder) event() sandbox.Event {
	return sandbox.Event{
		Op: int(d.int()), Kind: sandbox.EventKind(d.text()), Value: d.bytes(), Name: d.text(), Text: d.text(), Now: d.time(),
	}
}

func (e *encoder) op(o sandbox.Op) {
	e.int(int64(o.ID))
	e.text(string(o.Kind))
	e.text(o.Connector)
	e.text(o.Method)
	e.bytes(o.Args)
	e.bytes(o.Result)
	e.thrown(o.Thrown)
	e.int(int64(o.Delay))
	e.int(int64(o.Target))
	e.invalid(o.Invalid)
	e.pos(o.Pos)
}

func (d *decoder) op() sandbox.Op {
	return sandbox.Op{
		ID: int(d.int()), Kind: sandbox.OpKind(d.text()), Connector: d.text(), Method: d.text(), Args: d.bytes(), Result: d.bytes(),
		Thrown: d.thrown(), Delay: time.Duration(d.int()), Target: int(d.int()), Invalid: d.invalid(), Pos: d.pos(),
	}
}

func (e *encoder) pos(p sandbox.Pos) {
	e.text(p.File)
	e.int(int64(p.Line))
	e.int(int64(p.Column))
}

func (d *decoder) pos() sandbox.Pos {
	return sandbox.Pos{File: d.text(), Line: int(d.int()), Column: int(d.int())}
}

func (e *encoder) thrown(t *sandbox.Thrown) {
	e.bool(t != nil)
	if t == nil {
		return
	}
	e.text(t.Name)
	e.text(t.Message)
	e.pos(t.Pos)
	e.text(t.Line)
	e.int(int64(t.Op))
	e.text(t.Undefined)
	e.texts(t.Causes)
}

func (d *decoder) thrown() *sandbox.Thrown {
	if !d.bool() {
		return nil
	}
	return &sandbox.Thrown{
		Name: d.text(), Message: d.text(), Pos: d.pos(), Line: d.text(), Op: int(d.int()), Undefined: d.text(), Causes: d.texts(),
	}
}

func (e *encoder) invalid(v *sandbox.Invalid) {
	e.bool(v != nil)
	if v == nil {
		return
	}
	e.bool(v.TooLarge)
	e.int(int64(v.Bytes))
	e.text(v.Problem)
}

func (d *decoder) invalid() *sandbox.Invalid {
	if !d.bool() {
		return nil
	}
	return &sandbox.Invalid{TooLarge: d.bool(), Bytes: int(d.int()), Problem: d.text()}
}

func (e *encoder) function(f sandbox.Function) {
	e.text(f.Source)
	e.bytes(f.Arg)
	e.bool(f.Check)
	e.int(int64(f.MaxTime))
	e.int(int64(f.MaxValueBytes))
	e.int(int64(f.MaxStack))
	e.int(f.MaxMemory)
	e.int(int64(f.MaxCPU))
}

func (d *decoder) function() sandbox.Function {
	return sandbox.Function{
		Source: d.text(), Arg: d.bytes(), Check: d.bool(), MaxTime: time.Duration(d.int()),
		MaxValueBytes: int(d.int()), MaxStack: int(d.int()), MaxMemory: d.int(), MaxCPU: time.Duration(d.int()),
	}
}
