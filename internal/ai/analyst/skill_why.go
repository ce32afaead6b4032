package analyst

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

func wantsWhy(t *turn, q inquiry) bool {
	return t.explains(q) && q.entities.Segment == "" && q.side == "" &&
		(q.metric == "" || q.metric == "overview" || q.metric == "products" || t.comparable(q.metric))
}

// why says what moved a figure against the time before. Revenue is visits × orders a visit × revenue an order: it says what
// each did to the change, and then what each channel, kind of buyer, country and product did. Each of these adds up to the
// change, to the cent. Where the figure did not move as the question supposes, it says that first.
func (t *turn) why(q inquiry) error {
	metric := seriesMetric(q.metric)
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
	if a.Events == 0 && b.Events == 0 {
		t.w.say("There is no data from %s or %s, so there is nothing to explain.", now.Label, then.Label)
		return nil
	}
	t.whatMoved(metric, q, a, b, now, then)
	x, y := a.Of(metric), b.Of(metric)
	if x.Equal(y) {
		return nil
	}
	if metric == "revenue" || metric == "orders" {
		t.factors(metric, a, b)
	}
	if metric != "revenue" {
		t.w.paragraph("The figures show what moved; why people acted so is not in them.")
		return nil
	}
	if err := t.sidesOfChange(a, b, now, then); err != nil {
		return err
	}
	t.w.paragraph("In each table the changes add up to the whole change. The figures show where it moved; why people acted so is not in them.")
	return nil
}

// whatMoved is the change itself, and whether it is the one that was asked about.
func (t *turn) whatMoved(metric string, q inquiry, a, b analytics.TotalFigures, now, then chat.Timeframe) {
	x, y := a.Of(metric), b.Of(metric)
	name := sentence(metricName(metric))
	direction := x.Cmp(y)
	switch supposed := supposedDirection(q.words); {
	case supposed < 0 && direction >= 0:
		t.w.say("**It did not fall.** ")
	case supposed > 0 && direction <= 0:
		t.w.say("**It did not rise.** ")
	}
	t.w.say("%s %s: **%s**, against %s in %s", name, within(now), t.value(metric, x, name+", "+now.Label, a.Query), t.value(metric, y, name+", "+then.Label, b.Query), then.Label)
	if f, ok := t.w.change(x, y, name+", "+now.Label+" against "+then.Label, a.Query); ok {
		t.w.say(" (**%s**)", f)
	}
	t.w.say(".")
	if t.req.Now.Before(now.To) && now.To.Sub(now.From) < then.To.Sub(then.From) {
		t.w.say(" Mind that %s is not over yet.", now.Label)
	}
}

// supposedDirection is -1 where a question takes a figure to have fallen, 1 where to have risen, and 0 where it does not say.
func supposedDirection(words []string) int {
	for i, w := range words {
		switch w {
		case "drop", "dropped", "dropping", "fall", "fell", "falling", "fallen", "down", "decline", "declined", "declining", "decrease", "decreased", "lower", "less", "fewer", "lost", "losing", "worse", "shrink", "shrinking", "sank", "bad", "dip", "dipped":
			return -1
		case "rise", "rose", "rising", "increase", "increased", "grow", "grew", "growing", "higher", "more", "better", "jump", "jumped", "spike", "spiked", "climb", "climbed":
			return 1
		case "up":
			if i > 0 {
				return 1
			}
		}
	}
	return 0
}

// factors says what visits, orders a visit, and (of revenue) an order's value did to the change.
func (t *turn) factors(metric string, a, b analytics.TotalFigures) {
	list := analytics.Factors(metric, b, a)
	if list == nil {
		t.w.paragraph("There were %s visits and %s orders before, and %s visits and %s orders now, so the change cannot be split into traffic, conversion and order value.",
			t.w.count(b.Visits, "Visits, before", b.Query), t.w.count(b.Orders, "Orders, before", b.Query), t.w.count(a.Visits, "Visits, now", a.Query), t.w.count(a.Orders, "Orders, now", a.Query))
		return
	}
	query := b.Query + ";\n" + a.Query
	unit, places := "count", int32(1)
	if metric == "revenue" {
		unit, places = "money", 2
	}
	show := func(c analytics.Contribution) figure {
		f := t.signed(c.Change, c.Name+", its part of the change, now against before", query)
		if unit == "count" {
			f.value = signOf(c.Change) + c.Change.Abs().StringFixed(places)
		}
		return f
	}
	t.w.paragraph("What changed it:\n")
	t.w.say("\n- **Traffic:** %s visits, before %s: **%s**", t.w.count(a.Visits, "Visits, now", a.Query), t.w.count(b.Visits, "Visits, before", b.Query), show(list[0]))
	t.w.say("\n- **Conversion:** %s of visits became orders, before %s: **%s**", t.w.percent(float64(a.Orders)/float64(a.Visits), "Conversion rate, now", a.Query), t.w.percent(float64(b.Orders)/float64(b.Visits), "Conversion rate, before", b.Query), show(list[1]))
	if metric == "revenue" {
		t.w.say("\n- **Average order:** %s, before %s: **%s**", t.w.money(a.Revenue.Div(decimal.NewFromInt(a.Orders)), "Average order, now", a.Query), t.w.money(b.Revenue.Div(decimal.NewFromInt(b.Orders)), "Average order, before", b.Query), show(list[2]))
	}
	chart := ai.Chart{Key: "factors", Title: "What changed " + metricName(metric), Kind: "bar", Unit: unit, Query: query, Series: []ai.Series{{Name: "Change"}}}
	for _, c := range list {
		chart.X, chart.Series[0].Values = append(chart.X, c.Name), append(chart.Series[0].Values, c.Change.InexactFloat64())
	}
	t.w.sink.Chart(chart)
}

func signOf(d decimal.Decimal) string {
	switch {
	case d.IsPositive():
		return "+"
	case d.IsNegative():
		return "-"
	}
	return ""
}

// signed is money with its sign.
func (t *turn) signed(d decimal.Decimal, label, query string) figure {
	f := t.w.money(d, label, query)
	if d.IsPositive() {
		f.value = "+" + f.value
	}
	return f
}

// sidesOfChange shows which channel, kind of buyer, country and product moved revenue.
func (t *turn) sidesOfChange(a, b analytics.TotalFigures, now, then chat.Timeframe) error {
	sides, err := ai.ChangeSides(t.ctx, t.look, t.req.WorkspaceID, rangeOf(then), rangeOf(now), b, a)
	for _, side := range sides {
		for i, p := range side.Parts {
			switch {
			case side.Key == "country":
				side.Parts[i].Name = countryName(p.Name)
			case side.Key == "buyers":
				side.Parts[i].Name = buyersName(p.Name)
			case p.Name == "":
				side.Parts[i].Name = notKnown
			case side.Key == "channel":
				side.Parts[i].Name = sentence(channelName(p.Name))
			}
		}
		if side.Rest == "" || side.Key == "buyers" {
			side.Rest = notKnown
		}
		t.changeTable(side)
	}
	return err
}

const notKnown = "Not known"

// changeTable shows who moved revenue: the eight that moved it most in its direction, all others as one, and the sum.
func (t *turn) changeTable(side ai.ChangeSide) {
	const rows = 8
	list, title, query := side.Parts, side.Title, side.Query
	if len(list) < 2 {
		return
	}
	whole := analytics.Contribution{Name: "All"}
	for _, c := range list {
		whole.Before, whole.After, whole.Change = whole.Before.Add(c.Before), whole.After.Add(c.After), whole.Change.Add(c.Change)
	}
	if len(list) > rows {
		others := analytics.Contribution{Name: "All others"}
		for _, c := range list[rows:] {
			others.Before, others.After, others.Change = others.Before.Add(c.Before), others.After.Add(c.After), others.Change.Add(c.Change)
		}
		list = append(slices.Clip(list[:rows]), others)
	}
	if first := list[0]; first.Name != side.Rest && !first.Change.IsZero() && first.Change.Sign() == whole.Change.Sign() {
		verb := "gained"
		if first.Change.IsNegative() {
			verb = "lost"
		}
		t.w.say("\n- **By %s:** %s %s most, %s", strings.ToLower(title), first.Name, verb, t.w.money(first.Change.Abs(), "Revenue by "+strings.ToLower(title)+", "+first.Name+", now against before", query))
	}
	table := ai.Table{Key: "change_" + side.Key, Title: "Change of revenue by " + strings.ToLower(title), Query: query, Columns: []ai.Column{
		{Label: title, Align: "left"}, {Label: "Before", Align: "right"}, {Label: "Now", Align: "right"}, {Label: "Change", Align: "right"},
	}}
	for _, c := range append(list, whole) {
		table.Rows = append(table.Rows, []string{c.Name, recommend.Money(c.Before, t.an.Currency), recommend.Money(c.After, t.an.Currency), signPlus(c.Change) + recommend.Money(c.Change, t.an.Currency)})
	}
	t.w.sink.Table(table)
}

func signPlus(d decimal.Decimal) string {
	if d.IsPositive() {
		return "+"
	}
	return ""
}
