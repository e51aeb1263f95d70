package demo

import (
	"encoding/json"

	"github.com/reprise-run/reprise/pkg/connector"
)

const (
	noArguments = `{"type": "object", "properties": {}, "additionalProperties": false}`
	keyOnly     = `{"type": "object", "properties": {"key": {"type": "string"}}, "required": ["key"], "additionalProperties": false}`
	changeMade  = `{"type": "object", "properties": {
		"key": {"type": "string"},
		"previous": {"description": "the value until now; null for none"},
		"existed": {"type": "boolean"},
		"writes": {"type": "integer", "description": "how many writes this store has really seen"}
	}, "required": ["key", "previous", "existed", "writes"]}`
)

func methods() []connector.Method {
	return append(append(plainMethods(), personMethods()...), storeMethods()...)
}

// personMethods are those that wait for a person.
func personMethods() []connector.Method {
	return []connector.Method{
		{
			Name: "confirm", Description: "Return the argument, once a person has approved it.", RequiresApproval: true,
			Input: json.RawMessage(`{"description": "anything"}`), Output: json.RawMessage(`{"description": "the argument, or the approver's"}`),
		},
		{
			Name: "ask", Description: "Return what a person, or a program, answers.", Client: true,
			Input: json.RawMessage(`{"description": "the question: anything"}`), Output: json.RawMessage(`{"description": "the answer"}`),
		},
		{
			Name: "unsure", Description: "Return the argument after so many milliseconds. Where its outcome was never heard a person decides.",
			OnUnknown: connector.OnUnknownAsk,
			Input:     json.RawMessage(`{"type": "object", "properties": {"ms": {"type": "integer", "minimum": 0, "maximum": 3600000}}}`),
			Output:    json.RawMessage(`{"description": "the argument"}`),
		},
	}
}

func plainMethods() []connector.Method {
	return []connector.Method{
		{
			Name: "echo", Description: "Return the argument unchanged.", ReadOnly: true,
			Input: json.RawMessage(`{"description": "anything"}`), Output: json.RawMessage(`{"description": "the argument"}`),
		},
		{
			Name: "sleep", Description: "Wait for so many milliseconds, holding the pass.", ReadOnly: true,
			Input: json.RawMessage(`{"type": "object", "properties": {
				"ms": {"type": "integer", "minimum": 0, "maximum": 3600000}
			}, "required": ["ms"], "additionalProperties": false}`),
			Output: json.RawMessage(`{"type": "object", "properties": {"sleptMs": {"type": "integer"}}, "required": ["sleptMs"]}`),
		},
		{
			Name: "fail", Description: "Fail with this message.",
			Input: json.RawMessage(`{"type": "object", "properties": {
				"message": {"type": "string", "default": "demo failure"},
				"name": {"type": "string", "description": "the error's name", "default": "Error"}
			}, "additionalProperties": false}`),
			Output: json.RawMessage(`{"description": "never returns"}`),
		},
		{
			Name: "rateLimited", ReadOnly: true,
			Description: "Ask for a retry while the attempt of the execution is at most `times`, then succeed. " +
				"It keeps no state, so it behaves the same on every executor.",
			Input: json.RawMessage(`{"type": "object", "properties": {
				"times": {"type": "integer", "minimum": 0, "default": 1},
				"retryAfterMs": {"type": "integer", "minimum": 0, "default": 1000},
				"message": {"type": "string", "default": "rate limited"}
			}, "additionalProperties": false}`),
			Output: json.RawMessage(`{"type": "object", "properties": {
				"ok": {"type": "boolean"}, "attempt": {"type": "integer"}
			}, "required": ["ok", "attempt"]}`),
		},
	}
}

// storeMethods are those of the small store.
func storeMethods() []connector.Method {
	return []connector.Method{
		{
			Name: "put", Description: "Store a value under a key. Reverting gives the key its previous value.", Reverts: true,
			Input: json.RawMessage(`{"type": "object", "properties": {
				"key": {"type": "string"}, "value": {"description": "anything"}
			}, "required": ["key", "value"], "additionalProperties": false}`),
			Output: json.RawMessage(changeMade),
		},
		{
			Name: "get", Description: "Return the value of a key, null for none.", ReadOnly: true,
			Input: json.RawMessage(keyOnly), Output: json.RawMessage(`{"description": "the value"}`),
		},
		{
			Name: "list", Description: "Return all keys and values, sorted by key.", ReadOnly: true,
			Input: json.RawMessage(noArguments),
			Output: json.RawMessage(`{"type": "array", "items": {"type": "object", "properties": {
				"key": {"type": "string"}, "value": {}
			}, "required": ["key", "value"]}}`),
		},
		{
			Name: "delete", Description: "Remove a key. Reverting gives it back.", Reverts: true,
			Input: json.RawMessage(keyOnly), Output: json.RawMessage(changeMade),
		},
		{
			Name: "counter", ReadOnly: true, Reexecute: true,
			Description: "Return how many reads and writes the store has really seen. Runs again on every pass; its result is never stored.",
			Input:       json.RawMessage(noArguments),
			Output: json.RawMessage(`{"type": "object", "properties": {
				"reads": {"type": "integer"}, "writes": {"type": "integer"}, "items": {"type": "integer"}
			}, "required": ["reads", "writes", "items"]}`),
		},
	}
}
