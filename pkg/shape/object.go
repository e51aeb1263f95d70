package shape

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// object writes the entries that fit, in their order, and the names of those that do not.
func (w *writer) object(n node, budget, depth int) {
	room := within(budget, depth)
	parts, all := w.entries(n, budget, depth, room)
	if !all {
		w.someEntries(n, budget, depth, room)
		return
	}
	w.out = append(w.out, '{')
	w.parts(parts, room, depth)
	w.out = append(w.out, '}')
}

// entries returns all entries of an object if each can be shown at least in part.
func (w *writer) entries(n node, budget, depth, room int) (parts []part, all bool) {
	used := 0
	w.items(n, func(it item) bool {
		p := w.part(it, depth, budget/objectShare)
		used += p.over + p.base
		parts = append(parts, p)
		return used <= room
	})
	return parts, used <= room
}

// someEntries writes an object of which entries are left out.
func (w *writer) someEntries(n node, budget, depth, room int) {
	// The longest that key and text of the marker can be, without names.
	least := around(depth) + len(`"… ": "[ keys left out: …]"`) + 2*digits(w.spans[n.span].count)
	left := names{room: min(budget/namesShare, room-least)}
	if left.room < 0 {
		w.out = append(w.out, "{}"...)
		return
	}
	var parts []part
	used := least + left.room
	w.items(n, func(it item) bool {
		p := w.part(it, depth, budget/objectShare)
		if used+p.over+p.base > room {
			left.add(it.key)
			return true
		}
		used += p.over + p.base
		parts = append(parts, p)
		return true
	})
	key, text := freeKey(parts), left.String()
	room -= around(depth) + utf8.RuneCountInString(key) + len(": ") + utf8.RuneCountInString(text)
	w.out = append(w.out, '{')
	w.parts(parts, room, depth)
	if len(parts) > 0 {
		w.out = append(w.out, ',')
	}
	w.out = append(append(append(w.out, key...), ':'), text...)
	w.out = append(w.out, '}')
}

// names lists keys that are left out, as far as there is room.
type names struct {
	room  int
	count int
	list  []byte // escaped, as in the document
	full  bool
}

// longestName is how much of a key is named.
const longestName = 40

func (l *names) add(key []byte) {
	l.count++
	if l.full {
		return
	}
	name := key[1 : len(key)-1]
	if utf8.RuneCount(name) > longestName {
		name = append(append([]byte{}, clip(name, longestName-1)...), "…"...)
	}
	size := utf8.RuneCount(name) + len(", ")
	if l.full = size > l.room; l.full {
		return
	}
	l.room -= size
	if len(l.list) > 0 {
		l.list = append(l.list, ", "...)
	}
	l.list = append(l.list, name...)
}

// String returns the text as JSON.
func (l *names) String() string {
	text := fmt.Sprintf(`"[%d %s left out`, l.count, plural(l.count, "key"))
	switch {
	case len(l.list) == 0:
		return text + `]"`
	case l.full:
		return text + ": " + string(l.list) + `, …]"`
	}
	return text + ": " + string(l.list) + `]"`
}

// digits is the number of digits of n.
func digits(n int) int { return len(fmt.Sprint(n)) }

// freeKey returns a key, with its quotes, that none of the parts has.
func freeKey(parts []part) string {
	taken := map[string]bool{}
	for _, p := range parts {
		var key string
		if bytes.ContainsAny(p.key, `…\`) && json.Unmarshal(p.key, &key) == nil {
			taken[key] = true
		}
	}
	key := "…"
	for n := 2; taken[key]; n++ {
		key = fmt.Sprintf("… %d", n)
	}
	return `"` + key + `"`
}
