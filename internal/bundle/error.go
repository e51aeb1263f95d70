package bundle

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/evanw/esbuild/pkg/api"
)

// maxProblems is how many problems of one script are told.
const maxProblems = 5

// Error is returned by [Make] when a script cannot be bundled.
type Error struct {
	Problems []Problem

	// Hint says what to do, in one line; it may be empty.
	Hint string
}

func (e *Error) Error() string {
	var lines []string
	for i, p := range e.Problems {
		if i == maxProblems {
			lines = append(lines, fmt.Sprintf("and %d more", len(e.Problems)-i))
			break
		}
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// Problem is one thing that is wrong with a script or what it imports.
type Problem struct {
	Message string

	// Where, counted from 1; File is empty when no place is known.
	File         string
	Line, Column int
	Text         string // of the line

	// Notes say more, one line each.
	Notes []string
}

// String shows the problem on a line of its own, with the line of source below it.
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		fmt.Fprintf(&b, "%s:%d:%d: ", p.File, p.Line, p.Column)
	}
	b.WriteString(p.Message)
	if p.Text != "" {
		b.WriteString("\n  " + clip(strings.TrimRight(p.Text, "\r\n")))
	}
	for _, n := range p.Notes {
		b.WriteString("\n  " + n)
	}
	return b.String()
}

// maxText is how many characters of a line are shown.
const maxText = 200

func clip(line string) string {
	if utf8.RuneCountInString(line) <= maxText {
		return line
	}
	return string([]rune(line)[:maxText]) + "…"
}

// problem returns what a message of esbuild says.
func problem(m api.Message) Problem {
	p := Problem{Message: m.Text}
	if at := m.Location; at != nil {
		p.File, p.Line, p.Text = at.File, at.Line, at.LineText
		p.Column = utf8.RuneCountInString(at.LineText[:min(at.Column, len(at.LineText))]) + 1
	}
	return p
}
