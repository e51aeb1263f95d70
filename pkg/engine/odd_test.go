package engine

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
)

func nested(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// odd are values that a connector may answer and a submission may have as its
// input, with what the code sees of them, or why it sees none.
var odd = map[string]struct {
	text  string
	check string // of v, in the code
	why   string
}{
	"as deep as may be":   {nested(1000), `JSON.stringify(v).length === 2000`, ""},
	"too deep":            {nested(1001), "", "nested more than 1000 levels deep"},
	"deeper than parsers": {nested(100_000), "", "nested more than 1000 levels deep"},
	"deep objects":        {strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000), "", "nested more than 1000 levels deep"},
	"never closed":        {strings.Repeat("[", 5_000_000), "", "nested more than 1000 levels deep"},
	"deep look-alikes":    {strings.Repeat(`{"__codemode_a":`, 1000) + "1" + strings.Repeat("}", 1000), `"__codemode_a" in v`, ""},
	"deep in a string":    {`"` + strings.Repeat("[", 100_000) + `"`, `v.length === 100000`, ""},
	"no JSON":             {`{"a":`, "", "not valid JSON"},
	"two values":          {`1 2`, "", "not valid JSON"},
	"words":               {`NaN`, "", "not valid JSON"},
	"a NUL":               {"\"\x00\"", "", "not valid JSON"},
	"duplicate keys":      {`{"a":1,"b":2,"a":3}`, `v.a === 3 && Object.keys(v).length === 2`, ""},
	"duplicate envelopes": {`{"__codemode_binary_v1__":"Uint8Array","data":"AQID","data":"!"}`, `v.data === "!"`, ""},
	"broken bytes":        {`{"__codemode_binary_v1__":"Uint8Array","data":"!"}`, `v.data === "!"`, ""},
	"another envelope":    {`{"__codemode_bigint_v1__":"1x"}`, `v.__codemode_bigint_v1__ === "1x"`, ""},
	"an odd envelope":     {`{"__codemode_value_v1__":"Map","data":[[1]]}`, `v.data.length === 1`, ""},
	"lone surrogates":     {`["\ud800","\udc00\ud800","\ud83d\ude00"]`, `v[0].charCodeAt(0) === 0xd800 && v[1].length === 2 && v[2] === "\u{1f600}"`, ""},
	"a lone key":          {`{"\ud800":1}`, `Object.keys(v).length === 1`, ""},
	"no UTF-8":            {"[\"\xff\xfe\"]", `v[0].length > 0`, ""},
	"out of range":        {`[1e999,-1e999,1e-999]`, `v[0] === Infinity && v[1] === -Infinity && v[2] === 0`, ""},
	"many digits":         {strings.Repeat("9", 400), `v === Infinity`, ""},
	"a huge exponent":     {`1e9999999999`, `v === Infinity`, ""},
	"a huge key":          {`{"` + strings.Repeat("k", 4<<20) + `":1}`, `Object.keys(v)[0].length === 4194304`, ""},
	"the prototype":       {`{"__proto__":{"a":1},"constructor":1,"toJSON":2,"then":3}`, `Object.keys(v).length === 4 && v.a === undefined`, ""},
	"large":               {`"` + strings.Repeat("x", 50<<20) + `"`, "", "too large to record durably: 52428802 bytes, the limit is 16777216"},
}

// check makes code that fails unless v, the odd value, is what it should be, and
// that is replayed.
func checking(v, check string) string {
	if check == "" {
		check = "false"
	}
	return `async (input) => {
		const v = ` + v + `
		if (!(` + check + `)) throw new Error("saw it: " + typeof v)
		await items.retry_once()
		return true
	}`
}

// What a connector answers is a value for the code, or a failure that says why not.
func TestOddAnswersOfConnectors(t *testing.T) {
	t.Parallel()
	for name, tt := range odd {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil, new(fake).on(connector.Method{Name: "odd"}, answers(tt.text)).named())
			res := r.run(checking(`await x.odd()`, tt.check))
			if tt.why == "" {
				r.want(res, `true`)
				return
			}
			if res.Status != execution.Error || !strings.Contains(res.Error, tt.why) || !strings.Contains(res.Error, "x.odd") || len(r.results) != 1 {
				t.Errorf("got %s %.300q, want error with %q", res.Status, res.Error, tt.why)
			}
		})
	}
}

// An input is a value for the code, or ends the execution before any of it ran.
func TestOddInputs(t *testing.T) {
	t.Parallel()
	for name, tt := range odd {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			res := r.execute(execution.Request{Code: checking(`input`, tt.check), Input: json.RawMessage(tt.text)})
			if tt.why == "" {
				r.want(res, `true`)
				return
			}
			if res.Status != execution.Error || !strings.HasPrefix(res.Error, "the input: ") || !strings.Contains(res.Error, tt.why) {
				t.Errorf("got %s %.300q, want error with %q", res.Status, res.Error, tt.why)
			}
		})
	}
}

// The same values as arguments, which a schema checks, and in a policy's context.
func TestOddArguments(t *testing.T) {
	t.Parallel()
	schema := json.RawMessage(`{"type":"object","properties":{"v":{"$ref":"#/$defs/v"}},"$defs":{"v":{"items":{"$ref":"#/$defs/v"},"maximum":5}}}`)
	echo := func(_ context.Context, call connector.Call) (json.RawMessage, error) { return call.Args, nil }
	x := new(fake).on(connector.Method{Name: "checked", Input: schema}, echo).on(connector.Method{Name: "echo"}, echo)
	deep := `let v = []; for (let i = 0; i < 997; i++) v = [v];`
	maps := `let v = new Map(); for (let i = 0; i < 998; i++) v = new Map([["k", v]]);`
	for name, tt := range map[string]struct{ code, why string }{
		"deep":                    {deep + `return (await x.checked({v})) !== 1`, ""},
		"above the maximum":       {`await x.checked({v: [[6]]})`, "maximum"},
		"too deep":                {`let v = []; for (let i = 0; i < 5000; i++) v = [v]; await x.checked({v})`, "nested more than 1000 levels deep"},
		"deep maps":               {maps + `try { await x.echo({v}) } catch (e) { return e.message.includes("nested more than 1000") }`, ""},
		"seen by the policy":      {maps + `try { await x.echo({v}) } catch {} ; throw new Error("end")`, "end"},
		"largest numbers":         {`try { await x.checked({v: 1.7976931348623157e308}) } catch (e) { return e.name === "ValidationError" }`, ""},
		"infinite":                {`return (await x.echo({v: Infinity})).v === null`, ""},
		"halves of pairs":         {`return (await x.echo({v: "\ud800"})).v.length === 1`, ""},
		"half of a pair in a key": {`return await x.echo({"\udfff": 1})`, "half of a surrogate pair"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil, x.named())
			retry := onError(2)
			retry.InitialDelayMs, retry.ShouldRetry = 0, `(c) => c.attempt < 2`
			res := r.execute(execution.Request{Code: `async () => { ` + tt.code + ` }`, Retry: retry})
			if tt.why == "" {
				r.want(res, `true`)
			} else if res.Status != execution.Error || !strings.Contains(res.Error, tt.why) {
				t.Errorf("got %s %.300q, want error with %q", res.Status, res.Error, tt.why)
			}
		})
	}
}
