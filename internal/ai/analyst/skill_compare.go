package analyst

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/chat"
)

func wantsComparison(t *turn, q inquiry) bool {
	return t.compares(q) && (q.metric == "" || q.metric == "overview" || t.comparable(q.metric))
}

func (t *turn) comparable(metric string) bool {
	return metric == "conversion_rate" || metric == "average_order" || slices.Contains(analytics.Metrics, metric)
}

// compare puts a time frame beside the one before it, or beside the second one that the question names.
func (t *turn) compare(q inquiry) error {
	if t.queries == nil {
		t.overview()
		return nil
	}
	now, then := t.frames()
	a, err := t.queries.Totals(t.ctx, t.req.WorkspaceID, rangeOf(now))
	if err != nil {
		return err
	}
	b, err := t.queries.Totals(t.ctx, t.req.WorkspaceID, rangeOf(then))
	if err != nil {
		return err
	}
	if a.Events == 0 && b.Events == 0 {
		t.w.say("There is no data from %s or %s.", now.Label, then.Label)
		if first := t.an.Overview.FirstEventAt; first != nil {
			t.w.say(" Your data begins on %s.", first.In(t.zone).Format("2 January 2006"))
		}
		return nil
	}
	if q.metric != "" && q.metric != "revenue" && t.comparable(q.metric) {
		t.leadWithMetric(q.metric, a, b, now, then)
	}
	t.w.say("You made **%s** %s", t.w.money(a.Revenue, "Revenue, "+now.Label, a.Query), within(now))
	if f, ok := t.w.change(a.Revenue, b.Revenue, "Revenue, "+now.Label+" against "+then.Label, a.Query); ok {
		t.w.say(", **%s** on %s (%s)", f, then.Label, t.w.money(b.Revenue, "Revenue, "+then.Label, b.Query))
	} else {
		t.w.say("; %s there was no revenue to compare with", within(then))
	}
	t.w.say(". Orders: %s against %s. Visits: %s against %s.",
		t.w.count(a.Orders, "Orders, "+now.Label, a.Query), t.w.count(b.Orders, "Orders, "+then.Label, b.Query),
		t.w.count(a.Visits, "Visits, "+now.Label, a.Query), t.w.count(b.Visits, "Visits, "+then.Label, b.Query))
	if now.To.After(t.req.Now) && now.To.Sub(now.From) < then.To.Sub(then.From) {
		t.w.say(" Mind that %s is not over yet.", now.Label)
	}
	table := ai.Table{Key: "comparison", Title: sentence(now.Label) + " against " + then.Label, Query: a.Query, Columns: []ai.Column{
		{Label: "", Align: "left"}, {Label: sentence(now.Label), Align: "right"}, {Label: sentence(then.Label), Align: "right"}, {Label: "Change", Align: "right"},
	}}
	chart := ai.Chart{Key: "comparison", Title: table.Title, Kind: "bar", Unit: "money", Query: a.Query, X: []string{"Revenue"},
		Series: []ai.Series{{Name: sentence(now.Label), Values: []float64{a.Revenue.InexactFloat64()}}, {Name: sentence(then.Label), Values: []float64{b.Revenue.InexactFloat64()}}}}
	for _, m := range []string{"revenue", "orders", "visits", "active_customers", "signups", "refunds"} {
		x, y := a.Of(m), b.Of(m)
		change := "–"
		if f, ok := t.w.change(x, y, "", ""); ok {
			change = f.value
		}
		table.Rows = append(table.Rows, []string{sentence(metricName(m)), t.value(m, x, "", "").value, t.value(m, y, "", "").value, change})
	}
	t.w.sink.Table(table)
	t.w.sink.Chart(chart)
	return nil
}

// leadWithMetric says first how the asked metric compares.
func (t *turn) leadWithMetric(metric string, a, b analytics.TotalFigures, now, then chat.Timeframe) {
	name := sentence(metricName(metric))
	x, ok1 := t.figureOf(metric, a, name+", "+now.Label)
	y, ok2 := t.figureOf(metric, b, name+", "+then.Label)
	switch {
	case ok1 && ok2:
		t.w.say("%s %s: **%s**, against %s in %s.", name, within(now), x, y, then.Label)
	case ok1:
		t.w.say("%s %s: **%s**; there is none to compare with in %s.", name, within(now), x, then.Label)
	default:
		t.w.say("There is no %s to tell %s.", strings.TrimPrefix(metricName(metric), "the "), within(now))
	}
	t.w.say("\n\n")
}

// figureOf is one metric of a range; none for a quotient of nothing.
func (t *turn) figureOf(metric string, f analytics.TotalFigures, label string) (figure, bool) {
	switch metric {
	case "conversion_rate":
		if f.Visits == 0 {
			return figure{}, false
		}
		return t.w.percent(float64(f.Orders)/float64(f.Visits), label, f.Query), true
	case "average_order":
		if f.Orders == 0 {
			return figure{}, false
		}
		return t.w.money(f.Revenue.Div(decimal.NewFromInt(f.Orders)), label, f.Query), true
	}
	return t.value(metric, f.Of(metric), label, f.Query), true
}
