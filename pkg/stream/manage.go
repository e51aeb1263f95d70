package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// manageTimeout bounds one try to find or create an asset.
const manageTimeout = 5 * time.Second

// placementGrace is how long a cluster may take to hear from enough of its servers.
// A leader that was just elected places nothing on a server it has not heard from yet.
const placementGrace = 20 * time.Second

// manage repeats f while the server is not ready, and explains what it cannot cure.
// A forbidden request gets no answer; only the connection's last error tells.
func (s *Stream) manage(ctx context.Context, what string, f func(context.Context) error) error {
	var placeless time.Time // when the cluster first had no place for the asset
	for w := newBackoff(); ; {
		try, cancel := context.WithTimeout(ctx, manageTimeout)
		err := f(try)
		cancel()
		if err == nil {
			return nil
		}
		if denied := s.nc.LastError(); errors.Is(denied, nats.ErrPermissionViolation) && silent(err) {
			return fmt.Errorf("%s: %w: %w (grant it, or let somebody who may run `executor init`)", what, ErrDenied, denied)
		}
		switch {
		case hasCode(err, codeNoPeers):
			if placeless.IsZero() {
				placeless = time.Now()
				s.log.Warn("the cluster has no place for an asset yet; trying again", "asset", what, "error", err)
			}
			if time.Since(placeless) > placementGrace {
				return fmt.Errorf("%s: %w (fewer servers can take it than --replicas asks for: start them, or ask for fewer)", what, err)
			}
		case !silent(err) && !notReady(err):
			return fmt.Errorf("%s: %w", what, err)
		}
		if err := w.wait(ctx, err); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
}

// silent reports whether there was no answer at all.
func silent(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout) || errors.Is(err, nats.ErrNoResponders)
}

// notReady reports whether the server may answer differently in a moment: it starts,
// or a cluster has no leader yet.
func notReady(err error) bool {
	var refused *jetstream.APIError
	return errors.As(err, &refused) && refused.Code == 503 && refused.ErrorCode != jetstream.JSErrCodeJetStreamNotEnabledForAccount &&
		refused.ErrorCode != jetstream.JSErrCodeJetStreamNotEnabled
}
