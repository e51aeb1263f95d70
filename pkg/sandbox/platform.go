package sandbox

import (
	"fmt"
	"slices"

	"github.com/dop251/goja"
)

// platform returns codemode: the global one, or that of a snippet, which lies depth
// snippets deep.
func (p *pass) platform(depth int) goja.Value {
	known := []string{"step", "sleep", "waitFor", "run"}
	methods := map[string]func(goja.FunctionCall) goja.Value{
		"step": p.step, "sleep": p.sleep, "waitFor": p.waitFor, "run": p.runner(depth),
	}
	return p.namespace(func(name string) goja.Value {
		if fn, ok := methods[name]; ok {
			return p.native(name, fn)
		}
		return p.native(name, func(goja.FunctionCall) goja.Value {
			promise, _, reject := p.rt.NewPromise()
			_ = reject(p.rt.NewTypeError("%s", notFound(name, known)))
			return p.rt.ToValue(promise)
		})
	})
}

// nameOf returns the name that a method of codemode was given, of a signal or a
// snippet.
func (p *pass) nameOf(usage string, v goja.Value) string {
	if !goja.IsString(v) {
		panic(p.rt.NewTypeError("%s: name must be a string", usage))
	}
	name := v.String()
	if name == "" || len(name) > MaxName {
		panic(p.rt.NewTypeError("%s: name must have 1 to %d bytes, not %d", usage, MaxName, len(name)))
	}
	return name
}

// await issues an operation that settles by the host's event, and returns its promise.
func (p *pass) await(op Op, o *operation) goja.Value {
	promise, resolve, reject := p.rt.NewPromise()
	op.Pos, o.resolve, o.reject = p.here(), resolve, reject
	p.issue(op, o)
	return p.rt.ToValue(promise)
}

func notFound(name string, known []string) string {
	return fmt.Sprintf("Method %q not found on codemode; did you mean %q?", name, nearest(name, known))
}

// nearest returns the known name that takes the fewest edits to come to name.
func nearest(name string, known []string) string {
	return slices.MinFunc(known, func(a, b string) int { return edits(name, a) - edits(name, b) })
}

// edits is the number of letters to insert, delete or replace between a and b.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
