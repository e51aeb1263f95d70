package journal_test

import (
	"testing"

	"github.com/reprise-run/reprise/pkg/journal"
	"github.com/reprise-run/reprise/pkg/journal/journaltest"
)

func TestMem(t *testing.T) {
	t.Parallel()
	m := journal.NewMem()
	journaltest.Run(t, func(*testing.T) journal.Store { return m })
}
