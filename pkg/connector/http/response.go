package httpconn

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/retry"
)

// errorName is the name of the error of a response with a status of 400 or more.
const errorName = "HTTPError"

// exchange sends the request and reads the answer; name starts every error.
func (c *Connector) exchange(req *http.Request, name string) (json.RawMessage, error) {
	var connected atomic.Bool // from here on the server may have heard of us
	req = req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	}))
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, c.sendError(req, name, err, connected.Load())
	}
	defer func() { _ = resp.Body.Close() }() // the body is read, or given up
	if resp.StatusCode >= 400 {
		return nil, statusError(resp, name)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.cfg.MaxResponseBytes+1))
	if err != nil {
		return nil, c.sendError(req, name, fmt.Errorf("read response: %w", err), true)
	}
	if int64(len(body)) > c.cfg.MaxResponseBytes {
		return nil, connector.Errorf(errorName, "%s: the response is larger than %d bytes", name, c.cfg.MaxResponseBytes)
	}
	return result(resp, body)
}

// sendError says what a request that got no whole answer means.
func (c *Connector) sendError(req *http.Request, name string, err error, connected bool) error {
	if inner, ok := errors.AsType[*url.Error](err); ok {
		err = inner.Err // the outer text repeats the URL
	}
	err = fmt.Errorf("%s: %w", name, err)
	switch {
	case !connected && !unreachable(err):
		return err // refused by net/http itself, or a certificate: no retry helps
	case !connected, safe(req.Method):
		return &retry.Error{Err: err}
	}
	return connector.Timeout(err)
}

// unreachable reports whether a failure to connect may pass. A certificate that is
// not trusted is none of these.
func unreachable(err error) bool {
	_, network := errors.AsType[net.Error](err)
	return network || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// statusError is the error of a response with a status of 400 or more.
func statusError(resp *http.Response, name string) error {
	// A body that breaks off is as good as its beginning here.
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 4096))
	text := strings.TrimSpace(strings.Join([]string{strconv.Itoa(resp.StatusCode), http.StatusText(resp.StatusCode)}, " "))
	if beginning := strings.TrimSpace(strings.ToValidUTF8(string(body), "")); beginning != "" {
		text += ": " + clip(beginning)
	}
	err := connector.Errorf(errorName, "%s: %s", name, text)
	if resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusServiceUnavailable {
		return err
	}
	if after, ok := retryAfter(resp.Header.Get("Retry-After"), time.Now()); ok {
		return retry.After(after, err)
	}
	return &retry.Error{Err: err}
}

// retryAfter reads the header: seconds or a date.
func retryAfter(header string, now time.Time) (after time.Duration, ok bool) {
	if seconds, err := strconv.ParseFloat(header, 64); err == nil && seconds >= 0 && seconds < 1e9 {
		return time.Duration(seconds * float64(time.Second)), true
	}
	if date, err := http.ParseTime(header); err == nil {
		return date.Sub(now), true
	}
	return 0, false
}

func result(resp *http.Response, body []byte) (json.RawMessage, error) {
	headers := map[string]string{}
	for name, all := range resp.Header {
		headers[strings.ToLower(name)] = strings.Join(all, ", ")
	}
	text, err := json.Marshal(struct {
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		Body    any               `json:"body"`
	}{resp.StatusCode, headers, decodeBody(resp.Header.Get("Content-Type"), body)})
	if err != nil {
		return nil, fmt.Errorf("encode result: %w", err)
	}
	return text, nil
}

// decodeBody returns what the code sees as the body.
func decodeBody(contentType string, body []byte) any {
	mediaType, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		mediaType = strings.ToLower(contentType)
	}
	switch {
	case len(body) == 0:
		return nil
	case isJSON(mediaType) && json.Valid(body):
		return json.RawMessage(body)
	case isText(mediaType) || contentType == "" && utf8.Valid(body):
		return string(body)
	}
	return struct {
		Kind string `json:"__codemode_binary_v1__"`
		Data []byte `json:"data"`
	}{"Uint8Array", body}
}

func isJSON(mediaType string) bool {
	return mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
}

func isText(mediaType string) bool {
	switch mediaType {
	case "application/xml", "application/javascript", "application/x-www-form-urlencoded", "application/yaml", "application/x-ndjson":
		return true
	}
	return isJSON(mediaType) || strings.HasPrefix(mediaType, "text/") || strings.HasSuffix(mediaType, "+xml")
}
