package value

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// TestPlain: what everybody outside of the sandbox sees.
func TestPlain(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, durable, want string }{
		{"nothing special", ` {"b": [1.0, "a"], "a": null} `, ` {"b": [1.0, "a"], "a": null} `},
		{"undefined", `{"__codemode_value_v1__":"undefined"}`, `null`},
		{"undefined element", `[{"__codemode_value_v1__":"undefined"},1]`, `[null,1]`},
		{"undefined properties", `{"a":{"__codemode_value_v1__":"undefined"},"b":1,"c":{"__codemode_value_v1__":"undefined"}}`, `{"b":1}`},
		{"property after an undefined element", `{"a":[{"__codemode_value_v1__":"undefined"}]}`, `{"a":[null]}`},
		{"NaN and infinities", `[{"__codemode_value_v1__":"NaN"},{"__codemode_value_v1__":"Infinity"},{"__codemode_value_v1__":"-Infinity"}]`, `[null,null,null]`},
		{"negative zero", `{"a":{"__codemode_value_v1__":"-0"}}`, `{"a":0}`},
		{"date", `{"__codemode_value_v1__":"Date","data":"2026-01-31T08:00:00.000Z"}`, `"2026-01-31T08:00:00.000Z"`},
		{"invalid date", `{"__codemode_value_v1__":"Date","data":null}`, `null`},
		{"map", `{"__codemode_value_v1__":"Map","data":[["a",{"__codemode_bigint_v1__":"1"}]]}`, `[["a","1"]]`},
		{"set", `{"__codemode_value_v1__":"Set","data":[1,{"__codemode_value_v1__":"Set","data":[]}]}`, `[1,[]]`},
		{"error", `{"__codemode_value_v1__":"Error","data":{"name":"TypeError","message":"no","cause":{"__codemode_value_v1__":"undefined"}}}`, `{"name":"TypeError","message":"no"}`},
		{"an error with nothing to say", `{"__codemode_value_v1__":"Error","data":{}}`, `{"name":null,"message":null}`},
		{"an error in an error", `[{"__codemode_value_v1__":"Error","data":{"cause":{"__codemode_value_v1__":"Error","data":{"name":"In","message":"in"}},"name":"Out","message":"o\"ut"}}]`, `[{"name":"Out","message":"o\"ut"}]`},
		{"an error that no sandbox wrote", `{"a":{"__codemode_value_v1__":"Error","data":{"name":{"x":[1]},"message":"m","cause":[1]}},"b":1}`, `{"a":{"name":null,"message":"m"},"b":1}`},
		{"big integer", `{"__codemode_bigint_v1__":"123456789012345678901234567890"}`, `"123456789012345678901234567890"`},
		{"bytes", `{"a":{"__codemode_binary_v1__":"Uint8Array","data":"AQID"}}`, `{"a":{"__codemode_binary_v1__":"Uint8Array","data":"AQID"}}`},
		{"the user's look-alike", `{"__codemode_value_v1__":"Object","data":{"__codemode_bigint_v1__":"12"}}`, `{"__codemode_bigint_v1__":"12"}`},
		{"an envelope inside of it", `{"__codemode_value_v1__":"Object","data":{"__codemode_bigint_v1__":{"__codemode_bigint_v1__":"12"}}}`, `{"__codemode_bigint_v1__":"12"}`},
		{"the user's escape", `{"__codemode_value_v1__":"Object","data":{"__codemode_value_v1__":"Object","data":{}}}`, `{"__codemode_value_v1__":"Object","data":{}}`},
		{"only mentioned", `{"a":"__codemode_bigint_v1__"}`, `{"a":"__codemode_bigint_v1__"}`},
		{"unknown envelope", `{"__codemode_x":1}`, `{"__codemode_x":1}`},
		{"unknown kind", `{"__codemode_value_v1__":"Blob","data":1}`, `{"__codemode_value_v1__":"Blob","data":1}`},
		{"broken", `{"__codemode_value_v1__":"Date"`, `{"__codemode_value_v1__":"Date"`},
		{"too deep", strings.Repeat("[", 1e7) + `"__codemode_"`, strings.Repeat("[", 1e7) + `"__codemode_"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := string(Plain(json.RawMessage(tt.durable))); got != tt.want {
				t.Errorf("Plain(%.200s) = %.200s, want %.200s", tt.durable, got, tt.want)
			}
		})
	}
	if got := Plain(nil); got != nil {
		t.Errorf("Plain(nil) = %q, want nil", got)
	}
}

// TestFromPlain: bytes are bytes in both directions, any other look-alike is the
// user's and survives, nested ones too.
func TestFromPlain(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, plain, want string }{
		{"key order and spelling", `{"b": 1.50, "a": "\u0041"}`, `{"b": 1.50, "a": "\u0041"}`},
		{"bytes", `{"a":{"__codemode_binary_v1__":"Uint8Array","data":"AQID"}}`, `{"a":{"__codemode_binary_v1__":"Uint8Array","data":"AQID"}}`},
		{"bytes, the other way round", `{"data":"AQID","__codemode_binary_v1__":"ArrayBuffer"}`, `{"__codemode_binary_v1__":"ArrayBuffer","data":"AQID"}`},
		{"bytes of an unknown kind", `{"__codemode_binary_v1__":"Blob","data":"AQID"}`, `{"__codemode_value_v1__":"Object","data":{"__codemode_binary_v1__":"Blob","data":"AQID"}}`},
		{"no base64", `{"__codemode_binary_v1__":"Uint8Array","data":"?"}`, `{"__codemode_value_v1__":"Object","data":{"__codemode_binary_v1__":"Uint8Array","data":"?"}}`},
		{"bytes and more", `{"__codemode_binary_v1__":"Uint8Array","data":"AQID","x":1}`, `{"__codemode_value_v1__":"Object","data":{"__codemode_binary_v1__":"Uint8Array","data":"AQID","x":1}}`},
		{"look-alike", `{"__codemode_bigint_v1__":"12"}`, `{"__codemode_value_v1__":"Object","data":{"__codemode_bigint_v1__":"12"}}`},
		{"look-alike by its last key", `{"a":1,"__codemode_z":2}`, `{"__codemode_value_v1__":"Object","data":{"a":1,"__codemode_z":2}}`},
		{"nested look-alikes", `[{"__codemode_a":{"__codemode_b":{}}}]`, `[{"__codemode_value_v1__":"Object","data":{"__codemode_a":{"__codemode_value_v1__":"Object","data":{"__codemode_b":{}}}}}]`},
		{"adjacent look-alikes", `[{"__codemode_a":1},{"__codemode_b":2}]`, `[{"__codemode_value_v1__":"Object","data":{"__codemode_a":1}},{"__codemode_value_v1__":"Object","data":{"__codemode_b":2}}]`},
		{"spelled with escapes", `{"\u005f_codemode_a":1}`, `{"__codemode_value_v1__":"Object","data":{"\u005f_codemode_a":1}}`},
		{"only mentioned", `{"a":"__codemode_a"}`, `{"a":"__codemode_a"}`},
		{"deep", strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth), strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := FromPlain(json.RawMessage(tt.plain))
			if err != nil || string(got) != tt.want {
				t.Errorf("FromPlain(%.200s) = %.200s, %v, want %.200s", tt.plain, got, err, tt.want)
			}
		})
	}
	if got, err := FromPlain(nil); got != nil || err != nil {
		t.Errorf("FromPlain(nil) = %q, %v, want nil, nil", got, err)
	}
}

func TestFromPlainRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		plain string
		want  error
	}{
		{``, ErrInvalid},
		{`{`, ErrInvalid},
		{`undefined`, ErrInvalid},
		{`1 2`, ErrInvalid},
		{`{"__codemode_a":1}}`, ErrInvalid},
		{strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1), ErrTooDeep},
		{strings.Repeat(`{"\"]}":[`, 1e6), ErrTooDeep},
	}
	for _, tt := range tests {
		if _, err := FromPlain(json.RawMessage(tt.plain)); !errors.Is(err, tt.want) {
			t.Errorf("FromPlain(%.50s) = %v, want %v", tt.plain, err, tt.want)
		}
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, a, b string
		want       bool
	}{
		{"the same", `{"a":1}`, `{"a":1}`, true},
		{"key order", `{"a":{"x":1,"y":[2]},"b":1}`, `{"b":1,"a":{"y":[2],"x":1}}`, true},
		{"white space", `{"a": 1}`, `{"a":1}`, true},
		{"element order", `[1,2]`, `[2,1]`, false},
		{"length", `[1]`, `[1,1]`, false},
		{"spelling of numbers", `[1,100,0.5]`, `[1.0,1e2,5e-1]`, true},
		{"number and string", `1`, `"1"`, false},
		{"numbers", `1`, `2`, false},
		{"zeros", `0`, `{"__codemode_value_v1__":"-0"}`, true},
		{"NaN", `[{"__codemode_value_v1__":"NaN"}]`, `[ {"__codemode_value_v1__":"NaN"}]`, true},
		{"null and false", `null`, `false`, false},
		{"null and no property", `{"a":null}`, `{}`, false},
		{"undefined property", `{"a":{"__codemode_value_v1__":"undefined"}}`, `{}`, true},
		{"undefined property, deep", `[{"b":{"c":1}}]`, `[{"b":{"d":{"__codemode_value_v1__":"undefined"},"c":1}}]`, true},
		{"undefined and null", `{"a":{"__codemode_value_v1__":"undefined"}}`, `{"a":null}`, false},
		{"undefined element", `[{"__codemode_value_v1__":"undefined"}]`, `[null]`, false},
		{"undefined and an empty object", `[{"__codemode_value_v1__":"undefined"}]`, `[{}]`, false},
		{"spelling of strings", `"a"`, `"\u0061"`, true},
		{"big integers", `{"__codemode_bigint_v1__":"1"}`, `{"__codemode_bigint_v1__":"2"}`, false},
		{"object and array", `{}`, `[]`, false},
		{"broken", `{"a":`, `{"a": `, false},
		{"deeper than any value", strings.Repeat("[", 1e6), strings.Repeat("[", 1e6) + " ", false},
		{"broken the same way", `{"a":`, `{"a":`, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, b := json.RawMessage(tt.a), json.RawMessage(tt.b)
			if got := Equal(a, b); got != tt.want {
				t.Errorf("Equal(%s, %s) = %v, want %v", a, b, got, tt.want)
			}
			if got := Equal(b, a); got != tt.want {
				t.Errorf("Equal(%s, %s) = %v, want %v", b, a, got, tt.want)
			}
		})
	}
	if Equal(nil, json.RawMessage(`null`)) || Equal(json.RawMessage(`null`), nil) || !Equal(nil, nil) {
		t.Error("no argument must equal no argument, and nothing else")
	}
}
