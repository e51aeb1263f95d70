package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// A snippet is one key of the index bucket for each version. Its code is in the
// object store when the record would be too large with it. Objects are shared by the
// versions of one name that have the same code.

// snippetOwner is what the objects of a snippet belong to, in the place of an execution.
func snippetOwner(runtime, name string) journal.Key {
	return journal.Key{Runtime: runtime, ID: execution.ID("snippet." + name)}
}

// SnippetKey is the key of one version of a snippet, in [IndexBucket].
func SnippetKey(runtime, name string, version int) string {
	key := append([]byte(snippetOwner(runtime, name).String()), '.')
	return string(appendLogNumber(key, version))
}

// SnippetObject is the name of the code of a snippet in the object store.
func SnippetObject(runtime, name, hash string) string {
	return objectName(snippetOwner(runtime, name), hash)
}

// SaveSnippet stores a new version of a snippet, the first or the one that follows the
// highest, and returns it. Two that save at the same time get a version each. It
// returns [execution.ErrBadSnippetName], or [ErrTooLarge] when what is beside the
// code does not fit into a message.
func (s *Stream) SaveSnippet(ctx context.Context, runtime string, sn execution.Snippet) (execution.Snippet, error) {
	if err := checkSnippet(runtime, sn.Name); err != nil {
		return sn, err
	}
	stored, err := s.storeCode(ctx, runtime, sn)
	if err != nil {
		return sn, fmt.Errorf("save snippet %s: %w", sn.Name, err)
	}
	if stored.Version, err = s.addSnippet(ctx, runtime, stored); err != nil {
		return sn, fmt.Errorf("save snippet %s: %w", sn.Name, err)
	}
	sn.Version = stored.Version
	if stored.Object == "" {
		return sn, nil
	}
	// A delete may have taken an older version's object away before this version was
	// written, and left the version: so the object is made sure of afterwards. One that
	// is deleted with its version later is not missed.
	if _, err := s.storeCode(ctx, runtime, sn); err != nil {
		return sn, fmt.Errorf("save snippet %s: %w", sn.Name, err)
	}
	sn.Object, sn.Bytes = stored.Object, stored.Bytes
	return sn, nil
}

func checkSnippet(runtime, name string) error {
	if err := execution.CheckRuntime(runtime); err != nil {
		return err
	}
	return execution.CheckSnippetName(name)
}

// storeCode returns sn as it is stored. Its code is durable then, if it is not in it.
func (s *Stream) storeCode(ctx context.Context, runtime string, sn execution.Snippet) (execution.Snippet, error) {
	sn.Object, sn.Bytes = "", 0
	text, err := json.Marshal(sn)
	if err != nil {
		return sn, fmt.Errorf("encode: %w", err)
	}
	if len(text) <= s.journal.sizes.Value {
		return sn, nil
	}
	v, err := s.journal.putObject(ctx, snippetOwner(runtime, sn.Name), []byte(sn.Code))
	if err != nil {
		return sn, err
	}
	sn.Code, sn.Object, sn.Bytes = "", v.Object, v.Bytes
	return sn, nil
}

// addSnippet writes sn as the version that follows the highest, and returns its number.
func (s *Stream) addSnippet(ctx context.Context, runtime string, sn execution.Snippet) (int, error) {
	for w := newBackoff(); ; {
		versions, err := s.snippetVersions(ctx, runtime, sn.Name)
		if err != nil {
			return 0, err
		}
		sn.Version = slices.Max(append(versions, 0)) + 1
		err = s.createSnippet(ctx, runtime, sn)
		if err == nil || !hasCode(err, codeWrongLast) {
			return sn.Version, err
		}
		// Somebody else took that version.
		if err := w.wait(ctx, err); err != nil {
			return 0, err
		}
	}
}

// createSnippet writes a version that must not exist.
func (s *Stream) createSnippet(ctx context.Context, runtime string, sn execution.Snippet) error {
	data, err := json.Marshal(sn)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	key := SnippetKey(runtime, sn.Name, sn.Version)
	m := &nats.Msg{Subject: s.kv + kvSubject(IndexBucket, key), Data: data, Header: expect(0, "")}
	for w := newBackoff(); ; {
		_, err := publish(ctx, s.nc, m, w)
		switch {
		case err == nil:
			return nil
		case hasCode(err, codeWrongLast):
			// An earlier try whose answer was lost may be what is there.
			there, readErr := s.leaderLast(ctx, kvStream(IndexBucket), kvSubject(IndexBucket, key))
			if readErr == nil && string(there.Data) == string(data) {
				return nil
			}
			return err
		case errors.Is(err, ErrRefused):
			return err
		}
		if err := w.wait(ctx, err); err != nil {
			return err
		}
	}
}

// Snippet reads one version of a snippet with its code; version 0 stands for the
// newest. It returns [journal.ErrNotFound], [journal.ErrCorrupt] or
// [execution.ErrBadSnippetName].
func (s *Stream) Snippet(ctx context.Context, runtime, name string, version int) (execution.Snippet, error) {
	if err := checkSnippet(runtime, name); err != nil {
		return execution.Snippet{}, err
	}
	for try, w := 1, newBackoff(); ; try++ {
		sn, err := s.snippetRecord(ctx, runtime, name, version)
		if err != nil {
			return execution.Snippet{}, err
		}
		if sn.Object == "" {
			return sn, nil
		}
		code, err := s.journal.object(ctx, snippetOwner(runtime, name), sn.Object)
		switch {
		case err == nil:
			sn.Code = string(code)
			return sn, nil
		case !errors.Is(err, journal.ErrNotFound):
			return sn, fmt.Errorf("read snippet %s: %w", name, err)
		case try >= doubtful:
			return sn, fmt.Errorf("read snippet %s: %w: its code is missing", name, journal.ErrCorrupt)
		}
		// A replica lags, or the snippet is just being deleted: then it is gone next time.
		if err := w.wait(ctx, err); err != nil {
			return sn, fmt.Errorf("read snippet %s: %w", name, err)
		}
	}
}

// snippetRecord reads a version as it is stored; 0: the newest.
func (s *Stream) snippetRecord(ctx context.Context, runtime, name string, version int) (execution.Snippet, error) {
	if version == 0 {
		versions, err := s.snippetVersions(ctx, runtime, name)
		if err != nil {
			return execution.Snippet{}, fmt.Errorf("read snippet %s: %w", name, err)
		}
		version = slices.Max(append(versions, 0))
	}
	m, err := s.leaderLast(ctx, kvStream(IndexBucket), kvSubject(IndexBucket, SnippetKey(runtime, name, version)))
	switch {
	case isNotFound(err), err == nil && isMarker(m.Header):
		return execution.Snippet{}, fmt.Errorf("snippet %s: %w", name, journal.ErrNotFound)
	case err != nil:
		return execution.Snippet{}, fmt.Errorf("read snippet %s: %w", name, err)
	}
	return decodeSnippet(name, m.Data)
}

func decodeSnippet(name string, text []byte) (execution.Snippet, error) {
	var sn execution.Snippet
	if err := json.Unmarshal(text, &sn); err != nil {
		return sn, fmt.Errorf("snippet %s: %w: %w", name, journal.ErrCorrupt, err)
	}
	return sn, nil
}

// DeleteSnippet removes all versions of a snippet and reports whether there were any.
// What a crash left behind is removed by deleting again. It returns
// [execution.ErrBadSnippetName].
func (s *Stream) DeleteSnippet(ctx context.Context, runtime, name string) (bool, error) {
	if err := checkSnippet(runtime, name); err != nil {
		return false, err
	}
	versions, err := s.snippetVersions(ctx, runtime, name)
	if err != nil {
		return false, fmt.Errorf("delete snippet %s: %w", name, err)
	}
	hashes := map[string]bool{}
	for _, version := range versions {
		sn, err := s.snippetRecord(ctx, runtime, name, version)
		if err != nil && !errors.Is(err, journal.ErrNotFound) && !errors.Is(err, journal.ErrCorrupt) {
			return false, fmt.Errorf("delete snippet %s: %w", name, err)
		}
		if sn.Object != "" {
			hashes[sn.Object] = true
		}
	}
	// Objects first: while there is a version it says which ones are left to delete.
	for hash := range hashes {
		if err := s.deleteObject(ctx, snippetOwner(runtime, name), hash); err != nil {
			return false, fmt.Errorf("delete snippet %s: %w", name, err)
		}
	}
	// crash here: versions without their code; reading them says so, deleting them works.
	filter := kvSubject(IndexBucket, snippetOwner(runtime, name).String()+".*")
	if err := s.purge(ctx, kvStream(IndexBucket), filter); err != nil {
		return false, fmt.Errorf("delete snippet %s: %w", name, err)
	}
	return len(versions) > 0, nil
}
