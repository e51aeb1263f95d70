package sandbox

import (
	"math"
	"strings"

	"github.com/dop251/goja"
)

// pluralOf is the plural category of a number in English.
func pluralOf(shown string, ordinal bool) string {
	if !ordinal {
		if shown == "1" || shown == "-1" {
			return "one"
		}
		return "other"
	}
	digits := strings.TrimPrefix(shown, "-")
	if strings.Contains(digits, ".") || strings.HasSuffix(digits, "11") || strings.HasSuffix(digits, "12") || strings.HasSuffix(digits, "13") {
		return "other"
	}
	switch digits[len(digits)-1] {
	case '1':
		return "one"
	case '2':
		return "two"
	case '3':
		return "few"
	}
	return "other"
}

func (p *pass) initPluralRules(obj *goja.Object, locale, v goja.Value) {
	p.checkLocale(locale, true)
	o := p.options("Intl.PluralRules", v)
	kind := o.text("type", "cardinal", "ordinal")
	f := &numberFormat{style: "decimal", notation: "standard", signDisplay: "auto", grouping: "false"}
	f.readDigits(o)
	o.finish()
	categories := []any{"one", "other"}
	if kind == "ordinal" {
		categories = []any{"few", "one", "two", "other"}
	}
	p.methods(obj, map[string]func(goja.FunctionCall) goja.Value{
		"select": func(call goja.FunctionCall) goja.Value {
			return p.rt.ToValue(pluralOf(joined(p.numberParts(f, call.Argument(0))), kind == "ordinal"))
		},
		"resolvedOptions": p.resolved("type", kind, "pluralCategories", p.rt.NewArray(categories...)),
	})
}

func (p *pass) initListFormat(obj *goja.Object, locale, v goja.Value) {
	p.checkLocale(locale, false)
	o := p.options("Intl.ListFormat", v)
	kind := o.text("type", "conjunction", "disjunction", "unit")
	style := o.text("style", "long", "short", "narrow")
	o.finish()
	p.methods(obj, map[string]func(goja.FunctionCall) goja.Value{
		"format": func(call goja.FunctionCall) goja.Value {
			return p.rt.ToValue(joined(listParts(p.strings(call.Argument(0)), kind, style)))
		},
		"formatToParts": func(call goja.FunctionCall) goja.Value {
			return p.partsValue(listParts(p.strings(call.Argument(0)), kind, style))
		},
		"resolvedOptions": p.resolved("type", kind, "style", style),
	})
}

// strings reads an iterable of strings.
func (p *pass) strings(v goja.Value) []string {
	var list []string
	if goja.IsUndefined(v) {
		return nil
	}
	p.rt.ForOf(v, func(item goja.Value) bool {
		if !goja.IsString(item) {
			panic(p.rt.NewTypeError("Iterable yielded a non-String value"))
		}
		list = append(list, item.String())
		return true
	})
	return list
}

func listParts(items []string, kind, style string) []part {
	word := map[string]string{"conjunction": "and", "disjunction": "or"}[kind]
	if kind == "conjunction" && style == "short" {
		word = "&"
	} else if kind == "conjunction" && style == "narrow" {
		word = ""
	}
	comma, pair := ", ", " "+word+" "
	last := ", " + word + " "
	switch {
	case kind == "unit" && style == "narrow":
		comma, pair, last = " ", " ", " "
	case word == "":
		pair, last = ", ", ", "
	}
	var parts []part
	for i, item := range items {
		switch {
		case i == 0:
		case i < len(items)-1:
			parts = append(parts, part{"literal", comma})
		case len(items) == 2:
			parts = append(parts, part{"literal", pair})
		default:
			parts = append(parts, part{"literal", last})
		}
		parts = append(parts, part{"element", item})
	}
	return parts
}

func (p *pass) initRelativeTimeFormat(obj *goja.Object, locale, v goja.Value) {
	p.checkLocale(locale, true)
	o := p.options("Intl.RelativeTimeFormat", v)
	auto := o.text("numeric", "always", "auto") == "auto"
	o.text("style", "long")
	o.text("numberingSystem", "latn")
	o.finish()
	numbers := &numberFormat{style: "decimal", notation: "standard", signDisplay: "auto", grouping: "auto", minInteger: 1, maxFraction: 3}
	p.methods(obj, map[string]func(goja.FunctionCall) goja.Value{
		"format": func(call goja.FunctionCall) goja.Value {
			value, unit := call.Argument(0).ToFloat(), strings.TrimSuffix(call.Argument(1).String(), "s")
			switch unit {
			case "second", "minute", "hour", "day", "week", "month", "quarter", "year":
			default:
				p.throw("RangeError", "Invalid unit argument for format() '"+call.Argument(1).String()+"'")
			}
			if math.IsNaN(value) || math.IsInf(value, 0) {
				p.throw("RangeError", "the value of Intl.RelativeTimeFormat must be finite")
			}
			return p.rt.ToValue(relativeText(numbers, value, unit, auto))
		},
		"resolvedOptions": p.resolved("style", "long", "numeric", map[bool]string{true: "auto", false: "always"}[auto], "numberingSystem", "latn"),
	})
}

// relativeText says when something is, in English.
func relativeText(numbers *numberFormat, value float64, unit string, auto bool) string {
	if auto {
		if word := relativeWord(value, unit); word != "" {
			return word
		}
	}
	shown := joined(numbers.parts(math.Abs(value)))
	if shown != "1" {
		unit += "s"
	}
	if value < 0 || math.Signbit(value) {
		return shown + " " + unit + " ago"
	}
	return "in " + shown + " " + unit
}

func relativeWord(value float64, unit string) string {
	switch {
	case value == 0 && unit == "second":
		return "now"
	case value == 0 && unit == "day":
		return "today"
	case value == 0:
		return "this " + unit
	case unit == "second" || unit == "minute" || unit == "hour":
		return ""
	case value == 1 && unit == "day":
		return "tomorrow"
	case value == -1 && unit == "day":
		return "yesterday"
	case value == 1:
		return "next " + unit
	case value == -1:
		return "last " + unit
	}
	return ""
}

// initCollator makes the comparison of localeCompare one function.
func (p *pass) initCollator(obj *goja.Object, locale, v goja.Value) {
	c := p.newCollation(locale, v)
	p.methods(obj, map[string]func(goja.FunctionCall) goja.Value{
		"compare": func(call goja.FunctionCall) goja.Value {
			return p.rt.ToValue(c.compare(call.Argument(0).String(), call.Argument(1).String()))
		},
		"resolvedOptions": p.resolved("usage", "sort", "sensitivity", c.sensitivity, "ignorePunctuation", false,
			"collation", "default", "numeric", c.numeric, "caseFirst", "false"),
	})
}
