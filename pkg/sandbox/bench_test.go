package sandbox

import (
	"context"
	"fmt"
	"testing"
)

// echoHost answers calls at once, in order.
type echoHost struct{ queue []Op }

func (*echoHost) Print(string) {}

func (h *echoHost) Turn(_ context.Context, issued []Op) (Event, error) {
	h.queue = append(h.queue, issued...)
	if len(h.queue) == 0 {
		return Event{}, errStuck
	}
	op := h.queue[0]
	h.queue = h.queue[1:]
	return Event{Op: op.ID, Kind: EventResolve, Value: op.Args}, nil
}

func BenchmarkPass(b *testing.B) {
	for _, n := range []int{0, 10, 1000} {
		source := fmt.Sprintf(`async () => { let s = 0; for (let i = 0; i < %d; i++) s += (await items.echo({n: i})).n; return s }`, n)
		b.Run(fmt.Sprintf("calls=%d", n), func(b *testing.B) { benchmarkPass(b, source) })
	}
	b.Run("parallel=1000", func(b *testing.B) {
		benchmarkPass(b, `async () => (await Promise.all([...Array(1000).keys()].map(i => items.echo({n: i})))).length`)
	})
}

func benchmarkPass(b *testing.B, source string) {
	s := NewInProcess(Config{})
	script := Script{Source: source, Connectors: []string{"items"}, Seed: "seed", Now: epoch}
	b.ReportAllocs()
	for b.Loop() {
		result, err := s.Run(b.Context(), script, &echoHost{})
		if err != nil || result.Thrown != nil {
			b.Fatal(err, result.Thrown)
		}
	}
}

func BenchmarkCodec(b *testing.B) {
	text := raw(`[`)
	for i := range 1000 {
		if i > 0 {
			text = append(text, ',')
		}
		text = fmt.Appendf(text, `{"id":%d,"name":"name %d","tags":["a","b"],"nested":{"ok":true,"x":1.5}}`, i, i)
	}
	text = append(text, ']')
	p := newPass(Script{}, nil, &compiled{})
	v, err := p.codec.decode(text)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			_, _ = p.codec.decode(text)
		}
	})
	b.Run("encode", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			_, _ = p.codec.encode(v)
		}
	})
}
