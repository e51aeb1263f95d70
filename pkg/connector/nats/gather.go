package natsconn

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"github.com/synadia-io/orbit.go/natsext"
)

const (
	// gatherTimeout bounds one question to all instances.
	gatherTimeout = 2 * time.Second

	// gatherGap is the silence after which the instances are taken to be complete.
	gatherGap = 100 * time.Millisecond
)

// infoSubject is where the instances of a service describe themselves; of all
// services when the name is empty.
func infoSubject(service string) string {
	subject, err := micro.ControlSubject(micro.InfoVerb, service, "")
	if err != nil {
		panic(err) // only an unknown verb, or an instance without a service
	}
	return subject
}

// gather asks and collects the answers until a gap. No answer at all is
// [nats.ErrNoResponders]. What is not an answer to the question is left out.
func gather(ctx context.Context, nc *nats.Conn, subject string) ([]micro.Info, error) {
	ctx, cancel := context.WithTimeout(ctx, gatherTimeout)
	defer cancel()
	answers, err := natsext.RequestMany(ctx, nc, subject, nil, natsext.RequestManyStall(gatherGap))
	if err != nil {
		return nil, fmt.Errorf("request %s: %w", subject, err)
	}
	var all []micro.Info
	for msg, err := range answers {
		if err != nil {
			return nil, fmt.Errorf("request %s: %w", subject, err)
		}
		var info micro.Info
		if json.Unmarshal(msg.Data, &info) == nil && info.Name != "" {
			all = append(all, info)
		}
		if len(msg.Data) == 0 && msg.Header.Get("Status") == "503" {
			break
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("request %s: %w", subject, nats.ErrNoResponders)
	}
	return all, nil
}
