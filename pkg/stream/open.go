package stream

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Open opens the assets for work. It takes the choices from the stream's metadata,
// creates what is missing if it may, and never changes what exists: a difference
// is logged, or is [ErrAssets] where work would be lost. It returns [ErrDenied]
// when the server's permissions are in the way, and [ErrChoices] when the
// assets name no choices. The errors name `executor init` where that helps.
func Open(ctx context.Context, nc *nats.Conn, cfg Config) (*Stream, error) {
	s, err := newStream(nc, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the assets: %w", err)
	}
	if err := s.ensure(ctx, false); err != nil {
		return nil, fmt.Errorf("open the assets: %w", err)
	}
	return s, nil
}

// Init creates all assets and writes the choices into the stream's metadata. It may
// be repeated; then it also brings settings in line that somebody changed, but it
// refuses to change the choices ([ErrChoices]).
func Init(ctx context.Context, nc *nats.Conn, cfg Config) error {
	s, err := newStream(nc, cfg)
	if err == nil {
		err = s.ensure(ctx, true)
	}
	if err != nil {
		return fmt.Errorf("create the assets: %w", err)
	}
	return nil
}

func newStream(nc *nats.Conn, cfg Config) (*Stream, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	s := &Stream{nc: nc, cfg: cfg, log: cfg.Logger, api: "$JS.API."}
	var err error
	if cfg.Domain == "" {
		s.js, err = jetstream.New(nc)
	} else {
		// Keys travel behind the domain's prefix; the server takes it off again.
		s.api = "$JS." + cfg.Domain + ".API."
		s.kv = s.api
		s.js, err = jetstream.NewWithDomain(nc, cfg.Domain)
	}
	if err != nil {
		return nil, err
	}
	s.journal = &Journal{s: s, sizes: sizesFor(nc.MaxPayload())}
	return s, nil
}

// ensure creates what is missing. With repair it also corrects what differs.
func (s *Stream) ensure(ctx context.Context, repair bool) error {
	if err := s.ensureQueue(ctx, repair); err != nil {
		return err
	}
	in := choices{s.cfg.Shards, s.cfg.Replicas}
	for i := range in.shards {
		if err := s.ensureBucket(ctx, bucketConfig(shardBucket(i), in), repair); err != nil {
			return err
		}
	}
	index := bucketConfig(IndexBucket, in)
	index.Description = "Snippets, catalogue and listing index"
	if err := s.ensureBucket(ctx, index, repair); err != nil {
		return err
	}
	if err := s.ensureObjects(ctx, in); err != nil {
		return err
	}
	for _, runtime := range s.cfg.Runtimes {
		if _, err := s.ensureConsumer(ctx, runtime, repair); err != nil {
			return err
		}
	}
	return nil
}

// ensureQueue comes first: everybody reads the choices from it.
func (s *Stream) ensureQueue(ctx context.Context, repair bool) error {
	asked := choices{s.cfg.Shards, s.cfg.Replicas}
	var cfg jetstream.StreamConfig
	err := s.manage(ctx, "stream "+StreamName, func(ctx context.Context) error {
		str, err := s.js.Stream(ctx, StreamName)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			str, err = s.js.CreateStream(ctx, queueConfig(asked.withDefaults()))
			if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // another one was faster
				str, err = s.js.Stream(ctx, StreamName)
			}
		}
		if err == nil {
			cfg = str.CachedInfo().Config
		}
		return err
	})
	if err != nil {
		return err
	}
	in, chosen := readChoices(cfg.Metadata)
	switch {
	case !chosen && !repair:
		return fmt.Errorf("%w: stream %s has none in its metadata (run `executor init`)", ErrChoices, StreamName)
	case !chosen:
		in = asked.withDefaults()
	case asked.differs(in) && repair:
		return fmt.Errorf("%w: they are %v; asked for %v", ErrChoices, in, asked)
	case asked.differs(in):
		s.log.Warn("the choices of the assets are in force, not the configured ones", "inForce", in.String(), "configured", asked.String())
	}
	s.cfg.Shards, s.cfg.Replicas = in.shards, in.replicas
	return s.settle(ctx, "stream "+StreamName, compareQueue(cfg), repair && chosen, func(ctx context.Context) error {
		_, err := s.js.UpdateStream(ctx, merge(cfg, queueConfig(in)))
		return err
	}, repair && !chosen)
}

// merge keeps what an operator may tune, such as placement and compression.
func merge(got, want jetstream.StreamConfig) jetstream.StreamConfig {
	got.Subjects, got.Discard, got.Duplicates = want.Subjects, want.Discard, want.Duplicates
	got.MaxAge, got.MaxMsgs, got.MaxBytes, got.MaxMsgsPerSubject = 0, -1, -1, -1
	got.AllowDirect, got.AllowMsgTTL, got.AllowMsgSchedules, got.AllowRollup = true, true, true, true
	if got.Metadata == nil {
		got.Metadata = map[string]string{}
	}
	for k, v := range want.Metadata {
		got.Metadata[k] = v
	}
	return got
}

// settle reports what differs, or corrects it when it may. always corrects even
// where nothing was found.
func (s *Stream) settle(ctx context.Context, what string, f findings, repair bool, fix func(context.Context) error, always bool) error {
	if len(f) > 0 && repair || always {
		return s.manage(ctx, what, fix)
	}
	if text := f.fatal(); text != "" {
		return fmt.Errorf("%w: %s: %s (run `executor init`, or correct it by hand)", ErrAssets, what, text)
	}
	for _, one := range f {
		if _, told := s.told.LoadOrStore(what+one.text, true); told {
			continue // a queue looks at its consumer again when it is opened, and later
		}
		s.log.Warn("an asset differs; `executor init` corrects it", "asset", what, "difference", one.text)
	}
	return nil
}

func (s *Stream) ensureBucket(ctx context.Context, want jetstream.KeyValueConfig, repair bool) error {
	what := "bucket " + want.Bucket
	var cfg jetstream.StreamConfig
	err := s.manage(ctx, what, func(ctx context.Context) error {
		str, err := s.js.Stream(ctx, kvStream(want.Bucket))
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			if _, err = s.js.CreateKeyValue(ctx, want); err == nil || errors.Is(err, jetstream.ErrBucketExists) {
				str, err = s.js.Stream(ctx, kvStream(want.Bucket))
			}
		}
		if err == nil {
			cfg = str.CachedInfo().Config
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.settle(ctx, what, compareBucket(cfg), repair, func(ctx context.Context) error {
		_, err := s.js.UpdateKeyValue(ctx, want)
		return err
	}, false)
}

func (s *Stream) ensureObjects(ctx context.Context, in choices) error {
	return s.manage(ctx, "object store "+Bucket, func(ctx context.Context) error {
		objects, err := s.js.ObjectStore(ctx, Bucket)
		if errors.Is(err, jetstream.ErrBucketNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
			objects, err = s.js.CreateObjectStore(ctx, objectsConfig(in))
			if errors.Is(err, jetstream.ErrBucketExists) {
				objects, err = s.js.ObjectStore(ctx, Bucket)
			}
		}
		s.journal.objects = objects
		return err
	})
}

// ensureConsumer returns the configuration of the runtime's consumer.
func (s *Stream) ensureConsumer(ctx context.Context, runtime string, repair bool) (jetstream.ConsumerConfig, error) {
	what, want := "consumer "+ConsumerName(runtime), consumerConfig(runtime, s.cfg.AckWait)
	var cfg jetstream.ConsumerConfig
	err := s.manage(ctx, what, func(ctx context.Context) error {
		c, err := s.js.Consumer(ctx, StreamName, ConsumerName(runtime))
		if errors.Is(err, jetstream.ErrConsumerNotFound) {
			c, err = s.js.CreateConsumer(ctx, StreamName, want)
			if errors.Is(err, jetstream.ErrConsumerExists) {
				c, err = s.js.Consumer(ctx, StreamName, ConsumerName(runtime))
			}
		}
		if err == nil {
			cfg = c.CachedInfo().Config
		}
		return err
	})
	if err != nil {
		return cfg, err
	}
	// Lowered under a live executor it would take healthy passes for lost.
	want.AckWait = cfg.AckWait
	err = s.settle(ctx, what, compareConsumer(cfg, want), repair, func(ctx context.Context) error {
		_, err := s.js.UpdateConsumer(ctx, StreamName, want)
		return err
	}, false)
	return cfg, err
}
