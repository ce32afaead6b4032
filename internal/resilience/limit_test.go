package resilience_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/auth"
	"github.com/pulsehub/pulsehub/internal/devstack"
	"github.com/pulsehub/pulsehub/internal/resilience"
)

func liveRedis(t testing.TB) *redis.Client {
	t.Helper()
	address, err := devstack.TestRedisURL(context.Background())
	require.NoError(t, err)
	opts, err := redis.ParseURL(address)
	require.NoError(t, err)
	opts.ContextTimeoutEnabled = true
	client := redis.NewClient(opts)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func deadRedis(t testing.TB) *redis.Client {
	t.Helper()
	gone := httptest.NewServer(nil)
	address := strings.TrimPrefix(gone.URL, "http://")
	gone.Close()
	client := redis.NewClient(&redis.Options{Addr: address, MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true})
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func prefix() string { return "test:" + uuid.NewString() + ":" }

func TestLimiter(t *testing.T) {
	clock := time.Now()
	for name, client := range map[string]*redis.Client{"in Redis": liveRedis(t), "without Redis": deadRedis(t)} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			l := resilience.NewLimiter(resilience.LimiterConfig{Redis: client, Prefix: prefix(), Now: func() time.Time { return clock }})
			for i := range 5 {
				require.Zero(t, l.Peek(ctx, "ada", 5, time.Hour), "before act %d", i)
				require.Zero(t, l.Take(ctx, "ada", 5, time.Hour), "act %d", i)
			}
			wait := l.Take(ctx, "ada", 5, time.Hour)
			require.InDelta(t, 12*time.Minute, wait, float64(time.Minute), "one comes back every 12 minutes")
			require.InDelta(t, wait, l.Peek(ctx, "ada", 5, time.Hour), float64(10*time.Second))
			require.InDelta(t, wait, l.Take(ctx, "ada", 5, time.Hour), float64(10*time.Second), "what is refused is not counted")
			require.Zero(t, l.Take(ctx, "bob", 5, time.Hour), "each has their own")
			for range 20 {
				require.Zero(t, l.Take(ctx, "ada", 0, time.Hour), "no limit")
			}
			gone, cancel := context.WithCancel(ctx)
			cancel()
			require.Positive(t, l.Take(gone, "ada", 5, time.Hour), "hanging up is no way around it")
		})
	}
}

func TestLimiterLetsActsComeBack(t *testing.T) {
	ctx := context.Background()
	clock := time.Now()
	local := resilience.NewLimiter(resilience.LimiterConfig{Redis: deadRedis(t), Now: func() time.Time { return clock }})
	require.Zero(t, local.Take(ctx, "ada", 2, time.Minute))
	require.Zero(t, local.Take(ctx, "ada", 2, time.Minute))
	require.Equal(t, 30*time.Second, local.Take(ctx, "ada", 2, time.Minute))
	clock = clock.Add(30 * time.Second)
	require.Zero(t, local.Take(ctx, "ada", 2, time.Minute))
	require.Positive(t, local.Take(ctx, "ada", 2, time.Minute))

	inRedis := resilience.NewLimiter(resilience.LimiterConfig{Redis: liveRedis(t), Prefix: prefix()})
	require.Zero(t, inRedis.Take(ctx, "ada", 1, 50*time.Millisecond))
	require.Eventually(t, func() bool { return inRedis.Take(ctx, "ada", 1, 50*time.Millisecond) == 0 }, 5*time.Second, time.Millisecond)
}

func TestLimiterCountsOverAllProcesses(t *testing.T) {
	ctx := context.Background()
	shared := prefix()
	var allowed atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		l := resilience.NewLimiter(resilience.LimiterConfig{Redis: liveRedis(t), Prefix: shared, Timeout: 5 * time.Second})
		for range 10 {
			wg.Go(func() {
				if l.Take(ctx, "ada", 7, time.Hour) == 0 {
					allowed.Add(1)
				}
			})
		}
	}
	wg.Wait()
	require.EqualValues(t, 7, allowed.Load())
}

func TestLimiterWithoutRedisForgetsRatherThanGrows(t *testing.T) {
	ctx := context.Background()
	clock := time.Now()
	l := resilience.NewLimiter(resilience.LimiterConfig{Redis: deadRedis(t), Now: func() time.Time { return clock }})
	for i := range 100_001 {
		l.Take(ctx, fmt.Sprint(i), 1, time.Hour)
	}
	require.Zero(t, l.Take(ctx, "0", 1, time.Hour), "forgotten")
	require.Positive(t, l.Take(ctx, "0", 1, time.Hour), "and counted anew")
}

func TestChatLimits(t *testing.T) {
	ctx := context.Background()
	limits := resilience.ChatLimits{
		Limiter:                 resilience.NewLimiter(resilience.LimiterConfig{Redis: liveRedis(t), Prefix: prefix()}),
		ConversationsPerAddress: 1, MessagesPerUser: 2,
	}
	require.NoError(t, limits.AllowConversation(ctx, "192.0.2.1"))
	refused := apperr.From(limits.AllowConversation(ctx, "192.0.2.1"))
	require.Equal(t, apperr.RateLimited, refused.Kind)
	require.Positive(t, refused.RetryAfter)
	require.NoError(t, limits.AllowConversation(ctx, "192.0.2.2"))
	ada := uuid.New()
	require.NoError(t, limits.AllowMessage(ctx, ada))
	require.NoError(t, limits.AllowMessage(ctx, ada))
	require.True(t, apperr.Is(limits.AllowMessage(ctx, ada), apperr.RateLimited))
	require.NoError(t, limits.AllowMessage(ctx, uuid.New()))
}

func TestRevocationFeedTellsEveryoneWhatTheyHaveNotSeen(t *testing.T) {
	client, shared := liveRedis(t), prefix()
	feed := resilience.NewRevocationFeed(client, shared)
	ctx, cancel := context.WithCancel(context.Background())
	early := auth.Revocation{ID: uuid.New(), Until: time.Unix(1_800_000_000, 0)}
	require.NoError(t, feed.Announce(ctx, []auth.Revocation{early}))

	got := make(chan auth.Revocation, 10)
	var following sync.WaitGroup
	following.Go(func() {
		feed.Follow(ctx, func(found []auth.Revocation) {
			for _, r := range found {
				got <- r
			}
		})
	})
	require.Equal(t, early, receive(t, got), "from before it followed")
	require.NoError(t, client.XAdd(ctx, &redis.XAddArgs{Stream: shared + "auth:blacklist", Values: []any{"id", "x"}}).Err())
	late := auth.Revocation{ID: uuid.New(), Until: time.Unix(1_800_000_001, 0)}
	require.NoError(t, feed.Announce(ctx, []auth.Revocation{late}))
	require.Equal(t, late, receive(t, got), "past an entry that makes no sense")
	cancel()
	following.Wait()

	require.Error(t, resilience.NewRevocationFeed(deadRedis(t), shared).Announce(context.Background(), []auth.Revocation{late}))
}

func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}
