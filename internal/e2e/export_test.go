package e2e

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/replay"
)

// export exports, and reads the document as a file would be read.
func (r *rig) export(id execution.ID) journal.Export {
	r.t.Helper()
	e, err := r.client.Export(r.t.Context(), id)
	if err != nil {
		r.t.Fatalf("export: %v", err)
	}
	text, err := json.Marshal(e)
	if err != nil {
		r.t.Fatal(err)
	}
	if e, err = journal.ParseExport(text); err != nil {
		r.t.Fatalf("read the export: %v", err)
	}
	return e
}

// check replays an export offline and returns what differs.
func check(t *testing.T, e journal.Export, code string) error {
	t.Helper()
	return replay.Check(t.Context(), replay.Config{Export: e, Code: code})
}

// Whatever became of an execution, its export replays without any connector.
func TestExportsReplayOffline(t *testing.T) {
	t.Parallel()
	r := up(t)
	large := r.run(`async () => { console.log("x"); const big = await items.big_result(); return [big, new Date(0), 7n] }`)
	failing := r.failing(`async () => { await items.echo({d: new Date(5)}); await items.boom() }`)
	restarted := r.failing(`async () => { await items.echo(1); const a = await items.checkpoint_read(); return [a, await items.boom_once()] }`)
	r.restart(restarted.ExecutionID, -1)
	r.restart(restarted.ExecutionID, 1)
	fork := r.fork(control.Fork{ID: restarted.ExecutionID, From: 1})
	for name, id := range map[string]execution.ID{
		"large values": large.ExecutionID, "an error": failing.ExecutionID, "restarted": restarted.ExecutionID, "a fork": fork.ExecutionID,
		"paused":         r.paused(gated).ExecutionID,
		"malformed code": r.failing(`async () => { let let }`).ExecutionID,
	} {
		e := r.export(id)
		if err := check(t, e, ""); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		err := check(t, e, `async () => { await items.other() }`)
		if !errors.Is(err, replay.ErrDiffers) {
			t.Errorf("%s: other code: %v, want %v", name, err, replay.ErrDiffers)
		}
	}
}

// A long journal comes in pieces, and fits together again.
func TestLongExportComesInPieces(t *testing.T) {
	t.Parallel()
	r := up(t)
	const code = `async () => { let n = 0; for (let i = 0; i < 12; i++) n += (await items.echo("x".repeat(200000))).length; return n }`
	o := r.run(code)
	r.completed(o, `2400000`)
	e := r.export(o.ExecutionID)
	if len(e.Records) < 12 || e.Request.Code != code {
		t.Errorf("%d records, code %.40q", len(e.Records), e.Request.Code)
	}
	if err := check(t, e, ""); err != nil {
		t.Error(err)
	}
	if err := check(t, e, strings.Replace(code, "n += ", "n -= ", 1)); !errors.Is(err, replay.ErrDiffers) || !strings.Contains(err.Error(), "2400000") {
		t.Errorf("another result: %v", err)
	}
}

func TestExportIsRefused(t *testing.T) {
	t.Parallel()
	r := up(t)
	if _, err := r.client.Export(t.Context(), execution.NewID(time.Now())); !errors.Is(err, control.ErrNotFound) {
		t.Errorf("export = %v, want %v", err, control.ErrNotFound)
	}
	o := r.run(`async () => 1`)
	err := r.client.Call(t.Context(), "export", map[string]any{"id": o.ExecutionID, "record": 9}, new(any))
	if !errors.Is(err, control.ErrBadRequest) {
		t.Errorf("a record beyond the journal = %v, want %v", err, control.ErrBadRequest)
	}
}
