package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/pkg/engine"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/runner"
	"github.com/reprise-run/reprise/pkg/sandbox/worker"
)

// settings are what flags and environment say.
type settings struct {
	server cli.Server
	env    func(string) string
	stderr io.Writer

	connectors    string
	discover      bool
	runtimes      []string
	concurrency   int
	isolation     string
	worker        string
	ackWait       time.Duration
	grace         time.Duration
	drainTimeout  time.Duration
	maxLostPasses int
	keep          keepSettings
	limits        executor.Limits
	listen        string
	storeDir      string
	logFormat     string
	logLevel      string
	printConfig   bool

	shards, replicas int // of init
}

func newCommand(env func(string) string, stdout, stderr io.Writer) *cobra.Command {
	s := &settings{env: env, stderr: stderr}
	cmd := &cobra.Command{
		Use:     "executor",
		Version: executor.Version(),
		Short:   "Run durable JavaScript executions from NATS JetStream",
		Long: `executor takes executions from a NATS server and runs them. Without a server
(flag, environment or NATS context) it embeds one, with its data in --store-dir.

The first SIGINT or SIGTERM stops taking work, gives running passes the drain
timeout and hands the rest over to other executors; a second one ends at once.`,
		Args:          noArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := s.complete(); err != nil {
				return err
			}
			if err := s.chooseServer(cmd); err != nil {
				return err
			}
			if s.printConfig {
				return s.print(stdout)
			}
			return s.serve(cmd.Context())
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return cli.Misuse("%w", err) })
	s.addFlags(cmd)
	cmd.AddCommand(newInit(s, stdout))
	return cmd
}

// noArgs refuses arguments as misuse.
func noArgs(cmd *cobra.Command, args []string) error {
	if err := cobra.NoArgs(cmd, args); err != nil {
		return cli.Misuse("%w", err)
	}
	return nil
}

func (s *settings) addFlags(cmd *cobra.Command) {
	s.server.AddFlags(cmd.PersistentFlags())
	p := cmd.PersistentFlags()
	p.StringArrayVar(&s.runtimes, "runtime", []string{execution.DefaultRuntime}, "`NAME` of a runtime to serve; may be repeated")
	p.DurationVar(&s.ackWait, "ack-wait", executor.DefaultAckWait, "silence after which a pass counts as lost, of consumers that are created; heartbeats at a third of it")
	p.StringVar(&s.logFormat, "log-format", "text", "text or json")
	p.StringVar(&s.logLevel, "log-level", "info", "debug, info, warn or error")
	f := cmd.Flags()
	f.StringVar(&s.connectors, "connectors", "", "`FILE` with the connectors; without it there is \"demo\"")
	f.BoolVar(&s.discover, "discover", false, "add NATS services whose metadata has \"connector\"")
	f.IntVar(&s.concurrency, "concurrency", runner.DefaultConcurrency, "passes at once")
	f.StringVar(&s.isolation, "isolation", string(executor.IsolationProcess), "where scripts run: process (confined workers) or none (this process, for trusted code)")
	f.StringVar(&s.worker, "worker", "", "`PROGRAM` that is started as a worker (default: this one)")
	f.DurationVar(&s.grace, "grace", engine.DefaultGrace, "how long calls in flight may go on after one asked for a retry")
	f.DurationVar(&s.drainTimeout, "drain-timeout", runner.DefaultDrainTimeout, "how long running passes may go on after the first signal")
	f.IntVar(&s.maxLostPasses, "max-lost-passes", runner.DefaultMaxLostPasses, "passes in a row that may die before the execution ends in error")
	s.keep.addFlags(f)
	s.limits.AddPassTimeout(f)
	s.limits.AddFlags(f)
	f.StringVar(&s.listen, "listen", "127.0.0.1:4222", "`ADDRESS` of the embedded server")
	f.StringVar(&s.storeDir, "store-dir", "./data", "`DIRECTORY` of the embedded server")
	f.BoolVar(&s.printConfig, "print-config", false, "print the configuration in force, secrets masked, and exit")
}

// complete fills in the environment and checks everything at once.
func (s *settings) complete() error {
	if err := s.server.Complete(s.env); err != nil {
		return cli.Misuse("%w", err)
	}
	if err := executor.Isolation(s.isolation).Check(); err != nil {
		return cli.Misuse("--isolation %w", err)
	}
	switch {
	case s.concurrency < len(s.runtimes):
		return cli.Misuse("--concurrency %d: must be at least the number of runtimes, %d", s.concurrency, len(s.runtimes))
	case s.ackWait < time.Second:
		return cli.Misuse("--ack-wait %v: must be at least 1s", s.ackWait)
	case s.grace < 0 || s.drainTimeout < 0:
		return cli.Misuse("--grace and --drain-timeout: must not be negative")
	case s.maxLostPasses < 1:
		return cli.Misuse("--max-lost-passes %d: must be at least 1", s.maxLostPasses)
	}
	if err := errors.Join(s.keep.check(), s.limits.Check()); err != nil {
		return err
	}
	for _, r := range s.runtimes {
		if err := execution.CheckRuntime(r); err != nil {
			return cli.Misuse("--runtime: %w", err)
		}
	}
	if _, _, err := s.address(); err != nil {
		return err
	}
	_, err := s.logger()
	return err
}

// chooseServer decides between the embedded server and another one, where both
// are asked for: flags against flags are misuse, flags win over the environment.
func (s *settings) chooseServer(cmd *cobra.Command) error {
	f := cmd.Flags()
	embed := f.Changed("listen") || f.Changed("store-dir")
	if !embed || !s.server.Given() {
		return nil
	}
	if f.Changed("server") || f.Changed("context") {
		return cli.Misuse("--listen and --store-dir are for the embedded server; --server and --context name another one")
	}
	s.server.URLs, s.server.Context = "", ""
	return nil
}

// address splits --listen.
func (s *settings) address() (host string, port int, err error) {
	host, text, err := net.SplitHostPort(s.listen)
	if err == nil {
		port, err = strconv.Atoi(text)
	}
	if err != nil || port < 0 || port > 65535 {
		return "", 0, cli.Misuse("--listen %q: must be host:port", s.listen)
	}
	if port == 0 {
		port = -1 // a free one
	}
	return host, port, nil
}

// sandbox opens where scripts run.
func (s *settings) sandbox(log *slog.Logger) (*executor.Sandbox, error) {
	return executor.OpenSandbox(executor.Isolation(s.isolation), worker.Config{
		Path: s.worker, Size: s.concurrency, MaxMemory: s.limits.MemoryMB << 20, MaxCPU: s.limits.CPU, Logger: log,
	})
}

// print writes the configuration in force, a setting a line.
func (s *settings) print(w io.Writer) error {
	box, err := s.sandbox(nil)
	if err != nil {
		return err
	}
	defer box.Close()
	rows := [][2]string{}
	if s.server.Given() {
		rows = append(rows, s.server.Masked()...)
	} else {
		rows = append(rows, [][2]string{{"server", "embedded"}, {"listen", s.listen}, {"store-dir", s.storeDir}}...)
	}
	for _, r := range s.runtimes {
		rows = append(rows, [2]string{"runtime", r})
	}
	rows = append(rows, [][2]string{
		{"connectors", s.connectors}, {"discover", strconv.FormatBool(s.discover)}, {"concurrency", strconv.Itoa(s.concurrency)},
		{"isolation", s.isolation}, {"confinement", box.Confinement}, {"ack-wait", s.ackWait.String()}, {"grace", s.grace.String()},
		{"drain-timeout", s.drainTimeout.String()}, {"max-lost-passes", strconv.Itoa(s.maxLostPasses)},
	}...)
	rows = append(rows, s.keep.rows()...)
	rows = append(rows, s.limits.Rows()...)
	rows = append(rows, [][2]string{{"log-format", s.logFormat}, {"log-level", s.logLevel}, {"version", executor.Version()}}...)
	for _, row := range rows {
		if _, err := fmt.Fprintf(w, "%s: %s\n", row[0], row[1]); err != nil {
			return err
		}
	}
	return nil
}
