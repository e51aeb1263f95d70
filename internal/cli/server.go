package cli

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/spf13/pflag"
)

// Server says which server to talk to, and as whom.
type Server struct {
	URLs     string // comma-separated
	Creds    string // file
	NKey     string // file with the seed
	User     string
	Password string
	Token    string
	TLSCert  string // file
	TLSKey   string // file
	TLSCA    string // file
	Context  string // name of a NATS context, or the absolute path of its file

	Domain      string // of JetStream
	InboxPrefix string
}

// setting is one of the fields with its flag and its variable.
type setting struct {
	field           *string
	name, short     string
	env, usage      string
	secret, address bool
}

func (s *Server) settings() []setting {
	return []setting{
		{field: &s.URLs, name: "server", short: "s", env: "NATS_URL", usage: "NATS server `URLS`, comma-separated", address: true},
		{field: &s.Creds, name: "creds", env: "NATS_CREDS", usage: "credentials `FILE`"},
		{field: &s.NKey, name: "nkey", env: "NATS_NKEY", usage: "`FILE` with the seed of an NKey"},
		{field: &s.User, name: "user", env: "NATS_USER", usage: "user `NAME`, or a token when there is no password"},
		{field: &s.Password, name: "password", env: "NATS_PASSWORD", usage: "`PASSWORD` of the user", secret: true},
		{field: &s.Token, name: "token", env: "NATS_TOKEN", usage: "`TOKEN` in place of a user", secret: true},
		{field: &s.TLSCert, name: "tlscert", env: "NATS_CERT", usage: "client certificate `FILE`"},
		{field: &s.TLSKey, name: "tlskey", env: "NATS_KEY", usage: "`FILE` with the key of the client certificate"},
		{field: &s.TLSCA, name: "tlsca", env: "NATS_CA", usage: "`FILE` with the certificate authority of the server"},
		{field: &s.Context, name: "context", env: "NATS_CONTEXT", usage: "NATS context `NAME`, as the nats command keeps them", address: true},
		{field: &s.Domain, name: "js-domain", env: "NATS_JS_DOMAIN", usage: "JetStream domain `NAME`"},
		{field: &s.InboxPrefix, name: "inbox-prefix", env: "NATS_INBOX_PREFIX", usage: "`PREFIX` of the inboxes, for servers that keep users apart by it"},
	}
}

// AddFlags defines the connection flags. The values are there once the flags are
// parsed and [Server.Complete] was called.
func (s *Server) AddFlags(flags *pflag.FlagSet) {
	for _, set := range s.settings() {
		flags.StringVarP(set.field, set.name, set.short, "", fmt.Sprintf("%s ($%s)", set.usage, set.env))
	}
}

// Complete fills what no flag gave from the environment, and checks that it makes sense.
func (s *Server) Complete(env func(string) string) error {
	for _, set := range s.settings() {
		*set.field = cmp.Or(*set.field, env(set.env))
	}
	var errs []error
	if (s.TLSCert == "") != (s.TLSKey == "") {
		errs = append(errs, errors.New("--tlscert and --tlskey belong together"))
	}
	if s.Password != "" && s.User == "" {
		errs = append(errs, errors.New("--password needs --user"))
	}
	return errors.Join(errs...)
}

// Given reports whether a server was named: by flag, environment or context.
func (s *Server) Given() bool {
	for _, set := range s.settings() {
		if set.address && *set.field != "" {
			return true
		}
	}
	return false
}

// Embed forgets a server that only the environment names: who asks for an embedded one
// means that. It returns the flag that names another one all the same; empty: none.
func (s *Server) Embed(changed func(flag string) bool) (conflict string) {
	for _, set := range s.settings() {
		switch {
		case !set.address || *set.field == "":
		case changed(set.name):
			return "--" + set.name
		default:
			*set.field = ""
		}
	}
	return ""
}

// Masked returns name and value of everything that is set, secrets as "********".
func (s *Server) Masked() [][2]string {
	var all [][2]string
	for _, set := range s.settings() {
		switch {
		case *set.field == "":
		case set.secret:
			all = append(all, [2]string{set.name, "********"})
		case set.address:
			all = append(all, [2]string{set.name, maskURLs(*set.field)})
		default:
			all = append(all, [2]string{set.name, *set.field})
		}
	}
	return all
}
