package worker

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

// fill gives every field of a message a value of its own: a field that the codec forgets
// is seen.
func fill(v reflect.Value, n *int64) {
	*n++
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Struct:
		if _, ok := v.Interface().(time.Time); ok {
			v.Set(reflect.ValueOf(time.Unix(*n, *n).UTC()))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), n)
		}
	case reflect.String:
		v.SetString("text " + time.Duration(*n).String())
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8:
		v.SetUint(uint64(*n % 200))
	default:
		v.SetInt(*n)
	}
}

func roundTrip[T any](t *testing.T, write func(*encoder, T), read func(*decoder) T, ignore ...cmp.Option) {
	t.Helper()
	var want T
	var n int64
	fill(reflect.ValueOf(&want).Elem(), &n)
	var e encoder
	write(&e, want)
	d := decoder{in: e.out}
	got := read(&d)
	if err := d.end(); err != nil {
		t.Errorf("%T: %v", want, err)
	}
	if diff := cmp.Diff(want, got, ignore...); diff != "" {
		t.Errorf("%T (-written +read):\n%s", want, diff)
	}
}

func TestMessagesCarryEveryField(t *testing.T) {
	t.Parallel()
	roundTrip(t, (*encoder).script, (*decoder).script)
	roundTrip(t, (*encoder).event, (*decoder).event)
	roundTrip(t, (*encoder).op, (*decoder).op)
	roundTrip(t, (*encoder).foreseen, (*decoder).foreseen)
	// The operations of a result travel before it.
	issued := cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "Issued" }, cmp.Ignore())
	roundTrip(t, func(e *encoder, r sandbox.Result) { e.done(done{result: r}) }, func(d *decoder) sandbox.Result { return d.done().result }, issued)
	roundTrip(t, func(e *encoder, s sandbox.SyntaxError) { e.done(done{syntax: s}) }, func(d *decoder) sandbox.SyntaxError { return d.done().syntax })
}
