package natsconn

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/micro"

	"github.com/reprise-run/reprise/pkg/connector"
)

// catalogue is what a service offers.
type catalogue struct {
	description connector.Description
	endpoints   map[string]endpoint
}

// endpoint is where a method, and what undoes it, is found.
type endpoint struct {
	subject string
	revert  string // subject; empty: cannot be undone
}

// problem says why an endpoint is left out.
type problem struct {
	endpoint string
	err      error
}

// merge makes one catalogue of all instances of a service: the newest version
// describes what several offer, and a gate of any instance holds.
func merge(infos []micro.Info) (catalogue, []problem) {
	newestFirst(infos)
	k := catalogue{endpoints: map[string]endpoint{}}
	if len(infos) > 0 {
		k.description.Instructions = strings.Trim(infos[0].Description+"\n\n"+infos[0].Metadata["instructions"], "\n")
	}
	var problems []problem
	offered := union(infos)
	for _, name := range slices.SortedFunc(maps.Keys(offered), func(a, b string) int { return cmp.Compare(offered[a].order, offered[b].order) }) {
		o := offered[name]
		m, err := method(o.EndpointInfo, o.gated)
		if err == nil && o.ambiguous {
			err = errors.New("the service has two endpoints of this name")
		}
		undo := o.Metadata["revert"]
		if _, ok := offered[undo]; err == nil && undo != "" && !ok {
			err = fmt.Errorf("revert: there is no endpoint %q", undo)
		}
		if err != nil {
			problems = append(problems, problem{name, err})
			continue
		}
		k.description.Methods = append(k.description.Methods, m)
		k.endpoints[name] = endpoint{subject: o.Subject, revert: offered[undo].Subject}
	}
	return k, problems
}

// offer is an endpoint as the newest instance that has it describes it.
type offer struct {
	micro.EndpointInfo
	order     int
	gated     bool // some instance says so
	ambiguous bool // that instance has another endpoint of this name
}

func union(infos []micro.Info) map[string]offer {
	all := map[string]offer{}
	for _, info := range infos {
		here := map[string]bool{}
		for _, e := range info.Endpoints {
			o, known := all[e.Name]
			if !known {
				o = offer{EndpointInfo: e, order: len(all)}
			}
			gated, _ := strconv.ParseBool(e.Metadata["requires_approval"]) // method reports what is no boolean
			o.gated = o.gated || gated
			o.ambiguous = o.ambiguous || here[e.Name]
			all[e.Name], here[e.Name] = o, true
		}
	}
	return all
}

// method reads the metadata of an endpoint.
func method(e micro.EndpointInfo, gated bool) (connector.Method, error) {
	m := connector.Method{
		Name: e.Name, Description: e.Metadata["description"],
		Input: text(e.Metadata["input_schema"]), Output: text(e.Metadata["output_schema"]),
		OnUnknown: connector.OnUnknown(e.Metadata["on_unknown"]), Reverts: e.Metadata["revert"] != "",
	}
	var ms int64
	if err := errors.Join(
		flag(e, "requires_approval", &m.RequiresApproval),
		flag(e, "read_only", &m.ReadOnly),
		word(e, "replay", "reexecute", &m.Reexecute),
		word(e, "resolution", "client", &m.Client),
		milliseconds(e, "timeout_ms", &ms),
	); err != nil {
		return m, err
	}
	m.RequiresApproval = gated
	m.Timeout = time.Duration(ms) * time.Millisecond
	return m, m.Check()
}

func text(s string) json.RawMessage {
	if s == "" {
		return nil
	}
	return json.RawMessage(s)
}

func flag(e micro.EndpointInfo, key string, to *bool) error {
	s := e.Metadata[key]
	if s == "" {
		return nil
	}
	b, err := strconv.ParseBool(s)
	if err != nil {
		return fmt.Errorf("%s: %q is neither true nor false", key, s)
	}
	*to = b
	return nil
}

// word reads a key that has one meaningful value.
func word(e micro.EndpointInfo, key, value string, to *bool) error {
	switch s := e.Metadata[key]; s {
	case "":
	case value:
		*to = true
	default:
		return fmt.Errorf("%s: %q is not %q", key, s, value)
	}
	return nil
}

func milliseconds(e micro.EndpointInfo, key string, to *int64) error {
	s := e.Metadata[key]
	if s == "" {
		return nil
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 1 {
		return fmt.Errorf("%s: %q is not a positive number of milliseconds", key, s)
	}
	*to = n
	return nil
}

// newestFirst sorts the instances of a service.
func newestFirst(infos []micro.Info) {
	slices.SortFunc(infos, func(a, b micro.Info) int {
		return cmp.Or(compareVersions(b.Version, a.Version), cmp.Compare(a.ID, b.ID))
	})
}

// compareVersions orders semantic versions by their three numbers.
func compareVersions(a, b string) int {
	return slices.Compare(numbers(a), numbers(b))
}

func numbers(version string) []int {
	core, _, _ := strings.Cut(version, "-")
	var all []int
	for part := range strings.SplitSeq(core, ".") {
		n, _ := strconv.Atoi(part) // the micro API admits only numbers
		all = append(all, n)
	}
	return all
}
