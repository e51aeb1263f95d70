package connector

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

const (
	redacted        = "[redacted]"
	minSecretLength = 4
)

// redactor replaces secrets in texts. It is safe for concurrent use. The zero
// redactor has no secrets.
type redactor struct {
	secrets  []string
	patterns []string // every form of every secret
	replacer *strings.Replacer
}

func newRedactor(secrets []string) *redactor {
	r := &redactor{}
	for _, s := range secrets {
		if len(s) >= minSecretLength && !slices.Contains(r.secrets, s) {
			r.secrets = append(r.secrets, s)
			r.patterns = append(r.patterns, forms(s)...)
		}
	}
	// Longest first: a secret may be the beginning of another one.
	slices.SortFunc(r.patterns, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, p := range r.patterns {
		pairs = append(pairs, p, redacted)
	}
	r.replacer = strings.NewReplacer(pairs...)
	return r
}

// forms returns the ways in which a secret is written: as it is, in JSON, in a URL.
func forms(secret string) []string {
	strict, _ := json.Marshal(secret) // a string always has a JSON form
	loose := quote(secret)
	all := []string{
		secret, string(strict[1 : len(strict)-1]), string(loose[1 : len(loose)-1]),
		url.QueryEscape(secret), url.PathEscape(secret),
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// quote returns s as a JSON string without the escapes that only HTML needs.
func quote(s string) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // neither a string nor a buffer can fail
	return bytes.TrimRight(buf.Bytes(), "\n")
}

func (r *redactor) redact(text []byte) []byte {
	if len(r.patterns) == 0 || !r.suspect(text) {
		return text
	}
	if json.Valid(text) {
		return r.redactJSON(text)
	}
	return []byte(r.replacer.Replace(string(text)))
}

// suspect reports whether the text may hold a secret. A backslash may hide one:
// JSON can spell any character as an escape.
func (r *redactor) suspect(text []byte) bool {
	if bytes.IndexByte(text, '\\') >= 0 {
		return true
	}
	return slices.ContainsFunc(r.patterns, func(p string) bool { return bytes.Contains(text, []byte(p)) })
}

// redactJSON replaces secrets inside the strings of a valid JSON text, and numbers
// that are secrets, so that the text stays valid.
func (r *redactor) redactJSON(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		end := i + 1
		switch c := text[i]; {
		case c == '"':
			end = stringEnd(text, i)
			out = append(out, r.literal(text[i:end])...)
		case c == '-' || c >= '0' && c <= '9':
			for end < len(text) && strings.IndexByte("+-.eE0123456789", text[end]) >= 0 {
				end++
			}
			out = append(out, r.number(text[i:end])...)
		default:
			out = append(out, c)
		}
		i = end
	}
	return out
}

// stringEnd returns the offset behind the JSON string that starts at i.
func stringEnd(text []byte, i int) int {
	for i++; text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i + 1
}

func (r *redactor) literal(lit []byte) []byte {
	var s string
	if err := json.Unmarshal(lit, &s); err != nil {
		return lit
	}
	clean := r.replacer.Replace(s)
	if clean == s {
		return lit
	}
	return quote(clean)
}

func (r *redactor) number(lit []byte) []byte {
	if slices.Contains(r.secrets, string(lit)) {
		return quote(redacted)
	}
	return lit
}
