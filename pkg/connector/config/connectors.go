package config

import (
	"strings"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/connector/demo"
	httpconn "github.com/reprise-run/reprise/pkg/connector/http"
	natsconn "github.com/reprise-run/reprise/pkg/connector/nats"
)

// kinds are the keys that make a connector; a connector has exactly one.
func kinds() []string { return []string{"demo", "http", "nats", "openapi", "mcp"} }

// maxTimeout keeps milliseconds within what a time.Duration can hold.
const maxTimeout = int64(365 * 24 * time.Hour / time.Millisecond)

// document reads the whole file.
func (r *reader) document(src []byte) []connector.Named {
	root, ok := r.parse(src)
	if !ok {
		return nil
	}
	all, ok := r.fields(root, "connectors")["connectors"]
	if !ok {
		return nil
	}
	var named []connector.Named
	for _, e := range r.entries(all) {
		if err := connector.CheckName(e.key); err != nil {
			r.problem(e.value, "%v", err)
			continue
		}
		before := len(r.problems)
		n := r.connector(e)
		if len(r.problems) > before {
			continue
		}
		// Tested one by one, so that the problem has a place.
		if _, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{n}}); err != nil {
			r.problem(e.value, "%v", err)
		}
		named = append(named, n)
	}
	return named
}

func (r *reader) connector(e entry) connector.Named {
	n := connector.Named{Name: e.key}
	before := len(r.problems)
	fields := r.fields(e.value, append(kinds(), "instructions", "methods")...)
	if v, ok := fields["instructions"]; ok {
		n.Instructions = r.text(v)
	}
	if v, ok := fields["methods"]; ok {
		n.Overrides = r.overrides(v)
	}
	var used []string
	for _, kind := range kinds() {
		if v, ok := fields[kind]; ok {
			used = append(used, kind)
			n.Connector = r.make(kind, v)
		}
	}
	switch {
	case len(used) > 1:
		r.problem(e.value, "is of more than one kind: %s", strings.Join(used, ", "))
	case len(used) == 0 && len(r.problems) == before:
		r.problem(e.value, "has no kind; the kinds are %s", strings.Join(kinds(), ", "))
	}
	return n
}

// make makes a connector of a kind; nil after a problem.
func (r *reader) make(kind string, v value) connector.Connector {
	switch kind {
	case "demo":
		r.fields(v)
		return demo.New()
	case "http":
		return r.http(v)
	case "nats":
		return r.nats(v)
	}
	r.problem(v, "connectors of kind %s are not available in this version; the kinds are demo, http, nats", kind)
	return nil
}

func (r *reader) http(v value) connector.Connector {
	before := len(r.problems)
	fields := r.fields(v, "baseURL", "headers", "timeoutMs", "maxResponseBytes")
	cfg := httpconn.Config{Headers: map[string]string{}}
	if f, ok := fields["baseURL"]; ok {
		cfg.BaseURL = r.text(f)
	}
	if f, ok := fields["headers"]; ok {
		for _, h := range r.entries(f) {
			cfg.Headers[h.key] = r.text(h.value)
		}
	}
	if f, ok := fields["timeoutMs"]; ok {
		cfg.Timeout = r.milliseconds(f)
	}
	if f, ok := fields["maxResponseBytes"]; ok {
		cfg.MaxResponseBytes = r.integer(f, 1)
	}
	if len(r.problems) > before {
		return nil
	}
	c, err := httpconn.New(cfg)
	if err != nil {
		r.problem(v, "%v", err)
		return nil
	}
	return c
}

func (r *reader) nats(v value) connector.Connector {
	before := len(r.problems)
	cfg := natsconn.Config{Conn: r.deps.Conn, Logger: r.deps.Logger}
	if f, ok := r.fields(v, "service")["service"]; ok {
		cfg.Service = r.text(f)
	}
	if len(r.problems) > before {
		return nil
	}
	c, err := natsconn.New(cfg)
	if err != nil {
		r.problem(v, "%v", err)
		return nil
	}
	return c
}

func (r *reader) milliseconds(v value) time.Duration {
	return time.Duration(min(r.integer(v, 1), maxTimeout)) * time.Millisecond
}

func (r *reader) overrides(v value) map[string]connector.Override {
	all := map[string]connector.Override{}
	for _, e := range r.entries(v) {
		all[e.key] = r.override(e.value)
	}
	return all
}

func (r *reader) override(v value) connector.Override {
	var o connector.Override
	readers := map[string]func(value){
		"description":      func(f value) { text := r.text(f); o.Description = &text },
		"inputSchema":      func(f value) { o.Input = r.schema(f) },
		"outputSchema":     func(f value) { o.Output = r.schema(f) },
		"requiresApproval": func(f value) { o.RequiresApproval = r.boolean(f) },
		"readOnly":         func(f value) { o.ReadOnly = r.boolean(f) },
		"replay":           func(f value) { yes := r.word(f, "reexecute") != ""; o.Reexecute = &yes },
		"resolution":       func(f value) { yes := r.word(f, "client") != ""; o.Client = &yes },
		"onUnknown":        func(f value) { o.OnUnknown = connector.OnUnknown(r.word(f, "reexecute", "fail", "ask")) },
		"timeoutMs":        func(f value) { d := r.milliseconds(f); o.Timeout = &d },
		"revert":           func(f value) { o.Revert = r.text(f) },
	}
	known := []string{"description", "inputSchema", "outputSchema", "requiresApproval", "readOnly", "replay", "resolution", "onUnknown", "timeoutMs", "revert"}
	fields := r.fields(v, known...)
	for _, name := range known {
		if f, ok := fields[name]; ok {
			readers[name](f)
		}
	}
	return o
}

func (r *reader) schema(v value) []byte {
	text := r.json(v)
	if err := connector.CheckSchema(text); err != nil {
		r.problem(v, "%v", err)
	}
	return text
}
