package stream

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

func snippet(name, code string) execution.Snippet {
	return execution.Snippet{Name: name, Code: code, Connectors: []string{"items"}, SavedAt: time.UnixMilli(1_700_000_000_000).UTC()}
}

func save(t *testing.T, s *Stream, sn execution.Snippet) execution.Snippet {
	t.Helper()
	got, err := s.SaveSnippet(t.Context(), "default", sn)
	if err != nil {
		t.Fatalf("save %s: %v", sn.Name, err)
	}
	return got
}

func TestSnippetsKeepTheirVersions(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	first := snippet("pay", "() => 1")
	first.Description, first.InputSchema = "pays", json.RawMessage(`{"type":"object"}`)
	if got := save(t, s, first); got.Version != 1 {
		t.Errorf("first version %d, want 1", got.Version)
	}
	if got := save(t, s, snippet("pay", "() => 2")); got.Version != 2 {
		t.Errorf("second version %d, want 2", got.Version)
	}
	first.Version = 1
	if got, err := s.Snippet(t.Context(), "default", "pay", 1); err != nil || !reflect.DeepEqual(got, first) {
		t.Errorf("version 1 = %+v, %v; want %+v", got, err, first)
	}
	if got, err := s.Snippet(t.Context(), "default", "pay", 0); err != nil || got.Code != "() => 2" || got.Version != 2 {
		t.Errorf("newest = %+v, %v; want version 2", got, err)
	}
	for _, missing := range []struct {
		runtime, name string
		version       int
	}{{"default", "pay", 3}, {"default", "other", 0}, {"other", "pay", 0}} {
		if _, err := s.Snippet(t.Context(), missing.runtime, missing.name, missing.version); !errors.Is(err, journal.ErrNotFound) {
			t.Errorf("%v = %v, want ErrNotFound", missing, err)
		}
	}
	if _, err := s.SaveSnippet(t.Context(), "default", snippet("a.b", "x")); !errors.Is(err, execution.ErrBadSnippetName) {
		t.Errorf("a name with a dot: %v, want ErrBadSnippetName", err)
	}
}

func TestSavesAtTheSameTimeGetAVersionEach(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	const n = 20
	versions := make([]int, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			sn, err := s.SaveSnippet(t.Context(), "default", snippet("pay", fmt.Sprint(i)))
			if err != nil {
				t.Errorf("save: %v", err)
			}
			versions[i] = sn.Version
		})
	}
	wg.Wait()
	for i, version := range versions {
		if got, err := s.Snippet(t.Context(), "default", "pay", version); err != nil || got.Code != fmt.Sprint(i) {
			t.Errorf("version %d = %q, %v; want %d", version, got.Code, err, i)
		}
	}
	slices.Sort(versions)
	if versions[0] != 1 || versions[n-1] != n || len(slices.Compact(versions)) != n {
		t.Errorf("versions %v, want 1 to %d", versions, n)
	}
}

func TestLostAnswerOfASaveMakesOneVersion(t *testing.T) {
	t.Parallel()
	p, s, direct := overProxy(t)
	lose(t, p, direct, "PUB $KV.executions-index.default.snippet.pay")
	if got := save(t, s, snippet("pay", "1")); got.Version != 1 {
		t.Errorf("version %d, want 1", got.Version)
	}
	if versions, err := direct.snippetVersions(t.Context(), "default", "pay"); err != nil || len(versions) != 1 {
		t.Errorf("versions %v, %v; want one", versions, err)
	}
}

func TestLargeSnippetsFitAServerWithItsDefaults(t *testing.T) {
	t.Parallel()
	srv := natstest.RunWith(t, natstest.Options{MaxPayload: 1 << 20})
	s := open(t, srv.Conn(), Config{})
	// Each of these has six bytes in JSON: far more than a message may have.
	code := "/*" + strings.Repeat("<", execution.MaxSourceBytes-4) + "*/"
	saved := save(t, s, snippet("large", code))
	if saved.Object == "" || saved.Bytes != len(code) {
		t.Errorf("saved at %q with %d bytes, want an object of %d", saved.Object, saved.Bytes, len(code))
	}
	save(t, s, snippet("large", code))
	got, err := s.Snippet(t.Context(), "default", "large", 1)
	if err != nil || got.Code != code {
		t.Errorf("read %d bytes of code, %v; want %d", len(got.Code), err, len(code))
	}
	all, err := s.Snippets(t.Context(), "default")
	if err != nil || len(all) != 1 || all[0].Version != 2 || all[0].Code != "" || all[0].Object != "" {
		t.Errorf("Snippets = %+v, %v; want version 2 without code", all, err)
	}
	if there, err := s.DeleteSnippet(t.Context(), "default", "large"); err != nil || !there {
		t.Errorf("DeleteSnippet = %v, %v; want true", there, err)
	}
	for _, stream := range []string{"KV_" + IndexBucket, "OBJ_executions"} {
		left, err := s.subjectsOf(t.Context(), stream, ">")
		if err != nil || len(left) > 0 {
			t.Errorf("%s still has %v, %v", stream, left, err)
		}
	}
}

func TestSnippetsAreListedByName(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	const n = 300 // more than a page
	var want []string
	for i := range n {
		name := fmt.Sprintf("s%03d", (i*7)%n)
		save(t, s, snippet(name, "code"))
		want = append(want, name)
	}
	slices.Sort(want)
	if _, err := s.SaveSnippet(t.Context(), "other", snippet("alien", "x")); err != nil {
		t.Fatal(err)
	}
	// What nobody can read does not hide the rest.
	if _, err := s.JetStream().Publish(t.Context(), kvSubject(IndexBucket, SnippetKey("default", "broken", 1)), []byte("{")); err != nil {
		t.Fatal(err)
	}
	all, err := s.Snippets(t.Context(), "default")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, sn := range all {
		got = append(got, sn.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("listed %d names %v…, want %d in order", len(got), got[:3], n)
	}
}

func TestDeletedSnippetStartsAgain(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	save(t, s, snippet("pay", "1"))
	save(t, s, snippet("pay", "2"))
	save(t, s, snippet("pay-2", "other"))
	for _, want := range []bool{true, false} {
		if there, err := s.DeleteSnippet(t.Context(), "default", "pay"); err != nil || there != want {
			t.Errorf("DeleteSnippet = %v, %v; want %v", there, err, want)
		}
	}
	if _, err := s.Snippet(t.Context(), "default", "pay", 1); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("after the delete = %v, want ErrNotFound", err)
	}
	if _, err := s.Snippet(t.Context(), "default", "pay-2", 0); err != nil {
		t.Errorf("the other one: %v", err)
	}
	if got := save(t, s, snippet("pay", "3")); got.Version != 1 {
		t.Errorf("saved again as version %d, want 1", got.Version)
	}
}

// A save and a delete that meet leave the whole snippet or none.
func TestSaveAndDeleteLeaveNoSnippetWithoutItsCode(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	code := strings.Repeat("x", 300_000)
	for range 10 {
		save(t, s, snippet("large", code))
		var wg sync.WaitGroup
		wg.Go(func() { save(t, s, snippet("large", code)) })
		wg.Go(func() {
			if _, err := s.DeleteSnippet(t.Context(), "default", "large"); err != nil {
				t.Errorf("delete: %v", err)
			}
		})
		wg.Wait()
		got, err := s.Snippet(t.Context(), "default", "large", 0)
		if !errors.Is(err, journal.ErrNotFound) && (err != nil || got.Code != code) {
			t.Fatalf("after both: %d bytes of code, %v", len(got.Code), err)
		}
	}
}

func TestSnippetWithoutItsCodeSaysSo(t *testing.T) {
	t.Parallel()
	_, s := one(t)
	saved := save(t, s, snippet("large", strings.Repeat("x", 300_000)))
	if err := s.deleteObject(t.Context(), snippetOwner("default", "large"), saved.Object); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Snippet(t.Context(), "default", "large", 0); !errors.Is(err, journal.ErrCorrupt) {
		t.Errorf("Snippet = %v, want ErrCorrupt", err)
	}
	if there, err := s.DeleteSnippet(t.Context(), "default", "large"); err != nil || !there {
		t.Errorf("DeleteSnippet = %v, %v; want true", there, err)
	}
}

// A replica that answers late, or never, does not fail a list: the leader has it all.
func TestSnippetsAreListedThoughAReplicaIsSilent(t *testing.T) {
	t.Parallel()
	srv, s := one(t)
	save(t, s, snippet("one", "1"))
	save(t, s, snippet("two", "2"))
	nc := srv.Conn()
	_, err := nc.Subscribe("silent.>", func(m *nats.Msg) {
		if op := strings.TrimPrefix(m.Subject, "silent."); !strings.HasPrefix(op, "DIRECT.GET.") {
			if err := nc.PublishRequest("$JS.API."+op, m.Reply, m.Data); err != nil {
				t.Errorf("forward: %v", err)
			}
		}
	})
	if err == nil {
		err = nc.Flush()
	}
	if err != nil {
		t.Fatal(err)
	}
	late := open(t, srv.Conn(), Config{})
	late.api = "silent."
	all, err := late.Snippets(t.Context(), "default")
	if err != nil || len(all) != 2 || all[0].Name != "one" || all[1].Name != "two" {
		t.Errorf("snippets %+v, %v; want both", all, err)
	}
}
