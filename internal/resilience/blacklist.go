package resilience

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"github.com/pulsehub/pulsehub/internal/auth"
)

// RevocationFeed is Redis's copy of the token blacklist: a stream that every process follows, so that a revocation is
// known everywhere within milliseconds. Losing it loses nothing: every process also reads Postgres (auth.Blacklist).
type RevocationFeed struct {
	redis redis.UniversalClient
	key   string
}

// NewRevocationFeed keeps the copy under prefix.
func NewRevocationFeed(client redis.UniversalClient, prefix string) *RevocationFeed {
	return &RevocationFeed{redis: client, key: prefix + "auth:blacklist"}
}

const feedLength = 50_000

// Announce adds revocations to the copy in one round trip.
func (f *RevocationFeed) Announce(ctx context.Context, revocations []auth.Revocation) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 250*time.Millisecond)
	defer cancel()
	_, err := f.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, r := range revocations {
			p.XAdd(ctx, &redis.XAddArgs{
				Stream: f.key, MaxLen: feedLength, Approx: true,
				Values: []any{"id", r.ID.String(), "until", r.Until.Unix()},
			})
		}
		return nil
	})
	return err
}

// Follow gives every revocation in the copy, and then each new one, to add. It returns soon after ctx ends,
// and outlives any failure of Redis.
func (f *RevocationFeed) Follow(ctx context.Context, add func([]auth.Revocation)) {
	last, down := "0", false
	for ctx.Err() == nil {
		streams, err := f.redis.XRead(ctx, &redis.XReadArgs{
			Streams: []string{f.key, last}, Count: 1000, Block: 300 * time.Millisecond,
		}).Result()
		switch {
		case errors.Is(err, redis.Nil): // nothing new
			down = false
		case err != nil:
			if ctx.Err() == nil && !down {
				slog.WarnContext(ctx, "Redis does not answer; revocations come from Postgres alone", "error", err)
			}
			down = true
			wait(ctx, 500*time.Millisecond)
		default:
			down = false
			for _, m := range streams[0].Messages {
				last = m.ID
				if r, ok := revocation(m.Values); ok {
					add([]auth.Revocation{r})
				}
			}
		}
	}
}

func revocation(values map[string]any) (auth.Revocation, bool) {
	text, _ := values["id"].(string)
	id, err := uuid.Parse(text)
	if err != nil {
		return auth.Revocation{}, false
	}
	text, _ = values["until"].(string)
	until, err := strconv.ParseInt(text, 10, 64)
	return auth.Revocation{ID: id, Until: time.Unix(until, 0)}, err == nil
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
