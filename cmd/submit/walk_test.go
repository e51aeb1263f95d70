package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/internal/natstest"
)

// step is a command of a walk and what it prints.
type step struct {
	line    int
	command string
	want    []string
}

// walk reads the blocks of a document that are marked "console": after "$ " stands a
// command, then what it prints. "…" stands for anything; alone, for any lines.
func walk(t *testing.T, path string) []step {
	t.Helper()
	var steps []step
	inside := false
	for i, line := range strings.Split(read(t, path), "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
		case !inside:
		case strings.HasPrefix(line, "$ "):
			steps = append(steps, step{line: i + 1, command: line[2:]})
		case len(steps) > 0 && strings.HasPrefix(line, "> "):
			steps[len(steps)-1].command += "\n" + line[2:]
		case len(steps) > 0:
			steps[len(steps)-1].want = append(steps[len(steps)-1].want, line)
		}
	}
	return steps
}

// pattern matches the output of a step.
func (s step) pattern() *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?s)^`)
	for _, line := range s.want {
		if line == "…" {
			b.WriteString(`(?:[^\n]*\n)*?`)
			continue
		}
		b.WriteString(strings.ReplaceAll(regexp.QuoteMeta(line), "…", `[^\n]*`) + `\n`)
	}
	return regexp.MustCompile(b.String() + `$`)
}

// Every command of the walk does what the walk says: one shell runs them all, against
// one server with one executor.
func TestWalk(t *testing.T) {
	t.Parallel()
	server := natstest.Run(t)
	serve(t, server.Conn())
	steps := walk(t, "../../docs/WALK.md")
	if len(steps) < 10 {
		t.Fatalf("found %d commands in the walk, want more: has its form changed?", len(steps))
	}
	var script strings.Builder
	for i, s := range steps {
		fmt.Fprintf(&script, "%s\nprintf '\\036%d\\n'\n", s.command, i)
	}
	dir := t.TempDir()
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(examples, filepath.Join(dir, "examples")); err != nil {
		t.Fatal(err)
	}
	shell := exec.CommandContext(t.Context(), "sh")
	shell.Dir, shell.Stdin = dir, strings.NewReader(script.String())
	shell.Env = append(os.Environ(), "NATS_URL="+server.URL(), "USER=you", "TERM=dumb")
	out, err := shell.CombinedOutput()
	if err != nil {
		t.Errorf("the shell: %v", err)
	}
	rest := string(out)
	for i, s := range steps {
		got, after, ok := strings.Cut(rest, fmt.Sprintf("\x1e%d\n", i))
		if !ok {
			t.Fatalf("line %d: %s: the shell ended here:\n%s", s.line, s.command, rest)
		}
		if rest = after; !s.pattern().MatchString(got) {
			t.Errorf("line %d: %s prints\n%s\nthe walk says\n%s", s.line, s.command, got, strings.Join(s.want, "\n"))
		}
	}
}
