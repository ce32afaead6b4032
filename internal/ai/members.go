package ai

import (
	"slices"
	"time"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/recommend"
	"github.com/pulsehub/pulsehub/internal/segment"
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

// SampleTable shows some of those whom a rule has. It is for the reader alone, never for a model.
func SampleTable(a *analytics.Analysis, p segment.Preview) Table {
	zone, err := time.LoadLocation(a.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	table := Table{Key: "sample", Title: "Some of them", Query: p.Query, Columns: []Column{
		{Label: "Customer", Align: "left"}, {Label: "Country", Align: "left"}, {Label: "Orders", Align: "right"}, {Label: "Spent so far", Align: "right"}, {Label: "Last seen", Align: "right"},
	}}
	for _, one := range p.Sample {
		name, seen := one.Name, ""
		if name == "" {
			name = "Visitor without a name"
		}
		if one.LastSeenAt != nil {
			seen = one.LastSeenAt.In(zone).Format("2 Jan 2006")
		}
		table.Rows = append(table.Rows, []string{name, one.Country, recommend.Count(one.Orders), recommend.Money(one.Revenue, a.Currency), seen})
	}
	return table
}
