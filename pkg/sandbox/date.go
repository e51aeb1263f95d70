package sandbox

import (
	"regexp"
	"time"

	"github.com/dop251/goja"
)

// How dates are shown in the language's own texts.
const (
	dayText  = "Mon Jan 02 2006"
	timeText = "15:04:05 GMT-0700 (MST)"
)

// zoned finds the zone that a text with a time of day ends with.
var zoned = regexp.MustCompile(`(?i):\d\d.*([+-]\d\d:?\d\d|Z|\b(GMT|UTC?|[ECMP][SD]T))\s*(\([^()]*\))?\s*$`)

// guardedDate is Date with UTC as the local time. The engine takes the local time
// of the process; where that is UTC itself, in a worker, little is left to do.
func (p *pass) guardedDate(date *goja.Object) goja.Value {
	proto := date.Get("prototype").(*goja.Object)
	show := func(name, layout string) {
		_ = hide(proto, name, p.native(name, func(call goja.FunctionCall) goja.Value {
			return p.dateTextOf(call.This, layout)
		}))
	}
	p.localizeDates(proto)
	if isUTC() {
		return date
	}
	show("toString", dayText+" "+timeText)
	show("toDateString", dayText)
	show("toTimeString", timeText)
	for _, part := range []string{"FullYear", "Month", "Date", "Day", "Hours", "Minutes", "Seconds", "Milliseconds"} {
		_ = hide(proto, "get"+part, proto.Get("getUTC"+part))
		if part != "Day" {
			_ = hide(proto, "set"+part, proto.Get("setUTC"+part))
		}
	}
	_ = hide(proto, "getTimezoneOffset", p.native("getTimezoneOffset", func(goja.FunctionCall) goja.Value {
		return p.rt.ToValue(0)
	}))
	guarded := p.utcConstructor(date)
	_ = hide(proto, "constructor", guarded)
	return guarded
}

// utcConstructor is the constructor of dates whose parts and texts are in UTC
// unless they name a zone.
func (p *pass) utcConstructor(date *goja.Object) *goja.Object {
	parse, _ := goja.AssertFunction(date.Get("parse"))
	utc, _ := goja.AssertFunction(date.Get("UTC"))
	parseUTC := func(text goja.Value) goja.Value {
		s := text.String()
		if zoned.MatchString(s) {
			return throwing(parse(date, text))
		}
		// With a zone appended a text without one is read in that zone.
		for _, zone := range []string{"Z", " GMT"} {
			if v := throwing(parse(date, p.rt.ToValue(s+zone))); !goja.IsNaN(v) {
				return v
			}
		}
		return throwing(parse(date, text))
	}
	_ = hide(date, "parse", p.native("parse", func(call goja.FunctionCall) goja.Value {
		return parseUTC(p.rt.ToValue(call.Argument(0).String()))
	}))
	adapt := func(args []goja.Value) []goja.Value {
		switch {
		case len(args) > 1:
			return []goja.Value{throwing(utc(date, args...))}
		case len(args) == 1 && goja.IsString(args[0]):
			return []goja.Value{parseUTC(args[0])}
		}
		return args
	}
	return p.wrapConstructor(date, adapt, func() goja.Value {
		return p.rt.ToValue(p.time().UTC().Format(dayText + " " + timeText))
	})
}

// dateTextOf shows a Date of the script in one of the language's own ways.
func (p *pass) dateTextOf(v goja.Value, layout string) goja.Value {
	t, ok := p.dateOf(v)
	if !ok {
		return p.rt.ToValue("Invalid Date")
	}
	return p.rt.ToValue(t.Format(layout))
}

// dateOf returns the time of a Date; false for an invalid one.
func (p *pass) dateOf(v goja.Value) (time.Time, bool) {
	obj, ok := v.(*goja.Object)
	if !ok || obj.ExportType() != timeType {
		panic(p.rt.NewTypeError("this is not a Date"))
	}
	t, ok := obj.Export().(time.Time)
	return t.UTC(), ok
}

// localizeDates gives dates the texts of en-US.
func (p *pass) localizeDates(proto *goja.Object) {
	for _, m := range []struct{ name, required, defaults string }{
		{"toLocaleString", needsAny, needsAll},
		{"toLocaleDateString", needsDate, needsDate},
		{"toLocaleTimeString", needsTime, needsTime},
	} {
		_ = hide(proto, m.name, p.native(m.name, func(call goja.FunctionCall) goja.Value {
			t, ok := p.dateOf(call.This)
			f := p.newDateFormat(call.Argument(0), call.Argument(1), m.required, m.defaults)
			f.check(p)
			if !ok {
				return p.rt.ToValue("Invalid Date")
			}
			return p.rt.ToValue(joined(f.parts(p.shownTime(p.rt.ToValue(t.UnixMilli())))))
		}))
	}
}
