package sandbox

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/dop251/goja"
)

// Bounds of what is told about the causes of an error.
const (
	maxCauses    = 5
	maxCauseText = 1 << 10 // bytes of each
)

// causes returns what an error comes from: its cause, the cause of that, and so on;
// of one that collects errors, those. Reading them can run code of the script; what
// cannot be read is left out.
func (p *pass) causes(obj *goja.Object) ([]string, error) {
	var texts []string
	seen := []*goja.Object{obj}
	for isError(obj) && len(texts) < maxCauses {
		var next []goja.Value
		more := 0
		if err := p.read(func() { next, more = collected(obj, maxCauses-len(texts)) }, func() { next = nil }); err != nil {
			return nil, err
		}
		obj = nil
		for _, v := range next {
			cause, _ := v.(*goja.Object)
			if cause != nil && slices.Contains(seen, cause) {
				continue
			}
			text, err := p.causeText(v)
			if err != nil {
				return nil, err
			}
			texts = append(texts, text)
			seen = append(seen, cause)
			obj = cause
		}
		if len(next) > 1 {
			obj = nil // of many causes only they themselves are told
		}
		if more > 0 {
			texts = append(texts, fmt.Sprintf("%d more", more))
		}
	}
	return texts, nil
}

// collected returns the direct causes of an error, at most n, and how many there
// are beside.
func collected(obj *goja.Object, n int) (list []goja.Value, more int) {
	if v := obj.Get("cause"); v != nil && !goja.IsUndefined(v) {
		return []goja.Value{v}, 0
	}
	errors, ok := obj.Get("errors").(*goja.Object)
	if !ok || errors.ExportType() == proxyType || errors.ClassName() != "Array" {
		return nil, 0
	}
	length := int(errors.Get("length").ToInteger())
	for i := range min(length, n) {
		if v := errors.Get(strconv.Itoa(i)); v != nil {
			list = append(list, v)
		}
	}
	return list, max(0, length-n)
}

// causeText shows one cause: its name if it says more than Error, its message, its
// place.
func (p *pass) causeText(v goja.Value) (text string, err error) {
	var name string
	if err := p.read(func() { name, text = p.showThrown(v) }, func() {
		name, text = "", "something that cannot be shown"
	}); err != nil {
		return "", err
	}
	text = shorten(text, maxCauseText)
	if name != "" && name != "Error" && name != text {
		text = shorten(name, maxThrownName) + ": " + text
	}
	obj, _ := v.(*goja.Object)
	pos := p.placeOf(stackOf(p.rt, obj, nil))
	if r, ok := p.refused[obj]; ok && obj != nil {
		pos = r.pos
	}
	if pos.Line > 0 {
		text += " at " + pos.String()
	}
	return text, nil
}
