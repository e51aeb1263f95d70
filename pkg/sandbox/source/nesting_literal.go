package source

import "strings"

// skipTo moves to the next occurrence of end before limit, or to limit, and counts
// the brackets on the way as hidden.
func (n *nesting) skipTo(limit int, end string) {
	text := n.src[n.at:limit]
	if i := strings.Index(text, end); i >= 0 {
		text = text[:i]
	}
	n.hide(text)
	n.at += len(text)
}

func (n *nesting) hide(text string) { n.hidden += openers(text) }

// quoted reads a string; it ends with its line at the latest.
func (n *nesting) quoted(quote byte) {
	start := n.at
	for n.at++; n.at < len(n.src); n.at++ {
		c := n.src[n.at]
		if c == '\\' {
			n.at++
			continue
		}
		if c == quote || c == '\n' {
			n.at++
			break
		}
	}
	n.at = min(n.at, len(n.src))
	n.hide(n.src[start:n.at])
	n.prev, n.control = operandPrev, false
}

// template reads the text of a template up to its end or its next hole.
func (n *nesting) template() {
	start := n.at
	n.prev, n.control = operandPrev, false
	for ; n.at < len(n.src); n.at++ {
		switch {
		case n.src[n.at] == '\\':
			n.at++
		case n.src[n.at] == '`':
			n.hide(n.src[start:n.at])
			n.operators++
			n.at++
			return
		case strings.HasPrefix(n.src[n.at:], "${"):
			n.hide(n.src[start:n.at])
			o := opened{end: '`', outside: n.level, inside: n.level}
			o.inside.depth++
			n.enter(o)
			n.at += 2
			return
		}
	}
	n.at = min(n.at, len(n.src))
	n.hide(n.src[start:n.at])
}

// regexpMayStart reports whether a slash here begins a regular expression.
func (n *nesting) regexpMayStart() bool {
	switch n.prev {
	case operandPrev:
		return n.control
	case wordPrev:
		return isOperatorWord(n.word)
	}
	return true
}

// regexp reads a regular expression; it reports false, and stays, when the line
// has none.
func (n *nesting) regexp() bool {
	class := false
	for i := n.at + 1; i < len(n.src); i++ {
		switch c := n.src[i]; {
		case c == '\n':
			return false
		case c == '\\':
			i++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			n.hide(n.src[n.at:i])
			n.at = i + 1
			n.prev, n.control = operandPrev, false
			return true
		}
	}
	return false
}
