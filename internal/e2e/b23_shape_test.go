package e2e

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/shape"
)

// Section 23: what a caller gets of a result.

// shaping makes the rig's client transform results.
func (r *rig) shaping(f func(json.RawMessage) (json.RawMessage, error)) {
	r.t.Helper()
	c, err := control.NewClient(control.ClientConfig{Conn: r.nc, Timeout: requestTime, Transform: f})
	if err != nil {
		r.t.Fatal(err)
	}
	r.client = c
}

func TestB333B334Transform(t *testing.T) {
	t.Parallel()
	r := up(t)
	r.shaping(func(raw json.RawMessage) (json.RawMessage, error) {
		return json.RawMessage(`{"shaped":` + string(raw) + `}`), nil
	})
	r.completed(r.run(`async () => await items.list_items()`), `{"shaped": []}`)
	o := r.paused(`async () => await items.create_item({title: "z"})`)
	if o.Result != nil {
		t.Errorf("result of the pause %s", o.Result)
	}
	r.completed(r.approve(o.ExecutionID), `{"shaped": {"id": 1, "title": "z"}}`)
	equalJSON(t, "stored result", r.get(o.ExecutionID).Result, `{"id": 1, "title": "z"}`)
	if o := r.run(`items.boom()`); o.Status != execution.Error || o.Result != nil {
		t.Errorf("outcome %+v", o)
	}
}

func TestB335TransformThatFails(t *testing.T) {
	t.Parallel()
	r := up(t)
	r.shaping(func(json.RawMessage) (json.RawMessage, error) { return nil, errors.New("no") })
	r.completed(r.run(`[1]`), `[1]`)
	r.shaping(func(json.RawMessage) (json.RawMessage, error) { panic("no") })
	r.completed(r.run(`[1]`), `[1]`)
}

// A client that truncates gets valid JSON of the same shape, within its budget.
func TestTruncate(t *testing.T) {
	t.Parallel()
	r := up(t)
	budget := func(n int) func(json.RawMessage) (json.RawMessage, error) {
		return func(raw json.RawMessage) (json.RawMessage, error) { return shape.Truncate(raw, n), nil }
	}
	for name, tt := range map[string]struct {
		code   string
		budget int
		want   []string
		whole  bool
	}{
		"B336 within the default budget": {`"x".repeat(23998)`, 0, nil, true},
		"B336 above it":                  {`"x".repeat(23999)`, 0, []string{"characters left out]"}, false},
		"B336 a budget of tokens":        {`"x".repeat(90)`, shape.Tokens(20), []string{"characters left out]"}, false},
		"B337 a string is cut":           {`"x".repeat(100)`, 60, []string{`"xxx`, "characters left out]"}, false},
		"B338 an array":                  {`Array.from({length: 100}, (_, i) => i)`, 60, []string{"[0,", "items left out]"}, false},
		"B338 an object":                 {`({a: 1, b: "y".repeat(50), c: "z".repeat(50)})`, 60, []string{`{"a":1`, "left out"}, false},
		"B339 what fits is unchanged":    {`({n: 5n, u: undefined, x: NaN})`, 1000, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := r.in(t)
			o := r.run(tt.code)
			r.shaping(budget(tt.budget))
			got, err := r.client.Wait(t.Context(), o.ExecutionID, control.Follow{})
			if err != nil {
				t.Fatal(err)
			}
			if !json.Valid(got.Result) || (string(got.Result) == string(o.Result)) != tt.whole {
				t.Errorf("result %.200s", got.Result)
			}
			for _, part := range tt.want {
				if !strings.Contains(string(got.Result), part) {
					t.Errorf("result %.200s, want %q in it", got.Result, part)
				}
			}
		})
	}
}
