package sandbox

import (
	"regexp"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/reprise-run/reprise/pkg/sandbox/source"
)

// generic finds calls with type arguments that are, to a JavaScript parser,
// comparisons: get<string>("x").
var generic = regexp.MustCompile(`[\w$]<[\w$\s.,<>\[\]|&'"{}:;?]*>\(`)

// asyncGenerator finds what the engine parses, but cannot compile.
var asyncGenerator = regexp.MustCompile(`\basync\s*(?:function\s*)?\*`)

// needsLowering reports whether code that parses would not mean what its author
// means: the engine takes \p in a regular expression for the letter p.
func needsLowering(code string) bool {
	return strings.Contains(code, `\p{`) || strings.Contains(code, `\P{`) || asyncGenerator.MatchString(code) || generic.MatchString(code)
}

// The engine lacks modules: what esbuild makes of import() asks for require.
const (
	loweredHead  = "(() => {"
	loweredTail  = "})()"
	requireStub  = `const require = (name) => { throw new Error("cannot import " + JSON.stringify(name) + ": ` + bundleFirst + `"); };`
	bundleFirst  = "it is not bundled into the source (submit FILE bundles imports)"
	importMarker = "__toESM(require("
)

// lower translates TypeScript, and syntax that the engine lacks, to what the
// engine runs. A bundle is JavaScript: what looks like a type in it is none.
func lower(text string, bundled bool) api.TransformResult {
	for _, n := range source.Crowds() {
		begin := source.Repeats(text, n)
		if begin == "" {
			break
		}
		r := transform(begin, bundled)
		r.Errors = slices.DeleteFunc(r.Errors, func(m api.Message) bool { return !source.Repeated(m.Text) })
		if len(r.Errors) > source.MostRepeats {
			return r
		}
	}
	return transform(text, bundled)
}

func transform(text string, bundled bool) api.TransformResult {
	loader := api.LoaderTS
	if bundled {
		loader = api.LoaderJS
	}
	return api.Transform(text, api.TransformOptions{
		Loader:         loader,
		Target:         api.ESNext,
		Format:         api.FormatCommonJS,
		Charset:        api.CharsetUTF8,
		Sourcemap:      api.SourceMapExternal,
		SourcesContent: api.SourcesContentExclude,
		Sourcefile:     scriptName,
		LogLevel:       api.LogLevelSilent,
		LogOverride:    unheard(),
		Supported:      lowered(text),
	})
}

// unheard are warnings; an error none of them is.
func unheard() map[string]api.LogLevel {
	all := map[string]api.LogLevel{"assign-to-constant": api.LogLevelSilent}
	for _, id := range source.Needless() {
		all[id] = api.LogLevelSilent
	}
	return all
}

// enclose puts lowered code, helpers of esbuild included, into a function, so that
// the helpers are no globals. It adds one line at the top.
func enclose(code []byte) string {
	head := loweredHead
	if strings.Contains(string(code), importMarker) {
		head += requireStub
	}
	return head + "\n" + string(code) + loweredTail
}

// lowered is what the engine lacks, in this text.
func lowered(text string) map[string]bool {
	features := source.Lowered()
	// Of \p inside of [] esbuild does not know: then it goes by the flag u.
	features["regexp-sticky-and-unicode-flags"] = !strings.Contains(text, `\p{`) && !strings.Contains(text, `\P{`)
	return features
}
