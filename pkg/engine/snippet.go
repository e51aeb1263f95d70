package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/sandbox"
	"github.com/reprise-run/reprise/pkg/value"
)

// source is what the journal keeps of a snippet that ran.
type source struct {
	Name       string   `json:"name"`
	Version    int      `json:"version"`
	Code       string   `json:"code"`
	Connectors []string `json:"connectors"`
}

// admitSnippet takes the wish to run a snippet, unless the journal has its source.
func (p *pass) admitSnippet(o *op) error {
	if err := p.counterLimit(p.snippets, "snippets"); err != nil {
		return err
	}
	o.ref = journal.Ref{Kind: journal.OpSnippet, N: len(p.snippets)}
	p.snippets = append(p.snippets, o)
	if p.done[o.ref] || p.ended {
		return nil
	}
	if err := p.pendingLimit(); err != nil {
		return err
	}
	if p.dry == nil { // a replay has those of the journal alone
		p.fetch = append(p.fetch, o)
	}
	return nil
}

// loadSnippet fetches the newest version on its own goroutine.
func (p *pass) loadSnippet(ctx context.Context, o *op) {
	var found execution.Snippet
	err := journal.ErrNotFound
	if p.cfg.Snippets != nil {
		found, err = p.cfg.Snippets(ctx, p.Key.Runtime, o.Method)
	}
	if err != nil && ctx.Err() != nil {
		return // the pass has ended
	}
	a := arrival{op: o, err: err}
	if err == nil {
		a.result, a.err = json.Marshal(source{found.Name, found.Version, found.Code, found.Connectors})
	}
	p.flight.add(a)
}

// deliverSnippet journals the source of a snippet, or why there is none, and goes on
// with it.
func (h *host) deliverSnippet(a arrival) (event sandbox.Event, ready bool, err error) {
	o := a.op
	c := journal.Completion{Ref: o.ref, Mark: journal.MarkFailed, Name: o.Method}
	switch {
	case errors.Is(a.err, journal.ErrNotFound), errors.Is(a.err, execution.ErrBadSnippetName):
		c.Error = &execution.CallError{Name: "Error", Message: fmt.Sprintf("snippet %q not found", o.Method)}
	case errors.Is(a.err, journal.ErrCorrupt):
		c.Error = &execution.CallError{Name: "Error", Message: fmt.Sprintf("snippet %q cannot be read", o.Method)}
	case a.err != nil:
		h.storage = fmt.Errorf("load snippet %q: %w", o.Method, a.err)
		return event, false, h.storage
	default:
		if err := h.takeSource(&c, a.result); err != nil {
			return event, false, err
		}
	}
	if err := h.hear(c); err != nil {
		return event, false, err
	}
	event, err = h.snippetEvent(c, o)
	event.Now = time.UnixMilli(h.clock)
	return event, err == nil, err
}

// takeSource completes the loading of a snippet. One whose connectors the code cannot
// see is refused.
func (h *host) takeSource(c *journal.Completion, text json.RawMessage) error {
	var s source
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("read snippet: %w", err)
	}
	visible := h.visible()
	missing := slices.DeleteFunc(slices.Clone(s.Connectors), func(name string) bool { return slices.Contains(visible, name) })
	if len(missing) > 0 {
		c.Mark = journal.MarkRefused
		c.Error = &execution.CallError{Name: "Error", Message: fmt.Sprintf(`requires connector(s) "%s"`, strings.Join(missing, `", "`))}
		return nil
	}
	durable, err := value.FromPlain(text)
	if err != nil {
		return fmt.Errorf("keep snippet: %w", err)
	}
	c.Mark, c.Result = journal.MarkApplied, journal.NewValue(durable)
	return nil
}

// snippetEvent is how the code goes on with a snippet: live as in a replay.
func (p *pass) snippetEvent(c journal.Completion, o *op) (sandbox.Event, error) {
	event := sandbox.Event{Op: o.ID}
	switch c.Mark {
	case journal.MarkFailed:
		event.Kind, event.Name, event.Text = sandbox.EventReject, c.Error.Name, c.Error.Message
		return event, nil
	case journal.MarkRefused:
		text, err := json.Marshal(map[string]string{"error": c.Error.Message})
		event.Kind, event.Value = sandbox.EventResolve, text
		return event, err
	}
	text, err := p.cfg.Store.Resolve(p.store, p.Key, *c.Result)
	if err != nil {
		p.storage = fmt.Errorf("resolve the source of %s: %w", c.Ref, err)
		return event, p.storage
	}
	var s source
	if err := json.Unmarshal(value.Plain(text), &s); err != nil {
		return event, fmt.Errorf("%w: source of %s: %w", journal.ErrCorrupt, c.Ref, err)
	}
	event.Kind, event.Text = sandbox.EventRunSource, s.Code
	return event, nil
}
