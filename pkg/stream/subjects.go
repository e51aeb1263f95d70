package stream

import (
	"fmt"
	"hash/fnv"
	"strconv"

	"github.com/reprise-run/reprise/pkg/execution"
	"github.com/reprise-run/reprise/pkg/journal"
)

// StreamName is the name of the queue's stream; ids are derived from it.
const StreamName = "EXECUTIONS"

// Bucket is the name of the first journal bucket and of the object store;
// IndexBucket is that of the key-value bucket for everything that is not on the
// path of a call.
const (
	Bucket      = "executions"
	IndexBucket = "executions-index"
)

const (
	submitPrefix   = "executions.submit."
	wakePrefix     = "executions.wake."
	schedulePrefix = "executions.schedule."
)

// SubmitSubject is where submissions to a runtime are published.
func SubmitSubject(runtime string) string { return submitPrefix + runtime }

// WakeSubject is where wakes of a runtime's executions are published.
func WakeSubject(runtime string) string { return wakePrefix + runtime }

// ScheduleSubject is where the one schedule of an execution lives.
func ScheduleSubject(key journal.Key) string { return schedulePrefix + key.String() }

// EventSubject is where an event of an execution is published. "*" and ">" as
// name give a subject to subscribe to.
func EventSubject(key journal.Key, name string) string {
	return "executions.event." + key.String() + "." + name
}

// APISubject is where an operation of the API is asked for.
func APISubject(runtime, operation string) string {
	return "executions.api." + runtime + "." + operation
}

// ConsumerName is the name of a runtime's durable consumer.
func ConsumerName(runtime string) string { return "executors-" + runtime }

// SubmitMsgID is the Nats-Msg-Id of our own submissions. The id is per stream, not
// per subject, hence the runtime.
func SubmitMsgID(runtime string, id execution.ID) string { return runtime + ":" + string(id) }

// WakeMsgID is the Nats-Msg-Id of a wake that a state write at this revision caused.
func WakeMsgID(key journal.Key, rev journal.Revision) string {
	return fmt.Sprintf("wake:%s:%s:%d", key.Runtime, key.ID, rev)
}

// StateKey is the key of the state of a journal, in its bucket.
func StateKey(key journal.Key) string { return key.String() + ".state" }

// RequestKey is the key of the request.
func RequestKey(key journal.Key) string { return key.String() + ".request" }

// LogKey is the key of record n.
func LogKey(key journal.Key, n int) string { return string(appendLogNumber([]byte(logPrefix(key)), n)) }

// logPrefix is what the keys of an execution's records begin with; the number follows.
func logPrefix(key journal.Key) string { return key.String() + ".log." }

// logDigits is how many digits the number of a record has at least.
const logDigits = 6

func appendLogNumber(to []byte, n int) []byte {
	for least := 100_000; least > n && least > 1; least /= 10 {
		to = append(to, '0')
	}
	return strconv.AppendInt(to, int64(n), 10)
}

// SignalKey is the key of a signal in an execution's inbox.
func SignalKey(key journal.Key, signal execution.ID) string {
	return key.String() + ".signal." + string(signal)
}

// shardBucket names the i-th journal bucket.
func shardBucket(i int) string {
	if i == 0 {
		return Bucket
	}
	return fmt.Sprintf("%s-%d", Bucket, i)
}

// shardOf spreads ids over n buckets. Part of the stored format: never change it.
func shardOf(id execution.ID, n int) int {
	if n <= 1 {
		return 0
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // a hash never fails
	return int(h.Sum32() % uint32(n))
}
