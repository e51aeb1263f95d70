package connector

import "errors"

// Lookup returns a method, overrides applied. It returns [ErrNoConnector] or
// [ErrNoMethod]; their texts are what the script sees. A method that is unknown is
// looked for once more at a [Refresher], for at most two seconds; when that cannot
// be reached the error is a [*retry.Error]: whether the method is gated is then
// unknown, so the call must not be executed.
func (s *Set) Lookup(connector, method string) (Method, error) {
	_, m, err := s.lookup(connector, method)
	return m, err
}

func (s *Set) lookup(connector, method string) (*bound, Method, error) {
	b, err := s.find(connector)
	if err != nil {
		return nil, Method{}, err
	}
	d := b.Connector.Describe()
	m, ok := d.method(method)
	if !ok {
		unreachable := b.refresh()
		d = b.Connector.Describe()
		if m, ok = d.method(method); !ok && unreachable != nil {
			return nil, Method{}, s.clean(unreachable)
		}
	}
	s.warnOverrides(b, d)
	if !ok {
		return nil, Method{}, noMethod(connector, method, d.Methods)
	}
	m = b.Overrides[method].apply(m)
	if m.RequiresApproval && m.Reexecute || m.Client && m.Reexecute {
		return nil, Method{}, m.Check()
	}
	return b, m, nil
}

// warnOverrides says once which overrides have no method: a misspelt gate must
// not stay unnoticed when the service came up after the executor.
func (s *Set) warnOverrides(b *bound, d Description) {
	if len(b.Overrides) == 0 || len(d.Methods) == 0 {
		return
	}
	b.warned.Do(func() {
		if err := b.checkOverrides(d); errors.Is(err, ErrNoMethod) {
			s.logger.Error("an override has no method", "connector", b.Name, "error", err.Error())
		}
	})
}
