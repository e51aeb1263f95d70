package worker

import (
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/hazard"
	"github.com/reprise-run/reprise/pkg/sandbox/sandboxtest"
)

// TestHazards runs every hostile script, but for those whose end is the engine's to
// say, and after each a pass that wants no harm.
func TestHazards(t *testing.T) {
	t.Parallel()
	cases, err := hazard.Cases()
	if err != nil {
		t.Fatal(err)
	}
	p := pool(t, Config{MaxMemory: 128 << 20, Size: 4, Spares: 2})
	slots := make(chan struct{}, 3)
	for _, c := range cases {
		if c.Engine {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			start := time.Now()
			got, text := hazard.Run(t.Context(), p, c)
			t.Logf("%.60s after %v", got, time.Since(start).Round(time.Millisecond))
			if !c.Good(got) || !strings.Contains(text, c.Text) {
				t.Errorf("%s: got %s, want %v with %q: %.500s", c.What, got, c.Want, c.Text, text)
			}
			if w := sandboxtest.Inward(text); w != "" && !strings.Contains(c.Source, w) {
				t.Errorf("%s: lets %q out of the engine: %.500s", c.What, w, text)
			}
			if r, err := p.Run(t.Context(), script(`await items.echo(42)`), &echo{}); err != nil || string(r.Value) != "42" {
				t.Errorf("the next pass: %s, %v", r.Value, err)
			}
		})
	}
}
