package sandbox

import (
	"strings"

	"github.com/dop251/goja"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// collation is how two texts are ordered.
type collation struct {
	sensitivity string
	numeric     bool
	collator    *collate.Collator
}

// newCollation reads locale and options; it throws for orders that there are not.
func (p *pass) newCollation(locale, v goja.Value) *collation {
	p.checkLocale(locale, true)
	o := p.options("localeCompare", v)
	c := &collation{
		sensitivity: o.text("sensitivity", "variant", "base", "accent", "case"),
		numeric:     o.value("numeric").ToBoolean(),
	}
	o.text("usage", "sort")
	o.text("caseFirst", "false")
	o.text("collation", "default")
	if o.value("ignorePunctuation").ToBoolean() {
		o.refuse("ignorePunctuation", "true")
	}
	o.finish()
	var settings []collate.Option
	if c.numeric {
		settings = append(settings, collate.Numeric)
	}
	switch c.sensitivity {
	case "base":
		settings = append(settings, collate.IgnoreCase, collate.IgnoreDiacritics)
	case "accent":
		settings = append(settings, collate.IgnoreCase)
	case "case":
		settings = append(settings, collate.IgnoreDiacritics)
	}
	c.collator = collate.New(language.Und, settings...)
	return c
}

func (c *collation) compare(a, b string) int {
	if a == b {
		return 0
	}
	return c.collator.CompareString(norm.NFD.String(a), norm.NFD.String(b))
}

// extendComparison gives localeCompare its locales and options, which the engine does
// not look at.
func (p *pass) extendComparison() error {
	var plain *collation
	proto := p.rt.GlobalObject().Get("String").(*goja.Object).Get("prototype").(*goja.Object)
	return hide(proto, "localeCompare", p.native("localeCompare", func(call goja.FunctionCall) goja.Value {
		this, that := p.receiver(call, "localeCompare"), call.Argument(0).String()
		locale, options := call.Argument(1), call.Argument(2)
		if !goja.IsUndefined(locale) || !goja.IsUndefined(options) {
			return p.rt.ToValue(p.newCollation(locale, options).compare(this, that))
		}
		if plain == nil {
			plain = p.newCollation(locale, options)
		}
		return p.rt.ToValue(plain.compare(this, that))
	}))
}

// receiver is the string that a method of strings is called on.
func (p *pass) receiver(call goja.FunctionCall, name string) string {
	if call.This == nil || goja.IsUndefined(call.This) || goja.IsNull(call.This) {
		panic(p.rt.NewTypeError("String.prototype.%s called on null or undefined", name))
	}
	return call.This.String()
}

// extendCase makes toLocaleUpperCase and toLocaleLowerCase throw for the languages
// whose letters they would change otherwise than toUpperCase does.
func (p *pass) extendCase() error {
	proto := p.rt.GlobalObject().Get("String").(*goja.Object).Get("prototype").(*goja.Object)
	for name, plainName := range map[string]string{"toLocaleUpperCase": "toUpperCase", "toLocaleLowerCase": "toLowerCase"} {
		plain, _ := goja.AssertFunction(proto.Get(plainName))
		if err := hide(proto, name, p.native(name, func(call goja.FunctionCall) goja.Value {
			v := call.Argument(0)
			if list, ok := v.(*goja.Object); ok {
				v = list.Get("0")
			}
			if v != nil && !goja.IsUndefined(v) {
				switch tag, _, _ := strings.Cut(strings.ToLower(v.String()), "-"); tag {
				case "tr", "az", "lt", "el":
					p.throw("RangeError", name+" does not support the locale "+v.String())
				}
			}
			return throwing(plain(call.This))
		})); err != nil {
			return err
		}
	}
	return nil
}
