package stream

import (
	"encoding/json"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/reprise-run/reprise/internal/natstest"
)

// The short way to read a publish answer agrees with the long one, or stands aside.
func TestPlainAck(t *testing.T) {
	t.Parallel()
	for text, easy := range map[string]bool{
		`{"stream":"KV_executions","seq":12}`:                          true,
		`{"stream":"KV_executions", "seq":12}`:                         false, // as the server writes it for clients of the API
		`{"stream":"A","domain":"hub","seq":12}`:                       false,
		`{"stream":"A","seq":12,"duplicate": true}`:                    false,
		`{"stream":"A","seq":0}`:                                       false,
		`{"stream":"A","seq":}`:                                        false,
		`{"stream":"A","seq":99999999999999999999}`:                    false,
		`{"error":{"code":400,"err_code":10071},"stream":"A","seq":0}`: false,
		`{"stream":"A\"","seq":1}`:                                     false,
		``:                                                             false,
	} {
		got, ok := plainAck([]byte(text))
		if ok != easy {
			t.Errorf("%s is read the short way: %v, want %v", text, ok, easy)
		}
		var want pubAck
		if err := json.Unmarshal([]byte(text), &want); ok && (err != nil || got != want) {
			t.Errorf("%s is %+v, want %+v, %v", text, got, want, err)
		}
	}
}

// The server's own answer is one that is read the short way.
func TestServerAnswersPlainly(t *testing.T) {
	t.Parallel()
	srv, s := one(t)
	key, rev := claimed(t, s)
	header := expect(uint64(rev), kvSubject(Bucket, StateKey(key)))
	reply, err := srv.Conn().RequestMsg(&nats.Msg{Subject: kvSubject(Bucket, LogKey(key, 0)), Header: header, Data: []byte("{}")}, natstest.StartWait)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := plainAck(reply.Data); !ok {
		t.Errorf("the server answers %s, which is read the long way", reply.Data)
	}
}
