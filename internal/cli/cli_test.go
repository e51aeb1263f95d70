package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/spf13/pflag"

	"github.com/reprise-run/reprise/internal/natstest"
)

func TestReportSaysWhatAndWhatToDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
		code int
	}{
		{nil, "", OK},
		{errors.New("boom"), "p: boom\n", Failed},
		{Misuse("--x: bad"), "p: --x: bad\n", Usage},
		{fmt.Errorf("outer: %w", Fail(Unreachable, "do that", errors.New("gone"))), "p: outer: gone\nhint: do that\n", Unreachable},
		{errors.New("a\x1b[2Jb\nc"), "p: a\\x1b[2Jb\nc\n", Failed},
	} {
		var b bytes.Buffer
		if got := Report(&b, "p", c.err); got != c.code || b.String() != c.want {
			t.Errorf("Report(%v) = %d %q, want %d %q", c.err, got, b.String(), c.code, c.want)
		}
	}
}

func TestCleanShowsWhatATerminalWouldObey(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain ünïcode 界":  "plain ünïcode 界",
		"\x1b]0;t\x07":     `\x1b]0;t\x07`,
		"a\u009b2J":        `a\x9b2J`,
		"a\u202eb\u2066c":  `a\u202eb\u2066c`,
		"a\xffb":           "a\uFFFDb",
		"a\r\nb\tc\u2028d": `a b c\u2028d`,
	} {
		if got := Line(in); got != want {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
	}
	if got, want := Clean("a\n\tb\r"), "a\n\tb\\x0d"; got != want {
		t.Errorf("Clean = %q, want %q", got, want)
	}
}

func TestShownIsBounded(t *testing.T) {
	t.Parallel()
	if got, want := Shown("a\x1bb"), `a\x1bb`; got != want {
		t.Errorf("Shown = %q, want %q", got, want)
	}
	const n = 3 << 20
	got := Shown("x" + strings.Repeat("界", n))
	if len(got) > mostShown+100 || !utf8.ValidString(got) || !strings.HasSuffix(got, fmt.Sprintf("界… (%d bytes more)", 1+3*n-mostShown)) {
		t.Errorf("Shown of %d bytes has %d and ends with %q", 3*n, len(got), got[len(got)-40:])
	}
	var b bytes.Buffer
	Report(&b, "p", errors.New(strings.Repeat("x", n)))
	if b.Len() > mostShown+100 {
		t.Errorf("Report prints %d bytes", b.Len())
	}
}

// parse returns the server that arguments and environment name.
func parse(t *testing.T, env map[string]string, args ...string) (Server, error) {
	t.Helper()
	var s Server
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	s.AddFlags(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatalf("parse %q: %v", args, err)
	}
	return s, s.Complete(func(name string) string { return env[name] })
}

func TestFlagsWinOverTheEnvironment(t *testing.T) {
	t.Parallel()
	env := map[string]string{"NATS_URL": "nats://env", "NATS_CREDS": "env.creds", "NATS_CA": "ca.pem"}
	s, err := parse(t, env, "-s", "nats://flag", "--js-domain", "d")
	if err != nil || s.URLs != "nats://flag" || s.Creds != "env.creds" || s.TLSCA != "ca.pem" || s.Domain != "d" || !s.Given() {
		t.Errorf("server = %+v, %v", s, err)
	}
	if s, err := parse(t, nil, "--creds", "x"); err != nil || s.Given() {
		t.Errorf("credentials alone name a server: %+v, %v", s, err)
	}
	if s, err := parse(t, map[string]string{"NATS_CONTEXT": "c"}); err != nil || !s.Given() {
		t.Errorf("a context names no server: %+v, %v", s, err)
	}
	for _, args := range [][]string{{"--tlskey", "k"}, {"--tlscert", "c"}, {"--password", "p"}} {
		if _, err := parse(t, nil, args...); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
}

func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	s, err := parse(t, nil, "-s", "nats://u:hunter2@a:1, nats://token3@b", "--user", "u", "--password", "hunter1", "--token", "hunter0")
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	got := fmt.Sprint(s.Masked(), s.where())
	if strings.Contains(got, "hunter") || strings.Contains(got, "token3") || !strings.Contains(got, "a:1") {
		t.Errorf("Masked = %s", got)
	}
}

func TestConnectByContext(t *testing.T) {
	t.Parallel()
	srv := natstest.Run(t)
	file := filepath.Join(t.TempDir(), "c.json")
	body, err := json.Marshal(map[string]string{"url": srv.URL(), "jetstream_domain": "hub"})
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatalf("write context: %v", err)
	}
	s := Server{Context: file}
	l, err := s.Connect(t.Context(), "test", natstest.StartWait)
	if err != nil || l.Domain != "hub" || !l.IsConnected() {
		t.Fatalf("Connect = %+v, %v", l, err)
	}
	l.Close()
	s.URLs, s.Domain = "nats://127.0.0.1:1", "mine" // the flag wins
	if _, err := s.Connect(t.Context(), "test", time.Second); Status(err) != Unreachable {
		t.Errorf("Connect = %v, want status %d", err, Unreachable)
	}
}

func TestConnectGivesUp(t *testing.T) {
	t.Parallel()
	s := Server{URLs: "nats://127.0.0.1:1"}
	if _, err := s.Connect(t.Context(), "test", time.Second); Status(err) != Unreachable {
		t.Errorf("Connect = %v, want status %d", err, Unreachable)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Connect(ctx, "test", time.Minute); err == nil {
		t.Error("Connect under an ended context = nil")
	}
	s.NKey = "missing.nk"
	if _, err := s.Connect(t.Context(), "test", time.Second); Status(err) != Usage {
		t.Errorf("Connect with a missing key = %v, want status %d", err, Usage)
	}
}

// Who has an inbox that the server refuses is told what to set, instead of waiting for
// an answer that cannot arrive.
func TestARefusedInboxIsHeard(t *testing.T) {
	t.Parallel()
	srv := natstest.RunWith(t, natstest.Options{Users: []*server.User{{Username: "u", Password: "p", Permissions: &server.Permissions{
		Subscribe: &server.SubjectPermission{Allow: []string{"_INBOX_u.>"}},
	}}}})
	for prefix, want := range map[string]error{"": ErrInbox, "_INBOX_u": nil, "_INBOX_other": ErrInbox} {
		s := Server{URLs: srv.URL(), User: "u", Password: "p", InboxPrefix: prefix}
		l, err := s.Connect(t.Context(), "test", natstest.StartWait)
		if err != nil {
			t.Fatalf("Connect: %v", err)
		}
		defer l.Close()
		ctx, stop := l.UntilDenied(t.Context(), "a.b")
		defer stop()
		_, err = l.RequestWithContext(ctx, "a.b", nil)
		if want == nil {
			if !errors.Is(err, nats.ErrNoResponders) || l.Denied("a.b") != nil {
				t.Errorf("request with inbox prefix %q = %v, denied %v, want no responders", prefix, err, l.Denied("a.b"))
			}
			continue
		}
		if err := l.Denied("a.b"); !errors.Is(err, want) || !errors.Is(err, ErrDenied) || !strings.Contains(context.Cause(ctx).Error(), "--inbox-prefix") {
			t.Errorf("with inbox prefix %q: %v, cause %v, want %v", prefix, err, context.Cause(ctx), want)
		}
	}
}

func TestARefusalIsRememberedAndHeard(t *testing.T) {
	t.Parallel()
	srv := natstest.RunWith(t, natstest.Options{Users: []*server.User{{Username: "u", Password: "p", Permissions: &server.Permissions{
		Publish: &server.SubjectPermission{Deny: []string{"a.b", "c"}},
	}}}})
	s := Server{URLs: srv.URL(), User: "u", Password: "p"}
	l, err := s.Connect(t.Context(), "test", natstest.StartWait)
	if err != nil {
		t.Fatalf("Connect: %v", err)
	}
	defer l.Close()
	ctx, stop := l.UntilDenied(t.Context(), "a.b")
	defer stop()
	for _, subject := range []string{"c", "free", "a.b"} {
		if err := l.Publish(subject, nil); err != nil {
			t.Fatalf("publish: %v", err)
		}
	}
	select {
	case <-ctx.Done():
	case <-time.After(natstest.StartWait):
		t.Fatal("the refusal is not heard")
	}
	if err := context.Cause(ctx); !errors.Is(err, ErrDenied) || !strings.Contains(err.Error(), "a.b") {
		t.Errorf("cause = %v, want ErrDenied", err)
	}
	if l.Denied("c") == nil || l.Denied("free") != nil || l.Denied("a") != nil {
		t.Errorf("Denied: c %v, free %v, a %v", l.Denied("c"), l.Denied("free"), l.Denied("a"))
	}
	// One who asks later is told at once.
	late, stopLate := l.UntilDenied(t.Context(), "c")
	defer stopLate()
	<-late.Done()
}
