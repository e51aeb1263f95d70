package sandbox

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dop251/goja"
)

// The engine has no Intl. Numbers and dates are shown as in en-US, whatever the
// machine; what would need other locales throws rather than show something else.

// guardNumbers gives numbers a toLocaleString: the engine's takes the locale for a
// radix.
func (p *pass) guardNumbers() error {
	for _, name := range []string{"Number", "BigInt"} {
		proto := p.rt.GlobalObject().Get(name).(*goja.Object).Get("prototype").(*goja.Object)
		if err := hide(proto, "toLocaleString", p.native("toLocaleString", p.numberToLocale)); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) numberToLocale(call goja.FunctionCall) goja.Value {
	p.checkLocale(call.Argument(0))
	v := call.This
	if obj, ok := v.(*goja.Object); ok {
		v = obj.ToNumber()
	}
	if goja.IsBigInt(v) {
		return p.rt.ToValue(group(v.String()))
	}
	return p.rt.ToValue(p.formatNumber(v.ToFloat(), call.Argument(1)))
}

// checkLocale throws when another locale than en-US is asked for.
func (p *pass) checkLocale(v goja.Value) {
	if list, ok := v.(*goja.Object); ok && list.ClassName() == "Array" {
		v = list.Get("0")
	}
	if v == nil || goja.IsUndefined(v) || strings.HasPrefix(v.String(), "en") {
		return
	}
	p.throw("RangeError", "the locale "+strconv.Quote(v.String())+" is not supported, only en-US")
}

// formatNumber shows f with the common options of Intl.NumberFormat.
func (p *pass) formatNumber(f float64, options goja.Value) string {
	low, high, prefix, suffix := 0, 3, "", ""
	if o, ok := options.(*goja.Object); ok {
		switch text(o.Get("style")) {
		case "percent":
			f, high, suffix = f*100, 0, "%"
		case "currency":
			low, high, prefix = 2, 2, currencySign(text(o.Get("currency")))
		}
		low, high = p.digits(o, low, high)
	}
	sign := ""
	if math.Signbit(f) && !math.IsNaN(f) {
		sign = "-"
	}
	switch f = math.Abs(f); {
	case math.IsNaN(f):
		return prefix + "NaN" + suffix
	case math.IsInf(f, 1):
		return sign + prefix + "∞" + suffix
	}
	digits := strconv.FormatFloat(f, 'f', high, 64)
	whole, fraction, _ := strings.Cut(digits, ".")
	for len(fraction) > low && strings.HasSuffix(fraction, "0") {
		fraction = fraction[:len(fraction)-1]
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + prefix + group(whole) + fraction + suffix
}

// digits reads how many fraction digits there must and may be.
func (p *pass) digits(options *goja.Object, low, high int) (int, int) {
	read := func(name string) (int, bool) {
		v := options.Get(name)
		if v == nil || goja.IsUndefined(v) {
			return 0, false
		}
		n := v.ToInteger()
		if n < 0 || n > 100 {
			p.throw("RangeError", name+" value is out of range")
		}
		return int(n), true
	}
	minimum, hasMinimum := read("minimumFractionDigits")
	maximum, hasMaximum := read("maximumFractionDigits")
	if hasMinimum {
		low, high = minimum, max(high, minimum)
	}
	if hasMaximum {
		high = maximum
		if !hasMinimum {
			low = min(low, high)
		}
	}
	if low > high {
		p.throw("RangeError", "maximumFractionDigits value is out of range")
	}
	return low, high
}

func currencySign(code string) string {
	switch code = strings.ToUpper(code); code {
	case "USD":
		return "$"
	case "EUR":
		return "€"
	case "GBP":
		return "£"
	case "JPY":
		return "¥"
	}
	return code + "\u00a0"
}

// group puts commas between the thousands of a number's digits.
func group(digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// checkDateLocale throws when a date is to be shown otherwise than in en-US and UTC.
func (p *pass) checkDateLocale(call goja.FunctionCall) {
	p.checkLocale(call.Argument(0))
	options, ok := call.Argument(1).(*goja.Object)
	if !ok {
		return
	}
	for _, name := range options.Keys() {
		if name != "timeZone" || text(options.Get(name)) != "UTC" {
			p.throw("RangeError", "the date option "+name+" is not supported: dates are shown in en-US and UTC, without options")
		}
	}
}

// formatDate shows a Date of the script, in UTC.
func (p *pass) formatDate(v goja.Value, layout string) goja.Value {
	obj, ok := v.(*goja.Object)
	if !ok || obj.ExportType() != timeType {
		panic(p.rt.NewTypeError("this is not a Date"))
	}
	t, ok := obj.Export().(time.Time)
	if !ok {
		return p.rt.ToValue("Invalid Date")
	}
	return p.rt.ToValue(t.UTC().Format(layout))
}
