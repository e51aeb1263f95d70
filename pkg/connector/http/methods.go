package httpconn

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
)

const (
	pathSchema    = `"path": {"type": "string", "description": "below the base URL, such as /items/7"}`
	querySchema   = `"query": {"type": ["object", "null"], "description": "null is left out, an array repeats the parameter"}`
	headersSchema = `"headers": {"type": ["object", "null"]}`
	bodySchema    = `"body": {"description": "sent as JSON; a string or bytes with a content-type header is sent as it is"}`
	methodSchema  = `"method": {"type": "string", "pattern": "^[A-Za-z]+$", "description": "such as HEAD"}`

	resultSchema = `{"type": "object", "properties": {
		"status": {"type": "integer"},
		"headers": {"type": "object", "additionalProperties": {"type": "string"}},
		"body": {"description": "parsed JSON, a string, bytes or null"}
	}, "required": ["status", "headers", "body"]}`
)

func methods(timeout time.Duration) []connector.Method {
	withBody := fmt.Sprintf(`{"type": "object", "properties": {%s, %s, %s, %s}, "additionalProperties": false}`, pathSchema, querySchema, headersSchema, bodySchema)
	without := fmt.Sprintf(`{"type": "object", "properties": {%s, %s, %s}, "additionalProperties": false}`, pathSchema, querySchema, headersSchema)
	request := fmt.Sprintf(`{"type": "object", "properties": {%s, %s, %s, %s, %s}, "required": ["method"], "additionalProperties": false}`, methodSchema, pathSchema, querySchema, headersSchema, bodySchema)
	var all []connector.Method
	for _, m := range []struct{ name, input, description string }{
		{"get", without, "Send a GET request."},
		{"post", withBody, "Send a POST request."},
		{"put", withBody, "Send a PUT request."},
		{"patch", withBody, "Send a PATCH request."},
		{"delete", withBody, "Send a DELETE request."},
		{"request", request, "Send a request with any method."},
	} {
		all = append(all, connector.Method{
			Name: m.name, Description: m.description, ReadOnly: m.name == "get", Timeout: timeout,
			Input: json.RawMessage(m.input), Output: json.RawMessage(resultSchema),
		})
	}
	return all
}
