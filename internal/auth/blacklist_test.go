package auth_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/auth"
)

// truth is Postgres as the blacklist sees it.
type truth struct {
	mu      sync.Mutex
	rows    []auth.Revocation
	failing error
	reads   int
}

func (t *truth) RevocationsSince(_ context.Context, mark string, _ time.Time) ([]auth.Revocation, string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reads++
	if t.failing != nil {
		return nil, "", t.failing
	}
	return t.rows[len(mark):], string(make([]byte, len(t.rows))), nil
}

func (t *truth) asked() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.reads
}

func (t *truth) revoke(id uuid.UUID, until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows = append(t.rows, auth.Revocation{ID: id, Until: until})
}

// feed is Redis that is down, or works.
type feed struct {
	news chan []auth.Revocation
	err  error
}

func (f *feed) Announce(_ context.Context, r []auth.Revocation) error {
	if f.err == nil {
		f.news <- r
	}
	return f.err
}

func (f *feed) Follow(ctx context.Context, add func([]auth.Revocation)) {
	for {
		select {
		case r := <-f.news:
			add(r)
		case <-ctx.Done():
			return
		}
	}
}

func TestBlacklistReadsPostgresWhenNobodyRunsIt(t *testing.T) {
	pg := &truth{}
	now := time.Now()
	b := auth.NewBlacklist(auth.BlacklistConfig{Truth: pg, Now: func() time.Time { return now }})
	token, session := uuid.New(), uuid.New()
	check := func() bool {
		revoked, err := b.Revoked(context.Background(), token, session)
		require.NoError(t, err)
		return revoked
	}
	require.False(t, check())
	require.False(t, check())
	require.Equal(t, 1, pg.reads, "the copy is fresh: no query a call")

	pg.revoke(session, now.Add(time.Hour))
	now = now.Add(time.Second + 1)
	require.True(t, check(), "another process revoked the session more than a second ago")
	require.True(t, check())
	require.Equal(t, 2, pg.reads)
}

func TestBlacklistNeverGuesses(t *testing.T) {
	pg := &truth{}
	now := time.Now()
	b := auth.NewBlacklist(auth.BlacklistConfig{Truth: pg, Now: func() time.Time { return now }})
	token := uuid.New()
	_, err := b.Revoked(context.Background(), token, token)
	require.NoError(t, err)

	pg.failing = errors.New("no connection")
	now = now.Add(2 * time.Second)
	_, err = b.Revoked(context.Background(), token, token)
	require.True(t, apperr.Is(err, apperr.Unavailable), "neither yes nor no: %v", err)

	require.NoError(t, b.Announce(context.Background(), []auth.Revocation{{ID: token, Until: now.Add(time.Hour)}}))
	revoked, err := b.Revoked(context.Background(), token, uuid.New())
	require.NoError(t, err)
	require.True(t, revoked, "what is known to be revoked needs no query")
}

func TestBlacklistRunKnowsWithinASecond(t *testing.T) {
	for name, f := range map[string]*feed{
		"without a feed":         nil,
		"while the feed is down": {err: errors.New("redis is down")},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pg := &truth{}
				cfg := auth.BlacklistConfig{Truth: pg}
				if f != nil {
					cfg.Feed = f
				}
				b := auth.NewBlacklist(cfg)
				ctx, cancel := context.WithCancel(context.Background())
				var running sync.WaitGroup
				running.Go(func() { b.Run(ctx) })
				synctest.Wait()

				token := uuid.New()
				pg.revoke(token, time.Now().Add(time.Hour))
				<-time.After(time.Second)
				before := pg.asked()
				revoked, err := b.Revoked(ctx, token, uuid.New())
				require.NoError(t, err)
				require.True(t, revoked)
				revoked, err = b.Revoked(ctx, uuid.New(), uuid.New())
				require.NoError(t, err)
				require.False(t, revoked)
				require.Equal(t, before, pg.asked(), "checks themselves ask nobody")
				cancel()
				running.Wait()
			})
		})
	}
}

func TestBlacklistFeedIsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &feed{news: make(chan []auth.Revocation)}
		here := auth.NewBlacklist(auth.BlacklistConfig{Truth: &truth{}, Feed: f})
		there := auth.NewBlacklist(auth.BlacklistConfig{Truth: &truth{}, Feed: f})
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { there.Run(ctx) })
		synctest.Wait()

		token, began := uuid.New(), time.Now()
		require.NoError(t, here.Announce(ctx, []auth.Revocation{{ID: token, Until: began.Add(time.Hour)}}))
		synctest.Wait()
		revoked, err := there.Revoked(ctx, token, uuid.New())
		require.NoError(t, err)
		require.True(t, revoked)
		require.Equal(t, began, time.Now())
		cancel()
		running.Wait()
	})
}
