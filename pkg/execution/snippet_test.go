package execution

import (
	"errors"
	"strings"
	"testing"
)

func TestCheckSnippetName(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"a", "pay-out_2", "2nd", "_x", strings.Repeat("n", 100)} {
		if err := CheckSnippetName(good); err != nil {
			t.Errorf("CheckSnippetName(%q) = %v", good, err)
		}
	}
	for _, bad := range []string{"", "a.b", "-a", "a b", "ä", "*", "a>", "a\n", strings.Repeat("n", 101)} {
		if err := CheckSnippetName(bad); !errors.Is(err, ErrBadSnippetName) {
			t.Errorf("CheckSnippetName(%q) = %v, want ErrBadSnippetName", bad, err)
		}
	}
}
