package journal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

// Mem is a [Store] in memory, for tests and for those who need no durability. It
// keeps what a store on disk would keep: encoded copies, shared with nobody. Its
// clock is that of its writers: the latest UpdatedAt that it saw, and a millisecond
// more with each write.
type Mem struct {
	mu      sync.Mutex // guards the fields below
	seq     Revision
	now     time.Time
	all     map[Key]*memJournal
	inboxes map[Key]memInbox
	objects map[string]json.RawMessage
}

type memJournal struct {
	state    []byte
	revision Revision
	at       time.Time
	request  []byte
	log      map[int][]byte
}

// memInbox are the signals of one execution, as they are stored.
type memInbox []memSignal

type memSignal struct {
	id       execution.ID
	position Revision
	text     []byte
}

// memSizes are those of a small broker, so that tests meet every path.
func memSizes() Sizes { return Sizes{Value: 256 << 10, Record: 1 << 20} }

var _ Store = (*Mem)(nil)

// NewMem returns an empty store.
func NewMem() *Mem {
	return &Mem{all: map[Key]*memJournal{}, inboxes: map[Key]memInbox{}, objects: map[string]json.RawMessage{}}
}

// State implements [Store].
func (m *Mem) State(ctx context.Context, key Key) (Stored, error) {
	if ctx.Err() != nil {
		return Stored{}, context.Cause(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	j := m.all[key]
	if j == nil {
		return Stored{}, fmt.Errorf("state of %s: %w", key, ErrNotFound)
	}
	st := Stored{Revision: j.revision, At: j.at}
	if err := json.Unmarshal(j.state, &st.State); err != nil {
		return Stored{}, fmt.Errorf("state of %s: %w: %w", key, ErrCorrupt, err)
	}
	return st, nil
}

// PutState implements [Store].
func (m *Mem) PutState(ctx context.Context, key Key, s State, last Revision) (Revision, error) {
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	text, err := s.Encode(memSizes(), m.offload(key))
	if err != nil {
		return 0, fmt.Errorf("write state of %s: %w", key, err)
	}
	j := m.all[key]
	if j == nil {
		j = &memJournal{log: map[int][]byte{}}
	}
	if j.revision != last {
		return m.landed(key, j, s)
	}
	m.all[key] = j
	m.seq++
	if m.now = m.now.Add(time.Millisecond); s.UpdatedAt.After(m.now) {
		m.now = s.UpdatedAt
	}
	j.state, j.revision, j.at = text, m.seq, m.now
	return j.revision, nil
}

// landed recognises the repetition of the write that is the last one.
func (m *Mem) landed(key Key, j *memJournal, s State) (Revision, error) {
	var now State
	if err := json.Unmarshal(j.state, &now); err == nil && s.Nonce != "" && now.Nonce == s.Nonce && now.Write == s.Write {
		return j.revision, nil
	}
	return 0, fmt.Errorf("write state of %s: %w", key, ErrFenced)
}

// Request implements [Store].
func (m *Mem) Request(ctx context.Context, key Key) (execution.Request, error) {
	var r execution.Request
	if ctx.Err() != nil {
		return r, context.Cause(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	j := m.all[key]
	if j == nil || j.request == nil {
		return r, fmt.Errorf("request of %s: %w", key, ErrNotFound)
	}
	if err := json.Unmarshal(j.request, &r); err != nil {
		return r, fmt.Errorf("request of %s: %w: %w", key, ErrCorrupt, err)
	}
	return r, nil
}

// PutRequest implements [Store].
func (m *Mem) PutRequest(ctx context.Context, key Key, claim Revision, r execution.Request) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode request of %s: %w", key, err)
	}
	return m.fenced(ctx, key, claim, func(j *memJournal) { j.request = text })
}

// Append implements [Store].
func (m *Mem) Append(ctx context.Context, key Key, claim Revision, n int, r Record) (int, error) {
	var encoded [][]byte
	var failed error
	err := m.fenced(ctx, key, claim, func(j *memJournal) {
		if encoded, failed = r.Encode(memSizes(), m.offload(key)); failed != nil {
			return
		}
		for i, text := range encoded {
			j.log[n+i] = text
		}
	})
	if err := errors.Join(err, failed); err != nil {
		return n, fmt.Errorf("append record %d of %s: %w", n, key, err)
	}
	return n + len(encoded), nil
}

// Load implements [Store].
func (m *Mem) Load(ctx context.Context, key Key, claim Revision) ([]Record, error) {
	var all []Record
	var corrupt error
	err := m.fenced(ctx, key, claim, func(j *memJournal) {
		for n := range len(j.log) {
			var r Record
			text, ok := j.log[n]
			if !ok {
				corrupt = fmt.Errorf("record %d is missing: %w", n, ErrCorrupt)
				return
			}
			if err := json.Unmarshal(text, &r); err != nil {
				corrupt = fmt.Errorf("record %d: %w: %w", n, ErrCorrupt, err)
				return
			}
			all = append(all, r)
		}
	})
	if err := errors.Join(err, corrupt); err != nil {
		return nil, fmt.Errorf("load %s: %w", key, err)
	}
	return all, nil
}

// PutSignal implements [Store].
func (m *Mem) PutSignal(ctx context.Context, key Key, s Signal) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var err error
	if s.Value.Size() > memSizes().Value {
		s.Value, err = m.offload(key)(s.Value)
	}
	text, err2 := json.Marshal(s)
	if err := errors.Join(err, err2); err != nil {
		return fmt.Errorf("write signal of %s: %w", key, err)
	}
	for _, there := range m.inboxes[key] {
		if there.id == s.ID {
			return nil
		}
	}
	m.seq++
	m.inboxes[key] = append(m.inboxes[key], memSignal{s.ID, m.seq, text})
	return nil
}

// Inbox implements [Store].
func (m *Mem) Inbox(ctx context.Context, key Key, behind Revision) ([]Signal, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []Signal
	for _, there := range m.inboxes[key] {
		if there.position <= behind {
			continue
		}
		s := Signal{ID: there.id, Position: there.position}
		if err := json.Unmarshal(there.text, &s); err != nil {
			return nil, fmt.Errorf("signal of %s: %w: %w", key, ErrCorrupt, err)
		}
		all = append(all, s)
	}
	return all, nil
}

// Resolve implements [Store].
func (m *Mem) Resolve(ctx context.Context, key Key, v Value) (json.RawMessage, error) {
	if !v.Offloaded() {
		return v.JSON, nil
	}
	m.mu.Lock()
	text, ok := m.objects[objectName(key, v.Object)]
	m.mu.Unlock()
	if ok {
		return text, nil
	}
	<-ctx.Done() // nobody else writes objects, but the contract is the contract
	return nil, fmt.Errorf("fetch value %s of %s: %w", v.Object, key, context.Cause(ctx))
}

// fenced runs f while the claim is the last write of the state.
func (m *Mem) fenced(ctx context.Context, key Key, claim Revision, f func(*memJournal)) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	j := m.all[key]
	if j == nil || j.revision != claim {
		return ErrFenced
	}
	f(j)
	return nil
}

// offload moves values out. The caller holds the lock.
func (m *Mem) offload(key Key) Mover {
	return func(v *Value) (*Value, error) {
		sum := sha256.Sum256(v.JSON)
		hash := hex.EncodeToString(sum[:])
		m.objects[objectName(key, hash)] = append(json.RawMessage(nil), v.JSON...)
		return &Value{Object: hash, Bytes: len(v.JSON)}, nil
	}
}

func objectName(key Key, hash string) string { return key.String() + "." + hash }
