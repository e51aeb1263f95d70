package sandbox

import (
	"sort"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-sourcemap/sourcemap"
)

const maxLine = 200 // runes of a line in an error

// origin leads from positions in the text that the engine runs back to the
// author's source. It is safe for concurrent use once the script is compiled.
//
// The engine's lines and columns count from 1, its columns in bytes. Source maps
// count columns from 0 in UTF-16 units. Authors count both from 1, in characters.
type origin struct {
	source string
	lines  []int // offset of each line of the source
	above  int   // lines of the source before the code: the opening fence
	below  int   // the last line of the code

	lowered *loweredText // nil: the engine runs the code itself, below one line of our own
}

// loweredText is what the engine runs in place of the code.
type loweredText struct {
	text string
	raw  []byte // the source map

	once  sync.Once
	lines []int
	back  *sourcemap.Consumer // nil: unreadable
}

func newOrigin(source string, start, end int) *origin {
	o := &origin{source: source, lines: lineOffsets(source)}
	o.above = o.lineOf(start)
	o.below = o.lineOf(start+len(strings.TrimRight(source[start:end], " \t\r\n"))) + 1
	return o
}

// author returns the author's place of a place in the text that the engine runs;
// zero when there is none.
func (o *origin) author(line, column int) Pos {
	if o.lowered == nil {
		return o.wrapped(line, column-1)
	}
	line, units, ok := o.lowered.source(line, column-1)
	if !ok || line < 2 || line-1+o.above > len(o.lines) {
		return Pos{}
	}
	return o.wrapped(line, bytesOf(o.line(line-1+o.above), units))
}

// wrapped returns the author's place of a place in the code below one line of our
// own. What is past the code is its end.
func (o *origin) wrapped(line, column int) Pos {
	n := line - 1 + o.above
	if line < 2 {
		return Pos{}
	}
	if n > o.below {
		n, column = o.below, len(o.source)
	}
	text := o.line(n)
	return Pos{Line: n, Column: utf8.RuneCountInString(text[:min(max(column, 0), len(text))]) + 1}
}

// line returns the text of a line of the source, from 1.
func (o *origin) line(n int) string {
	end := len(o.source)
	if n < len(o.lines) {
		end = o.lines[n]
	}
	return strings.TrimRight(o.source[o.lines[n-1]:end], "\r\n\u2028\u2029")
}

// lineOf returns the number, from 0, of the line of an offset.
func (o *origin) lineOf(offset int) int {
	return sort.SearchInts(o.lines, offset+1) - 1
}

// errorAt describes what is wrong at an author's place.
func (o *origin) errorAt(message string, p Pos) *SyntaxError {
	e := &SyntaxError{Message: message, Pos: p}
	if p.Line > 0 {
		e.Line = clipLine(o.line(p.Line), p.Column)
	}
	return e
}

func syntaxErrorAt(source string, offset int, message string) *SyntaxError {
	o := newOrigin(source, 0, len(source))
	n := o.lineOf(offset)
	return o.errorAt(message, o.wrapped(n+2, offset-o.lines[n]))
}

func (l *loweredText) source(line, column int) (authorLine, units int, ok bool) {
	l.once.Do(func() {
		l.lines = lineOffsets(l.text)
		l.back, _ = sourcemap.Parse("", l.raw)
	})
	if l.back == nil || line < 1 || line > len(l.lines) {
		return 0, 0, false
	}
	text := l.text[l.lines[line-1]:]
	// The line that encloses the lowered code is not in the map.
	_, _, authorLine, units, ok = l.back.Source(line-1, unitsOf(text[:min(max(column, 0), len(text))]))
	return authorLine, units, ok
}

// lineOffsets returns where the lines of a text begin, by the language's rules.
func lineOffsets(s string) []int {
	offsets := []int{0}
	for i, r := range s {
		switch {
		case r == '\n', r == '\u2028', r == '\u2029', r == '\r' && !strings.HasPrefix(s[i+1:], "\n"):
			offsets = append(offsets, i+utf8.RuneLen(r))
		}
	}
	return offsets
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
