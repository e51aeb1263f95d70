package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/value"
)

// What a snippet may have beside its code. A listing shows it, for every snippet.
const (
	maxSnippetDescription = 4 << 10
	maxSnippetSchema      = 64 << 10

	// maxSchemaDepth bounds what checking a schema costs: the time grows with the third
	// power of its depth.
	maxSchemaDepth = 100
)

// SnippetSave says which execution's source to keep, and under which name.
type SnippetSave struct {
	Name        string          `json:"name"`
	ID          execution.ID    `json:"id"`
	Description string          `json:"description,omitempty"` // at most 4 KB
	InputSchema json.RawMessage `json:"inputSchema,omitempty"` // a JSON Schema, at most 64 KB and 100 levels deep
}

func (p SnippetSave) check() error {
	if err := checkSnippetName(p.Name); err != nil {
		return err
	}
	if len(p.Description) > maxSnippetDescription {
		return refuse(http.StatusBadRequest, "description: has %d bytes, at most %d are allowed", len(p.Description), maxSnippetDescription)
	}
	return checkInputSchema(present(p.InputSchema))
}

// checkInputSchema refuses what nothing could be checked with.
func checkInputSchema(schema json.RawMessage) error {
	switch {
	case len(schema) > maxSnippetSchema:
		return refuse(http.StatusBadRequest, "inputSchema: has %d bytes, at most %d are allowed", len(schema), maxSnippetSchema)
	case value.Deeper(schema, maxSchemaDepth):
		return refuse(http.StatusBadRequest, "inputSchema: is nested more than %d levels deep", maxSchemaDepth)
	}
	if err := connector.CheckSchema(schema); err != nil {
		return refuse(http.StatusBadRequest, "inputSchema: %v", err)
	}
	return nil
}

func checkSnippetName(name string) error {
	if name == "" {
		return refuse(http.StatusBadRequest, "name: missing")
	}
	if err := execution.CheckSnippetName(name); err != nil {
		return refuse(http.StatusBadRequest, "%v", err)
	}
	return nil
}

// saveSnippet keeps the source of an execution, whatever has become of it.
func (s *Service) saveSnippet(ctx context.Context, c call) (any, error) {
	var p SnippetSave
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	key, err := keyOf(c.runtime, string(p.ID))
	if err != nil {
		return nil, err
	}
	st, code, err := s.source(ctx, key)
	if err != nil {
		return nil, err
	}
	sn := execution.Snippet{
		Name: p.Name, Description: p.Description, Code: code, InputSchema: present(p.InputSchema),
		Connectors: append([]string{}, st.Connectors...), SavedAt: time.Now().UTC().Truncate(time.Millisecond),
	}
	if sn, err = s.s.SaveSnippet(ctx, c.runtime, sn); err != nil {
		return nil, err
	}
	return sn, nil
}

// source returns the source of an execution as it was submitted, and its state.
func (s *Service) source(ctx context.Context, key journal.Key) (journal.State, string, error) {
	stored, err := s.s.Journal().State(ctx, key)
	st := stored.State
	switch {
	case errors.Is(err, journal.ErrNotFound):
		return st, "", unknown(key)
	case err != nil:
		return st, "", err
	case st.Status == execution.Deleted:
		return st, "", gone(key)
	}
	request, err := s.s.Journal().Request(ctx, key)
	if errors.Is(err, journal.ErrNotFound) || err == nil && request.Code == "" {
		// Refused before its source was read, or claimed a moment ago.
		return st, "", refuse(http.StatusConflict, "execution %s is %s and its source is not stored", key.ID, st.Status)
	}
	return st, request.Code, err
}

// present returns nothing for null, which stands for a field that is left out.
func present(raw json.RawMessage) json.RawMessage {
	if string(raw) == "null" {
		return nil
	}
	return raw
}

// getSnippet answers one version of a snippet, the newest unless it is named.
func (s *Service) getSnippet(ctx context.Context, c call) (any, error) {
	var p struct {
		Name    string `json:"name"`
		Version int    `json:"version"`
	}
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	if err := checkSnippetName(p.Name); err != nil {
		return nil, err
	}
	if p.Version < 0 {
		return nil, refuse(http.StatusBadRequest, "version: must be at least 1, got %d", p.Version)
	}
	sn, err := s.s.Snippet(ctx, c.runtime, p.Name, p.Version)
	switch {
	case errors.Is(err, journal.ErrNotFound) && p.Version > 0:
		return nil, refuse(http.StatusNotFound, "no version %d of snippet %s in runtime %s", p.Version, p.Name, c.runtime)
	case errors.Is(err, journal.ErrNotFound):
		return nil, refuse(http.StatusNotFound, "no snippet %s in runtime %s", p.Name, c.runtime)
	case err != nil:
		return nil, err
	}
	return sn, nil
}

// fitSnippet encodes a snippet whose code is too large for a message: a reader
// fetches that from the object store, where code of this size is.
func fitSnippet(sn execution.Snippet) ([]byte, error) {
	if sn.Object == "" {
		return nil, fmt.Errorf("snippet %s does not fit into a message", sn.Name)
	}
	sn.Code = ""
	return json.Marshal(sn)
}

// SnippetListing is one page of snippets.
type SnippetListing struct {
	Snippets []execution.Snippet `json:"snippets"`

	// Cursor asks for the next page; empty on the last one.
	Cursor string `json:"cursor,omitempty"`
}

// listSnippets answers the newest version of every snippet by name, without code: as
// many at a time as fit into a message.
func (s *Service) listSnippets(ctx context.Context, c call) (any, error) {
	var p struct {
		Cursor string `json:"cursor"`
	}
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	all, err := s.s.Snippets(ctx, c.runtime)
	if err != nil {
		return nil, err
	}
	from, found := slices.BinarySearchFunc(all, p.Cursor, func(sn execution.Snippet, name string) int { return strings.Compare(sn.Name, name) })
	if found {
		from++
	}
	return pageOfSnippets(all[from:], int(s.s.Conn().MaxPayload())/2)
}

// pageOfSnippets returns as many snippets as fit into so many bytes; one always fits.
func pageOfSnippets(all []execution.Snippet, room int) (SnippetListing, error) {
	l := SnippetListing{Snippets: []execution.Snippet{}}
	for _, sn := range all {
		text, err := json.Marshal(sn)
		if err != nil {
			return l, fmt.Errorf("encode snippet %s: %w", sn.Name, err)
		}
		if room -= len(text) + 1; room < 0 && len(l.Snippets) > 0 {
			l.Cursor = l.Snippets[len(l.Snippets)-1].Name
			return l, nil
		}
		l.Snippets = append(l.Snippets, sn)
	}
	return l, nil
}

// deleteSnippet removes all versions of a snippet.
func (s *Service) deleteSnippet(ctx context.Context, c call) (any, error) {
	var p struct {
		Name string `json:"name"`
	}
	if err := decode(c.body, &p); err != nil {
		return nil, err
	}
	if err := checkSnippetName(p.Name); err != nil {
		return nil, err
	}
	there, err := s.s.DeleteSnippet(ctx, c.runtime, p.Name)
	if err != nil {
		return nil, err
	}
	return map[string]bool{"deleted": there}, nil
}
