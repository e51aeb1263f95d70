package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/internal/embedded"
	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/pkg/connector/config"
)

// connectWait bounds one attempt to connect; between two there is as long a pause.
const connectWait = 2 * time.Second

// logger returns the logger that the flags ask for.
func (s *settings) logger() (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.logLevel)); err != nil {
		return nil, cli.Misuse("--log-level %q: must be debug, info, warn or error", s.logLevel)
	}
	options := &slog.HandlerOptions{Level: level}
	switch s.logFormat {
	case "text":
		return slog.New(slog.NewTextHandler(s.stderr, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(s.stderr, options)), nil
	}
	return nil, cli.Misuse("--log-format %q: must be text or json", s.logFormat)
}

// serve connects and runs the executor until ctx ends.
func (s *settings) serve(ctx context.Context) error {
	log, err := s.logger()
	if err != nil {
		return err
	}
	name := executor.NewName()
	link, stop, err := s.connect(ctx, log, name)
	if ctx.Err() != nil {
		return nil // stopped before the server was reached
	}
	if err != nil {
		return err
	}
	defer stop()
	set, err := config.Load(s.connectors, s.env, config.Deps{Conn: link.Conn, Logger: log})
	if err != nil {
		return cli.Fail(cli.Usage, "", err)
	}
	box, err := s.sandbox(log)
	if err != nil {
		return cli.Fail(1, "--isolation none runs trusted code in this process", err)
	}
	defer box.Close()
	tell := log.Info
	if !strings.HasPrefix(box.Confinement, "confined") {
		tell = log.Warn
	}
	tell("scripts run in a sandbox", "isolation", s.isolation, "confinement", box.Confinement)
	return executor.Run(ctx, executor.Config{
		Sandbox: box, Conn: link.Conn, Domain: link.Domain, Connectors: set, Name: name, Runtimes: s.runtimes,
		Concurrency: s.concurrency, AckWait: s.ackWait, Grace: orNone(s.grace), DrainTimeout: orNone(s.drainTimeout),
		MaxLostPasses: s.maxLostPasses, Limits: s.limits, Discover: s.discover, Logger: log,
		ExpireAfter: orNone(s.keep.expireAfter), RetainFor: orNone(s.keep.retainFor), Retain: orNone(s.keep.retain),
		KeepInterval: s.keep.interval, Tombstone: s.keep.rememberDeleted,
	}, func(name string) {
		// The one line that scripts and supervisors wait for.
		_, _ = fmt.Fprintf(s.stderr, "executor ready %s\n", name)
	})
}

// orNone turns a flag's zero, which means none, into what a Config calls none.
func orNone[T int | time.Duration](d T) T {
	if d == 0 {
		return -1
	}
	return d
}

// connect reaches the server that was named, waiting for it as long as it takes, or
// starts one. stop closes what was opened.
func (s *settings) connect(ctx context.Context, log *slog.Logger, name string) (*cli.Link, func(), error) {
	if !s.server.Given() {
		return s.embed(log, name)
	}
	for {
		link, err := s.server.Connect(ctx, name, connectWait,
			nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
				if err != nil {
					log.Warn("connection lost", "err", err)
				}
			}),
			nats.ReconnectHandler(func(nc *nats.Conn) { log.Info("connected again", "server", nc.ConnectedUrlRedacted()) }),
		)
		switch {
		case err == nil:
			return link, link.Close, nil
		case ctx.Err() != nil:
			return nil, nil, context.Cause(ctx)
		case cli.Status(err) == cli.Usage, errors.Is(err, nats.ErrAuthorization):
			return nil, nil, err
		}
		log.Warn("no server yet", "err", err)
		select {
		case <-time.After(connectWait):
		case <-ctx.Done():
			return nil, nil, context.Cause(ctx)
		}
	}
}

// embed starts a server in this process.
func (s *settings) embed(log *slog.Logger, name string) (*cli.Link, func(), error) {
	host, port, err := s.address()
	if err != nil {
		return nil, nil, err
	}
	srv, err := embedded.Start(embedded.Config{Host: host, Port: port, Listen: true, StoreDir: s.storeDir, Logger: log})
	if err != nil {
		return nil, nil, err
	}
	nc, err := nats.Connect("", srv.InProcess(), nats.Name(name), nats.MaxReconnects(-1))
	if err != nil {
		srv.Stop()
		return nil, nil, fmt.Errorf("connect to the embedded server: %w", err)
	}
	log.Info("embedded server listens", "url", srv.ClientURL(), "store", s.storeDir)
	return &cli.Link{Conn: nc}, func() { nc.Close(); srv.Stop() }, nil
}
