package source

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The parsers recurse, and a Go stack that overflows ends the process: no recover
// helps. The lowering also takes cubic time for nested functions, the compiler
// quadratic time for long sums. So a source is scanned before any parser sees it.
// The scan knows strings, templates, comments and, by what stands before the slash,
// regular expressions. Where it may be deceived the damage is bounded by maxHidden,
// far below what overflows a stack.
const (
	maxNesting   = 500     // brackets and template holes inside one another
	maxBlocks    = 100     // blocks and functions inside one another
	maxOperators = 2_000   // in one expression or chain of statements
	maxHidden    = 100_000 // opening brackets inside strings, comments and the like
	maxBroken    = 2_000   // opening brackets of a source whose brackets do not match
)

// nesting scans a source once.
type nesting struct {
	src  string
	at   int
	open []opened

	level        // of where the scan is, brackets around it included
	hidden  int  // opening brackets in text that is not code
	line    bool // a line ended since the last token
	prev    previous
	word    string // the last word, when prev is wordPrev
	control bool   // the parenthesis just closed was the head of a statement
}

// level counts what a parser would have to keep on its stack.
type level struct {
	depth, blocks, operators int
	elses                    int // of the if statement that goes on
}

// opened is a bracket that waits for its end.
type opened struct {
	end     byte
	outside level
	inside  level
	control bool // the head of if, while, for, with
	operand bool // an object literal, not a block
}

// previous is the kind of the token before: it decides what a slash and a line
// end mean.
type previous uint8

const (
	statementPrev previous = iota // a statement must follow
	operatorPrev                  // an operand must follow
	operandPrev                   // an operand ended
	blockPrev                     // a block ended
	wordPrev
)

// Nesting finds where a source would exhaust the stack of a parser, and says why; why is
// empty when no place would.
func Nesting(source string) (at int, why string) {
	n := &nesting{src: source}
	for n.at < len(source) {
		if why := n.token(); why != "" {
			return n.at, why
		}
		if why := n.limits(); why != "" {
			return n.at, why
		}
	}
	return 0, ""
}

func (n *nesting) limits() string {
	switch {
	case n.depth > maxNesting:
		return fmt.Sprintf("nested too deeply: more than %d levels", maxNesting)
	case n.blocks > maxBlocks:
		return fmt.Sprintf("nested too deeply: more than %d functions and blocks", maxBlocks)
	case n.operators > maxOperators:
		return fmt.Sprintf("expression too long: more than %d operators", maxOperators)
	case n.hidden > maxHidden:
		return fmt.Sprintf("more than %d brackets in strings and comments", maxHidden)
	}
	return ""
}

// token reads one token; it returns what is wrong.
func (n *nesting) token() string {
	c := n.src[n.at]
	switch {
	case c == '\n' || c == '\r':
		n.line = true
		n.at++
	case c == ' ' || c == '\t':
		n.at++
	case strings.HasPrefix(n.src[n.at:], "//"):
		n.skipTo(len(n.src), "\n")
	case strings.HasPrefix(n.src[n.at:], "/*"):
		n.at += 2
		n.skipTo(len(n.src), "*/")
		n.at = min(n.at+2, len(n.src))
	case isWord(c):
		n.readWord()
	default:
		n.breakLine(c)
		return n.punctuation(c)
	}
	return ""
}

func (n *nesting) punctuation(c byte) string {
	switch c {
	case '(', '[', '{':
		n.push(c)
	case ')', ']', '}':
		return n.pop(c)
	case '\'', '"':
		n.quoted(c)
	case '`':
		n.at++
		n.template()
	case ';', ',':
		n.reset()
		n.at++
		n.prev = operatorPrev
		if c == ';' {
			n.prev = statementPrev
		}
	case '/':
		if n.regexpMayStart() && n.regexp() {
			return ""
		}
		n.operator()
	default:
		n.operator()
	}
	return ""
}

// reset forgets what a statement or an element has counted. What may follow is an
// else: each is inside the one before, whatever ends the statements between them.
func (n *nesting) reset() {
	elses := n.elses
	n.level = level{}
	if len(n.open) > 0 {
		n.level = n.open[len(n.open)-1].inside
	}
	n.elses = elses
}

// breakLine forgets the operators of the statement that the block or the line end
// before next has ended, if it has. Minified code has no line ends.
func (n *nesting) breakLine(next byte) {
	if n.prev == blockPrev && isWord(next) {
		n.reset()
	}
	ended := n.prev == operandPrev && !n.control || n.prev == blockPrev ||
		n.prev == wordPrev && (!isOperatorWord(n.word) || n.word == "return")
	if n.line && ended && (isWord(next) || strings.IndexByte("'\"{}", next) >= 0) {
		n.reset()
	}
	n.line = false
}

func (n *nesting) readWord() {
	start := n.at
	for n.at < len(n.src) && isWord(n.src[n.at]) {
		n.at++
	}
	word := n.src[start:n.at]
	member := start > 0 && n.src[start-1] == '.'
	n.countElse(word)
	if !isJoinWord(word) {
		n.breakLine('a')
	}
	n.line = false
	n.prev, n.word, n.control = wordPrev, word, false
	if member {
		n.prev = operandPrev
	} else if isOperatorWord(word) || isHeadWord(word) {
		n.operators++
	}
}

// countElse charges the elses of an if statement to the last of them, and forgets
// them when a statement begins.
func (n *nesting) countElse(word string) {
	switch {
	case word == "else":
		n.elses++
		n.operators = max(n.operators, n.elses)
	case n.prev == statementPrev, n.prev == blockPrev:
		n.elses = 0
	}
}

func (n *nesting) operator() {
	rest := n.src[n.at:]
	_, size := utf8.DecodeRuneInString(rest)
	n.prev, n.control = operatorPrev, false
	switch {
	case strings.HasPrefix(rest, "=>"):
		n.blocks++
		size = 2
	case strings.HasPrefix(rest, "++"), strings.HasPrefix(rest, "--"):
		size = 2
		n.prev = operandPrev // a regular expression cannot follow
	}
	n.operators++
	n.at += size
}

func (n *nesting) push(c byte) {
	o := opened{end: c + 2, outside: n.level}
	o.outside.operators++ // what was called, or indexed
	o.inside = o.outside
	o.inside.depth++
	arrow := c == '{' && n.afterArrow()
	switch c {
	case '(':
		o.end = ')'
		o.control = n.prev == wordPrev && isHeadWord(n.word)
	case '{':
		o.operand = n.prev == operatorPrev && !arrow || n.prev == wordPrev && isOperatorWord(n.word) && n.word != "else" && n.word != "do"
		if !o.operand && !arrow { // the arrow was counted
			o.inside.blocks++
		}
	}
	n.enter(o)
	if c == '{' && !o.operand {
		n.prev = statementPrev
	}
	n.at++
}

func (n *nesting) enter(o opened) {
	n.open = append(n.open, o)
	n.level = o.inside
	n.prev, n.control = operatorPrev, false
}

func (n *nesting) afterArrow() bool {
	return strings.HasSuffix(strings.TrimRight(n.src[max(0, n.at-16):n.at], " \t\r\n"), "=>")
}

func (n *nesting) pop(c byte) string {
	var o opened
	if len(n.open) > 0 {
		o = n.open[len(n.open)-1]
	}
	if o.end != c && !(o.end == '`' && c == '}') {
		if openers(n.src) > maxBroken {
			return fmt.Sprintf("unexpected %c: brackets do not match", c)
		}
		n.at = len(n.src) // the parser says it better
		return ""
	}
	n.open = n.open[:len(n.open)-1]
	n.level, n.control = o.outside, o.control
	n.at++
	n.prev = operandPrev
	switch {
	case o.end == '`':
		n.template()
	case c == '}' && !o.operand:
		n.prev = blockPrev
	}
	return ""
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || c >= utf8.RuneSelf || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// isHeadWord reports whether a parenthesis after the word is followed by a statement.
func isHeadWord(w string) bool {
	return w == "if" || w == "while" || w == "for" || w == "with"
}

// isOperatorWord reports whether an operand or a statement must follow the word.
func isOperatorWord(w string) bool {
	switch w {
	case "await", "case", "delete", "do", "else", "extends", "in", "instanceof", "new",
		"of", "return", "throw", "typeof", "void", "yield":
		return true
	}
	return false
}

// isJoinWord reports whether the word goes on with what the line before it began.
func isJoinWord(w string) bool {
	return w == "else" || w == "in" || w == "instanceof" || w == "of" || w == "while"
}

func openers(s string) int {
	return strings.Count(s, "(") + strings.Count(s, "[") + strings.Count(s, "{")
}
