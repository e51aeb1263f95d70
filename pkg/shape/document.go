package shape

import (
	"bytes"
	"unicode/utf8"
)

// document is a JSON text that is known to be valid, with an index of its containers:
// so that one can be measured and stepped over without being read again.
type document struct {
	text  []byte
	spans []span // in the order of the opening brackets
}

// span is one container in the index.
type span struct {
	end   int // behind its closing bracket
	next  int // the span of the container that follows it, and is not inside
	count int // of its items
	size  int // of its text indented at depth 0
	lines int // line breaks in that
}

// node is one value of the document.
type node struct {
	at, end     int
	span        int // in the index; only of a container
	size, lines int // as in span
}

// sizeAt returns the size of the indented text at that depth.
func (n node) sizeAt(depth int) int { return n.size + 2*depth*n.lines }

// scan indexes the value at pos, behind white space.
func (d *document) scan(pos int) node {
	pos = d.skip(pos)
	open := d.text[pos]
	if open != '{' && open != '[' {
		return d.scalar(pos)
	}
	i, n := len(d.spans), node{at: pos, size: len("[]")}
	n.span = i
	d.spans = append(d.spans, span{})
	count := 0
	for pos = d.skip(pos + 1); d.text[pos] != '}' && d.text[pos] != ']'; count++ {
		if d.text[pos] == ',' {
			pos = d.skip(pos + 1)
			n.size++
		}
		if open == '{' {
			key := d.scalar(pos)
			n.size += key.size + len(": ")
			pos = d.colon(key.end)
		}
		item := d.scan(pos)
		n.size += len("\n  ") + item.sizeAt(1)
		n.lines += 1 + item.lines
		pos = d.skip(item.end)
	}
	if count > 0 {
		n.size, n.lines = n.size+len("\n"), n.lines+1
	}
	n.end = pos + 1
	d.spans[i] = span{end: n.end, next: len(d.spans), count: count, size: n.size, lines: n.lines}
	return n
}

// scalar returns the string, number or word at pos.
func (d *document) scalar(pos int) node {
	end := pos + 1
	if d.text[pos] == '"' {
		for {
			i := bytes.IndexAny(d.text[end:], `"\`)
			end += i + 1
			if d.text[end-1] == '"' {
				break
			}
			end++ // what is escaped
		}
	} else {
		for end < len(d.text) && !ends(d.text[end]) {
			end++
		}
	}
	return node{at: pos, end: end, size: utf8.RuneCount(d.text[pos:end])}
}

// ends reports whether a number or word ends before c.
func ends(c byte) bool {
	switch c {
	case ',', ']', '}', ' ', '\t', '\r', '\n':
		return true
	}
	return false
}

// item is one value of a container.
type item struct {
	node
	key []byte // as it is written, with its quotes; nil in an array
}

// items calls each with the values of an indexed container, until it returns false.
func (d *document) items(n node, each func(item) bool) {
	inner := n.span + 1
	for pos := d.skip(n.at + 1); d.text[pos] != '}' && d.text[pos] != ']'; {
		if d.text[pos] == ',' {
			pos = d.skip(pos + 1)
		}
		var it item
		if d.text[n.at] == '{' {
			key := d.scalar(pos)
			it.key = d.text[key.at:key.end]
			pos = d.colon(key.end)
		}
		if c := d.text[pos]; c == '{' || c == '[' {
			s := d.spans[inner]
			it.node = node{at: pos, end: s.end, span: inner, size: s.size, lines: s.lines}
			inner = s.next
		} else {
			it.node = d.scalar(pos)
		}
		if !each(it) {
			return
		}
		pos = d.skip(it.end)
	}
}

// skip returns the place of the first byte from pos that is no white space.
func (d *document) skip(pos int) int {
	for d.text[pos] == ' ' || d.text[pos] == '\n' || d.text[pos] == '\t' || d.text[pos] == '\r' {
		pos++
	}
	return pos
}

// colon returns where the value behind a key begins.
func (d *document) colon(pos int) int { return d.skip(d.skip(pos) + 1) }
