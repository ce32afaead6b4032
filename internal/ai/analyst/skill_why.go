package analyst

import (
	"math/big"
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
	if a.Visits == 0 || b.Visits == 0 || a.Orders == 0 || b.Orders == 0 {
		t.w.paragraph("There were %s visits and %s orders before, and %s visits and %s orders now, so the change cannot be split into traffic, conversion and order value.",
			t.w.count(b.Visits, "Visits, before", b.Query), t.w.count(b.Orders, "Orders, before", b.Query), t.w.count(a.Visits, "Visits, now", a.Query), t.w.count(a.Orders, "Orders, now", a.Query))
		return
	}
	list := decomposed(metric, a, b)
	query := b.Query + ";\n" + a.Query
	unit, places := "count", int32(1)
	if metric == "revenue" {
		unit, places = "money", 2
	}
	show := func(c contribution) figure {
		f := t.signed(c.change, c.name+", its part of the change, now against before", query)
		if unit == "count" {
			f.value = signOf(c.change) + c.change.Abs().StringFixed(places)
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
		chart.X, chart.Series[0].Values = append(chart.X, c.name), append(chart.Series[0].Values, c.change.InexactFloat64())
	}
	t.w.sink.Chart(chart)
}

// decomposed is what traffic, conversion and order value did to the change from b to a; both have visits and orders.
func decomposed(metric string, a, b analytics.TotalFigures) []contribution {
	ratio := func(x, y decimal.Decimal) *big.Rat { return new(big.Rat).Quo(x.Rat(), y.Rat()) }
	int64s := decimal.NewFromInt
	names := []string{"Traffic", "Conversion", "Average order"}
	of := func(f analytics.TotalFigures) []*big.Rat {
		return []*big.Rat{int64s(f.Visits).Rat(), ratio(int64s(f.Orders), int64s(f.Visits)), ratio(f.Revenue, int64s(f.Orders))}
	}
	n, total, places := 3, a.Revenue.Sub(b.Revenue), int32(2)
	if metric == "orders" {
		n, total, places = 2, int64s(a.Orders-b.Orders), 1
	}
	shares := rounded(shapley(of(b)[:n], of(a)[:n]), total, places)
	out := make([]contribution, n)
	for i, s := range shares {
		out[i] = contribution{name: names[i], change: s}
	}
	return out
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

// changeSide is one way to split revenue; what it does not have of the whole is called rest.
type changeSide struct {
	key, title, rest string
	revenue          func(t *turn, f chat.Timeframe) (map[string]decimal.Decimal, string, error) // nil: not known
}

var changeSides = []changeSide{
	{"change_channel", "Channel", notKnown, (*turn).revenueByChannel},
	{"change_buyers", "Buyers", notKnown, (*turn).revenueByBuyers},
	{"change_country", "Country", notKnown, (*turn).revenueByCountry},
	{"change_product", "Product", "Other products, refunds and delivery", (*turn).revenueByProduct},
}

const notKnown = "Not known"

// sidesOfChange shows which channel, kind of buyer, country and product moved revenue.
func (t *turn) sidesOfChange(a, b analytics.TotalFigures, now, then chat.Timeframe) error {
	for _, side := range changeSides {
		before, beforeQuery, err := side.revenue(t, then)
		if err != nil {
			return err
		}
		after, afterQuery, err := side.revenue(t, now)
		if err != nil {
			return err
		}
		if before != nil && after != nil {
			t.changeTable(side.key, side.title, parts(before, after, b.Revenue, a.Revenue, side.rest), side.rest, beforeQuery+";\n"+afterQuery)
		}
	}
	return nil
}

func (t *turn) revenueByChannel(f chat.Timeframe) (map[string]decimal.Decimal, string, error) {
	c, err := t.queries.Channels(t.ctx, t.req.WorkspaceID, rangeOf(f))
	if err != nil {
		return nil, "", err
	}
	out := map[string]decimal.Decimal{}
	for _, one := range c.Channels {
		name := sentence(channelName(one.Channel))
		if one.Channel == "" {
			name = notKnown
		}
		out[name] = out[name].Add(one.Revenue)
	}
	return out, c.Query, nil
}

func (t *turn) revenueByBuyers(f chat.Timeframe) (map[string]decimal.Decimal, string, error) {
	if t.look.Figures == nil {
		return nil, "", nil
	}
	r, err := t.look.Figures.Revenue(t.ctx, t.req.WorkspaceID, askedFor(f))
	if err != nil {
		return nil, "", err
	}
	out := map[string]decimal.Decimal{}
	for _, b := range r.Buyers {
		d, err := decimal.NewFromString(b.Revenue.Amount)
		if err != nil {
			return nil, "", err
		}
		out[buyersName(b.Buyers)] = d
	}
	return out, r.Query, nil
}

func (t *turn) revenueByCountry(f chat.Timeframe) (map[string]decimal.Decimal, string, error) {
	if t.look.Figures == nil {
		return nil, "", nil
	}
	c, err := t.look.Figures.Countries(t.ctx, t.req.WorkspaceID, rangeOf(f))
	if err != nil {
		return nil, "", err
	}
	out := map[string]decimal.Decimal{}
	for _, one := range c.Countries {
		out[countryName(one.Country)] = one.Revenue
	}
	return out, c.Query, nil
}

// manyProducts is how many products a change is split into; the others are in the rest.
const manyProducts = 100

func (t *turn) revenueByProduct(f chat.Timeframe) (map[string]decimal.Decimal, string, error) {
	p, err := t.queries.TopProducts(t.ctx, t.req.WorkspaceID, rangeOf(f), manyProducts)
	if err != nil {
		return nil, "", err
	}
	out := map[string]decimal.Decimal{}
	for _, one := range p.Products {
		out[one.Name] = one.Revenue
	}
	return out, p.Query, nil
}

// changeTable shows who moved revenue: the eight that moved it most in its direction, all others as one, and the sum.
func (t *turn) changeTable(key, title string, list []contribution, rest, query string) {
	const rows = 8
	if len(list) < 2 {
		return
	}
	whole := contribution{name: "All"}
	for _, c := range list {
		whole.before, whole.after, whole.change = whole.before.Add(c.before), whole.after.Add(c.after), whole.change.Add(c.change)
	}
	if len(list) > rows {
		others := contribution{name: "All others"}
		for _, c := range list[rows:] {
			others.before, others.after, others.change = others.before.Add(c.before), others.after.Add(c.after), others.change.Add(c.change)
		}
		list = append(slices.Clip(list[:rows]), others)
	}
	if first := list[0]; first.name != rest && !first.change.IsZero() && first.change.Sign() == whole.change.Sign() {
		verb := "gained"
		if first.change.IsNegative() {
			verb = "lost"
		}
		t.w.say("\n- **By %s:** %s %s most, %s", strings.ToLower(title), first.name, verb, t.w.money(first.change.Abs(), "Revenue by "+strings.ToLower(title)+", "+first.name+", now against before", query))
	}
	table := ai.Table{Key: key, Title: "Change of revenue by " + strings.ToLower(title), Query: query, Columns: []ai.Column{
		{Label: title, Align: "left"}, {Label: "Before", Align: "right"}, {Label: "Now", Align: "right"}, {Label: "Change", Align: "right"},
	}}
	for _, c := range append(list, whole) {
		table.Rows = append(table.Rows, []string{c.name, recommend.Money(c.before, t.an.Currency), recommend.Money(c.after, t.an.Currency), signPlus(c.change) + recommend.Money(c.change, t.an.Currency)})
	}
	t.w.sink.Table(table)
}

func signPlus(d decimal.Decimal) string {
	if d.IsPositive() {
		return "+"
	}
	return ""
}
