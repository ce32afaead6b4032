package analytics

import (
	"context"

	"github.com/google/uuid"
)

// RFM is everyone who ordered in a range, scored from 1 to 5 by how recently, how often and for how much they did.
//
// A score is 1 + floor(5 × the share of buyers who are strictly worse), at most 5: by quintiles where no two are alike, and
// the same for all who are. Recency is the day of the last order, frequency the number of orders, and monetary the value of
// orders less refunds, each within the range. Days are of the workspace's zone. See A. M. Hughes, Strategic Database
// Marketing (1994), for the scores, of which this differs in the equal treatment of equals.
type RFM struct {
	Counted
	Cells    []RFMCell  `json:"cells" doc:"25, by recency and then frequency, lowest first"`
	Groups   []RFMGroup `json:"groups" doc:"All groups, best first, also those that nobody is in"`
	Monetary []RFMBand  `json:"monetary" doc:"Five, by monetary score, lowest first"`
}

// RFMCell is one square of the map.
type RFMCell struct {
	Recency   int     `json:"recency" minimum:"1" maximum:"5" doc:"5 ordered last"`
	Frequency int     `json:"frequency" minimum:"1" maximum:"5" doc:"5 ordered most often"`
	Group     string  `json:"group"`
	Customers int64   `json:"customers"`
	Orders    int64   `json:"orders"`
	Revenue   Money   `json:"revenue" doc:"In the range, orders less refunds"`
	Monetary  float64 `json:"monetary" doc:"Average monetary score of its people; 0 where there are none"`
}

// RFMGroup is the cells that go by one name.
type RFMGroup struct {
	Group     string  `json:"group"`
	Label     string  `json:"label"`
	Customers int64   `json:"customers"`
	Share     float64 `json:"share" doc:"Of all who ordered, 0 to 1"`
	Orders    int64   `json:"orders"`
	Revenue   Money   `json:"revenue"`
}

// RFMBand is everyone of one score.
type RFMBand struct {
	Score     int   `json:"score"`
	Customers int64 `json:"customers"`
	Revenue   Money `json:"revenue"`
}

// RFMGroups are the usual names, best first, with the cells (recency, frequency) that each has: every cell is in one.
var RFMGroups = []struct {
	Group, Label       string
	Recency, Frequency [2]int // from and to, inclusive
}{
	{"champions", "Champions", [2]int{5, 5}, [2]int{4, 5}},
	{"loyal", "Loyal customers", [2]int{3, 4}, [2]int{4, 5}},
	{"potential_loyalists", "Potential loyalists", [2]int{4, 5}, [2]int{2, 3}},
	{"new_customers", "New customers", [2]int{5, 5}, [2]int{1, 1}},
	{"promising", "Promising", [2]int{4, 4}, [2]int{1, 1}},
	{"need_attention", "Need attention", [2]int{3, 3}, [2]int{3, 3}},
	{"about_to_sleep", "About to sleep", [2]int{3, 3}, [2]int{1, 2}},
	{"cannot_lose", "Cannot lose them", [2]int{1, 2}, [2]int{5, 5}},
	{"at_risk", "At risk", [2]int{1, 2}, [2]int{3, 4}},
	{"hibernating", "Hibernating", [2]int{1, 2}, [2]int{1, 2}},
}

// RFMGroupOf is the group of a cell.
func RFMGroupOf(recency, frequency int) string {
	for _, g := range RFMGroups {
		if recency >= g.Recency[0] && recency <= g.Recency[1] && frequency >= g.Frequency[0] && frequency <= g.Frequency[1] {
			return g.Group
		}
	}
	return ""
}

// RFM scores everyone who ordered in a range.
func (s *Service) RFM(ctx context.Context, workspaceID uuid.UUID, a Asked) (*RFM, error) {
	return answer(ctx, s, workspaceID, "rfm", a, defaults{days: defaultCohortDays}, s.Repository.RFM)
}

// Table has a row for each cell.
func (r *RFM) Table() Table {
	return Table{[]string{"recency", "frequency", "group", "customers", "orders", "revenue", "currency", "monetary"}, Rows(r.Cells, func(c RFMCell) []any {
		return []any{int64(c.Recency), int64(c.Frequency), Value(c.Group), c.Customers, c.Orders, Value(c.Revenue.Amount), Value(c.Revenue.Currency), c.Monetary}
	})}
}
