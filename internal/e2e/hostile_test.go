package e2e

import (
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/reprise-run/reprise/internal/executor"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/stream"
)

// hostile is a body that an operation must refuse, and what the refusal says.
type hostile struct {
	operation, body, says string
}

// refused asks as any program does, with a subject and a body, and returns the two
// headers of an error.
func (r *rig) refused(runtime, operation, body string) (code int, text string, data []byte) {
	r.t.Helper()
	m, err := r.nc.RequestMsg(&nats.Msg{Subject: stream.APISubject(runtime, operation), Data: []byte(body)}, patience)
	if err != nil {
		r.t.Fatalf("%s %.100s: %v", operation, body, err)
	}
	if header := m.Header.Get(micro.ErrorCodeHeader); header != "" {
		if code, err = strconv.Atoi(header); err != nil {
			r.t.Errorf("%s %.100s: code %q is no number", operation, body, header)
		}
	}
	return code, m.Header.Get(micro.ErrorHeader), m.Data
}

func TestHostileRequestsAreRefusedAndChangeNothing(t *testing.T) {
	t.Parallel()
	r := up(t)
	o := r.paused(`async () => await items.create_item({name: "a"})`)
	id := string(o.ExecutionID)
	before := r.get(o.ExecutionID)
	t.Run("bodies", func(t *testing.T) {
		for _, h := range append(shapes(id), meanings(id)...) {
			t.Run(h.operation, func(t *testing.T) {
				code, text, data := r.refused(execution.DefaultRuntime, h.operation, h.body)
				if code < 400 || code > 499 || !strings.Contains(text, h.says) || len(data) > 0 {
					t.Errorf("%.200s: %d %.300q %.100q, want 4xx with %q", h.body, code, text, data, h.says)
				}
			})
		}
	})
	if after := r.get(o.ExecutionID); !reflect.DeepEqual(after, before) {
		t.Errorf("the record was %+v, is %+v", before, after)
	}
	if l, err := r.client.List(t.Context(), control.ListQuery{}); err != nil || len(l.Executions) != 1 {
		t.Errorf("list = %d rows, %v, want the one execution", len(l.Executions), err)
	}
	if n := r.messages(); n != 0 {
		t.Errorf("%d messages wait in the queue, want none", n)
	}
}

// shapes are bodies that are no parameters, for every operation.
func shapes(id string) []hostile {
	deep := strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)
	name := strings.Repeat("n", 1<<20-100)
	var all []hostile
	for _, operation := range strings.Fields(`get list pending approve reject resolve rollback cancel restart fork signal
		expire delete prune snippet.save snippet.get snippet.list snippet.delete export`) {
		for _, body := range []string{"[]", "null", "1", `"x"`, "{", "\x00\xff", deep, `{"id":` + deep + `}`} {
			all = append(all, hostile{operation, body, "must be a JSON object"})
		}
		all = append(all,
			hostile{operation, `{"id":"` + id + `","nobody":1}`, "unknown field"},
			hostile{operation, `{"` + name + `":1}`, "nnn"},
		)
	}
	for _, operation := range strings.Fields("get approve reject resolve rollback cancel restart fork signal delete snippet.save export") {
		for _, body := range []string{`{"id":1}`, `{"id":[]}`, `{"id":{}}`, `{"id":true}`} {
			all = append(all, hostile{operation, body, "id: must be a string"})
		}
	}
	return all
}

// meanings are bodies of the right shape that make no sense.
func meanings(id string) []hostile {
	const unknown = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
	name := strings.Repeat("n", 1<<20-200)
	var all []hostile
	for operation, rest := range map[string]string{
		"get": "", "approve": "", "resolve": `,"seq":0,"result":1`, "rollback": "", "cancel": "", "restart": "", "fork": `,"from":0`,
		"signal": `,"name":"go"`, "delete": "", "snippet.save": `,"name":"s"`, "export": "",
	} {
		all = append(all,
			hostile{operation, `{"id":"` + unknown + `"` + rest + `}`, unknown},
			hostile{operation, `{"id":"../../` + id + `"` + rest + `}`, "id"},
			hostile{operation, `{"id":"*"` + rest + `}`, "id"},
			hostile{operation, `{"id":"` + name + `"` + rest + `}`, "id"},
			hostile{operation, `{"id":""` + rest + `}`, "id: missing"},
			hostile{operation, `{` + strings.TrimPrefix(rest, ",") + `}`, "id: missing"},
		)
	}
	this := func(operation, rest, says string) {
		all = append(all, hostile{operation, `{"id":"` + id + `",` + rest + `}`, says})
	}
	for _, operation := range []string{"approve", "reject", "resolve"} {
		for _, seq := range []string{`"0"`, "0.5", "1e30", "99999999999999999999", "[0]"} {
			this(operation, `"seq":`+seq, "seq: must be a whole number")
		}
		this(operation, `"as":1`, "as: must be a string")
	}
	this("approve", `"seq":-1`, "seq: must not be negative")
	this("approve", `"seq":7`, "seq 7 is not pending")
	this("approve", `"seq":9223372036854775807`, "is not pending")
	this("approve", `"wait":"no"`, "wait: must be true or false")
	this("approve", `"as":"`+name+`"`, "as: has")
	this("approve", `"reason":"`+name+`"`, "reason: has")
	this("reject", `"reason":"`+name+`"`, "reason: has")
	this("resolve", `"seq":0`, "exactly one of")
	this("resolve", `"seq":0,"result":1,"run":true`, "exactly one of")
	this("resolve", `"seq":0,"result":1`, "approve or reject it")
	this("resolve", `"result":1`, "seq: missing")
	this("resolve", `"seq":0,"error":""`, "error: must be")
	this("resolve", `"seq":0,"error":{"message":1}`, "error: must be")
	this("resolve", `"seq":0,"error":"`+name+`"`, "error: has")
	for _, operation := range []string{"rollback", "cancel", "restart"} {
		this(operation, `"as":"`+name+`"`, "as: has")
	}
	this("cancel", `"rollback":1`, "rollback: must be true or false")
	this("restart", `"from":0`, "not ended")
	this("fork", `"as":""`, "from: missing")
	this("fork", `"from":-1`, "from: must be 0 to 1")
	this("fork", `"from":2`, "from: must be 0 to 1")
	this("fork", `"from":0,"newId":"x"`, "newId")
	this("fork", `"from":0,"newId":"`+id+`"`, "newId")
	this("fork", `"from":0,"code":"\u0000"`, "code: has a NUL")
	this("fork", `"from":0,"code":7`, "code: must be a string")
	this("fork", `"from":0,"dryRun":1`, "dryRun: must be true or false")
	this("signal", `"value":1`, "name")
	this("signal", `"name":"`+name+`"`, "name")
	this("signal", `"name":1`, "name: must be a string")
	this("snippet.save", `"name":"a/../b"`, "a/../b")
	this("snippet.save", `"name":"`+name+`"`, "name")
	this("snippet.save", `"name":"s","inputSchema":1`, "inputSchema")
	this("snippet.save", `"name":"s","description":"`+name+`"`, "description: has")
	this("export", `"record":-1`, "record: must be 0 to")
	this("export", `"record":1000000`, "record: must be 0 to")
	return append(all,
		hostile{"list", `{"status":"done"}`, "status"},
		hostile{"list", `{"status":["paused"]}`, "status: must be a string"},
		hostile{"list", `{"label":"=v"}`, "label"},
		hostile{"list", `{"since":"yesterday"}`, "since"},
		hostile{"list", `{"until":1}`, "until: must be a string"},
		hostile{"list", `{"limit":1001}`, "limit: must be 0 to 1000"},
		hostile{"list", `{"cursor":"x"}`, "cursor"},
		hostile{"pending", `{"limit":-1}`, "limit: must be 0 to 1000"},
		hostile{"pending", `{"cursor":"` + name + `"}`, "cursor"},
		hostile{"pending", `{"id":"x"}`, "id"},
		hostile{"expire", `{"olderThanMs":-1}`, "olderThanMs: must not be negative"},
		hostile{"expire", `{"olderThanMs":1e40}`, "olderThanMs: must be a whole number"},
		hostile{"prune", `{}`, "keep: missing"},
		hostile{"prune", ``, "keep: missing"},
		hostile{"prune", `{"keep":-1}`, "keep: must not be negative"},
		hostile{"prune", `{"keep":"all"}`, "keep: must be a whole number"},
		hostile{"snippet.get", `{"name":"none"}`, "no snippet none"},
		hostile{"snippet.get", `{"name":"none","version":-1}`, "version: must be at least 1"},
		hostile{"snippet.get", `{"name":"none","version":999999999}`, "no version 999999999"},
		hostile{"snippet.delete", `{"name":">"}`, ">"},
		hostile{"submit", ``, "code"},
		hostile{"submit", `{"code":1}`, "code"},
		hostile{"submit", `{"code":"x","wait":1}`, "wait: must be true or false"},
		hostile{"submit", `{"code":"x","id":"` + id + `"}`, "another body"},
	)
}

// A runtime is part of every key: an id of one is unknown in another.
func TestIDsOfAnotherRuntimeAreUnknown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.start(func(c *executor.Config) { c.Runtimes = []string{execution.DefaultRuntime, "other"} })
	o := r.paused(`async () => await items.create_item({name: "a"})`)
	id := `{"id":"` + string(o.ExecutionID) + `"`
	for operation, rest := range map[string]string{
		"get": "", "approve": "", "resolve": `,"seq":0,"result":1`, "rollback": "", "cancel": "", "restart": "", "fork": `,"from":0`,
		"signal": `,"name":"go"`, "delete": "", "snippet.save": `,"name":"s"`, "export": "",
	} {
		if code, text, _ := r.refused("other", operation, id+rest+"}"); code != 404 || !strings.Contains(text, "in runtime other") {
			t.Errorf("%s: %d %q, want 404 with the runtime", operation, code, text)
		}
	}
	if code, text, data := r.refused("other", "reject", id+"}"); code != 0 || string(data) != `{"rejected":false}` {
		t.Errorf("reject: %d %s, %s, want false", code, text, data)
	}
	if got := r.get(o.ExecutionID).Status; got != execution.Paused {
		t.Errorf("status %s, want paused", got)
	}
}
