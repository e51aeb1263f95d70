package control

import (
	"context"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Follow says who is told while an outcome is waited for. All fields may be nil;
// they are called on the goroutine that waits.
type Follow struct {
	// OnSubmit is told the id before anything is sent: by it a submission whose
	// acknowledgement was lost can be looked up.
	OnSubmit func(execution.ID)

	// OnReceipt is told once the submission, or the decision, is stored.
	OnReceipt func(Receipt)

	// OnEvent is told what happens. Events may be lost.
	OnEvent func(Event)

	// OnTrouble is told when executors cannot be asked ([ErrNoExecutor],
	// [ErrUnavailable] …), and with nil when they can be again. The waiting goes on.
	OnTrouble func(error)
}

// Wait returns the outcome of an execution once it has ended or waits for a person,
// which may be so already. It follows through retries, sleeps and signals, and
// returns the cause of ctx when that ends first; the execution goes on. An
// execution that nobody knows yet is waited for.
func (c *Client) Wait(ctx context.Context, id execution.ID, f Follow) (execution.Outcome, error) {
	w, err := c.Watch(id)
	if err != nil {
		return execution.Outcome{}, err
	}
	defer w.Close()
	return c.follow(ctx, w, id, follower{}, f)
}

// WaitAfter asks for something that lets an execution go on, such as by
// [Client.Restart], and returns the outcome that comes of it, with nothing missed in
// between. It returns the error of ask as it is: then OnReceipt was not called.
func (c *Client) WaitAfter(ctx context.Context, id execution.ID, ask func(context.Context) (execution.Record, error), f Follow) (execution.Outcome, error) {
	w, err := c.Watch(id)
	if err != nil {
		return execution.Outcome{}, err
	}
	defer w.Close()
	rec, err := ask(ctx)
	if err != nil {
		return execution.Outcome{}, err
	}
	if f.OnReceipt != nil {
		f.OnReceipt(Receipt{ID: id, Existing: true})
	}
	return c.follow(ctx, w, id, follower{after: rec.Attempt, ended: true}, f)
}

// Execute submits and waits: [Client.Submit], then [Client.Wait], with nothing
// missed in between. When Submit fails OnReceipt is not called.
func (c *Client) Execute(ctx context.Context, r execution.Request, f Follow) (execution.Outcome, error) {
	submit := c.Submit
	if r.ID == "" {
		// A fresh id is nobody else's: there is nothing to ask.
		r, submit = withID(r), c.publishSoon
	}
	if f.OnSubmit != nil {
		f.OnSubmit(r.ID)
	}
	w, err := c.Watch(r.ID)
	if err != nil {
		return execution.Outcome{}, err
	}
	defer w.Close()
	receipt, err := submit(ctx, r)
	if err != nil {
		return execution.Outcome{}, err
	}
	if f.OnReceipt != nil {
		f.OnReceipt(receipt)
	}
	return c.follow(ctx, w, r.ID, follower{}, f)
}

func (c *Client) publishSoon(ctx context.Context, r execution.Request) (Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	return c.publish(ctx, r)
}

// follow waits for the outcome that the follower is after.
func (c *Client) follow(ctx context.Context, w *Watch, id execution.ID, next follower, f Follow) (execution.Outcome, error) {
	next.events, next.onEvent, next.onTrouble = w.events, f.OnEvent, f.OnTrouble
	next.look = func(ctx context.Context) (execution.Record, error) {
		r, err := c.glance(ctx, id)
		if err != nil || !settled(r.Status) {
			return r, err
		}
		return c.Get(ctx, id)
	}
	o, err := next.run(ctx)
	if err != nil {
		return o, err
	}
	return c.shaped(ctx, o), nil
}
