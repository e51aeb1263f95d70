package sandbox

import (
	"strconv"
	"strings"
	"time"

	"github.com/dop251/goja"
)

// dateFormat is how Intl.DateTimeFormat shows times in en-US and UTC. Empty fields are
// not shown.
type dateFormat struct {
	dateStyle, timeStyle string

	weekday, year, month, day string
	hour, minute, second      string
	fraction                  int
	zoneName                  string
	hourCycle                 string // h12 or h23
}

// What a format shows when its options name no field.
const (
	needsDate = "date"
	needsTime = "time"
	needsAny  = "any"
	needsAll  = "all"
)

// newDateFormat reads locale and options; it throws for what it could not show right.
func (p *pass) newDateFormat(locale, v goja.Value, required, defaults string) *dateFormat {
	p.checkLocale(locale, false)
	o := p.options("Intl.DateTimeFormat", v)
	p.checkZone(o)
	o.text("calendar", "gregory")
	o.text("numberingSystem", "latn")
	f := &dateFormat{
		weekday:   o.text("weekday", "", "long", "short", "narrow"),
		year:      o.text("year", "", "numeric", "2-digit"),
		month:     o.text("month", "", "numeric", "2-digit", "long", "short", "narrow"),
		day:       o.text("day", "", "numeric", "2-digit"),
		hour:      o.text("hour", "", "numeric", "2-digit"),
		minute:    o.text("minute", "", "numeric", "2-digit"),
		second:    o.text("second", "", "numeric", "2-digit"),
		fraction:  o.number("fractionalSecondDigits", 1, 3, 0),
		zoneName:  o.text("timeZoneName", "", "short", "long"),
		dateStyle: o.text("dateStyle", "", "full", "long", "medium", "short"),
		timeStyle: o.text("timeStyle", "", "full", "long", "medium", "short"),
		hourCycle: o.text("hourCycle", "h12", "h23"),
	}
	if hour12 := o.value("hour12"); !goja.IsUndefined(hour12) {
		f.hourCycle = "h23"
		if hour12.ToBoolean() {
			f.hourCycle = "h12"
		}
	}
	o.finish()
	f.complete(p, required, defaults)
	return f
}

// checkZone throws for every time zone but UTC.
func (p *pass) checkZone(o *options) {
	v := o.value("timeZone")
	if goja.IsUndefined(v) {
		return
	}
	switch zone := strings.ToUpper(v.String()); zone {
	case "UTC", "ETC/UTC", "ETC/GMT", "GMT", "+00:00":
	default:
		p.throw("RangeError", "the time zone "+strconv.Quote(v.String())+" is not supported: there is UTC only")
	}
}

// complete adds the fields that are shown when none is asked for.
func (f *dateFormat) complete(p *pass, required, defaults string) {
	dateFields := f.weekday + f.year + f.month + f.day
	timeFields := f.hour + f.minute + f.second
	if f.fraction > 0 {
		timeFields += "fraction"
	}
	if f.dateStyle != "" || f.timeStyle != "" {
		if dateFields+timeFields+f.zoneName != "" {
			panic(p.rt.NewTypeError("Can't set option when dateStyle or timeStyle is used"))
		}
		if required == needsDate && f.timeStyle != "" || required == needsTime && f.dateStyle != "" {
			panic(p.rt.NewTypeError("Invalid option : dateStyle and timeStyle belong to toLocaleString"))
		}
		f.expandStyles()
		return
	}
	missing := required == needsDate && dateFields == "" || required == needsTime && timeFields == "" ||
		required == needsAny && dateFields+timeFields == ""
	if !missing {
		return
	}
	if defaults != needsTime {
		f.year, f.month, f.day = "numeric", "numeric", "numeric"
	}
	if defaults != needsDate {
		f.hour, f.minute, f.second = "numeric", "numeric", "numeric"
	}
}

// expandStyles sets the fields that a style stands for.
func (f *dateFormat) expandStyles() {
	switch f.dateStyle {
	case "full":
		f.weekday, f.year, f.month, f.day = "long", "numeric", "long", "numeric"
	case "long":
		f.year, f.month, f.day = "numeric", "long", "numeric"
	case "medium":
		f.year, f.month, f.day = "numeric", "short", "numeric"
	case "short":
		f.year, f.month, f.day = "2-digit", "numeric", "numeric"
	}
	if f.timeStyle != "" {
		f.hour, f.minute = "numeric", "2-digit"
		if f.timeStyle != "short" {
			f.second = "2-digit"
		}
	}
	switch f.timeStyle {
	case "full":
		f.zoneName = "long"
	case "long":
		f.zoneName = "short"
	}
}

// check throws for fields that are never shown together: their order would be a guess.
func (f *dateFormat) check(p *pass) {
	odd := f.year != "" && f.month == "" && (f.day != "" || f.weekday != "") ||
		f.weekday != "" && f.month != "" && f.day == "" ||
		f.weekday != "" && f.month == "" && (f.day != "" || f.year != "") ||
		f.hour != "" && f.minute == "" && f.second != "" ||
		f.fraction > 0 && (f.second == "" || f.minute == "") ||
		f.hour == "" && f.minute == "" && f.second != "" && f.zoneName != "" ||
		f.hour == "" && f.minute != "" && f.zoneName != "" ||
		f.weekday != "" && f.day == "" && f.timed() && !(f.hour != "" && f.hourCycle == "h12" && f.zoneName == "") ||
		(f.month == "narrow" || f.weekday == "narrow") && f.hour != ""
	if odd {
		p.throw("RangeError", "Intl.DateTimeFormat does not support this combination of fields")
	}
}

// timed reports whether the format shows a time of day.
func (f *dateFormat) timed() bool {
	return f.hour != "" || f.minute != "" || f.second != "" || f.zoneName != ""
}

// parts shows a time.
func (f *dateFormat) parts(t time.Time) []part {
	t = t.UTC()
	date, clock := f.dateParts(t), f.timeParts(t)
	switch {
	case len(date) == 0:
		return clock
	case len(clock) == 0:
		return date
	}
	separator := ", "
	if f.month == "long" {
		separator = " at "
	} else if f.month == "" && f.day == "" && f.weekday != "" {
		separator = " "
	}
	return append(append(date, part{"literal", separator}), clock...)
}

func (f *dateFormat) dateParts(t time.Time) []part {
	var parts []part
	add := func(separator, kind, value string) {
		if value == "" {
			return
		}
		if len(parts) > 0 {
			parts = append(parts, part{"literal", separator})
		}
		parts = append(parts, part{kind, value})
	}
	add("", "weekday", nameOf(t.Weekday().String(), f.weekday))
	year, day := digitsOf(t.Year(), f.year), digitsOf(t.Day(), f.day)
	if t.Year() > 0 && f.year == "numeric" {
		year = strconv.Itoa(t.Year())
	}
	switch f.month {
	case "numeric", "2-digit":
		add(", ", "month", digitsOf(int(t.Month()), f.month))
		add("/", "day", day)
		add("/", "year", year)
	case "":
		add(", ", "day", day)
		add(", ", "year", year)
	default:
		add(", ", "month", nameOf(t.Month().String(), f.month))
		add(" ", "day", day)
		if day == "" {
			add(" ", "year", year)
		} else {
			add(", ", "year", year)
		}
	}
	return parts
}

// nameOf shortens the name of a month or of a day of the week.
func nameOf(name, width string) string {
	switch width {
	case "":
		return ""
	case "short":
		return name[:3]
	case "narrow":
		return name[:1]
	}
	return name
}

func digitsOf(n int, width string) string {
	switch {
	case width == "":
		return ""
	case width == "2-digit":
		text := "0" + strconv.Itoa(n)
		return text[len(text)-2:]
	}
	return strconv.Itoa(n)
}

func (f *dateFormat) timeParts(t time.Time) []part {
	var parts []part
	add := func(separator, kind, value string) {
		if len(parts) > 0 {
			parts = append(parts, part{"literal", separator})
		}
		parts = append(parts, part{kind, value})
	}
	hour, width := t.Hour(), f.hour
	if f.hourCycle == "h12" {
		hour = (hour+11)%12 + 1
	} else if f.hour != "" {
		width = "2-digit"
	}
	if f.hour != "" {
		add("", "hour", digitsOf(hour, width))
	}
	alone := f.hour == "" && (f.minute == "" || f.second == "")
	both := func() string {
		if alone {
			return "numeric"
		}
		return "2-digit"
	}
	if f.minute != "" {
		add(":", "minute", digitsOf(t.Minute(), both()))
	}
	if f.second != "" {
		add(":", "second", digitsOf(t.Second(), both()))
	}
	if f.fraction > 0 {
		add(".", "fractionalSecond", strconv.Itoa(1000 + t.Nanosecond()/1e6)[1:1+f.fraction])
	}
	if f.hour != "" && f.hourCycle == "h12" {
		add(" ", "dayPeriod", map[bool]string{true: "AM", false: "PM"}[t.Hour() < 12])
	}
	switch f.zoneName {
	case "short":
		add(" ", "timeZoneName", "UTC")
	case "long":
		add(" ", "timeZoneName", "Coordinated Universal Time")
	}
	return parts
}
