package main

import (
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/natstest"
)

// Who connects with an inbox that the server refuses is told so at once, and that the
// request may have arrived all the same: the server refuses the inbox alone.
func TestRefusedInboxIsToldAtOnce(t *testing.T) {
	t.Parallel()
	srv := natstest.RunWith(t, natstest.Options{Users: []*server.User{
		{Username: "executor", Password: "p"},
		{Username: "u", Password: "p", Permissions: &server.Permissions{
			Subscribe: &server.SubjectPermission{Allow: []string{"_INBOX_u.>", "executions.event.default.>"}},
		}},
	}})
	nc := natstest.Connect(t, srv.URL(), nats.UserInfo("executor", "p"))
	if _, err := nc.SubscribeSync("executions.>"); err != nil { // takes all and answers nothing
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-e", "1"}, {"-e", "1", "--detach"}, {"get", "01ARZ3NDEKTSV4RRFFQ69G5FZ0"}, {"approve", "01ARZ3NDEKTSV4RRFFQ69G5FZ0"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			var stdout, stderr output
			start := time.Now()
			args := append(args, "--user", "u", "--password", "p", "--timeout", "10m")
			got := patiently(t.Context(), args, environment(srv.URL()), strings.NewReader(""), &stdout, &stderr)
			if got != 4 || time.Since(start) > natstest.StartWait {
				t.Errorf("status = %d after %v, want 4 at once", got, time.Since(start))
			}
			for _, want := range []string{"does not allow", "_INBOX.", "unknown", "--inbox-prefix"} {
				if !strings.Contains(stderr.String(), want) {
					t.Errorf("stderr = %q, want %q in it", stderr.String(), want)
				}
			}
		})
	}
}
