package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// deterministic lists the packages that must do the same in a replay: clock, chance
// and environment enter them once, from outside.
var deterministic = []string{"pkg/engine", "pkg/journal", "pkg/sandbox"}

// forbidden are functions that differ from run to run.
var forbidden = map[string][]string{
	"time": {"Now"},
	"os":   {"Getenv", "LookupEnv", "Environ", "ExpandEnv"},
}

// seeded is all that may be used of math/rand/v2, and in the sandbox alone: a
// generator that is made from a seed. The functions of the package draw from chance.
var seeded = []string{"NewChaCha8", "ChaCha8", "New", "Rand"}

func TestReplaysReadNoClockNoChanceNoEnvironment(t *testing.T) {
	t.Parallel()
	files := 0
	for _, p := range packages(t) {
		for _, name := range deterministic {
			if p.name() != name {
				continue
			}
			for _, file := range p.GoFiles {
				files++
				for _, problem := range inspect(t, p.name(), filepath.Join(p.Dir, file)) {
					t.Errorf("%s/%s", p.name(), problem)
				}
			}
		}
	}
	if files == 0 {
		t.Error("no file was read: the rule holds nothing")
	}
}

// inspect returns the forbidden uses in one file.
func inspect(t *testing.T, pkgName, path string) []string {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatalf("parse %s: %v", path, err)
	}
	var problems []string
	local := map[string]string{} // the name in the file: the package
	for _, im := range f.Imports {
		imported, err := strconv.Unquote(im.Path.Value)
		if err != nil {
			t.Fatalf("%s: import %s: %v", path, im.Path.Value, err)
		}
		name := strings.TrimSuffix(imported, "/v2")
		name = name[strings.LastIndex(name, "/")+1:]
		if im.Name != nil {
			name = im.Name.Name
		}
		local[name] = imported
		if imported == "math/rand" || imported == "crypto/rand" || imported == "math/rand/v2" && pkgName != "pkg/sandbox" {
			problems = append(problems, where(set, im)+" imports "+imported)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && differs(local[x.Name], sel.Sel.Name) {
			problems = append(problems, where(set, sel)+" uses "+local[x.Name]+"."+sel.Sel.Name)
		}
		return true
	})
	return problems
}

// differs reports whether the name of the package may give another result in a replay.
func differs(imported, name string) bool {
	list := forbidden[imported]
	if imported == "math/rand/v2" {
		for _, ok := range seeded {
			if name == ok {
				return false
			}
		}
		return true
	}
	for _, bad := range list {
		if name == bad {
			return true
		}
	}
	return false
}

func where(set *token.FileSet, n ast.Node) string {
	at := set.Position(n.Pos())
	return filepath.Base(at.Filename) + ":" + strconv.Itoa(at.Line)
}
