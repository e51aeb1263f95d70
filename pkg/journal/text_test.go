package journal

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// written are records with everything that a record can have.
func written() []Record {
	inline, out := NewValue(json.RawMessage(`{"a":[1,"}\"",{"b":null}],"c":-1.5e3}`)), &Value{Object: "ab12", Bytes: 70_000}
	return []Record{
		{},
		{Attempt: 3, At: 1_700_000_000_123, Started: []int{0, 4}},
		{Attempt: 3, At: 1, Started: []int{0}, Reverting: []int{3, 2}, Done: []Completion{
			{Ref: Ref{N: 2}, Mark: MarkApproved, At: 3, Attempt: 1, By: "ann", Reason: "ok \"then\"", Args: inline},
			{Ref: Ref{Kind: OpSignal}, Mark: MarkApplied, Result: inline, At: 4, Attempt: 2, Signal: "01J", Name: "go", Unseen: true},
		}},
		{Attempt: 1, At: -1, Issued: []Intent{
			{Seq: 0, Connector: "demo", Method: "echo", Args: inline},
			{Seq: 1, Connector: "__step", Method: "größer \"x\"\n", Ephemeral: true},
			{Seq: 2, Connector: "demo", Method: "echo", Args: out, RequiresApproval: true, Pending: execution.PendingApproval},
			{Seq: 4, Connector: "demo", Method: "echo", Key: "01J:4", At: 7},
			{Seq: 3, Method: "\u2028\xff", Args: NewValue(json.RawMessage(`"x"`))},
		}},
		{Attempt: 2, At: 5, Issued: []Intent{{Seq: 9, Connector: "a", Method: "b", Args: &Value{}}}, Started: []int{1}, Done: []Completion{
			{Ref: Ref{N: 0}, Mark: MarkApplied, Result: inline, At: 7, Attempt: 1},
			{Ref: Ref{Kind: OpTimer, N: 3}, Mark: MarkApplied, At: 8, Attempt: 1},
			{Ref: Ref{N: 1}, Mark: MarkFailed, Error: &execution.CallError{Name: "TypeError", Message: "no\t"}, At: 9, Attempt: 2, Unseen: true},
			{Ref: Ref{N: 2}, Mark: MarkRetry, Error: &execution.CallError{}, Result: out, At: 9, Attempt: 2},
		}},
	}
}

// The hand-written form is that of the declared types, and is read back.
func TestRecordText(t *testing.T) {
	t.Parallel()
	var texts [][]byte
	var want []Record
	for i, r := range written() {
		got, err := r.json()
		standard, err2 := json.Marshal(r)
		if err != nil || err2 != nil || string(got) != string(standard) {
			t.Errorf("record %d is %s, %v; want %s, %v", i, got, err, standard, err2)
		}
		var back Record
		if err := json.Unmarshal(standard, &back); err != nil {
			t.Fatal(err)
		}
		texts, want = append(texts, got), append(want, back)
	}
	got, err := ParseRecords(texts)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("the records come back as %+v, %v; want %+v", got, err, want)
	}
	if _, err := (&Record{Started: []int{1}, Issued: []Intent{{Args: NewValue(json.RawMessage(`{"a":`))}}}).json(); err == nil {
		t.Error("a broken value was written")
	}
}

// Whatever the text is, it is read as the standard library reads it.
func FuzzParseRecords(f *testing.F) {
	for _, r := range written() {
		text, err := r.json()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"attempt":1,"at":1,"issued":[{"seq":0,"connector":"a","method":"b","args":{"v":[}}]}`))
	for _, v := range []string{
		`0`, `-0.5e+10`, `01`, `1.`, `-`, `1e`, `.5`, `[]`, `[[],{}]`, `[1,]`, `[,1]`, `[1 ]`, `{"a":{"b":"\u00e9\n"}}`, `{"a":1,}`, `{"a"}`, `{1:2}`,
		`"\u12g4"`, `"\x"`, "\"\x01\"", "\"\xff\"", `true`, `nul`, ` 1`, `"`, `"\`, `{`, `{"a":`,
	} {
		f.Add([]byte(`{"attempt":1,"at":1,"issued":[{"seq":0,"connector":"a","method":"b","args":{"v":` + v + `}}]}`))
	}
	f.Add([]byte(`{"attempt":01,"at":1}`))
	f.Add([]byte(` {"at":1, "attempt":2, "x": 3}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var want Record
		wantErr := json.Unmarshal(text, &want)
		got, err := ParseRecords([][]byte{text})
		if (err != nil) != (wantErr != nil) {
			t.Fatalf("%q gives %v; want %v", text, err, wantErr)
		}
		if err == nil && !reflect.DeepEqual(got[0], want) {
			t.Fatalf("%q gives %+v; want %+v", text, got[0], want)
		}
	})
}

// Most records are read without the standard library: it would show in every replay.
func TestParseRecordsIsCheap(t *testing.T) {
	texts := make([][]byte, 0, 256)
	for _, r := range written()[1:] {
		text, err := r.json()
		if err != nil {
			t.Fatal(err)
		}
		for range 64 {
			texts = append(texts, text)
		}
	}
	if n := testing.AllocsPerRun(10, func() { _, _ = ParseRecords(texts[:64]) }) / 64; n > 3 {
		t.Errorf("%.1f allocations for a record, want 3 at most", n)
	}
}

func TestAppendEntry(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_700_000_000_120).UTC()
	for _, e := range []execution.Entry{
		{},
		{Seq: 7, Connector: "demo", Method: "echo", Args: json.RawMessage(`{"i":1}`), Result: json.RawMessage(`[2]`), State: execution.Applied,
			RequiresApproval: true, Ephemeral: true, Attempt: 2, StartedAt: &at, FinishedAt: &at, Replayed: true},
		{Connector: "a", Method: "b", State: execution.Failed, Error: &execution.CallError{Name: "E", Message: "\"no\""}, Attempt: 1, StartedAt: &at},
	} {
		want, err := json.Marshal(e)
		if got := "{" + string(AppendEntry(nil, &e)) + "}"; err != nil || got != string(want) {
			t.Errorf("the entry is %s, want %s, %v", got, want, err)
		}
	}
}
