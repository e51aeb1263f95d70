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
	return c.follow(ctx, w, id, 0, f)
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
	return c.follow(ctx, w, r.ID, 0, f)
}

func (c *Client) publishSoon(ctx context.Context, r execution.Request) (Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	return c.publish(ctx, r)
}

// follow waits for the outcome of a pass after the attempt.
func (c *Client) follow(ctx context.Context, w *Watch, id execution.ID, after int, f Follow) (execution.Outcome, error) {
	look := func(ctx context.Context) (execution.Record, error) { return c.Get(ctx, id) }
	o, err := follower{events: w.events, after: after, look: look, onEvent: f.OnEvent, onTrouble: f.OnTrouble}.run(ctx)
	if err != nil {
		return o, err
	}
	return c.shaped(ctx, o), nil
}
