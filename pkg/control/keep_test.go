package control

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
)

func TestKeepingRefusesBadInput(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	w := b.claimed(execution.Request{ID: at(1), Code: "1"})
	w.settle(execution.Completed, nil)
	for _, tt := range []struct {
		operation, body, want string
		is                    error
	}{
		{"expire", `{"olderThanMs": -1}`, "olderThanMs: must not be negative", ErrBadRequest},
		{"expire", `{"olderThanMs": "1h"}`, "olderThanMs: must be a whole number", ErrBadRequest},
		{"expire", `{"olderThanMs": 1.5}`, "olderThanMs: must be a whole number", ErrBadRequest},
		{"expire", `{"older": 1}`, "older: unknown field; the fields are olderThanMs", ErrBadRequest},
		{"expire", `[]`, "the body must be a JSON object", ErrBadRequest},
		{"prune", `{}`, "keep: missing", ErrBadRequest},
		{"prune", `{"keep": -1}`, "keep: must not be negative", ErrBadRequest},
		{"prune", `{"keep": "all"}`, "keep: must be a whole number", ErrBadRequest},
		{"delete", `{}`, "id: missing", ErrBadRequest},
		{"delete", `{"id": "one"}`, "not a ULID", ErrBadRequest},
		{"delete", `{"id": "` + string(at(2)) + `"}`, "no execution", ErrNotFound},
	} {
		var out any
		err := b.client.Call(t.Context(), tt.operation, json.RawMessage(tt.body), &out)
		if !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %s = %v, want %q", tt.operation, tt.body, err, tt.want)
		}
	}
	if r, err := b.client.Get(t.Context(), at(1)); err != nil || r.Status != execution.Completed {
		t.Errorf("after bad input: %s, %v", r.Status, err)
	}
}

// The default age is a day, and the largest number is no overflow.
func TestExpiryDefaultsToADay(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	w := b.claimed(execution.Request{ID: at(1), Code: "1"})
	w.settle(execution.Paused, nil)
	for _, body := range []string{``, `{}`, `{"olderThanMs": 9223372036854775807}`} {
		m, err := b.client.nc.Request("executions.api.default.expire", []byte(body), natstest.StartWait)
		if err != nil || string(m.Data) != `{"executions":[]}` {
			t.Errorf("expire %s = %v, %v, want none", body, m, err)
		}
	}
}
