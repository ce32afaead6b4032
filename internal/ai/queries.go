package ai

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// Queries looks further into one workspace's data than its analysis goes. Every answer is exact, over all events, and
// names its SQL. It only reads; the same question at the same data version gives the same answer.
type Queries interface {
	// Segment is a standard segment as it would be if only what happened in r counted; its ten members of highest value.
	Segment(ctx context.Context, workspaceID uuid.UUID, segment string, r Range) (SegmentFigures, error)
	// Timeseries is a metric by day, week or month over r, every step present.
	Timeseries(ctx context.Context, workspaceID uuid.UUID, metric, granularity string, r Range) (SeriesFigures, error)
	// TopProducts are by revenue, highest first.
	TopProducts(ctx context.Context, workspaceID uuid.UUID, r Range, limit int) (ProductFigures, error)
	// Totals counts one range; two of them make a comparison.
	Totals(ctx context.Context, workspaceID uuid.UUID, r Range) (TotalFigures, error)
	// Funnel is visit to order over r.
	Funnel(ctx context.Context, workspaceID uuid.UUID, r Range) (FunnelFigures, error)
	// Channels is what each traffic or message channel brought in r.
	Channels(ctx context.Context, workspaceID uuid.UUID, r Range) (ChannelFigures, error)
}

// Range is half-open: [From, To).
type Range struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Metrics are what Timeseries can follow.
var Metrics = []string{"revenue", "orders", "visits", "active_customers", "events", "signups", "refunds"}

// SegmentFigures is a segment within a range.
type SegmentFigures struct {
	Segment   string           `json:"segment"`
	Size      int64            `json:"size"`
	Reachable map[string]int64 `json:"reachable"` // by channel
	CartValue decimal.Decimal  `json:"cartValue"`
	Members   []Member         `json:"members"`
	Query     string           `json:"query"`
}

// Member is one customer of a segment, as a marketer may see them. Models never get names.
type Member struct {
	Name  string          `json:"-"`
	Value decimal.Decimal `json:"value"` // open cart for cart abandoners, lifetime revenue otherwise
	At    time.Time       `json:"at"`    // last seen
}

// SeriesFigures is one metric over time.
type SeriesFigures struct {
	Metric string          `json:"metric"`
	Unit   string          `json:"unit"` // count or money
	Steps  []SeriesStep    `json:"steps"`
	Total  decimal.Decimal `json:"total"`
	Query  string          `json:"query"`
}

// SeriesStep is one day, week or month, named by its first day (YYYY-MM-DD).
type SeriesStep struct {
	Start string          `json:"start"`
	Value decimal.Decimal `json:"value"`
}

// ProductFigures is products over a range.
type ProductFigures struct {
	Products []Product `json:"products"`
	Query    string    `json:"query"`
}

// Product is what one product did.
type Product struct {
	Name    string          `json:"name"`
	Views   int64           `json:"views"`
	Adds    int64           `json:"adds"`
	Orders  int64           `json:"orders"`
	Revenue decimal.Decimal `json:"revenue"`
}

// TotalFigures counts one range.
type TotalFigures struct {
	Events          int64           `json:"events"`
	Visits          int64           `json:"visits"`
	ActiveCustomers int64           `json:"activeCustomers"`
	Orders          int64           `json:"orders"`
	Refunds         int64           `json:"refunds"`
	SignUps         int64           `json:"signUps"`
	Revenue         decimal.Decimal `json:"revenue"`
	Query           string          `json:"query"`
}

// FunnelFigures is the funnel over a range.
type FunnelFigures struct {
	Steps []FunnelStep `json:"steps"`
	Query string       `json:"query"`
}

// FunnelStep is customers who did a step at least once, and their share of the first step.
type FunnelStep struct {
	Type      string  `json:"type"`
	Label     string  `json:"label"`
	Customers int64   `json:"customers"`
	Rate      float64 `json:"rate"`
}

// ChannelFigures is channels over a range, by revenue, highest first.
type ChannelFigures struct {
	Channels []ChannelFigure `json:"channels"`
	Query    string          `json:"query"`
}

// ChannelFigure is what one channel brought.
type ChannelFigure struct {
	Channel string          `json:"channel"`
	Visits  int64           `json:"visits"`
	Orders  int64           `json:"orders"`
	Revenue decimal.Decimal `json:"revenue"`
}
