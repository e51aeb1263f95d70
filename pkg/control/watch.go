package control

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/stream"
)

// Event is something that happened to an execution.
type Event struct {
	ID   execution.ID
	Name string // one of the Event… names of pkg/execution, or a status
	Data json.RawMessage
}

// Body returns the body as the type that belongs to the name: a pointer to one of
// the …Event types of pkg/execution, or to an [execution.Outcome].
func (e Event) Body() (any, error) {
	var body any
	switch e.Name {
	case execution.EventStarted:
		body = new(execution.StartedEvent)
	case execution.EventCall:
		body = new(execution.CallEvent)
	case execution.EventLog:
		body = new(execution.LogEvent)
	case execution.EventRetrying:
		body = new(execution.RetryingEvent)
	case execution.EventSignal:
		body = new(execution.SignalEvent)
	case execution.EventPassEnd, execution.EventDispose, execution.EventStop:
		body = new(execution.StatusEvent)
	default:
		if name, ok := execution.EndEvent(execution.Status(e.Name)); !ok || name != e.Name {
			return nil, fmt.Errorf("read event: %q is none that is known", e.Name)
		}
		body = new(execution.Outcome)
	}
	if err := json.Unmarshal(e.Data, body); err != nil {
		return nil, fmt.Errorf("read event %s of %s: %w", e.Name, e.ID, err)
	}
	return body, nil
}

// ends reports whether the event tells of an outcome.
func (e Event) ends() bool {
	_, ends := execution.EndEvent(execution.Status(e.Name))
	return ends
}

// outcome returns the outcome that the event carries. An event that ends something
// but cannot be read is no outcome: the record says it.
func (e Event) outcome() (execution.Outcome, bool) {
	if !e.ends() {
		return execution.Outcome{}, false
	}
	body, err := e.Body()
	if err != nil {
		return execution.Outcome{}, false
	}
	o := *body.(*execution.Outcome)
	return o, o.ExecutionID == e.ID && string(o.Status) == e.Name
}

// Watch receives events from its creation on. Events are hints: some may be lost
// when the reader is slow or the connection breaks. Close it.
type Watch struct {
	subs   []*nats.Subscription
	nc     *nats.Conn
	msgs   chan *nats.Msg
	events chan Event
	done   chan struct{}
}

// backlog is how many events are kept for a slow reader.
const backlog = 4096

// watch subscribes to the events of an execution, or with no id to those of the runtime.
func watch(nc *nats.Conn, runtime string, id execution.ID) (*Watch, error) {
	return watchOnly(nc, runtime, id, "*")
}

// watchEnds subscribes to the events that tell of an outcome alone: of a large execution
// the others are so many that they push each other, and these, out.
func watchEnds(nc *nats.Conn, runtime string, id execution.ID) (*Watch, error) {
	return watchOnly(nc, runtime, id, string(execution.Paused), string(execution.Completed), string(execution.Error),
		string(execution.Rejected), string(execution.Cancelled), string(execution.RolledBack))
}

func watchOnly(nc *nats.Conn, runtime string, id execution.ID, names ...string) (*Watch, error) {
	key := journal.Key{Runtime: runtime, ID: cmp.Or(id, "*")}
	w := &Watch{nc: nc, msgs: make(chan *nats.Msg, backlog), events: make(chan Event), done: make(chan struct{})}
	for _, name := range names {
		sub, err := nc.ChanSubscribe(stream.EventSubject(key, name), w.msgs)
		if err != nil {
			w.unsubscribe()
			return nil, fmt.Errorf("watch events: %w", err)
		}
		w.subs = append(w.subs, sub)
	}
	// Publish and subscribe travel in order on one connection, but the events come
	// from another one: the server must know of the subscription first. It does once
	// it has read it, which is before it reads what this connection sends next.
	go w.read()
	return w, nil
}

// read turns messages into events until the watch is closed.
func (w *Watch) read() {
	for {
		select {
		case <-w.done:
			return
		case m := <-w.msgs:
			e, ok := parseEvent(m)
			if !ok {
				continue
			}
			select {
			case <-w.done:
				return
			case w.events <- e:
			}
		}
	}
}

func parseEvent(m *nats.Msg) (Event, bool) {
	tokens := strings.Split(m.Subject, ".")
	if len(tokens) < 3 {
		return Event{}, false
	}
	n := len(tokens)
	id, err := execution.ParseID(tokens[n-2])
	return Event{ID: id, Name: tokens[n-1], Data: m.Data}, err == nil
}

// Next returns the next event. It blocks until there is one or ctx ends.
func (w *Watch) Next(ctx context.Context) (Event, error) {
	select {
	case e := <-w.events:
		return e, nil
	case <-ctx.Done():
		return Event{}, context.Cause(ctx)
	case <-w.done:
		return Event{}, errors.New("watch events: closed")
	}
}

// All returns the events until ctx ends; then it yields the cause and stops.
func (w *Watch) All(ctx context.Context) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for {
			e, err := w.Next(ctx)
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// Close ends the watch. It is safe to call once.
func (w *Watch) Close() {
	close(w.done)
	w.unsubscribe()
}

func (w *Watch) unsubscribe() {
	for _, sub := range w.subs {
		if err := sub.Unsubscribe(); err != nil {
			return // the connection is closed, and the subscriptions with it
		}
	}
}
