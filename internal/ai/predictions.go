package ai

import (
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/predict"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

// AtRiskTable shows who has probably left. It is for the reader alone, never for a model.
func AtRiskTable(a *analytics.Analysis, r predict.AtRisk) Table {
	table := Table{Key: "at_risk", Title: "Probably left: those who spent most", Query: r.Query, Columns: []Column{
		{Label: "Customer", Align: "left"}, {Label: "Churn risk", Align: "right"}, {Label: "Spent so far", Align: "right"}, {Label: "Last order", Align: "right"},
	}}
	for _, p := range r.Customers {
		risk := "–"
		if p.ChurnRisk != nil {
			risk = recommend.Percent(*p.ChurnRisk)
		}
		table.Rows = append(table.Rows, []string{predictedName(p), risk, recommend.Money(p.Revenue, a.Currency), p.LastOrderOn.Format("2 Jan 2006")})
	}
	return table
}

// LikelyTable shows who is expected to bring most. It is for the reader alone, never for a model.
func LikelyTable(a *analytics.Analysis, list []predict.CustomerPrediction, query string) Table {
	table := Table{Key: "likely", Title: "Expected to bring most in the next " + strconv.Itoa(predict.Horizon) + " days", Query: query, Columns: []Column{
		{Label: "Customer", Align: "left"}, {Label: "Expected orders", Align: "right"}, {Label: "Expected value", Align: "right"}, {Label: "Last order", Align: "right"},
	}}
	for _, p := range list {
		orders, value := "–", "–"
		if p.ExpectedOrders90 != nil {
			orders = strconv.FormatFloat(*p.ExpectedOrders90, 'f', 1, 64)
		}
		if p.ExpectedValue90 != nil {
			value = recommend.Money(decimal.NewFromFloat(*p.ExpectedValue90), a.Currency)
		}
		table.Rows = append(table.Rows, []string{predictedName(p), orders, value, p.LastOrderOn.Format("2 Jan 2006")})
	}
	return table
}

func predictedName(p predict.CustomerPrediction) string {
	if name := strings.TrimSpace(p.FirstName + " " + p.LastName); name != "" {
		return name
	}
	return "Visitor without a name"
}
