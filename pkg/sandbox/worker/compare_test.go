package worker

import (
	"github.com/google/go-cmp/cmp"

	"github.com/reprise-run/reprise/pkg/sandbox"
)

func withInput(source string) sandbox.Script {
	s := script(source)
	s.Input = raw(`{"a":[1,null,{"__codemode_bigint_v1__":"12"}]}`)
	return s
}

func compare(want, got sandbox.Result) string { return cmp.Diff(want, got) }

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
