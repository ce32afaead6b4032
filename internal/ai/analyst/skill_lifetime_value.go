package analyst

import "github.com/shopspring/decimal"

func wantsLifetimeValue(_ *turn, q inquiry) bool { return q.metric == "lifetime_value" }

// lifetimeValue is what has been spent per customer so far; the future is not predicted here.
func (t *turn) lifetimeValue(inquiry) error {
	o, q := t.an.Overview, t.an.Queries["overview"]
	if o.Customers == 0 {
		t.cannot("There are no customers yet.", "visits and events")
		return nil
	}
	t.w.say("So far a customer has spent **%s** on average: %s from %s customers, counting those who never bought.",
		t.w.money(o.Revenue.Div(decimal.NewFromInt(o.Customers)), "Revenue per customer", q), t.w.money(o.Revenue, "Revenue", q), t.w.count(o.Customers, "Customers", q))
	if s, ok := segmentNamed(t.an, "high_value_customers"); ok && s.Size > 0 {
		t.w.say(" Your %s high-value customers account for %s of it.", t.w.count(s.Size, "People in "+s.Name, t.an.Queries["segments"]), t.w.money(s.Revenue, "Revenue of "+s.Name, t.an.Queries["segments"]))
	}
	t.w.paragraph("This is what they have spent, not a prediction of what they will.")
	return nil
}
