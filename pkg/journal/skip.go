package journal

// skipDepth is how deep a value may be nested to be read without the standard library.
const skipDepth = 500

// skip reads over a JSON value that is written without spaces. It reports false for
// one that is not, and for what is no JSON.
func (p *parser) skip(depth int) bool {
	if p.at == len(p.text) || depth > skipDepth {
		return false
	}
	switch p.text[p.at] {
	case '"':
		return p.skipString()
	case '{':
		return p.skipList('}', depth)
	case '[':
		return p.skipList(']', depth)
	case 't':
		return p.is("true")
	case 'f':
		return p.is("false")
	case 'n':
		return p.is("null")
	}
	return p.skipNumber()
}

// skipList reads over an array, or over an object: end says which.
func (p *parser) skipList(end byte, depth int) bool {
	p.at++
	for first := true; p.at < len(p.text); first = false {
		if p.text[p.at] == end && first {
			p.at++
			return true
		}
		if end == '}' && !(p.skipString() && p.is(":")) || !p.skip(depth+1) || p.at == len(p.text) {
			return false
		}
		switch p.text[p.at] {
		case end:
			p.at++
			return true
		case ',':
			p.at++
		default:
			return false
		}
	}
	return false
}

func (p *parser) skipString() bool {
	if !p.is(`"`) {
		return false
	}
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			return true
		case c == '\\' && !p.skipEscape(), c < ' ':
			return false
		}
	}
	return false
}

// skipEscape reads up to the last letter of an escape.
func (p *parser) skipEscape() bool {
	if p.at++; p.at == len(p.text) {
		return false
	}
	switch p.text[p.at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		for range 4 {
			if p.at++; p.at == len(p.text) || !isHex(p.text[p.at]) {
				return false
			}
		}
		return true
	}
	return false
}

func isHex(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func (p *parser) skipNumber() bool {
	_ = p.is("-")
	if !p.is("0") && !p.skipDigits() || p.is(".") && !p.skipDigits() {
		return false
	}
	if p.is("e") || p.is("E") {
		_ = p.is("+") || p.is("-")
		return p.skipDigits()
	}
	return true
}

// skipDigits reads over at least one digit.
func (p *parser) skipDigits() bool {
	start := p.at
	for p.at < len(p.text) && isDigit(p.text[p.at]) {
		p.at++
	}
	return p.at > start
}
