package analyst

import (
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/chat"
)

// value formats one figure of a metric.
func (t *turn) value(metric string, d decimal.Decimal, label, query string) figure {
	if metric == "revenue" || metric == "average_order" {
		return t.w.money(d, label, query)
	}
	return t.w.count(d.IntPart(), label, query)
}

// series answers how much there was of a metric in a time frame: the total, how it compares, the course of it.
func (t *turn) series(metric string, r reading) error {
	f := t.frame()
	if t.queries == nil {
		return t.withoutQueries(metric)
	}
	total, query, err := t.total(metric, f)
	if err != nil {
		return err
	}
	name := metricName(metric)
	label := sentence(name) + ", " + f.Label
	t.w.say("**%s** %s.", t.phrase(metric, t.value(metric, total, label, query)), within(f))
	then := preceding(f)
	earlier, earlierQuery, err := t.total(metric, then)
	if err != nil {
		return err
	}
	if change, ok := t.w.change(total, earlier, label+", against "+then.Label, query); ok && !strings.HasPrefix(f.Label, "since") {
		t.w.say(" That is %s on %s (%s).", change, then.Label, t.value(metric, earlier, sentence(name)+", "+then.Label, earlierQuery))
	}
	if f.To.Sub(f.From) < 36*time.Hour {
		return nil
	}
	s, err := t.queries.Timeseries(t.ctx, t.req.WorkspaceID, metric, granularity(f, r), rangeOf(f))
	if err != nil {
		return err
	}
	t.course(s)
	return nil
}

// total is a metric over a frame, with its SQL.
func (t *turn) total(metric string, f chat.Timeframe) (decimal.Decimal, string, error) {
	c, err := t.queries.Totals(t.ctx, t.req.WorkspaceID, rangeOf(f))
	return c.Of(metric), c.Query, err
}

// phrase puts a figure into words, as in "1,204 orders".
func (t *turn) phrase(metric string, f figure) namedFigure {
	switch metric {
	case "revenue":
		return namedFigure{f, f.value + " revenue"}
	case "signups":
		return namedFigure{f, f.value + " sign-ups"}
	}
	name := metricName(metric)
	if f.value == "1" {
		name = strings.TrimSuffix(name, "s")
	}
	return namedFigure{f, f.value + " " + name}
}

// course shows a series as a line and says where it peaked.
func (t *turn) course(s analytics.SeriesFigures) {
	if len(s.Steps) < 2 {
		return
	}
	chart := ai.Chart{Key: s.Metric, Title: sentence(metricName(s.Metric)), Kind: "line", Unit: s.Unit, Query: s.Query, Series: []ai.Series{{Name: sentence(metricName(s.Metric))}}}
	best := s.Steps[0]
	for _, step := range s.Steps {
		v, _ := step.Value.Float64()
		chart.X, chart.Series[0].Values = append(chart.X, step.Start), append(chart.Series[0].Values, v)
		if step.Value.GreaterThan(best.Value) {
			best = step
		}
	}
	if at, err := time.Parse(time.DateOnly, best.Start); err == nil && best.Value.IsPositive() {
		t.w.say(" The high point was %s, with %s.", at.Format("2 January"), t.value(s.Metric, best.Value, sentence(metricName(s.Metric))+", "+best.Start, s.Query))
	}
	t.w.sink.Chart(chart)
}

// granularity is the asked one, or what gives a readable number of steps.
func granularity(f chat.Timeframe, r reading) string {
	for _, w := range r.words {
		switch w {
		case "daily":
			return "day"
		case "weekly":
			return "week"
		case "monthly":
			return "month"
		}
	}
	for i, w := range r.words {
		if (w == "by" || w == "per") && i+1 < len(r.words) && slices.Contains([]string{"day", "week", "month"}, r.words[i+1]) {
			return r.words[i+1]
		}
	}
	switch days := f.To.Sub(f.From).Hours() / 24; {
	case days <= 62:
		return "day"
	case days <= 400:
		return "week"
	}
	return "month"
}

// withoutQueries answers from the analysis, which knows the last 30 days and the 30 before.
func (t *turn) withoutQueries(metric string) error {
	o, q := t.an.Overview, t.an.Queries["overview"]
	pick := func(p analytics.Period) (decimal.Decimal, bool) {
		switch metric {
		case "revenue":
			return p.Revenue, true
		case "orders":
			return decimal.NewFromInt(p.Orders), true
		case "events":
			return decimal.NewFromInt(p.Events), true
		case "active_customers":
			return decimal.NewFromInt(p.ActiveCustomers), true
		}
		return decimal.Decimal{}, false
	}
	now, ok := pick(o.Last30)
	if !ok {
		t.cannot("I cannot count "+metricName(metric)+" right now.", "revenue, orders and active customers")
		return nil
	}
	earlier, _ := pick(o.Previous30)
	t.w.say("**%s** in the last 30 days", t.phrase(metric, t.value(metric, now, sentence(metricName(metric))+", last 30 days", q)))
	if f, ok := t.w.change(now, earlier, sentence(metricName(metric))+", last 30 days against the 30 before", q); ok {
		t.w.say(", %s on the 30 days before", f)
	}
	t.w.say(".")
	if metric == "revenue" || metric == "orders" {
		t.revenueChart(30)
	}
	return nil
}

// ratio answers the two metrics that are quotients, with what they are made of.
func (t *turn) ratio(metric string) error {
	f := t.frame()
	if t.queries == nil {
		if metric == "average_order" {
			t.w.say("The average order is **%s**, over all of your orders.", t.w.money(t.an.Overview.AverageOrder, "Average order", t.an.Queries["overview"]))
			return nil
		}
		return t.funnel()
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

// namedFigure is a figure with the word for what it counts.
type namedFigure struct {
	figure
	text string
}

func (n namedFigure) String() string { return n.text }
