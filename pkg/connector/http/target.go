package httpconn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// errOutside is returned when a path would leave the base URL.
var errOutside = errors.New("leaves the base URL")

// target returns the URL of a path below the base URL.
func (c *Connector) target(path string, query map[string]json.RawMessage) (*url.URL, error) {
	ref, err := url.Parse(escape(path))
	if err != nil {
		return nil, fmt.Errorf("path %q is not a URL path", clip(path))
	}
	if ref.Scheme != "" || ref.Host != "" || ref.User != nil || strings.HasPrefix(path, "//") || climbs(ref) {
		return nil, fmt.Errorf("path %q %w", clip(path), errOutside)
	}
	u := c.base.JoinPath(ref.EscapedPath())
	if path == "" || strings.HasPrefix(path, "?") {
		u.Path, u.RawPath = c.base.Path, c.base.RawPath
	}
	values := c.base.Query()
	for name, all := range ref.Query() {
		values[name] = append(values[name], all...)
	}
	if err := addValues(values, "query", query); err != nil {
		return nil, err
	}
	u.RawQuery = values.Encode()
	return u, nil
}

// escape writes what a URL must not hold as it is in its escaped form. Without it
// one such character would make net/url drop the escapes that the path has already.
func escape(path string) string {
	var b strings.Builder
	for _, c := range []byte(path) {
		if c >= 0x80 || strings.IndexByte(" \"<>\\^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// climbs reports whether dot segments lead above the base. Servers differ in what
// they take for a separator, so an escape beside a dot segment counts as climbing.
func climbs(ref *url.URL) bool {
	depth := 0
	for _, segment := range strings.FieldsFunc(ref.Path, func(r rune) bool { return r == '/' || r == '\\' }) {
		switch segment {
		case ".":
		case "..":
			if depth--; depth < 0 || strings.ContainsAny(ref.EscapedPath(), `%\`) {
				return true
			}
		default:
			depth++
		}
	}
	return false
}

// addValues adds scalars and arrays of scalars; null is left out.
func addValues(to url.Values, field string, fields map[string]json.RawMessage) error {
	for name, raw := range fields {
		all, err := scalars(raw)
		if err != nil {
			return fmt.Errorf("%s.%s %w", field, name, err)
		}
		to[name] = append(to[name], all...)
		if len(to[name]) == 0 {
			delete(to, name)
		}
	}
	return nil
}

// scalars returns the texts of a scalar, or of an array of scalars, without nulls.
func scalars(raw json.RawMessage) ([]string, error) {
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err != nil {
		elements = []json.RawMessage{raw}
	}
	var all []string
	for _, e := range elements {
		e = bytes.TrimSpace(e)
		switch {
		case string(e) == "null":
		case e[0] == '"':
			var s string
			if err := json.Unmarshal(e, &s); err != nil {
				return nil, fmt.Errorf("is not a string: %w", err)
			}
			all = append(all, s)
		case e[0] == '{' || e[0] == '[':
			return nil, errors.New("must be a string, a number, a boolean, or an array of these")
		default:
			all = append(all, string(e))
		}
	}
	return slices.Clip(all), nil
}

// clip shortens s for a message.
func clip(s string) string {
	runes := []rune(s)
	if len(runes) <= 200 {
		return s
	}
	return string(runes[:200]) + "…"
}
