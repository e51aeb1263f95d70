package hazard

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// parse reads a case. Its name is not in it.
func parse(text string) (Case, error) {
	c := Case{Source: text}
	bare := false
	body := text
	for strings.HasPrefix(body, "// ") {
		line, rest, _ := strings.Cut(body, "\n")
		key, value, _ := strings.Cut(strings.TrimPrefix(line, "// "), ":")
		var err error
		if key == "bare" {
			bare = true
		} else if err = c.header(key, strings.TrimSpace(value)); err != nil {
			return Case{}, fmt.Errorf("header %s: %w", key, err)
		}
		body = rest
	}
	if c.What == "" || len(c.Want) == 0 {
		return Case{}, errors.New("headers what and want are required")
	}
	if bare {
		c.Source = strings.TrimSuffix(body, "\n")
	}
	var err error
	c.Source, err = expand(c.Source)
	c.Engine = c.Engine || slices.ContainsFunc(c.Want, engines)
	if c.Timeout == 0 {
		c.Timeout = ampleTimeout
		if c.Want[0].Reason == execution.ReasonTimeout {
			c.Timeout = awaitedTimeout
		}
	}
	return c, err
}

func (c *Case) header(key, value string) (err error) {
	switch key {
	case "what":
		c.What = value
	case "want":
		c.Want, err = parseLabels(value)
	case "text":
		c.Text = value
	case "timeoutMs":
		var ms int
		ms, err = strconv.Atoi(value)
		c.Timeout = time.Duration(ms) * time.Millisecond
	case "limits":
		err = json.Unmarshal([]byte(value), &c.Limits)
	case "retry":
		c.Retry = new(execution.Retry)
		err = json.Unmarshal([]byte(value), c.Retry)
	case "raw":
		c.Raw = true
	case "engine":
		c.Engine = true
	default:
		err = errors.New("unknown")
	}
	return err
}

func parseLabels(value string) ([]Label, error) {
	var all []Label
	for one := range strings.SplitSeq(value, " | ") {
		status, rest, ok := strings.Cut(one, " ")
		l := Label{Status: execution.Status(status), Reason: execution.Reason(rest)}
		if l.Status == execution.Completed {
			l.Reason, l.Result = "", rest
		}
		if !ok {
			return nil, fmt.Errorf("%q is no status and reason", one)
		}
		all = append(all, l)
	}
	return all, nil
}

// engines reports whether a label is the engine's: the sandbox knows nothing of the
// bound.
func engines(l Label) bool {
	switch l.Reason {
	case execution.ReasonRequest, execution.ReasonCall, execution.ReasonSize, execution.ReasonValue, execution.ReasonLimit,
		execution.ReasonSource, execution.ReasonCalls:
		return true
	}
	return false
}

var repeats = regexp.MustCompile(`/\*repeat (\d+) ("(?:[^"\\]|\\.)*")\*/`)

// expand replaces what the source only names.
func expand(source string) (string, error) {
	var b strings.Builder
	for {
		m := repeats.FindStringSubmatchIndex(source)
		if m == nil {
			b.WriteString(source)
			return b.String(), nil
		}
		n, err := strconv.Atoi(source[m[2]:m[3]])
		if err != nil {
			return "", fmt.Errorf("repeat: %w", err)
		}
		text, err := strconv.Unquote(source[m[4]:m[5]])
		if err != nil {
			return "", fmt.Errorf("repeat %s: %w", source[m[4]:m[5]], err)
		}
		b.WriteString(source[:m[0]])
		b.WriteString(strings.Repeat(text, n))
		source = source[m[1]:]
	}
}
