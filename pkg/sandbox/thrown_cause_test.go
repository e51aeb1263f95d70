package sandbox

import (
	"slices"
	"strings"
	"testing"
)

func TestCausesAreTold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, source string
		want         []string
	}{
		{"none", "async () => { throw new Error('a') }", nil},
		{"one", "async () => {\n const e = new TypeError('b');\n throw new Error('a', {cause: e}) }", []string{"TypeError: b at line 2:12"}},
		{"two", "async () => { throw new Error('a', {cause: new Error('b', {cause: new RangeError('c')})}) }",
			[]string{"b at line 1:44", "RangeError: c at line 1:67"}},
		{"no error", "async () => { throw new Error('a', {cause: {code: 5}}) }", []string{`{"code":5}`}},
		{"null", "async () => { throw new Error('a', {cause: null}) }", []string{"null"}},
		{"undefined", "async () => { throw new Error('a', {cause: undefined}) }", nil},
		{"a call", "async () => {\n try { await items.boom() } catch (e) {\n throw new Error('a', {cause: e}) } }", []string{"no at line 2:24"}},
		{"collected", "async () => {\n await Promise.any([items.a(), items.b()]) }", []string{"no at line 2:28", "no at line 2:39"}},
		{"many", "async () => { throw new AggregateError([1, 2, 3, 4, 5, 6, 7], 'a') }", []string{"1", "2", "3", "4", "5", "2 more"}},
		{"of itself", "async () => { const e = new Error('a'); e.cause = e; throw e }", nil},
		{"a circle", "async () => { const e = new Error('a'), f = new Error('b', {cause: e}); e.cause = f; throw e }", []string{"b at line 1:45"}},
		{"a getter that throws", "async () => { throw Object.defineProperty(new Error('a'), 'cause', {get() { throw 1 }}) }", nil},
		{"a cause that throws", "async () => { throw new Error('a', {cause: {toJSON() { throw 1 }, toString() { throw 2 }}}) }", []string{"something that cannot be shown"}},
		{"a proxy", "async () => { throw new Error('a', {cause: new Proxy({}, {get() { throw 1 }, ownKeys() { throw 1 }})}) }", []string{"something that cannot be shown"}},
		{"of no error", "async () => { throw {message: 'a', cause: new Error('b')} }", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := passThrown(t, tt.source, &simHost{answer: refuse("Error", "no")})
			if !slices.Equal(got.Causes, tt.want) {
				t.Errorf("causes = %q, want %q", got.Causes, tt.want)
			}
		})
	}
}

// TestCausesAreBounded: no error tells more than people read.
func TestCausesAreBounded(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		`async () => { let e; for (let i = 0; i < 1e3; i++) e = new Error("x".repeat(1e4), {cause: e}); throw e }`,
		`async () => { throw new AggregateError(Array(1e3).fill(0).map(() => new Error("x".repeat(1e4))), "a") }`,
		`async () => { const e = new AggregateError([], "a"); e.errors.length = 4294967295; throw e }`,
		`async () => { const e = new Error("a"); e.errors = {length: 1e15, 0: 1}; throw e }`,
	} {
		got := passThrown(t, source, &simHost{})
		if n := len(strings.Join(got.Causes, "")); len(got.Causes) > maxCauses+1 || n > (maxCauses+1)*(maxCauseText+300) {
			t.Errorf("%s: %d causes with %d bytes", source, len(got.Causes), n)
		}
	}
}
