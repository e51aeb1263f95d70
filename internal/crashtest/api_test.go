package crashtest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// TestStopLosesNoQuestion stops executors while others are asked through the API: every
// question is answered, by one that stays if not by the one that goes.
func TestStopLosesNoQuestion(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	l := r.newLife(t)
	l.start("stays", r.nc.ConnectedUrl(), takeover, nil)
	s := scenario{code: `1`, ends: execution.Completed}
	l.submit(s.submission(t))
	l.finish(s)
	c, err := control.NewClient(control.ClientConfig{Conn: r.nc, Runtime: l.key.Runtime, Timeout: natstest.StartWait})
	if err != nil {
		t.Fatal(err)
	}
	asking, enough := context.WithCancel(t.Context())
	var askers sync.WaitGroup
	for range 4 {
		askers.Go(func() {
			for asking.Err() == nil {
				if _, err := c.Get(t.Context(), l.key.ID); err != nil {
					t.Errorf("get: %v", err)
					return
				}
			}
		})
	}
	for i := range 20 {
		e := l.start(fmt.Sprintf("goes-%d", i+1), r.nc.ConnectedUrl(), takeover, nil)
		e.stop()
		if err := <-e.done; err != nil {
			t.Errorf("executor: %v", err)
		}
	}
	enough()
	askers.Wait()
}
