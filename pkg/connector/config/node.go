package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// reader walks the tree of a file and notes the problems that it meets.
type reader struct {
	file     string
	getenv   func(string) string
	deps     Deps
	secrets  []string
	problems []error
}

// value is a node with its place: at is where it is complained about.
type value struct {
	path string
	at   ast.Node
	node ast.Node
}

// parse returns the root of the file; ok is false when there is none to read.
func (r *reader) parse(src []byte) (root value, ok bool) {
	file, err := parser.ParseBytes(src, 0)
	if invalid, is := errors.AsType[yaml.Error](err); is {
		pos := invalid.GetToken().Position
		r.problems = append(r.problems, fmt.Errorf("%s:%d:%d: %s", r.file, pos.Line, pos.Column, invalid.GetMessage()))
		return root, false
	}
	if err != nil {
		r.problems = append(r.problems, fmt.Errorf("%s: %w", r.file, err))
		return root, false
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return root, false
	}
	if len(file.Docs) > 1 {
		r.problem(value{at: file.Docs[1].Body}, "there is more than one document")
	}
	return value{at: file.Docs[0].Body, node: file.Docs[0].Body}, true
}

func (r *reader) problem(v value, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if v.path != "" {
		text = v.path + ": " + text
	}
	if v.at == nil {
		r.problems = append(r.problems, fmt.Errorf("%s: %s", r.file, text))
		return
	}
	pos := v.at.GetToken().Position
	r.problems = append(r.problems, fmt.Errorf("%s:%d:%d: %s", r.file, pos.Line, pos.Column, text))
}

// entry is a key of a mapping with its value.
type entry struct {
	key string
	value
}

// entries returns the entries of a mapping in order; null has none.
func (r *reader) entries(v value) []entry {
	if _, empty := v.node.(*ast.NullNode); empty {
		return nil
	}
	m, ok := v.node.(*ast.MappingNode)
	if !ok {
		r.problem(v, "must be a mapping, not %s", kindOf(v.node))
		return nil
	}
	var all []entry
	for _, e := range m.Values {
		key := e.Key.GetToken().Value
		child := value{path: strings.TrimPrefix(v.path+"."+key, "."), at: e.Key, node: e.Value}
		switch e.Value.(type) {
		case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
			r.problem(child, "anchors, aliases and tags are not read")
			continue
		}
		if e.Key.IsMergeKey() {
			r.problem(child, "merge keys are not read")
			continue
		}
		all = append(all, entry{key, child})
	}
	return all
}

// fields returns the entries of a mapping whose keys are known.
func (r *reader) fields(v value, known ...string) map[string]value {
	all := map[string]value{}
	for _, e := range r.entries(v) {
		if !slices.Contains(known, e.key) {
			r.problem(value{path: v.path, at: e.at}, "unknown key %q; the keys are %s", e.key, strings.Join(known, ", "))
			continue
		}
		all[e.key] = e.value
	}
	return all
}

func kindOf(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode, *ast.LiteralNode:
		return "a string"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	case *ast.BoolNode:
		return "a boolean"
	case *ast.NullNode:
		return "nothing"
	}
	return strings.ToLower(n.Type().String())
}

// text returns a string with its variables replaced; other scalars as written.
func (r *reader) text(v value) string {
	switch n := v.node.(type) {
	case *ast.StringNode:
		return r.expand(v, n.Value)
	case *ast.LiteralNode:
		return r.expand(v, n.Value.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value
	}
	r.problem(v, "must be a string, not %s", kindOf(v.node))
	return ""
}

var (
	variable     = regexp.MustCompile(`\$\$\{|\$\{[^}]*\}?`)
	variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

func (r *reader) expand(v value, s string) string {
	return variable.ReplaceAllStringFunc(s, func(found string) string {
		if found == "$${" {
			return "${"
		}
		name := strings.TrimSuffix(strings.TrimPrefix(found, "${"), "}")
		if !strings.HasSuffix(found, "}") || !variableName.MatchString(name) {
			r.problem(v, "%q is not ${NAME}; write $${ for a plain ${", found)
			return ""
		}
		secret := r.getenv(name)
		if secret == "" {
			r.problem(v, "the environment variable %s is not set", name)
		}
		r.secrets = append(r.secrets, secret)
		return secret
	})
}

func (r *reader) boolean(v value) *bool {
	n, ok := v.node.(*ast.BoolNode)
	if !ok {
		r.problem(v, "must be true or false, not %s", kindOf(v.node))
		return nil
	}
	return &n.Value
}

// integer returns a whole number of at least least.
func (r *reader) integer(v value, least int64) int64 {
	n, ok := v.node.(*ast.IntegerNode)
	if !ok {
		r.problem(v, "must be a whole number, not %s", kindOf(v.node))
		return least
	}
	i := int64(math.MaxInt64)
	switch number := n.Value.(type) {
	case int64:
		i = number
	case uint64:
		i = int64(min(number, math.MaxInt64))
	}
	if i < least {
		r.problem(v, "must be at least %d", least)
	}
	return i
}

// word returns a string that must be one of the choices.
func (r *reader) word(v value, choices ...string) string {
	s := r.text(v)
	if !slices.Contains(choices, s) {
		r.problem(v, "must be %s", strings.Join(choices, ", "))
	}
	return s
}

// json returns the node as JSON.
func (r *reader) json(v value) json.RawMessage {
	var plain any
	if err := yaml.NodeToValue(v.node, &plain); err != nil {
		r.problem(v, "cannot be read: %v", err)
		return nil
	}
	text, err := json.Marshal(plain)
	if err != nil {
		r.problem(v, "has no JSON form: %v", err)
		return nil
	}
	return text
}
