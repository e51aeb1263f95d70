package connector

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// bound is a connector under its name, with what the configuration changes.
type bound struct {
	Named
	schemas schemas
	warned  sync.Once // about overrides of methods that turned out not to exist
}

func newBound(n Named) *bound { return &bound{Named: n} }

// refresh asks a [Refresher] for its methods; others have nothing to say.
func (b *bound) refresh() error {
	r, ok := b.Connector.(Refresher)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), refreshTimeout)
	defer cancel()
	return r.Refresh(ctx)
}

// describe returns the description, overrides applied.
func (b *bound) describe() Description {
	d := b.Connector.Describe()
	d.Methods = slices.Clone(d.Methods)
	for i, m := range d.Methods {
		d.Methods[i] = b.Overrides[m.Name].apply(m)
	}
	own := d.Instructions
	d.Instructions = strings.Trim(own+"\n\n"+b.Instructions, "\n")
	return d
}

// check tests all methods and that every override has one. A [Refresher] that has
// told nothing yet passes; its methods are tested when they are looked up.
func (b *bound) check() error {
	d := b.describe()
	if _, ok := b.Connector.(Refresher); ok && len(d.Methods) == 0 {
		return nil
	}
	errs := []error{b.checkOverrides(d)}
	for _, m := range d.Methods {
		errs = append(errs, m.Check())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("connector %q: %w", b.Name, err)
	}
	return nil
}

// checkOverrides returns [ErrNoMethod] for overrides that change, or revert by,
// what does not exist.
func (b *bound) checkOverrides(d Description) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(b.Overrides)) {
		for _, needed := range []string{name, b.Overrides[name].Revert} {
			if _, ok := d.method(needed); !ok && needed != "" {
				errs = append(errs, fmt.Errorf("methods.%s: %w", name, noMethod(b.Name, needed, d.Methods)))
			}
		}
	}
	return errors.Join(errs...)
}

// method returns the method of that name.
func (d Description) method(name string) (Method, bool) {
	for _, m := range d.Methods {
		if m.Name == name {
			return m, true
		}
	}
	return Method{}, false
}
