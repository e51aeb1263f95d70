package execution

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Retry is a submission's retry policy. The nil pointer is the default policy.
// In JSON false stands for Off.
type Retry struct {
	// Off means that nothing is retried.
	Off bool

	// MaxAttempts is the number of tries in total. 0 and 1 mean no retry; -1 means the default, 3.
	MaxAttempts int

	// On lists the failure kinds that are retried. Nil means retryable alone.
	On []Kind

	// InitialDelayMs and MaxDelayMs bound the delay of those failures that name
	// none, in milliseconds. Negative means the default, 500 and 10,000.
	InitialDelayMs, MaxDelayMs int64

	// ShouldRetry and DelayMs are JavaScript function sources. ShouldRetry replaces On.
	ShouldRetry, DelayMs string
}

// MaxTries is the largest MaxAttempts that a submission may ask for.
const MaxTries = 1_000_000

// MarshalJSON writes the form that a submission has.
func (r Retry) MarshalJSON() ([]byte, error) {
	if r.Off {
		return []byte("false"), nil
	}
	m := map[string]any{}
	if r.MaxAttempts >= 0 {
		m["maxAttempts"] = r.MaxAttempts
	}
	if r.On != nil {
		m["on"] = r.On
	}
	if r.InitialDelayMs >= 0 {
		m["initialDelayMs"] = r.InitialDelayMs
	}
	if r.MaxDelayMs >= 0 {
		m["maxDelayMs"] = r.MaxDelayMs
	}
	if r.ShouldRetry != "" {
		m["shouldRetry"] = r.ShouldRetry
	}
	if r.DelayMs != "" {
		m["delayMs"] = r.DelayMs
	}
	return json.Marshal(m)
}

// UnmarshalJSON reads the form that a submission has. It returns a [*RequestError].
func (r *Retry) UnmarshalJSON(raw []byte) error {
	p, err := parseRetry(raw)
	if err != nil {
		return err
	}
	if p == nil {
		p = &Retry{MaxAttempts: -1, InitialDelayMs: -1, MaxDelayMs: -1}
	}
	*r = *p
	return nil
}

// parseRetry reads the "retry" field; nil stands for the default policy.
func parseRetry(raw json.RawMessage) (*Retry, error) {
	switch strings.TrimSpace(string(raw)) {
	case "false":
		return &Retry{Off: true}, nil
	case "true", "null":
		return nil, nil
	}
	var fields map[string]json.RawMessage
	if err := typed("retry", raw, &fields, "false or an object"); err != nil {
		return nil, err
	}
	r := &Retry{MaxAttempts: -1, InitialDelayMs: -1, MaxDelayMs: -1}
	for _, name := range sortedKeys(fields) {
		if err := r.parse(name, fields[name]); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *Retry) parse(name string, raw json.RawMessage) error {
	field := "retry." + clip(name, 64)
	switch name {
	case "maxAttempts":
		var n int64
		if err := integer(field, raw, &n, 0); err != nil {
			return err
		}
		if n > MaxTries {
			return &RequestError{Field: field, Problem: fmt.Sprintf("is more than %d", MaxTries)}
		}
		r.MaxAttempts = int(n)
		return nil
	case "on":
		return r.parseOn(field, raw)
	case "initialDelayMs":
		return integer(field, raw, &r.InitialDelayMs, 0)
	case "maxDelayMs":
		return integer(field, raw, &r.MaxDelayMs, 0)
	case "shouldRetry":
		return source(field, raw, &r.ShouldRetry)
	case "delayMs":
		return source(field, raw, &r.DelayMs)
	}
	return &RequestError{Field: field, Problem: "unknown field; the fields are maxAttempts, on, initialDelayMs, maxDelayMs, shouldRetry and delayMs"}
}

func (r *Retry) parseOn(field string, raw json.RawMessage) error {
	r.On = []Kind{}
	if err := typed(field, raw, &r.On, `an array of "retryable", "timeout" and "error"`); err != nil {
		return err
	}
	for _, k := range r.On {
		switch k {
		case KindRetryable, KindTimeout, KindError:
		default:
			return &RequestError{Field: field, Problem: fmt.Sprintf("%q is no failure kind; they are retryable, timeout and error", clip(string(k), 40))}
		}
	}
	return nil
}

func source(field string, raw json.RawMessage, s *string) error {
	if err := typed(field, raw, s, "the source of a JavaScript function"); err != nil {
		return err
	}
	if strings.TrimSpace(*s) == "" {
		return &RequestError{Field: field, Problem: "must be the source of a JavaScript function, got an empty string"}
	}
	return nil
}
