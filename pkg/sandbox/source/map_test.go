package source_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/reprise-run/reprise/pkg/sandbox/source"
)

// TestMapIsWhatOthersWrite: a map of esbuild leads from each word of the output to
// the same word of the source, and is the same after it was encoded again.
func TestMapIsWhatOthersWrite(t *testing.T) {
	t.Parallel()
	text := "type A = string\n\nconst first: A = 'ä𝄞', second: A = 'b'\n\tfunction third(x: A): A { return first + second + x }\nthird(second)\n"
	r := api.Transform(text, api.TransformOptions{Loader: api.LoaderTS, Sourcemap: api.SourceMapExternal, Sourcefile: "a.ts", Charset: api.CharsetUTF8})
	m, err := source.ParseMap(r.Map)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := source.ParseMap(raw)
	if err != nil || !reflect.DeepEqual(again.Segments, m.Segments) || !reflect.DeepEqual(again.Sources, m.Sources) {
		t.Fatalf("encoded and parsed again: %v, %+v, want %+v", err, again, m)
	}
	from := strings.Split(text, "\n")
	words := 0
	for n, line := range strings.Split(string(r.Code), "\n") {
		for _, word := range []string{"first", "second", "third"} {
			column := strings.Index(line, word)
			if column < 0 || strings.Contains(line[:column], "ä") { // columns are no bytes there
				continue
			}
			words++
			s, ok := m.Find(n, column)
			if !ok || !strings.HasPrefix(from[s.SourceLine][s.SourceColumn:], word) {
				t.Errorf("%s of line %d leads to %+v, %v", word, n, s, ok)
			}
		}
	}
	if words < 5 {
		t.Errorf("looked at %d words, want more", words)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	m := &source.Map{Sources: []string{"a"}, Segments: []source.Segment{
		{Line: 1, Column: 4, Source: 0, SourceLine: 7, SourceColumn: 2},
		{Line: 1, Column: 9, Source: -1},
		{Line: 3, Column: 0, Source: 0, SourceLine: 8},
	}}
	for _, tt := range []struct{ line, column, want int }{
		{0, 5, -1}, {1, 3, -1}, {1, 4, 7}, {1, 8, 7}, {1, 9, -1}, {1, 100, -1}, {2, 0, -1}, {3, 50, 8}, {4, 0, -1},
	} {
		s, ok := m.Find(tt.line, tt.column)
		got := -1
		if ok {
			got = int(s.SourceLine)
		}
		if got != tt.want {
			t.Errorf("Find(%d, %d) leads to line %d, want %d", tt.line, tt.column, got, tt.want)
		}
	}
}

func TestCutInline(t *testing.T) {
	t.Parallel()
	comment, err := (&source.Map{Sources: []string{"a"}, Segments: []source.Segment{{Source: 0}}}).Inline()
	if err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"", "\n", " \r\n\n"} {
		before, encoded, found := source.CutInline("f()\n" + strings.TrimSpace(comment) + end)
		if m, err := source.ParseInline(encoded); before != "f()\n" || !found || err != nil || len(m.Segments) != 1 {
			t.Errorf("cut %q, found %v, %v", before, found, err)
		}
	}
	for _, text := range []string{"", "f()", comment + "f()", "//# sourceMappingURL=a.js.map", "f() " + comment} {
		if before, _, found := source.CutInline(text); found || before != text {
			t.Errorf("CutInline(%q) finds a map", text)
		}
	}
}

// FuzzMap: no text panics, and what is read can be written and read again.
func FuzzMap(f *testing.F) {
	for _, mappings := range []string{"", "AAAA", ";;A,CAAC;AADA", "AAAAA,gggggggC", "D", "AA", "+/+/+", ",,,;"} {
		f.Add(mappings)
	}
	f.Fuzz(func(t *testing.T, mappings string) {
		if strings.ContainsAny(mappings, "\"\\") {
			return
		}
		m, err := source.ParseMap([]byte(`{"version":3,"sources":["a","b"],"mappings":"` + mappings + `"}`))
		if err != nil {
			return
		}
		raw, err := m.Encode()
		if err != nil {
			t.Fatalf("encode %q: %v", mappings, err)
		}
		again, err := source.ParseMap(raw)
		if err != nil || !reflect.DeepEqual(again.Segments, m.Segments) {
			t.Errorf("%q: %v, %+v, want %+v", mappings, err, again.Segments, m.Segments)
		}
		m.Find(0, 0)
	})
}
