// Package resilience keeps one caller, or one broken dependency, from becoming everyone's problem.
package resilience

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// LimiterConfig is what a Limiter is made of.
type LimiterConfig struct {
	Redis redis.UniversalClient
	// Prefix keeps the keys of one PulseHub apart from others in the same Redis.
	Prefix string
	// Timeout is how long Redis may take. 0 is 250 ms.
	Timeout time.Duration
	// Now is the clock of the fallback. nil is time.Now.
	Now func() time.Time
}

// Limiter counts what each caller does, over all processes, by GCRA in Redis: n at once, and then one every per/n. While
// Redis is away each process counts for itself, so a limit is then per process; it is never off.
type Limiter struct {
	redis   *redis_rate.Limiter
	prefix  string
	timeout time.Duration
	now     func() time.Time

	mu      sync.Mutex
	awayTil time.Time            // Redis is not tried again before
	local   map[string]time.Time // theoretical arrival time by key
}

// NewLimiter makes a limiter.
func NewLimiter(cfg LimiterConfig) *Limiter {
	if cfg.Timeout <= 0 {
		cfg.Timeout = 250 * time.Millisecond
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Limiter{
		redis:   redis_rate.NewLimiter(cfg.Redis),
		prefix:  cfg.Prefix,
		timeout: cfg.Timeout,
		now:     cfg.Now,
		local:   map[string]time.Time{},
	}
}

// Take counts one act of key, of which n are allowed per period. It answers 0 if the act is allowed, and otherwise how
// long to wait; an act that is not allowed is not counted. n <= 0 is no limit. One Redis round trip; a client that hangs
// up is counted all the same.
func (l *Limiter) Take(ctx context.Context, key string, n int, per time.Duration) time.Duration {
	return l.ask(ctx, key, n, per, 1)
}

// Peek is Take that counts nothing: whether one more act would be allowed now.
func (l *Limiter) Peek(ctx context.Context, key string, n int, per time.Duration) time.Duration {
	return l.ask(ctx, key, n, per, 0)
}

func (l *Limiter) ask(ctx context.Context, key string, n int, per time.Duration, cost int) time.Duration {
	if n <= 0 {
		return 0
	}
	key = l.prefix + key
	if l.away() {
		return l.askLocal(key, n, per, cost)
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.timeout)
	defer cancel()
	res, err := l.redis.AllowN(bounded, key, redis_rate.Limit{Rate: n, Burst: n, Period: per}, cost)
	if err != nil {
		slog.WarnContext(ctx, "Redis does not answer; this process limits callers by itself for a moment", "error", err)
		l.mu.Lock()
		l.awayTil = l.now().Add(time.Second)
		l.mu.Unlock()
		return l.askLocal(key, n, per, cost)
	}
	switch {
	case res.RetryAfter > 0:
		return res.RetryAfter
	case cost == 0 && res.Remaining < 1:
		return max(res.ResetAfter-per/time.Duration(n)*time.Duration(n-1), time.Millisecond)
	}
	return 0
}

func (l *Limiter) away() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now().Before(l.awayTil)
}

const maxLocal = 100_000

func (l *Limiter) askLocal(key string, n int, per time.Duration, cost int) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	interval := per / time.Duration(n)
	arrival := l.local[key]
	if arrival.Before(now) {
		arrival = now
	}
	if wait := arrival.Add(interval).Sub(now) - interval*time.Duration(n); wait > 0 {
		return wait
	}
	if cost > 0 {
		l.makeRoom(now)
		l.local[key] = arrival.Add(interval)
	}
	return 0
}

// makeRoom forgets callers whose counts have run out; if that is not enough, everyone, rather than run out of memory.
func (l *Limiter) makeRoom(now time.Time) {
	if len(l.local) < maxLocal {
		return
	}
	for key, arrival := range l.local {
		if !arrival.After(now) {
			delete(l.local, key)
		}
	}
	if len(l.local) >= maxLocal {
		clear(l.local)
	}
}

// ChatLimits are the limits of chat, as errors that say when to come again.
type ChatLimits struct {
	Limiter                 *Limiter
	ConversationsPerAddress int // a minute, without an account
	MessagesPerUser         int // a minute, of one user or visitor
}

// AllowConversation counts a conversation that someone without an account begins.
func (c ChatLimits) AllowConversation(ctx context.Context, address string) error {
	return tooMany("Too many new conversations from this address.",
		c.Limiter.Take(ctx, "conversation:"+address, c.ConversationsPerAddress, time.Minute))
}

// AllowMessage counts a message of a user or visitor.
func (c ChatLimits) AllowMessage(ctx context.Context, owner uuid.UUID) error {
	return tooMany("Too many messages in a minute.", c.Limiter.Take(ctx, "message:"+owner.String(), c.MessagesPerUser, time.Minute))
}

// IngestLimit is how many requests with events a workspace may send a second.
type IngestLimit struct {
	Limiter      *Limiter
	PerWorkspace int
}

// AllowIngest counts a request.
func (i IngestLimit) AllowIngest(ctx context.Context, workspaceID uuid.UUID) error {
	return tooMany("Too many requests in a second.", i.Limiter.Take(ctx, "ingest:"+workspaceID.String(), i.PerWorkspace, time.Second))
}

func tooMany(what string, wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	seconds := wait.Truncate(time.Second) + time.Second
	return apperr.New(apperr.RateLimited, "rate_limited", "%s Please try again in %s.", what, seconds).WithRetryAfter(seconds)
}
