package ai

import (
	"strings"
	"time"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

// FoundAtMost is how many customers a look-up shows.
const FoundAtMost = 10

// CustomersTable shows whom a look-up found. It is for the reader alone, never for a model.
func CustomersTable(a *analytics.Analysis, found customer.Found) Table {
	zone, err := time.LoadLocation(a.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	table := Table{Key: "customers", Title: "Customers found", Query: found.Query, Columns: []Column{
		{Label: "Customer", Align: "left"}, {Label: "Email", Align: "left"}, {Label: "Phone", Align: "left"}, {Label: "Place", Align: "left"},
		{Label: "Orders", Align: "right"}, {Label: "Spent", Align: "right"}, {Label: "Last order", Align: "right"}, {Label: "Last seen", Align: "right"},
	}}
	on := func(at *time.Time) string {
		if at == nil {
			return ""
		}
		return at.In(zone).Format("2 Jan 2006")
	}
	for _, p := range found.Matches {
		name := strings.TrimSpace(p.FirstName + " " + p.LastName)
		if name == "" {
			name = "Visitor without a name"
		}
		table.Rows = append(table.Rows, []string{
			name, p.Email, p.Phone, strings.Trim(p.City+", "+p.Country, ", "), recommend.Count(p.Orders), recommend.Money(p.Revenue, a.Currency), on(p.LastOrderAt), on(p.LastSeenAt),
		})
	}
	return table
}

// BestTable shows customers by what they spent in a time. It is for the reader alone, never for a model.
func BestTable(a *analytics.Analysis, f analytics.CustomerFigures, when string) Table {
	zone, err := time.LoadLocation(a.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	table := Table{Key: "best_customers", Title: "Customers by what they spent, " + when, Query: f.Query, Columns: []Column{
		{Label: "Customer", Align: "left"}, {Label: "Spent", Align: "right"}, {Label: "Orders", Align: "right"}, {Label: "Last order", Align: "right"},
	}}
	for _, b := range f.Customers {
		name := b.Name
		if name == "" {
			name = "Visitor without a name"
		}
		table.Rows = append(table.Rows, []string{name, recommend.Money(b.Revenue, a.Currency), recommend.Count(b.Orders), b.LastOrderAt.In(zone).Format("2 Jan 2006")})
	}
	return table
}
