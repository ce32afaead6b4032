package ai

import (
	"slices"
	"time"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

// MembersTable shows who is in a segment: its members of highest value. It is for the reader alone, never for a model.
func MembersTable(a *analytics.Analysis, f analytics.SegmentFigures) (Table, bool) {
	i := slices.IndexFunc(a.Segments, func(s analytics.Segment) bool { return s.Key == f.Segment })
	if len(f.Members) == 0 || i < 0 {
		return Table{}, false
	}
	zone, err := time.LoadLocation(a.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	value := "Spent so far"
	if f.Segment == "cart_abandoners" {
		value = "Open cart"
	}
	table := Table{
		Key: "members", Title: a.Segments[i].Name + ": those of highest value", Query: f.Query,
		Columns: []Column{{Label: "Customer", Align: "left"}, {Label: value, Align: "right"}, {Label: "Last seen", Align: "right"}},
	}
	for _, m := range f.Members {
		name := m.Name
		if name == "" {
			name = "Visitor without a name"
		}
		table.Rows = append(table.Rows, []string{name, recommend.Money(m.Value, a.Currency), m.At.In(zone).Format("2 Jan 2006")})
	}
	return table, true
}
