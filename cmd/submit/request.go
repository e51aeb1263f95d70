package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/execution"
)

// request makes the submission from flags and arguments. Every mistake is found here,
// before a server is needed.
func (a *app) request(o submitFlags, args []string) (execution.Request, error) {
	fields := map[string]any{}
	code, err := a.source(o, args)
	if err != nil {
		return execution.Request{}, err
	}
	fields["code"] = code
	if o.cmd.Flags().Changed("input") {
		input, err := a.input(o.input, args)
		if err != nil {
			return execution.Request{}, err
		}
		fields["input"] = input
	}
	if o.cmd.Flags().Changed("retry") {
		if fields["retry"], err = retry(o.retry); err != nil {
			return execution.Request{}, err
		}
	}
	if o.cmd.Flags().Changed("pass-timeout") {
		if o.passTimeout < time.Millisecond {
			return execution.Request{}, cli.Misuse("--pass-timeout: %v is less than 1ms", o.passTimeout)
		}
		fields["timeoutMs"] = o.passTimeout.Milliseconds()
	}
	if o.cmd.Flags().Changed("start-at") {
		if fields["startAt"], err = startAt(o.startAt, time.Now()); err != nil {
			return execution.Request{}, err
		}
	}
	if o.cmd.Flags().Changed("id") {
		fields["id"] = o.id
	}
	if len(o.labels) > 0 {
		if fields["labels"], err = labels(o.labels); err != nil {
			return execution.Request{}, err
		}
	}
	if len(o.limits) > 0 {
		if fields["limits"], err = limits(o.limits); err != nil {
			return execution.Request{}, err
		}
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return execution.Request{}, cli.Misuse("encode the submission: %w", err)
	}
	r, err := execution.Parse(body)
	var bad *execution.RequestError
	if errors.As(err, &bad) {
		return r, cli.Misuse("%s: %s", flagOf(bad.Field), bad.Problem)
	}
	return r, err
}

// flagOf names the flag that stands for a field.
func flagOf(field string) string {
	top, name, _ := strings.Cut(field, ".")
	switch top {
	case "limits":
		return "--limit " + name
	case "id", "retry", "input":
		return "--" + field
	case "timeoutMs":
		return "--pass-timeout"
	case "startAt":
		return "--start-at"
	}
	return field
}

// source reads the code from where the command line says.
func (a *app) source(o submitFlags, args []string) (string, error) {
	given := o.cmd.Flags().Changed("eval")
	switch {
	case given && len(args) > 0:
		return "", cli.Misuse("-e CODE and %s exclude each other", args[0])
	case given:
		return checkSource("", "<eval>", "-e", o.code)
	case len(args) == 0:
		return "", cli.Fail(cli.Usage, "see submit --help", errors.New("nothing to run: give a FILE, - for standard input, or -e CODE"))
	case len(args) > 1:
		return "", cli.Misuse("one FILE at a time, got %d: %s", len(args), strings.Join(args, " "))
	case args[0] == "-":
		body, err := io.ReadAll(a.stdin)
		if err != nil {
			return "", cli.Misuse("read standard input: %w", err)
		}
		return checkSource("", "<stdin>", "standard input", string(body))
	}
	body, err := os.ReadFile(args[0])
	if err != nil {
		return "", cli.Fail(cli.Usage, "see submit --help for the commands", fmt.Errorf("read source: %w", err))
	}
	return checkSource(args[0], args[0], args[0], string(body))
}

// checkSource bundles code that came from a file, or under a name of ours, and
// refuses what cannot be stored.
func checkSource(file, name, from, code string) (string, error) {
	if strings.TrimSpace(code) == "" {
		return "", cli.Misuse("%s: the source is empty", from)
	}
	code, err := bundled(file, name, code)
	switch {
	case err != nil:
		return "", err
	case len(code) > execution.MaxSourceBytes:
		return "", cli.Misuse("%s: the source has %d bytes, at most %d are stored", from, len(code), execution.MaxSourceBytes)
	}
	return code, nil
}

// input reads --input.
func (a *app) input(value string, args []string) (json.RawMessage, error) {
	if value == "@-" && len(args) == 1 && args[0] == "-" {
		return nil, cli.Misuse("--input @-: standard input is the source already")
	}
	return a.jsonFlag("--input", value)
}

// jsonFlag reads the value of a flag: JSON itself, or a file of it.
func (a *app) jsonFlag(flag, value string) (json.RawMessage, error) {
	text, from := []byte(value), flag
	if file, ok := strings.CutPrefix(value, "@"); ok {
		from = flag + " " + value
		var err error
		if file == "-" {
			text, err = io.ReadAll(a.stdin)
		} else {
			text, err = os.ReadFile(file)
		}
		if err != nil {
			return nil, cli.Misuse("%s: %w", flag, err)
		}
	}
	// Numbers as they are: one that is no float64 here is an infinity there.
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	if err == nil && d.More() {
		err = errors.New("there is more after the value")
	}
	if err != nil {
		return nil, cli.Fail(cli.Usage, "a text needs quotes of its own: "+flag+" '\"text\"'", fmt.Errorf("%s is not JSON: %w", from, err))
	}
	return text, nil
}

// startAt reads --start-at: a time, or a duration from now on.
func startAt(value string, now time.Time) (time.Time, error) {
	if d, err := time.ParseDuration(value); err == nil {
		if d < 0 {
			return now, cli.Misuse("--start-at: %v is in the past", d)
		}
		return now.Add(d).UTC(), nil
	}
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return now, cli.Fail(cli.Usage, "such as 2027-01-31T08:00:00Z, or 90m", fmt.Errorf("--start-at: %q is no time and no duration", value))
	}
	return at.UTC(), nil
}

// retry reads --retry.
func retry(value string) (json.RawMessage, error) {
	if n, err := strconv.Atoi(value); err == nil {
		return fmt.Appendf(nil, `{"maxAttempts":%d}`, n), nil
	}
	if !json.Valid([]byte(value)) {
		return nil, cli.Misuse("--retry: must be false, a number of attempts or JSON, got %q", value)
	}
	return json.RawMessage(value), nil
}

// limits reads --limit; what the names and values are is checked with the submission.
func limits(all []string) (map[string]json.RawMessage, error) {
	m := map[string]json.RawMessage{}
	for _, l := range all {
		name, value, ok := strings.Cut(l, "=")
		if !ok || name == "" {
			return nil, cli.Misuse("--limit: must be NAME=VALUE, got %q; the names are %s", l, strings.Join(execution.LimitNames(), ", "))
		}
		if value == "0" {
			return nil, cli.Misuse("--limit %s: must be at least 1; leave it out for the executor's own", name)
		}
		m[name] = json.RawMessage(value)
		if !json.Valid(m[name]) {
			text, err := json.Marshal(value)
			if err != nil {
				return nil, cli.Misuse("--limit %s: %w", name, err)
			}
			m[name] = text
		}
	}
	return m, nil
}

func labels(all []string) (map[string]string, error) {
	m := map[string]string{}
	for _, l := range all {
		k, v, ok := strings.Cut(l, "=")
		if !ok || k == "" {
			return nil, cli.Misuse("--label: must be KEY=VALUE, got %q", l)
		}
		m[k] = v
	}
	return m, nil
}
