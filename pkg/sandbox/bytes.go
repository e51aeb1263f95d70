package sandbox

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"strings"

	"github.com/dop251/goja"
)

// captureBytes keeps the constructor of byte arrays, which the script may replace.
func (p *pass) captureBytes() error {
	if p.uint8Array == nil {
		p.uint8Array = p.rt.GlobalObject().Get("Uint8Array")
	}
	return nil
}

// newBytes returns a Uint8Array. The bytes belong to it from then on.
func (p *pass) newBytes(b []byte) goja.Value {
	return throwing(p.rt.New(p.uint8Array, p.rt.ToValue(p.rt.NewArrayBuffer(b))))
}

// bytesOf returns the bytes that a buffer or a view of one shows: the very bytes.
func (p *pass) bytesOf(v goja.Value) ([]byte, bool) {
	obj, ok := v.(*goja.Object)
	if !ok {
		return nil, false
	}
	t := obj.ExportType()
	if t != arrayBufferType && !isIntegers(obj) && !isFloats(t) && !isDataView(obj, t) {
		return nil, false
	}
	if t == arrayBufferType {
		return obj.Export().(goja.ArrayBuffer).Bytes(), true
	}
	var b []byte
	if err := p.rt.ExportTo(obj, &b); err != nil {
		return nil, false
	}
	return b, true
}

// btoa is base64 of a string whose characters are bytes.
func (p *pass) btoa(call goja.FunctionCall) goja.Value {
	if len(call.Arguments) == 0 {
		panic(p.rt.NewTypeError("btoa(data): data is missing"))
	}
	s := p.toString(call.Arguments[0])
	b := make([]byte, s.Length())
	for i := range b {
		unit := s.CharAt(i)
		if unit > 0xff {
			p.throwDOM("InvalidCharacterError", "btoa(data): the string has characters outside of Latin1")
		}
		b[i] = byte(unit)
	}
	return p.rt.ToValue(base64.StdEncoding.EncodeToString(b))
}

// atob is the inverse of btoa. It forgives white space and missing padding.
func (p *pass) atob(call goja.FunctionCall) goja.Value {
	if len(call.Arguments) == 0 {
		panic(p.rt.NewTypeError("atob(data): data is missing"))
	}
	text := strings.Map(func(r rune) rune {
		if strings.ContainsRune("\t\n\f\r ", r) {
			return -1
		}
		return r
	}, p.toString(call.Arguments[0]).String())
	if len(text)%4 == 0 {
		text = strings.TrimSuffix(strings.TrimSuffix(text, "="), "=")
	}
	// Bits beyond the last whole byte may be anything.
	b, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") {
		p.throwDOM("InvalidCharacterError", "atob(data): the string is not correctly encoded")
	}
	units := make([]uint16, len(b))
	for i, c := range b {
		units[i] = uint16(c)
	}
	return goja.StringFromUTF16(units)
}

// subtle returns crypto.subtle, of which there is digest.
func (p *pass) subtle() goja.Value {
	subtle := p.rt.NewObject()
	_ = hide(subtle, "digest", p.native("digest", p.digest))
	return subtle
}

// digest hashes bytes. Its promise is settled already: it takes no turn of the host.
func (p *pass) digest(call goja.FunctionCall) goja.Value {
	promise, resolve, reject := p.rt.NewPromise()
	var sum goja.Value
	if ex := p.rt.Try(func() { sum = p.sum(call.Argument(0), call.Argument(1)) }); ex != nil {
		_ = reject(ex.Value())
	} else {
		_ = resolve(sum)
	}
	return p.rt.ToValue(promise)
}

func (p *pass) sum(algorithm, data goja.Value) goja.Value {
	if obj, ok := algorithm.(*goja.Object); ok {
		algorithm = obj.Get("name")
	}
	b, ok := p.bytesOf(data)
	if !ok {
		panic(p.rt.NewTypeError("crypto.subtle.digest(algorithm, data): data must be an ArrayBuffer or a view of one"))
	}
	var sum []byte
	switch name := text(algorithm); strings.ToUpper(name) {
	case "SHA-1":
		s := sha1.Sum(b)
		sum = s[:]
	case "SHA-256":
		s := sha256.Sum256(b)
		sum = s[:]
	case "SHA-384":
		s := sha512.Sum384(b)
		sum = s[:]
	case "SHA-512":
		s := sha512.Sum512(b)
		sum = s[:]
	default:
		p.throwDOM("NotSupportedError", "crypto.subtle.digest(algorithm, data): there are SHA-1, SHA-256, SHA-384 and SHA-512, not "+name)
	}
	return p.rt.ToValue(p.rt.NewArrayBuffer(sum))
}
