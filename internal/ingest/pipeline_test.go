package ingest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/datasource"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// database is a Writer that notes what it is given.
type database struct {
	mu     sync.Mutex
	groups [][]Batch
	open   chan struct{} // each write waits for one; nil: none waits
	fails  func(batches []Batch) error
}

func (d *database) WriteIngest(ctx context.Context, _ uuid.UUID, batches []Batch) (Written, error) {
	if d.open != nil {
		select {
		case <-d.open:
		case <-ctx.Done():
			return Written{}, ctx.Err()
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fails != nil {
		if err := d.fails(batches); err != nil {
			return Written{}, err
		}
	}
	d.groups = append(d.groups, batches)
	return Written{}, nil
}

func (d *database) messages() (ids []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, group := range d.groups {
		for _, b := range group {
			for _, it := range b.Items {
				ids = append(ids, it.Event.ExternalID)
			}
		}
	}
	return ids
}

func batchOf(source Source, ids ...string) Batch {
	b := Batch{Source: source}
	for _, id := range ids {
		b.Items = append(b.Items, Item{Key: uuid.New(), Event: datasource.Event{ExternalID: id, Type: datasource.EventPageViewed}})
	}
	return b
}

func ids(prefix string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprint(prefix, i)
	}
	return out
}

// What arrives while a transaction runs goes into the next one, all of it.
func TestWhatGathersIsWrittenAtOnce(t *testing.T) {
	d := &database{open: make(chan struct{})}
	refreshed := make(chan uuid.UUID, 10)
	p := NewPipeline(PipelineConfig{Writer: d, Refresh: func(_ context.Context, id uuid.UUID) { refreshed <- id }})
	var wg sync.WaitGroup
	wg.Go(func() { require.NoError(t, p.Accept(context.Background(), batchOf(shopSite, "first"))) })
	require.Eventually(t, func() bool { return len(p.slots) == 1 }, 5*time.Second, time.Millisecond)
	for i := range 20 {
		wg.Go(func() { require.NoError(t, p.Accept(context.Background(), batchOf(shopSite, fmt.Sprint(i)))) })
	}
	require.Eventually(t, func() bool { p.mu.Lock(); defer p.mu.Unlock(); return p.waiting == 21 }, 5*time.Second, time.Millisecond)
	d.open <- struct{}{}
	d.open <- struct{}{}
	wg.Wait()
	require.Len(t, d.groups, 2)
	require.Len(t, d.groups[1], 20)
	require.Equal(t, shopSite.WorkspaceID, <-refreshed)
	require.Eventually(t, func() bool { p.mu.Lock(); defer p.mu.Unlock(); return len(p.lanes) == 0 && p.waiting == 0 }, 5*time.Second, time.Millisecond)
}

// More than can wait is refused with when to come again, and what waits is written all the same.
func TestMoreThanCanWaitIsRefused(t *testing.T) {
	d := &database{open: make(chan struct{})}
	p := NewPipeline(PipelineConfig{Writer: d, MaxWaiting: 10})
	var wg sync.WaitGroup
	wg.Go(func() { require.NoError(t, p.Accept(context.Background(), batchOf(shopSite, ids("a", 8)...))) })
	require.Eventually(t, func() bool { return len(p.slots) == 1 }, 5*time.Second, time.Millisecond)
	err := p.Accept(context.Background(), batchOf(shopSite, ids("b", 5)...))
	require.Equal(t, apperr.Unavailable, apperr.KindOf(err))
	require.Positive(t, apperr.From(err).RetryAfter)
	wg.Go(func() { require.NoError(t, p.Accept(context.Background(), batchOf(shopSite, "c", "d"))) })
	close(d.open)
	wg.Wait()
	require.ElementsMatch(t, append(ids("a", 8), "c", "d"), d.messages())
	require.NoError(t, p.Accept(context.Background(), batchOf(shopSite, ids("e", 50)...)), "one that is larger than all that may wait, alone")
}

// A database that is away is our fault: whoever sent it is to send it again.
func TestADatabaseThatIsAwayIsUnavailable(t *testing.T) {
	d := &database{fails: func([]Batch) error { return errors.New("connection refused") }}
	p := NewPipeline(PipelineConfig{Writer: d})
	err := p.Accept(context.Background(), batchOf(shopSite, "a"))
	require.Equal(t, apperr.Unavailable, apperr.KindOf(err))
	require.Positive(t, apperr.From(err).RetryAfter)
	require.NotContains(t, apperr.From(err).Message, "refused", "what is internal is not shown")
}

// One message that cannot be stored is rejected; nobody else's is lost for it.
func TestAMessageThatCannotBeStored(t *testing.T) {
	d := &database{fails: func(batches []Batch) error {
		for _, b := range batches {
			for _, it := range b.Items {
				if it.Event.ExternalID == "poison" {
					return apperr.New(apperr.Invalid, "unstorable", "It is too much.")
				}
			}
		}
		return nil
	}}
	p := NewPipeline(PipelineConfig{Writer: d})
	require.NoError(t, p.Accept(context.Background(), batchOf(shopSite, append(ids("a", 20), append([]string{"poison"}, ids("b", 12)...)...)...)))
	require.ElementsMatch(t, append(ids("a", 20), ids("b", 12)...), d.messages())
	var rejections []Rejection
	for _, group := range d.groups {
		for _, b := range group {
			rejections = append(rejections, b.Rejections...)
		}
	}
	require.Len(t, rejections, 1)
	require.Equal(t, "poison", rejections[0].MessageID)
	require.Contains(t, rejections[0].Reason, "It is too much.")
}

// A client that hangs up does not take back what it sent.
func TestWhoHangsUpIsWrittenAllTheSame(t *testing.T) {
	d := &database{open: make(chan struct{})}
	p := NewPipeline(PipelineConfig{Writer: d})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, p.Accept(ctx, batchOf(shopSite, "a")), context.Canceled)
	close(d.open)
	require.Eventually(t, func() bool { return len(d.messages()) == 1 }, 5*time.Second, time.Millisecond)
	require.Eventually(t, func() bool { p.mu.Lock(); defer p.mu.Unlock(); return len(p.lanes) == 0 }, 5*time.Second, time.Millisecond)
}

func TestCoalesce(t *testing.T) {
	var mu sync.Mutex
	calls := map[uuid.UUID]int{}
	count := func(id uuid.UUID) int { mu.Lock(); defer mu.Unlock(); return calls[id] }
	call := Coalesce(200*time.Millisecond, func(_ context.Context, id uuid.UUID) { mu.Lock(); defer mu.Unlock(); calls[id]++ })
	one, other := uuid.New(), uuid.New()
	for range 50 {
		call(context.Background(), one)
	}
	call(context.Background(), other)
	require.Equal(t, 1, count(one), "the first at once")
	require.Equal(t, 1, count(other))
	require.Eventually(t, func() bool { return count(one) == 2 }, 5*time.Second, 5*time.Millisecond, "the last of the others later")
	require.Equal(t, 1, count(other))
}

func TestWriteKeysAreRemembered(t *testing.T) {
	at, asked := now, 0
	r := repository(func(key string) (Source, error) {
		asked++
		switch key {
		case "good":
			return shopSite, nil
		case "paused":
			return Source{Paused: true}, nil
		case "down":
			return Source{}, errors.New("connection refused")
		}
		return Source{}, apperr.NoSuch("write key")
	})
	s := NewSources(r, func() time.Time { return at })
	for range 3 {
		got, err := s.ByWriteKey(context.Background(), "good")
		require.NoError(t, err)
		require.Equal(t, shopSite, got)
		_, err = s.ByWriteKey(context.Background(), "bad")
		require.Equal(t, apperr.Unauthenticated, apperr.KindOf(err))
	}
	require.Equal(t, 2, asked)
	at = at.Add(rememberFor)
	_, err := s.ByWriteKey(context.Background(), "good")
	require.NoError(t, err)
	require.Equal(t, 3, asked)
	_, err = s.ByWriteKey(context.Background(), "paused")
	require.Equal(t, apperr.Forbidden, apperr.KindOf(err))
	_, err = s.ByWriteKey(context.Background(), "down")
	require.Equal(t, apperr.Unavailable, apperr.KindOf(err))
	_, err = s.ByWriteKey(context.Background(), "")
	require.Equal(t, apperr.Unauthenticated, apperr.KindOf(err))
}

type repository func(key string) (Source, error)

func (r repository) SourceByWriteKey(_ context.Context, key string) (Source, error) { return r(key) }
