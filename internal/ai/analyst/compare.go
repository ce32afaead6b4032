package analyst

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/chat"
)

// compare puts a time frame beside the one before it, or beside the second one that the question names.
func (t *turn) compare() error {
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

// frames is the two time frames to compare: both as named, or the named one and the one of the same length before it.
func (t *turn) frames() (now, then chat.Timeframe) {
	words := words(t.req.Question)
	first, used := (*chat.Timeframe)(nil), 0
	for i := range words {
		if f, n := t.cal.find(words[i:]); f != nil && first == nil {
			first, used = f, n
			rest := words[i:]
			for j := range rest {
				if g, _ := t.cal.at(rest[j:]); g != nil && *g == *f {
					rest = rest[min(len(rest), j+max(used, 1)):]
					break
				}
			}
			if g, _ := t.cal.find(rest); g != nil && !g.From.Equal(f.From) {
				if g.From.After(f.From) {
					return *g, *f
				}
				return *f, *g
			}
		}
	}
	now = t.frame()
	return now, preceding(now)
}

// explain says what moved a metric: which channel gained or lost, against the period before.
func (t *turn) explain(metric string) error {
	if t.queries == nil {
		return t.withoutQueries(metric)
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
	x, y := a.Of(metric), b.Of(metric)
	name := sentence(metricName(metric))
	t.w.say("%s %s: **%s**, against %s in %s", name, within(now), t.value(metric, x, name+", "+now.Label, a.Query), t.value(metric, y, name+", "+then.Label, b.Query), then.Label)
	if f, ok := t.w.change(x, y, name+", change", a.Query); ok {
		t.w.say(" (**%s**)", f)
	}
	t.w.say(".")
	if a.Visits > 0 && b.Visits > 0 && (metric == "revenue" || metric == "orders") {
		t.w.say(" Visits went from %s to %s and orders from %s to %s.", t.w.count(b.Visits, "Visits, "+then.Label, b.Query), t.w.count(a.Visits, "Visits, "+now.Label, a.Query),
			t.w.count(b.Orders, "Orders, "+then.Label, b.Query), t.w.count(a.Orders, "Orders, "+now.Label, a.Query))
	}
	return t.movers(now, then, a.Revenue.Sub(b.Revenue).Sign())
}

// movers names the channel whose revenue moved most in the direction of the whole (-1, 0 or 1).
func (t *turn) movers(now, then chat.Timeframe, direction int) error {
	a, err := t.queries.Channels(t.ctx, t.req.WorkspaceID, rangeOf(now))
	if err != nil {
		return err
	}
	b, err := t.queries.Channels(t.ctx, t.req.WorkspaceID, rangeOf(then))
	if err != nil {
		return err
	}
	moved := map[string]decimal.Decimal{}
	for _, c := range a.Channels {
		moved[c.Channel] = moved[c.Channel].Add(c.Revenue)
	}
	for _, c := range b.Channels {
		moved[c.Channel] = moved[c.Channel].Sub(c.Revenue)
	}
	names := make([]string, 0, len(moved))
	for name := range moved {
		names = append(names, name)
	}
	along := func(name string) decimal.Decimal {
		if direction == 0 {
			return moved[name].Abs()
		}
		return moved[name].Mul(decimal.NewFromInt(int64(direction)))
	}
	slices.SortFunc(names, func(x, y string) int {
		if c := along(y).Cmp(along(x)); c != 0 {
			return c
		}
		return strings.Compare(x, y)
	})
	if len(names) > 0 && !moved[names[0]].IsZero() {
		verb := "gained"
		if moved[names[0]].IsNegative() {
			verb = "lost"
		}
		t.w.paragraph("Most of it is **%s**, which %s %s.", names[0], verb, t.w.money(moved[names[0]].Abs(), "Revenue from "+names[0]+", change", a.Query))
	}
	t.w.say(" The figures show where it moved; why people acted so is not in them.")
	chart := ai.Chart{Key: "movers", Title: "Revenue by channel, change", Kind: "bar", Unit: "money", Query: a.Query, Series: []ai.Series{{Name: "Change"}}}
	for _, name := range names {
		chart.X, chart.Series[0].Values = append(chart.X, name), append(chart.Series[0].Values, moved[name].InexactFloat64())
	}
	if len(names) > 1 {
		t.w.sink.Chart(chart)
	}
	return nil
}
