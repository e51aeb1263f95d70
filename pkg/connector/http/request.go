package httpconn

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/reprise-run/reprise/pkg/connector"
)

// arguments are what the code hands to a method.
type arguments struct {
	Method  string
	Path    string
	Query   map[string]json.RawMessage
	Headers map[string]json.RawMessage
	Body    json.RawMessage
}

// name is what errors start with: the query is left out, it may be long.
func (a arguments) name() string {
	path, _, _ := strings.Cut(a.Path, "?")
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return a.Method + " " + clip(path)
}

func parseArgs(call connector.Call) (arguments, error) {
	var args arguments
	if len(call.Args) > 0 {
		if err := json.Unmarshal(call.Args, &args); err != nil {
			return args, fmt.Errorf("read arguments: %w", err)
		}
	}
	if call.Method != "request" {
		args.Method = call.Method
	}
	args.Method = strings.ToUpper(args.Method)
	if string(args.Body) == "null" {
		args.Body = nil
	}
	return args, nil
}

func (c *Connector) newRequest(ctx context.Context, args arguments, call connector.Call) (*http.Request, error) {
	target, err := c.target(args.Path, args.Query)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", args.name(), err)
	}
	headers, err := c.headers(args, call)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", args.name(), err)
	}
	body, contentType, err := encodeBody(args.Body, headers.Get("Content-Type"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", args.name(), err)
	}
	var reader io.Reader
	if body != nil {
		headers.Set("Content-Type", contentType)
		reader = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, args.Method, target.String(), reader)
	if err != nil {
		return nil, fmt.Errorf("%s: make request: %w", args.name(), err)
	}
	req.Header = headers
	return req, nil
}

func (c *Connector) headers(args arguments, call connector.Call) (http.Header, error) {
	h := http.Header{}
	given := url.Values{}
	if err := addValues(given, "headers", args.Headers); err != nil {
		return nil, err
	}
	for name, all := range given {
		h[http.CanonicalHeaderKey(name)] = all
	}
	for name, v := range c.cfg.Headers {
		h.Set(name, v)
	}
	h.Set("Execution-Id", string(call.ExecutionID))
	h.Set("Execution-Runtime", call.Runtime)
	h.Set("Execution-Seq", strconv.Itoa(call.Seq))
	h.Set("Execution-Attempt", strconv.Itoa(call.Attempt))
	// In its usual spelling this header makes net/http send a POST again when a
	// kept connection breaks: the repeat is not its to decide. Servers ignore case.
	h.Del("Idempotency-Key")
	h.Del("X-Idempotency-Key")
	h["idempotency-key"] = []string{call.IdempotencyKey}
	return h, nil
}

// encodeBody returns the bytes to send, nil for none, and their content type.
func encodeBody(body json.RawMessage, contentType string) ([]byte, string, error) {
	if body == nil {
		return nil, "", nil
	}
	if data, ok, err := envelope(body); ok || err != nil {
		if contentType == "" {
			contentType = "application/octet-stream"
		}
		return data, contentType, err
	}
	mediaType, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	var text string
	switch {
	case contentType == "":
		return body, "application/json", nil
	case body[0] == '"':
		err := json.Unmarshal(body, &text)
		return []byte(text), contentType, err
	case strings.TrimSpace(mediaType) == "application/x-www-form-urlencoded":
		data, err := form(body)
		return data, contentType, err
	}
	return body, contentType, nil
}

func form(body json.RawMessage) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, errors.New("body: a form must be an object or a string")
	}
	values := url.Values{}
	if err := addValues(values, "body", fields); err != nil {
		return nil, err
	}
	return []byte(values.Encode()), nil
}

// binaryKey marks bytes in plain JSON.
const binaryKey = "__codemode_binary_v1__"

// envelope returns the bytes of a bytes envelope; ok is false for anything else.
func envelope(body json.RawMessage) (data []byte, ok bool, err error) {
	if !bytes.Contains(body, []byte(binaryKey)) {
		return nil, false, nil
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil || fields[binaryKey] == nil || len(fields) != 2 {
		return nil, false, nil //nolint:nilerr // not an envelope
	}
	var encoded string
	if err := json.Unmarshal(fields["data"], &encoded); err != nil {
		return nil, false, errors.New("body: bytes without data")
	}
	data, err = base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, false, fmt.Errorf("body: read bytes: %w", err)
	}
	return data, true, nil
}
