package execution

import (
	"fmt"
	"strings"
)

// Rollback is the undoing of what an execution did.
type Rollback struct {
	Done     bool           `json:"done"`             // false: it is still at work
	Reverted int            `json:"reverted"`         // how many calls were undone
	Failed   []FailedRevert `json:"failed,omitempty"` // the first of those that could not be
	Error    string         `json:"error,omitempty"`  // says how many, and why
	As       string         `json:"as,omitempty"`     // who asked for it
}

// FailedRevert is a call that could not be undone. It stays applied.
type FailedRevert struct {
	Seq       int    `json:"seq"`
	Connector string `json:"connector"`
	Method    string `json:"method"`
	Message   string `json:"message"`
}

// Problem says what could not be undone; empty when all was. failed is the number of
// calls, of which Failed may list the first ones alone.
func (r Rollback) Problem(failed int) string {
	if failed == 0 {
		return ""
	}
	var why []string
	for _, f := range r.Failed {
		why = append(why, f.Connector+"."+f.Method+": "+f.Message)
	}
	if more := failed - len(r.Failed); more > 0 {
		why = append(why, fmt.Sprintf("%d more", more))
	}
	return fmt.Sprintf("rollback: %d reverted, %d failed: %s", r.Reverted, failed, strings.Join(why, "; "))
}
