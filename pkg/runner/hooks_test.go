package runner

import (
	"testing"
	"testing/synctest"

	"github.com/reprise-run/reprise/pkg/journal"
)

// Hooks of one execution are called one after another, those of others meanwhile.
func TestHooksOfAnExecutionKeepTheirOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h hooks
		release, heard := make(chan struct{}), make(chan string, 10)
		one, other := journal.Key{Runtime: "default", ID: "1"}, journal.Key{Runtime: "default", ID: "2"}
		h.call(one, func() { <-release; heard <- "first" })
		h.call(one, func() { heard <- "second" })
		h.call(one, func() { heard <- "third" })
		h.call(other, func() { heard <- "other" })
		synctest.Wait()
		if got := <-heard; got != "other" || len(heard) > 0 {
			t.Errorf("heard %q, and %d more, want the other one alone", got, len(heard))
		}
		close(release)
		h.wait()
		for _, want := range []string{"first", "second", "third"} {
			if got := <-heard; got != want {
				t.Errorf("heard %q, want %q", got, want)
			}
		}
		if len(h.last) > 0 {
			t.Errorf("%d executions are remembered, want none", len(h.last))
		}
	})
}
