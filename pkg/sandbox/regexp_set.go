package sandbox

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// span is a range of characters, both ends in it.
type span struct{ low, high rune }

// runeSet is a set of characters: spans in their order, none touching the next.
type runeSet []span

// setOf returns the characters of tables of the standard library.
func setOf(tables ...*unicode.RangeTable) runeSet {
	var set runeSet
	for _, t := range tables {
		for _, r := range t.R16 {
			set = set.with(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
		for _, r := range t.R32 {
			set = set.with(rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
	}
	return set.normal()
}

func (s runeSet) with(low, high, stride rune) runeSet {
	if stride == 1 {
		return append(s, span{low, high})
	}
	for r := low; r <= high; r += stride {
		s = append(s, span{r, r})
	}
	return s
}

// normal sorts the spans and joins those that touch.
func (s runeSet) normal() runeSet {
	slices.SortFunc(s, func(a, b span) int { return cmp.Compare(a.low, b.low) })
	var out runeSet
	for _, r := range s {
		if n := len(out); n > 0 && r.low <= out[n-1].high+1 {
			out[n-1].high = max(out[n-1].high, r.high)
			continue
		}
		out = append(out, r)
	}
	return out
}

func (s runeSet) union(others ...runeSet) runeSet {
	all := slices.Clone(s)
	for _, o := range others {
		all = append(all, o...)
	}
	return all.normal()
}

// complement returns all other code points, halves of pairs among them.
func (s runeSet) complement() runeSet {
	var out runeSet
	next := rune(0)
	for _, r := range s {
		if r.low > next {
			out = append(out, span{next, r.low - 1})
		}
		next = r.high + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, span{next, unicode.MaxRune})
	}
	return out
}

func (s runeSet) without(other runeSet) runeSet {
	return s.complement().union(other).complement()
}

// folded adds every character that differs from one of the set in case only.
func (s runeSet) folded() runeSet {
	out := slices.Clone(s)
	for _, cased := range unicode.CaseRanges {
		for c := rune(cased.Lo); c <= rune(cased.Hi); c++ {
			if !s.has(c) {
				continue
			}
			for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
				out = append(out, span{f, f})
			}
		}
	}
	return out.normal()
}

func (s runeSet) has(c rune) bool {
	i, found := slices.BinarySearchFunc(s, c, func(r span, c rune) int { return cmp.Compare(r.low, c) })
	return found || i > 0 && c <= s[i-1].high
}

// pattern writes the set as what stands between the brackets of a class.
func (s runeSet) pattern() string {
	var b strings.Builder
	for _, r := range s {
		writeClassRune(&b, r.low)
		if r.high > r.low {
			b.WriteByte('-')
			writeClassRune(&b, r.high)
		}
	}
	return b.String()
}

func writeClassRune(b *strings.Builder, r rune) {
	if r < 0x100 || !utf8.ValidRune(r) || unicode.IsSpace(r) {
		b.WriteString(`\u{` + strconv.FormatInt(int64(r), 16) + `}`)
		return
	}
	b.WriteRune(r)
}
