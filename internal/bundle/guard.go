package bundle

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/reprise-run/reprise/pkg/sandbox/source"
)

// The parser runs in the submitter's process: a source that is nested without end would
// end that, and thousands of errors would keep it busy for minutes.

// crowded returns the first error of a source in which many names are declared again.
func crowded(text string, loader api.Loader) *api.Message {
	for _, n := range source.Crowds() {
		begin := source.Repeats(text, n)
		if begin == "" {
			break
		}
		errs := slices.DeleteFunc(problems(begin, loader), func(m api.Message) bool { return !source.Repeated(m.Text) })
		if len(errs) > source.MostRepeats {
			return &errs[0]
		}
	}
	return nil
}

// guardPlugin keeps what no parser should see from it, in the files that the author
// wrote. Packages are parsed as they are.
func guardPlugin(dir string) api.Plugin {
	return api.Plugin{Name: "guard", Setup: func(b api.PluginBuild) {
		b.OnLoad(api.OnLoadOptions{Filter: `\.([cm]?[jt]s|[jt]sx)$`, Namespace: "file"}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
			if packageAt(a.Path) != "" {
				return api.OnLoadResult{}, nil
			}
			text, err := os.ReadFile(a.Path)
			if err != nil {
				return api.OnLoadResult{}, nil //nolint:nilerr // esbuild says it better
			}
			if m := unparsable(string(text), loaders(a.Path)[0]); m != nil {
				name := a.Path
				if rel, err := filepath.Rel(dir, a.Path); err == nil {
					name = filepath.ToSlash(rel)
				}
				m.Location.File = name
				return api.OnLoadResult{Errors: []api.Message{*m}}, nil
			}
			return api.OnLoadResult{}, nil
		})
	}}
}

// unparsable says why a file must not be parsed; nil: it may.
func unparsable(text string, loader api.Loader) *api.Message {
	at, why := source.Nesting(text)
	if why == "" {
		return crowded(text, loader)
	}
	at = min(at, len(text))
	start := strings.LastIndexByte(text[:at], '\n') + 1
	line, _, _ := strings.Cut(text[start:], "\n")
	return &api.Message{Text: why, Location: &api.Location{
		Line: strings.Count(text[:at], "\n") + 1, Column: at - start, LineText: line,
	}}
}
