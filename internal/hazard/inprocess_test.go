package hazard_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/reprise-run/reprise/internal/hazard"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/sandbox"
)

// inProcess reports whether a case can be run in this process: none of its labels is that
// of a limit which only a process of its own has, and it leaves the memory to the others.
func inProcess(c hazard.Case) bool {
	ours := []execution.Reason{execution.ReasonCode, execution.ReasonSyntax, execution.ReasonStuck}
	return !c.Engine && !strings.HasPrefix(c.Name, "fatal/") && !strings.HasPrefix(c.Name, "memory/") && !slices.ContainsFunc(c.Want, func(l hazard.Label) bool {
		return l.Status != execution.Completed && !slices.Contains(ours, l.Reason)
	})
}

// What needs no worker gets the same label without one.
func TestHazardsInProcess(t *testing.T) {
	t.Parallel()
	cases, err := hazard.Cases()
	if err != nil {
		t.Fatal(err)
	}
	box := sandbox.NewInProcess(sandbox.Config{})
	var ran int
	for _, c := range cases {
		if !inProcess(c) {
			continue
		}
		ran++
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			got, text := hazard.Run(t.Context(), box, c)
			if !c.Good(got) || !strings.Contains(text, c.Text) {
				t.Errorf("%s: got %s, want %v with %q: %.500s", c.What, got, c.Want, c.Text, text)
			}
		})
	}
	if ran < 100 {
		t.Errorf("%d cases, want most of those that end by themselves", ran)
	}
}
