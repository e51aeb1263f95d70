package control

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// DryRun is code that is to follow the journal of an execution, without calling anything.
type DryRun struct {
	Key     journal.Key
	State   journal.State
	Records []journal.Record
	Request execution.Request // the code, its input and its limits
	From    int               // follow the entries before this one

	// Resolve fetches a value of the records.
	Resolve func(ctx context.Context, v journal.Value) (json.RawMessage, error)
}

// Departure says how code followed a journal.
type Departure struct {
	// DepartsAt is the seq at which the code does something else than the journal has;
	// nil: it follows as far as was asked for.
	DepartsAt *int `json:"departsAt"`

	// Entry is what the journal has there.
	Entry *execution.Entry `json:"entry,omitempty"`

	// Got is what the code does instead; nil: nothing, or it failed.
	Got *Operation `json:"got,omitempty"`

	// Message says it for people. Where DepartsAt is nil it says what could not be told.
	Message string `json:"message,omitempty"`

	Replayed int `json:"replayed"` // how many entries the code followed
}

// Operation is a call or step that code issued.
type Operation struct {
	Connector string          `json:"connector"`
	Method    string          `json:"method"`
	Args      json.RawMessage `json:"args,omitempty"`
	Position  *Position       `json:"position,omitempty"`
}

// Position is a place in the author's source, counted from 1.
type Position struct {
	File   string `json:"file,omitempty"` // of bundled sources
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// dryRun answers where the fork's code departs from the entries that it would keep.
func (s *Service) dryRun(ctx context.Context, f *forking) (any, error) {
	if s.cfg.DryReplay == nil {
		return nil, refuse(http.StatusNotImplemented, "this executor cannot run code dry")
	}
	return s.cfg.DryReplay(ctx, DryRun{
		Key: f.key, State: f.stored.State, Records: f.records, Request: f.request, From: f.from,
		Resolve: func(ctx context.Context, v journal.Value) (json.RawMessage, error) {
			return s.s.Journal().Resolve(ctx, f.key, v)
		},
	})
}
