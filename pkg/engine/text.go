package engine

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// codeFailed is the text of an execution that its code ended: the message, its
// place in the author's source with the line there, what it comes from, what was
// printed, and a hint where one helps.
func (p *pass) codeFailed(t sandbox.Thrown) string {
	var b strings.Builder
	b.WriteString("Code execution failed: ")
	b.WriteString(t.Message)
	if t.Pos.Line > 0 {
		fmt.Fprintf(&b, " at %v", t.Pos)
		if t.Line != "" {
			b.WriteString("\n  " + t.Line)
		}
	}
	for _, cause := range t.Causes {
		b.WriteString("\ncaused by: " + cause)
	}
	if lines := p.console.output(); len(lines) > 0 {
		b.WriteString("\n\nConsole output:\n")
		b.WriteString(strings.Join(lines, "\n"))
	}
	if t.Undefined != "" {
		fmt.Fprintf(&b, "\n\nThe only globals available are `%s`.",
			strings.Join(append(p.visible(), "codemode"), ", "))
	}
	return b.String()
}

// clip shortens a text for a message to about n bytes, whole characters only.
func clip(text []byte, n int) string {
	if text == nil {
		return "no argument"
	}
	if len(text) <= n {
		return string(text)
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return string(text[:n]) + "…"
}
