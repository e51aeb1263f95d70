package value_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/reprise-run/reprise/pkg/sandbox"
	"github.com/reprise-run/reprise/pkg/value"
)

// silent is the host of a script that calls nothing.
type silent struct{}

func (silent) Turn(ctx context.Context, _ []sandbox.Op) (sandbox.Event, error) {
	<-ctx.Done()
	return sandbox.Event{}, context.Cause(ctx)
}

func (silent) Print(string) {}

// TestSandboxWritesWhatPlainReads: the sandbox keeps its own copy of the envelopes.
// Both copies must stay the same.
func TestSandboxWritesWhatPlainReads(t *testing.T) {
	t.Parallel()
	tests := []struct{ source, want string }{
		{`[undefined, NaN, Infinity, -Infinity, -0]`, `[null,null,null,null,0]`},
		{`({a: undefined, b: 1})`, `{"b":1}`},
		{`new Date(Date.UTC(2026, 0, 31, 8))`, `"2026-01-31T08:00:00.000Z"`},
		{`[new Date(NaN)]`, `[null]`},
		{`new Map([["a", 1n], [{k: 1}, new Set([1, 2])]])`, `[["a","1"],[{"k":1},[1,2]]]`},
		{`new TypeError("no", {cause: 1})`, `{"name":"TypeError","message":"no"}`},
		{`new Uint8Array([1, 2, 3])`, `{"__codemode_binary_v1__":"Uint8Array","data":"AQID"}`},
		{`new Uint8Array([1, 2, 3]).buffer`, `{"__codemode_binary_v1__":"ArrayBuffer","data":"AQID"}`},
		{`({__codemode_bigint_v1__: "12"})`, `{"__codemode_bigint_v1__":"12"}`},
		{`({a: {__codemode_value_v1__: {__codemode_x: 1n}}})`, `{"a":{"__codemode_value_v1__":{"__codemode_x":"1"}}}`},
	}
	box := sandbox.NewInProcess(sandbox.Config{})
	for _, tt := range tests {
		result, err := box.Run(t.Context(), sandbox.Script{Source: tt.source, Seed: "s"}, silent{})
		if err != nil || result.Thrown != nil {
			t.Errorf("%s: %v, %v", tt.source, err, result.Thrown)
			continue
		}
		if got := string(value.Plain(result.Value)); got != tt.want {
			t.Errorf("%s is %s, plain %s, want %s", tt.source, result.Value, got, tt.want)
		}
	}
}

// TestSandboxReadsWhatFromPlainWrites: results of connectors reach the code as they are.
func TestSandboxReadsWhatFromPlainWrites(t *testing.T) {
	t.Parallel()
	box := sandbox.NewInProcess(sandbox.Config{})
	for _, plain := range []string{
		`{"b":1,"a":[null,true,"x"]}`,
		`{"__codemode_bigint_v1__":"12"}`,
		`{"a":1,"__codemode_value_v1__":{"__codemode_value_v1__":"undefined"}}`,
		`{"\u005f_codemode_value_v1__":"NaN"}`,
		`{"__codemode_binary_v1__":"Uint8Array","data":"AQID"}`,
		`{"__codemode_binary_v1__":"Blob","data":"AQID"}`,
	} {
		durable, err := value.FromPlain(json.RawMessage(plain))
		if err != nil {
			t.Fatalf("FromPlain(%s): %v", plain, err)
		}
		script := sandbox.Script{Source: "(input) => input", Input: durable, Seed: "s"}
		result, err := box.Run(t.Context(), script, silent{})
		if err != nil || result.Thrown != nil {
			t.Errorf("%s: %v, %v", plain, err, result.Thrown)
			continue
		}
		if got := value.Plain(result.Value); !value.Equal(got, json.RawMessage(plain)) {
			t.Errorf("%s comes back as %s", plain, got)
		}
	}
}
