package sandbox

import (
	"errors"
	"strings"
)

// maxPattern bounds a rewritten pattern: one property can take some thousand bytes.
const maxPattern = 1 << 20

// errNothing is what no property was found in.
var errNothing = errors.New("the pattern has no property")

// withoutProperties writes a pattern with the flag u so that the engine, which takes
// \p for the letter p, matches what the author means: the characters of a property
// stand in place of its name. It returns errNothing when there is nothing to do.
func withoutProperties(pattern string, ignoreCase bool) (string, error) {
	r := propertyRewriter{src: pattern, ignoreCase: ignoreCase}
	if err := r.rewrite(); err != nil {
		return "", err
	}
	if !r.found {
		return "", errNothing
	}
	return r.out.String(), nil
}

// propertyRewriter goes through one pattern.
type propertyRewriter struct {
	src        string
	ignoreCase bool

	out   strings.Builder
	at    int
	found bool

	inClass bool
	atoms   int  // of the class, so far
	hyphen  bool // the last was a hyphen after an atom: a range
}

func (r *propertyRewriter) rewrite() error {
	for r.at < len(r.src) {
		c, size := r.src[r.at], 1
		if c == '\\' && r.at+1 < len(r.src) {
			if next := r.src[r.at+1]; next == 'p' || next == 'P' {
				if err := r.property(next == 'P'); err != nil {
					return err
				}
				continue
			}
			size = 2
		}
		switch {
		case c == '[' && !r.inClass:
			r.inClass, r.atoms, r.hyphen = true, 0, false
			if strings.HasPrefix(r.src[r.at:], "[^") {
				size = 2
			}
		case c == ']':
			r.inClass = false
		case c == '-' && r.inClass && r.atoms > 0 && !r.hyphen:
			r.hyphen = true
		default:
			r.atoms++
			r.hyphen = false
		}
		r.out.WriteString(r.src[r.at : r.at+size])
		r.at += size
	}
	return nil
}

// property replaces one \p{…} or \P{…}.
func (r *propertyRewriter) property(negated bool) error {
	rest := r.src[r.at+2:]
	end := strings.IndexByte(rest, '}')
	if !strings.HasPrefix(rest, "{") || end < 0 {
		return errors.New("Invalid property name")
	}
	expression := rest[1:end]
	set, ok := propertySet(expression)
	if !ok {
		return errors.New(`Invalid property name: \p{` + expression + "} is not supported")
	}
	if r.ignoreCase && negated {
		set = set.complement().folded()
	} else if negated {
		set = set.complement()
	} else if r.ignoreCase {
		set = set.folded()
	}
	r.found = true
	r.at += 2 + end + 1
	after := r.src[r.at:]
	if r.inClass && (r.hyphen || len(after) > 1 && after[0] == '-' && after[1] != ']') {
		return errors.New("Invalid character class")
	}
	if len(set) == 0 {
		return errors.New(`\P{` + expression + "} matches nothing")
	}
	if r.ignoreCase && set.has('\u0130') && !set.has('i') {
		// One of the engine's two matchers takes the capital I with a dot for an i.
		return errors.New(`\p{` + expression + "} is not supported with the flag i")
	}
	if r.out.Len() > maxPattern {
		return errors.New("the pattern has too many properties")
	}
	r.atoms++
	if r.inClass {
		r.out.WriteString(set.pattern())
	} else {
		r.out.WriteString("[" + set.pattern() + "]")
	}
	return nil
}
