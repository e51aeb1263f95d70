package source

import (
	"regexp"
	"strings"
)

var keyword = regexp.MustCompile(`(?:^|[^\w$.#])(import)(?:\s|/\*[^*]*\*+/|//[^\n]*\n)*$`)

// Import is one import declaration.
type Import struct {
	From       string // the module, as it was written
	At         int    // offset of the module's name
	Start, End int    // of the declaration, a semicolon included
	Tokens     []Token
	Type       bool // of types only: it does nothing
}

// Token is one word or sign of a declaration.
type Token struct {
	Text string
	At   int // offset in the code
}

// ImportBefore reads the import declaration whose keyword stands before an offset
// of the code, where a parser stopped. It reports false when none does.
func ImportBefore(code []byte, at int) (Import, bool) {
	from := max(0, at-maxGap)
	m := keyword.FindSubmatchIndex(code[from:at])
	if m == nil {
		return Import{}, false
	}
	s := importScan{code: string(code), at: from + m[3]}
	d := Import{Start: from + m[2]}
	if !s.read(&d) {
		return Import{}, false
	}
	d.End = s.at
	d.Tokens = append([]Token{{"import", d.Start}}, s.tokens...)
	return d, true
}

// ImportAt reads the import declaration that comes next from an offset of the code,
// where a statement begins. It reports false when something else does.
func ImportAt(code []byte, at int) (Import, bool) {
	s := importScan{code: string(code), at: at}
	token, start := s.next()
	if token != "import" {
		return Import{}, false
	}
	return ImportBefore(code, start+len(token))
}

// maxGap bounds the white space and comments between the keyword and what follows.
const maxGap = 4 << 10

// Hide blanks the declaration in its code.
func (d Import) Hide(code []byte) { blank(code[d.Start:d.End]) }

// importScan reads the tokens of one declaration.
type importScan struct {
	code   string
	at     int
	tokens []Token
}

// read reads up to the end of the declaration: the module's name is the string
// outside of braces, in parentheses after require.
func (s *importScan) read(d *Import) bool {
	depth := 0
	for first := true; ; first = false {
		token, start := s.next()
		switch {
		case token == "", first && token == "(":
			return false
		case first && token == "type":
			d.Type = !s.ahead("from") && !s.ahead(",") && !s.ahead("=")
		case token == "{":
			depth++
		case token == "}":
			depth--
		case (token[0] == '"' || token[0] == '\'') && depth == 0:
			d.From, d.At = token[1:len(token)-1], start
			return s.finish()
		}
		if !isName(token[0]) && strings.IndexByte(`{}*,=("'`, token[0]) < 0 {
			return false
		}
	}
}

// finish reads what may follow the module's name.
func (s *importScan) finish() bool {
	if s.ahead(")") {
		s.next()
	}
	if s.ahead("with") || s.ahead("assert") {
		before := *s
		s.next()
		if !s.ahead("{") { // of the next statement
			*s = before
			return true
		}
		for token := ""; token != "}"; {
			if token, _ = s.next(); token == "" {
				return false
			}
		}
	}
	if s.ahead(";") {
		s.at = s.skip(s.at) + 1
	}
	return true
}

// ahead reports whether a token comes next.
func (s *importScan) ahead(token string) bool {
	at := s.skip(s.at)
	if !strings.HasPrefix(s.code[at:], token) {
		return false
	}
	end := at + len(token)
	return !isName(token[0]) || end == len(s.code) || !isName(s.code[end])
}

// next returns the next token and where it begins; empty at the end of the code,
// or of what a declaration can have.
func (s *importScan) next() (token string, start int) {
	start = s.skip(s.at)
	if start == len(s.code) {
		return "", start
	}
	end := start + 1
	switch c := s.code[start]; {
	case c == '"' || c == '\'':
		i := strings.IndexAny(s.code[end:], string(c)+"\n")
		if i < 0 || s.code[end+i] != c {
			return "", start
		}
		end += i + 1
	case isName(c):
		for end < len(s.code) && isName(s.code[end]) {
			end++
		}
	}
	s.at = end
	s.tokens = append(s.tokens, Token{s.code[start:end], start})
	return s.code[start:end], start
}

// skip returns where white space and comments end.
func (s *importScan) skip(at int) int {
	for at < len(s.code) {
		rest := s.code[at:]
		switch {
		case strings.IndexByte(" \t\r\n", rest[0]) >= 0:
			at++
		case strings.HasPrefix(rest, "//"):
			at += lengthTo(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			at += 2 + lengthTo(rest[2:], "*/")
		default:
			return at
		}
	}
	return at
}

// lengthTo returns how far it is behind the next occurrence of end.
func lengthTo(text, end string) int {
	if i := strings.Index(text, end); i >= 0 {
		return i + len(end)
	}
	return len(text)
}

func isName(c byte) bool {
	return c == '_' || c == '$' || c == '\\' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
