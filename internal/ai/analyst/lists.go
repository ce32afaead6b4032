package analyst

import (
	"slices"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

// products lists the best sellers.
func (t *turn) products() error {
	if t.queries == nil {
		t.cannot("I cannot look at single products right now.", "revenue, orders, channels and segments")
		return nil
	}
	f := t.frame()
	p, err := t.queries.TopProducts(t.ctx, t.req.WorkspaceID, rangeOf(f), 10)
	if err != nil {
		return err
	}
	if len(p.Products) == 0 {
		t.w.say("No product was looked at or bought %s.", within(f))
		return nil
	}
	best := p.Products[0]
	t.w.say("**%s** sold best %s: %s from %s.", best.Name, within(f), t.w.money(best.Revenue, "Revenue of "+best.Name+", "+f.Label, p.Query), t.phrase("orders", t.w.count(best.Orders, "Orders of "+best.Name+", "+f.Label, p.Query)))
	table := ai.Table{Key: "products", Title: "Products, " + f.Label, Query: p.Query, Columns: []ai.Column{
		{Label: "Product", Align: "left"}, {Label: "Revenue", Align: "right"}, {Label: "Orders", Align: "right"}, {Label: "Added to cart", Align: "right"}, {Label: "Views", Align: "right"},
	}}
	for _, x := range p.Products {
		table.Rows = append(table.Rows, []string{x.Name, recommend.Money(x.Revenue, t.an.Currency), recommend.Count(x.Orders), recommend.Count(x.Adds), recommend.Count(x.Views)})
	}
	t.w.sink.Table(table)
	return nil
}

// channels says which channel brings what.
func (t *turn) channels() error {
	figures := analytics.ChannelFigures{Query: t.an.Queries["channels"]}
	label := "last 90 days"
	if f := t.req.Intent.Entities.Timeframe; f != nil && t.queries != nil {
		var err error
		if figures, err = t.queries.Channels(t.ctx, t.req.WorkspaceID, rangeOf(*f)); err != nil {
			return err
		}
		label = f.Label
	} else {
		for _, c := range t.an.Channels {
			figures.Channels = append(figures.Channels, analytics.ChannelFigure{Channel: c.Channel, Visits: c.Visits, Orders: c.Orders, Revenue: c.Revenue})
		}
	}
	if len(figures.Channels) == 0 {
		t.w.say("No channel brought visits or orders (%s).", label)
		return nil
	}
	lead := figures.Channels[0]
	if asked := t.req.Intent.Entities.Channel; asked != "" {
		i := slices.IndexFunc(figures.Channels, func(c analytics.ChannelFigure) bool { return c.Channel == asked })
		if i < 0 {
			t.w.say("**%s** brought no visits or orders (%s).", sentence(channelName(asked)), label)
			return nil
		}
		lead = figures.Channels[i]
		t.w.say("**%s** brought **%s** (%s)", sentence(channelName(lead.Channel)), t.w.money(lead.Revenue, "Revenue from "+lead.Channel+", "+label, figures.Query), label)
	} else {
		t.w.say("**%s** brings the most: **%s** (%s)", sentence(channelName(lead.Channel)), t.w.money(lead.Revenue, "Revenue from "+lead.Channel+", "+label, figures.Query), label)
	}
	t.w.say(", from %s and %s.", t.phrase("orders", t.w.count(lead.Orders, "Orders from "+lead.Channel+", "+label, figures.Query)), t.phrase("visits", t.w.count(lead.Visits, "Visits from "+lead.Channel+", "+label, figures.Query)))
	chart := ai.Chart{Key: "channels", Title: "Revenue by channel, " + label, Kind: "bar", Unit: "money", Query: figures.Query, Series: []ai.Series{{Name: "Revenue"}}}
	table := ai.Table{Key: "channels", Title: "Channels, " + label, Query: figures.Query, Columns: []ai.Column{
		{Label: "Channel", Align: "left"}, {Label: "Revenue", Align: "right"}, {Label: "Orders", Align: "right"}, {Label: "Visits", Align: "right"}, {Label: "Orders per visit", Align: "right"},
	}}
	for _, c := range figures.Channels {
		rate := "–"
		if c.Visits > 0 {
			rate = recommend.Percent(float64(c.Orders) / float64(c.Visits))
		}
		table.Rows = append(table.Rows, []string{sentence(channelName(c.Channel)), recommend.Money(c.Revenue, t.an.Currency), recommend.Count(c.Orders), recommend.Count(c.Visits), rate})
		chart.X, chart.Series[0].Values = append(chart.X, sentence(channelName(c.Channel))), append(chart.Series[0].Values, c.Revenue.InexactFloat64())
	}
	t.w.sink.Table(table)
	t.w.sink.Chart(chart)
	return nil
}

// funnel shows from visit to order, and where most people are lost.
func (t *turn) funnel() error {
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
	q := figures.Query
	last := steps[len(steps)-1]
	t.w.say("**%s of visitors bought** (%s): %s of %s.", t.w.percent(last.Rate, last.Label+" as a share of "+steps[0].Label, q), f.Label, t.w.count(last.Customers, last.Label+", customers", q), t.w.count(steps[0].Customers, steps[0].Label+", customers", q))
	worst, kept := 1, 2.0
	for i := 1; i < len(steps); i++ {
		if steps[i-1].Customers > 0 {
			if k := float64(steps[i].Customers) / float64(steps[i-1].Customers); k < kept {
				worst, kept = i, k
			}
		}
	}
	t.w.say(" Most are lost between **%s** (%s) and **%s** (%s).", steps[worst-1].Label, t.w.count(steps[worst-1].Customers, steps[worst-1].Label+", customers", q), steps[worst].Label, t.w.count(steps[worst].Customers, steps[worst].Label+", customers", q))
	chart := ai.Chart{Key: "funnel", Title: "From visit to order, " + f.Label, Kind: "funnel", Unit: "count", Query: q, Series: []ai.Series{{Name: "Customers"}}}
	for _, s := range steps {
		chart.X, chart.Series[0].Values = append(chart.X, s.Label), append(chart.Series[0].Values, float64(s.Customers))
	}
	t.w.sink.Chart(chart)
	if s, ok := segmentNamed(t.an, "cart_abandoners"); ok && s.Size > 0 {
		t.w.paragraph("%s people have an open cart right now. Ask “How do I win them back?”", t.w.count(s.Size, "Cart abandoners", t.an.Queries["segments"]))
	}
	return nil
}
