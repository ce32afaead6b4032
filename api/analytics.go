package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

// Pictures answers what a workspace's data says.
type Pictures interface {
	Picture(ctx context.Context, workspaceID uuid.UUID) (*analytics.Analysis, error)
}

// Money is an amount in a currency.
type Money struct {
	Amount   string `json:"amount" doc:"Decimal, e.g. 12.50"`
	Currency string `json:"currency" doc:"ISO 4217"`
}

func moneyFrom(d decimal.Decimal, currency string) Money {
	return Money{Amount: d.StringFixed(2), Currency: currency}
}

// AnalyticsOverview is a workspace's picture: what there is, the last 30 days beside the 30 before, and the standard segments.
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

func (s *Server) analyticsRoutes(svc Pictures) {
	huma.Register(s.huma, huma.Operation{
		OperationID: "get-analytics-overview", Method: http.MethodGet, Path: "/analytics/overview", Tags: []string{"Analytics"}, Security: bearer,
		Summary: "A workspace's picture", Description: "Over all events, at most five minutes old. All zero where there is no data yet.",
	}, func(ctx context.Context, _ *struct{}) (*struct{ Body AnalyticsOverview }, error) {
		p, err := user(ctx)
		if err != nil {
			return nil, err
		}
		a, err := svc.Picture(ctx, p.WorkspaceID)
		if err != nil {
			return nil, err
		}
		return &struct{ Body AnalyticsOverview }{overviewFrom(a)}, nil
	})
}
