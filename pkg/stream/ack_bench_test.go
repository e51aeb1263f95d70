package stream

import (
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
)

// BenchmarkAck compares the word that waits for its answer with the one that does not.
func BenchmarkAck(b *testing.B) {
	for name, ack := range map[string]func(*Delivery) error{
		"plain":  func(d *Delivery) error { return d.Ack(b.Context()) },
		"double": func(d *Delivery) error { _, err := d.nc.Request(d.reply, ackBody, time.Second); return err },
	} {
		b.Run(name, func(b *testing.B) {
			srv := natstest.Run(b)
			s := open(b, srv.Conn(), Config{})
			js := natstest.JetStream(b, srv.Conn())
			q := openQueue(b, s)
			for b.Loop() {
				if _, err := Submit(b.Context(), js, "default", "", []byte("x")); err != nil {
					b.Fatal(err)
				}
				d, err := q.Next(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				if err := ack(d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
