package connector

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// CheckSchema returns [ErrBadSchema], with the reason, unless text is nil or a
// JSON Schema. References to other documents are refused: nothing is loaded.
func CheckSchema(text json.RawMessage) error {
	if text == nil {
		return nil
	}
	_, err := compile(text)
	return err
}

func compile(text json.RawMessage) (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%w: not JSON: %w", ErrBadSchema, err)
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(noLoader{})
	const url = "schema:///root"
	if err := c.AddResource(url, doc); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadSchema, err)
	}
	schema, err := c.Compile(url)
	if bad, ok := errors.AsType[*jsonschema.SchemaValidationError](err); ok {
		err = bad.Err
	}
	if invalid, ok := errors.AsType[*jsonschema.ValidationError](err); ok {
		err = errors.New(problems(invalid))
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadSchema, err)
	}
	return schema, nil
}

// noLoader refuses to load what a schema refers to: the default would read files.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s is outside the schema", url)
}

// schemas compiles each schema text once. It is safe for concurrent use.
type schemas struct{ byText sync.Map } // text -> func() (checker, error)

// checker is a compiled schema; nil accepts everything.
type checker = *jsonschema.Schema

// checker returns the compiled schema of a text.
func (s *schemas) checker(text json.RawMessage) (checker, error) {
	once, ok := s.byText.Load(string(text))
	if !ok {
		once, _ = s.byText.LoadOrStore(string(text), sync.OnceValues(func() (checker, error) {
			if acceptsAll(text) {
				return nil, nil
			}
			return compile(text)
		}))
	}
	return once.(func() (checker, error))()
}

// acceptsAll reports whether a schema says nothing but annotations: then arguments
// need not be read at all.
func acceptsAll(text json.RawMessage) bool {
	var fields map[string]json.RawMessage
	if json.Unmarshal(text, &fields) != nil || fields == nil {
		return false
	}
	for name := range fields {
		switch name {
		case "description", "title", "examples", "default", "$comment":
		default:
			return false
		}
	}
	return true
}

// check validates the argument of a call; no argument counts as an empty object.
func (s *schemas) check(text, args json.RawMessage) error {
	if text == nil {
		return nil
	}
	schema, err := s.checker(text)
	if err != nil || schema == nil {
		return err
	}
	if len(args) == 0 {
		args = json.RawMessage("{}")
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(args))
	if err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	err = schema.Validate(doc)
	if invalid, ok := errors.AsType[*jsonschema.ValidationError](err); ok {
		return errors.New(problems(invalid))
	}
	return err
}

// problems says in one line what is wrong where, at most five times.
func problems(e *jsonschema.ValidationError) string {
	printer := message.NewPrinter(language.English)
	var all []string
	var walk func(*jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		for _, cause := range e.Causes {
			walk(cause)
		}
		if len(e.Causes) > 0 {
			return
		}
		text := e.ErrorKind.LocalizedString(printer)
		if len(e.InstanceLocation) > 0 {
			text = strings.Join(e.InstanceLocation, ".") + ": " + text
		}
		all = append(all, text)
	}
	walk(e)
	if len(all) > 5 {
		all = append(all[:5], "…")
	}
	return strings.Join(all, "; ")
}
