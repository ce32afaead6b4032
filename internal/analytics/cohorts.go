package analytics

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Cohorts are people by when they first ordered or came, and how many of each came again in the periods that followed.
type Cohorts struct {
	Counted
	By          string   `json:"by" enum:"first_order,first_visit" doc:"What makes somebody a member"`
	Granularity string   `json:"granularity" enum:"month,week"`
	Cohorts     []Cohort `json:"cohorts" doc:"Oldest first, every period of the range present, also where nobody began"`
}

// Cohort is those who began in one month or week.
type Cohort struct {
	Start     string         `json:"start" doc:"First day of the month or week, YYYY-MM-DD; members began within the range"`
	Customers int64          `json:"customers" doc:"How many began"`
	Periods   []CohortPeriod `json:"periods" doc:"The period in which they began (0) and each after it to the end of the range: later cohorts have fewer"`
}

// CohortPeriod is what a cohort's members did in the n-th month or week after they began. The last one may not have ended yet.
type CohortPeriod struct {
	Period    int     `json:"period"`
	Start     string  `json:"start"`
	Customers int64   `json:"customers" doc:"Members who ordered (by first_order) or were active (by first_visit) in it"`
	Share     float64 `json:"share" doc:"Of the cohort, 0 to 1"`
	Orders    int64   `json:"orders" doc:"Of members"`
	Revenue   Money   `json:"revenue" doc:"Of members, orders less refunds"`
}

// Cohorts follows those who began in a range to its end.
func (s *Service) Cohorts(ctx context.Context, workspaceID uuid.UUID, a Asked) (*Cohorts, error) {
	d := defaults{days: defaultCohortDays, granularities: []string{"month", "week"}, by: []string{"first_order", "first_visit"}}
	return answer(ctx, s, workspaceID, "cohorts", a, d, s.Repository.Cohorts)
}

// CohortStart is the first day of the period that t is in, in the zone.
func CohortStart(t time.Time, granularity string, zone *time.Location) string {
	return firstOf(dayOf(t, zone), granularity).Format(time.DateOnly)
}

// Table has a row for each cohort and period.
func (c *Cohorts) Table() Table {
	return Table{[]string{"cohort", "size", "period", "start", "customers", "share", "orders", "revenue", "currency"}, func(yield func([]any) bool) {
		for _, cohort := range c.Cohorts {
			for _, p := range cohort.Periods {
				if !yield([]any{Value(cohort.Start), cohort.Customers, int64(p.Period), Value(p.Start), p.Customers, p.Share, p.Orders, Value(p.Revenue.Amount), Value(p.Revenue.Currency)}) {
					return
				}
			}
		}
	}}
}
