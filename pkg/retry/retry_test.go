package retry

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestDelayDoublesUpToTheMaximum(t *testing.T) {
	p := Default()
	for try, want := range map[int]time.Duration{
		1: 500 * time.Millisecond, 2: time.Second, 3: 2 * time.Second, 5: 8 * time.Second, 6: 10 * time.Second, 20: 10 * time.Second, 1 << 30: 10 * time.Second,
	} {
		if got := p.Delay(try, nil); got != want {
			t.Errorf("Delay(%d) = %v, want %v", try, got, want)
		}
	}
}

func TestAskedDelayWins(t *testing.T) {
	for asked, want := range map[time.Duration]time.Duration{250 * time.Millisecond: 250 * time.Millisecond, -time.Second: 0, time.Hour: time.Hour, 0: 0} {
		if got := Default().Delay(2, &asked); got != want {
			t.Errorf("Delay(asked %v) = %v, want %v", asked, got, want)
		}
	}
}

func TestRetriesOnlyWhatThePolicyNames(t *testing.T) {
	tests := []struct {
		policy Policy
		kind   string
		try    int
		want   bool
	}{
		{Default(), "retryable", 1, true},
		{Default(), "retryable", 2, true},
		{Default(), "retryable", 3, false},
		{Default(), "timeout", 1, false},
		{Default(), "error", 1, false},
		{Policy{MaxAttempts: 2, On: []string{"timeout"}}, "timeout", 1, true},
		{Policy{MaxAttempts: 2, On: []string{"timeout"}}, "retryable", 1, false},
		{Policy{MaxAttempts: 0, On: []string{"retryable"}}, "retryable", 1, false},
		{Policy{MaxAttempts: 1, On: []string{"retryable"}}, "retryable", 1, false},
	}
	for _, tt := range tests {
		if got := tt.policy.Retries(tt.kind, tt.try); got != tt.want {
			t.Errorf("%+v.Retries(%s, %d) = %v, want %v", tt.policy, tt.kind, tt.try, got, tt.want)
		}
	}
}

func TestErrorSurvivesWrapping(t *testing.T) {
	cause := errors.New("busy")
	err := fmt.Errorf("call items.get: %w", After(0, cause))
	e, ok := As(err)
	if !ok || e.After >= 0 || !errors.Is(err, cause) {
		t.Errorf("As(%v) = %+v, %v", err, e, ok)
	}
	if _, ok := As(cause); ok {
		t.Error("a plain error asked for a retry")
	}
}
