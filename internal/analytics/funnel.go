package analytics

import (
	"context"

	"github.com/google/uuid"
)

// FunnelAnswer is how far people came in a range, from visit to order.
type FunnelAnswer struct {
	Counted
	Steps      []FunnelReach `json:"steps" doc:"From visit to order"`
	Conversion float64       `json:"conversion" doc:"Share of the first step that came to the last"`
}

// FunnelReach is the people who came as far as a step: in the range they did it and every step before it, on whatever days
// and in whatever order. So no step has more people than the one before it. Did is all who did it, whatever else they did.
type FunnelReach struct {
	Type         string  `json:"type"`
	Label        string  `json:"label"`
	Customers    int64   `json:"customers" doc:"Who did this and every step before it in the range"`
	Did          int64   `json:"did" doc:"Who did this in the range, with or without the steps before"`
	FromPrevious float64 `json:"fromPrevious" doc:"Share of the step before, 0 to 1; of the first step 1 where there is anyone"`
	FromFirst    float64 `json:"fromFirst" doc:"Share of the first step, 0 to 1"`
}

// FunnelSteps are the steps in order, by the type of event and what it is called.
var FunnelSteps = [][2]string{
	{"page_viewed", "Visited"}, {"product_viewed", "Looked at a product"}, {"product_added", "Added to cart"},
	{"checkout_started", "Began to check out"}, {"order_completed", "Ordered"},
}

// FunnelReach counts how far people came in a range.
func (s *Service) FunnelReach(ctx context.Context, workspaceID uuid.UUID, a Asked) (*FunnelAnswer, error) {
	return answer(ctx, s, workspaceID, "funnel", a, defaults{days: defaultRangeDays}, s.Repository.FunnelReach)
}

// Table has a row for each step.
func (f *FunnelAnswer) Table() Table {
	return Table{[]string{"step", "label", "customers", "did", "from_previous", "from_first"}, Rows(f.Steps, func(r FunnelReach) []any {
		return []any{Value(r.Type), Value(r.Label), r.Customers, r.Did, r.FromPrevious, r.FromFirst}
	})}
}
