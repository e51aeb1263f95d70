package worker

import (
	"testing"

	"github.com/reprise-run/reprise/pkg/sandbox/sandboxtest"
)

func TestLanguage(t *testing.T) {
	t.Parallel()
	sandboxtest.Language(t, pool(t, Config{}))
}

func TestErrorsLetNothingOutOfTheEngine(t *testing.T) {
	t.Parallel()
	sandboxtest.Errors(t, pool(t, Config{Size: 4}))
}
