package value

import (
	"bytes"
	"encoding/json"
)

// Plain returns the form that everybody outside of the sandbox sees: dates are ISO
// strings, big integers decimal strings, maps arrays of pairs, sets arrays, errors
// {"name","message"}, bytes their envelope. Invalid dates, NaN, infinities and
// undefined are null, but a property that is undefined is left out. nil stays nil.
//
// A text without envelopes is returned as it is, and so is one that is broken.
func Plain(durable json.RawMessage) json.RawMessage {
	if !bytes.Contains(durable, []byte(Prefix)) {
		return durable
	}
	p := plainer{scanner: scanner{text: durable}, out: make([]byte, 0, len(durable))}
	if err := p.value(); err != nil || p.next() != 0 {
		return durable
	}
	return p.out
}

// plainer writes the plain form of what it reads.
type plainer struct {
	scanner
	out []byte

	// undefined says that the last value was undefined.
	undefined bool
}

func (p *plainer) value() error {
	p.undefined = false
	switch p.next() {
	case '{':
		return p.object(true)
	case '[':
		return p.array()
	}
	text, err := p.scalar()
	p.out = append(p.out, text...)
	return err
}

func (p *plainer) array() error {
	if err := p.enter(); err != nil {
		return err
	}
	p.out = append(p.out, '[')
	for first := true; ; first = false {
		more, err := p.more(']', first)
		if err != nil {
			return err
		}
		if !more {
			p.undefined = false
			p.out = append(p.out, ']')
			return nil
		}
		if !first {
			p.out = append(p.out, ',')
		}
		if err := p.value(); err != nil {
			return err
		}
	}
}

// object writes an object, or what it stands for where it may be an envelope.
func (p *plainer) object(envelopes bool) error {
	if err := p.enter(); err != nil {
		return err
	}
	p.out = append(p.out, '{')
	start := len(p.out)
	for first := true; ; first = false {
		more, err := p.more('}', first)
		if err != nil {
			return err
		}
		if !more {
			p.undefined = false
			p.out = append(p.out, '}')
			return nil
		}
		quoted, err := p.key()
		if err != nil {
			return err
		}
		if first && envelopes {
			if key, ok := keyOf(quoted); ok {
				p.out = p.out[:start-1]
				return p.envelope(key)
			}
		}
		if err := p.property(start, quoted); err != nil {
			return err
		}
	}
}

// property writes one property; nothing for one that is undefined.
func (p *plainer) property(start int, key []byte) error {
	mark := len(p.out)
	if mark > start {
		p.out = append(p.out, ',')
	}
	p.out = append(append(p.out, key...), ':')
	err := p.value()
	if p.undefined {
		p.out = p.out[:mark]
	}
	return err
}

// envelope writes what an envelope stands for; its first key has been read.
func (p *plainer) envelope(key string) error {
	kind, err := p.quoted()
	if err != nil {
		return err
	}
	switch key {
	case BigIntKey:
		p.out = append(p.out, kind...)
	case BinaryKey:
		err = p.bytes(kind)
	case ValueKey:
		err = p.kind(string(kind[1 : len(kind)-1]))
	default:
		return errBroken
	}
	if err != nil || !p.accept('}') {
		return errBroken
	}
	p.depth--
	return nil
}

func (p *plainer) bytes(kind []byte) error {
	if err := p.data(); err != nil {
		return err
	}
	data, err := p.quoted()
	if err != nil || !isBytes(kind, data) {
		return errBroken
	}
	p.out = append(p.out, `{"`+BinaryKey+`":`...)
	p.out = append(append(p.out, kind...), `,"`+DataKey+`":`...)
	p.out = append(append(p.out, data...), '}')
	return nil
}

// data reads up to the data of an envelope.
func (p *plainer) data() error {
	if !p.accept(',') {
		return errBroken
	}
	key, err := p.key()
	if err != nil || string(key) != `"`+DataKey+`"` {
		return errBroken
	}
	return nil
}

func (p *plainer) kind(kind string) error {
	switch kind {
	case Undefined, NaN, Infinity, NegativeInfinity:
		p.out = append(p.out, "null"...)
		p.undefined = kind == Undefined
		return nil
	case NegativeZero:
		p.out = append(p.out, '0')
		return nil
	}
	if err := p.data(); err != nil {
		return err
	}
	c := p.next()
	switch {
	case kind == Date && (c == '"' || c == 'n'), (kind == Map || kind == Set) && c == '[':
		return p.value()
	case kind == Object && c == '{':
		return p.object(false)
	case kind == Error && c == '{':
		return p.error()
	}
	return errBroken
}

// error writes the name and the message of an error, both texts; whatever else it
// has is read and left out.
func (p *plainer) error() error {
	if err := p.enter(); err != nil {
		return err
	}
	name, message := "null", "null"
	start := len(p.out)
	for first := true; ; first = false {
		more, err := p.more('}', first)
		if err != nil {
			return err
		}
		if !more {
			p.undefined = false
			p.out = append(p.out[:start], `{"name":`+name+`,"message":`+message+`}`...)
			return nil
		}
		key, err := p.key()
		if err != nil {
			return err
		}
		into := new(string)
		switch string(key) {
		case `"name"`:
			into = &name
		case `"message"`:
			into = &message
		}
		if *into, err = p.detail(start); err != nil {
			return err
		}
	}
}

// detail reads one property of an error and returns its text, "null" for what is
// none. Nothing of it stays in the output: what is nested in errors is copied once.
func (p *plainer) detail(start int) (string, error) {
	text := "null"
	if p.next() == '"' {
		quoted, err := p.quoted()
		return string(quoted), err
	}
	err := p.value()
	p.out = p.out[:start]
	return text, err
}
