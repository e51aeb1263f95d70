package httpconn_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/reprise-run/reprise/pkg/connector"
	httpconn "github.com/reprise-run/reprise/pkg/connector/http"
	"github.com/reprise-run/reprise/pkg/retry"
)

// open returns a set with the connector "api" for a server that runs h.
func open(t *testing.T, cfg httpconn.Config, h http.HandlerFunc) *connector.Set {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	cfg.BaseURL = srv.URL + cfg.BaseURL
	return newSet(t, cfg)
}

func newSet(t *testing.T, cfg httpconn.Config) *connector.Set {
	t.Helper()
	c, err := httpconn.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s, err := connector.NewSet(connector.SetConfig{Connectors: []connector.Named{{Name: "api", Connector: c}}, Secrets: []string{"t0ken"}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func do(t *testing.T, s *connector.Set, method, args string) (string, error) {
	t.Helper()
	got, err := s.Execute(t.Context(), "api", connector.Call{
		Runtime: "default", ExecutionID: "01J", Seq: 3, Attempt: 2, Method: method, Args: json.RawMessage(args), IdempotencyKey: "01J:3",
	})
	return string(got), err
}

// echo answers with what it received.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s %s|%s|%s", r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), body)
}

func TestRequestsAsSent(t *testing.T) {
	t.Parallel()
	s := open(t, httpconn.Config{BaseURL: "/v1?key=k"}, echo)
	for _, tt := range []struct{ method, args, want string }{
		{"get", `{"path":"/x"}`, "GET /v1/x?key=k||"},
		{"get", ``, "GET /v1?key=k||"},
		{"get", `{"path":"x/y/"}`, "GET /v1/x/y/?key=k||"},
		{"get", `{"path":"/a/../b%2Fc/ü"}`, ""},
		{"get", `{"path":"/a/../b"}`, "GET /v1/b?key=k||"},
		{"get", `{"path":"/b%2Fc/ü"}`, "GET /v1/b%2Fc/%C3%BC?key=k||"},
		{"get", `{"path":"/x?a=1","query":{"b":[1,"2",true,null],"c":null,"d":12345678901234567890}}`, "GET /v1/x?a=1&b=1&b=2&b=true&d=12345678901234567890&key=k||"},
		{"post", `{"path":"/x","body":{"a":1}}`, `POST /v1/x?key=k|application/json|{"a":1}`},
		{"post", `{"path":"/x","body":"text"}`, `POST /v1/x?key=k|application/json|"text"`},
		{"post", `{"path":"/x","body":"te\"xt","headers":{"content-type":"text/plain"}}`, `POST /v1/x?key=k|text/plain|te"xt`},
		{"put", `{"path":"/x","body":{"__codemode_binary_v1__":"Uint8Array","data":"aGk="}}`, `PUT /v1/x?key=k|application/octet-stream|hi`},
		{"put", `{"path":"/x","body":{"__codemode_binary_v1__":"Uint8Array","data":"aGk="},"headers":{"Content-Type":"image/png"}}`, `PUT /v1/x?key=k|image/png|hi`},
		{"post", `{"path":"/x","body":{"a":[1,2],"b":"x y"},"headers":{"content-type":"application/x-www-form-urlencoded"}}`, `POST /v1/x?key=k|application/x-www-form-urlencoded|a=1&a=2&b=x+y`},
		{"post", `{"path":"/x","body":null}`, `POST /v1/x?key=k||`},
		{"patch", `{"path":"/x","body":[1]}`, `PATCH /v1/x?key=k|application/json|[1]`},
		{"delete", `{"path":"/x"}`, `DELETE /v1/x?key=k||`},
		{"request", `{"method":"options","path":"/x"}`, `OPTIONS /v1/x?key=k||`},
	} {
		got, err := do(t, s, tt.method, tt.args)
		if tt.want == "" {
			if err == nil {
				t.Errorf("%s(%s) was sent: %s", tt.method, tt.args, got)
			}
			continue
		}
		var r struct{ Body string }
		if err := json.Unmarshal([]byte(got), &r); err != nil || r.Body != tt.want {
			t.Errorf("%s(%s) sent %q, want %q", tt.method, tt.args, r.Body, tt.want)
		}
		if err != nil {
			t.Errorf("%s(%s): %v", tt.method, tt.args, err)
		}
	}
}

func TestRefusedArguments(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	s := open(t, httpconn.Config{BaseURL: "/v1"}, func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	for args, want := range map[string]string{
		`{"path":"http://evil.test/"}`:           "leaves the base URL",
		`{"path":"//evil.test/x"}`:               "leaves the base URL",
		`{"path":"///evil.test/x"}`:              "leaves the base URL",
		`{"path":"user@evil.test:80/x:y"}`:       "path",
		`{"path":"../admin"}`:                    "leaves the base URL",
		`{"path":"/x/../../admin"}`:              "leaves the base URL",
		`{"path":"/%2e%2e/admin"}`:               "leaves the base URL",
		`{"path":"/x%2Fy/../../admin"}`:          "leaves the base URL",
		`{"path":"/x/..%5c..%5cadmin"}`:          "leaves the base URL",
		`{"path":"\\..\\admin"}`:                 "leaves the base URL",
		`{"path":"/x\ny"}`:                       "is not a URL path",
		`{"path":7}`:                             "path: got number, want string",
		`{"pth":"/x"}`:                           "additional properties 'pth' not allowed",
		`{"path":"/x","query":{"a":{"b":1}}}`:    "query.a must be a string",
		`{"path":"/x","headers":{"a":[[1]]}}`:    "headers.a must be a string",
		`{"path":"/x","headers":{"a\n":"1"}}`:    "invalid header field",
		`{"path":"/x","headers":{"a":"1\r\nb"}}`: "invalid header field",
	} {
		_, err := do(t, s, "get", args)
		if _, again := retry.As(err); err == nil || again || connector.IsTimeout(err) || !strings.Contains(err.Error(), want) {
			t.Errorf("get(%s) = %v, want a final error with %q", args, err, want)
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	var got http.Header
	s := open(t, httpconn.Config{Headers: map[string]string{"Authorization": "Bearer t0ken"}}, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		w.Header().Add("X-Many", "a")
		w.Header().Add("X-Many", "b")
		w.Header().Set("X-Echo", r.Header.Get("Authorization"))
	})
	result, err := do(t, s, "post", `{"path":"/x","headers":{"authorization":"mine","x-own":[1,"2"],"x-null":null,"Idempotency-Key":"mine","execution-id":"mine"}}`)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Authorization": "Bearer t0ken", "X-Own": "1, 2", "Idempotency-Key": "01J:3",
		"Execution-Id": "01J", "Execution-Runtime": "default", "Execution-Seq": "3", "Execution-Attempt": "2", "X-Null": "",
	} {
		if g := strings.Join(got.Values(name), ", "); g != want {
			t.Errorf("header %s: %q, want %q", name, g, want)
		}
	}
	if !strings.Contains(result, `"x-many":"a, b"`) || !strings.Contains(result, `"x-echo":"Bearer [redacted]"`) {
		t.Errorf("result %s", result)
	}
}

func TestResponseBodies(t *testing.T) {
	t.Parallel()
	s := open(t, httpconn.Config{MaxResponseBytes: 64}, func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Content-Type"] = r.URL.Query()["type"]
		fmt.Fprint(w, r.URL.Query().Get("body"))
	})
	for _, tt := range []struct{ contentType, body, want string }{
		{"application/json", `{"a":[1]}`, `{"a":[1]}`},
		{"application/problem+json; charset=utf-8", `[]`, `[]`},
		{"application/json", `{broken`, `"{broken"`},
		{"text/plain", "hi", `"hi"`},
		{"image/svg+xml", "<x>", "\"\\u003cx\\u003e\""},
		{"application/octet-stream", "hi", `{"__codemode_binary_v1__":"Uint8Array","data":"aGk="}`},
		{"application/octet-stream", "", `null`},
		{"", "hi", `"hi"`},
	} {
		args, _ := json.Marshal(map[string]any{"query": map[string]string{"type": tt.contentType, "body": tt.body}})
		got, err := do(t, s, "get", string(args))
		if err != nil || !strings.HasSuffix(got, `"body":`+tt.want+`}`) {
			t.Errorf("%s %q: %s, %v; want body %s", tt.contentType, tt.body, got, err, tt.want)
		}
	}
	_, err := do(t, s, "get", `{"query":{"body":"`+strings.Repeat("x", 65)+`"}}`)
	if err == nil || err.Error() != "GET /: the response is larger than 64 bytes" {
		t.Errorf("large response: %v", err)
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	var leaked atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { leaked.Store(true) }))
	t.Cleanup(other.Close)
	s := open(t, httpconn.Config{Headers: map[string]string{"Authorization": "t0ken"}}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other.URL, http.StatusFound)
		case "/near":
			http.Redirect(w, r, "/echo", http.StatusTemporaryRedirect)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		default:
			echo(w, r)
		}
	})
	got, err := do(t, s, "get", `{"path":"/away"}`)
	if err != nil || !strings.Contains(got, `"status":302`) || !strings.Contains(got, `"location":"`+other.URL) || leaked.Load() {
		t.Errorf("redirect to another host: %s, %v; followed: %v", got, err, leaked.Load())
	}
	if got, err := do(t, s, "post", `{"path":"/near","body":[1]}`); err != nil || !strings.Contains(got, "POST /echo|application/json|[1]") {
		t.Errorf("redirect on the host: %s, %v", got, err)
	}
	if _, err := do(t, s, "get", `{"path":"/loop"}`); err == nil || !strings.Contains(err.Error(), "more than 10 redirects") {
		t.Errorf("loop: %v", err)
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	header := ""
	s := open(t, httpconn.Config{}, func(w http.ResponseWriter, r *http.Request) {
		if header != "" {
			w.Header().Set("Retry-After", header)
		}
		var status int
		fmt.Sscanf(r.URL.Path, "/%d", &status)
		w.WriteHeader(status)
		fmt.Fprint(w, strings.Repeat("é", 300))
	})
	long := strings.Repeat("é", 200) + "…"
	for _, tt := range []struct {
		status       int
		header, want string
		after        time.Duration // -1: at once; 0: the policy's
		again        bool
	}{
		{404, "", "GET /404: 404 Not Found: " + long, 0, false},
		{500, "7", "GET /500: 500 Internal Server Error: " + long, 0, false},
		{499, "", "GET /499: 499: " + long, 0, false},
		{429, "", "GET /429: 429 Too Many Requests: " + long, 0, true},
		{429, "7", "GET /429: 429 Too Many Requests: " + long, 7 * time.Second, true},
		{503, "0", "GET /503: 503 Service Unavailable: " + long, -1, true},
		{503, "Sun, 06 Nov 1994 08:49:37 GMT", "GET /503: 503 Service Unavailable: " + long, -1, true},
		{503, "soon", "GET /503: 503 Service Unavailable: " + long, 0, true},
	} {
		header = tt.header
		_, err := do(t, s, "get", fmt.Sprintf(`{"path":"/%d"}`, tt.status))
		asked, again := retry.As(err)
		if err == nil || err.Error() != tt.want || again != tt.again || again && asked.After != tt.after {
			t.Errorf("status %d, Retry-After %q: %v (retry %+v), want %s", tt.status, tt.header, err, asked, tt.want)
		}
	}
	header = time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	_, err := do(t, s, "post", `{"path":"/429"}`)
	if asked, again := retry.As(err); !again || asked.After < 59*time.Minute || asked.After > time.Hour {
		t.Errorf("Retry-After with a date: %+v", asked)
	}
}

func TestBrokenConnections(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	refused := newSet(t, httpconn.Config{BaseURL: "http://" + closed.Addr().String()})
	nowhere := newSet(t, httpconn.Config{BaseURL: "http://nowhere.invalid"})
	cut := open(t, httpconn.Config{}, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	half := open(t, httpconn.Config{}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "half")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	slow := open(t, httpconn.Config{Timeout: 20 * time.Millisecond}, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	secure := httptest.NewTLSServer(http.HandlerFunc(echo))
	t.Cleanup(secure.Close)
	untrusted := newSet(t, httpconn.Config{BaseURL: secure.URL})
	for _, tt := range []struct {
		name           string
		set            *connector.Set
		method         string
		again, timeout bool
	}{
		{"refused", refused, "post", true, false},
		{"no such host", nowhere, "post", true, false},
		{"cut", cut, "post", false, true},
		{"cut", cut, "get", true, false},
		{"half", half, "post", false, true},
		{"half", half, "get", true, false},
		{"slow", slow, "put", false, true},
		{"slow", slow, "get", true, false},
		{"untrusted", untrusted, "get", false, false},
	} {
		_, err := do(t, tt.set, tt.method, `{"path":"/x"}`)
		_, again := retry.As(err)
		if err == nil || again != tt.again || !again && connector.IsTimeout(err) != tt.timeout {
			t.Errorf("%s %s: %v (retry %v, timeout %v)", tt.method, tt.name, err, again, connector.IsTimeout(err))
		}
	}
	_, err = do(t, cut, "request", `{"method":"HEAD","path":"/x"}`)
	if _, again := retry.As(err); !again {
		t.Errorf("request with HEAD: %v, want a wish for a retry", err)
	}
}

// A kept connection that breaks makes net/http repeat a request with an
// idempotency key by itself. Whether a call is repeated is decided elsewhere.
func TestCallsAreSentOnce(t *testing.T) {
	t.Parallel()
	for _, args := range []string{`{"path":"/x"}`, `{"path":"/x","body":1}`} {
		var seen atomic.Int32
		s := open(t, httpconn.Config{}, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/x" {
				seen.Add(1)
				panic(http.ErrAbortHandler)
			}
		})
		if _, err := do(t, s, "get", `{"path":"/warm"}`); err != nil {
			t.Fatal(err)
		}
		if _, err := do(t, s, "post", args); !connector.IsTimeout(err) {
			t.Errorf("post = %v, want a timeout", err)
		}
		if n := seen.Load(); n != 1 {
			t.Errorf("post(%s) was sent %d times", args, n)
		}
	}
}

func TestNewRefusesConfig(t *testing.T) {
	t.Parallel()
	for _, cfg := range []httpconn.Config{
		{}, {BaseURL: "example.com"}, {BaseURL: "ftp://x"}, {BaseURL: "http://"}, {BaseURL: "http://x/#f"}, {BaseURL: "http://x\n"},
		{BaseURL: "http://x", Timeout: -1}, {BaseURL: "http://x", MaxResponseBytes: -1},
	} {
		if _, err := httpconn.New(cfg); err == nil {
			t.Errorf("New(%+v) took it", cfg)
		}
	}
}
