package sandbox

import (
	"net/url"
	"strings"
	"sync"
	"unicode"

	"github.com/reprise-run/reprise/pkg/sandbox/source"
)

// bundledSource is what the source map at the end of a submission says. Whoever
// submits may write anything there: what it says is shown to people and decides
// nothing. It is read when a place is first asked for; one that cannot be read is
// as if there were none.
type bundledSource struct {
	at      int // where the comment begins
	encoded string

	once  sync.Once
	back  *source.Map // nil: unreadable
	files []bundledFile
}

// bundledFile is one of the sources that a bundle was made of.
type bundledFile struct {
	name  string
	text  string
	lines []int // nil: the text is not in the map
}

// author returns the place that a place of the bundle comes from, both counted from
// 0; zero when it comes from none. It reports false when the map cannot tell.
func (b *bundledSource) author(line, units int) (Pos, bool) {
	b.once.Do(b.read)
	if b.back == nil {
		return Pos{}, false
	}
	s, ok := b.back.Find(line, units)
	if !ok {
		return Pos{}, true
	}
	f := b.files[s.Source]
	pos := Pos{File: f.name, Line: int(s.SourceLine) + 1, Column: int(s.SourceColumn) + 1}
	if f.lines != nil {
		text := lineOf(f.text, f.lines, pos.Line)
		pos.Column = len([]rune(text[:bytesOf(text, int(s.SourceColumn))])) + 1
	}
	return pos, true
}

func (b *bundledSource) read() {
	m, err := source.ParseInline(b.encoded)
	if err != nil {
		return
	}
	b.back, b.files = m, make([]bundledFile, len(m.Sources))
	for i, name := range m.Sources {
		f := &b.files[i]
		f.name = fileName(name)
		if i < len(m.Contents) && m.Contents[i] != nil {
			f.text = *m.Contents[i]
			f.lines = source.Lines(f.text)
		}
	}
}

// line returns the text of the line at a place; empty when it is not known.
func (b *bundledSource) line(p Pos) string {
	for _, f := range b.files {
		if f.name == p.File {
			return lineOf(f.text, f.lines, p.Line)
		}
	}
	return ""
}

// fileName returns the name of a source as it is shown: on one line, and not long.
func fileName(address string) string {
	name, err := url.PathUnescape(address)
	if err != nil {
		name = address
	}
	return shownName(name)
}

// shownName makes a name fit for errors.
func shownName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, "\uFFFD"))
	if name == "" {
		return "(no name)"
	}
	return clipRunes(name, maxLine)
}
