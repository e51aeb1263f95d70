package journal

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// text writes JSON. It is what [json.Marshal] does for the few types that are
// written with every call, without looking at them by reflection.
type text struct {
	out []byte
	err error
}

// raw writes a JSON text, compacted. A broken one fails the whole.
func (t *text) raw(value json.RawMessage) {
	b := bytes.NewBuffer(t.out)
	if err := json.Compact(b, value); err != nil && t.err == nil {
		t.err = err
	}
	t.out = b.Bytes()
}

func (t *text) string(s string) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, err := json.Marshal(s)
			if err != nil && t.err == nil {
				t.err = err
			}
			t.out = append(t.out, quoted...)
			return
		}
	}
	t.out = append(t.out, '"')
	t.out = append(t.out, s...)
	t.out = append(t.out, '"')
}

func (t *text) plain(s string)                { t.out = append(t.out, s...) }
func (t *text) number(key string, n int64)    { t.plain(key); t.out = strconv.AppendInt(t.out, n, 10) }
func (t *text) stringAt(key string, s string) { t.plain(key); t.string(s) }

func (t *text) time(key string, at *time.Time) {
	if at == nil {
		return
	}
	t.plain(key)
	t.out = append(at.AppendFormat(append(t.out, '"'), time.RFC3339Nano), '"')
}

func (t *text) value(key string, v *Value) {
	if v == nil {
		return
	}
	t.plain(key)
	next := "{"
	if len(v.JSON) > 0 {
		t.plain(`{"v":`)
		t.raw(v.JSON)
		next = ","
	}
	if v.Object != "" {
		t.plain(next)
		t.stringAt(`"$object":`, v.Object)
		next = ","
	}
	if v.Bytes != 0 {
		t.plain(next)
		t.number(`"bytes":`, int64(v.Bytes))
		next = ","
	}
	if next == "{" {
		t.plain(next)
	}
	t.plain("}")
}

func (t *text) callError(e *execution.CallError) {
	if e == nil {
		return
	}
	t.plain(`,"error":{`)
	if e.Name != "" {
		t.stringAt(`"name":`, e.Name)
		t.plain(",")
	}
	t.stringAt(`"message":`, e.Message)
	t.plain("}")
}

func (t *text) record(r *Record) {
	t.number(`{"attempt":`, int64(r.Attempt))
	t.number(`,"at":`, r.At)
	for i := range r.Issued {
		t.open(i, `,"issued":[`)
		t.intent(&r.Issued[i])
	}
	t.close(len(r.Issued))
	for i, seq := range r.Started {
		t.open(i, `,"started":[`)
		t.number("", int64(seq))
	}
	t.close(len(r.Started))
	for i, seq := range r.Reverting {
		t.open(i, `,"reverting":[`)
		t.number("", int64(seq))
	}
	t.close(len(r.Reverting))
	for i := range r.Done {
		t.open(i, `,"done":[`)
		t.completion(&r.Done[i])
	}
	t.close(len(r.Done))
	t.plain("}")
}

func (t *text) open(i int, key string) {
	if i > 0 {
		key = ","
	}
	t.plain(key)
}

func (t *text) close(n int) {
	if n > 0 {
		t.plain("]")
	}
}

func (t *text) intent(in *Intent) {
	t.number(`{"seq":`, int64(in.Seq))
	t.stringAt(`,"connector":`, in.Connector)
	t.stringAt(`,"method":`, in.Method)
	t.value(`,"args":`, in.Args)
	if in.Ephemeral {
		t.plain(`,"ephemeral":true`)
	}
	if in.RequiresApproval {
		t.plain(`,"requiresApproval":true`)
	}
	if in.Pending != "" {
		t.stringAt(`,"pending":`, string(in.Pending))
	}
	if in.Key != "" {
		t.stringAt(`,"key":`, in.Key)
	}
	if in.At != 0 {
		t.number(`,"at":`, in.At)
	}
	t.plain("}")
}

func (t *text) completion(c *Completion) {
	t.plain("{")
	if c.Kind != "" {
		t.stringAt(`"kind":`, c.Kind)
		t.plain(",")
	}
	t.number(`"n":`, int64(c.N))
	t.stringAt(`,"mark":`, string(c.Mark))
	t.value(`,"result":`, c.Result)
	t.callError(c.Error)
	t.number(`,"at":`, c.At)
	t.number(`,"attempt":`, int64(c.Attempt))
	if c.By != "" {
		t.stringAt(`,"by":`, c.By)
	}
	if c.Reason != "" {
		t.stringAt(`,"reason":`, c.Reason)
	}
	t.value(`,"args":`, c.Args)
	if c.Signal != "" {
		t.stringAt(`,"signal":`, c.Signal)
	}
	if c.Name != "" {
		t.stringAt(`,"name":`, c.Name)
	}
	if c.Unseen {
		t.plain(`,"unseen":true`)
	}
	t.plain("}")
}

// AppendEntry appends the fields of an entry, as [json.Marshal] writes them, without
// the braces around them: what carries an entry writes them among its own. It is
// meant for the entries of [Entry.Shown], whose values are JSON.
func AppendEntry(out []byte, e *execution.Entry) []byte {
	t := text{out: out}
	t.number(`"seq":`, int64(e.Seq))
	t.stringAt(`,"connector":`, e.Connector)
	t.stringAt(`,"method":`, e.Method)
	if len(e.Args) > 0 {
		t.plain(`,"args":`)
		t.out = append(t.out, e.Args...)
	}
	if len(e.Result) > 0 {
		t.plain(`,"result":`)
		t.out = append(t.out, e.Result...)
	}
	t.callError(e.Error)
	t.stringAt(`,"state":`, string(e.State))
	t.plain(`,"requiresApproval":`)
	t.out = strconv.AppendBool(t.out, e.RequiresApproval)
	if e.Ephemeral {
		t.plain(`,"ephemeral":true`)
	}
	t.number(`,"attempt":`, int64(e.Attempt))
	t.time(`,"startedAt":`, e.StartedAt)
	t.time(`,"finishedAt":`, e.FinishedAt)
	if e.Replayed {
		t.plain(`,"replayed":true`)
	}
	if len(e.ApprovedArgs) > 0 {
		t.plain(`,"approvedArgs":`)
		t.out = append(t.out, e.ApprovedArgs...)
	}
	if d := e.Decision; d != nil {
		t.decision(d)
	}
	return t.out
}

func (t *text) decision(d *execution.Decision) {
	t.stringAt(`,"decision":{"verdict":`, string(d.Verdict))
	if d.As != "" {
		t.stringAt(`,"as":`, d.As)
	}
	if d.Reason != "" {
		t.stringAt(`,"reason":`, d.Reason)
	}
	t.time(`,"at":`, d.At)
	t.plain("}")
}
