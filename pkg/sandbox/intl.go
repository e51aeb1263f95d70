package sandbox

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dop251/goja"
)

// intl returns the global Intl: what there is of it shows en-US and UTC, and the rest
// throws an error that says so.
func (p *pass) intl() goja.Value {
	intl := p.rt.NewObject()
	_ = intl.DefineDataPropertySymbol(goja.SymToStringTag, p.rt.ToValue("Intl"), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	for _, c := range []struct {
		name string
		init func(*goja.Object, goja.Value, goja.Value)
	}{
		{"NumberFormat", p.initNumberFormat},
		{"DateTimeFormat", p.initDateTimeFormat},
		{"PluralRules", p.initPluralRules},
		{"ListFormat", p.initListFormat},
		{"RelativeTimeFormat", p.initRelativeTimeFormat},
		{"Collator", p.initCollator},
	} {
		_ = hide(intl, c.name, p.intlClass(c.name, c.init))
	}
	for _, name := range []string{"Segmenter", "DisplayNames", "DurationFormat", "Locale"} {
		_ = hide(intl, name, p.intlClass(name, func(*goja.Object, goja.Value, goja.Value) {
			p.throw("RangeError", "Intl."+name+" is not available here: "+intlHint)
		}))
	}
	for _, name := range []string{"getCanonicalLocales", "supportedValuesOf"} {
		_ = hide(intl, name, p.native(name, func(goja.FunctionCall) goja.Value {
			p.throw("RangeError", "Intl."+name+" is not available here: "+intlHint)
			return nil
		}))
	}
	return intl
}

const intlHint = "there are NumberFormat, DateTimeFormat, PluralRules, ListFormat, RelativeTimeFormat and Collator, " +
	"for en-US and UTC"

// intlClass is a class of Intl. Its instances have their methods themselves, tied to
// them: they can be passed around.
func (p *pass) intlClass(name string, init func(obj *goja.Object, locale, options goja.Value)) *goja.Object {
	class := p.rt.ToValue(func(call goja.ConstructorCall) *goja.Object {
		init(call.This, call.Argument(0), call.Argument(1))
		return nil
	}).(*goja.Object)
	_ = class.DefineDataProperty("name", p.rt.ToValue(name), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	_ = class.DefineDataProperty("length", p.rt.ToValue(0), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	proto := class.Get("prototype").(*goja.Object)
	_ = proto.DefineDataPropertySymbol(goja.SymToStringTag, p.rt.ToValue("Intl."+name), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	_ = hide(class, "supportedLocalesOf", p.native("supportedLocalesOf", p.supportedLocales))
	callable := p.callable(class)
	_ = hide(proto, "constructor", callable)
	return callable
}

// callable is a class that may be called without new.
func (p *pass) callable(class *goja.Object) *goja.Object {
	construct, _ := goja.AssertConstructor(class)
	isInstance := p.rt.ToValue(p.isInstance)
	return p.rt.ToValue(p.rt.NewProxy(class, &goja.ProxyTrapConfig{
		Apply: func(_ *goja.Object, _ goja.Value, args []goja.Value) goja.Value {
			return throwing(construct(nil, args...))
		},
		// The engine's own instanceof does not accept a proxy.
		GetSym: func(_ *goja.Object, name *goja.Symbol, _ goja.Value) goja.Value {
			if name == goja.SymHasInstance {
				return isInstance
			}
			return class.GetSymbol(name)
		},
	})).(*goja.Object)
}

// supportedLocales leaves of a list of locales those that there are.
func (p *pass) supportedLocales(call goja.FunctionCall) goja.Value {
	var found []any
	v := call.Argument(0)
	list, ok := v.(*goja.Object)
	if !ok {
		if goja.IsUndefined(v) {
			return p.rt.NewArray()
		}
		list = p.rt.NewArray(v)
	}
	for _, key := range list.Keys() {
		switch tag := list.Get(key).String(); strings.ToLower(tag) {
		case "en", "en-us":
			found = append(found, tag)
		}
	}
	return p.rt.NewArray(found...)
}

// methods gives an instance its methods.
func (p *pass) methods(obj *goja.Object, methods map[string]func(goja.FunctionCall) goja.Value) {
	for _, name := range slices.Sorted(maps.Keys(methods)) { // a script could ask for their order
		_ = hide(obj, name, p.native(name, methods[name]))
	}
}

// resolved is what resolvedOptions returns: pairs of names and values.
func (p *pass) resolved(pairs ...any) func(goja.FunctionCall) goja.Value {
	return func(goja.FunctionCall) goja.Value {
		obj := p.rt.NewObject()
		_ = obj.Set("locale", "en-US")
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i+1] != "" {
				_ = obj.Set(pairs[i].(string), pairs[i+1])
			}
		}
		return obj
	}
}

func (p *pass) initNumberFormat(obj *goja.Object, locale, options goja.Value) {
	f := p.newNumberFormat(locale, options)
	p.methods(obj, map[string]func(goja.FunctionCall) goja.Value{
		"format": func(call goja.FunctionCall) goja.Value {
			return p.rt.ToValue(joined(p.numberParts(f, call.Argument(0))))
		},
		"formatToParts": func(call goja.FunctionCall) goja.Value { return p.partsValue(p.numberParts(f, call.Argument(0))) },
		"resolvedOptions": p.resolved("numberingSystem", "latn", "style", f.style, "currency", f.currency,
			"minimumIntegerDigits", f.minInteger, "minimumFractionDigits", f.minFraction, "maximumFractionDigits", f.maxFraction,
			"useGrouping", f.grouping, "notation", f.notation, "signDisplay", f.signDisplay),
	})
}

// numberParts shows a value of the script as a number.
func (p *pass) numberParts(f *numberFormat, v goja.Value) []part {
	if obj, ok := v.(*goja.Object); ok {
		v = obj.ToNumber()
	}
	if goja.IsBigInt(v) {
		return f.bigParts(v.String())
	}
	return f.parts(v.ToFloat())
}

func (p *pass) initDateTimeFormat(obj *goja.Object, locale, options goja.Value) {
	f := p.newDateFormat(locale, options, needsAny, needsDate)
	f.check(p)
	p.methods(obj, map[string]func(goja.FunctionCall) goja.Value{
		"format": func(call goja.FunctionCall) goja.Value {
			return p.rt.ToValue(joined(f.parts(p.shownTime(call.Argument(0)))))
		},
		"formatToParts": func(call goja.FunctionCall) goja.Value {
			return p.partsValue(f.parts(p.shownTime(call.Argument(0))))
		},
		"resolvedOptions": p.resolved("calendar", "gregory", "numberingSystem", "latn", "timeZone", "UTC",
			"weekday", f.weekday, "year", f.year, "month", f.month, "day", f.day,
			"hour", f.hour, "minute", f.minute, "second", f.second, "dateStyle", f.dateStyle, "timeStyle", f.timeStyle),
	})
}

// shownTime is the time that a value of the script stands for; undefined is now.
func (p *pass) shownTime(v goja.Value) time.Time {
	if goja.IsUndefined(v) {
		return p.time()
	}
	ms := v.ToFloat()
	if obj, ok := v.(*goja.Object); ok && obj.ExportType() != timeType {
		ms = obj.ToNumber().ToFloat()
	}
	if !(ms >= -8.64e15 && ms <= 8.64e15) {
		p.throw("RangeError", "Invalid time value")
	}
	t := time.UnixMilli(int64(ms)).UTC()
	if t.Year() < 1 {
		p.throw("RangeError", "years before 1 are not supported")
	}
	return t
}

// localizeNumbers gives numbers and lists a toLocaleString that knows locales: the
// engine's takes them for a radix, or does not look at them.
func (p *pass) localizeNumbers() error {
	global := p.rt.GlobalObject()
	for _, name := range []string{"Number", "BigInt"} {
		proto := global.Get(name).(*goja.Object).Get("prototype").(*goja.Object)
		valueOf, _ := goja.AssertFunction(proto.Get("valueOf"))
		if err := hide(proto, "toLocaleString", p.native("toLocaleString", func(call goja.FunctionCall) goja.Value {
			v := throwing(valueOf(call.This)) // throws for what is neither
			return p.rt.ToValue(joined(p.numberParts(p.newNumberFormat(call.Argument(0), call.Argument(1)), v)))
		})); err != nil {
			return err
		}
	}
	proto := global.Get("Array").(*goja.Object).Get("prototype").(*goja.Object)
	return hide(proto, "toLocaleString", p.native("toLocaleString", p.listToLocale))
}

// listToLocale joins what the items of an array show.
func (p *pass) listToLocale(call goja.FunctionCall) goja.Value {
	list := call.This.ToObject(p.rt)
	var b strings.Builder
	for i := range given(list, "length").ToInteger() {
		if i%1024 == 1023 && p.ended() {
			break // nobody waits for it
		}
		if i > 0 {
			b.WriteByte(',')
		}
		item := list.Get(strconv.FormatInt(i, 10))
		if item == nil || goja.IsUndefined(item) || goja.IsNull(item) {
			continue
		}
		show, ok := goja.AssertFunction(item.ToObject(p.rt).Get("toLocaleString"))
		if !ok {
			panic(p.rt.NewTypeError("toLocaleString is not a function"))
		}
		b.WriteString(throwing(show(item, call.Arguments...)).String())
	}
	return p.rt.ToValue(b.String())
}
