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
type schemas struct{ byText sync.Map } // text -> func() (*jsonschema.Schema, error)

// check validates the argument of a call; no argument counts as an empty object.
func (s *schemas) check(text, args json.RawMessage) error {
	if text == nil {
		return nil
	}
	once, ok := s.byText.Load(string(text))
	if !ok {
		once, _ = s.byText.LoadOrStore(string(text), sync.OnceValues(func() (*jsonschema.Schema, error) { return compile(text) }))
	}
	schema, err := once.(func() (*jsonschema.Schema, error))()
	if err != nil {
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
