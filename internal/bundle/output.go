package bundle

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/reprise-run/reprise/pkg/sandbox/source"
)

// Bounds of what the source map carries beside the code.
const (
	maxContents = 64 << 10  // of the author's files, so that errors show their lines
	maxPackages = 128 << 10 // of the map when it covers packages
)

// metafile is esbuild's account of a build.
type metafile struct {
	Inputs map[string]struct {
		Format  string `json:"format"`
		Imports []struct {
			Path string `json:"path"`
		} `json:"imports"`
	} `json:"inputs"`
	Outputs map[string]struct {
		Exports    []string `json:"exports"`
		EntryPoint string   `json:"entryPoint"`
		Inputs     map[string]struct {
			BytesInOutput int `json:"bytesInOutput"`
		} `json:"inputs"`
	} `json:"outputs"`
}

// output is what esbuild made of a script.
type output struct {
	entry *entry
	code  string
	back  *source.Map
	meta  metafile
}

// detail says what the source map covers beside the author's places.
type detail struct {
	packages scope
	contents bool // the text of the author's files
}

// scope is how much of a package's code has a place.
type scope int

const (
	nothing scope = iota // an error shows the call in the author's code
	lines                // its lines: the column is that of their first word
	words
)

// text returns the bundle with its source map.
func (o *output) text(d detail) (string, error) {
	m, err := o.sourceMap(d).Inline()
	if err != nil {
		return "", fmt.Errorf("encode the source map: %w", err)
	}
	if d.packages > nothing && len(m) > maxPackages {
		d.packages--
		return o.text(d)
	}
	code := o.hidePaths()
	if !strings.HasSuffix(code, "\n") {
		code += "\n"
	}
	return code + m, nil
}

// sourceMap returns the map that the bundle carries: its places are those of the
// author's files, also where the script was wrapped.
func (o *output) sourceMap(d detail) *source.Map {
	out := &source.Map{}
	index := make([]int32, len(o.back.Sources)) // in out; -1: left out
	room := maxContents
	for i, name := range o.back.Sources {
		path := unescape(name)
		if packageAt(path) != "" && d.packages == nothing {
			index[i] = -1
			continue
		}
		index[i] = int32(len(out.Sources))
		text := o.contents(i, path)
		room -= len(text)
		if packageAt(path) == "" && d.contents && room >= 0 {
			out.Contents = append(out.Contents, &text)
		} else {
			out.Contents = append(out.Contents, nil)
		}
		if o.isEntry(path) {
			path = o.entry.script.shown()
		} else {
			path = shownName(path, o.entry.script.Dir)
		}
		out.Sources = append(out.Sources, escape(path))
	}
	o.copySegments(out, index, d.packages)
	return out
}

// copySegments takes over what comes from the sources that stay. Of what comes from
// nowhere, or from the line before it, one segment is enough.
func (o *output) copySegments(out *source.Map, index []int32, packages scope) {
	above := make([]int32, len(o.back.Sources))
	coarse := make([]bool, len(o.back.Sources))
	for i, name := range o.back.Sources {
		path := unescape(name)
		if o.entry.wrapped && o.isEntry(path) {
			above[i] = 1
		}
		coarse[i] = packages == lines && packageAt(path) != ""
	}
	last := source.Segment{Source: -1}
	for _, s := range o.back.Segments {
		same := s.Source >= 0 && coarse[s.Source] && s.Line == last.Line
		if s.Source >= 0 {
			line := s.SourceLine - above[s.Source]
			s.Source, s.SourceLine = index[s.Source], line
			if line < 0 {
				s.Source = -1
			}
		}
		same = same && s.Source == last.Source && s.SourceLine == last.SourceLine
		if (s.Source >= 0 || last.Source >= 0) && !same {
			out.Segments = append(out.Segments, s)
		}
		last = s
	}
}

func (o *output) isEntry(path string) bool {
	for _, out := range o.meta.Outputs {
		if out.EntryPoint != "" && out.EntryPoint == path {
			return true
		}
	}
	return false
}

// contents returns the text of a source as its author wrote it.
func (o *output) contents(i int, path string) string {
	switch {
	case o.isEntry(path):
		return o.entry.script.Text
	case i < len(o.back.Contents) && o.back.Contents[i] != nil:
		return *o.back.Contents[i]
	}
	return ""
}

// hidePaths returns the code without the paths that lead through all of the file
// system: esbuild writes each file's above its code.
func (o *output) hidePaths() string {
	code := o.code
	for path := range o.meta.Inputs {
		if shown := shownName(path, o.entry.script.Dir); shown != path {
			code = strings.ReplaceAll(code, "// "+path+"\n", "// "+shown+"\n")
			code = strings.ReplaceAll(code, `"`+path+`"(`, `"`+shown+`"(`)
		}
	}
	return code
}

// tooLarge returns the error of a bundle above the limit, with what is large in it.
func (o *output) tooLarge() error {
	sizes := map[string]int{}
	for _, out := range o.meta.Outputs {
		for path, in := range out.Inputs {
			name := packageAt(path)
			if name == "" {
				name = shownName(path, o.entry.script.Dir)
			}
			sizes[name] += in.BytesInOutput
		}
	}
	names := slices.SortedFunc(maps.Keys(sizes), func(a, b string) int {
		return cmp.Or(cmp.Compare(sizes[b], sizes[a]), cmp.Compare(a, b))
	})
	p := Problem{Message: fmt.Sprintf("the script has %d bytes with what it imports, even minified; at most %d are stored",
		len(o.code), o.entry.script.Limit)}
	for _, name := range names[:min(len(names), maxProblems)] {
		p.Notes = append(p.Notes, fmt.Sprintf("%8d bytes: %s", sizes[name], name))
	}
	return &Error{Problems: []Problem{p}, Hint: "import less: single functions of a package where it offers them, or a smaller package"}
}

// escape and unescape change between a path and the address that a map has for it.
func escape(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}

func unescape(address string) string {
	if path, err := url.PathUnescape(address); err == nil {
		return path
	}
	return address
}
