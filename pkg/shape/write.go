package shape

import (
	"fmt"
	"unicode/utf8"
)

const (
	// A value that is cut below these parts of its container's budget says little:
	// fewer are shown then. Items of an array are alike, the entries of an object are not.
	arrayShare, objectShare = 8, 32

	// leastShown is a size that holds the marker of a string, and about that of a
	// container at depth 0.
	leastShown = 48

	// namesShare is the part of an object's budget that the names of omitted keys get.
	namesShare = 8
)

// writer writes the values of a document within budgets.
type writer struct {
	*document
	out []byte
}

// write writes n at that depth in at most budget characters, which is at least 2.
func (w *writer) write(n node, budget, depth int) {
	if n.sizeAt(depth) <= budget {
		w.out = append(w.out, w.text[n.at:n.end]...)
		return
	}
	switch w.text[n.at] {
	case '"':
		w.string(w.text[n.at+1:n.end-1], budget)
	case '[':
		w.array(n, budget, depth)
	case '{':
		w.object(n, budget, depth)
	default: // a number of hundreds of digits, or hardly any budget
		w.string(w.text[n.at:n.end], budget)
	}
}

// string writes the beginning of a string's text and how much is missing.
func (w *writer) string(text []byte, budget int) {
	all := count(text)
	marker := func(n int) string { return fmt.Sprintf("… [%d %s left out]", n, plural(n, "character")) }
	room := budget - len(`""`) - utf8.RuneCountInString(marker(all))
	w.out = append(w.out, '"')
	switch {
	case room >= 0:
		shown := clip(text, room)
		w.out = append(append(w.out, shown...), marker(all-count(shown))...)
	case budget >= len(`""`)+1:
		w.out = append(w.out, "…"...)
	}
	w.out = append(w.out, '"')
}

// part is an item that is shown, whole or in part.
type part struct {
	item
	full int // its size
	over int // what stands around it: line break, indentation, key, comma
	base int // what it gets at least
}

// part measures an item of a container at that depth. share is what it is worth to
// show of it at least.
func (w *writer) part(it item, depth, share int) part {
	p := part{item: it, full: it.sizeAt(depth + 1), over: around(depth)}
	if it.key != nil {
		p.over += utf8.RuneCount(it.key) + len(": ")
	}
	least := leastShown
	if w.text[it.at] == '{' || w.text[it.at] == '[' {
		least += len("  ") * 2 * (depth + 1) // its marker has a line of its own
	}
	p.base = min(p.full, max(share, least))
	return p
}

// around is the size of what stands around an item of a container at that depth.
func around(depth int) int { return len("\n") + 2*(depth+1) + len(",") }

// within is what a container of that budget and depth has for its items.
func within(budget, depth int) int { return budget - len("[]") - len("\n") - 2*depth }

// array writes the first items and how many are missing.
func (w *writer) array(n node, budget, depth int) {
	room, used := within(budget, depth), 0
	var parts []part
	w.items(n, func(it item) bool {
		p := w.part(it, depth, budget/arrayShare)
		if used += p.over + p.base; used > room {
			return false
		}
		parts = append(parts, p)
		return true
	})
	all := w.spans[n.span].count
	marker := func() string {
		n := all - len(parts)
		return fmt.Sprintf(`"… [%d %s left out]"`, n, plural(n, "item"))
	}
	if len(parts) < all {
		used = total(parts)
		for len(parts) > 0 && used+around(depth)+utf8.RuneCountInString(marker()) > room {
			last := parts[len(parts)-1]
			used, parts = used-last.over-last.base, parts[:len(parts)-1]
		}
		room -= around(depth) + utf8.RuneCountInString(marker())
	}
	w.out = append(w.out, '[')
	w.parts(parts, room, depth)
	if len(parts) < all && room >= 0 {
		if len(parts) > 0 {
			w.out = append(w.out, ',')
		}
		w.out = append(w.out, marker()...)
	}
	w.out = append(w.out, ']')
}

// total is what the parts take at least.
func total(parts []part) int {
	sum := 0
	for _, p := range parts {
		sum += p.over + p.base
	}
	return sum
}

// parts writes the parts, which share what they do not need.
func (w *writer) parts(parts []part, room, depth int) {
	for _, p := range parts {
		room -= p.over
	}
	most := level(parts, room)
	for i, p := range parts {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		if p.key != nil {
			w.out = append(append(w.out, p.key...), ':')
		}
		w.write(p.node, p.given(most), depth+1)
	}
}

// given is what a part gets when nobody gets more than most without need.
func (p part) given(most int) int { return max(p.base, min(p.full, most)) }

// level returns the largest size that all parts can have, those that need less apart.
func level(parts []part, room int) int {
	low, high := 0, max(room, 0)
	for low < high {
		mid := high - (high-low)/2
		sum := 0
		for _, p := range parts {
			sum += p.given(mid)
		}
		if sum <= room {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return low
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}
