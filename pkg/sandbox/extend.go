package sandbox

import (
	"fmt"

	"github.com/dop251/goja"
)

// extend adds to the language what the engine has not got yet, as far as the script
// names it, and repairs what it gets wrong.
func (p *pass) extend() error {
	for _, part := range []struct {
		name  string
		words []string
		do    func() error
	}{
		{"symbols", []string{"asyncIterator", "dispose", "asyncDispose", "fromAsync", "using", "DisposableStack", "AsyncDisposableStack"}, p.addSymbols},
		{"additions", []string{"groupBy", "fromAsync", "withResolvers", tryMember, "isWellFormed", "toWellFormed", "captureStackTrace"}, p.addAdditions},
		{"RegExp", []string{"RegExp", "constructor", propertyMark, "escape"}, p.extendRegExp},
		{"numbers", []string{"toLocaleString"}, p.localizeNumbers},
		{"objects", []string{"toLocaleString"}, p.guardBare},
		{"comparison", []string{"localeCompare"}, p.extendComparison},
		{"case", []string{"toLocaleUpperCase", "toLocaleLowerCase"}, p.extendCase},
		{"JSON", []string{"JSON"}, p.extendJSON},
	} {
		if !p.mentions(part.words...) {
			continue
		}
		if err := part.do(); err != nil {
			return fmt.Errorf("extend %s: %w", part.name, err)
		}
	}
	if p.mentions(unicodeMark, "RegExp", propertyMark) && p.mentions("replace") {
		if err := p.replaceSlowly(); err != nil {
			return fmt.Errorf("extend replace: %w", err)
		}
	}
	if p.wantsIterators() {
		given, err := p.prelude("iterator")
		if err != nil {
			return err
		}
		if err := hide(p.rt.GlobalObject(), "Iterator", given.Get("Iterator")); err != nil {
			return err
		}
	} else if p.reaches() {
		if err := p.lazy("Iterator", func() goja.Value { return p.latePrelude("iterator").Get("Iterator") }); err != nil {
			return err
		}
	}
	if p.reaches("Intl") {
		if err := p.lazy("Intl", p.intl); err != nil {
			return err
		}
	}
	return p.preludeGlobals("disposable", "DisposableStack", "AsyncDisposableStack", "SuppressedError")
}

// wantsIterators reports whether the script names Iterator, or what gives an iterator
// together with a method that only iterators of a later edition have.
func (p *pass) wantsIterators() bool {
	if p.mentions("Iterator") {
		return true
	}
	return p.mentions(generatorMark, iteratorMark, "matchAll", "iterator") &&
		p.mentions("map", "filter", "take", "drop", "flatMap", "reduce", "toArray", "forEach", "some", "every", "find")
}

// addSymbols defines the well-known symbols that the engine has not got.
func (p *pass) addSymbols() error {
	symbol := p.rt.GlobalObject().Get("Symbol").(*goja.Object)
	for _, name := range []string{"asyncIterator", "dispose", "asyncDispose"} {
		if v := symbol.Get(name); v != nil && !goja.IsUndefined(v) {
			continue
		}
		if err := symbol.DefineDataProperty(name, goja.NewSymbol("Symbol."+name),
			goja.FLAG_FALSE, goja.FLAG_FALSE, goja.FLAG_FALSE); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) addAdditions() error {
	_, err := p.prelude("additions")
	return err
}

func (p *pass) extendRegExp() error {
	if err := p.guardRegExp(); err != nil {
		return err
	}
	regexp := p.rt.GlobalObject().Get("RegExp").(*goja.Object)
	if err := p.guardFlags(regexp.Get("prototype").(*goja.Object)); err != nil {
		return err
	}
	return hide(regexp, "escape", p.sized(1, p.native("escape", p.escapeRegExp)))
}
