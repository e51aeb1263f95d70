package sandbox

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dop251/goja"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// collation is how two texts are ordered.
type collation struct {
	*pass
	sensitivity string
	numeric     bool
	collator    *collate.Collator
}

// newCollation reads locale and options; it throws for orders that there are not.
func (p *pass) newCollation(locale, v goja.Value) *collation {
	p.checkLocale(locale, true)
	o := p.options("localeCompare", v)
	c := &collation{
		pass:        p,
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
	if c.numeric {
		a, b = c.withNumbers(a), c.withNumbers(b)
	}
	return c.collator.CompareString(norm.NFD.String(a), norm.NFD.String(b))
}

// withNumbers writes before each row of digits how many they are, zeros in front left
// out: then their order is that of the numbers. The library's own way puts 0 after 3.
func (c *collation) withNumbers(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		end := 0
		for end < len(s) && s[end] >= '0' && s[end] <= '9' {
			end++
		}
		if end > 0 {
			digits := strings.TrimLeft(s[:end], "0")
			fmt.Fprintf(&b, "%09d%s", len(digits), digits)
			s = s[end:]
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		if r >= utf8.RuneSelf && unicode.Is(unicode.Nd, r) {
			c.throw("RangeError", "localeCompare with numeric knows the digits from 0 to 9 only")
		}
		b.WriteString(s[:size])
		s = s[size:]
	}
	return b.String()
}

// extendComparison gives localeCompare its locales and options, which the engine does
// not look at.
func (p *pass) extendComparison() error {
	var plain *collation
	proto := p.rt.GlobalObject().Get("String").(*goja.Object).Get("prototype").(*goja.Object)
	return hide(proto, "localeCompare", p.sized(1, p.native("localeCompare", func(call goja.FunctionCall) goja.Value {
		this, that := p.receiver(call, "localeCompare"), call.Argument(0).String()
		locale, options := call.Argument(1), call.Argument(2)
		if !goja.IsUndefined(locale) || !goja.IsUndefined(options) {
			c := p.newCollation(locale, options)
			return p.rt.ToValue(c.compare(this, that))
		}
		if plain == nil {
			plain = p.newCollation(locale, options)
		}
		return p.rt.ToValue(plain.compare(this, that))
	})))
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
