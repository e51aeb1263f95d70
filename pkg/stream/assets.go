package stream

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// The choices in the stream's metadata. They never change: journals would not be
// found any more.
const (
	metaShards   = "executions_journal_shards"
	metaReplicas = "executions_replicas"
)

const (
	dedupWindow = 2 * time.Minute

	// maxWaiting is more than the slots of all executors of a runtime: every
	// free slot has its own pull.
	maxWaiting = 16384

	// markerTTL allows tombstones to have a time to live at all.
	markerTTL = time.Hour
)

// choices are what `executor init` decides for good.
type choices struct{ shards, replicas int }

func (c choices) String() string {
	return fmt.Sprintf("--journal-shards %d --replicas %d", c.shards, c.replicas)
}

// withDefaults fills in what was not chosen.
func (c choices) withDefaults() choices { return choices{max(c.shards, 1), max(c.replicas, 1)} }

// differs reports whether c asks for something that the other does not have.
func (c choices) differs(other choices) bool {
	return c.shards != 0 && c.shards != other.shards || c.replicas != 0 && c.replicas != other.replicas
}

func (c choices) metadata() map[string]string {
	return map[string]string{metaShards: strconv.Itoa(c.shards), metaReplicas: strconv.Itoa(c.replicas)}
}

func readChoices(metadata map[string]string) (choices, bool) {
	shards, err := strconv.Atoi(metadata[metaShards])
	if err != nil || shards < 1 || shards > MaxShards {
		return choices{}, false
	}
	replicas, err := strconv.Atoi(metadata[metaReplicas])
	if err != nil || replicas < 1 {
		return choices{}, false
	}
	return choices{shards, replicas}, true
}

func queueConfig(c choices) jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:        StreamName,
		Description: "Executions that wait to run",
		Subjects:    []string{submitPrefix + "*", wakePrefix + "*", schedulePrefix + ">"},
		Retention:   jetstream.WorkQueuePolicy,
		Storage:     jetstream.FileStorage,
		Discard:     jetstream.DiscardOld, // schedules allow no other; so there must be no limits
		Duplicates:  dedupWindow,
		Replicas:    c.replicas,
		AllowDirect: true, AllowMsgTTL: true, AllowMsgSchedules: true,
		Metadata: c.metadata(),
	}
}

func consumerConfig(runtime string, ackWait time.Duration) jetstream.ConsumerConfig {
	return jetstream.ConsumerConfig{
		Durable:        ConsumerName(runtime),
		Description:    "Executors of runtime " + runtime,
		FilterSubjects: []string{SubmitSubject(runtime), WakeSubject(runtime)},
		AckPolicy:      jetstream.AckExplicitPolicy,
		AckWait:        ackWait,
		MaxDeliver:     -1,
		MaxAckPending:  -1, // delayed messages stay pending: they must not hold up others
		MaxWaiting:     maxWaiting,
	}
}

func bucketConfig(name string, c choices) jetstream.KeyValueConfig {
	return jetstream.KeyValueConfig{
		Bucket: name, Description: "Journals of executions", History: 1,
		Storage: jetstream.FileStorage, Replicas: c.replicas, LimitMarkerTTL: markerTTL,
	}
}

func objectsConfig(c choices) jetstream.ObjectStoreConfig {
	return jetstream.ObjectStoreConfig{
		Bucket: Bucket, Description: "Large values of executions", Storage: jetstream.FileStorage, Replicas: c.replicas,
	}
}

// finding is a difference between an asset and what is needed.
type finding struct {
	text  string
	fatal bool // work would be lost, or be done wrong
}

type findings []finding

func (f *findings) note(differs, fatal bool, format string, args ...any) {
	if differs {
		*f = append(*f, finding{fmt.Sprintf(format, args...), fatal})
	}
}

// fatal joins the texts of the fatal findings; empty when there are none.
func (f findings) fatal() string {
	var all []string
	for _, one := range f {
		if one.fatal {
			all = append(all, one.text)
		}
	}
	return strings.Join(all, "; ")
}

func compareQueue(got jetstream.StreamConfig) findings {
	var f findings
	want := queueConfig(choices{1, 1})
	f.note(got.Retention != want.Retention, true, "retention is %v, not %v", got.Retention, want.Retention)
	for _, s := range want.Subjects {
		f.note(!slices.Contains(got.Subjects, s), true, "subject %s is missing", s)
	}
	f.note(!got.AllowMsgSchedules, true, "message schedules are off")
	f.note(got.MaxAge != 0, true, "messages expire after %v", got.MaxAge)
	f.note(got.MaxMsgs > 0 || got.MaxBytes > 0 || got.MaxMsgsPerSubject > 0, true, "it has limits, and a full stream forgets messages")
	f.note(got.Duplicates != want.Duplicates, false, "the duplicate window is %v, not %v", got.Duplicates, want.Duplicates)
	return f
}

func compareConsumer(got jetstream.ConsumerConfig, want jetstream.ConsumerConfig) findings {
	var f findings
	filters := got.FilterSubjects
	if got.FilterSubject != "" {
		filters = []string{got.FilterSubject}
	}
	slices.Sort(filters)
	f.note(!slices.Equal(filters, want.FilterSubjects), true, "filters are %v, not %v", filters, want.FilterSubjects)
	f.note(got.AckPolicy != want.AckPolicy, true, "ack policy is %v, not %v", got.AckPolicy, want.AckPolicy)
	f.note(got.DeliverSubject != "", true, "it pushes")
	f.note(got.MaxDeliver > 0, true, "it gives up after %d deliveries", got.MaxDeliver)
	f.note(len(got.BackOff) > 0, true, "it has a back-off, which falsifies delays")
	f.note(got.MaxAckPending > 0, false, "at most %d messages may be pending", got.MaxAckPending)
	return f
}

func compareBucket(got jetstream.StreamConfig) findings {
	var f findings
	f.note(got.MaxMsgsPerSubject != 1, false, "its history is %d, not 1", got.MaxMsgsPerSubject)
	f.note(got.MaxAge != 0, true, "its keys expire after %v", got.MaxAge)
	f.note(got.Discard != jetstream.DiscardNew, true, "a full bucket discards old keys")
	f.note(!got.AllowDirect, true, "direct reads are off")
	f.note(!got.AllowMsgTTL, false, "tombstones cannot have a time to live")
	return f
}
