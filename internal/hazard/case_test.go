package hazard

import (
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

func TestParseReadsHeaders(t *testing.T) {
	t.Parallel()
	c, err := parse("// what: w\n// want: error memory | completed {\"a\":1}\n// text: t: u\n// bare\n// limits: {\"calls\":3}\na/*repeat 3 \"b\\n\"*/c\n")
	if err != nil {
		t.Fatal(err)
	}
	if c.What != "w" || c.Text != "t: u" || c.Source != "ab\nb\nb\nc" || c.Limits.Calls != 3 || c.Timeout != ampleTimeout || c.Engine {
		t.Errorf("case %+v", c)
	}
	for l, want := range map[Label]bool{
		{Status: execution.Error, Reason: execution.ReasonMemory}: true,
		{Status: execution.Error, Reason: execution.ReasonCrash}:  false,
		{Status: execution.Completed, Result: `{"a":1}`}:          true,
		{Status: execution.Completed, Result: `1`}:                false,
	} {
		if c.Good(l) != want {
			t.Errorf("Good(%s) = %t, want %t", l, !want, want)
		}
	}
}

func TestParseRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "// what: w\n", "// want: error code\n", "// what: w\n// want: error\n", "// what: w\n// want: error code\n// wat: 1\n"} {
		if _, err := parse(text); err == nil {
			t.Errorf("parse(%q) succeeded", text)
		}
	}
}

func TestTimeoutsAreAwaitedShortly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"// what: w\n// want: error timeout\n":                  awaitedTimeout,
		"// what: w\n// want: error timeout\n// timeoutMs: 7\n": 7 * time.Millisecond,
	} {
		if c, err := parse(text); err != nil || c.Timeout != want {
			t.Errorf("parse(%q): timeout %v, %v, want %v", text, c.Timeout, err, want)
		}
	}
}
