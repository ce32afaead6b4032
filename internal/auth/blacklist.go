package auth

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/singleflight"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Revocation ends access tokens before their time: one, by its jti, or all of a session, by the session's id.
type Revocation struct {
	ID    uuid.UUID
	Until time.Time // the tokens are over by themselves then
}

// Revocations is the truth about what is revoked. Since answers every revocation committed after the call that gave
// mark (and perhaps some again); "" is the beginning. Those that ended before now may be left out.
type Revocations interface {
	RevocationsSince(ctx context.Context, mark string, now time.Time) (found []Revocation, next string, err error)
}

// Feed carries revocations between processes in no time. It may lose them: Revocations is read, too.
type Feed interface {
	Announce(ctx context.Context, revocations []Revocation) error
	Follow(ctx context.Context, add func([]Revocation))
}

const (
	// staleAfter bounds how long a token can outlive its revocation in another process when the feed is broken.
	staleAfter = time.Second
	syncEvery  = 400 * time.Millisecond
)

// BlacklistConfig is what a blacklist is made of.
type BlacklistConfig struct {
	Truth Revocations
	Feed  Feed             // nil: none
	Now   func() time.Time // nil is time.Now
}

// Blacklist is this process's copy of what is revoked, so that checking a token costs no round trip. The copy is never
// older than a second: where it is (Run is not running, or Postgres was slow), the check itself reads Postgres first,
// and fails as Unavailable if it cannot. Redis being down, or having lost everything, changes nothing but the
// milliseconds until other processes know.
type Blacklist struct {
	truth Revocations
	feed  Feed
	now   func() time.Time
	sync  singleflight.Group

	mu     sync.RWMutex
	until  map[uuid.UUID]time.Time
	mark   string
	asOf   time.Time // the copy has everything that was committed before
	pruned time.Time
}

// NewBlacklist makes an empty copy, which the first check fills.
func NewBlacklist(cfg BlacklistConfig) *Blacklist {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Blacklist{truth: cfg.Truth, feed: cfg.Feed, now: cfg.Now, until: map[uuid.UUID]time.Time{}}
}

// Run keeps the copy fresh until ctx ends. Its failures show in checks, not here.
func (b *Blacklist) Run(ctx context.Context) {
	var following sync.WaitGroup
	if b.feed != nil {
		following.Go(func() { b.feed.Follow(ctx, b.add) })
	}
	ticker := time.NewTicker(syncEvery)
	defer ticker.Stop()
	for ctx.Err() == nil {
		_ = b.read(ctx)
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
	following.Wait()
}

// Revoked tells whether an access token was revoked, itself or with its session.
func (b *Blacklist) Revoked(ctx context.Context, tokenID, sessionID uuid.UUID) (bool, error) {
	revoked, fresh := b.look(tokenID, sessionID)
	if revoked || fresh {
		return revoked, nil
	}
	if err := b.read(ctx); err != nil {
		return false, apperr.Wrap(err, apperr.Unavailable, "unavailable", "Access tokens cannot be checked right now. Please try again.").
			WithRetryAfter(time.Second)
	}
	revoked, _ = b.look(tokenID, sessionID)
	return revoked, nil
}

func (b *Blacklist) look(tokenID, sessionID uuid.UUID) (revoked, fresh bool) {
	now := b.now()
	b.mu.RLock()
	defer b.mu.RUnlock()
	_, token := b.until[tokenID]
	_, session := b.until[sessionID]
	return token || session, now.Sub(b.asOf) <= staleAfter
}

// Announce tells this process and then the others what was committed as revoked.
func (b *Blacklist) Announce(ctx context.Context, revocations []Revocation) error {
	if len(revocations) == 0 {
		return nil
	}
	b.add(revocations)
	if b.feed == nil {
		return nil
	}
	return b.feed.Announce(ctx, revocations)
}

func (b *Blacklist) add(revocations []Revocation) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range revocations {
		if r.Until.After(b.until[r.ID]) {
			b.until[r.ID] = r.Until
		}
	}
}

// read brings the copy up to date. Callers at the same time share one query, which is over within staleAfter, so what
// they share is fresh.
func (b *Blacklist) read(ctx context.Context) error {
	_, err, _ := b.sync.Do("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), staleAfter)
		defer cancel()
		began := b.now()
		b.mu.RLock()
		mark := b.mark
		b.mu.RUnlock()
		found, next, err := b.truth.RevocationsSince(ctx, mark, began)
		if err != nil {
			return nil, err
		}
		b.add(found)
		b.mu.Lock()
		defer b.mu.Unlock()
		b.mark, b.asOf = next, began
		b.prune(began)
		return nil, nil
	})
	return err
}

func (b *Blacklist) prune(now time.Time) {
	if now.Sub(b.pruned) < time.Minute {
		return
	}
	b.pruned = now
	for id, until := range b.until {
		if until.Before(now) {
			delete(b.until, id)
		}
	}
}
