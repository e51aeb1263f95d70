package value

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"testing"
)

var seeds = []string{
	`null`, `{"a":[1,-0,1e9,"x",true]}`, ``, `{`, `"\`, `{"__codemode_`, `[{"__codemode_value_v1__":"NaN"}]`,
	`{"__codemode_value_v1__":"Map","data":[[1,{"__codemode_value_v1__":"undefined"}]]}`,
	`{"__codemode_value_v1__":"Error","data":{"name":"E","message":"m","cause":{}}}`,
	`{"__codemode_value_v1__":"Object","data":{"__codemode_bigint_v1__":"12"}}`,
	`{"__codemode_binary_v1__":"Uint8Array","data":"AQID"}`,
	`{"data":"AQID","\u005f_codemode_binary_v1__":"ArrayBuffer"}`,
	`1e700`, `[-1e999,{"__codemode_value_v1__":"NaN","data":1e400}]`,
	`{"a":1,"__codemode_x":{"__codemode_y":[]}}`,
	`{"__codemode_binary_v1__":"Uint8Array","__codemode_binary_v1__":"Uint8Array"}`,
}

func seed(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
}

// FuzzPlain: whatever comes in, JSON stays JSON, and nothing panics.
func FuzzPlain(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		got := Plain(text)
		if json.Valid(text) && !json.Valid(got) {
			t.Errorf("Plain(%q) = %q, want JSON", text, got)
		}
	})
}

// FuzzFromPlainRoundTrip: plain JSON survives as the same JSON.
func FuzzFromPlainRoundTrip(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		durable, err := FromPlain(text)
		if err != nil {
			if json.Valid(text) && !errors.Is(err, ErrTooDeep) {
				t.Errorf("FromPlain(%q) = %v, want nil", text, err)
			}
			return
		}
		if !json.Valid(text) {
			t.Errorf("FromPlain(%q) = nil, want an error", text)
			return
		}
		got, want := tree(t, Plain(durable)), tree(t, text)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q becomes %q and then %q", text, durable, Plain(durable))
		}
	})
}

// tree reads JSON and keeps numbers as they are spelled: 1e700 is JSON, but no float64.
func tree(t *testing.T, text []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("decode %q: %v", text, err)
	}
	return v
}

// FuzzEqual: a value equals itself however it is spelled, and order is no matter.
func FuzzEqual(f *testing.F) {
	f.Add([]byte(`{"b":1.0,"a":{"__codemode_value_v1__":"-0"}}`), []byte(`{"a":0,"b":1}`))
	f.Add([]byte(`{`), []byte(`null`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if Equal(a, b) != Equal(b, a) {
			t.Errorf("Equal(%q, %q) depends on the order", a, b)
		}
		if tree, ok := parse(a); ok && a != nil {
			if again, err := json.Marshal(tree); err == nil && !Equal(a, again) {
				t.Errorf("Equal(%q, %q) = false", a, again)
			}
		}
	})
}

func BenchmarkFastPath(b *testing.B) {
	text, err := json.Marshal(map[string]any{"items": make([]map[string]any, 1000), "name": "something"})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("Plain", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			Plain(text)
		}
	})
	b.Run("FromPlain", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := FromPlain(text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Equal", func(b *testing.B) {
		other := append(json.RawMessage(nil), text...)
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			if !Equal(text, other) {
				b.Fatal("not equal")
			}
		}
	})
}
