package hazard

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/reprise-run/reprise/pkg/execution"
)

//go:embed testdata
var files embed.FS

// Case is one hostile script.
type Case struct {
	Name    string // group/name
	What    string // what it does
	Want    []Label
	Text    string        // a part of the error's message; empty: any
	Timeout time.Duration // of the pass
	Limits  *execution.Limits
	Retry   *execution.Retry
	Source  string

	// Raw: the source is submitted as it is, not inside of JSON.
	Raw bool

	// Engine: the label is the engine's, not the sandbox's. Cases whose reason is a
	// bound that the engine holds are so without saying it.
	Engine bool
}

// Label is how an execution ended: a status and the reason of its failure. That of
// a completed one has the result.
type Label struct {
	Status execution.Status
	Reason execution.Reason
	Result string
}

func (l Label) String() string {
	if l.Status == execution.Completed {
		return string(l.Status) + " " + l.Result
	}
	return string(l.Status) + " " + string(l.Reason)
}

// Good reports whether a case may get the label.
func (c Case) Good(got Label) bool {
	return slices.ContainsFunc(c.Want, func(want Label) bool {
		return want == got || want.Result == anyResult && got.Status == execution.Completed
	})
}

// anyResult stands for every result.
const anyResult = "*"

// The time that a pass gets when its case names none. What must time out is waited
// for; what must not gets more than a busy machine needs.
const (
	awaitedTimeout = 1500 * time.Millisecond
	ampleTimeout   = 2 * time.Minute
)

// Cases returns all cases, ordered by name.
func Cases() ([]Case, error) {
	names, err := fs.Glob(files, "testdata/*/*.js")
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	var all []Case
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read case: %w", err)
		}
		c, err := parse(string(text))
		if err != nil {
			return nil, fmt.Errorf("parse %s: %w", name, err)
		}
		c.Name = path.Base(path.Dir(name)) + "/" + strings.TrimSuffix(path.Base(name), ".js")
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Case) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// Request returns the submission of the case.
func (c Case) Request() execution.Request {
	return execution.Request{Code: c.Source, TimeoutMs: c.Timeout.Milliseconds(), Limits: c.Limits, Retry: c.Retry}
}
