package sandbox

import (
	"strconv"
	"strings"

	"github.com/dop251/goja"
	whatwg "github.com/nlnwa/whatwg-url/url"
)

// scalarText returns a string without halves of pairs.
func (p *pass) scalarText(call goja.FunctionCall) goja.Value {
	return p.rt.ToValue(call.Argument(0).String())
}

// parseURL returns the parts of a URL, perhaps relative to a base; undefined for what
// is none.
func (p *pass) parseURL(call goja.FunctionCall) goja.Value {
	text, base := call.Argument(0).String(), call.Argument(1)
	var u *whatwg.Url
	var err error
	if goja.IsUndefined(base) {
		u, err = whatwg.Parse(text)
	} else {
		u, err = whatwg.ParseRef(base.String(), text)
	}
	if err != nil {
		return goja.Undefined()
	}
	return p.partsOf(u)
}

// setURL changes a part of a URL and returns the parts of the new one.
func (p *pass) setURL(call goja.FunctionCall) goja.Value {
	u, err := whatwg.Parse(call.Argument(0).String())
	if err != nil {
		return goja.Undefined()
	}
	value := call.Argument(2).String()
	switch call.Argument(1).String() {
	case "protocol":
		u.SetProtocol(value)
	case "username":
		u.SetUsername(value)
	case "password":
		u.SetPassword(value)
	case "host":
		u.SetHost(value)
	case "hostname":
		u.SetHostname(value)
	case "port":
		u.SetPort(value)
	case "pathname":
		u.SetPathname(value)
	case "search":
		u.SetSearch(value)
	case "hash":
		u.SetHash(value)
	}
	return p.partsOf(u)
}

func (p *pass) partsOf(u *whatwg.Url) goja.Value {
	parts := p.rt.NewObject()
	for _, part := range []struct{ name, value string }{
		{"href", u.Href(false)},
		{"origin", originOf(u)},
		{"protocol", u.Protocol()},
		{"username", u.Username()},
		{"password", u.Password()},
		{"host", u.Host()},
		{"hostname", u.Hostname()},
		{"port", u.Port()},
		{"pathname", u.Pathname()},
		{"search", u.Search()},
		{"hash", u.Hash()},
	} {
		_ = hide(parts, part.name, p.rt.ToValue(part.value))
	}
	return parts
}

// originOf is the origin of a URL, or null as a text.
func originOf(u *whatwg.Url) string {
	switch u.Scheme() {
	case "http", "https", "ws", "wss", "ftp":
		return u.Protocol() + "//" + u.Host()
	case "blob":
		inner, err := whatwg.Parse(u.Pathname())
		if err == nil && (inner.Scheme() == "http" || inner.Scheme() == "https") {
			return originOf(inner)
		}
	}
	return "null"
}

// parseForm returns the names and values of a query, one after the other.
func (p *pass) parseForm(call goja.FunctionCall) goja.Value {
	var flat []any
	query := strings.TrimPrefix(call.Argument(0).String(), "?")
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		flat = append(flat, formDecoded(name), formDecoded(value))
	}
	return p.rt.NewArray(flat...)
}

// formDecoded reads percent signs that are followed by two digits; others stay.
func formDecoded(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+':
			b.WriteByte(' ')
		case s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			c, _ := strconv.ParseUint(s[i+1:i+3], 16, 8)
			b.WriteByte(byte(c))
			i += 2
		default:
			b.WriteByte(s[i])
		}
	}
	out, _ := (&textDecoder{encoding: "utf-8", ignoreBOM: true}).decode([]byte(b.String()), false)
	return out
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// writeForm is the inverse of parseForm.
func (p *pass) writeForm(call goja.FunctionCall) goja.Value {
	flat := call.Argument(0).(*goja.Object)
	n := int(flat.Get("length").ToInteger())
	var b strings.Builder
	for i := range n {
		switch {
		case i == 0:
		case i%2 == 0:
			b.WriteByte('&')
		default:
			b.WriteByte('=')
		}
		writeFormEncoded(&b, flat.Get(strconv.Itoa(i)).String())
	}
	return p.rt.ToValue(b.String())
}

func writeFormEncoded(b *strings.Builder, s string) {
	const upper = "0123456789ABCDEF"
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ':
			b.WriteByte('+')
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("*-._", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(upper[c>>4])
			b.WriteByte(upper[c&15])
		}
	}
}
