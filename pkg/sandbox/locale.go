package sandbox

import (
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// The engine has no Intl. Numbers, dates and lists are shown as in en-US and UTC,
// whatever the machine; what would need another locale or another zone, and what is
// not known to be right, throws rather than show something else.

// part is a piece of a text that Intl makes, as its formatToParts gives it.
type part struct{ kind, value string }

func joined(parts []part) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.value)
	}
	return b.String()
}

// partsValue is what formatToParts returns.
func (p *pass) partsValue(parts []part) goja.Value {
	var list []any
	for _, one := range parts {
		obj := p.rt.NewObject()
		_ = obj.Set("type", one.kind)
		_ = obj.Set("value", one.value)
		list = append(list, obj)
	}
	return p.rt.NewArray(list...)
}

// checkLocale throws when another locale than English is asked for. British is: where
// both show the same.
func (p *pass) checkLocale(v goja.Value, british bool) {
	if list, ok := v.(*goja.Object); ok && list.ClassName() == "Array" {
		v = list.Get("0")
	}
	if v == nil || goja.IsUndefined(v) {
		return
	}
	if goja.IsNull(v) {
		panic(p.rt.NewTypeError("a locale must not be null"))
	}
	switch strings.ToLower(v.String()) {
	case "en", "en-us", "en-us-posix":
		return
	case "en-gb":
		if british {
			return
		}
	}
	p.throw("RangeError", "the locale "+strconv.Quote(v.String())+" is not supported: there is en-US only")
}

// options reads the options of something of Intl. What is never read is not known, and
// throws at the end: a text that leaves an option out would be wrong.
type options struct {
	*pass
	owner string
	obj   *goja.Object
	known map[string]bool
}

func (p *pass) options(owner string, v goja.Value) *options {
	o := &options{pass: p, owner: owner, known: map[string]bool{"localeMatcher": true, "formatMatcher": true}}
	switch obj, ok := v.(*goja.Object); {
	case ok:
		o.obj = obj
	case v != nil && goja.IsNull(v):
		panic(p.rt.NewTypeError("options must not be null"))
	}
	return o
}

// value returns an option; undefined when it is not given.
func (o *options) value(name string) goja.Value {
	o.known[name] = true
	if o.obj == nil {
		return goja.Undefined()
	}
	if v := o.obj.Get(name); v != nil {
		return v
	}
	return goja.Undefined()
}

// text returns an option that is one of some words; the first is for none. Words that
// the standard knows but that are not here are refused as others are.
func (o *options) text(name string, words ...string) string {
	v := o.value(name)
	if goja.IsUndefined(v) {
		return words[0]
	}
	s := v.String()
	for _, word := range words {
		if s == word && s != "" {
			return s
		}
	}
	o.refuse(name, s)
	return ""
}

// number returns an option that is a whole number; absent for none.
func (o *options) number(name string, low, high, absent int) int {
	v := o.value(name)
	if goja.IsUndefined(v) {
		return absent
	}
	f := v.ToFloat()
	if !(f >= float64(low) && f <= float64(high)) {
		o.throw("RangeError", name+" value is out of range.")
	}
	return int(f)
}

func (o *options) refuse(name, value string) {
	o.throw("RangeError", "the option "+name+": "+strconv.Quote(value)+" of "+o.owner+" is not supported")
}

// finish throws for options that nobody read.
func (o *options) finish() {
	if o.obj == nil {
		return
	}
	for _, name := range o.obj.Keys() {
		if !o.known[name] && !goja.IsUndefined(o.obj.Get(name)) {
			o.refuse(name, o.obj.Get(name).String())
		}
	}
}
