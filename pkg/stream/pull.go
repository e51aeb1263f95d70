package stream

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// The pull protocol. It is written out here because the client's iterators either
// fetch ahead or, with one message at a time, can miss their own next pull.
const (
	pullExpires   = 30 * time.Second
	pullHeartbeat = 2 * time.Second

	// pullLost is the silence after which a pull is taken for gone: two
	// heartbeats and some slack. A leader that dies takes its pulls along, silently.
	pullLost = 2*pullHeartbeat + time.Second

	// shortLife is the age under which a pull that ended means trouble: asking
	// again at once could go on for ever.
	shortLife = time.Second

	firstPause, longestPause = 50 * time.Millisecond, 2 * time.Second
	superviseEvery           = 50 * time.Millisecond
)

// pullRequest asks for one message.
var pullRequest = fmt.Appendf(nil, `{"batch":1,"expires":%d,"idle_heartbeat":%d}`, pullExpires, pullHeartbeat)

// slot carries one pull at a time. It has a subscription of its own, because a
// message does not tell which pull brought it.
type slot struct {
	inbox string
	sub   *nats.Subscription

	// Guarded by the queue's lock.
	busy  bool // there is a pull at the server
	n     uint64
	since time.Time
	sign  time.Time // the last sign of life
}

// topUp brings the number of pulls to that of the waiting callers. The caller
// holds the lock.
func (q *Queue) topUp() {
	if q.closed || q.busy >= len(q.waiters) || time.Now().Before(q.pauseAt) || !q.s.nc.IsConnected() {
		return // where something is in the way, the supervisor comes back to it
	}
	for _, sl := range q.slots {
		if !sl.busy {
			q.pull(sl)
		}
		if q.busy >= len(q.waiters) {
			return
		}
	}
	for q.busy < len(q.waiters) {
		sl, err := q.addSlot()
		if err != nil {
			q.trouble(err.Error())
			return
		}
		q.pull(sl)
	}
}

func (q *Queue) addSlot() (*slot, error) {
	sl := &slot{inbox: q.inbox + strconv.Itoa(len(q.slots)) + "."}
	var err error
	if sl.sub, err = q.s.nc.Subscribe(sl.inbox+"*", func(m *nats.Msg) { q.arrived(sl, m) }); err != nil {
		return nil, err
	}
	q.slots = append(q.slots, sl)
	return sl, nil
}

// pull asks for one message. A request that cannot be sent is one that stays
// silent. The caller holds the lock.
func (q *Queue) pull(sl *slot) {
	sl.n++
	sl.busy, sl.since = true, time.Now()
	sl.sign = sl.since
	q.busy++
	if err := q.s.nc.PublishRequest(q.pullSubject, sl.inbox+strconv.FormatUint(sl.n, 36), pullRequest); err != nil {
		q.log.Debug("pull", "error", err)
	}
}

// ended takes note that the slot's pull is over. The caller holds the lock.
func (q *Queue) ended(sl *slot) {
	if sl.busy {
		sl.busy = false
		q.busy--
	}
}

// trouble lets some time pass before the next pull. The caller holds the lock.
func (q *Queue) trouble(reason string) {
	q.pause = min(max(q.pause*2, firstPause), longestPause)
	q.pauseAt = time.Now().Add(q.pause)
	q.log.Debug("pull again after a pause", "reason", reason, "pause", q.pause)
}

// arrived handles everything that answers a pull: messages and their absence.
func (q *Queue) arrived(sl *slot, m *nats.Msg) {
	// A message has a subject for its ack; a submitter may write any header.
	if m.Reply == "" {
		q.statusArrived(sl, m)
		return
	}
	q.mu.Lock()
	q.ended(sl)
	q.pause = 0
	q.mu.Unlock()
	d, err := q.delivery(m)
	if err != nil {
		q.log.Error("a delivery cannot be read", "error", err)
		return
	}
	q.give(d)
}

// statusArrived handles a sign of life, or the end of a pull.
func (q *Queue) statusArrived(sl *slot, m *nats.Msg) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if m.Subject != sl.inbox+strconv.FormatUint(sl.n, 36) || !sl.busy {
		return // of a pull that was given up
	}
	status := m.Header.Get("Status")
	if status == "100" {
		sl.sign = time.Now()
		return
	}
	q.ended(sl)
	if time.Since(sl.since) < shortLife || status == "503" {
		q.trouble(status + " " + m.Header.Get("Description"))
	}
	q.topUp()
}

// supervise asks again for pulls that vanished without a word: their server went
// away, or the consumer did.
func (q *Queue) supervise(status chan nats.Status) {
	defer q.s.nc.RemoveStatusListener(status)
	tick := time.NewTicker(superviseEvery)
	defer tick.Stop()
	checked := time.Now()
	for {
		select {
		case <-q.closing:
			return
		case _, ok := <-status:
			if !ok {
				status = nil // the connection is closed for good
				continue
			}
			q.startOver()
		case <-tick.C:
			if q.revive() && time.Since(checked) > longestPause {
				checked = time.Now()
				q.checkConsumer()
			}
		}
	}
}

// startOver forgets all pulls: a new connection has none.
func (q *Queue) startOver() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, sl := range q.slots {
		q.ended(sl)
	}
	q.pauseAt, q.pause = time.Time{}, 0
	q.topUp()
}

// revive gives up silent pulls and asks again. It reports whether there is
// lasting trouble.
func (q *Queue) revive() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	for _, sl := range q.slots {
		if sl.busy && (now.Sub(sl.sign) > pullLost || now.Sub(sl.since) > pullExpires+pullLost) {
			q.ended(sl)
			q.trouble("a pull is silent")
		}
	}
	q.topUp()
	return q.pause >= longestPause/4 && len(q.waiters) > 0
}

// checkConsumer creates the consumer again if somebody deleted it.
func (q *Queue) checkConsumer() {
	ctx, cancel := context.WithTimeout(context.Background(), longestTry)
	defer cancel()
	go func() {
		select {
		case <-q.closing:
			cancel()
		case <-ctx.Done():
		}
	}()
	if _, err := q.s.ensureConsumer(ctx, q.runtime, false); err != nil && ctx.Err() == nil {
		q.log.Warn("the queue's consumer does not answer", "error", err)
	}
}

// delivery reads a message's place and story from the subject of its ack.
func (q *Queue) delivery(m *nats.Msg) (*Delivery, error) {
	meta, err := m.Metadata()
	if err != nil {
		return nil, fmt.Errorf("read delivery: %w", err)
	}
	d := &Delivery{
		Runtime: q.runtime, Seq: meta.Sequence.Stream, Time: meta.Timestamp, Delivered: int(meta.NumDelivered),
		IsWake: strings.HasPrefix(m.Subject, wakePrefix), Body: m.Data, reply: m.Reply, nc: q.s.nc,
	}
	if !d.IsWake {
		d.MsgID = strings.TrimPrefix(m.Header.Get(jetstream.MsgIDHeader), q.runtime+":")
	}
	return d, nil
}
