package analytics

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// SeriesMetrics are what a Series can follow; the first is the default.
var SeriesMetrics = []string{
	"revenue", "orders", "refunds", "visits", "active_customers", "new_customers", "new_buyers", "events",
	"page_views", "product_views", "product_adds", "checkouts", "signups",
}

// daily are those that are counted by day and not by hour.
var daily = []string{"active_customers", "new_customers", "new_buyers"}

// Series is one metric over time, every step present.
type Series struct {
	Counted
	Metric      string        `json:"metric"`
	Unit        string        `json:"unit" enum:"count,money"`
	Currency    string        `json:"currency,omitempty" doc:"Of money, ISO 4217"`
	Granularity string        `json:"granularity"`
	Total       string        `json:"total" doc:"Decimal, of the whole range. Someone who is active in several steps is one"`
	Steps       []SeriesPoint `json:"steps" doc:"Oldest first; 0 where nothing happened"`
	Previous    *SeriesBefore `json:"previous,omitempty" doc:"With compare=previous"`
}

// SeriesBefore is the same number of days before.
type SeriesBefore struct {
	From  time.Time     `json:"from"`
	To    time.Time     `json:"to"`
	Total string        `json:"total"`
	Steps []SeriesPoint `json:"steps" doc:"By the same steps. There may be one more or less of them"`
}

// SeriesPoint is one step.
type SeriesPoint struct {
	Start string    `json:"start" doc:"First day of the day, week or month (YYYY-MM-DD), or an hour as RFC 3339 with the zone's offset"`
	From  time.Time `json:"from" doc:"Where it begins within the range: the first and last week or month count only days of the range"`
	To    time.Time `json:"to" doc:"Exclusive"`
	Value string    `json:"value" doc:"Decimal"`
}

// Series follows one metric over a range.
func (s *Service) Series(ctx context.Context, workspaceID uuid.UUID, a Asked) (*Series, error) {
	return answer(ctx, s, workspaceID, "series", a, defaults{days: defaultRangeDays, granularities: []string{"day", "hour", "week", "month"}, metric: true}, s.Repository.Series)
}

// Table has a row for each step, beside it the step of the period before at the same place.
func (f *Series) Table() Table {
	columns := []string{"start", f.Metric}
	if f.Previous != nil {
		columns = append(columns, "previous_start", "previous_"+f.Metric)
	}
	return Table{columns, func(yield func([]any) bool) {
		n := len(f.Steps)
		if f.Previous != nil {
			n = max(n, len(f.Previous.Steps))
		}
		for i := range n {
			row := []any{Value(""), Value("")}
			if i < len(f.Steps) {
				row = []any{Value(f.Steps[i].Start), Value(f.Steps[i].Value)}
			}
			if f.Previous != nil && i < len(f.Previous.Steps) {
				row = append(row, Value(f.Previous.Steps[i].Start), Value(f.Previous.Steps[i].Value))
			} else if f.Previous != nil {
				row = append(row, Value(""), Value(""))
			}
			if !yield(row) {
				return
			}
		}
	}}
}
