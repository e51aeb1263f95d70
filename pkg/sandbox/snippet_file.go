package sandbox

import (
	"fmt"
	"strings"

	"github.com/dop251/goja"
	"github.com/dop251/goja/file"
)

// sourceFile is a snippet's source that runs in a pass. Stack frames have the name of
// its file, which leads back to it.
type sourceFile struct {
	name, text string
	code       *compiled
}

// fileOf returns the file name of a snippet's source. A snippet that was changed while
// the pass went on has two sources, and another name for the second.
func (p *pass) fileOf(name, text string) string {
	base := shownName("snippet " + name)
	file := base
	for n := 2; ; n++ {
		f := p.files[file]
		if f == nil || f.name == name && f.text == text {
			return file
		}
		file = fmt.Sprintf("%s (%d)", base, n)
	}
}

func (p *pass) keepFile(name string, f *sourceFile) {
	if p.files == nil {
		p.files = make(map[string]*sourceFile)
	}
	p.files[name] = f
}

// inFile makes a place in a snippet's source one of the pass. A bundle has files of its
// own.
func inFile(name string, at Pos) Pos {
	switch {
	case at.Line == 0:
		return Pos{}
	case at.File != "":
		name += ": " + at.File
	}
	at.File = name
	return at
}

// author returns the author's place of the position of a stack frame, in whatever
// source it lies.
func (p *pass) author(at file.Position) Pos {
	if f := p.files[at.Filename]; f != nil {
		return inFile(at.Filename, f.code.author(at))
	}
	return p.code.author(at)
}

// lineAt returns the line of source at an author's place; empty when it is not known.
func (p *pass) lineAt(at Pos) string {
	within, end := "", len(at.File)
	for end > 0 {
		if f := p.files[at.File[:end]]; f != nil {
			at.File = within
			return f.code.line(at)
		}
		end = max(strings.LastIndex(at.File[:end], ": "), 0)
		within = strings.TrimPrefix(at.File[end:], ": ")
	}
	return p.code.line(at)
}

// written reports whether a stack frame's file is one of the submitted code or of a
// snippet.
func (p *pass) written(name string) bool { return name == scriptName || p.files[name] != nil }

// inSnippet reports whether the function that called the one that runs was written in
// a snippet.
func (p *pass) inSnippet() bool {
	if len(p.files) == 0 {
		return false
	}
	p.frames = p.rt.CaptureCallStack(0, p.frames[:0])
	for i := range p.frames {
		switch name := p.frames[i].SrcName(); {
		case name == scriptName:
			return false
		case p.files[name] != nil:
			return true
		}
	}
	return false
}

// unlessInSnippet keeps a function of the global console, which a snippet can reach by
// the global object, from printing what a snippet says.
func (p *pass) unlessInSnippet(fn func(goja.FunctionCall) goja.Value) func(goja.FunctionCall) goja.Value {
	return func(call goja.FunctionCall) goja.Value {
		if p.inSnippet() {
			return goja.Undefined()
		}
		return fn(call)
	}
}
