package natsconn_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go/micro"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/connector/demo"
	natsconn "github.com/reprise-run/reprise/pkg/connector/nats"
)

func TestDiscovery(t *testing.T) {
	t.Parallel()
	nc := natstest.Run(t).Conn()
	log := new(journal)
	logger := slog.New(slog.NewTextHandler(log, nil))
	set, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{{Name: "demo", Connector: demo.New()}}, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	d, err := natsconn.NewDiscovery(natsconn.DiscoveryConfig{Conn: nc, Set: set, Interval: 10 * time.Millisecond, Forget: 8 * time.Second, Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Scan(t.Context()); err != nil {
		t.Errorf("scan without services: %v", err)
	}
	is := func(name string) micro.Config {
		return micro.Config{Name: "svc-" + name, Metadata: map[string]string{"connector": name}}
	}
	one, two := service(t, nc, is("items")), service(t, nc, is("items"))
	endpoint(t, one, "create", nil, nil)
	endpoint(t, two, "create", nil, nil)
	service(t, nc, is("demo"))
	service(t, nc, is("codemode"))
	service(t, nc, micro.Config{Name: "zother", Metadata: map[string]string{"connector": "items"}})
	service(t, nc, micro.Config{Name: "unrelated"})

	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	natstest.Eventually(t, "the connector", func() bool { _, err := set.Lookup("items", "create"); return err == nil })
	if got, want := set.Names(), []string{"demo", "items"}; !slices.Equal(got, want) {
		t.Errorf("Names = %v, want %v", got, want)
	}
	if got, err := set.Execute(t.Context(), "items", call("create", `{"a":1}`)); err != nil || string(got) != `{"a":1}` {
		t.Errorf("Execute = %s, %v", got, err)
	}
	if _, err := set.Lookup("demo", "echo"); err != nil {
		t.Errorf("the configured connector was replaced: %v", err)
	}
	endpoint(t, one, "more", nil, nil)
	natstest.Eventually(t, "a new method", func() bool {
		description, err := set.Describe("items")
		return err == nil && len(description.Methods) == 2
	})
	for _, words := range [][]string{{"configured connector wins", "connector=demo"}, {"is no connector", "svc-codemode"}, {"is no connector", "zother"}, {"connector discovered", "connector=items"}} {
		if n := log.count(words...); n != 1 {
			t.Errorf("%d log lines with %v, want one", n, words)
		}
	}
	_, _ = one.Stop(), two.Stop()
	natstest.Eventually(t, "the connector to go", func() bool { _, err := set.Lookup("items", "create"); return err != nil })
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run = %v, want nil", err)
	}
}

func TestNewDiscoveryRefusesConfig(t *testing.T) {
	t.Parallel()
	if _, err := natsconn.NewDiscovery(natsconn.DiscoveryConfig{}); err == nil {
		t.Error("took a config without connection and set")
	}
}
