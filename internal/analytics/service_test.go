package analytics_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/segment"
)

// world is a repository and a cache that count what is asked of them.
type world struct {
	analytics.Repository
	version  atomic.Int64
	computed atomic.Int64
	events   int64
	gate     chan struct{} // a computation waits for it, when there is one
	failure  error
	mu       sync.Mutex
	kept     map[string][]byte
	away     bool
	hits     atomic.Int64
	offset   atomic.Int64
}

func (w *world) DataVersion(context.Context, uuid.UUID) (int64, error) { return w.version.Load(), nil }

func (w *world) Analyse(_ context.Context, id uuid.UUID, now time.Time) (analytics.Analysis, error) {
	w.computed.Add(1)
	if w.gate != nil {
		<-w.gate
	}
	return analytics.Analysis{
		WorkspaceID: id, DataVersion: w.version.Load(), ComputedAt: now,
		Overview: analytics.Overview{Events: w.events, Revenue: decimal.RequireFromString("12.50")},
	}, w.failure
}

func (w *world) Totals(_ context.Context, _ uuid.UUID, r analytics.Range) (analytics.TotalFigures, error) {
	return analytics.TotalFigures{Orders: int64(r.To.Sub(r.From).Hours()), Query: "SELECT " + r.From.Format(time.DateOnly)}, nil
}

func (w *world) Segment(_ context.Context, _ uuid.UUID, s segment.Standard, r analytics.Range, _ time.Time) (analytics.SegmentFigures, error) {
	return analytics.SegmentFigures{Segment: s.Key, Range: r}, nil
}

func (w *world) Get(_ context.Context, key string) ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.away {
		return nil, errors.New("connection refused")
	}
	if v, ok := w.kept[key]; ok {
		w.hits.Add(1)
		return v, nil
	}
	return nil, nil
}

func (w *world) Set(_ context.Context, key string, value []byte, _ time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.away {
		return errors.New("connection refused")
	}
	w.kept[key] = value
	return nil
}

var start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func (w *world) now() time.Time { return start.Add(time.Duration(w.offset.Load())) }

func setup(t *testing.T) (*world, func() *analytics.Service) {
	t.Helper()
	w := &world{kept: map[string][]byte{}, events: 7}
	return w, func() *analytics.Service {
		return analytics.NewService(analytics.Config{Repository: w, Cache: w, Now: w.now})
	}
}

func TestPictureIsComputedOnceAVersion(t *testing.T) {
	w, process := setup(t)
	ctx, id := context.Background(), uuid.New()
	one, two := process(), process()
	first, err := one.Analysis(ctx, id)
	require.NoError(t, err)
	require.EqualValues(t, 7, first.Overview.Events)
	for range 3 {
		again, err := two.Analysis(ctx, id) // another process finds it in the cache, and then in itself
		require.NoError(t, err)
		require.True(t, first.Overview.Revenue.Equal(again.Overview.Revenue))
	}
	require.EqualValues(t, 1, w.computed.Load())
	require.EqualValues(t, 1, w.hits.Load())

	w.version.Add(1)
	_, err = one.Analysis(ctx, id)
	require.NoError(t, err)
	require.EqualValues(t, 2, w.computed.Load(), "changed data is another picture")
	w.offset.Add(int64(analytics.CacheLife))
	_, err = one.Analysis(ctx, id)
	require.NoError(t, err)
	require.EqualValues(t, 3, w.computed.Load(), "a picture grows old")
	_, err = one.Analysis(ctx, uuid.New())
	require.NoError(t, err)
	require.EqualValues(t, 4, w.computed.Load(), "another workspace is another picture")
}

func TestManyAskingAtOnceComputeOnce(t *testing.T) {
	w, process := setup(t)
	w.gate = make(chan struct{})
	s, id := process(), uuid.New()
	hurried, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	results := make([]error, 20)
	for i := range results {
		ctx := context.Background()
		if i == 0 {
			ctx = hurried
		}
		group.Go(func() { _, results[i] = s.Analysis(ctx, id) })
	}
	require.Eventually(t, func() bool { return w.computed.Load() == 1 }, 5*time.Second, time.Millisecond)
	cancel()
	close(w.gate)
	group.Wait()
	for i, err := range results {
		if i > 0 {
			require.NoError(t, err, "one who leaves takes nothing from the others")
		}
	}
	require.EqualValues(t, 1, w.computed.Load())
}

func TestWithTheCacheAwayItIsComputed(t *testing.T) {
	w, process := setup(t)
	w.away = true
	ctx, id := context.Background(), uuid.New()
	for n := range 2 {
		a, err := process().Analysis(ctx, id)
		require.NoError(t, err)
		require.EqualValues(t, 7, a.Overview.Events)
		require.EqualValues(t, n+1, w.computed.Load())
	}
	w.away = false
	w.kept["v1:"+id.String()+":0"] = []byte("not a picture")
	a, err := process().Analysis(ctx, id)
	require.NoError(t, err)
	require.EqualValues(t, 7, a.Overview.Events)
}

func TestNoDataIsNoAnalysis(t *testing.T) {
	w, process := setup(t)
	w.events = 0
	s := process()
	a, err := s.Analysis(context.Background(), uuid.New())
	require.NoError(t, err)
	require.Nil(t, a)
	p, err := s.Picture(context.Background(), uuid.New())
	require.NoError(t, err)
	require.NotNil(t, p)
	w.failure = apperr.New(apperr.Unavailable, "down", "Down.")
	_, err = s.Analysis(context.Background(), uuid.New())
	require.Equal(t, apperr.Unavailable, apperr.KindOf(err))
}

func TestQuestionsThatCannotBeAnswered(t *testing.T) {
	_, process := setup(t)
	s, ctx, id := process(), context.Background(), uuid.New()
	week := analytics.Range{From: start.AddDate(0, 0, -7), To: start}
	_, err := s.Segment(ctx, id, "everyone", week)
	require.Equal(t, "unknown_segment", apperr.From(err).Code)
	_, err = s.Timeseries(ctx, id, "luck", "day", week)
	require.Equal(t, "unknown_metric", apperr.From(err).Code)
	_, err = s.Timeseries(ctx, id, "orders", "fortnight", week)
	require.Equal(t, "unknown_granularity", apperr.From(err).Code)
	_, err = s.Timeseries(ctx, id, "active_customers", "hour", week)
	require.Equal(t, "unknown_granularity", apperr.From(err).Code)
	_, err = s.Timeseries(ctx, id, "orders", "hour", analytics.Range{From: start.AddDate(-1, 0, 0), To: start})
	require.Equal(t, "range_too_long", apperr.From(err).Code)
	_, err = s.Totals(ctx, id, analytics.Range{From: start, To: start})
	require.Equal(t, "invalid_range", apperr.From(err).Code)
	f, err := s.SegmentInTimeframe(ctx, id, "cart_abandoners", week.From, week.To)
	require.NoError(t, err)
	require.Equal(t, week, f.Range)
}

func TestCompareIsTheChangeFromTheFirstToTheSecond(t *testing.T) {
	_, process := setup(t)
	s, ctx, id := process(), context.Background(), uuid.New()
	c, err := s.Compare(ctx, id, "orders", analytics.Range{From: start.AddDate(0, 0, -2), To: start}, analytics.Range{From: start.AddDate(0, 0, -3), To: start})
	require.NoError(t, err)
	require.Equal(t, "48", c.First.String())
	require.Equal(t, "72", c.Second.String())
	require.InDelta(t, 0.5, *c.Change, 1e-9)
	require.Equal(t, "count", c.Unit)
	require.Contains(t, c.Query, "2026-11-21")
	c, err = s.Compare(ctx, id, "revenue", analytics.Range{From: start.AddDate(0, 0, -2), To: start}, analytics.Range{From: start.AddDate(0, 0, -3), To: start})
	require.NoError(t, err)
	require.Nil(t, c.Change, "nothing cannot grow by a share")
}
