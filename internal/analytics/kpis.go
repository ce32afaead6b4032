package analytics

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// KPIs are a range's main figures beside those of the same number of days before it.
type KPIs struct {
	Counted
	PreviousFrom time.Time `json:"previousFrom"`
	PreviousTo   time.Time `json:"previousTo"`
	Figures      []KPI     `json:"figures" doc:"events, visits, active_customers, new_customers, new_buyers, orders, refunds, revenue, average_order, conversion_rate"`
}

// KPI is one figure of a range and of the one before.
type KPI struct {
	Metric   string   `json:"metric"`
	Unit     string   `json:"unit" enum:"count,money,rate"`
	Value    string   `json:"value" doc:"Decimal"`
	Previous string   `json:"previous" doc:"Decimal, of the period before"`
	Currency string   `json:"currency,omitempty" doc:"Of money, ISO 4217"`
	Change   *float64 `json:"change,omitempty" doc:"From previous to value, as a share of previous; left out where previous is 0"`
}

// KPIs counts a range and the one before it.
func (s *Service) KPIs(ctx context.Context, workspaceID uuid.UUID, a Asked) (*KPIs, error) {
	return answer(ctx, s, workspaceID, "kpis", a, defaults{days: defaultRangeDays}, s.Repository.KPIs)
}

// Table has a row for each figure.
func (k *KPIs) Table() Table {
	return Table{[]string{"metric", "unit", "currency", "value", "previous", "change"}, Rows(k.Figures, func(f KPI) []any {
		return []any{Value(f.Metric), Value(f.Unit), Value(f.Currency), Value(f.Value), Value(f.Previous), f.Change}
	})}
}
