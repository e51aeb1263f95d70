package bundle

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/reprise-run/reprise/pkg/sandbox/source"
)

// maxDeclarations bounds how often a script is parsed: once for each group of
// imports, and for each export, that stands in its statements.
const maxDeclarations = 1000

// entry is the script as a module.
//
// A module with a default export is one already. Everything else is statements: the
// body of a function, with returns and a last expression. They become the default
// export, an arrow function whose parameter tells the sandbox what it is, and
// the imports go before it, on one line, so that the lines of the script are those
// of the module, one below.
type entry struct {
	script Script
	loader api.Loader
	code   []byte // the script, its fence blanked
	text   string // of the module

	wrapped bool
	moved   []moved
	exports source.Exports
	imports int // that do something
}

// moved is a token of an import, now in the first line of the module.
type moved struct {
	start int // offset in that line
	at    int // offset in the script
}

// mayImport reports whether it is worth to look: what has none of the words has no
// import.
func mayImport(text string) bool {
	return strings.Contains(text, "import") || strings.Contains(text, "require") ||
		strings.Contains(text, "export") && strings.Contains(text, "from")
}

// readEntry finds out what the script imports, and makes a module of it. Scripts
// that name no language are TypeScript, in which an import that is not used
// has no effect; files named .js are, if they parse, JavaScript.
func readEntry(s Script) (*entry, error) {
	var first error
	for _, loader := range loaders(s.Path) {
		e, err := readAs(s, loader)
		if err == nil {
			return e, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

func loaders(path string) []api.Loader {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".js", ".mjs", ".cjs":
		return []api.Loader{api.LoaderJS, api.LoaderTS}
	case ".jsx":
		return []api.Loader{api.LoaderJSX}
	case ".tsx":
		return []api.Loader{api.LoaderTSX}
	}
	return []api.Loader{api.LoaderTS}
}

// readAs reads the script in one language. What does not parse and imports nothing
// that can be seen is left to the executor, whose errors name the author's place.
func readAs(s Script, loader api.Loader) (*entry, error) {
	e := &entry{script: s, loader: loader, code: plainCode(s.Text)}
	if m := crowded(string(e.code), loader); m != nil {
		return nil, &Error{Problems: []Problem{problem(*m)}}
	}
	module := look(string(e.code), loader, s.dir())
	if module.result {
		e.text, e.imports = string(e.code), module.imports
		if e.imports > 0 {
			return e, nil
		}
	}
	failed := e.wrap()
	if failed == nil {
		e.imports = max(e.imports, module.imports, look(e.text, loader, s.dir()).imports)
	}
	switch {
	case e.imports == 0:
		return e, nil
	case module.result, failed != nil && module.ok:
		e.text, e.wrapped, e.moved = string(e.code), false, nil
	case failed != nil:
		return nil, &Error{Problems: []Problem{e.place(problem(*failed))}}
	}
	return e, nil
}

// plainCode returns the code of a script in its place: the fence around it is
// blank, its line ends stay.
func plainCode(text string) []byte {
	start, end := source.Unfence(text)
	code := []byte(text[:end])
	for i, c := range code[:start] {
		if c != '\n' {
			code[i] = ' '
		}
	}
	source.HideHashbang(code[start:])
	return code
}

// wrap makes a module of statements. It returns what does not parse.
func (e *entry) wrap() *api.Message {
	code := []byte(string(e.code))
	var head strings.Builder
	for range maxDeclarations {
		e.join(head.String(), code)
		m := parse(e.text, e.loader)
		if m == nil {
			e.wrapped = true
			return nil
		}
		if m.Location == nil {
			return m
		}
		at := source.Offset(code, m.Location.Line-2, m.Location.Column)
		if at < 0 || !e.move(&head, code, at) && !e.exports.Strip(code, at) {
			return m
		}
	}
	return &api.Message{Text: "too many imports and exports among the statements"}
}

// parse returns what does not parse in a module; nil if it does.
func parse(text string, loader api.Loader) *api.Message {
	if errs := problems(text, loader); len(errs) > 0 {
		return &errs[0]
	}
	return nil
}

// problems returns all that does not parse in a module.
func problems(text string, loader api.Loader) []api.Message {
	return api.Transform(text, api.TransformOptions{
		Loader: loader, Target: api.ESNext, LogLevel: api.LogLevelSilent, LogOverride: computed(),
	}).Errors
}

// join puts the module together.
func (e *entry) join(head string, code []byte) {
	e.text = head + e.exports.Declare() + "export default async (" + source.InputName + ") => {\n" +
		string(code) + "\n" + e.exports.Return() + "\n};\n"
}

// move moves the import before an offset of the code, and those that follow it, to
// the head.
func (e *entry) move(head *strings.Builder, code []byte, at int) bool {
	d, found := source.ImportBefore(code, at)
	if !found {
		return false
	}
	for found {
		d.Hide(code)
		if !d.Type {
			e.imports++
			for _, token := range d.Tokens {
				e.moved = append(e.moved, moved{start: head.Len(), at: token.At})
				head.WriteString(token.Text + " ")
			}
			head.WriteString("; ")
		}
		d, found = source.ImportAt(code, d.End)
	}
	return true
}

// place returns a problem in the module as one in the script.
func (e *entry) place(p Problem) Problem {
	if !e.wrapped && e.text == string(e.code) || p.Line == 0 {
		return p
	}
	if p.Line > 1 {
		p.Line--
		if code := strings.TrimRight(string(e.code), " \t\r\n"); p.Line > len(source.Lines(string(e.code))) {
			p.Message = "Unexpected end of the code"
			p.Line = len(source.Lines(code))
			p.Column = utf8.RuneCountInString(code[strings.LastIndexByte(code, '\n')+1:]) + 1
		}
		return e.show(p)
	}
	for _, m := range slices.Backward(e.moved) {
		if m.start < p.Column {
			lines := source.Lines(e.script.Text[:m.at])
			p.Line = len(lines)
			p.Column = utf8.RuneCountInString(e.script.Text[lines[p.Line-1]:m.at]) + 1
			return e.show(p)
		}
	}
	p.Line, p.Column, p.Text = 0, 0, ""
	return p
}

// show puts the line as the author wrote it into a problem.
func (e *entry) show(p Problem) Problem {
	lines := strings.Split(e.script.Text, "\n")
	if p.Line <= len(lines) {
		p.Text = lines[p.Line-1]
	}
	return p
}

// seen is what a module imports and exports, by itself.
type seen struct {
	ok      bool // it parses
	imports int
	result  bool // it has a default export
}

// look parses a module; its imports are not followed. Patterns of files are, as far
// as their names.
func look(text string, loader api.Loader, dir string) seen {
	const name = "<script>"
	outside := api.Plugin{Name: "outside", Setup: func(b api.PluginBuild) {
		b.OnResolve(api.OnResolveOptions{Filter: ".*"}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			return api.OnResolveResult{Path: a.Path, External: true}, nil
		})
		b.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: "file"}, func(api.OnLoadArgs) (api.OnLoadResult, error) {
			return api.OnLoadResult{Contents: new(string)}, nil
		})
	}}
	r := api.Build(api.BuildOptions{
		Stdin:         &api.StdinOptions{Contents: text, Loader: loader, Sourcefile: name, ResolveDir: dir},
		AbsWorkingDir: dir, Plugins: []api.Plugin{outside}, LogLevel: api.LogLevelSilent, LogOverride: computed(),
		Bundle: true, Metafile: true, Format: api.FormatESModule, Target: api.ESNext, TreeShaking: api.TreeShakingFalse,
	})
	var meta metafile
	switch {
	case len(r.Errors) > 0 && parse(text, loader) == nil && (strings.Contains(text, "import(") || strings.Contains(text, "require(")):
		return seen{ok: true, imports: 1} // a pattern of files that are not there
	case len(r.Errors) > 0, json.Unmarshal([]byte(r.Metafile), &meta) != nil:
		return seen{}
	}
	in := meta.Inputs[name]
	s := seen{ok: true, result: in.Format == "esm"}
	for _, i := range in.Imports {
		if i.Path != "<runtime>" {
			s.imports++
		}
	}
	for _, m := range r.Warnings {
		if isComputed(m) {
			s.imports++
		}
	}
	for _, out := range meta.Outputs {
		s.result = s.result && slices.Contains(out.Exports, "default")
	}
	return s
}
