package stream

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// Delivery is one delivered message. Its methods follow a fenced write that
// justifies them (R4): the server does not fence them. They return when the word
// is on its way, not when it arrived: a lost one leads to another delivery, and
// the state that was written before tells what to do with it. An error means
// that the connection is closed, or that its buffer is full.
type Delivery struct {
	Runtime   string
	Seq       uint64    // of the message in the queue: the carrier
	Time      time.Time // when the queue stored the message, by the server's clock
	Delivered int       // how often, from 1; may go back after a crash
	IsWake    bool
	MsgID     string // the submitter's Nats-Msg-Id without our own prefix; empty for wakes
	Body      []byte

	reply string
	nc    *nats.Conn
}

var (
	ackBody      = []byte("+ACK")
	nakBody      = []byte("-NAK")
	progressBody = []byte("+WPI")
)

// Ack removes the message from the queue.
func (d *Delivery) Ack(ctx context.Context) error { return d.sendFor(ctx, "ack", ackBody) }

// Nak hands the message back, to be delivered again after the delay; 0 is at once.
func (d *Delivery) Nak(ctx context.Context, delay time.Duration) error {
	body := nakBody
	if delay > 0 {
		body = fmt.Appendf(nil, `-NAK {"delay": %d}`, delay.Nanoseconds())
	}
	return d.sendFor(ctx, "nak", body)
}

// Progress says that the message is still being worked on: AckWait starts again.
func (d *Delivery) Progress(ctx context.Context) error {
	return d.sendFor(ctx, "report progress on", progressBody)
}

func (d *Delivery) sendFor(ctx context.Context, verb string, body []byte) error {
	err := ctx.Err()
	if err != nil {
		err = context.Cause(ctx)
	} else {
		err = d.send(body)
	}
	if err != nil {
		return fmt.Errorf("%s message %d: %w", verb, d.Seq, err)
	}
	return nil
}

func (d *Delivery) send(body []byte) error { return d.nc.Publish(d.reply, body) }
