package source

import (
	"math"
	"sort"
	"strings"
)

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// mappingState is what the numbers of a mapping count from.
type mappingState struct{ column, source, line, sourceColumn int }

func decodeMappings(text string, sources int) ([]Segment, error) {
	segments := make([]Segment, 0, len(text)/5)
	var state mappingState
	for n, line := range strings.Split(text, ";") {
		state.column = 0
		for len(line) > 0 {
			group, rest, _ := strings.Cut(line, ",")
			line = rest
			if group == "" {
				continue
			}
			s, err := state.next(group)
			if err != nil || int(s.Source) >= sources || n > math.MaxInt32 {
				return nil, errMap
			}
			s.Line = int32(n)
			segments = append(segments, s)
		}
	}
	if !sort.SliceIsSorted(segments, func(i, j int) bool { return before(segments[i], segments[j]) }) {
		sort.SliceStable(segments, func(i, j int) bool { return before(segments[i], segments[j]) })
	}
	return segments, nil
}

func before(a, b Segment) bool { return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column }

// next reads one group of one, four or five numbers.
func (m *mappingState) next(group string) (Segment, error) {
	var fields [5]int
	n := 0
	for ; len(group) > 0; n++ {
		if n == len(fields) {
			return Segment{}, errMap
		}
		v, rest, ok := decodeNumber(group)
		if !ok {
			return Segment{}, errMap
		}
		fields[n], group = v, rest
	}
	m.column += fields[0]
	s := Segment{Column: int32(m.column), Source: -1}
	if n >= 4 {
		m.source += fields[1]
		m.line += fields[2]
		m.sourceColumn += fields[3]
		s.Source, s.SourceLine, s.SourceColumn = int32(m.source), int32(m.line), int32(m.sourceColumn)
	}
	if !m.inRange() || n == 2 || n == 3 {
		return Segment{}, errMap
	}
	return s, nil
}

func (m *mappingState) inRange() bool {
	for _, v := range []int{m.column, m.source, m.line, m.sourceColumn} {
		if v < 0 || v > math.MaxInt32 {
			return false
		}
	}
	return true
}

// decodeNumber reads a number: five bits a digit, the lowest first, with its sign
// in the lowest bit.
func decodeNumber(text string) (value int, rest string, ok bool) {
	for i, shift := 0, 0; i < len(text) && shift <= 30; i, shift = i+1, shift+5 {
		d := strings.IndexByte(digits, text[i])
		if d < 0 {
			return 0, "", false
		}
		value |= (d & 31) << shift
		if d < 32 {
			if value&1 != 0 {
				return -(value >> 1), text[i+1:], true
			}
			return value >> 1, text[i+1:], true
		}
	}
	return 0, "", false
}

func (m *Map) encodeMappings() string {
	var out []byte
	var last mappingState
	line, first := 0, true
	for _, s := range m.Segments {
		for ; line < int(s.Line); line++ {
			out = append(out, ';')
			last.column, first = 0, true
		}
		if !first {
			out = append(out, ',')
		}
		first = false
		out = appendNumber(out, int(s.Column)-last.column)
		last.column = int(s.Column)
		if s.Source < 0 {
			continue
		}
		out = appendNumber(out, int(s.Source)-last.source)
		out = appendNumber(out, int(s.SourceLine)-last.line)
		out = appendNumber(out, int(s.SourceColumn)-last.sourceColumn)
		last.source, last.line, last.sourceColumn = int(s.Source), int(s.SourceLine), int(s.SourceColumn)
	}
	return string(out)
}

func appendNumber(out []byte, v int) []byte {
	u := v << 1
	if v < 0 {
		u = -v<<1 | 1
	}
	for u >= 32 {
		out = append(out, digits[u&31|32])
		u >>= 5
	}
	return append(out, digits[u])
}
