package sandbox

import (
	"fmt"
	"sort"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/reprise-run/reprise/pkg/sandbox/source"
)

const maxLine = 200 // runes of a line in an error

// origin leads from positions in the text that the engine runs back to the
// author's source. It is safe for concurrent use once the script is compiled.
//
// The engine's lines and columns count from 1, its columns in bytes. Source maps
// count both from 0, columns in UTF-16 units. Authors count both from 1, in
// characters.
type origin struct {
	source string
	lines  []int // offset of each line of the source
	above  int   // lines of the source before the code: the opening fence
	below  int   // the last line of the code

	lowered *loweredText   // nil: the engine runs the code itself, below one line of our own
	bundle  *bundledSource // nil: the author wrote the source itself
}

// loweredText is what the engine runs in place of the code.
type loweredText struct {
	text string
	raw  []byte // the source map

	once  sync.Once
	lines []int
	back  *source.Map // nil: unreadable
}

func newOrigin(text string, start, end int) *origin {
	o := &origin{source: text, lines: source.Lines(text)}
	o.above = o.lineOf(start)
	if before, encoded, found := source.CutInline(text[start:end]); found {
		end = start + len(before)
		o.bundle = &bundledSource{at: end, encoded: encoded}
	}
	o.below = o.lineOf(start+len(strings.TrimRight(text[start:end], " \t\r\n"))) + 1
	return o
}

// author returns the author's place of a place in the text that the engine runs;
// zero when there is none.
func (o *origin) author(line, column int) Pos {
	n, column := o.submitted(line, column-1)
	if n == 0 {
		return Pos{}
	}
	if pos, readable := o.bundled(n, column); readable {
		return pos
	}
	return o.plain(n, column)
}

// nearest is author for what must have a place: at worst that in the source as it
// was submitted.
func (o *origin) nearest(line, column int) Pos {
	if pos := o.author(line, column); pos != (Pos{}) {
		return pos
	}
	if n, column := o.submitted(line, column-1); n > 0 {
		return o.plain(n, column)
	}
	return Pos{}
}

// wrapped returns the author's place of a place in the code below one line of our
// own. What is past the code is its end.
func (o *origin) wrapped(line, column int) Pos {
	n, column := o.unwrapped(line, column)
	if n == 0 {
		return Pos{}
	}
	if pos, _ := o.bundled(n, column); pos != (Pos{}) {
		return pos
	}
	return o.plain(n, column)
}

// submitted returns the line of the source, from 1, and the offset in it, of a place
// in the text that the engine runs; zero when there is none.
func (o *origin) submitted(line, column int) (n, at int) {
	if o.lowered == nil {
		return o.unwrapped(line, column)
	}
	line, units, ok := o.lowered.source(line, column)
	if !ok || line < 2 || line-1+o.above > len(o.lines) {
		return 0, 0
	}
	return o.unwrapped(line, bytesOf(o.line(line-1+o.above), units))
}

func (o *origin) unwrapped(line, column int) (n, at int) {
	switch n = line - 1 + o.above; {
	case line < 2:
		return 0, 0
	case n > o.below:
		return o.below, len(o.source)
	}
	return n, column
}

// bundled returns where a place of the submitted source comes from, and whether the
// source has a map that could tell.
func (o *origin) bundled(n, column int) (pos Pos, readable bool) {
	if o.bundle == nil {
		return Pos{}, false
	}
	text := o.line(n)
	return o.bundle.author(n-1, unitsOf(text[:min(max(column, 0), len(text))]))
}

func (o *origin) plain(n, column int) Pos {
	text := o.line(n)
	return Pos{Line: n, Column: utf8.RuneCountInString(text[:min(max(column, 0), len(text))]) + 1}
}

// line returns the text of a line of the source, from 1.
func (o *origin) line(n int) string { return lineOf(o.source, o.lines, n) }

// lineOf returns the number, from 0, of the line of an offset.
func (o *origin) lineOf(offset int) int {
	return sort.SearchInts(o.lines, offset+1) - 1
}

// show returns the author's line at a place, clipped; empty when it is not known.
func (o *origin) show(p Pos) string {
	switch {
	case p.Line == 0, p.File != "" && o.bundle == nil:
		return ""
	case p.File != "":
		return clipLine(o.bundle.line(p), p.Column)
	}
	return clipLine(o.line(p.Line), p.Column)
}

// errorAt describes what is wrong at an author's place.
func (o *origin) errorAt(message string, p Pos) *SyntaxError {
	return &SyntaxError{Message: message, Pos: p, Line: o.show(p)}
}

func syntaxErrorAt(text string, offset int, message string) *SyntaxError {
	o := newOrigin(text, 0, len(text))
	n := o.lineOf(offset)
	return o.errorAt(message, o.wrapped(n+2, offset-o.lines[n]))
}

func (l *loweredText) source(line, column int) (authorLine, units int, ok bool) {
	l.once.Do(func() {
		l.lines = source.Lines(l.text)
		l.back, _ = source.ParseMap(l.raw)
	})
	if l.back == nil || line < 1 || line > len(l.lines) {
		return 0, 0, false
	}
	text := l.text[l.lines[line-1]:]
	// The line that encloses the lowered code is not in the map.
	s, ok := l.back.Find(line-2, unitsOf(text[:min(max(column, 0), len(text))]))
	return int(s.SourceLine) + 1, int(s.SourceColumn), ok
}

// lineOf returns the text of a line, from 1, without its end; empty when there is
// no such line.
func lineOf(text string, lines []int, n int) string {
	if n < 1 || n > len(lines) {
		return ""
	}
	end := len(text)
	if n < len(lines) {
		end = lines[n]
	}
	return strings.TrimRight(text[lines[n-1]:end], "\r\n\u2028\u2029")
}

// unitsOf returns the length of a text in UTF-16 units.
func unitsOf(s string) int {
	units := 0
	for _, r := range s {
		units += max(utf16.RuneLen(r), 1)
	}
	return units
}

// bytesOf returns the bytes of the first units of a text.
func bytesOf(s string, units int) int {
	for i, r := range s {
		if units <= 0 {
			return i
		}
		units -= max(utf16.RuneLen(r), 1)
	}
	return len(s)
}

// clipLine shortens a line to what is around a column.
func clipLine(line string, column int) string {
	if utf8.RuneCountInString(line) <= maxLine {
		return line
	}
	runes := []rune(line)
	from := max(0, min(column-maxLine/2, len(runes)-maxLine))
	return string(runes[from : from+maxLine])
}

// clipRunes shortens a text to n characters.
func clipRunes(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n]) + "…"
}

// LineAt returns the line of a source at a place in it, clipped; empty for a place
// in another file, as bundles have them.
func LineAt(text string, p Pos) string {
	if p.File != "" {
		return ""
	}
	return clipLine(lineOf(text, source.Lines(text), p.Line), p.Column)
}

// String describes the place as errors do: line 12:5 of src/pay.ts.
func (p Pos) String() string {
	if p.File == "" {
		return fmt.Sprintf("line %d:%d", p.Line, p.Column)
	}
	return fmt.Sprintf("line %d:%d of %s", p.Line, p.Column, p.File)
}
