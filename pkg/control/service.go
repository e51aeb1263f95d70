package control

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/retention"
	"github.com/reprise-run/reprise/pkg/stream"
)

// ServiceName is the name under which the service is discovered.
const ServiceName = "executions"

// ServiceConfig configures a [Service]. The zero value of a field means its default.
type ServiceConfig struct {
	// Stream is where the executions are. Required.
	Stream *stream.Stream

	// Runtimes are those that the executor serves. Required.
	Runtimes []string

	// Connectors check what a person decides about a call. Default: nothing is checked.
	Connectors *connector.Set

	// DryReplay runs code against a journal without calling anything. Default: none,
	// a dry run is refused.
	DryReplay func(ctx context.Context, d DryRun) (Departure, error)

	// Executor is the name of the executor, for discovery. Default: none.
	Executor string

	// Version of the program, a semantic version. Default "0.0.0".
	Version string

	// Timeout bounds an operation that does not wait for an outcome. Default 10s.
	Timeout time.Duration

	// ReadTime bounds how long the journal of an execution is read for its record. A
	// record that would come later is answered without calls. It is to be less than the
	// timeout of clients. Default 3s.
	ReadTime time.Duration

	// MaxWait bounds how long a submission with "wait" is waited for. Then the
	// answer is 504 and the execution goes on. Default 10m.
	MaxWait time.Duration

	// Tombstone is how long the id of a deleted execution is remembered. Default
	// [retention.DefaultTombstone].
	Tombstone time.Duration

	// MaxRequests bounds the requests that are worked on at the same time, those
	// that wait for an outcome included. More get 503. Default 1000.
	MaxRequests int

	// Logger receives operational events. Default: discard.
	Logger *slog.Logger
}

func (c ServiceConfig) withDefaults() ServiceConfig {
	c.Version = cmp.Or(c.Version, "0.0.0")
	c.Timeout = cmp.Or(c.Timeout, 10*time.Second)
	c.ReadTime = cmp.Or(c.ReadTime, 3*time.Second)
	c.MaxWait = cmp.Or(c.MaxWait, 10*time.Minute)
	c.MaxRequests = cmp.Or(c.MaxRequests, 1000)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func (c ServiceConfig) validate() error {
	var errs []error
	if c.Stream == nil {
		errs = append(errs, errors.New("stream: missing"))
	}
	if len(c.Runtimes) == 0 {
		errs = append(errs, errors.New("runtimes: none"))
	}
	for _, r := range c.Runtimes {
		if err := execution.CheckRuntime(r); err != nil {
			errs = append(errs, err)
		}
	}
	if c.Timeout < 0 || c.ReadTime < 0 || c.MaxWait < 0 || c.MaxRequests < 1 {
		errs = append(errs, errors.New("timeout, read time, max wait and max requests: must be positive"))
	}
	return errors.Join(errs...)
}

// Service answers the operations of the API.
type Service struct {
	cfg ServiceConfig
	s   *stream.Stream
	log *slog.Logger

	keeper *retention.Keeper

	seen  atomic.Int64   // requests ever taken
	slots chan struct{}  // one per request that is worked on
	work  sync.WaitGroup // the same
	mu    sync.Mutex     // guards over
	over  bool           // no request is begun any more
	ready chan struct{}  // closed once the server knows all endpoints
}

// NewService returns a service that [Service.Run] starts.
func NewService(c ServiceConfig) (*Service, error) {
	c = c.withDefaults()
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("configure control: %w", err)
	}
	s := &Service{cfg: c, s: c.Stream, log: c.Logger, slots: make(chan struct{}, c.MaxRequests), ready: make(chan struct{})}
	s.keeper = retention.New(retention.Config{Stream: c.Stream, Tombstone: c.Tombstone, Ended: s.keptEnd, Logger: c.Logger})
	return s, nil
}

// Ready is closed once [Service.Run] has made the operations known to the server:
// from then on a request is answered.
func (s *Service) Ready() <-chan struct{} { return s.ready }

// operation is one thing that can be asked for. Each group of operations has a file
// of its own and one line in [Service.operations].
type operation struct {
	name string // the last tokens of the subject

	// run returns what is answered as JSON. Its context ends after the timeout
	// of the configuration, or, where long, with the service.
	run  func(ctx context.Context, c call) (any, error)
	long bool
}

// call is one request.
type call struct {
	runtime string
	body    []byte
}

// operations lists everything that the service answers.
func (s *Service) operations() []operation {
	return []operation{
		{name: "submit", run: s.submit, long: true},
		{name: "get", run: s.get},
		{name: "list", run: s.list},
		{name: "pending", run: s.pending},
		{name: "approve", run: s.approve, long: true},
		{name: "reject", run: s.reject},
		{name: "resolve", run: s.resolve, long: true},
		{name: "rollback", run: s.rollback},
		{name: "cancel", run: s.cancel},
		{name: "expire", run: s.expire, long: true},
		{name: "delete", run: s.delete, long: true},
		{name: "prune", run: s.prune, long: true},
		{name: "signal", run: s.signal},
		{name: "snippet.save", run: s.saveSnippet},
		{name: "snippet.get", run: s.getSnippet},
		{name: "snippet.list", run: s.listSnippets},
		{name: "snippet.delete", run: s.deleteSnippet},
		{name: "restart", run: s.restart},
		{name: "fork", run: s.fork, long: true},
		{name: "export", run: s.export},
	}
}

// Run answers until ctx ends; requests at work are then answered, those that wait
// for an outcome with 503. It returns an error only when it cannot start. Call it once.
func (s *Service) Run(ctx context.Context) error {
	// Requests outlive ctx as long as they answer soon; stop ends those that wait.
	base, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(errStopping)
	service, err := micro.AddService(s.s.Conn(), micro.Config{
		Name: ServiceName, Version: s.cfg.Version, Description: "Submits, shows and decides executions",
		QueueGroup: "executors", Metadata: map[string]string{"executor": s.cfg.Executor},
		ErrorHandler: func(_ micro.Service, e *micro.NATSError) {
			s.log.Warn("control service error", "subject", e.Subject, "error", e.Error())
		},
	})
	if err != nil {
		return fmt.Errorf("start control service: %w", err)
	}
	for _, runtime := range s.cfg.Runtimes {
		for _, op := range s.operations() {
			if err := s.offer(base, service, runtime, op); err != nil {
				return errors.Join(err, service.Stop())
			}
		}
	}
	if err := s.s.Conn().FlushTimeout(s.cfg.Timeout); err != nil {
		return errors.Join(fmt.Errorf("start control service: %w", err), service.Stop())
	}
	close(s.ready)
	<-ctx.Done()
	if err := service.Stop(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		s.log.Warn("stop control service", "error", err.Error())
	}
	s.awaitQuiet()
	stop(errStopping)
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	s.work.Wait()
	return nil
}

func (s *Service) offer(ctx context.Context, to micro.Service, runtime string, op operation) error {
	handler := micro.HandlerFunc(func(r micro.Request) { s.accept(ctx, runtime, op, r) })
	err := to.AddEndpoint(strings.ReplaceAll(op.name, ".", "_"), handler,
		micro.WithEndpointSubject(stream.APISubject(runtime, op.name)),
		micro.WithEndpointMetadata(map[string]string{"runtime": runtime}))
	if err != nil {
		return fmt.Errorf("offer %s for runtime %s: %w", op.name, runtime, err)
	}
	return nil
}
