package config_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/micro"

	"github.com/reprise-run/reprise/internal/natstest"
	"github.com/reprise-run/reprise/pkg/connector"
	"github.com/reprise-run/reprise/pkg/connector/config"
)

func env(name string) string {
	return map[string]string{"TOKEN": "s3cret-t0ken", "PIN": "12", "URL": "http://127.0.0.1:1", "BROKEN": "s3cret://t0ken\n"}[name]
}

func TestWithoutAFileThereIsDemo(t *testing.T) {
	t.Parallel()
	set, err := config.Load("", env, config.Deps{})
	if err != nil || !slices.Equal(set.Names(), []string{"demo"}) {
		t.Fatalf("Load = %v, %v", set.Names(), err)
	}
	if got, err := set.Execute(t.Context(), "demo", connector.Call{Method: "echo", Args: json.RawMessage(`1`)}); err != nil || string(got) != `1` {
		t.Errorf("echo = %s, %v", got, err)
	}
}

func TestExampleLoads(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "..", "examples", "connectors.yaml")
	if set, err := config.Load(path, env, config.Deps{}); err != nil || !slices.Equal(set.Names(), []string{"demo"}) {
		t.Fatalf("Load: %v", err)
	}
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// With its comments taken away the example must be right, too.
	lines := strings.Split(string(src), "\n")
	for i, line := range lines {
		if body, ok := strings.CutPrefix(line, "  # "); ok && !strings.HasPrefix(body, "HTTP") && !strings.HasPrefix(body, "${NAME}") && !strings.HasPrefix(body, "A NATS") {
			lines[i] = "  " + body
		}
	}
	nc := natstest.Run(t).Conn()
	set, err := config.Parse("example", []byte(strings.Join(lines, "\n")), func(string) string { return "s3cret" }, config.Deps{Conn: nc})
	if err != nil || !slices.Equal(set.Names(), []string{"demo", "items", "weather"}) {
		t.Fatalf("uncommented: %v", err)
	}
	if m, err := set.Lookup("weather", "delete"); err != nil || !m.RequiresApproval || m.Timeout != 10*time.Second {
		t.Errorf("weather.delete = %+v, %v", m, err)
	}
}

func TestAllSettingsArrive(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer s3cret-t0ken" && r.Header.Get("X-Plain") == "${TOKEN}" && r.Header.Get("X-Number") == "7" {
			fmt.Fprintf(w, "%s says %s", r.URL.Path, r.Header.Get("Authorization"))
			return
		}
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, strings.Join(r.Header["Authorization"], ""))
	}))
	t.Cleanup(srv.Close)
	set, err := config.Parse("c.yaml", []byte(`
connectors:
  api:
    http: {baseURL: "`+srv.URL+`/v1", headers: {Authorization: "Bearer ${TOKEN}", X-Plain: "$${TOKEN}", X-Number: 7}, timeoutMs: 1500, maxResponseBytes: 100}
    instructions: |
      Be kind.
    methods:
      post:
        description: Make one.
        inputSchema: {type: object, required: [path]}
        outputSchema: {type: object}
        requiresApproval: true
        readOnly: false
        onUnknown: ask
        timeoutMs: 20
        revert: delete
      get: {replay: reexecute}
      put: {resolution: client}
`), env, config.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := set.Lookup("api", "post")
	if err != nil || m.Description != "Make one." || string(m.Input) != `{"required":["path"],"type":"object"}` || m.Output == nil ||
		!m.RequiresApproval || m.ReadOnly || m.OnUnknown != connector.OnUnknownAsk || m.Timeout != 20*time.Millisecond || !m.Reverts {
		t.Errorf("post = %+v, %v", m, err)
	}
	get, err := set.Lookup("api", "get")
	if err != nil || !get.Reexecute || get.Timeout != 1500*time.Millisecond {
		t.Errorf("get = %+v, %v", get, err)
	}
	if put, err := set.Lookup("api", "put"); err != nil || !put.Client {
		t.Errorf("put = %+v, %v", put, err)
	}
	if d, err := set.Describe("api"); err != nil || !strings.HasSuffix(d.Instructions, "\n\nBe kind.") {
		t.Errorf("instructions %q, %v", d.Instructions, err)
	}
	got, err := set.Execute(t.Context(), "api", connector.Call{Method: "get", Args: json.RawMessage(`{"path":"/x"}`)})
	if err != nil || !strings.Contains(string(got), `"/v1/x says Bearer [redacted]"`) {
		t.Errorf("get = %s, %v", got, err)
	}
	if got := string(set.Redact([]byte("t s3cret-t0ken 12"))); got != "t [redacted] 12" {
		t.Errorf("Redact = %s", got)
	}
}

func TestNATSService(t *testing.T) {
	t.Parallel()
	nc := natstest.Run(t).Conn()
	s, err := micro.AddService(nc, micro.Config{Name: "items", Version: "1.0.0"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddEndpoint("create", micro.HandlerFunc(func(r micro.Request) { _ = r.Respond(r.Data()) })); err != nil {
		t.Fatal(err)
	}
	set, err := config.Parse("c.yaml", []byte("connectors:\n  things: {nats: {service: items}, methods: {create: {requiresApproval: true}}}\n"), env, config.Deps{Conn: nc})
	if err != nil {
		t.Fatal(err)
	}
	if m, err := set.Lookup("things", "create"); err != nil || !m.RequiresApproval {
		t.Errorf("create = %+v, %v", m, err)
	}
	_, err = config.Parse("c.yaml", []byte("connectors:\n  things: {nats: {service: items}, methods: {creat: {requiresApproval: true}}}\n"), env, config.Deps{Conn: nc})
	if !errors.Is(err, config.ErrInvalid) || !strings.Contains(err.Error(), `c.yaml:2:3: connectors.things: `) || !strings.Contains(err.Error(), `did you mean "create"?`) {
		t.Errorf("misspelt override of a running service: %v", err)
	}
}

func TestProblemsHaveAPlace(t *testing.T) {
	t.Parallel()
	in := func(body string) string { return "connectors:\n  x: " + body + "\n" }
	for src, want := range map[string]string{
		"connectors: [":                       "c.yaml:1:13: ",
		"connectors:\n  a: {demo: }\n  a: {}": `c.yaml:3:3: mapping key "a" already defined`,
		"conectors: {}":                       `c.yaml:1:1: unknown key "conectors"; the keys are connectors`,
		"[]":                                  "must be a mapping, not a list",
		"connectors: 7":                       "c.yaml:1:1: connectors: must be a mapping, not a number",
		"a: 1\n---\nb: 1":                     "more than one document",
		"connectors:\n  Promise: {demo: {}}":  `c.yaml:2:3: connectors.Promise: not a connector name: connector name "Promise" is reserved`,
		"connectors:\n  a-b: {demo: {}}":      `connector name "a-b" is invalid`,
		in("{}"):                              "c.yaml:2:3: connectors.x: has no kind; the kinds are demo, http, nats, openapi, mcp",
		in("{demo: {}, nats: {service: a}}"):  "connectors.x: is of more than one kind: demo, nats",
		in("{dmo: {}}"):                       `c.yaml:2:7: connectors.x: unknown key "dmo"; the keys are demo, http, nats, openapi, mcp, instructions, methods`,
		in("{demo: {a: 1}}"):                  `connectors.x.demo: unknown key "a"`,
		in("{openapi: {spec: s.yaml}}"):       "c.yaml:2:7: connectors.x.openapi: connectors of kind openapi are not available in this version",
		in("{mcp: {url: u}}"):                 "connectors of kind mcp are not available in this version",
		in("{http: {baseUrl: u}}"):            `c.yaml:2:14: connectors.x.http: unknown key "baseUrl"; the keys are baseURL, headers, timeoutMs, maxResponseBytes`,
		in("{http: {}}"):                      "connectors.x.http: baseURL: must start with http:// or https://",
		in("{http: {baseURL: [a]}}"):          "connectors.x.http.baseURL: must be a string, not a list",
		in("{http: {baseURL: '${URL}', headers: {A: '${NOPE}'}}}"):              "c.yaml:2:43: connectors.x.http.headers.A: the environment variable NOPE is not set",
		in("{http: {baseURL: '${URL}', headers: {A: '${BAD NAME}'}}}"):          `"${BAD NAME}" is not ${NAME}`,
		in("{http: {baseURL: '${URL}', headers: {A: '${TOKEN'}}}"):              `"${TOKEN" is not ${NAME}`,
		in("{http: {baseURL: '${BROKEN}'}}"):                                    "connectors.x.http: baseURL: is not a URL",
		in("{http: {baseURL: '${URL}', timeoutMs: 1.5}}"):                       "connectors.x.http.timeoutMs: must be a whole number, not a number",
		in("{http: {baseURL: '${URL}', timeoutMs: 0}}"):                         "connectors.x.http.timeoutMs: must be at least 1",
		in("{http: {baseURL: '${URL}', timeoutMs: '${PIN}'}}"):                  "connectors.x.http.timeoutMs: must be a whole number, not a string",
		in("{nats: {service: items}}"):                                          "connectors.x.nats: conn: there is no connection to a NATS server",
		in("{nats: {service: a.b}}"):                                            `"a.b" is not the name of a micro service`,
		in("{nats: {}}"):                                                        "connectors.x.nats: ",
		in("{demo: {}, methods: {ech: {readOnly: true}}}"):                      `c.yaml:2:3: connectors.x: connector "x": methods.ech: Method "ech" not found on x; did you mean "echo"?`,
		in("{demo: {}, methods: {echo: {readonly: true}}}"):                     `connectors.x.methods.echo: unknown key "readonly"; the keys are description,`,
		in("{demo: {}, methods: {echo: {readOnly: yes}}}"):                      "connectors.x.methods.echo.readOnly: must be true or false, not a string",
		in("{demo: {}, methods: {echo: {replay: never}}}"):                      "connectors.x.methods.echo.replay: must be reexecute",
		in("{demo: {}, methods: {echo: {onUnknown: cry}}}"):                     "onUnknown: must be reexecute, fail, ask",
		in("{demo: {}, methods: {echo: {inputSchema: {type: thing}}}}"):         "c.yaml:2:34: connectors.x.methods.echo.inputSchema: bad JSON Schema: type: value must be one of",
		in("{demo: {}, methods: {counter: {requiresApproval: true}}}"):          "requiresApproval and replay: reexecute cannot be combined",
		in("{demo: {}, methods: {echo: {timeoutMs: 99999999999999999999}}}"):    "timeoutMs: must be",
		in("{demo: {}, instructions: {a: 1}}"):                                  "connectors.x.instructions: must be a string, not a mapping",
		"connectors:\n  x: &a {demo: {}}\n  y: *a":                              "c.yaml:2:3: connectors.x: anchors, aliases and tags are not read",
		"connectors:\n  <<: {demo: {}}":                                         "merge keys are not read",
		"connectors:\n  x: {dmo: {}}\n  y: {http: {}}\n  z: {demo: {}, a: 1}\n": "c.yaml:4:17: connectors.z: unknown key \"a\"",
	} {
		_, err := config.Parse("c.yaml", []byte(src), env, config.Deps{})
		if !errors.Is(err, config.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\n got %v\nwant %s", src, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "t0ken") {
			t.Errorf("%q: the error repeats a secret: %v", src, err)
		}
	}
}

func TestEmptyFilesHaveNoConnectors(t *testing.T) {
	t.Parallel()
	for _, src := range []string{"", "# only a comment\n", "connectors:\n", "connectors: {}\n"} {
		var log bytes.Buffer
		set, err := config.Parse("c.yaml", []byte(src), env, config.Deps{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil || len(set.Names()) != 0 {
			t.Errorf("%q: %v", src, err)
		}
		if !strings.Contains(log.String(), "configures no connectors") || !strings.Contains(log.String(), "c.yaml") {
			t.Errorf("%q: log %q, want it to say so", src, log.String())
		}
	}
}

func TestMissingFile(t *testing.T) {
	t.Parallel()
	if _, err := config.Load(filepath.Join(t.TempDir(), "none.yaml"), env, config.Deps{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Load = %v", err)
	}
}

func FuzzParseNeverPanics(f *testing.F) {
	f.Add([]byte("connectors:\n  x: {http: {baseURL: '${URL}', headers: {A: [1]}}, methods: {get: {timeoutMs: 0x10}}}\n"))
	f.Fuzz(func(_ *testing.T, src []byte) {
		_, _ = config.Parse("c.yaml", src, env, config.Deps{})
	})
}
