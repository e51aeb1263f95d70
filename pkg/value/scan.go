package value

import "errors"

// errBroken says that a text is not what it should be. It stays in the package.
var errBroken = errors.New("broken text")

// scanner reads JSON text by its spans, so that what is not changed can be copied
// as it is. It accepts more than JSON, and never reads past the end.
type scanner struct {
	text  []byte
	at    int
	depth int
}

// next returns the byte that the next token begins with; 0 at the end.
func (s *scanner) next() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// accept reads c if it is what comes next.
func (s *scanner) accept(c byte) bool {
	if s.next() != c {
		return false
	}
	s.at++
	return true
}

// scalar reads a string, number or word and returns its text.
func (s *scanner) scalar() ([]byte, error) {
	c := s.next()
	start := s.at
	if c == '"' {
		return s.quoted()
	}
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\n', '\r', ',', ':', ']', '}', '[', '{', '"':
			return s.word(start)
		}
		s.at++
	}
	return s.word(start)
}

func (s *scanner) word(start int) ([]byte, error) {
	if s.at == start {
		return nil, errBroken
	}
	return s.text[start:s.at], nil
}

// quoted reads a string and returns its text, quotes included.
func (s *scanner) quoted() ([]byte, error) {
	if s.next() != '"' {
		return nil, errBroken
	}
	start := s.at
	for s.at++; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '\\':
			s.at++
		case '"':
			s.at++
			return s.text[start:s.at], nil
		}
	}
	return nil, errBroken
}

// key reads a key of an object and its colon.
func (s *scanner) key() ([]byte, error) {
	key, err := s.quoted()
	if err != nil || !s.accept(':') {
		return nil, errBroken
	}
	return key, nil
}

// enter reads an opening bracket.
func (s *scanner) enter() error {
	if s.depth++; s.depth > textDepth {
		return errBroken
	}
	s.at++
	return nil
}

// more reports whether another element follows in a list that c ends; it reads
// the comma, or c.
func (s *scanner) more(c byte, first bool) (bool, error) {
	if s.accept(c) {
		s.depth--
		return false, nil
	}
	if !first && !s.accept(',') {
		return false, errBroken
	}
	return true, nil
}
