package control

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"sort"
	"strings"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// decode reads the parameters of an operation into the struct that into points to.
// An empty body stands for no parameters. What is unknown or has the wrong type is
// refused by name.
func decode(body []byte, into any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return refuse(http.StatusBadRequest, "the body must be a JSON object")
	}
	v := reflect.ValueOf(into).Elem()
	known := map[string]reflect.Value{}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		known[name] = v.Field(i)
	}
	for _, name := range sorted(fields) {
		field, ok := known[name]
		if !ok {
			return refuse(http.StatusBadRequest, "%s: unknown field; the fields are %s", name, strings.Join(sorted(known), ", "))
		}
		if err := json.Unmarshal(fields[name], field.Addr().Interface()); err != nil {
			return refuse(http.StatusBadRequest, "%s: must be %s", name, kindOf(field))
		}
	}
	return nil
}

// kindOf names a type for people.
func kindOf(v reflect.Value) string {
	t := v.Type()
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	}
	return fmt.Sprintf("a %s", t)
}

// keyOf reads the id of an execution.
func keyOf(runtime, id string) (journal.Key, error) {
	if id == "" {
		return journal.Key{}, refuse(http.StatusBadRequest, "id: missing")
	}
	parsed, err := execution.ParseID(id)
	if err != nil {
		return journal.Key{}, refuse(http.StatusBadRequest, "%v", err)
	}
	return journal.Key{Runtime: runtime, ID: parsed}, nil
}

// pageOf reads which page is asked for: how many executions, and the id that they are
// older than; empty: the newest.
func pageOf(limit *int, cursor string) (n int, before execution.ID, err error) {
	n = defaultPage
	if limit != nil {
		if n = *limit; n < 0 || n > maxPage {
			return 0, "", refuse(http.StatusBadRequest, "limit: must be 0 to %d, got %d", maxPage, n)
		}
	}
	if cursor == "" {
		return n, "", nil
	}
	if before, err = execution.ParseID(cursor); err != nil {
		return 0, "", refuse(http.StatusBadRequest, "cursor: %q is not one of ours", cursor)
	}
	return n, before, nil
}

// anonymous is who asks when nobody says who they are.
const anonymous = "anonymous"

// maxWordBytes bounds the name and the reason of who decides: they are part of the state.
const maxWordBytes = 8 << 10

// who reads the name of who asks for something.
func who(as string) (string, error) {
	if len(as) > maxWordBytes {
		return "", refuse(http.StatusBadRequest, "as: has %d bytes, at most %d are allowed", len(as), maxWordBytes)
	}
	return cmp.Or(as, anonymous), nil
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
