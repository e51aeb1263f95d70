package engine

import (
	"errors"
	"fmt"
	"testing"

	"github.com/reprise-run/reprise/pkg/retry"
)

// A wish for a retry is known from its arrival until it is taken, whatever is around it.
func TestFlightKnowsOfAWishForARetry(t *testing.T) {
	t.Parallel()
	f := flight{arrived: make(chan struct{}, 1)}
	wish := fmt.Errorf("busy: %w", &retry.Error{Err: errors.New("later")})
	for _, err := range []error{nil, wish, errors.New("no"), wish} {
		f.add(arrival{err: err})
	}
	for i, want := range []bool{true, true, true, true, false} {
		if got := f.retryAsked(); got != want {
			t.Errorf("after %d are taken retryAsked = %v, want %v", i, got, want)
		}
		f.take()
	}
	if f.retryAsked() {
		t.Error("retryAsked with nothing there")
	}
}
