package sandbox

import (
	"strconv"

	"github.com/dop251/goja"
)

func (p *pass) consoleCount(call goja.FunctionCall) goja.Value {
	c, name := &p.scope.console, label(call)
	if c.counts == nil {
		c.counts = make(map[string]int)
	}
	c.counts[name]++
	p.print("", name+": "+strconv.Itoa(c.counts[name]))
	return goja.Undefined()
}

func (p *pass) consoleCountReset(call goja.FunctionCall) goja.Value {
	delete(p.scope.console.counts, label(call))
	return goja.Undefined()
}

// The timers of console go by the clock of the pass, which a replay sees again.

func (p *pass) consoleTime(call goja.FunctionCall) goja.Value {
	c, name := &p.scope.console, label(call)
	if c.timers == nil {
		c.timers = make(map[string]int64)
	}
	if _, ok := c.timers[name]; ok {
		p.print("[warn] ", "Label '"+name+"' already exists for console.time()")
		return goja.Undefined()
	}
	c.timers[name] = p.time().UnixNano()
	return goja.Undefined()
}

func (p *pass) consoleTimeLog(call goja.FunctionCall) goja.Value {
	p.printTimer("timeLog", call)
	return goja.Undefined()
}

func (p *pass) consoleTimeEnd(call goja.FunctionCall) goja.Value {
	p.printTimer("timeEnd", call)
	delete(p.scope.console.timers, label(call))
	return goja.Undefined()
}

func (p *pass) printTimer(method string, call goja.FunctionCall) {
	name := label(call)
	began, ok := p.scope.console.timers[name]
	if !ok {
		p.print("[warn] ", "No such label '"+name+"' for console."+method+"()")
		return
	}
	text := name + ": " + elapsed(float64(p.time().UnixNano()-began)/1e6)
	if len(call.Arguments) > 1 {
		text += " " + p.formatted(call.Arguments[1:])
	}
	p.print("", text)
}

// elapsed shows milliseconds, or seconds with three digits.
func elapsed(ms float64) string {
	if ms >= 1000 {
		return strconv.FormatFloat(ms/1000, 'f', 3, 64) + "s"
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(ms, 'f', 3, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64) + "ms"
}
