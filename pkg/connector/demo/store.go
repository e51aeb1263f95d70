package demo

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/reprise-run/reprise/pkg/connector"
)

// store is a map that counts what is done to it.
type store struct {
	mu     sync.Mutex // guards the fields below
	items  map[string]json.RawMessage
	writes int // puts, deletes and reverts that really ran
	reads  int // gets, lists and counters that really ran
}

// change is the result of put and delete, and all that a revert needs.
type change struct {
	Key      string          `json:"key"`
	Previous json.RawMessage `json:"previous"` // null: the key had no value
	Existed  bool            `json:"existed"`
	Writes   int             `json:"writes"`
}

func (s *store) execute(call connector.Call) (json.RawMessage, error) {
	args, err := parse(call, struct {
		Key   string
		Value json.RawMessage
	}{Value: json.RawMessage("null")})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch call.Method {
	case "put":
		return answer(s.set(args.Key, args.Value))
	case "delete":
		return answer(s.set(args.Key, nil))
	}
	s.reads++
	switch call.Method {
	case "get":
		if v, ok := s.items[args.Key]; ok {
			return v, nil
		}
		return json.RawMessage("null"), nil
	case "list":
		return answer(s.list())
	default:
		return answer(map[string]int{"reads": s.reads, "writes": s.writes, "items": len(s.items)})
	}
}

// set stores the value, or removes the key when it is nil. The caller holds mu.
func (s *store) set(key string, value json.RawMessage) change {
	previous, existed := s.items[key]
	if value == nil {
		delete(s.items, key)
	} else {
		s.items[key] = value
	}
	s.writes++
	return change{Key: key, Previous: previous, Existed: existed, Writes: s.writes}
}

type item struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

func (s *store) list() []item {
	all := []item{}
	for _, key := range slices.Sorted(maps.Keys(s.items)) {
		all = append(all, item{key, s.items[key]})
	}
	return all
}

func (s *store) restore(result json.RawMessage) error {
	var c change
	if err := json.Unmarshal(result, &c); err != nil {
		return fmt.Errorf("read the result to revert: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !c.Existed {
		s.set(c.Key, nil)
		return nil
	}
	s.set(c.Key, c.Previous)
	return nil
}
