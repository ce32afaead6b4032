package analytics

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/segment"
)

// Cache keeps computed pictures. It may forget at any time; an error only costs the computation.
type Cache interface {
	// Get answers nil for what is not there.
	Get(ctx context.Context, key string) ([]byte, error)
	Set(ctx context.Context, key string, value []byte, life time.Duration) error
}

// CacheLife bounds how old a picture may be: rules such as "in the last 7 days" move on while the data stands still.
const CacheLife = 5 * time.Minute

// Service answers what a workspace's data says.
type Service struct {
	Config
	recent  *lru.Cache[string, *Analysis]
	mu      sync.Mutex
	running map[string]*computation
	answers *lru.Cache[string, recentAnswer]
	asking  map[string]*asking
	// catalogues are the names of products of workspaces that were asked about lately.
	catalogues *lru.Cache[uuid.UUID, recentCatalogue]
}

// Config is what a Service is made of.
type Config struct {
	Repository Repository
	Cache      Cache
	Now        func() time.Time
}

// NewService makes a Service.
func NewService(cfg Config) *Service {
	recent, err := lru.New[string, *Analysis](recentAnalyses)
	if err != nil {
		panic(err) // the size is a positive constant
	}
	answers, err := lru.New[string, recentAnswer](recentAnswers)
	if err != nil {
		panic(err) // as above
	}
	catalogues, err := lru.New[uuid.UUID, recentCatalogue](recentAnalyses)
	if err != nil {
		panic(err) // as above
	}
	return &Service{Config: cfg, running: map[string]*computation{}, recent: recent, answers: answers, asking: map[string]*asking{}, catalogues: catalogues}
}

// computation is one under way that others may wait for.
type computation struct {
	done  chan struct{}
	value *Analysis
	err   error
}

// Analysis is Picture, or nil when there is no data.
func (s *Service) Analysis(ctx context.Context, workspaceID uuid.UUID) (*Analysis, error) {
	a, err := s.Picture(ctx, workspaceID)
	return a.orNone(), err
}

// AnalysisAt is Analysis for who has just read the data version: within this process it costs no round trip.
func (s *Service) AnalysisAt(ctx context.Context, workspaceID uuid.UUID, version int64) (*Analysis, error) {
	a, err := s.picture(ctx, workspaceID, version)
	return a.orNone(), err
}

// orNone is nil for a picture with nothing in it.
func (a *Analysis) orNone() *Analysis {
	if a == nil || a.Overview.Events == 0 && a.Overview.Customers == 0 {
		return nil
	}
	return a
}

// Picture is the whole picture of the workspace, at most CacheLife old and never of an earlier data version. Callers share
// it and must not change it. It is computed once however many ask at the same time; with the cache away it is computed each
// time.
func (s *Service) Picture(ctx context.Context, workspaceID uuid.UUID) (*Analysis, error) {
	version, err := s.Repository.DataVersion(ctx, workspaceID)
	if err != nil {
		return nil, err
	}
	return s.picture(ctx, workspaceID, version)
}

func (s *Service) picture(ctx context.Context, workspaceID uuid.UUID, version int64) (*Analysis, error) {
	key := fmt.Sprintf("v1:%s:%d", workspaceID, version)
	if a, ok := s.recent.Get(key); ok && s.fresh(a) {
		return a, nil
	}
	if a := s.cached(ctx, key); a != nil && s.fresh(a) {
		s.recent.Add(key, a)
		return a, nil
	}

	s.mu.Lock()
	c, joined := s.running[key]
	if !joined {
		c = &computation{done: make(chan struct{})}
		s.running[key] = c
	}
	s.mu.Unlock()
	if !joined {
		// The first one's going away must not take the answer from those who wait for it.
		go s.compute(context.WithoutCancel(ctx), workspaceID, key, c)
	}
	select {
	case <-c.done:
		return c.value, c.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// recentAnalyses is how many pictures a process keeps unpacked, of about 30 kB each.
const recentAnalyses = 500

// fresh tells whether a picture may still be shown.
func (s *Service) fresh(a *Analysis) bool { return s.Now().Sub(a.ComputedAt) < CacheLife }

// computeWithin is far more than an analysis takes.
const computeWithin = time.Minute

func (s *Service) compute(ctx context.Context, workspaceID uuid.UUID, key string, c *computation) {
	ctx, cancel := context.WithTimeout(ctx, computeWithin)
	defer cancel()
	started := key
	defer func() {
		s.mu.Lock()
		delete(s.running, started)
		s.mu.Unlock()
		close(c.done)
	}()
	a, err := s.Repository.Analyse(ctx, workspaceID, s.Now())
	if err != nil {
		c.err = err
		return
	}
	c.value = &a
	key = fmt.Sprintf("v1:%s:%d", workspaceID, a.DataVersion) // it may have moved on meanwhile
	s.recent.Add(key, c.value)
	packed, err := pack(a)
	if err == nil {
		err = s.Cache.Set(ctx, key, packed, CacheLife)
	}
	if err != nil {
		slog.WarnContext(ctx, "an analysis was not cached", "workspace_id", workspaceID, "error", err)
	}
}

func (s *Service) cached(ctx context.Context, key string) *Analysis {
	data, err := s.Cache.Get(ctx, key)
	if err != nil {
		slog.WarnContext(ctx, "the analysis cache does not answer", "error", err)
		return nil
	}
	if data == nil {
		return nil
	}
	a, err := unpack(data)
	if err != nil {
		slog.WarnContext(ctx, "a cached analysis cannot be read", "error", err)
		return nil
	}
	return a
}

func pack(a any) ([]byte, error) {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err := json.NewEncoder(w).Encode(a); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
}

func unpack(data []byte) (*Analysis, error) {
	var a Analysis
	err := unpackInto(data, &a)
	return &a, err
}

func unpackInto(data []byte, into any) error {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, into)
}

// SegmentInTimeframe counts and describes a standard segment by what happened in [from, to): its size, reach, carts and
// products, with the SQL that counted it.
func (s *Service) SegmentInTimeframe(ctx context.Context, workspaceID uuid.UUID, key string, from, to time.Time) (SegmentFigures, error) {
	return s.Segment(ctx, workspaceID, key, Range{from, to})
}

// Segment is SegmentInTimeframe for a Range. Its bounds are taken to the moment.
func (s *Service) Segment(ctx context.Context, workspaceID uuid.UUID, key string, r Range) (SegmentFigures, error) {
	standard, ok := segment.ByKey(key)
	if !ok {
		keys := make([]string, 0, len(segment.Standards))
		for _, k := range segment.Standards {
			keys = append(keys, k.Key)
		}
		return SegmentFigures{}, apperr.New(apperr.Invalid, "unknown_segment", "There is no segment %q. Use one of %v.", key, keys)
	}
	if err := r.check(); err != nil {
		return SegmentFigures{}, err
	}
	return s.Repository.Segment(ctx, workspaceID, standard, r, s.Now())
}

// Timeseries is a metric by hour, day, week or month over r, every step present.
func (s *Service) Timeseries(ctx context.Context, workspaceID uuid.UUID, metric, granularity string, r Range) (SeriesFigures, error) {
	if !slices.Contains(Metrics, metric) {
		return SeriesFigures{}, apperr.New(apperr.Invalid, "unknown_metric", "There is no metric %q. Use one of %v.", metric, Metrics)
	}
	if !slices.Contains(Granularities, granularity) {
		return SeriesFigures{}, apperr.New(apperr.Invalid, "unknown_granularity", "There is no step %q. Use one of %v.", granularity, Granularities)
	}
	if metric == "active_customers" && granularity == "hour" {
		return SeriesFigures{}, apperr.New(apperr.Invalid, "unknown_granularity", "People are counted by day, week or month, not by hour.")
	}
	if err := r.check(); err != nil {
		return SeriesFigures{}, err
	}
	if longest := map[string]time.Duration{"hour": 31 * day, "day": 1100 * day, "week": 3700 * day, "month": 37000 * day}[granularity]; r.To.Sub(r.From) > longest {
		return SeriesFigures{}, apperr.New(apperr.Invalid, "range_too_long", "This is too long a time by the %s. Use longer steps or a shorter time.", granularity)
	}
	return s.Repository.Timeseries(ctx, workspaceID, metric, granularity, r)
}

const day = 24 * time.Hour

// TopProducts are by revenue, highest first, then by views; at most 100.
func (s *Service) TopProducts(ctx context.Context, workspaceID uuid.UUID, r Range, limit int) (ProductFigures, error) {
	if err := r.check(); err != nil {
		return ProductFigures{}, err
	}
	return s.Repository.TopProducts(ctx, workspaceID, r, min(max(limit, 1), 100))
}

// Totals counts one range; two of them make a comparison.
func (s *Service) Totals(ctx context.Context, workspaceID uuid.UUID, r Range) (TotalFigures, error) {
	if err := r.check(); err != nil {
		return TotalFigures{}, err
	}
	return s.Repository.Totals(ctx, workspaceID, r)
}

// Compare is one metric in two ranges.
func (s *Service) Compare(ctx context.Context, workspaceID uuid.UUID, metric string, first, second Range) (Comparison, error) {
	if !slices.Contains(Metrics, metric) {
		return Comparison{}, apperr.New(apperr.Invalid, "unknown_metric", "There is no metric %q. Use one of %v.", metric, Metrics)
	}
	a, err := s.Totals(ctx, workspaceID, first)
	if err != nil {
		return Comparison{}, err
	}
	b, err := s.Totals(ctx, workspaceID, second)
	if err != nil {
		return Comparison{}, err
	}
	c := Comparison{Metric: metric, Unit: UnitOf(metric), First: a.Of(metric), Second: b.Of(metric), Query: a.Query + ";\n" + b.Query}
	if !c.First.IsZero() {
		change := c.Second.Sub(c.First).Div(c.First).InexactFloat64()
		c.Change = &change
	}
	return c, nil
}

// ActiveCustomers counts the people who did something in r.
func (s *Service) ActiveCustomers(ctx context.Context, workspaceID uuid.UUID, r Range) (int64, string, error) {
	t, err := s.Totals(ctx, workspaceID, r)
	return t.ActiveCustomers, t.Query, err
}

// Funnel is visit to order over r.
func (s *Service) Funnel(ctx context.Context, workspaceID uuid.UUID, r Range) (FunnelFigures, error) {
	if err := r.check(); err != nil {
		return FunnelFigures{}, err
	}
	return s.Repository.Funnel(ctx, workspaceID, r)
}

// Channels is what each traffic or message channel brought in r.
func (s *Service) Channels(ctx context.Context, workspaceID uuid.UUID, r Range) (ChannelFigures, error) {
	if err := r.check(); err != nil {
		return ChannelFigures{}, err
	}
	return s.Repository.Channels(ctx, workspaceID, r)
}

// UnitOf is money or count.
func UnitOf(metric string) string {
	if metric == "revenue" {
		return "money"
	}
	return "count"
}

// Of is one of them by its metric's name; events for a name that is not known.
func (t TotalFigures) Of(metric string) decimal.Decimal {
	switch metric {
	case "revenue":
		return t.Revenue
	case "orders":
		return decimal.NewFromInt(t.Orders)
	case "visits":
		return decimal.NewFromInt(t.Visits)
	case "active_customers":
		return decimal.NewFromInt(t.ActiveCustomers)
	case "signups":
		return decimal.NewFromInt(t.SignUps)
	case "refunds":
		return decimal.NewFromInt(t.Refunds)
	}
	return decimal.NewFromInt(t.Events)
}

func (r Range) check() error {
	if !r.To.After(r.From) || r.From.Year() < 1970 || r.To.Year() > 2200 {
		return apperr.New(apperr.Invalid, "invalid_range", "This is not a time: its end must come after its beginning.").
			WithField("from", "give a moment before to", r.From)
	}
	return nil
}
