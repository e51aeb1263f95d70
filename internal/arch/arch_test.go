package arch

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/reprise-run/reprise/"

// pkg is what the go command tells about a package.
type pkg struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
	Deps       []string
}

// name is the import path within the module.
func (p pkg) name() string { return strings.TrimPrefix(p.ImportPath, module) }

// packages lists the packages of the module, test files left out.
func packages(t *testing.T) []pkg {
	t.Helper()
	// -e: a package that does not compile is reported by the compiler, not here.
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Dir,GoFiles,Imports,Deps", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			t.Fatalf("read go list: %v", err)
		}
		all = append(all, p)
	}
}

// arrows says what each package may import, of ours. "x/..." stands for x and all
// below it; the longest matching row counts. What has no row may import nothing.
var arrows = map[string][]string{
	"pkg/execution":        {"pkg/value"},
	"pkg/retry":            {},
	"pkg/value":            {},
	"pkg/shape":            {},
	"pkg/journal":          {"pkg/execution", "pkg/value"},
	"pkg/sandbox/...":      {"pkg/sandbox/...", "pkg/value"},
	"pkg/connector":        {"pkg/retry", "pkg/execution", "pkg/value"},
	"pkg/connector/...":    {"pkg/connector", "pkg/retry", "pkg/execution", "pkg/value"},
	"pkg/connector/config": {"pkg/connector/...", "pkg/retry", "pkg/execution", "pkg/value"},
	"pkg/stream":           {"pkg/journal", "pkg/execution", "pkg/value"},
	"pkg/retention":        {"pkg/stream", "pkg/journal", "pkg/execution"},
	"pkg/engine":           {"pkg/journal", "pkg/sandbox", "pkg/connector", "pkg/retry", "pkg/execution", "pkg/value"},
	"pkg/replay":           {"pkg/engine", "pkg/journal", "pkg/sandbox", "pkg/connector", "pkg/execution", "pkg/value"},
	"pkg/runner":           {"pkg/engine", "pkg/retention", "pkg/stream", "pkg/journal", "pkg/connector", "pkg/retry", "pkg/execution", "pkg/value"},
	"pkg/control":          {"pkg/journal", "pkg/retention", "pkg/connector", "pkg/stream", "pkg/execution", "pkg/value"},

	// The suites that implementations pass, and what only tests use.
	"pkg/journal/journaltest": {"pkg/journal", "pkg/execution", "pkg/value"},
	"internal/natstest":       {"internal/embedded"},
	"internal/fixture":        {"pkg/connector", "pkg/retry", "pkg/execution", "pkg/value"},
	"internal/crashtest":      {"pkg/...", "internal/..."},
	"internal/bench":          {"pkg/...", "internal/..."},

	// Wiring.
	"internal/hazard":            {"pkg/execution", "pkg/sandbox", "pkg/value"},
	"internal/workertest":        {},
	"internal/workertest/worker": {"pkg/sandbox/worker"},

	"internal/embedded": {},
	"internal/cli":      {},
	"internal/bundle":   {"pkg/sandbox/source"}, // the forms of code, so that they mean the same bundled
	"internal/executor": {"pkg/...", "internal/cli", "internal/embedded"},
	"cmd/...":           {"pkg/...", "internal/...", "cmd/..."},
	"examples/...":      {"pkg/..."},
}

func TestArrowsPointOneWay(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		allowed := lookup(p.name())
		for _, imported := range p.Imports {
			to, ours := strings.CutPrefix(imported, module)
			if ours && !slices.ContainsFunc(allowed, func(row string) bool { return covers(row, to) }) {
				t.Errorf("%s imports %s; it may import %v", p.name(), to, allowed)
			}
		}
	}
}

func TestTestHelpersStayInTests(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if slices.Contains(p.Imports, module+"internal/natstest") && p.name() != "internal/crashtest" {
			t.Errorf("%s imports internal/natstest", p.name())
		}
	}
}

// homes says where a library may be imported. A library ends in "/" to stand for
// all its packages.
var homes = []struct {
	library string
	homes   []string
	why     string
}{
	{"github.com/dop251/", []string{"pkg/sandbox/..."}, "scripts run in one place"},
	{"github.com/evanw/esbuild/", []string{"pkg/sandbox/...", "internal/bundle"}, "source is prepared where it runs, and bundled where its files are"},
	{"github.com/nats-io/", []string{
		"pkg/stream", "pkg/control", "pkg/connector/nats", "pkg/connector/config",
		"internal/natstest", "internal/embedded", "internal/cli", "internal/executor", "internal/crashtest", "internal/bench", "cmd/...",
	}, "the broker is behind pkg/stream"},
	{"github.com/spf13/cobra", []string{"cmd/...", "internal/cli"}, "flags are read at the edge"},
	{"charm.land/", []string{"cmd/..."}, "only commands draw"},
}

func TestLibrariesStayAtHome(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, h := range homes {
			if slices.ContainsFunc(h.homes, func(row string) bool { return covers(row, p.name()) }) {
				continue
			}
			for _, imported := range p.Imports {
				if matches(h.library, imported) {
					t.Errorf("%s imports %s: %s", p.name(), imported, h.why)
				}
			}
		}
	}
}

func TestSomePackagesNeverReachOut(t *testing.T) {
	t.Parallel()
	direct := map[string][]string{
		"pkg/sandbox": {"net", "net/http", "github.com/nats-io/"}, // scripts reach the world through the host alone
		"pkg/engine":  {"net", "net/http", "github.com/dop251/"},
	}
	// Compiles without a broker, so it is tested without one.
	deep := map[string]string{"pkg/engine": "github.com/nats-io/", "pkg/journal": "github.com/nats-io/", "pkg/sandbox": "github.com/nats-io/"}
	seen := 0
	for _, p := range packages(t) {
		for _, library := range direct[p.name()] {
			seen++
			if i := slices.IndexFunc(p.Imports, func(s string) bool { return matches(library, s) }); i >= 0 {
				t.Errorf("%s imports %s", p.name(), p.Imports[i])
			}
		}
		if library := deep[p.name()]; library != "" {
			if i := slices.IndexFunc(p.Deps, func(s string) bool { return matches(library, s) }); i >= 0 {
				t.Errorf("%s depends on %s", p.name(), p.Deps[i])
			}
		}
	}
	if seen == 0 {
		t.Error("none of the packages was found: the rule holds nothing")
	}
}

// lookup returns the row of arrows that fits name best.
func lookup(name string) []string {
	best, row := -1, []string(nil)
	for pattern, allowed := range arrows {
		if covers(pattern, name) && len(pattern) > best {
			best, row = len(pattern), allowed
		}
	}
	if exact, ok := arrows[name]; ok {
		return exact
	}
	return row
}

// covers reports whether a row's pattern stands for the package.
func covers(pattern, name string) bool {
	if root, all := strings.CutSuffix(pattern, "/..."); all {
		return name == root || strings.HasPrefix(name, root+"/")
	}
	return pattern == name
}

// matches reports whether an import is the library.
func matches(library, imported string) bool {
	if strings.HasSuffix(library, "/") {
		return strings.HasPrefix(imported, library)
	}
	return imported == library
}
