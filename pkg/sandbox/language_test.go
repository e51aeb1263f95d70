package sandbox_test

import (
	"testing"

	"github.com/reprise-run/reprise/pkg/sandbox"
	"github.com/reprise-run/reprise/pkg/sandbox/sandboxtest"
)

func TestLanguage(t *testing.T) {
	t.Parallel()
	sandboxtest.Language(t, sandbox.NewInProcess(sandbox.Config{}))
}

func TestErrorsLetNothingOutOfTheEngine(t *testing.T) {
	t.Parallel()
	sandboxtest.Errors(t, sandbox.NewInProcess(sandbox.Config{}))
}
