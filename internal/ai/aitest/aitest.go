// Package aitest is what tests of providers share: a sink that records, a workspace's picture, and canned queries.
package aitest

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

// Now is when the picture was taken: a Tuesday.
var Now = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

// WorkspaceID and TurnID are those of Analysis and of requests in tests.
var (
	WorkspaceID = uuid.MustParse("0193d0b2-6d7e-7c8a-9f00-5a1e6b2c3d4e")
	TurnID      = uuid.MustParse("0193d0b2-6d7e-7c8a-9f00-5a1e6b2c3d4f")
)

// Recorder is a sink that keeps what it was given. It is safe for concurrent use.
type Recorder struct {
	mu      sync.Mutex
	Deltas  []string
	Steps   []string
	Cards   map[int]recommend.Recommendation
	Charts  []ai.Chart
	Tables  []ai.Table
	Named   []ai.Source
	OnText  func(sofar string) // called after each delta
	OnCard  func(index int)
	textBuf strings.Builder
}

var _ ai.Sink = (*Recorder)(nil)

// Text appends to the answer.
func (r *Recorder) Text(delta string) {
	r.mu.Lock()
	r.Deltas = append(r.Deltas, delta)
	r.textBuf.WriteString(delta)
	text, call := r.textBuf.String(), r.OnText
	r.mu.Unlock()
	if call != nil {
		call(text)
	}
}

// Status records a step.
func (r *Recorder) Status(step, label string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Steps = append(r.Steps, step)
}

// Card records a card at its index.
func (r *Recorder) Card(index int, c recommend.Recommendation) {
	r.mu.Lock()
	if r.Cards == nil {
		r.Cards = map[int]recommend.Recommendation{}
	}
	r.Cards[index] = c
	call := r.OnCard
	r.mu.Unlock()
	if call != nil {
		call(index)
	}
}

// Chart records a chart.
func (r *Recorder) Chart(c ai.Chart) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Charts = append(r.Charts, c)
}

// Table records a table.
func (r *Recorder) Table(t ai.Table) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Tables = append(r.Tables, t)
}

// Sources records the sources, replacing those before.
func (r *Recorder) Sources(s []ai.Source) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Named = s
}

// Answer is the text so far.
func (r *Recorder) Answer() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.textBuf.String()
}

// CardCount is how many cards there are so far.
func (r *Recorder) CardCount() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.Cards)
}

func money(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// Analysis is the picture of a middling shop.
func Analysis() *analytics.Analysis {
	first, last := Now.AddDate(0, -6, 0), Now.Add(-time.Minute)
	a := &analytics.Analysis{
		WorkspaceID: WorkspaceID, DataVersion: 7, ComputedAt: Now, TimeZone: "Europe/Berlin", Currency: "EUR",
		Overview: analytics.Overview{
			Events: 182340, Customers: 12480, Orders: 5231, Revenue: money("418311.45"), AverageOrder: money("79.97"), FirstEventAt: &first, LastEventAt: &last,
			Last30:         analytics.Period{From: Now.AddDate(0, 0, -30), To: Now, Events: 31877, Orders: 1017, Revenue: money("81204.10"), ActiveCustomers: 4102},
			Previous30:     analytics.Period{From: Now.AddDate(0, 0, -60), To: Now.AddDate(0, 0, -30), Events: 29411, Orders: 903, Revenue: money("72180.40"), ActiveCustomers: 3890},
			EventsByType:   []analytics.Count{{Name: "page_viewed", Count: 101203}, {Name: "product_viewed", Count: 52011}, {Name: "product_added", Count: 14310}, {Name: "order_completed", Count: 5231}, {Name: "lead_captured", Count: 618}},
			EventsBySource: []analytics.Count{{Name: "gtm", Count: 120944}, {Name: "facebook_pixel", Count: 45117}, {Name: "shopify", Count: 16279}},
			ReachableEmail: 8011, ReachableSMS: 3127, ReachablePush: 2204, ReachableWhatsApp: 1480,
		},
		Funnel: []analytics.Step{
			{Type: "page_viewed", Label: "Visited", Customers: 4102, Rate: 1}, {Type: "product_viewed", Label: "Viewed a product", Customers: 3015, Rate: 0.735},
			{Type: "product_added", Label: "Added to cart", Customers: 1507, Rate: 0.3674}, {Type: "checkout_started", Label: "Started checkout", Customers: 1102, Rate: 0.2687},
			{Type: "order_completed", Label: "Ordered", Customers: 861, Rate: 0.2099},
		},
		Channels: []analytics.Channel{
			{Channel: "email", Visits: 9120, Orders: 702, Revenue: money("61022.30"), ConversionRate: 0.077}, {Channel: "organic", Visits: 30114, Orders: 641, Revenue: money("52319.00"), ConversionRate: 0.0213},
			{Channel: "paid", Visits: 18770, Orders: 288, Revenue: money("21704.75"), ConversionRate: 0.0153},
		},
		Queries: map[string]string{},
	}
	for _, section := range []string{"overview", "funnel", "segments", "revenue", "channels", "hours"} {
		a.Queries[section] = "SELECT /* " + section + " */ count(*) FROM events WHERE workspace_id = $1"
	}
	segment := func(key, name, criteria string, size int64, cart, revenue string, orders float64, hour int) {
		a.Segments = append(a.Segments, analytics.Segment{
			ID: uuid.NewSHA1(WorkspaceID, []byte(key)), Key: key, Name: name, Criteria: criteria, Size: size, Share: float64(size) / 12480,
			ReachableEmail: size * 7 / 10, ReachableSMS: size / 4, ReachablePush: size / 5, ReachableWhatsApp: size / 9,
			Revenue: money(revenue), AverageOrder: money("84.20"), CartValue: money(cart), OrdersPer30Days: orders, BestHour: hour,
		})
	}
	segment("cart_abandoners", "Cart abandoners", "Added to cart in the last 14 days, no order since", 1204, "98120.55", "51002.00", 0.09, 20)
	segment("high_value_customers", "High-value customers", "Top 10% by revenue", 624, "0", "210448.10", 0.41, 19)
	segment("new_visitors", "New visitors", "First seen in the last 7 days", 811, "0", "0", 0, 18)
	segment("engaged_users", "Engaged users", "Three or more sessions in the last 30 days", 1930, "0", "98700.00", 0.2, 20)
	segment("potential_customers", "Potential customers", "Viewed products twice or more, never ordered", 3420, "0", "0", 0, 21)
	segment("repeat_customers", "Repeat customers", "Two orders or more", 1711, "0", "240110.00", 0.3, 19)
	segment("lapsed_customers", "Lapsed customers", "Ordered, but not in the last 90 days", 2215, "0", "130220.00", 0, 12)
	segment("at_risk_vips", "At-risk VIPs", "High-value, and not seen for 45 days", 0, "0", "0", 0, 10)
	for i := range 90 {
		a.Revenue = append(a.Revenue, analytics.Day{Date: Now.AddDate(0, 0, i-89).Format(time.DateOnly), Orders: int64(20 + i%9), Revenue: money("1800.00").Add(decimal.NewFromInt(int64(i * 13 % 211))), Visits: int64(600 + i)})
	}
	for d := range 7 {
		for h := range 24 {
			a.Hours = append(a.Hours, analytics.Hour{Weekday: d, Hour: h, Events: int64(10 + h*(24-h) + d), Orders: int64(h % 7)})
		}
	}
	return a
}

// Queries answers from the range alone, so that every figure can be told apart.
type Queries struct {
	Err   error
	mu    sync.Mutex
	Asked []string
}

var _ ai.Queries = (*Queries)(nil)

func (q *Queries) ask(what string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.Asked = append(q.Asked, what)
	return q.Err
}

// Segment gives 412 people for any segment.
func (q *Queries) Segment(_ context.Context, _ uuid.UUID, segment string, r analytics.Range) (analytics.SegmentFigures, error) {
	return analytics.SegmentFigures{
		Segment: segment, Size: 412, CartValue: money("33019.80"), Query: "SELECT /* segment " + segment + " */ 1",
		Reachable:   map[string]int64{"email": 301, "sms": 96, "push": 77, "whatsapp": 0},
		TopProducts: []analytics.Product{{Name: "Trail Runner 2", Adds: 31}},
		Members:     []analytics.Member{{Name: "Anna Keller", Value: money("412.50"), At: r.From}, {Value: money("350.00"), At: r.From}},
	}, q.ask("segment " + segment)
}

// Timeseries gives one step a day.
func (q *Queries) Timeseries(_ context.Context, _ uuid.UUID, metric, granularity string, r analytics.Range) (analytics.SeriesFigures, error) {
	f := analytics.SeriesFigures{Metric: metric, Unit: "count", Query: "SELECT /* " + metric + " by " + granularity + " */ 1"}
	if metric == "revenue" {
		f.Unit = "money"
	}
	for at := r.From; at.Before(r.To); at = at.AddDate(0, 0, 1) {
		v := decimal.NewFromInt(int64(100 + at.Day()))
		f.Steps, f.Total = append(f.Steps, analytics.SeriesStep{Start: at.Format(time.DateOnly), Value: v}), f.Total.Add(v)
	}
	return f, q.ask("timeseries " + metric + " " + granularity)
}

// TopProducts gives two.
func (q *Queries) TopProducts(context.Context, uuid.UUID, analytics.Range, int) (analytics.ProductFigures, error) {
	return analytics.ProductFigures{Query: "SELECT /* products */ 1", Products: []analytics.Product{
		{Name: "Trail Runner 2", Views: 5120, Adds: 811, Orders: 207, Revenue: money("24633.00")}, {Name: "Alpine Jacket", Views: 3301, Adds: 402, Orders: 98, Revenue: money("19502.00")},
	}}, q.ask("products")
}

// Totals grow with how late the range begins.
func (q *Queries) Totals(_ context.Context, _ uuid.UUID, r analytics.Range) (analytics.TotalFigures, error) {
	n := int64(r.From.YearDay()) + int64(r.To.Sub(r.From).Hours())
	return analytics.TotalFigures{
		Events: 40 * n, Visits: 21 * n, ActiveCustomers: 6 * n, Orders: n, Refunds: n / 20, SignUps: n / 3, Revenue: decimal.NewFromInt(80 * n).Add(money("0.25")),
		Query: "SELECT /* totals */ 1",
	}, q.ask("totals")
}

// Funnel gives three steps.
func (q *Queries) Funnel(context.Context, uuid.UUID, analytics.Range) (analytics.FunnelFigures, error) {
	return analytics.FunnelFigures{Query: "SELECT /* funnel */ 1", Steps: []analytics.FunnelStep{
		{Type: "page_viewed", Label: "Visited", Customers: 2001, Rate: 1}, {Type: "product_added", Label: "Added to cart", Customers: 702, Rate: 0.351}, {Type: "order_completed", Label: "Ordered", Customers: 318, Rate: 0.159},
	}}, q.ask("funnel")
}

// Channels gives two.
func (q *Queries) Channels(_ context.Context, _ uuid.UUID, r analytics.Range) (analytics.ChannelFigures, error) {
	n := int64(r.From.YearDay())
	return analytics.ChannelFigures{Query: "SELECT /* channels */ 1", Channels: []analytics.ChannelFigure{
		{Channel: "email", Visits: 812, Orders: 51, Revenue: decimal.NewFromInt(4300 + n)}, {Channel: "organic", Visits: 2204, Orders: 47, Revenue: money("3990.10")},
	}}, q.ask("channels")
}
