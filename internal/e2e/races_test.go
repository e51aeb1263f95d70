package e2e

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/internal/fixture"
	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
)

// onThree starts three servers that keep three copies of everything, with an executor
// and a client on each.
func onThree(t *testing.T) (*rig, []*control.Client) {
	t.Helper()
	servers := natstest.Cluster(t, 3)
	r := &rig{t: t, server: servers.All[0], nc: servers.Conn(), items: new(fixture.Items)}
	if err := stream.Init(t.Context(), r.nc, stream.Config{Runtimes: []string{"default"}, Replicas: 3, AckWait: time.Minute}); err != nil {
		t.Fatalf("init: %v", err)
	}
	var clients []*control.Client
	for _, s := range servers.All {
		clients = append(clients, r.clientOf(s))
		r.start(func(c *executor.Config) { c.Conn = s.Conn() })
	}
	r.client = clients[0]
	return r, clients
}

// clientOf is a client that talks to one of the servers.
func (r *rig) clientOf(s *natstest.Server) *control.Client {
	r.t.Helper()
	c, err := control.NewClient(control.ClientConfig{Conn: s.Conn(), Timeout: requestTime})
	if err != nil {
		r.t.Fatalf("new client: %v", err)
	}
	return c
}

// Whoever decides, on whichever server, at the same time: one is heard, the others
// are told, and the call is made at most once.
func TestRacesOnThreeServers(t *testing.T) {
	t.Parallel()
	r, clients := onThree(t)
	approve := func(c *control.Client, id execution.ID) error {
		_, err := c.Approve(t.Context(), control.Approval{ID: id}, control.Follow{})
		return err
	}
	reject := func(c *control.Client, id execution.ID) error {
		ok, err := c.Reject(t.Context(), id, nil, "", "")
		if err == nil && !ok {
			return errLate
		}
		return err
	}
	for name, who := range map[string][]func(*control.Client, execution.ID) error{
		"B055 two approvers":              {approve, approve},
		"B055 three approvers":            {approve, approve, approve},
		"B057 two rejecters":              {reject, reject},
		"B059 an approver and a rejecter": {approve, reject},
		"B059 all of them":                {approve, reject, approve},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := r.in(t)
			for i := range 10 {
				title := fmt.Sprintf("%s %d", name, i)
				o := r.paused(fmt.Sprintf(`async () => await items.create_item({title: %q})`, title))
				errs := make([]error, len(who))
				var all sync.WaitGroup
				for i, does := range who {
					all.Go(func() { errs[i] = does(clients[i], o.ExecutionID) })
				}
				all.Wait()
				r.oneHeard(o.ExecutionID, errs)
				rec := r.ended(o.ExecutionID)
				made := 0
				for _, args := range r.items.Created() {
					if strings.Contains(string(args), title+`"`) {
						made++
					}
				}
				if want := map[execution.Status]int{execution.Completed: 1, execution.Rejected: 0}; made != want[rec.Status] {
					t.Errorf("%s, and the call was made %d times", rec.Status, made)
				}
			}
		})
	}
}

// errLate stands for a rejection that was told that nothing waits.
var errLate = errors.New("late")

// oneHeard checks that all but one were told that they were late.
func (r *rig) oneHeard(id execution.ID, errs []error) {
	r.t.Helper()
	heard := 0
	for _, err := range errs {
		switch {
		case err == nil:
			heard++
		case errors.Is(err, errLate), errors.Is(err, control.ErrConflict) && strings.Contains(err.Error(), "not paused"):
		default:
			r.t.Errorf("execution %s: %v", id, err)
		}
	}
	if heard != 1 {
		r.t.Errorf("execution %s: %d were heard of %v", id, heard, errs)
	}
}

// ended waits for a terminal status.
func (r *rig) ended(id execution.ID) execution.Record {
	r.t.Helper()
	var rec execution.Record
	natstest.Eventually(r.t, "the end", func() bool {
		var err error
		rec, err = r.client.Get(r.t.Context(), id)
		return err == nil && rec.Status.Terminal()
	})
	return rec
}
