package sandbox

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"time"

	"github.com/dop251/goja"
)

// maxRandomBytes is the Web's limit for one getRandomValues.
const maxRandomBytes = 65536

// random is Math.random.
func (p *pass) random() float64 {
	random, _ := p.scope.source()
	return random.Float64()
}

func (p *pass) randomBytes(b []byte) {
	_, source := p.scope.source()
	_, _ = source.Read(b) // never fails
}

// crypto returns the global crypto. Its numbers are good, but anybody who knows
// the seed knows them too.
func (p *pass) crypto() goja.Value {
	crypto := p.rt.NewObject()
	_ = crypto.Set("randomUUID", p.native("randomUUID", p.randomUUID))
	_ = crypto.Set("getRandomValues", p.native("getRandomValues", p.getRandomValues))
	_ = crypto.Set("subtle", p.subtle())
	return crypto
}

// randomUUID returns a version 4 UUID.
func (p *pass) randomUUID(goja.FunctionCall) goja.Value {
	var b [16]byte
	p.randomBytes(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	digits := hex.EncodeToString(b[:])
	return p.rt.ToValue(digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:])
}

// getRandomValues fills an array of integers and returns it.
func (p *pass) getRandomValues(call goja.FunctionCall) goja.Value {
	arg := call.Argument(0)
	obj, ok := arg.(*goja.Object)
	if !ok || !isIntegers(obj) {
		panic(p.rt.NewTypeError("crypto.getRandomValues(array): array must be a typed array of integers"))
	}
	var b []byte
	if err := p.rt.ExportTo(arg, &b); err != nil {
		panic(p.rt.NewTypeError("crypto.getRandomValues(array): %s", err))
	}
	if len(b) > maxRandomBytes {
		p.throwDOM("QuotaExceededError", fmt.Sprintf("crypto.getRandomValues(array): %d bytes are more than %d", len(b), maxRandomBytes))
	}
	p.randomBytes(b)
	return arg
}

// performance returns the global performance: milliseconds since the pass began,
// by the same clock as Date.
func (p *pass) performance() goja.Value {
	performance := p.rt.NewObject()
	_ = performance.Set("now", p.native("now", p.performanceNow))
	_ = performance.Set("timeOrigin", float64(p.script.Now.UnixMilli()))
	return performance
}

func (p *pass) performanceNow(goja.FunctionCall) goja.Value {
	return p.rt.ToValue(float64(p.time().Sub(p.script.Now)) / float64(time.Millisecond))
}

// isBytes reports whether obj is a Uint8Array.
func isBytes(obj *goja.Object) bool { return obj.ExportType() == bytesType }

// isFloats reports whether t is what floating point arrays are exported as.
func isFloats(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && (t.Elem().Kind() == reflect.Float32 || t.Elem().Kind() == reflect.Float64)
}

func isIntegers(obj *goja.Object) bool {
	t := obj.ExportType()
	if t.Kind() != reflect.Slice {
		return false
	}
	switch t.Elem().Kind() {
	case reflect.Uint8, reflect.Int8, reflect.Uint16, reflect.Int16,
		reflect.Uint32, reflect.Int32, reflect.Uint64, reflect.Int64:
		return true
	}
	return false
}
