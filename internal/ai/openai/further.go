package openai

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/predict"
)

// further enters the figures of the look-ups of tools_further.go.
func (b *book) further(c ai.ToolCall) {
	switch c.Tool {
	case ai.ToolCountPeople:
		if f, ok := result[ai.PeopleFound](c); ok {
			b.count(f.Criteria, f.Count, f.Query)
		}
	case ai.ToolSegmentResults:
		if f, ok := result[analytics.KPIs](c); ok {
			b.kpis(f)
		}
	case ai.ToolExplainChange:
		if f, ok := result[ai.Explained](c); ok {
			b.explained(f)
		}
	case ai.ToolCountries:
		if f, ok := result[analytics.CountryFigures](c); ok {
			for _, one := range f.Countries {
				b.money("Revenue from "+one.Country, one.Revenue, f.Query)
				b.count("Orders from "+one.Country, one.Orders, f.Query)
				b.count("Buyers in "+one.Country, one.Customers, f.Query)
			}
		}
	case ai.ToolProduct:
		if f, ok := result[analytics.ProductFigures](c); ok {
			b.products(f.Products, f.Query)
		}
	case ai.ToolBestCustomers:
		if f, ok := result[ai.BestFound](c); ok {
			b.money("Revenue of the best customers", f.Revenue, f.Query)
			b.count("Orders of the best customers", f.Orders, f.Query)
		}
	case ai.ToolCohorts:
		if f, ok := result[analytics.Cohorts](c); ok {
			for _, one := range f.Cohorts {
				b.count("First ordered, "+one.Start, one.Customers, f.Query)
				for _, p := range one.Periods {
					b.count(fmt.Sprintf("First ordered %s, ordered in %s", one.Start, p.Start), p.Customers, f.Query)
					b.share(fmt.Sprintf("First ordered %s, ordered in %s, share", one.Start, p.Start), p.Share, f.Query)
				}
			}
		}
	case ai.ToolFindCustomer:
		if f, ok := result[ai.CustomersFound](c); ok {
			b.count("Customers found", f.Found, f.Query)
			if f.Orders != nil && f.Revenue != nil {
				b.count("Orders of this customer", *f.Orders, f.Query)
				b.money("Revenue of this customer", *f.Revenue, f.Query)
			}
		}
	case ai.ToolOutlook:
		if f, ok := result[predict.Outlook](c); ok {
			b.estimate(fmt.Sprintf("Expected orders, next %d days", f.Days), f.Orders, f.Query)
			b.estimate(fmt.Sprintf("Expected revenue, next %d days", f.Days), f.Value, f.Query)
		}
	case ai.ToolAtRisk:
		if f, ok := result[ai.RiskFound](c); ok {
			b.count("Customers who have probably left", f.AtRisk, f.Query)
			b.count("Customers whose churn risk is known", f.Of, f.Query)
			b.money("Spent by those at risk", f.Revenue, f.Query)
		}
	}
}

func (b *book) kpis(f analytics.KPIs) {
	name := "everyone"
	if f.Segment != nil {
		name = f.Segment.Name
	}
	for _, k := range f.Figures {
		for label, value := range map[string]string{"": k.Value, ", the period before": k.Previous} {
			d, err := decimal.NewFromString(value)
			switch {
			case err != nil:
			case k.Unit == "rate":
				b.share(k.Metric+" of "+name+label, d.InexactFloat64(), f.Query)
			default:
				b.money(k.Metric+" of "+name+label, d, f.Query)
			}
		}
	}
}

func (b *book) explained(f ai.Explained) {
	b.totals("now", f.Now)
	b.totals("before", f.Before)
	query := f.Before.Query + ";\n" + f.Now.Query
	b.money("Change of revenue", f.Change.Abs(), query)
	for _, c := range f.Factors {
		b.money(c.Name+", its part of the change", c.Change.Abs(), query)
	}
	for _, side := range f.Sides {
		for _, p := range side.Parts {
			b.money("Revenue by "+side.Key+", "+p.Name+", change", p.Change.Abs(), side.Query)
			b.money("Revenue by "+side.Key+", "+p.Name+", now", p.After, side.Query)
			b.money("Revenue by "+side.Key+", "+p.Name+", before", p.Before, side.Query)
		}
	}
}

func (b *book) estimate(label string, e predict.Estimate, query string) {
	b.money(label, decimal.NewFromFloat(e.Mean).Round(2), query)
	if e.Low != nil && e.High != nil {
		b.money(label+", lower end", decimal.NewFromFloat(*e.Low).Round(2), query)
		b.money(label+", upper end", decimal.NewFromFloat(*e.High).Round(2), query)
	}
}

// furtherFigureOf draws the chart that a look-up of tools_further.go makes.
func furtherFigureOf(c ai.ToolCall, chart ai.Chart) (ai.Chart, bool) {
	chart.Unit = "money"
	switch c.Tool {
	case ai.ToolExplainChange:
		f, ok := result[ai.Explained](c)
		if !ok || len(f.Factors) == 0 {
			return chart, false
		}
		chart.Title, chart.Query, chart.Series = "What changed revenue", f.Before.Query+";\n"+f.Now.Query, []ai.Series{{Name: "Change"}}
		for _, one := range f.Factors {
			chart.X, chart.Series[0].Values = append(chart.X, one.Name), append(chart.Series[0].Values, one.Change.InexactFloat64())
		}
	case ai.ToolCountries:
		f, ok := result[analytics.CountryFigures](c)
		if !ok || len(f.Countries) == 0 {
			return chart, false
		}
		chart.Title, chart.Query, chart.Series = "Revenue by country", f.Query, []ai.Series{{Name: "Revenue"}}
		for _, one := range f.Countries[:min(len(f.Countries), 10)] {
			name := one.Country
			if name == "" {
				name = "Not known"
			}
			chart.X, chart.Series[0].Values = append(chart.X, name), append(chart.Series[0].Values, one.Revenue.InexactFloat64())
		}
	default:
		return chart, false
	}
	return chart, true
}

// tableOf is the table that a look-up shows the reader, and never the model: people are in it. n tells several apart.
func tableOf(c ai.ToolCall, n int) (ai.Table, bool) {
	var table ai.Table
	switch c.Tool {
	case ai.ToolCountPeople:
		if f, ok := result[ai.PeopleFound](c); ok && f.Members != nil {
			table = *f.Members
		}
	case ai.ToolBestCustomers:
		if f, ok := result[ai.BestFound](c); ok {
			table = f.Members
		}
	case ai.ToolFindCustomer:
		if f, ok := result[ai.CustomersFound](c); ok && f.Members != nil {
			table = *f.Members
		}
	case ai.ToolAtRisk:
		if f, ok := result[ai.RiskFound](c); ok {
			table = f.Members
		}
	case ai.ToolCohorts:
		if f, ok := result[analytics.Cohorts](c); ok {
			table = cohortTable(f)
		}
	}
	table.Key = fmt.Sprintf("%s-%d", c.Tool, n)
	return table, len(table.Rows) > 0
}

// cohortTable has the last twelve cohorts, and six periods of each.
func cohortTable(f analytics.Cohorts) ai.Table {
	const rows, columns = 12, 6
	table := ai.Table{Title: "Ordered again, by " + f.Granularity + " of the first order", Query: f.Query, Columns: []ai.Column{{Label: "First ordered", Align: "left"}, {Label: "Customers", Align: "right"}}}
	for i := range columns {
		table.Columns = append(table.Columns, ai.Column{Label: fmt.Sprintf("%s %d", title(f.Granularity), i+1), Align: "right"})
	}
	for _, c := range f.Cohorts[max(0, len(f.Cohorts)-rows):] {
		row := []string{c.Start, fmt.Sprint(c.Customers)}
		for i := range columns {
			cell := ""
			if i+1 < len(c.Periods) {
				cell = strings.TrimSuffix(fmt.Sprintf("%.1f", 100*c.Periods[i+1].Share), ".0") + "%"
			}
			row = append(row, cell)
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}
