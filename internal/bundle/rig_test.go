package bundle_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/bundle"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// files are what a test has on disk, by path.
type files map[string]string

// write puts the files into a directory of their own.
func (f files) write(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range f {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// script returns a file of dir as a script.
func script(t *testing.T, dir, name string) bundle.Script {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return bundle.Script{Text: string(text), Path: path, Dir: dir}
}

// made bundles a script that has imports.
func made(t *testing.T, s bundle.Script) string {
	t.Helper()
	b, err := bundle.Make(s)
	if err != nil {
		t.Fatalf("bundle %q: %v", s.Text, err)
	}
	if !b.Made {
		t.Fatalf("bundle %q: it was left as it is", s.Text)
	}
	return b.Text
}

// host answers no call.
type host struct{}

func (host) Print(string) {}
func (host) Turn(context.Context, []sandbox.Op) (sandbox.Event, error) {
	return sandbox.Event{}, errors.New("nothing is outstanding")
}

// run runs code with an input, as an executor does.
func run(t *testing.T, code string) sandbox.Result {
	t.Helper()
	r, err := sandbox.NewInProcess(sandbox.Config{}).Run(t.Context(), sandbox.Script{
		Source: code, Input: json.RawMessage(`"the input"`), Seed: "a", Now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}, host{})
	if err != nil {
		t.Fatalf("run: %v\n%s", err, code)
	}
	return r
}

// gives checks what code returns.
func gives(t *testing.T, code, want string) {
	t.Helper()
	r := run(t, code)
	if r.Thrown != nil {
		t.Errorf("thrown %q at %v, want the result %s", r.Thrown.Message, r.Thrown.Pos, want)
	} else if got := string(r.Value); got != want {
		t.Errorf("result %s, want %s", got, want)
	}
}
