package sandbox

import (
	"regexp"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
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
	requireStub  = `const require = (name) => { throw new Error("cannot import " + name + ": ` + bundleFirst + `"); };`
	bundleFirst  = "modules must be bundled into the source by the submitter"
	importMarker = "__toESM(require("
)

// lower translates TypeScript, and syntax that the engine lacks, to what the
// engine runs: as little as possible, everything else stays as it is.
func lower(head, code, tail string) api.TransformResult {
	return api.Transform(head+code+tail, api.TransformOptions{
		Loader:         api.LoaderTS,
		Target:         api.ESNext,
		Format:         api.FormatCommonJS,
		Charset:        api.CharsetUTF8,
		Sourcemap:      api.SourceMapExternal,
		SourcesContent: api.SourcesContentExclude,
		Sourcefile:     scriptName,
		LogLevel:       api.LogLevelSilent,
		Supported: map[string]bool{
			"async-generator":                 false,
			"for-await":                       false,
			"decorators":                      false,
			"using":                           false,
			"dynamic-import":                  false,
			"regexp-unicode-property-escapes": false,
			"regexp-match-indices":            false,
			"regexp-set-notation":             false,
			// Of \p inside of [] esbuild does not know: then it goes by the flag u.
			"regexp-sticky-and-unicode-flags": !strings.Contains(code, `\p{`) && !strings.Contains(code, `\P{`),
		},
	})
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
