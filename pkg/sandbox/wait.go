package sandbox

import (
	"math"
	"time"

	"github.com/dop251/goja"
)

// sleep is codemode.sleep(ms | Date): a wait that the host keeps.
func (p *pass) sleep(call goja.FunctionCall) goja.Value {
	p.refuseInStep("codemode.sleep")
	return p.await(Op{Kind: OpSleep, Delay: p.sleepOf(call.Argument(0))}, &operation{})
}

// sleepOf returns how long to sleep: a number of milliseconds, or until a date by the
// clock of the pass.
func (p *pass) sleepOf(v goja.Value) time.Duration {
	const usage = "codemode.sleep(ms | Date)"
	if obj, ok := v.(*goja.Object); ok && obj.ExportType() == timeType {
		at, valid := p.dateOf(obj)
		if !valid {
			p.throw("RangeError", usage+": the date is invalid")
		}
		return p.waitOf(usage, float64(at.UnixMilli()-p.time().UnixMilli()))
	}
	if !goja.IsNumber(v) || math.IsNaN(v.ToFloat()) || math.IsInf(v.ToFloat(), 0) {
		panic(p.rt.NewTypeError("%s: a finite number of milliseconds, or a Date, is expected", usage))
	}
	return p.waitOf(usage, v.ToFloat())
}

// waitOf makes milliseconds a wait: whole ones, none below zero.
func (p *pass) waitOf(usage string, ms float64) time.Duration {
	if ms > float64(MaxWait/time.Millisecond) {
		p.throw("RangeError", usage+": no wait may be longer than 10 years")
	}
	return time.Duration(max(ms, 0)) * time.Millisecond
}

const waitForUsage = "codemode.waitFor(name, {timeoutMs})"

// waitFor is codemode.waitFor(name, {timeoutMs}): the promise of a signal.
func (p *pass) waitFor(call goja.FunctionCall) goja.Value {
	p.refuseInStep("codemode.waitFor")
	name := p.nameOf(waitForUsage, call.Argument(0))
	return p.await(Op{Kind: OpSignal, Method: name, Delay: p.timeoutOf(call.Argument(1))}, &operation{})
}

// timeoutOf reads the options of waitFor.
func (p *pass) timeoutOf(options goja.Value) time.Duration {
	if goja.IsUndefined(options) {
		return NoTimeout
	}
	obj, ok := options.(*goja.Object)
	if !ok {
		panic(p.rt.NewTypeError("%s: the options must be an object", waitForUsage))
	}
	for _, name := range obj.Keys() {
		if name != "timeoutMs" {
			panic(p.rt.NewTypeError("%s: unknown option %q", waitForUsage, shorten(name, MaxName)))
		}
	}
	v := obj.Get("timeoutMs")
	if v == nil || goja.IsUndefined(v) {
		return NoTimeout
	}
	ms := math.NaN()
	if goja.IsNumber(v) {
		ms = v.ToFloat()
	}
	if !(ms >= 0) || math.IsInf(ms, 0) {
		panic(p.rt.NewTypeError("%s: timeoutMs must be a finite number, 0 or more", waitForUsage))
	}
	return p.waitOf(waitForUsage, ms)
}
