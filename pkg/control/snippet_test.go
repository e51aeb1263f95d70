package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// withSource writes an execution that ended, or waits, in this status.
func (b *bench) withSource(id execution.ID, code string, status execution.Status) {
	b.t.Helper()
	w := b.claimed(execution.Request{ID: id, Code: code})
	w.settle(status, func(s *journal.State) { s.Connectors = []string{"items"} })
}

func TestSaveKeepsTheSourceOfAnyExecution(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	code := "async (input) => \"ran:\" + (input ?? 'none') // <&>\n"
	for i, status := range []execution.Status{execution.Completed, execution.Paused, execution.Error, execution.Running} {
		b.withSource(at(i), code, status)
		before := time.Now().Truncate(time.Millisecond)
		p := SnippetSave{Name: "hello", ID: at(i), Description: "greets", InputSchema: json.RawMessage(`{"type":"string"}`)}
		got, err := b.client.SaveSnippet(t.Context(), p)
		if err != nil {
			t.Fatalf("save of a %s one: %v", status, err)
		}
		if got.SavedAt.Before(before) || got.SavedAt.After(time.Now()) {
			t.Errorf("savedAt %v, want now", got.SavedAt)
		}
		want := execution.Snippet{
			Name: "hello", Version: i + 1, Description: "greets", Code: code, InputSchema: p.InputSchema,
			Connectors: []string{"items"}, SavedAt: got.SavedAt,
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("saved %+v, want %+v", got, want)
		}
		if read, err := b.client.Snippet(t.Context(), "hello", 0); err != nil || !reflect.DeepEqual(read, want) {
			t.Errorf("read %+v, %v; want %+v", read, err, want)
		}
	}
	first, err := b.client.Snippet(t.Context(), "hello", 1)
	if err != nil || first.Version != 1 {
		t.Errorf("version 1 = %+v, %v", first, err)
	}
	// Without a description it is the empty string, and without connectors an empty list.
	b.claimed(execution.Request{ID: at(9), Code: "1"})
	if _, err := b.client.SaveSnippet(t.Context(), SnippetSave{Name: "bare", ID: at(9)}); err != nil {
		t.Fatal(err)
	}
	var raw map[string]json.RawMessage
	if err := b.client.Call(t.Context(), "snippet.get", map[string]string{"name": "bare"}, &raw); err != nil {
		t.Fatal(err)
	}
	if string(raw["description"]) != `""` || string(raw["connectors"]) != `[]` || raw["inputSchema"] != nil {
		t.Errorf("bare snippet %s", raw)
	}
}

func TestSnippetsAreListedAndDeleted(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	b.withSource(at(1), "1", execution.Completed)
	if all, err := b.client.Snippets(t.Context()); err != nil || all == nil || len(all) != 0 {
		t.Errorf("Snippets = %v, %v; want none", all, err)
	}
	for _, name := range []string{"b", "a", "c", "a"} {
		if _, err := b.client.SaveSnippet(t.Context(), SnippetSave{Name: name, ID: at(1)}); err != nil {
			t.Fatal(err)
		}
	}
	list := func() (names []string) {
		all, err := b.client.Snippets(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, sn := range all {
			names = append(names, fmt.Sprintf("%s%d", sn.Name, sn.Version))
			if sn.Code != "" {
				t.Errorf("%s is listed with its code", sn.Name)
			}
		}
		return names
	}
	if got := list(); !slices.Equal(got, []string{"a2", "b1", "c1"}) {
		t.Errorf("listed %v, want a2 b1 c1", got)
	}
	for _, want := range []bool{true, false} {
		if got, err := b.client.DeleteSnippet(t.Context(), "a"); err != nil || got != want {
			t.Errorf("DeleteSnippet = %v, %v; want %v", got, err, want)
		}
	}
	if got := list(); !slices.Equal(got, []string{"b1", "c1"}) {
		t.Errorf("listed %v, want b1 c1", got)
	}
	if _, err := b.client.Snippet(t.Context(), "a", 0); !errors.Is(err, ErrNotFound) {
		t.Errorf("Snippet = %v, want ErrNotFound", err)
	}
}

func TestManySnippetsAreListedInPages(t *testing.T) {
	t.Parallel()
	all := make([]execution.Snippet, 10)
	for i := range all {
		all[i] = execution.Snippet{Name: fmt.Sprint(i), Description: strings.Repeat("x", 1000)}
	}
	for room, want := range map[int]int{0: 1, 3500: 3, 1 << 20: 10} {
		got, err := pageOfSnippets(all, room)
		if err != nil || len(got.Snippets) != want || (got.Cursor == "") != (want == 10) {
			t.Errorf("%d bytes hold %d and cursor %q, %v; want %d", room, len(got.Snippets), got.Cursor, err, want)
		}
	}
	b := setup(t, natstest.Options{MaxPayload: 64 << 10}) // an answer has room for 32 KB of them
	b.serve(ServiceConfig{})
	b.withSource(at(1), "1", execution.Completed)
	var want []string
	for i := range 30 {
		p := SnippetSave{Name: fmt.Sprintf("s%02d", i), ID: at(1), Description: strings.Repeat("x", 4000)}
		if _, err := b.client.SaveSnippet(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		want = append(want, p.Name)
	}
	listed, err := b.client.Snippets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, sn := range listed {
		got = append(got, sn.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
}

func TestLargeSourceIsFetchedFromWhereItLies(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{MaxPayload: 1 << 20})
	b.serve(ServiceConfig{})
	code := "/*" + strings.Repeat(`"`, execution.MaxSourceBytes-4) + "*/"
	b.withSource(at(1), code, execution.Completed)
	saved, err := b.client.SaveSnippet(t.Context(), SnippetSave{Name: "large", ID: at(1)})
	if err != nil || saved.Code != "" || saved.Bytes != len(code) {
		t.Errorf("saved %d bytes of code, says %d, %v; want an answer without it", len(saved.Code), saved.Bytes, err)
	}
	got, err := b.client.Snippet(t.Context(), "large", 0)
	if err != nil || got.Code != code {
		t.Errorf("read %d bytes of code, %v; want %d", len(got.Code), err, len(code))
	}
}

func TestBadSnippetRequestsAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, natstest.Options{})
	b.serve(ServiceConfig{})
	b.withSource(at(1), "1", execution.Completed)
	b.withSource(at(2), "1", execution.Deleted)
	sourceless := &writer{b: b, key: journal.Key{Runtime: runtime, ID: at(3)}}
	sourceless.settle(execution.Error, nil)
	save := func(name string, id execution.ID, more string) string {
		return fmt.Sprintf(`{"name":%q,"id":%q%s}`, name, id, more)
	}
	for _, c := range []struct {
		op, body, says string
		code           int
	}{
		{"snippet.save", save("a", at(7), ""), "no execution " + string(at(7)), 404},
		{"snippet.save", save("a", at(2), ""), "was deleted", 410},
		{"snippet.save", save("a", at(3), ""), "its source is not stored", 409},
		{"snippet.save", save("a", "x", ""), "id", 400},
		{"snippet.save", `{"name":"a"}`, "id: missing", 400},
		{"snippet.save", save("", at(1), ""), "name: missing", 400},
		{"snippet.save", save("a.b", at(1), ""), `name "a.b": a snippet name has only`, 400},
		{"snippet.save", save("a", at(1), `,"inputSchema":7`), "inputSchema: bad JSON Schema: got number", 400},
		{"snippet.save", save("a", at(1), `,"inputSchema":{"properties":{"n":{"type":"numbr"}}}`), "inputSchema: bad JSON Schema: properties.n.type: value must be one of", 400},
		{"snippet.save", save("a", at(1), `,"inputSchema":{"items":{"pattern":"("}}`), "inputSchema: bad JSON Schema: items.pattern", 400},
		{"snippet.save", save("a", at(1), `,"inputSchema":{"$ref":"file:///etc/passwd"}`), "is outside the schema", 400},
		{"snippet.save", save("a", at(1), `,"inputSchema":`+strings.Repeat(`{"not":`, 101)+"true"+strings.Repeat("}", 101)), "inputSchema: is nested more than 100 levels deep", 400},
		{"snippet.save", save("a", at(1), `,"inputSchema":"`+strings.Repeat("x", 65<<10)+`"`), "inputSchema: has", 400},
		{"snippet.save", save("a", at(1), `,"description":"`+strings.Repeat("x", 5000)+`"`), "description: has 5000 bytes", 400},
		{"snippet.save", save("a", at(1), `,"extra":1`), "extra: unknown field", 400},
		{"snippet.get", `{"name":"a"}`, "no snippet a in runtime default", 404},
		{"snippet.get", `{"name":"a","version":3}`, "no version 3 of snippet a", 404},
		{"snippet.get", `{"name":"a","version":-1}`, "version: must be at least 1", 400},
		{"snippet.get", `{"name":"a.*"}`, "name", 400},
		{"snippet.delete", `{}`, "name: missing", 400},
		{"snippet.list", `{"limit":1}`, "limit: unknown field", 400},
	} {
		err := b.raw(c.op, []byte(c.body))
		var refused *Error
		if !errors.As(err, &refused) || refused.Code != c.code || !strings.Contains(refused.Message, c.says) {
			t.Errorf("%s %.80s = %v, want %d %q", c.op, c.body, err, c.code, c.says)
		}
	}
	if all, err := b.client.Snippets(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("Snippets = %v, %v; want none", all, err)
	}
}
