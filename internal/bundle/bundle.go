package bundle

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/reprise-run/reprise/pkg/sandbox/source"
)

// Script is code where its author has it.
type Script struct {
	Text string

	// Path is the file that the text was read from. Imports are relative to it; for
	// a script without a file, to Dir, and Name stands for it in errors.
	Path string
	Name string

	// Dir is the working directory, absolute: file names are shown relative to it.
	Dir string

	// Limit is how many bytes the bundle may have; zero: any number.
	Limit int
}

// Bundle is the one source that a script has become.
type Bundle struct {
	Text string

	// Made is false when the script imports nothing: Text is what was given.
	Made bool
}

// Make bundles a script with what it imports. It reads the files that the script
// imports, and returns an [*Error] when one is missing or cannot be bundled.
func Make(s Script) (Bundle, error) {
	if !mayImport(s.Text) {
		return Bundle{Text: s.Text}, nil
	}
	if _, why := source.Nesting(s.Text); why != "" {
		return Bundle{Text: s.Text}, nil // no parser may see it; the executor says what is wrong
	}
	s.Dir, s.Path = followed(s.Dir), followed(s.Path)
	e, err := readEntry(s)
	if err != nil {
		return Bundle{}, named(err, s)
	}
	if e.imports == 0 {
		return Bundle{Text: s.Text}, nil
	}
	text, err := e.pack()
	if err != nil {
		return Bundle{}, err
	}
	return Bundle{Text: text, Made: true}, nil
}

// followed follows the links of a path, as esbuild does for what it reads: otherwise
// names would lead from one to the other through all of the file system.
func followed(path string) string {
	if to, err := filepath.EvalSymlinks(path); err == nil && path != "" {
		return to
	}
	return path
}

// named puts the script's name into the problems of a script that does not parse.
func named(err error, s Script) error {
	var bad *Error
	if !errors.As(err, &bad) {
		return err
	}
	for i := range bad.Problems {
		bad.Problems[i].File = s.shown()
	}
	return bad
}

// shown returns the script's name as errors show it.
func (s Script) shown() string {
	if s.Path == "" {
		return s.Name
	}
	rel, err := filepath.Rel(s.Dir, s.Path)
	if err != nil {
		return filepath.Base(s.Path)
	}
	return shownName(filepath.ToSlash(rel), s.Dir)
}

// dir returns where the script's imports are looked up.
func (s Script) dir() string {
	if s.Path == "" {
		return s.Dir
	}
	return filepath.Dir(s.Path)
}

// pack returns the bundle in the first form that fits the limit: each gives up
// something that errors show.
func (e *entry) pack() (string, error) {
	var built *output
	for _, minify := range []bool{false, true} {
		var err error
		if built, err = e.build(minify); err != nil {
			return "", err
		}
		for _, detail := range []detail{{words, true}, {lines, true}, {nothing, true}, {nothing, false}} {
			text, err := built.text(detail)
			if err != nil {
				return "", err
			}
			if e.script.Limit == 0 || len(text) <= e.script.Limit {
				return text, nil
			}
		}
	}
	return "", built.tooLarge()
}

// computed makes warnings of imports whose name is not known before they run, and nothing
// of those that nobody reads.
func computed() map[string]api.LogLevel {
	all := map[string]api.LogLevel{
		"unsupported-dynamic-import": api.LogLevelWarning,
		"unsupported-require-call":   api.LogLevelWarning,
	}
	for _, id := range source.Needless() {
		all[id] = api.LogLevelSilent
	}
	return all
}

// isComputed reports whether a message is about such an import. Patterns of files
// are bundled: there it says that no file fits.
func isComputed(m api.Message) bool {
	return m.ID == "unsupported-dynamic-import" || m.ID == "unsupported-require-call" || m.ID == "empty-glob"
}

func (e *entry) options(minify bool) api.BuildOptions {
	o := api.BuildOptions{
		AbsWorkingDir: e.script.Dir, Outfile: filepath.Join(e.script.Dir, "bundle.js"),
		Bundle: true, Metafile: true, Format: api.FormatESModule, Charset: api.CharsetUTF8,
		Target: api.ESNext, Supported: source.Lowered(),
		LegalComments: api.LegalCommentsNone, MinifyWhitespace: minify,
		Sourcemap: api.SourceMapExternal, SourcesContent: api.SourcesContentInclude,
		// What packages have for browsers needs the least from where it runs.
		Platform: api.PlatformBrowser, MainFields: []string{"browser", "module", "main"},
		Define:   map[string]string{"process.env.NODE_ENV": `"production"`, "global": "globalThis"},
		LogLevel: api.LogLevelSilent, LogOverride: computed(),
	}
	if minify {
		o.LineLimit = 200
	}
	return o
}

// build runs esbuild.
func (e *entry) build(minify bool) (*output, error) {
	o := e.options(minify)
	imports := newResolver(e.script.Dir)
	o.Plugins = []api.Plugin{imports.plugin()}
	if e.script.Path == "" {
		o.Stdin = &api.StdinOptions{Contents: e.text, ResolveDir: e.script.Dir, Sourcefile: e.script.Name, Loader: e.loader}
	} else {
		o.EntryPoints = []string{e.script.Path}
		o.Plugins = append(o.Plugins, e.loadPlugin())
	}
	o.Plugins = append(o.Plugins, guardPlugin(e.script.Dir))
	r := api.Build(o)
	if err := e.failed(r, imports); err != nil {
		return nil, err
	}
	out := &output{entry: e}
	if err := json.Unmarshal([]byte(r.Metafile), &out.meta); err != nil {
		return nil, fmt.Errorf("read what was bundled: %w", err)
	}
	for _, f := range r.OutputFiles {
		switch filepath.Ext(f.Path) {
		case ".js":
			out.code = string(f.Contents)
		case ".map":
			m, err := source.ParseMap(f.Contents)
			if err != nil {
				return nil, err
			}
			out.back = m
		}
	}
	return out, nil
}

// loadPlugin gives esbuild the module in place of the script's file.
func (e *entry) loadPlugin() api.Plugin {
	return api.Plugin{Name: "script", Setup: func(b api.PluginBuild) {
		b.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: "file"}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
			if !e.isScript(a.Path) {
				return api.OnLoadResult{}, nil
			}
			return api.OnLoadResult{Contents: &e.text, Loader: e.loader, ResolveDir: filepath.Dir(a.Path)}, nil
		})
	}}
}

// isScript reports whether a file is the script's, links followed.
func (e *entry) isScript(path string) bool {
	if path == e.script.Path {
		return true
	}
	if filepath.Base(path) != filepath.Base(e.script.Path) {
		return false
	}
	a, errA := os.Stat(path)
	b, errB := os.Stat(e.script.Path)
	return errA == nil && errB == nil && os.SameFile(a, b)
}

// failed returns what is wrong with the script or what it imports. Imports of
// computed names are wrong where the author wrote them; packages have other ways.
func (e *entry) failed(r api.BuildResult, imports *resolver) error {
	bad := &Error{}
	for _, m := range r.Errors {
		p, hint := imports.explain(m)
		bad.add(e.locate(p), hint)
	}
	for _, m := range r.Warnings {
		if !isComputed(m) || m.Location == nil || packageAt(m.Location.File) != "" {
			continue
		}
		p := problem(m)
		if m.ID != "empty-glob" {
			p.Message = "cannot import a name that is computed"
		}
		bad.add(e.locate(p), hintLiteral)
	}
	if len(bad.Problems) == 0 {
		return nil
	}
	return bad
}

func (e *Error) add(p Problem, hint string) {
	e.Problems = append(e.Problems, p)
	if e.Hint == "" {
		e.Hint = hint
	}
}

// locate gives a problem the names and places that the author knows.
func (e *entry) locate(p Problem) Problem {
	if p.File == "" {
		return p
	}
	own := p.File == e.script.Name
	if e.script.Path != "" {
		own = e.isScript(filepath.Join(e.script.Dir, filepath.FromSlash(p.File)))
	}
	if own {
		p = e.place(p)
		p.File = e.script.shown()
		return p
	}
	p.File = shownName(p.File, e.script.Dir)
	return p
}

// shownName returns a file's path, relative to a directory, as it is shown: files of
// packages from node_modules on, others without the names of directories between
// the two when they share nothing but the root.
func shownName(path, dir string) string {
	if _, inside, found := cutLast(path, "node_modules/"); found {
		return "node_modules/" + inside
	}
	up := 0
	for rest := path; strings.HasPrefix(rest, "../"); rest = rest[3:] {
		up++
	}
	depth := 0
	if root := strings.Trim(filepath.ToSlash(dir), "/"); root != "" {
		depth = strings.Count(root, "/") + 1
	}
	parts := strings.Split(path, "/")
	if filepath.IsAbs(path) || up >= depth {
		return strings.Join(parts[max(0, len(parts)-2):], "/")
	}
	return path
}
