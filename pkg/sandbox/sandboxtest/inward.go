package sandboxtest

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// inward is what only somebody inside of the engine would say: addresses in memory, its
// own positions and types, the places and words of Go.
var inward = regexp.MustCompile(`0x[0-9a-f]{5,}|github\.com/|dop251|\bgoja\b|regexp2|\w\.go:\d+|runtime error|goroutine \d|` +
	`Line \d+:\d+|\(anonymous\): |<eval>|&\{|%!|\*\w+\.\w+\b|strconv\.|\bint64\b|interface \{\}`)

// Inward returns what a text, which is shown to people, lets out of the engine; empty when
// it is nothing.
func Inward(text string) string { return inward.FindString(text) }

// Errors runs scripts that go wrong in a sandbox: what is said of them has the author's
// names and places, and nothing of the engine.
func Errors(t *testing.T, box sandbox.Sandbox) {
	t.Helper()
	for i, code := range wrong() {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			for _, source := range []string{
				code,
				"async () => {\n" + code + "\n}",
				"try {" + code + "\n} catch (e) { throw new Error('again: ' + e, {cause: e}) }",
				"try {" + code + "\n} catch (e) { console.log(e, e.message); return [String(e), e.message, e] }",
			} {
				text := said(t, box, source)
				if w := Inward(text); w != "" && !strings.Contains(source, w) {
					t.Errorf("%s\nsays %q:\n%s", source, w, text)
				}
			}
		})
	}
}

// said runs a script and returns everything that it, or its end, says.
func said(t *testing.T, box sandbox.Sandbox, source string) string {
	t.Helper()
	host := &host{}
	r, err := box.Run(t.Context(), sandbox.Script{Source: source, Connectors: []string{"items"}, Seed: "seed", Now: start}, host)
	text := fmt.Sprint(host.lines, " ", string(r.Value))
	if err != nil && !errors.Is(err, errStuck) {
		text += err.Error()
	}
	if r.Invalid != nil {
		text += r.Invalid.Problem
	}
	if x := r.Thrown; x != nil {
		text += fmt.Sprint(x.Name, " ", x.Message, " ", x.Pos, " ", x.Causes)
	}
	return text
}
