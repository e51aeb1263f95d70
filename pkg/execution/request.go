package execution

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/reprise-run/reprise/pkg/value"
)

// MaxSourceBytes is the largest source that is stored: 1,000,000 bytes of UTF-8.
const MaxSourceBytes = 1_000_000

// ErrBadRequest is returned, wrapped in a [*RequestError], when a submission is malformed.
var ErrBadRequest = errors.New("bad request")

// RequestError says which field of a submission is wrong, and how.
type RequestError struct {
	Field   string // empty when the body as a whole is wrong
	Problem string
}

func (e *RequestError) Error() string {
	if e.Field == "" {
		return e.Problem
	}
	return e.Field + ": " + e.Problem
}

// Unwrap returns [ErrBadRequest].
func (e *RequestError) Unwrap() error { return ErrBadRequest }

// Request is a submission: what to run, on what, and how.
type Request struct {
	ID         ID                `json:"id,omitempty"`
	Code       string            `json:"code"`
	Input      json.RawMessage   `json:"input,omitempty"`
	Retry      *Retry            `json:"retry,omitempty"`
	TimeoutMs  int64             `json:"timeoutMs,omitempty"` // wall clock of one pass; 0: the default
	StartAt    *time.Time        `json:"startAt,omitempty"`
	Limits     *Limits           `json:"limits,omitempty"`
	Connectors []string          `json:"connectors,omitzero"` // nil: all
	Labels     map[string]string `json:"labels,omitempty"`
}

// Limits are the bounds of one pass. Zero means the executor's own; a
// submission can only lower them.
type Limits struct {
	CPUMs        int64 `json:"cpuMs,omitempty"`
	MemoryMB     int64 `json:"memoryMB,omitempty"`
	Stack        int64 `json:"stack,omitempty"`
	SourceBytes  int64 `json:"sourceBytes,omitempty"`
	Calls        int64 `json:"calls,omitempty"`
	ConsoleBytes int64 `json:"consoleBytes,omitempty"`
	ResultBytes  int64 `json:"resultBytes,omitempty"`
	PendingCalls int64 `json:"pendingCalls,omitempty"`
}

// Parse reads the body of a submission. A body that is not a JSON object is the
// source itself. It returns a [*RequestError] that names the first bad field;
// with it comes as much of the request as could be read, so that a valid id is known.
func Parse(body []byte) (Request, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return Request{}, &RequestError{Problem: "the body is empty; send source or a JSON object with \"code\""}
	}
	if !utf8.Valid(body) {
		return Request{}, &RequestError{Problem: "the body is neither JSON nor source: it is not UTF-8 text"}
	}
	fields, isObject, err := jsonObject(body)
	switch {
	case !isObject && deepObject(body):
		return Request{}, &RequestError{Problem: "the body is " + value.ErrTooDeep.Error()}
	case !isObject && meantAsObject.Match(body):
		return Request{}, &RequestError{Problem: "the body is not JSON, though it begins as an object: " + jsonProblem(body)}
	case !isObject:
		r := Request{Code: string(body)}
		return r, r.checkCode()
	case err != nil:
		return Request{}, err
	}
	return parseFields(fields)
}

// jsonObject splits a JSON object into its fields. isObject is false where the
// body is anything else; source that happens to open with a brace is no object.
func jsonObject(body []byte) (fields map[string]json.RawMessage, isObject bool, err error) {
	trimmed := bytes.TrimSpace(body)
	if trimmed[0] != '{' || !json.Valid(trimmed) {
		return nil, false, nil
	}
	if err := json.Unmarshal(trimmed, &fields); err != nil {
		return nil, true, &RequestError{Problem: err.Error()}
	}
	return fields, true, nil
}

// meantAsObject matches the beginning of an object in JSON. No script begins so.
var meantAsObject = regexp.MustCompile(`^\s*\{\s*"(?:[^"\\]|\\.)*"\s*:`)

// jsonProblem says where a body stops being JSON.
func jsonProblem(body []byte) string {
	var v any
	err := json.Unmarshal(body, &v)
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return fmt.Sprint(err)
	}
	before := body[:min(max(int(syntax.Offset)-1, 0), len(body))]
	line, column := bytes.Count(before, []byte("\n"))+1, len(before)-bytes.LastIndexByte(before, '\n')
	return fmt.Sprintf("%s at line %d:%d", syntax, line, column)
}

// deepObject reports whether a body that no JSON parser takes, for its depth, was
// meant as an object: source does not begin so.
func deepObject(body []byte) bool {
	rest, isObject := bytes.CutPrefix(bytes.TrimSpace(body), []byte("{"))
	return isObject && bytes.HasPrefix(bytes.TrimSpace(rest), []byte(`"`)) && value.TooDeep(body)
}

// parseFields reads every field, the id first so that an error can be kept under it.
func parseFields(fields map[string]json.RawMessage) (Request, error) {
	var r Request
	var first error
	note := func(err error) {
		if first == nil {
			first = err
		}
	}
	if raw, ok := fields["id"]; ok && !isNull(raw) {
		note(parseIDField(raw, &r.ID))
	}
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		raw := fields[name]
		if isNull(raw) && name != "input" && name != "code" {
			continue
		}
		err := parseField(name, raw, &r)
		switch {
		case err != nil && name == "labels": // half of them would be misleading
			r.Labels = nil
		case err != nil && name == "connectors":
			r.Connectors = nil
		}
		note(err)
	}
	if _, ok := fields["code"]; !ok {
		note(&RequestError{Field: "code", Problem: "missing; a JSON submission needs the source in \"code\""})
	}
	if first == nil {
		note(r.checkCode())
	}
	return r, first
}

func parseField(name string, raw json.RawMessage, r *Request) error {
	switch name {
	case "id": // read before
		return nil
	case "code":
		return typed(name, raw, &r.Code, "a string")
	case "input":
		if value.TooDeep(raw) {
			return &RequestError{Field: name, Problem: value.ErrTooDeep.Error()}
		}
		r.Input = raw
		return nil
	case "retry":
		retry, err := parseRetry(raw)
		r.Retry = retry
		return err
	case "timeoutMs":
		return positive(name, raw, &r.TimeoutMs)
	case "startAt":
		return parseStartAt(raw, r)
	case "limits":
		return parseLimits(raw, r)
	case "connectors":
		if err := typed(name, raw, &r.Connectors, "an array of connector names"); err != nil {
			return err
		}
		if r.Connectors == nil {
			r.Connectors = []string{}
		}
		return r.checkConnectors()
	case "labels":
		if err := typed(name, raw, &r.Labels, "an object of strings"); err != nil {
			return err
		}
		return r.checkLabels()
	}
	return &RequestError{Field: clip(name, 64), Problem: "unknown field; the fields are id, code, input, retry, timeoutMs, startAt, limits, connectors and labels"}
}

func parseIDField(raw json.RawMessage, id *ID) error {
	var s string
	if err := typed("id", raw, &s, "a string"); err != nil {
		return err
	}
	parsed, err := ParseID(s)
	if err != nil {
		return &RequestError{Field: "id", Problem: fmt.Sprintf("%q is %v (26 characters of 0-9 and A-Z without I, L, O and U)", clip(s, 64), ErrBadID)}
	}
	*id = parsed
	return nil
}

func parseStartAt(raw json.RawMessage, r *Request) error {
	var s string
	if err := typed("startAt", raw, &s, "a time in RFC 3339"); err != nil {
		return err
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return &RequestError{Field: "startAt", Problem: fmt.Sprintf("%q is not a time in RFC 3339, such as 2026-12-01T08:00:00Z", clip(s, 64))}
	}
	if t.Year() > lastYear {
		return &RequestError{Field: "startAt", Problem: fmt.Sprintf("%s is later than the year %d", s, lastYear)}
	}
	r.StartAt = &t
	return nil
}

// Labels and connector names are part of the state, which is written with every
// pass; a start far away must fit into a schedule.
const (
	maxLabels     = 64
	maxLabelKey   = 128
	maxLabelValue = 1024
	maxConnectors = 256
	lastYear      = 2200
)

func (r *Request) checkLabels() error {
	if len(r.Labels) > maxLabels {
		return &RequestError{Field: "labels", Problem: fmt.Sprintf("has %d labels; %d are the most", len(r.Labels), maxLabels)}
	}
	for _, key := range sortedKeys(r.Labels) {
		if len(key) > maxLabelKey || len(r.Labels[key]) > maxLabelValue {
			return &RequestError{Field: "labels." + clip(key, 40), Problem: fmt.Sprintf(
				"is too long; a key has at most %d bytes, a value %d", maxLabelKey, maxLabelValue)}
		}
	}
	return nil
}

func (r *Request) checkConnectors() error {
	if len(r.Connectors) > maxConnectors {
		return &RequestError{Field: "connectors", Problem: fmt.Sprintf("has %d names; %d are the most", len(r.Connectors), maxConnectors)}
	}
	for _, name := range r.Connectors {
		if len(name) > maxLabelKey {
			return &RequestError{Field: "connectors", Problem: fmt.Sprintf("%s is too long for a name; %d bytes are the most", clip(name, 40), maxLabelKey)}
		}
	}
	return nil
}

// LimitNames returns the names that a submission has for its limits, sorted.
func LimitNames() []string { return sortedKeys(new(Limits).byName()) }

func (l *Limits) byName() map[string]*int64 {
	return map[string]*int64{
		"cpuMs": &l.CPUMs, "memoryMB": &l.MemoryMB, "stack": &l.Stack, "sourceBytes": &l.SourceBytes, "calls": &l.Calls,
		"consoleBytes": &l.ConsoleBytes, "resultBytes": &l.ResultBytes, "pendingCalls": &l.PendingCalls,
	}
}

func parseLimits(raw json.RawMessage, r *Request) error {
	var fields map[string]json.RawMessage
	if err := typed("limits", raw, &fields, "an object"); err != nil {
		return err
	}
	var l Limits
	into := l.byName()
	for _, name := range sortedKeys(fields) {
		target, ok := into[name]
		if !ok {
			return &RequestError{Field: "limits." + clip(name, 64), Problem: "unknown limit; the limits are " + strings.Join(sortedKeys(into), ", ")}
		}
		if err := integer("limits."+name, fields[name], target, 0); err != nil {
			return err
		}
	}
	r.Limits = &l
	return nil
}

func (r Request) checkCode() error {
	switch {
	case strings.TrimSpace(r.Code) == "" && r.Code != "":
		return nil // white space alone is a program that does nothing
	case strings.ContainsRune(r.Code, 0):
		return &RequestError{Field: "code", Problem: "has a NUL character; it is not source text"}
	}
	return nil
}

// Digest identifies what was asked for: two submissions with one id are the
// same when their digests are. The id itself does not count.
func (r Request) Digest() string {
	r.ID = ""
	body, err := json.Marshal(r)
	if err != nil { // an input that is no JSON; Parse lets none through
		body = []byte(r.Code)
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}

func isNull(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "null" }

// typed decodes raw into v, or says that the field must be want.
func typed(field string, raw json.RawMessage, v any, want string) error {
	if isNull(raw) || json.Unmarshal(raw, v) != nil {
		return &RequestError{Field: field, Problem: fmt.Sprintf("must be %s, got %s", want, clip(string(raw), 40))}
	}
	return nil
}

func positive(field string, raw json.RawMessage, v *int64) error { return integer(field, raw, v, 1) }

func integer(field string, raw json.RawMessage, v *int64, least int64) error {
	const most = 1 << 52 // every whole number up to it is one of JSON as JavaScript reads it
	if json.Unmarshal(raw, v) != nil || isNull(raw) || *v < least || *v > most {
		*v = 0
		return &RequestError{Field: field, Problem: fmt.Sprintf("must be a whole number of at least %d and at most %d, got %s",
			least, int64(most), clip(string(raw), 40))}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
