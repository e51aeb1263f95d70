package replay_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/replay"
)

const code = `async (input) => { const a = await shop.price({id: input.id}); return a + 1 }`

// export is an execution that called shop.price once, and ended as its last words say.
func export(change func(*journal.Export)) journal.Export {
	e := journal.Export{
		Version: journal.ExportVersion, Runtime: "default", ExecutionID: "01BX5ZZKBKACTAV9WEVGEMMVS0",
		Request: execution.Request{Code: code, Input: json.RawMessage(`{"id":7}`), Limits: &execution.Limits{CPUMs: 1000}},
		State: journal.State{
			Status: execution.Completed, Attempt: 1, Seed: "s", StartedAt: time.UnixMilli(1000), Connectors: []string{"shop"},
			Result: journal.NewValue(json.RawMessage(`42`)),
		},
		Records: []journal.Record{
			{Attempt: 1, At: 1000, Issued: []journal.Intent{{Seq: 0, Connector: "shop", Method: "price", Args: journal.NewValue(json.RawMessage(`{"id":7}`))}}},
			{Attempt: 1, At: 1001, Done: []journal.Completion{
				{Mark: journal.MarkApplied, Result: journal.NewValue(json.RawMessage(`41`)), At: 1001, Attempt: 1},
			}},
		},
	}
	if change != nil {
		change(&e)
	}
	return e
}

func failed(reason execution.Reason, message string) func(*journal.Export) {
	return func(e *journal.Export) {
		e.State.Status, e.State.Result = execution.Error, nil
		e.State.Failure = &execution.Failure{Kind: execution.KindError, Reason: reason, Message: message}
	}
}

func status(s execution.Status) func(*journal.Export) {
	return func(e *journal.Export) { e.State.Status, e.State.Result = s, nil }
}

func TestCheckSaysWhatDiffers(t *testing.T) {
	t.Parallel()
	throws := `async (input) => { await shop.price({id: input.id}); throw new Error("sold out") }`
	for name, tt := range map[string]struct {
		export journal.Export
		code   string
		want   string // in the error; empty: none
	}{
		"the same":                  {export(nil), "", ""},
		"the same, written anew":    {export(nil), `async ({id}) => 1 + await shop.price({id})`, ""},
		"another result":            {export(nil), `async (i) => await shop.price({id: i.id})`, "recorded the result 42, but the code now returns 41"},
		"no result":                 {export(nil), `async (i) => { await shop.price({id: i.id}) }`, "now returns undefined"},
		"other arguments":           {export(nil), `async () => await shop.price({id: 8})`, "the arguments of shop.price differ"},
		"an error for a result":     {export(nil), throws, "recorded completed, but the code now ends error: sold out"},
		"the same error":            {export(failed(execution.ReasonCode, "sold out")), throws, ""},
		"another error":             {export(failed(execution.ReasonCode, "closed")), throws, "recorded error: closed, but the code now ends error: sold out"},
		"a result for an error":     {export(failed(execution.ReasonCode, "closed")), "", "recorded error: closed, but the code now ends completed"},
		"gave up":                   {export(failed(execution.ReasonLostPasses, "lost")), `async (i) => { await shop.price({id: i.id}); await shop.more() }`, ""},
		"cancelled meanwhile":       {export(status(execution.Cancelled)), "", ""},
		"still running":             {export(status(execution.Running)), "", ""},
		"a result that was omitted": {export(func(e *journal.Export) { e.State.Omitted = true }), "", ""},
	} {
		err := replay.Check(t.Context(), replay.Config{Export: tt.export, Code: tt.code})
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case tt.want != "" && (!errors.Is(err, replay.ErrDiffers) || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

func TestOpenReadsWhatIsAnExport(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(export(nil))
	if err != nil {
		t.Fatal(err)
	}
	gap := export(func(e *journal.Export) { e.Records = e.Records[1:] })
	broken, err := json.Marshal(gap)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		text string
		want error
	}{
		"an export":             {string(text), nil},
		"no JSON":               {"async () => 1", journal.ErrVersion},
		"another object":        {`{"a": 1}`, journal.ErrVersion},
		"another version":       {strings.Replace(string(text), `"reprise":1`, `"reprise":2`, 1), journal.ErrVersion},
		"a journal with a gap":  {string(broken), journal.ErrCorrupt},
		"a field of wrong type": {`{"reprise":1,"records":7}`, journal.ErrCorrupt},
	} {
		file := filepath.Join(t.TempDir(), "e.json")
		if err := os.WriteFile(file, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		e, err := replay.Open(file)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
		if tt.want == nil {
			if err := replay.Check(t.Context(), replay.Config{Export: e}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if _, err := replay.Open("missing.json"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}
