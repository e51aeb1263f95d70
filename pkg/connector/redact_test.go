package connector

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestRedact(t *testing.T) {
	t.Parallel()
	s := newSet(t, &fake{}, nil, "s3cret", "s3cret-longer", `qu"o\te`, "a b&c", "4711", "abc", `"begin`)
	for text, want := range map[string]string{
		`plain s3cret text`:                  `plain [redacted] text`,
		`s3cret-longer`:                      `[redacted]`,
		`{"k":"x s3cret y"}`:                 `{"k":"x [redacted] y"}`,
		`{"s3cret":1}`:                       `{"[redacted]":1}`,
		`{"k":"\u00733cret"}`:                `{"k":"[redacted]"}`,
		`{"k":"qu\"o\\te"}`:                  `{"k":"[redacted]"}`,
		`{"k":"{\"in\":\"qu\\\"o\\\\te\"}"}`: `{"k":"{\"in\":\"[redacted]\"}"}`,
		`log qu"o\te`:                        `log [redacted]`,
		`log "qu\"o\\te"`:                    `log "[redacted]"`,
		`GET /?q=a+b%26c`:                    `GET /?q=[redacted]`,
		`{"k":"a b\u0026c"}`:                 `{"k":"[redacted]"}`,
		`{"pin":4711,"n":47110}`:             `{"pin":"[redacted]","n":47110}`,
		`[-1.5e3, true, null, "abc"]`:        `[-1.5e3, true, null, "abc"]`,
		`{"k":"\n\ud83d\ude00 <b>"}`:         `{"k":"\n\ud83d\ude00 <b>"}`,
		`{"k":"<s3cret>"}`:                   `{"k":"<[redacted]>"}`,
		`{"k":"\"begin"}`:                    `{"k":"[redacted]"}`,
		``:                                   ``,
	} {
		got := string(s.Redact([]byte(text)))
		if got != want {
			t.Errorf("Redact(%s) = %s, want %s", text, got, want)
		}
		if json.Valid([]byte(text)) && !json.Valid([]byte(got)) {
			t.Errorf("Redact(%s) is no longer JSON: %s", text, got)
		}
	}
}

func TestRedactWithoutSecretsReturnsTheText(t *testing.T) {
	t.Parallel()
	for _, s := range []*Set{newSet(t, &fake{}, nil), newSet(t, &fake{}, nil, "abc", ""), newSet(t, &fake{}, nil, "s3cret")} {
		text := []byte(`{"k":"abc"}`)
		if got := s.Redact(text); &got[0] != &text[0] {
			t.Errorf("Redact copied %s", got)
		}
	}
	if got := newSet(t, &fake{}, nil).Redact(nil); got != nil {
		t.Errorf("Redact(nil) = %q", got)
	}
}

func TestExecuteRedactsTheResult(t *testing.T) {
	t.Parallel()
	s := newSet(t, &fake{methods: []Method{{Name: "echo"}}}, nil, "s3cret")
	got, err := s.Execute(t.Context(), "items", Call{Method: "echo", Args: json.RawMessage(`{"auth":"Bearer s3cret"}`)})
	if err != nil || string(got) != `{"auth":"Bearer [redacted]"}` {
		t.Errorf("Execute = %s, %v", got, err)
	}
	got, err = s.Execute(t.Context(), "items", Call{Method: "echo"})
	if err != nil || got != nil {
		t.Errorf("Execute without a value = %q, %v, want nil", got, err)
	}
}

func FuzzRedactKeepsJSON(f *testing.F) {
	f.Add(`{"a":["s3cret",4711,-0,"\u0073"]}`)
	r := newRedactor([]string{"s3cret", "4711", "true", `\u00`})
	f.Fuzz(func(t *testing.T, text string) {
		got := r.redact([]byte(text))
		if json.Valid([]byte(text)) && !json.Valid(got) {
			t.Errorf("redact(%q) = %q: not JSON", text, got)
		}
		if strings.Contains(string(got), "s3cret") {
			t.Errorf("redact(%q) = %q", text, got)
		}
	})
}
