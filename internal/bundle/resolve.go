package bundle

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/evanw/esbuild/pkg/api"
)

// What to do about an import that is refused.
const (
	hintBuiltin = "scripts have no Node.js modules: use a connector, what the language has, or a package that runs in browsers too"
	hintInstall = "install the package where the script is: npm install %s"
	hintURL     = "install the package and import it by its name"
	hintLiteral = "import needs the name as a literal, so that it can be bundled"
)

// builtins are the modules of Node.js. Packages of the same names exist for some:
// where one is installed it is taken.
var builtins = strings.Fields(`assert async_hooks buffer child_process cluster console constants crypto dgram
	diagnostics_channel dns domain events fs http http2 https inspector module net os path perf_hooks process
	punycode querystring readline repl stream string_decoder sys timers tls trace_events tty url util v8 vm wasi
	worker_threads zlib`)

func isBuiltin(name string) bool {
	top, _, _ := strings.Cut(name, "/")
	return strings.HasPrefix(name, "node:") || slices.Contains(builtins, top)
}

// resolver says why an import cannot be bundled. esbuild decides that it cannot:
// what a package tries to require, and does without, is no error.
type resolver struct {
	dir string // that the files of messages are relative to

	mu      sync.Mutex // guards the fields below
	imports map[imported]api.OnResolveArgs
	from    map[string]string    // the file that first imported a package
	refused map[imported]refusal // what esbuild could not bundle
}

// imported is one import of a file.
type imported struct{ importer, name string }

// refusal is what people are told about an import.
type refusal struct {
	message, hint string
	notes         []string
}

func newResolver(dir string) *resolver {
	return &resolver{
		dir: dir, imports: map[imported]api.OnResolveArgs{}, from: map[string]string{}, refused: map[imported]refusal{},
	}
}

func (r *resolver) plugin() api.Plugin {
	return api.Plugin{Name: "imports", Setup: func(b api.PluginBuild) {
		b.OnResolve(api.OnResolveOptions{Filter: ".*"}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			return r.note(a), nil
		})
		// To ask where an import leads is slow: only those that failed are looked at.
		b.OnEnd(func(result *api.BuildResult) (api.OnEndResult, error) {
			for _, m := range result.Errors {
				if a, found := r.importAt(m); found {
					r.refuse(b, a)
				}
			}
			return api.OnEndResult{}, nil
		})
	}}
}

// note remembers an import, and leaves it to esbuild. Addresses would stay in the
// bundle.
func (r *resolver) note(a api.OnResolveArgs) api.OnResolveResult {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a.PluginData != nil || a.Importer == "" {
		return api.OnResolveResult{}
	}
	r.imports[imported{a.Importer, a.Path}] = a
	if name := packageOf(a.Path); r.from[name] == "" && packageAt(a.Importer) != name {
		r.from[name] = a.Importer
	}
	if isAddress(a.Path) {
		return api.OnResolveResult{Errors: []api.Message{{Text: "cannot import an address"}}}
	}
	return api.OnResolveResult{}
}

func isAddress(name string) bool {
	return strings.HasPrefix(name, "//") || strings.HasPrefix(name, "http:") || strings.HasPrefix(name, "https:")
}

// importAt returns the import that an error is about: it stands at the name, in its
// quotes.
func (r *resolver) importAt(m api.Message) (api.OnResolveArgs, bool) {
	at := m.Location
	if at == nil || at.Column+at.Length > len(at.LineText) || at.Length < 2 {
		return api.OnResolveArgs{}, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	name := at.LineText[at.Column+1 : at.Column+at.Length-1]
	a, found := r.imports[imported{filepath.Join(r.dir, filepath.FromSlash(at.File)), name}]
	return a, found
}

// refuse finds out what to say about an import that failed, if it leads nowhere.
func (r *resolver) refuse(b api.PluginBuild, a api.OnResolveArgs) {
	var f refusal
	found := b.Resolve(a.Path, api.ResolveOptions{
		Importer: a.Importer, Namespace: a.Namespace, ResolveDir: a.ResolveDir, Kind: a.Kind, With: a.With, PluginData: r,
	})
	switch {
	case isAddress(a.Path):
		f.message, f.hint = fmt.Sprintf("cannot import %q: nothing is fetched from the network", a.Path), hintURL
	case len(found.Errors) == 0:
		return
	case isBuiltin(a.Path):
		f.message, f.hint = fmt.Sprintf("cannot import %q: it is a module of Node.js", a.Path), hintBuiltin
	case strings.HasPrefix(a.Path, "."), filepath.IsAbs(a.Path):
		f.message = fmt.Sprintf("cannot import %q: there is no such file", a.Path)
	default:
		f.message = fmt.Sprintf("cannot import %q: it is not installed", a.Path)
		f.hint = fmt.Sprintf(hintInstall, packageOf(a.Path))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if way := r.way(a.Importer); way != "" {
		f.notes = append(f.notes, way)
	}
	r.refused[imported{a.Importer, a.Path}] = f
}

// explain returns what people are told about an error of esbuild, and the hint.
func (r *resolver) explain(m api.Message) (Problem, string) {
	p := problem(m)
	a, found := r.importAt(m)
	if !found {
		return p, ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	f, known := r.refused[imported{a.Importer, a.Path}]
	if !known {
		return p, ""
	}
	p.Message, p.Notes = f.message, f.notes
	for _, n := range m.Notes {
		if n.Location != nil { // in a package.json; the others advise options of esbuild
			p.Message, f.hint = fmt.Sprintf("cannot import %q", a.Path), ""
			p.Notes = append(p.Notes, fmt.Sprintf("%s:%d: %s", n.Location.File, n.Location.Line, n.Text))
		}
	}
	return p, f.hint
}

// way says which package an import is in, and which file of the author's asked for
// it; nothing when the author wrote the import.
func (r *resolver) way(importer string) string {
	name := packageAt(importer)
	if name == "" {
		return ""
	}
	way := "in the package " + name
	for range 20 { // imports may be circular
		importer = r.from[name]
		if name = packageAt(importer); name == "" {
			break
		}
		way += ", imported by " + name
	}
	if name == "" && importer != "" {
		way += ", imported by " + filepath.Base(importer)
	}
	return way
}

// packageAt returns the name of the package that a file belongs to; empty for the
// author's own.
func packageAt(file string) string {
	_, inside, found := cutLast(filepath.ToSlash(file), "node_modules/")
	if !found {
		return ""
	}
	return packageOf(inside)
}

// packageOf returns the package of an import: its first name, or two for a scope.
func packageOf(path string) string {
	parts := strings.SplitN(path, "/", 3)
	if strings.HasPrefix(path, "@") && len(parts) > 1 {
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
