package analyst

import "github.com/shopspring/decimal"

func wantsRatio(_ *turn, q inquiry) bool {
	return q.metric == "conversion_rate" || q.metric == "average_order"
}

// ratio answers the two metrics that are quotients, with what they are made of.
func (t *turn) ratio(q inquiry) error {
	f, metric := t.frame(), q.metric
	if t.queries == nil {
		if metric == "average_order" {
			t.w.say("The average order is **%s**, over all of your orders.", t.w.money(t.an.Overview.AverageOrder, "Average order", t.an.Queries["overview"]))
			return nil
		}
		return t.funnel(q)
	}
	c, err := t.queries.Totals(t.ctx, t.req.WorkspaceID, rangeOf(f))
	if err != nil {
		return err
	}
	if metric == "conversion_rate" {
		if c.Visits == 0 {
			t.w.say("There were no visits %s, so there is no conversion rate.", within(f))
			return nil
		}
		t.w.say("**%s of visits became orders** %s: %s orders from %s visits.", t.w.percent(float64(c.Orders)/float64(c.Visits), "Conversion rate, "+f.Label, c.Query), within(f),
			t.w.count(c.Orders, "Orders, "+f.Label, c.Query), t.w.count(c.Visits, "Visits, "+f.Label, c.Query))
		return nil
	}
	if c.Orders == 0 {
		t.w.say("There were no orders %s, so there is no average.", within(f))
		return nil
	}
	t.w.say("The average order %s was **%s**: %s from %s orders.", within(f), t.w.money(c.Revenue.Div(decimal.NewFromInt(c.Orders)), "Average order, "+f.Label, c.Query),
		t.w.money(c.Revenue, "Revenue, "+f.Label, c.Query), t.w.count(c.Orders, "Orders, "+f.Label, c.Query))
	return nil
}
