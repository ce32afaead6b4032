package analytics

import (
	"time"

	"github.com/shopspring/decimal"
)

// Range is half-open: [From, To). Questions over a range are answered for whole days of the workspace's zone: the range is
// widened to the days it touches, and the answer names them.
type Range struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Metrics are what Timeseries can follow.
var Metrics = []string{"revenue", "orders", "visits", "active_customers", "events", "signups", "refunds"}

// Granularities are the steps of a Timeseries.
var Granularities = []string{"hour", "day", "week", "month"}

// SegmentFigures is a segment within a range.
type SegmentFigures struct {
	Range
	Segment     string           `json:"segment"`
	Name        string           `json:"name"`
	Criteria    string           `json:"criteria"` // the rule in words
	Size        int64            `json:"size"`
	Reachable   map[string]int64 `json:"reachable"` // by channel
	CartValue   decimal.Decimal  `json:"cartValue"`
	Revenue     decimal.Decimal  `json:"revenue"`     // lifetime, of its members
	TopProducts []Product        `json:"topProducts"` // what its members looked at, put into carts and bought in the range
	Members     []Member         `json:"members"`     // the ten of highest value
	Query       string           `json:"query"`
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
	Total  decimal.Decimal `json:"total"` // of the range; people are counted once in it
	Query  string          `json:"query"`
}

// SeriesStep is one day, week or month, named by its first day (YYYY-MM-DD), or one hour (YYYY-MM-DD HH:00).
type SeriesStep struct {
	Start string          `json:"start"`
	Value decimal.Decimal `json:"value"`
}

// ProductFigures is products over a range.
type ProductFigures struct {
	Products []Product `json:"products"`
	Query    string    `json:"query"`
}

// Product is what one product did. Its revenue is as sold: refunds name no product.
type Product struct {
	Name    string          `json:"name"`
	Views   int64           `json:"views"`
	Adds    int64           `json:"adds"`
	Orders  int64           `json:"orders"`
	Revenue decimal.Decimal `json:"revenue"`
}

// TotalFigures counts one range.
type TotalFigures struct {
	Range
	Events          int64           `json:"events"`
	Visits          int64           `json:"visits"`
	ActiveCustomers int64           `json:"activeCustomers"`
	Orders          int64           `json:"orders"`
	Refunds         int64           `json:"refunds"`
	SignUps         int64           `json:"signUps"`
	Revenue         decimal.Decimal `json:"revenue"`
	Query           string          `json:"query"`
}

// Comparison is one metric in two ranges.
type Comparison struct {
	Metric string          `json:"metric"`
	Unit   string          `json:"unit"`
	First  decimal.Decimal `json:"first"`
	Second decimal.Decimal `json:"second"`
	Change *float64        `json:"change,omitempty"` // from first to second, as a share of the first; nil where the first is 0
	Query  string          `json:"query"`
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
