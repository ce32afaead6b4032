package analyst

import (
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

func wantsBuyers(t *turn, q inquiry) bool {
	return q.side == "buyers" && t.look.Figures != nil && !t.explains(q)
}

// buyers is what new and returning customers ordered.
func (t *turn) buyers(inquiry) error {
	f := t.frame()
	r, err := t.look.Figures.Revenue(t.ctx, t.req.WorkspaceID, askedFor(f))
	if err != nil {
		return err
	}
	chart := ai.Chart{Key: "buyers", Title: "Revenue of new and returning customers, " + f.Label, Kind: "bar", Unit: "money", Query: r.Query, Series: []ai.Series{{Name: "Revenue"}}}
	table := ai.Table{Key: "buyers", Title: "New and returning customers, " + f.Label, Query: r.Query, Columns: []ai.Column{
		{Label: "Buyers", Align: "left"}, {Label: "Customers", Align: "right"}, {Label: "Orders", Align: "right"}, {Label: "Revenue", Align: "right"},
	}}
	for i, b := range r.Buyers {
		revenue, err := decimal.NewFromString(b.Revenue.Amount)
		if err != nil {
			return err
		}
		if b.Buyers == "unknown" && b.Orders == 0 && revenue.IsZero() {
			continue
		}
		name := buyersName(b.Buyers)
		if i > 0 {
			t.w.say(" ")
		}
		t.w.say("**%s:** %s in %s.", name, t.w.money(revenue, "Revenue, "+name+", "+f.Label, r.Query), t.phrase("orders", t.w.count(b.Orders, "Orders, "+name+", "+f.Label, r.Query)))
		table.Rows = append(table.Rows, []string{name, recommend.Count(b.Customers), recommend.Count(b.Orders), recommend.Money(revenue, t.an.Currency)})
		chart.X, chart.Series[0].Values = append(chart.X, name), append(chart.Series[0].Values, revenue.InexactFloat64())
	}
	t.w.say(" (%s; new is who ordered for the first time ever.)", sentence(f.Label))
	t.w.sink.Table(table)
	t.w.sink.Chart(chart)
	return nil
}

func buyersName(kind string) string {
	switch kind {
	case "new":
		return "New customers"
	case "returning":
		return "Returning customers"
	}
	return notKnown
}
