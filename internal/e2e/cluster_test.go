package e2e

import (
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/fixture"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/stream"
)

// cluster is a rig on three servers, with two executors. A pass that the machine holds up
// for some seconds is not taken over: the tests count calls.
func cluster(t testing.TB) *rig {
	t.Helper()
	nc := natstest.Cluster(t, 3).Conn()
	if err := stream.Init(t.Context(), nc, stream.Config{Replicas: 3, AckWait: time.Minute}); err != nil {
		t.Fatal(err)
	}
	c, err := control.NewClient(control.ClientConfig{Conn: nc, Timeout: requestTime})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, nc: nc, items: new(fixture.Items), client: c}
	r.start(nil)
	r.start(nil)
	return r
}
