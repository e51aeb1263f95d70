package sandboxtest

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// row is one line of the table. The snippet is an expression or, with a return, the
// body of an async function. What it gives is shown as JSON; what it throws as
// "throws" and the error's name; what it prints line by line.
type row struct {
	feature, snippet, want string
	lines                  []string
}

// Language runs the language table in a sandbox.
func Language(t *testing.T, box sandbox.Sandbox) {
	t.Helper()
	for _, r := range table() {
		t.Run(strings.ReplaceAll(r.feature, "/", "-"), func(t *testing.T) {
			t.Parallel()
			host := &host{}
			if got := r.run(t, box, host); got != r.want {
				t.Errorf("%s\ngives %s\nwant  %s", r.snippet, got, r.want)
			}
			if r.lines != nil && !slices.Equal(host.lines, r.lines) {
				t.Errorf("%s\nprints %q\nwant   %q", r.snippet, host.lines, r.lines)
			}
		})
	}
}

// table is all rows.
func table() []row {
	return slices.Concat(syntaxRows(), loweredRows(), builtinRows(), iteratorRows(), textRows(),
		regexpRows(), localeRows(), intlRows(), webRows(), eventRows(), urlRows(), consoleRows(), formatRows(), strangeRows(), platformRows())
}

// start is the clock of every row: 2026-03-01T12:00:00Z.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func (r row) run(t *testing.T, box sandbox.Sandbox, host *host) string {
	t.Helper()
	result, err := box.Run(t.Context(), sandbox.Script{
		Source: source(r.snippet), Connectors: []string{"items"}, Seed: "seed", Now: start,
	}, host)
	if result.Thrown != nil {
		r.plain(t, result.Thrown.Message)
	}
	var syntax *sandbox.SyntaxError
	switch {
	case errors.As(err, &syntax):
		r.plain(t, syntax.Error())
		return "throws SyntaxError"
	case err != nil:
		return "fails: " + err.Error()
	case result.Thrown != nil:
		return "throws " + result.Thrown.Name
	case result.Invalid != nil:
		return "invalid: " + result.Invalid.Problem
	}
	var text string
	if err := json.Unmarshal(result.Value, &text); err != nil {
		return string(result.Value)
	}
	return text
}

// plain fails when an error lets something out of the engine.
func (r row) plain(t *testing.T, text string) {
	t.Helper()
	if w := Inward(text); w != "" && !strings.Contains(r.snippet, w) {
		t.Errorf("%s\nsays %q:\n%s", r.snippet, w, text)
	}
}

// source makes a snippet a script that gives its value as text.
func source(snippet string) string {
	body := "return (" + snippet + "\n);"
	if strings.Contains(snippet, "return ") || strings.Contains(snippet, "console.") {
		body = snippet
	}
	return "async () => {\nconst value = await (async () => {\n" + body + "\n})();\nreturn String(JSON.stringify(value));\n}"
}
