package sandbox

import (
	"strings"
	"testing"
)

// A script pays for what it names.
func TestPreludeRunsForThoseWhoNameIt(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`async () => { const a = await items.list({n: 1}); return a.map(x => x * 2).filter(Boolean).length }`: "",
		`async () => Object.keys({a: 1}).map(k => k)`:                                                         "",
		`async () => { let n = 2 * 3; /* a * b */ return [n].map(x => x) }`:                                   "",
		`async () => new URL("http://a")`:                                                                     "url",
		`async () => new Map().keys().map(x => x)`:                                                            "iterator",
		`async () => { function* g() {} return g().map(x => x) }`:                                             "iterator",
		`async () => { class A { *items() {} } return new A().items().take(1) }`:                              "iterator",
		`async () => Promise.try(() => 1)`:                                                                    "additions",
		`async () => { try { return 1 } catch {} }`:                                                           "",
		`async () => new AbortController()`:                                                                   "event",
		`async () => "a\nb".length + "\u0041"`:                                                                "",
		`async () => { class A { m() { return this } } return new A() }`:                                      "",
	} {
		p := newPass(Script{Source: source, Now: epoch}, &simHost{}, &compiled{})
		names, err := bindingSource(nil)
		if err != nil {
			t.Fatal(err)
		}
		bind, err := compileBinding(names)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.install(compileSamples(), bind); err != nil {
			t.Fatalf("install(%s): %v", source, err)
		}
		var ran []string
		for name := range p.given {
			ran = append(ran, name)
		}
		if got := strings.Join(ran, ","); got != want {
			t.Errorf("%s runs the prelude %q, want %q", source, got, want)
		}
	}
}

// Words that are asked for but never found would switch a feature off for ever.
func TestWordsThatAreAskedForAreFound(t *testing.T) {
	t.Parallel()
	for _, word := range []string{
		"this", "globalThis", "setTimeout", "structuredClone", "console", "URL", "TextDecoder", "AbortSignal", "DOMException",
		"groupBy", "fromAsync", "withResolvers", "Iterator", "matchAll", "toArray", "using", "asyncDispose", "DisposableStack",
		"captureStackTrace", "isWellFormed", "escape", "RegExp", "JSON", "Intl", "localeCompare", "toLocaleDateString",
		"toLocaleString", "toLocaleUpperCase", "Map", "Set", "Uint8Array", "replace", "atob", "crypto", "performance",
	} {
		for _, source := range []string{word, "a." + word + "(", "x['" + word + "']", "\n" + word + "\n"} {
			if !wordsOf(source)[word] {
				t.Errorf("%q is not found in %q", word, source)
			}
		}
		if wordsOf("a" + word + "b")[word] {
			t.Errorf("%q is found inside of another word", word)
		}
	}
	for mark, sources := range map[string][]string{
		escapeMark:    {`\u0041`},
		starMark:      {"a*b", "function* f"},
		generatorMark: {"function* f", "async *f(", "{ *f(", "static *f", "}\n*[Symbol.iterator]("},
		propertyMark:  {`/\p{L}/u`, `"\\P{L}"`},
		tryMember:     {"Promise.try(", "Promise . try", `Promise["try"]`, "{try: t} = Promise"},
		unicodeMark:   {"/a/u", "/a/giu.test"},
		iteratorMark:  {"m.keys()", "m.entries()", "m.values()"},
	} {
		for _, source := range sources {
			if !wordsOf(source)[mark] {
				t.Errorf("the mark %q is not found in %q", mark, source)
			}
		}
	}
}

// A regular expression that takes for ever ends with its pass: it never counts as one
// that does not match.
func TestExpressionsNeverGiveUp(t *testing.T) {
	t.Parallel()
	got := passValue(t, `async () => /^(?=(a+)+$)a{30}$/.test("a".repeat(30)) && !/^(?=(a+)+b)/.test("a".repeat(18))`, &simHost{})
	if got != "true" {
		t.Errorf("a slow expression gives %s, want true", got)
	}
}

// Listeners are called by the prelude: what they throw must not be lost.
func TestListenersThatThrowEndThePass(t *testing.T) {
	t.Parallel()
	thrown := passThrown(t, `async () => {
		const c = new AbortController();
		c.signal.onabort = () => { throw new RangeError("in a listener") };
		c.abort();
		await new Promise(r => setTimeout(r, 1));
	}`, &simHost{})
	if thrown.Name != "RangeError" || thrown.Message != "in a listener" || thrown.Pos.Line != 3 {
		t.Errorf("threw %+v, want the listener's error of line 3", thrown)
	}
}

// A timer of AbortSignal is one like any other: the host fires it.
func TestAbortTimeoutIsATimerOfTheHost(t *testing.T) {
	t.Parallel()
	host := &simHost{}
	passValue(t, "async () => {\n\tconst s = AbortSignal.timeout(1500);\n\tawait new Promise(r => s.addEventListener('abort', r));\n}", host)
	if len(host.ops) != 1 || host.ops[0].Kind != OpTimer || host.ops[0].Delay.Milliseconds() != 1500 || host.ops[0].Pos.Line != 2 {
		t.Errorf("operations %+v, want one timer of 1500 ms from line 2", host.ops)
	}
}

// A function that is called by itself has the language, and nothing of the Web.
func TestCallHasTheLanguageAlone(t *testing.T) {
	t.Parallel()
	box := NewInProcess(Config{})
	source := `(n) => [Object.groupBy([1, n], x => x > 1 ? "b" : "a"), [1, 2].values().map(x => x * n).toArray(), (1234.5).toLocaleString(),
		/\p{L}/u.test("é"), typeof URL, typeof setTimeout, typeof AbortController, typeof console, typeof crypto, typeof structuredClone]`
	got, err := box.Call(t.Context(), Function{Source: source, Arg: raw("2")})
	want := `[{"a":[1],"b":[2]},[2,4],"1,234.5",true,"undefined","undefined","undefined","undefined","undefined","undefined"]`
	if err != nil || string(got) != want {
		t.Errorf("Call = %s, %v, want %s", got, err, want)
	}
}
