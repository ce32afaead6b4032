package analyst

import (
	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/chat"
)

// namesCart tells whether a question is about carts.
func (q inquiry) namesCart() bool { return q.saysAny("cart", "basket", "checkout") }

func wantsFunnel(_ *turn, q inquiry) bool {
	if q.metric == "funnel" || q.metric == "cart_abandonment" {
		return true
	}
	return q.namesCart() && q.entities.Segment == "" && (q.metric == "" || q.metric == "customers" || q.metric == "visits") && q.has(tCount)
}

// funnel shows from visit to order, and where most people are lost.
func (t *turn) funnel(q inquiry) error {
	ends := q.saysAny("pay", "paying", "paid", "buy", "buying", "order", "ordered", "bought", "convert", "finish")
	if t.look.Figures != nil && (q.metric == "cart_abandonment" || q.namesCart() && ends) {
		return t.abandonment(q.metric == "cart_abandonment")
	}
	f := t.frame()
	figures := analytics.FunnelFigures{Query: t.an.Queries["funnel"]}
	if t.req.Intent.Entities.Timeframe != nil && t.queries != nil {
		var err error
		if figures, err = t.queries.Funnel(t.ctx, t.req.WorkspaceID, rangeOf(f)); err != nil {
			return err
		}
	} else {
		for _, s := range t.an.Funnel {
			figures.Steps = append(figures.Steps, analytics.FunnelStep(s))
		}
	}
	steps := figures.Steps
	if len(steps) < 2 || steps[0].Customers == 0 {
		t.w.say("Nobody entered the funnel (%s).", f.Label)
		return nil
	}
	sql := figures.Query
	last := steps[len(steps)-1]
	if q.namesCart() && q.saysAny("add", "adds", "added", "put", "fill") {
		for _, s := range steps {
			if s.Type == "product_added" {
				t.w.say("**%s of visitors put something into the cart** (%s): %s of %s. ", t.w.percent(s.Rate, s.Label+" as a share of "+steps[0].Label, sql), f.Label, t.w.count(s.Customers, s.Label+", customers", sql), t.w.count(steps[0].Customers, steps[0].Label+", customers", sql))
			}
		}
	}
	t.w.say("**%s of visitors bought** (%s): %s of %s.", t.w.percent(last.Rate, last.Label+" as a share of "+steps[0].Label, sql), f.Label, t.w.count(last.Customers, last.Label+", customers", sql), t.w.count(steps[0].Customers, steps[0].Label+", customers", sql))
	worst, kept := 1, 2.0
	for i := 1; i < len(steps); i++ {
		if steps[i-1].Customers > 0 {
			if k := float64(steps[i].Customers) / float64(steps[i-1].Customers); k < kept {
				worst, kept = i, k
			}
		}
	}
	t.w.say(" Most are lost between **%s** (%s) and **%s** (%s).", steps[worst-1].Label, t.w.count(steps[worst-1].Customers, steps[worst-1].Label+", customers", sql), steps[worst].Label, t.w.count(steps[worst].Customers, steps[worst].Label+", customers", sql))
	chart := ai.Chart{Key: "funnel", Title: "From visit to order, " + f.Label, Kind: "funnel", Unit: "count", Query: sql, Series: []ai.Series{{Name: "Customers"}}}
	for _, s := range steps {
		chart.X, chart.Series[0].Values = append(chart.X, s.Label), append(chart.Series[0].Values, float64(s.Customers))
	}
	t.w.sink.Chart(chart)
	if s, ok := segmentNamed(t.an, "cart_abandoners"); ok && s.Size > 0 {
		t.w.paragraph("%s people have an open cart right now. Ask “How do I win them back?”", t.w.count(s.Size, "Cart abandoners", t.an.Queries["segments"]))
	}
	return nil
}

// abandonment is how many of those who put something into the cart did not order in the same time, or did.
func (t *turn) abandonment(left bool) error {
	f := t.frame()
	a, err := t.look.Figures.FunnelReach(t.ctx, t.req.WorkspaceID, askedFor(f))
	if err != nil {
		return err
	}
	var added, ordered int64
	for _, s := range a.Steps {
		switch s.Type {
		case "product_added":
			added = s.Customers
		case "order_completed":
			ordered = s.Customers
		}
	}
	if added == 0 {
		t.w.say("Nobody put anything into the cart %s, so there is no rate.", within(f))
		return nil
	}
	if left {
		t.leftCarts(added, ordered, f, a.Query)
	} else {
		t.w.say("**%s of those who put something into the cart ordered** %s: %s of %s people. (They visited and looked at a product in this time too.)",
			t.w.percent(float64(ordered)/float64(added), "Added to cart and ordered, share, "+f.Label, a.Query), within(f),
			t.w.count(ordered, "Added to cart and did not abandon it, "+f.Label, a.Query), t.w.count(added, "Added to cart, "+f.Label, a.Query))
	}
	chart := ai.Chart{Key: "funnel", Title: "From visit to order, " + f.Label, Kind: "funnel", Unit: "count", Query: a.Query, Series: []ai.Series{{Name: "Customers"}}}
	for _, s := range a.Steps {
		chart.X, chart.Series[0].Values = append(chart.X, s.Label), append(chart.Series[0].Values, float64(s.Customers))
	}
	t.w.sink.Chart(chart)
	return nil
}

func (t *turn) leftCarts(added, ordered int64, f chat.Timeframe, sql string) {
	t.w.say("**%s of those who put something into the cart did not order** %s: %s of %s people. (They visited and looked at a product in this time too.)",
		t.w.percent(float64(added-ordered)/float64(added), "Cart abandonment, "+f.Label, sql), within(f),
		t.w.count(added-ordered, "Added to cart and did not order, "+f.Label, sql), t.w.count(added, "Added to cart, "+f.Label, sql))
}
