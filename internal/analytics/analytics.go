// Package analytics is what a workspace's events say, counted exactly and over all of them.
package analytics

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/segment"
)

// Analysis is the whole picture of a workspace at one data version. Every figure can be traced: Queries names the SQL
// that gave each section.
type Analysis struct {
	WorkspaceID uuid.UUID `json:"workspaceId"`
	DataVersion int64     `json:"dataVersion"`
	ComputedAt  time.Time `json:"computedAt"`
	TimeZone    string    `json:"timeZone"`
	Currency    string    `json:"currency"`
	Demo        bool      `json:"demo"` // some of the data is demo data
	Overview    Overview  `json:"overview"`
	Funnel      []Step    `json:"funnel"`
	Segments    []Segment `json:"segments"`
	Revenue     []Day     `json:"revenue"`  // last 90 days, oldest first, every day present
	Channels    []Channel `json:"channels"` // by revenue, highest first
	Hours       []Hour    `json:"hours"`    // 168 rows, Monday 00 first
	// Queries is the SQL behind each section, readable, by the section's JSON name: overview, funnel, segments, revenue,
	// channels, hours.
	Queries map[string]string `json:"queries"`
}

// Overview counts everything, and the last 30 days (today among them) beside the 30 before, as whole days of the workspace's
// zone. Orders, revenue and visits count an act once that several sources told of; events count each.
type Overview struct {
	Events            int64           `json:"events"`
	Customers         int64           `json:"customers"`
	Orders            int64           `json:"orders"`
	Revenue           decimal.Decimal `json:"revenue"`      // orders less refunds
	AverageOrder      decimal.Decimal `json:"averageOrder"` // revenue by orders
	FirstEventAt      *time.Time      `json:"firstEventAt,omitempty"`
	LastEventAt       *time.Time      `json:"lastEventAt,omitempty"`
	Last30            Period          `json:"last30"`
	Previous30        Period          `json:"previous30"`
	EventsByType      []Count         `json:"eventsByType"`   // highest first
	EventsBySource    []Count         `json:"eventsBySource"` // highest first
	ReachableEmail    int64           `json:"reachableEmail"` // consent and address
	ReachableSMS      int64           `json:"reachableSms"`
	ReachablePush     int64           `json:"reachablePush"`
	ReachableWhatsApp int64           `json:"reachableWhatsapp"`
}

// Period is one stretch of time, half-open.
type Period struct {
	From            time.Time       `json:"from"`
	To              time.Time       `json:"to"`
	Events          int64           `json:"events"`
	Orders          int64           `json:"orders"`
	Revenue         decimal.Decimal `json:"revenue"`
	ActiveCustomers int64           `json:"activeCustomers"`
}

// Count is a name and how often.
type Count struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// Step is one step of the funnel over the last 30 days: customers who did it at least once, and their share of the first step.
type Step struct {
	Type      string  `json:"type"`
	Label     string  `json:"label"`
	Customers int64   `json:"customers"`
	Rate      float64 `json:"rate"`
}

// Segment is a standard segment with its size, and how many of it can be reached on each channel.
type Segment struct {
	ID                uuid.UUID       `json:"id"`
	Key               string          `json:"key"`
	Name              string          `json:"name"`
	Criteria          string          `json:"criteria"` // the rule in words
	Size              int64           `json:"size"`
	Share             float64         `json:"share"` // of all customers
	ReachableEmail    int64           `json:"reachableEmail"`
	ReachableSMS      int64           `json:"reachableSms"`
	ReachablePush     int64           `json:"reachablePush"`
	ReachableWhatsApp int64           `json:"reachableWhatsapp"`
	Revenue           decimal.Decimal `json:"revenue"`         // lifetime, of its members
	AverageOrder      decimal.Decimal `json:"averageOrder"`    // of its members
	CartValue         decimal.Decimal `json:"cartValue"`       // open carts of its members
	OrdersPer30Days   float64         `json:"ordersPer30Days"` // a member's, on average since first seen (30 days at least)
	BestHour          int             `json:"bestHour"`        // 0..23 in the workspace's zone: when most of its members do most; the earlier one of equals
}

// Day is one day of revenue in the workspace's zone.
type Day struct {
	Date    string          `json:"date"` // YYYY-MM-DD
	Orders  int64           `json:"orders"`
	Revenue decimal.Decimal `json:"revenue"`
	Visits  int64           `json:"visits"` // sessions that began; one seen by several sources is one
}

// Channel is what a traffic or message channel brought in the last 90 days (today among them).
type Channel struct {
	Channel        string          `json:"channel"`
	Visits         int64           `json:"visits"`
	Orders         int64           `json:"orders"`
	Revenue        decimal.Decimal `json:"revenue"`
	ConversionRate float64         `json:"conversionRate"` // orders per visit
}

// Hour is what customers did themselves in one hour of the week over the last 90 days, in the workspace's zone.
type Hour struct {
	Weekday int   `json:"weekday"` // 0 is Monday
	Hour    int   `json:"hour"`    // 0..23
	Events  int64 `json:"events"`
	Orders  int64 `json:"orders"`
}

// Repository computes from Postgres.
type Repository interface {
	// DataVersion is bumped by every change to the workspace's events or customers.
	DataVersion(ctx context.Context, workspaceID uuid.UUID) (int64, error)
	// Analyse computes everything as of now, over all events.
	Analyse(ctx context.Context, workspaceID uuid.UUID, now time.Time) (Analysis, error)
	Segment(ctx context.Context, workspaceID uuid.UUID, s segment.Standard, r Range, now time.Time) (SegmentFigures, error)
	Timeseries(ctx context.Context, workspaceID uuid.UUID, metric, granularity string, r Range) (SeriesFigures, error)
	TopProducts(ctx context.Context, workspaceID uuid.UUID, r Range, limit int) (ProductFigures, error)
	Totals(ctx context.Context, workspaceID uuid.UUID, r Range) (TotalFigures, error)
	Funnel(ctx context.Context, workspaceID uuid.UUID, r Range) (FunnelFigures, error)
	Channels(ctx context.Context, workspaceID uuid.UUID, r Range) (ChannelFigures, error)

	Sides

	// Place is what a question needs to be understood.
	Place(ctx context.Context, workspaceID uuid.UUID) (Place, error)
	KPIs(ctx context.Context, workspaceID uuid.UUID, q Question) (*KPIs, error)
	Series(ctx context.Context, workspaceID uuid.UUID, q Question) (*Series, error)
	FunnelReach(ctx context.Context, workspaceID uuid.UUID, q Question) (*FunnelAnswer, error)
	Cohorts(ctx context.Context, workspaceID uuid.UUID, q Question) (*Cohorts, error)
	RFM(ctx context.Context, workspaceID uuid.UUID, q Question) (*RFM, error)
	Revenue(ctx context.Context, workspaceID uuid.UUID, q Question) (*Revenue, error)
	ChannelResults(ctx context.Context, workspaceID uuid.UUID, q Question) (*ChannelsAnswer, error)
}
