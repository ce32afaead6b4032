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

// followed are the metrics that only the analytics pages' questions have.
var followed = []string{"new_buyers", "page_views", "product_views"}

func wantsSeries(t *turn, q inquiry) bool {
	switch q.metric {
	case "revenue", "orders", "visits", "active_customers", "signups", "refunds", "events":
		return true
	case "customers":
		return q.entities.Timeframe != nil
	}
	return slices.Contains(followed, q.metric) && t.look.Figures != nil
}

// series answers how much there was of a metric in a time frame: the total, how it compares, the course of it.
func (t *turn) series(q inquiry) error {
	f, metric := t.frame(), q.metric
	if metric == "customers" {
		metric = "active_customers"
	}
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
	step := granularity(f, q.reading)
	s, err := t.steps(metric, step, f)
	if err != nil {
		return err
	}
	t.course(s, step)
	return nil
}

// total is a metric over a frame, with its SQL.
func (t *turn) total(metric string, f chat.Timeframe) (decimal.Decimal, string, error) {
	if slices.Contains(followed, metric) {
		s, err := t.steps(metric, "month", f)
		return s.Total, s.Query, err
	}
	c, err := t.queries.Totals(t.ctx, t.req.WorkspaceID, rangeOf(f))
	return c.Of(metric), c.Query, err
}

// steps is a metric step by step.
func (t *turn) steps(metric, granularity string, f chat.Timeframe) (analytics.SeriesFigures, error) {
	if !slices.Contains(followed, metric) {
		return t.queries.Timeseries(t.ctx, t.req.WorkspaceID, metric, granularity, rangeOf(f))
	}
	ask := askedFor(f)
	ask.Metric, ask.Granularity = metric, granularity
	s, err := t.look.Figures.Series(t.ctx, t.req.WorkspaceID, ask)
	if err != nil {
		return analytics.SeriesFigures{}, err
	}
	out := analytics.SeriesFigures{Metric: metric, Unit: s.Unit, Query: s.Query}
	if out.Total, err = decimal.NewFromString(s.Total); err != nil {
		return out, err
	}
	for _, p := range s.Steps {
		v, err := decimal.NewFromString(p.Value)
		if err != nil {
			return out, err
		}
		out.Steps = append(out.Steps, analytics.SeriesStep{Start: p.Start, Value: v})
	}
	return out, nil
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
func (t *turn) course(s analytics.SeriesFigures, step string) {
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
		when := at.Format("2 January")
		switch step {
		case "week":
			when = "the week of " + when
		case "month":
			when = at.Format("January 2006")
		}
		t.w.say(" The high point was %s, with %s.", when, t.value(s.Metric, best.Value, sentence(metricName(s.Metric))+", "+best.Start, s.Query))
	}
	t.w.sink.Chart(chart)
}

// granularity is the asked one, or what gives a readable number of steps.
func granularity(f chat.Timeframe, r reading) string {
	if g := granularityIn(r.words); g != "" {
		return g
	}
	switch days := f.To.Sub(f.From).Hours() / 24; {
	case days <= 62:
		return "day"
	case days <= 400:
		return "week"
	}
	return "month"
}

// granularityIn is day, week or month, where the words say so.
func granularityIn(words []string) string {
	for _, w := range words {
		switch w {
		case "daily":
			return "day"
		case "weekly":
			return "week"
		case "monthly":
			return "month"
		}
	}
	for i, w := range words {
		if (w == "by" || w == "per") && i+1 < len(words) && slices.Contains([]string{"day", "week", "month"}, words[i+1]) {
			return words[i+1]
		}
	}
	return ""
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

// namedFigure is a figure with the word for what it counts.
type namedFigure struct {
	figure
	text string
}

func (n namedFigure) String() string { return n.text }
