package sandbox

import (
	"math"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// numberFormat is how Intl.NumberFormat shows numbers in en-US.
type numberFormat struct {
	style, notation, compactDisplay string
	currency, display, sign         string // the currency's code, how it is shown, and of which sign
	signDisplay, grouping           string
	minInteger, minFraction         int
	maxFraction                     int
	minSignificant, maxSignificant  int // zero: by fraction digits
	compactRounding                 bool
}

// newNumberFormat reads locale and options; it throws for what it could not show right.
func (p *pass) newNumberFormat(locale, v goja.Value) *numberFormat {
	o := p.options("Intl.NumberFormat", v)
	f := &numberFormat{
		style:          o.text("style", "decimal", "percent", "currency"),
		notation:       o.text("notation", "standard", "compact"),
		compactDisplay: o.text("compactDisplay", "short", "long"),
		signDisplay:    o.text("signDisplay", "auto", "always", "never", "exceptZero", "negative"),
		display:        o.text("currencyDisplay", "symbol", "code"),
		sign:           o.text("currencySign", "standard", "accounting"),
	}
	p.checkLocale(locale, f.style != "currency" && f.notation == "standard")
	o.text("numberingSystem", "latn")
	o.text("roundingMode", "halfExpand")
	o.text("roundingPriority", "auto")
	o.text("trailingZeroDisplay", "auto")
	o.number("roundingIncrement", 1, 1, 1)
	f.readCurrency(o)
	f.readGrouping(o)
	f.readDigits(o)
	o.finish()
	return f
}

func (f *numberFormat) readCurrency(o *options) {
	v := o.value("currency")
	if f.style != "currency" {
		return
	}
	if goja.IsUndefined(v) {
		panic(o.rt.NewTypeError("Currency code is required with currency style."))
	}
	f.currency = strings.ToUpper(v.String())
	if len(f.currency) != 3 || strings.ContainsFunc(f.currency, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		o.throw("RangeError", "Invalid currency code : "+v.String())
	}
	if _, known := currencyDigits(f.currency); !known {
		o.refuse("currency", f.currency)
	}
}

func (f *numberFormat) readGrouping(o *options) {
	f.grouping = "auto"
	if f.notation == "compact" {
		f.grouping = "min2"
	}
	switch v := o.value("useGrouping"); {
	case goja.IsUndefined(v):
	case !goja.IsString(v):
		f.grouping = map[bool]string{true: "always", false: "false"}[v.ToBoolean()]
	default:
		switch s := v.String(); s {
		case "always", "min2":
			f.grouping = s
		case "auto", "true", "false":
		default:
			o.throw("RangeError", "Value "+s+" out of range for Intl.NumberFormat options property useGrouping")
		}
	}
}

func (f *numberFormat) readDigits(o *options) {
	f.minInteger = o.number("minimumIntegerDigits", 1, 21, 1)
	low, high := 0, 3
	switch f.style {
	case "percent":
		high = 0
	case "currency":
		digits, _ := currencyDigits(f.currency)
		low, high = digits, digits
	}
	minimum := o.number("minimumFractionDigits", 0, 100, -1)
	maximum := o.number("maximumFractionDigits", 0, 100, -1)
	minSignificant := o.number("minimumSignificantDigits", 1, 21, 0)
	maxSignificant := o.number("maximumSignificantDigits", 1, 21, 0)
	if minSignificant > 0 || maxSignificant > 0 {
		f.minSignificant, f.maxSignificant = max(minSignificant, 1), maxSignificant
		if maxSignificant == 0 {
			f.maxSignificant = 21
		}
		if f.minSignificant > f.maxSignificant {
			o.throw("RangeError", "maximumSignificantDigits value is out of range.")
		}
		return
	}
	f.compactRounding = f.notation == "compact" && minimum < 0 && maximum < 0
	switch {
	case minimum >= 0 && maximum >= 0:
		if minimum > maximum {
			o.throw("RangeError", "maximumFractionDigits value is out of range.")
		}
		low, high = minimum, maximum
	case minimum >= 0:
		low, high = minimum, max(high, minimum)
	case maximum >= 0:
		low, high = min(low, maximum), maximum
	case f.notation == "compact":
		low, high = 0, 0
	}
	f.minFraction, f.maxFraction = low, high
}

// parts shows a number.
func (f *numberFormat) parts(x float64) []part {
	negative := math.Signbit(x) && !math.IsNaN(x)
	switch {
	case math.IsNaN(x):
		return f.around([]part{{"nan", "NaN"}}, false, false, "")
	case math.IsInf(x, 0):
		return f.around([]part{{"infinity", "∞"}}, negative, false, "")
	}
	return f.decimalParts(newDecimal(math.Abs(x)), negative)
}

// bigParts shows a big integer, by its digits.
func (f *numberFormat) bigParts(digits string) []part {
	whole, negative := strings.CutPrefix(digits, "-")
	return f.decimalParts(decimal{digits: strings.TrimLeft(whole, "0"), point: len(strings.TrimLeft(whole, "0"))}, negative)
}

func (f *numberFormat) decimalParts(d decimal, negative bool) []part {
	if f.style == "percent" {
		d.point += 2
	}
	suffix := ""
	if f.notation == "compact" {
		d, suffix = f.compacted(d)
	} else {
		d = f.rounded(d)
	}
	whole, fraction := d.split()
	low := f.minFraction
	if f.minSignificant > 0 {
		low = max(0, f.minSignificant-max(len(strings.TrimLeft(whole, "0")), 0))
		if d.isZero() {
			low = f.minSignificant - 1
		} else if d.point <= 0 {
			low = f.minSignificant - d.point
		}
	}
	for len(fraction) < low {
		fraction += "0"
	}
	for len(whole) < f.minInteger {
		whole = "0" + whole
	}
	parts := f.grouped(whole)
	if fraction != "" {
		parts = append(parts, part{"decimal", "."}, part{"fraction", fraction})
	}
	return f.around(parts, negative, d.isZero(), suffix)
}

// rounded leaves no more digits than the format allows.
func (f *numberFormat) rounded(d decimal) decimal {
	if f.maxSignificant > 0 {
		return d.round(f.maxSignificant)
	}
	return d.round(d.point + f.maxFraction)
}

// compacted shows thousands, millions, billions and trillions as such.
func (f *numberFormat) compacted(d decimal) (decimal, string) {
	for {
		power := 0
		if !d.isZero() {
			power = min(max(0, (d.point-1)/3), 4)
		}
		scaled := decimal{d.digits, d.point - 3*power}
		switch {
		case f.compactRounding && !scaled.isZero():
			scaled = scaled.round(max(2, scaled.point))
		default:
			scaled = f.rounded(scaled)
		}
		if scaled.point > 3 && power < 4 && d.point <= 3*(power+1) {
			d = decimal{"1", 3*(power+1) + 1} // 999,999 is a million
			continue
		}
		return scaled, []string{"", "K", "M", "B", "T"}[power]
	}
}

func (f *numberFormat) grouped(whole string) []part {
	limit := 4
	if f.grouping == "min2" {
		limit = 5
	}
	if f.grouping == "false" || len(whole) < limit {
		return []part{{"integer", whole}}
	}
	first := (len(whole)-1)%3 + 1
	parts := []part{{"integer", whole[:first]}}
	for i := first; i < len(whole); i += 3 {
		parts = append(parts, part{"group", ","}, part{"integer", whole[i : i+3]})
	}
	return parts
}

// around adds what stands before and after the digits.
func (f *numberFormat) around(digits []part, negative, zero bool, suffix string) []part {
	sign := f.signOf(negative, zero)
	accounting := f.style == "currency" && f.sign == "accounting" && sign == "-"
	var parts []part
	switch {
	case accounting:
		parts = append(parts, part{"literal", "("})
	case sign == "-":
		parts = append(parts, part{"minusSign", "-"})
	case sign == "+":
		parts = append(parts, part{"plusSign", "+"})
	}
	if f.style == "currency" {
		symbol := currencySymbol(f.currency)
		if f.display == "code" {
			symbol = f.currency
		}
		parts = append(parts, part{"currency", symbol})
		if last := symbol[len(symbol)-1]; last >= 'A' && last <= 'Z' {
			parts = append(parts, part{"literal", "\u00a0"})
		}
	}
	parts = append(parts, digits...)
	if suffix != "" {
		parts = append(parts, f.suffixParts(suffix)...)
	}
	if f.style == "percent" {
		parts = append(parts, part{"percentSign", "%"})
	}
	if accounting {
		parts = append(parts, part{"literal", ")"})
	}
	return parts
}

func (f *numberFormat) suffixParts(suffix string) []part {
	if f.compactDisplay == "short" || f.style == "currency" {
		return []part{{"compact", suffix}}
	}
	long := map[string]string{"K": "thousand", "M": "million", "B": "billion", "T": "trillion"}[suffix]
	return []part{{"literal", " "}, {"compact", long}}
}

func (f *numberFormat) signOf(negative, zero bool) string {
	switch f.signDisplay {
	case "never":
		return ""
	case "always":
		if !negative {
			return "+"
		}
	case "exceptZero":
		if zero {
			return ""
		}
		if !negative {
			return "+"
		}
	case "negative":
		if zero {
			return ""
		}
	}
	if negative {
		return "-"
	}
	return ""
}

// decimal is a number 0.digits × 10^point, exactly as the language would print it.
type decimal struct {
	digits string // without zeros at either end; empty: zero
	point  int
}

func newDecimal(x float64) decimal {
	text := strconv.FormatFloat(x, 'e', -1, 64)
	mantissa, exponent, _ := strings.Cut(text, "e")
	e, _ := strconv.Atoi(exponent)
	digits := strings.TrimRight(strings.Replace(mantissa, ".", "", 1), "0")
	if digits == "" {
		return decimal{point: 1}
	}
	return decimal{digits, e + 1}
}

func (d decimal) isZero() bool { return strings.Trim(d.digits, "0") == "" }

// round leaves n digits, a half up.
func (d decimal) round(n int) decimal {
	if n >= len(d.digits) {
		return d
	}
	if n < 0 {
		return decimal{point: d.point}
	}
	up := d.digits[n] >= '5'
	kept := []byte(d.digits[:n])
	for i := n - 1; up && i >= 0; i-- {
		if kept[i] == '9' {
			kept[i] = '0'
			continue
		}
		kept[i]++
		up = false
	}
	if up {
		kept = append([]byte{'1'}, kept...)
		d.point++
	}
	return decimal{strings.TrimRight(string(kept), "0"), d.point}
}

// split returns the digits before and after the decimal point.
func (d decimal) split() (whole, fraction string) {
	digits := d.digits
	switch {
	case d.isZero():
		return "0", ""
	case d.point <= 0:
		return "0", strings.Repeat("0", -d.point) + digits
	case d.point >= len(digits):
		return digits + strings.Repeat("0", d.point-len(digits)), ""
	}
	return digits[:d.point], digits[d.point:]
}
