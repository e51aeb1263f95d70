package shape

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestTruncate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		max      int
		want     string
	}{
		{"fits", ` {"a": [1, 2]} `, 30, ` {"a": [1, 2]} `},
		{"just fits", `"12345678"`, 10, `"12345678"`},
		{"string", `"` + strings.Repeat("a", 100) + `"`, 50, `"` + strings.Repeat("a", 21) + `… [79 characters left out]"`},
		{"one character", `"` + strings.Repeat("a", 30) + `"`, 31, `"aaa… [27 characters left out]"`},
		{"array", `[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]`, 60, `[1,2,3,4,5,6,"… [14 items left out]"]`},
		{"object", `{"a":1,"b":"` + strings.Repeat("x", 300) + `","c":3}`, 130, `{"a":1,"b":"` + strings.Repeat("x", 69) + `… [231 characters left out]","c":3}`},
		{"keys", `{"one":1,"two":2,"three":3,"four":4,"five":5,"six":6,"seven":7,"eight":8,"nine":9,"ten":10,"eleven":11}`, 120,
			`{"one":1,"two":2,"three":3,"four":4,"six":6,"…":"[6 keys left out: five, seven, …]"}`},
		{"taken key", `{"…":1,"\u2026 2":2,"b":3,"c":"` + strings.Repeat("x", 50) + `","d":"` + strings.Repeat("x", 50) + `"}`, 120,
			`{"…":1,"\u2026 2":2,"b":3,"… 3":"[2 keys left out: c, d]"}`},
		{"large key", `{"` + strings.Repeat("k", 1000) + `":1,"b":2}`, 400, `{"b":2,"…":"[1 key left out: ` + strings.Repeat("k", 39) + `…]"}`},
		{"number", strings.Repeat("1", 1000), 40, `"1111111111… [990 characters left out]"`},
		{"no budget", `[[1],[2],[3]]`, 1, `[]`},
		{"no budget for an object", `{"a":1}`, 3, `{}`},
		{"no budget for a word", `false`, 3, `"…"`},
		{"no JSON", `{"a":` + strings.Repeat("1", 100), 10, `{"a":` + strings.Repeat("1", 100)},
		{"nothing", ``, 10, ``},
	} {
		if got := string(Truncate(json.RawMessage(c.in), c.max)); got != c.want {
			t.Errorf("%s: Truncate(%.60s, %d) =\n%s\nwant\n%s", c.name, c.in, c.max, got, c.want)
		}
	}
}

func TestDefaultBudgetIsSixThousandTokens(t *testing.T) {
	t.Parallel()
	fits := json.RawMessage(`"` + strings.Repeat("x", 24_000-2) + `"`)
	if got := Truncate(fits, 0); !bytes.Equal(got, fits) {
		t.Errorf("24,000 characters became %d", len(got))
	}
	over := json.RawMessage(`"` + strings.Repeat("x", 24_001-2) + `"`)
	if got := Truncate(over, 0); utf8.RuneCount(got) > 24_000 || utf8.RuneCount(got) < 23_990 {
		t.Errorf("24,001 characters became %d, want 24,000 or little less", utf8.RuneCount(got))
	}
	if Tokens(2) != 8 || Tokens(6000) != DefaultChars || Tokens(1<<62) < 1<<62 {
		t.Errorf("Tokens(2) = %d, Tokens(6000) = %d, Tokens(1<<62) = %d", Tokens(2), Tokens(6000), Tokens(1<<62))
	}
}

// Rows of a table are shown whole, as many as fit; long texts side by side are all shown in part.
func TestWholeRowsAndPartsOfTexts(t *testing.T) {
	t.Parallel()
	row := `{"id":1234,"name":"somebody","mail":"somebody@example.com","notes":"nothing to say"}`
	rows := "[" + strings.Repeat(row+",", 999) + row + "]"
	got := string(Truncate(json.RawMessage(rows), 24_000))
	if n := strings.Count(got, row); n < 150 || strings.Contains(strings.ReplaceAll(got, row, ""), "id") || !strings.HasSuffix(got, fmt.Sprintf(`… [%d items left out]"]`, 1000-n)) {
		t.Errorf("%d whole rows, and %s", n, got[len(got)-200:])
	}
	text := `"` + strings.Repeat("x", 100_000) + `"`
	got = string(Truncate(json.RawMessage(`{"a":`+text+`,"b":`+text+`,"c":{"d":`+text+`},"e":"short"}`), 24_000))
	var o struct {
		A, B, E string
		C       struct{ D string }
	}
	if err := json.Unmarshal([]byte(got), &o); err != nil || len(o.A) < 7_900 || len(o.B) < 7_900 || len(o.C.D) < 7_900 || o.E != "short" {
		t.Errorf("shown are %d, %d and %d characters and %q, %v", len(o.A), len(o.B), len(o.C.D), o.E, err)
	}
}

func TestNoCharacterIsSplit(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.Repeat("é漢😀", 40), strings.Repeat(`\n\"\\\u00e9\ud83d\ude00`, 20), strings.Repeat(`\uD83D`, 40)} {
		whole := `"` + text + `"`
		for budget := 30; budget < 120; budget++ {
			got := Truncate(json.RawMessage(whole), budget)
			shown, marker, ok := strings.Cut(string(got[1:len(got)-1]), "… [")
			var left int
			if _, err := fmt.Sscanf(marker, "%d characters left out]", &left); !ok || err != nil {
				t.Fatalf("%d: %s", budget, got)
			}
			rest, cut := strings.CutPrefix(text, shown)
			if !cut || !utf8.ValidString(shown) {
				t.Fatalf("%d: %q is no beginning of %q", budget, shown, text)
			}
			if n := count([]byte(rest)); n != left || count([]byte(shown))+n != count([]byte(text)) {
				t.Errorf("%d: says that %d are left out, they are %d", budget, left, n)
			}
			if strings.HasSuffix(shown, `\ud83d`) {
				t.Errorf("%d: half of a pair at the end of %s", budget, shown)
			}
		}
	}
}

// check fails unless Truncate keeps its promises for a value and a budget.
func check(t *testing.T, in []byte, budget int) {
	t.Helper()
	got := Truncate(in, budget)
	if again := Truncate(in, budget); !bytes.Equal(got, again) {
		t.Errorf("not the same twice: %s, %s", got, again)
	}
	if !json.Valid(in) {
		if !bytes.Equal(got, in) {
			t.Errorf("Truncate(%q) = %q, want no change", in, got)
		}
		return
	}
	if budget <= 0 {
		budget = DefaultChars
	}
	if size(t, in) <= budget {
		if !bytes.Equal(got, in) {
			t.Errorf("%q fits into %d and became %q", in, budget, got)
		}
		return
	}
	if !json.Valid(got) || size(t, got) > max(budget, leastChars) {
		t.Errorf("Truncate(%.200q, %d) = %.200q with %d characters", in, budget, got, size(t, got))
	}
	if first := bytes.TrimSpace(in)[0]; (first == '{' || first == '[' || first == '"') && got[0] != first {
		t.Errorf("Truncate(%.200q, %d) = %.200q, another kind of value", in, budget, got)
	}
	if utf8.Valid(in) && !utf8.Valid(got) {
		t.Errorf("Truncate(%.200q, %d) = %.200q, no UTF-8", in, budget, got)
	}
}

// size is the size of a value as the promise has it.
func size(t *testing.T, value []byte) int {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, bytes.TrimSpace(value), "", "  "); err != nil {
		t.Fatal(err)
	}
	return utf8.RuneCount(b.Bytes())
}

func TestAnyValueKeepsThePromises(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		in := random(r, 4)
		check(t, in, r.IntN(len(in)+40))
	}
}

// random makes a value, of all kinds and with white space.
func random(r *rand.Rand, depth int) []byte {
	space := func() string { return strings.Repeat(" \n\t", r.IntN(2)) }
	text := func() string {
		all := []string{"a", "long text ", "é", "😀", `\n`, `\"`, `\\`, `\u00e9`, `\ud83d\ude00`, `\ud800`, "…"}
		var b strings.Builder
		for range r.IntN(1 << r.IntN(8)) {
			b.WriteString(all[r.IntN(len(all))])
		}
		return `"` + b.String() + `"`
	}
	kind := r.IntN(6)
	if depth == 0 {
		kind %= 3
	}
	switch kind {
	case 0:
		return []byte([]string{"null", "true", "-1.5e300", strings.Repeat("9", r.IntN(60)+1)}[r.IntN(4)])
	case 1, 2:
		return []byte(text())
	case 3:
		var all []string
		for range r.IntN(1 << r.IntN(6)) {
			all = append(all, space()+string(random(r, depth-1)))
		}
		return []byte("[" + strings.Join(all, space()+",") + space() + "]")
	}
	var all []string
	for range r.IntN(1 << r.IntN(6)) {
		all = append(all, space()+text()+space()+":"+space()+string(random(r, depth-1)))
	}
	return []byte("{" + strings.Join(all, ",") + space() + "}")
}

func FuzzTruncate(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		f.Add(random(r, 4), r.IntN(200))
	}
	for _, in := range []string{``, `"`, `[`, `{"…":1,"…":2}`, `"\u`, `"\ud83d\ude0"`, "\"\xff\xfe\"", `[[[[[[[[]]]]]]]]`, ` 7 `, `{"a":[]}`} {
		f.Add([]byte(in), 5)
	}
	f.Fuzz(func(t *testing.T, in []byte, budget int) { check(t, in, budget) })
}

// Values that would be slow if anything were read again at every level, or made large
// by indentation, take no longer than others of their length.
func TestHostileValuesAreFast(t *testing.T) {
	t.Parallel()
	const length = 1 << 20
	deep := strings.Repeat("[", 9_999) + strings.Repeat("]", 9_999)
	long := strings.Repeat("x", length)
	for name, in := range map[string]string{
		"deep":               deep,
		"deep around a text": strings.Repeat(`{"a":`, 9_999) + `"` + long + `"` + strings.Repeat("}", 9_999),
		"deep beside texts":  strings.Repeat(`["`+strings.Repeat("x", 200)+`",`, 9_000) + "1" + strings.Repeat("]", 9_000),
		"empty arrays":       "[" + strings.Repeat("[],", length/3) + "[]]",
		"keys like markers":  markers(length),
		"backslashes":        `"` + strings.Repeat(`\\`, length/2) + `"`,
		"one key":            `{"` + long + `":` + `"` + long + `"}`,
		"numbers":            "[" + strings.Repeat("1,", length/2) + "1]",
	} {
		for _, budget := range []int{100, 24_000, 1 << 20} {
			start := time.Now()
			got := Truncate(json.RawMessage(in), budget)
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("%s in %d: took %v", name, budget, took)
			}
			if !json.Valid(got) || len(got) > 8*budget+leastChars {
				t.Errorf("%s in %d: %d bytes", name, budget, len(got))
			}
		}
	}
}

// markers is an object whose keys are what a marker's key could be.
func markers(length int) string {
	var b strings.Builder
	b.WriteString(`{"…":1`)
	for n := 2; b.Len() < length; n++ {
		fmt.Fprintf(&b, `,"… %d":1`, n)
	}
	return b.String() + "}"
}

func BenchmarkTruncate(b *testing.B) {
	row := `{"id":1234,"name":"somebody","mail":"somebody@example.com","tags":["a","b"],"notes":"nothing to say"}`
	const length = 1 << 20
	for name, in := range map[string]string{
		"rows":    "[" + strings.Repeat(row+",", length/len(row)) + row + "]",
		"text":    `"` + strings.Repeat("x", length) + `"`,
		"numbers": "[" + strings.Repeat("1,", length/2) + "1]",
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				Truncate(json.RawMessage(in), DefaultChars)
			}
		})
	}
}
