package source

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Segment says where the text from a place on, up to the next segment, comes from.
// Lines and columns count from 0, columns in UTF-16 units.
type Segment struct {
	Line, Column int32

	Source                   int32 // index of the source; -1: none
	SourceLine, SourceColumn int32
}

// Map is a source map of version 3.
type Map struct {
	Sources  []string
	Contents []*string // of the sources, as far as they are known
	Segments []Segment // by line and column
}

var errMap = errors.New("not a source map")

// mapFile is a map as it is written.
type mapFile struct {
	Version  int       `json:"version"`
	Sources  []string  `json:"sources"`
	Contents []*string `json:"sourcesContent,omitempty"`
	Mappings string    `json:"mappings"`
	Names    []string  `json:"names"`
}

// ParseMap reads a source map. It is safe for any text, and takes memory in
// proportion to it.
func ParseMap(raw []byte) (*Map, error) {
	var f mapFile
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, fmt.Errorf("read source map: %w", err)
	}
	if f.Version != 3 {
		return nil, fmt.Errorf("read source map: version %d: %w", f.Version, errMap)
	}
	segments, err := decodeMappings(f.Mappings, len(f.Sources))
	if err != nil {
		return nil, fmt.Errorf("read source map: %w", err)
	}
	return &Map{Sources: f.Sources, Contents: f.Contents, Segments: segments}, nil
}

// Find returns the segment of a place. It reports false when the place comes from
// no source.
func (m *Map) Find(line, column int) (Segment, bool) {
	i := sort.Search(len(m.Segments), func(i int) bool {
		s := m.Segments[i]
		return int(s.Line) > line || int(s.Line) == line && int(s.Column) > column
	}) - 1
	if i < 0 || int(m.Segments[i].Line) != line || m.Segments[i].Source < 0 {
		return Segment{}, false
	}
	return m.Segments[i], true
}

// Encode returns the map as it is written.
func (m *Map) Encode() ([]byte, error) {
	return json.Marshal(mapFile{Version: 3, Sources: m.Sources, Contents: m.Contents, Mappings: m.encodeMappings(), Names: []string{}})
}

// inlineHead begins the comment that carries a map at the end of a source.
const inlineHead = "//# sourceMappingURL=data:application/json;base64,"

// Inline returns the comment that carries the map.
func (m *Map) Inline() (string, error) {
	raw, err := m.Encode()
	if err != nil {
		return "", err
	}
	return inlineHead + base64.StdEncoding.EncodeToString(raw) + "\n", nil
}

// CutInline returns the text before the inline source map that it ends with, and
// the map, still encoded. It reports false when there is none.
func CutInline(text string) (before, encoded string, found bool) {
	trimmed := strings.TrimRight(text, " \t\r\n")
	at := strings.LastIndexByte(trimmed, '\n') + 1
	encoded, found = strings.CutPrefix(trimmed[at:], inlineHead)
	if !found {
		return text, "", false
	}
	return text[:at], encoded, true
}

// ParseInline reads what CutInline found.
func ParseInline(encoded string) (*Map, error) {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, fmt.Errorf("read source map: %w", err)
	}
	return ParseMap(raw)
}
