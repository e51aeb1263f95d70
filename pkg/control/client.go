package control

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nats.go/micro"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
	"github.com/reprise-run/reprise/pkg/value"
)

// ClientConfig configures a [Client]. The zero value of a field means its default.
type ClientConfig struct {
	// Conn is the connection. It belongs to the caller. Required.
	Conn *nats.Conn

	// Runtime to talk to. Default [execution.DefaultRuntime].
	Runtime string

	// Domain is the JetStream domain. Default: that of the server.
	Domain string

	// Timeout bounds each request, and the acknowledgement of a submission.
	// It does not bound how long an outcome is waited for. Default 5s.
	Timeout time.Duration

	// Transform changes the result of a completed execution before [Client.Execute]
	// and [Client.Wait] return it, such as by [shape.Truncate]. It gets the whole
	// value, also one that answers show as {"$object": hash}, and is not called for
	// any other outcome or for a note in the place of a result. What is stored stays
	// as it is. When it fails, panics or returns what is no JSON, the result stays as
	// it came. Default: none.
	//
	// [shape.Truncate]: https://pkg.go.dev/github.com/reprise-run/reprise/pkg/shape#Truncate
	Transform func(json.RawMessage) (json.RawMessage, error)
}

// Client talks to the executors of one runtime.
type Client struct {
	nc      *nats.Conn
	js      jetstream.JetStream
	runtime string
	timeout time.Duration

	transform func(json.RawMessage) (json.RawMessage, error)
}

// NewClient returns a client. It needs no closing.
func NewClient(c ClientConfig) (*Client, error) {
	if c.Conn == nil {
		return nil, errors.New("configure client: conn: missing")
	}
	c.Runtime = cmp.Or(c.Runtime, execution.DefaultRuntime)
	c.Timeout = cmp.Or(c.Timeout, 5*time.Second)
	if err := execution.CheckRuntime(c.Runtime); err != nil {
		return nil, fmt.Errorf("configure client: %w", err)
	}
	js, err := openJetStream(c)
	if err != nil {
		return nil, fmt.Errorf("configure client: %w", err)
	}
	return &Client{nc: c.Conn, js: js, runtime: c.Runtime, timeout: c.Timeout, transform: c.Transform}, nil
}

func openJetStream(c ClientConfig) (jetstream.JetStream, error) {
	within := jetstream.WithDefaultTimeout(c.Timeout) // a large value is asked for as all is
	if c.Domain != "" {
		return jetstream.NewWithDomain(c.Conn, c.Domain, within)
	}
	return jetstream.New(c.Conn, within)
}

// Runtime returns the runtime that the client talks to.
func (c *Client) Runtime() string { return c.runtime }

// Get returns the record of an execution. Of one with very many calls it has the first
// ones, and NextCall; [Client.AllCalls] fetches the others. It returns [ErrNotFound], also for one
// that no executor has claimed yet, [ErrGone], [ErrNoExecutor] or [ErrUnavailable].
func (c *Client) Get(ctx context.Context, id execution.ID) (execution.Record, error) {
	var r execution.Record
	return r, c.Call(ctx, "get", map[string]execution.ID{"id": id}, &r)
}

// glance is Get without the calls, and what else a listing has not: it is cheap, also of
// a large execution.
func (c *Client) glance(ctx context.Context, id execution.ID) (execution.Record, error) {
	var r execution.Record
	in := struct {
		ID    execution.ID `json:"id"`
		Calls bool         `json:"calls"`
	}{ID: id}
	err := c.Call(ctx, "get", in, &r)
	if errors.Is(err, ErrBadRequest) {
		return c.Get(ctx, id) // an older executor does not know the field
	}
	return r, err
}

// AllCalls returns a record of [Client.Get] with what that leaves out, in as many requests
// as it takes; an execution that runs may have made more calls meanwhile. It has the errors
// of Get, and [ErrBadRequest] of an executor that is older than this: the record is then
// returned with what could be read, and NextCall.
func (c *Client) AllCalls(ctx context.Context, r execution.Record) (execution.Record, error) {
	r.Calls = slices.Clone(r.Calls)
	for r.NextCall != nil {
		var page execution.Record
		in := struct {
			ID   execution.ID `json:"id"`
			From int          `json:"from"`
		}{r.ExecutionID, *r.NextCall}
		// Asked once: of a large execution each answer takes its time, and two at once twice that.
		answer, err := c.ask(ctx, "get", in, 2*c.timeout)
		if err == nil {
			err = json.Unmarshal(answer, &page)
		}
		if err != nil {
			return r, err
		}
		if page.NextCall != nil && *page.NextCall <= *r.NextCall {
			return r, fmt.Errorf("get %s: the answer has no call", r.ExecutionID)
		}
		if *r.NextCall == 0 { // nothing but the state was read in time
			r.Code, r.Input, r.Logs = page.Code, page.Input, page.Logs
		}
		r.Calls, r.NextCall = append(r.Calls, page.Calls...), page.NextCall
	}
	return r, nil
}

// List returns one page, newest first. It returns [ErrBadRequest] for a query that
// makes no sense.
func (c *Client) List(ctx context.Context, q ListQuery) (Listing, error) {
	var l Listing
	return l, c.Call(ctx, "list", q, &l)
}

// Watch receives the events of an execution, or with an empty id those of the
// runtime, from now on. What happens after Watch returned and before the server
// knows of it may be missed by Watch alone; a request made on the same connection
// closes that gap. Close it.
func (c *Client) Watch(id execution.ID) (*Watch, error) { return watch(c.nc, c.runtime, id) }

// Object returns, as plain JSON, a value that an answer shows as {"$object": hash}. It returns
// [ErrNotFound] when the execution has no such value any more.
func (c *Client) Object(ctx context.Context, id execution.ID, hash string) (json.RawMessage, error) {
	body, err := c.object(ctx, id, hash)
	return value.Plain(body), err
}

// object is Object in the durable form.
func (c *Client) object(ctx context.Context, id execution.ID, hash string) (json.RawMessage, error) {
	store, err := c.js.ObjectStore(ctx, stream.Bucket)
	if err != nil {
		return nil, fmt.Errorf("open the large values: %w", err)
	}
	key := journal.Key{Runtime: c.runtime, ID: id}
	body, err := store.GetBytes(ctx, key.String()+"."+hash)
	if errors.Is(err, jetstream.ErrObjectNotFound) {
		return nil, fmt.Errorf("value %s of execution %s: %w", hash, id, ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("fetch value %s of execution %s: %w", hash, id, err)
	}
	return body, nil
}

// Call asks for any operation: in is its parameters, out receives the answer. It
// returns an [*Error] for a refusal, [ErrNoExecutor] or [ErrUnavailable].
func (c *Client) Call(ctx context.Context, operation string, in, out any) error {
	answer, err := c.askTwice(ctx, operation, in)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("read the answer of %s: %w", operation, err)
	}
	return nil
}

// reply is the answer to one request.
type reply struct {
	body []byte
	err  error
}

// mostAsks is how often what changes nothing is asked for.
const mostAsks = 3

// askTwice asks what changes nothing again when no answer comes soon: an executor that
// hangs gets its share of the requests, and another one answers the next time. What was
// asked first is not given up: an answer that takes its time may still come.
func (c *Client) askTwice(ctx context.Context, operation string, in any) ([]byte, error) {
	switch operation {
	case "get", "list", "pending", "export", "snippet.get", "snippet.list":
	default:
		return c.ask(ctx, operation, in, c.timeout)
	}
	soon := c.timeout / 5
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	replies := make(chan reply, mostAsks)
	again := time.NewTimer(0)
	defer again.Stop()
	for asked, open := 0, 0; ; {
		select {
		case <-again.C:
			// All of them end together: the last one has the whole timeout.
			patience := c.timeout + time.Duration(mostAsks-1-asked)*soon
			if asked++; asked < mostAsks {
				again.Reset(soon)
			}
			open++
			go func() {
				body, err := c.ask(ctx, operation, in, patience)
				replies <- reply{body, err}
			}()
		case r := <-replies:
			open--
			switch {
			case !errors.Is(r.err, ErrUnavailable) || ctx.Err() != nil, asked == mostAsks && open == 0:
				return r.body, r.err
			case asked < mostAsks:
				again.Reset(0)
			}
		}
	}
}

func (c *Client) ask(ctx context.Context, operation string, in any, timeout time.Duration) ([]byte, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", operation, err)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	reply, err := c.nc.RequestWithContext(ctx, stream.APISubject(c.runtime, operation), body)
	switch {
	case errors.Is(err, nats.ErrNoResponders):
		return nil, fmt.Errorf("%w for runtime %s", ErrNoExecutor, c.runtime)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrTimeout):
		return nil, fmt.Errorf("%s: %w", operation, ErrUnavailable)
	case errors.Is(err, nats.ErrMaxPayload):
		return nil, fmt.Errorf("%s with %d bytes: %w (%d)", operation, len(body), ErrTooLarge, c.nc.MaxPayload())
	case err != nil:
		return nil, fmt.Errorf("ask for %s: %w", operation, err)
	}
	if code := reply.Header.Get(micro.ErrorCodeHeader); code != "" {
		n, err := strconv.Atoi(code)
		if err != nil {
			n = http.StatusInternalServerError
		}
		return nil, &Error{Code: n, Message: reply.Header.Get(micro.ErrorHeader)}
	}
	return reply.Data, nil
}
