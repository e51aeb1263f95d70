package control

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
)

// SaveSnippet keeps the source of an execution under a name, as a new version, and
// returns it; its code is left out where that is too large for an answer. It returns
// [ErrNotFound] or [ErrGone] for the execution, [ErrConflict] when the source of that
// is not stored, or [ErrBadRequest]. [ErrUnavailable] leaves open whether it was saved.
func (c *Client) SaveSnippet(ctx context.Context, p SnippetSave) (execution.Snippet, error) {
	var sn execution.Snippet
	return sn, c.Call(ctx, "snippet.save", p, &sn)
}

// Snippet returns one version of a snippet, with version 0 the newest, and its code.
// It returns [ErrNotFound] or [ErrBadRequest].
func (c *Client) Snippet(ctx context.Context, name string, version int) (execution.Snippet, error) {
	var sn execution.Snippet
	in := struct {
		Name    string `json:"name"`
		Version int    `json:"version,omitempty"`
	}{name, version}
	if err := c.Call(ctx, "snippet.get", in, &sn); err != nil {
		return sn, err
	}
	if sn.Code != "" || sn.Object == "" {
		return sn, nil
	}
	return c.withCode(ctx, sn)
}

// withCode fetches the code of a snippet from where it lies.
func (c *Client) withCode(ctx context.Context, sn execution.Snippet) (execution.Snippet, error) {
	store, err := c.js.ObjectStore(ctx, stream.Bucket)
	if err != nil {
		return sn, fmt.Errorf("open the large values: %w", err)
	}
	code, err := store.GetBytes(ctx, stream.SnippetObject(c.runtime, sn.Name, sn.Object))
	if errors.Is(err, jetstream.ErrObjectNotFound) {
		return sn, fmt.Errorf("snippet %s: %w: it was deleted meanwhile", sn.Name, ErrNotFound)
	}
	if err != nil {
		return sn, fmt.Errorf("fetch the code of snippet %s: %w", sn.Name, err)
	}
	sn.Code = string(code)
	return sn, nil
}

// Snippets returns the newest version of every snippet, ordered by name, without code.
func (c *Client) Snippets(ctx context.Context) ([]execution.Snippet, error) {
	all := []execution.Snippet{}
	for cursor := ""; ; {
		var page SnippetListing
		if err := c.Call(ctx, "snippet.list", map[string]string{"cursor": cursor}, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Snippets...)
		if cursor = page.Cursor; cursor == "" {
			return all, nil
		}
	}
}

// DeleteSnippet removes all versions of a snippet and reports whether there were any.
// It returns [ErrBadRequest].
func (c *Client) DeleteSnippet(ctx context.Context, name string) (bool, error) {
	var answer struct {
		Deleted bool `json:"deleted"`
	}
	err := c.Call(ctx, "snippet.delete", map[string]string{"name": name}, &answer)
	return answer.Deleted, err
}
