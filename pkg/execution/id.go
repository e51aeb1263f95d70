package execution

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// ErrBadID is returned when a text is not a ULID.
var ErrBadID = errors.New("not a ULID")

// ErrBadRuntime is returned when a runtime name has a character other than
// letters, digits, "_" and "-", or is empty or longer than 64.
var ErrBadRuntime = errors.New("a runtime name has only letters, digits, \"_\" and \"-\", and at most 64 of them")

// DefaultRuntime is the runtime of those who name none.
const DefaultRuntime = "default"

// ID names an execution: a ULID in upper case. Ids sort by creation time.
type ID string

// NewID returns a fresh id for the time t. It is safe for concurrent use.
func NewID(t time.Time) ID {
	return ID(ulid.MustNew(ulid.Timestamp(t), ulid.DefaultEntropy()).String())
}

// ParseID reads a ULID in either case. It returns [ErrBadID] for anything else.
func ParseID(s string) (ID, error) {
	u, err := ulid.ParseStrict(strings.ToUpper(s))
	if err != nil {
		return "", fmt.Errorf("id %q: %w (26 characters of 0-9 and A-Z without I, L, O and U)", clip(s, 64), ErrBadID)
	}
	return ID(u.String()), nil
}

// DeriveID returns the id of a message that came without one. stamp and seq are
// the time and the sequence that the stream gave to the message; origin names
// the stream, so that two streams give different ids.
func DeriveID(origin string, stamp time.Time, seq uint64) ID {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(origin+"\x00"+stamp.UTC().Format(time.RFC3339Nano)+"\x00"), seq))
	var u ulid.ULID
	// A stream's timestamp fits in the 48 bits of a ULID until the year 10889.
	_ = u.SetTime(ulid.Timestamp(stamp))
	_ = u.SetEntropy(sum[:10])
	return ID(u.String())
}

// Time returns the creation time that the id carries, to the millisecond.
func (id ID) Time() time.Time {
	u, err := ulid.ParseStrict(string(id))
	if err != nil {
		return time.Time{}
	}
	return ulid.Time(u.Time()).UTC()
}

var runtimeName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// CheckRuntime returns [ErrBadRuntime], with the name, if s cannot name a runtime.
func CheckRuntime(s string) error {
	if !runtimeName.MatchString(s) {
		return fmt.Errorf("runtime %q: %w", clip(s, 64), ErrBadRuntime)
	}
	return nil
}

// clip shortens s for a message to n bytes, whole characters only.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
