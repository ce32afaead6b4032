package api

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

// Analytics answers what a workspace's data says.
type Analytics interface {
	Picture(ctx context.Context, workspaceID uuid.UUID) (*analytics.Analysis, error)
	KPIs(ctx context.Context, workspaceID uuid.UUID, a analytics.Asked) (*analytics.KPIs, error)
	Series(ctx context.Context, workspaceID uuid.UUID, a analytics.Asked) (*analytics.Series, error)
	FunnelReach(ctx context.Context, workspaceID uuid.UUID, a analytics.Asked) (*analytics.FunnelAnswer, error)
	Cohorts(ctx context.Context, workspaceID uuid.UUID, a analytics.Asked) (*analytics.Cohorts, error)
	RFM(ctx context.Context, workspaceID uuid.UUID, a analytics.Asked) (*analytics.RFM, error)
	Revenue(ctx context.Context, workspaceID uuid.UUID, a analytics.Asked) (*analytics.Revenue, error)
	ChannelResults(ctx context.Context, workspaceID uuid.UUID, a analytics.Asked) (*analytics.ChannelsAnswer, error)
}

// Money is an amount in a currency.
type Money = analytics.Money

func moneyFrom(d decimal.Decimal, currency string) Money { return analytics.MoneyFrom(d, currency) }

// AnalyticsOverview is a workspace's picture: what there is, the last 30 days beside the 30 before, the standard segments, and
// the main figures of the range that was asked for.
type AnalyticsOverview struct {
	Events         int64              `json:"events" doc:"Counted"`
	Customers      int64              `json:"customers" doc:"Counted"`
	ComputedAt     time.Time          `json:"computedAt"`
	TimeZone       string             `json:"timeZone"`
	Demo           bool               `json:"demo" doc:"Some of the data is demo data"`
	Orders         int64              `json:"orders"`
	Revenue        Money              `json:"revenue" doc:"Orders less refunds"`
	AverageOrder   Money              `json:"averageOrder"`
	FirstEventAt   *time.Time         `json:"firstEventAt,omitempty"`
	LastEventAt    *time.Time         `json:"lastEventAt,omitempty"`
	Last30         AnalyticsPeriod    `json:"last30"`
	Previous30     AnalyticsPeriod    `json:"previous30"`
	EventsByType   []analytics.Count  `json:"eventsByType"`
	EventsBySource []analytics.Count  `json:"eventsBySource"`
	Reachable      map[string]int64   `json:"reachable" doc:"By channel: people with consent and an address"`
	Segments       []AnalyticsSegment `json:"segments"`
	Queries        map[string]string  `json:"queries" doc:"The SQL behind it: overview, segments"`
	Period         *analytics.KPIs    `json:"period" doc:"The range that was asked for, of the segment if one was, beside as many days before it. All else here is of everyone: over all time, or as its name says"`
}

// AnalyticsPeriod is one stretch of days.
type AnalyticsPeriod struct {
	From            time.Time `json:"from"`
	To              time.Time `json:"to"`
	Events          int64     `json:"events"`
	Orders          int64     `json:"orders"`
	Revenue         Money     `json:"revenue"`
	ActiveCustomers int64     `json:"activeCustomers"`
}

// AnalyticsSegment is a standard segment with its size.
type AnalyticsSegment struct {
	ID        uuid.UUID        `json:"id"`
	Key       string           `json:"key"`
	Name      string           `json:"name"`
	Criteria  string           `json:"criteria" doc:"The rule, in words"`
	Size      int64            `json:"size"`
	Share     float64          `json:"share" doc:"Of all customers, 0 to 1"`
	Reachable map[string]int64 `json:"reachable" doc:"By channel"`
	Revenue   Money            `json:"revenue" doc:"Lifetime, of its members"`
	CartValue Money            `json:"cartValue" doc:"Open carts of its members"`
}

func periodFrom(p analytics.Period, currency string) AnalyticsPeriod {
	return AnalyticsPeriod{From: p.From, To: p.To, Events: p.Events, Orders: p.Orders, Revenue: moneyFrom(p.Revenue, currency), ActiveCustomers: p.ActiveCustomers}
}

func overviewFrom(a *analytics.Analysis) AnalyticsOverview {
	o := a.Overview
	out := AnalyticsOverview{
		Events: o.Events, Customers: o.Customers, ComputedAt: a.ComputedAt, TimeZone: a.TimeZone, Demo: a.Demo,
		Orders: o.Orders, Revenue: moneyFrom(o.Revenue, a.Currency), AverageOrder: moneyFrom(o.AverageOrder, a.Currency),
		FirstEventAt: o.FirstEventAt, LastEventAt: o.LastEventAt,
		Last30: periodFrom(o.Last30, a.Currency), Previous30: periodFrom(o.Previous30, a.Currency),
		EventsByType: append([]analytics.Count{}, o.EventsByType...), EventsBySource: append([]analytics.Count{}, o.EventsBySource...),
		Reachable: map[string]int64{"email": o.ReachableEmail, "sms": o.ReachableSMS, "push": o.ReachablePush, "whatsapp": o.ReachableWhatsApp},
		Segments:  []AnalyticsSegment{}, Queries: map[string]string{"overview": a.Queries["overview"], "segments": a.Queries["segments"]},
	}
	for _, s := range a.Segments {
		out.Segments = append(out.Segments, AnalyticsSegment{
			ID: s.ID, Key: s.Key, Name: s.Name, Criteria: s.Criteria, Size: s.Size, Share: s.Share,
			Reachable: map[string]int64{"email": s.ReachableEmail, "sms": s.ReachableSMS, "push": s.ReachablePush, "whatsapp": s.ReachableWhatsApp},
			Revenue:   moneyFrom(s.Revenue, a.Currency), CartValue: moneyFrom(s.CartValue, a.Currency),
		})
	}
	return out
}

// Table has the figures of the range.
func (o *AnalyticsOverview) Table() analytics.Table { return o.Period.Table() }

// Says is what these were counted from.
func (o *AnalyticsOverview) Says() analytics.Counted { return o.Period.Says() }

func (s *Server) analyticsRoutes(svc Analytics) {
	report(s, "overview", "A workspace's picture", "What there is, and a range's main figures beside those of as many days before. All zero where there is no data yet. As CSV: the figures.",
		func(ctx context.Context, workspaceID uuid.UUID, in *ReportInput) (*AnalyticsOverview, error) {
			a, err := svc.Picture(ctx, workspaceID)
			if err != nil {
				return nil, err
			}
			out := overviewFrom(a)
			out.Period, err = svc.KPIs(ctx, workspaceID, in.asked())
			return &out, err
		})
	report(s, "timeseries", "A metric over time", "Every step is there, 0 where nothing happened. The first and last week or month count only days of the range. An hour that the clocks show twice is two, and one that they skip is none.",
		func(ctx context.Context, workspaceID uuid.UUID, in *seriesInput) (*analytics.Series, error) {
			a := in.asked()
			a.Metric, a.Granularity, a.Compare = in.Metric, in.Granularity, in.Compare
			return svc.Series(ctx, workspaceID, a)
		})
	report(s, "funnel", "How far people came", "People by the step that they came to: visit, product, cart, checkout, order. `events` counts each step of each person once a day.",
		func(ctx context.Context, workspaceID uuid.UUID, in *ReportInput) (*analytics.FunnelAnswer, error) {
			return svc.FunnelReach(ctx, workspaceID, in.asked())
		})
	report(s, "cohorts", "Who comes again", "People by the month or week in which they first ordered (or came), and how many came again in each one after it to the end of the range. Default: the last 365 days.",
		func(ctx context.Context, workspaceID uuid.UUID, in *cohortsInput) (*analytics.Cohorts, error) {
			a := in.asked()
			a.By, a.Granularity = in.By, in.Granularity
			return svc.Cohorts(ctx, workspaceID, a)
		})
	report(s, "rfm", "Buyers by recency, frequency and value", "Everyone who ordered in the range, scored 1 to 5 by the day of their last order, their number of orders, and what they spent, each within the range: 1 + floor(5 × the share of buyers who are strictly worse), so that equals have equal scores. Default: the last 365 days.",
		func(ctx context.Context, workspaceID uuid.UUID, in *ReportInput) (*analytics.RFM, error) {
			return svc.RFM(ctx, workspaceID, in.asked())
		})
	report(s, "revenue", "What was sold", "By day, product, channel, and new and returning customers; refunds beside it. `events` are orders and refunds, `customers` those who ordered.",
		func(ctx context.Context, workspaceID uuid.UUID, in *ReportInput) (*analytics.Revenue, error) {
			return svc.Revenue(ctx, workspaceID, in.asked())
		})
	report(s, "channels", "What each channel brought", "Visits, orders and revenue by the channel of the visit. The rate's interval is Wilson's, at 95 %.",
		func(ctx context.Context, workspaceID uuid.UUID, in *ReportInput) (*analytics.ChannelsAnswer, error) {
			return svc.ChannelResults(ctx, workspaceID, in.asked())
		})
}
