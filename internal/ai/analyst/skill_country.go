package analyst

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

func wantsCountries(t *turn, q inquiry) bool {
	return t.look.Figures != nil && !t.explains(q) && (q.country != "" || q.side == "country")
}

// countries is what one country's customers ordered, or all countries beside each other.
func (t *turn) countries(q inquiry) error {
	f := t.frame()
	metric := q.metric
	switch metric {
	case "", "revenue", "overview":
		metric = "revenue"
	case "orders", "customers", "average_order":
	default:
		t.cannot("I cannot split "+metricName(metric)+" by country: a visit that nobody is known of has none.", "revenue, orders and buyers of each country")
		return nil
	}
	if q.entities.Channel != "" {
		t.cannot("I cannot split by channel and country at once.", "each channel, and each country")
		return nil
	}
	figures, err := t.look.Figures.Countries(t.ctx, t.req.WorkspaceID, rangeOf(f))
	if err != nil {
		return err
	}
	if q.country != "" {
		t.oneCountry(q.country, metric, figures, f.Label, within(f))
		return nil
	}
	if len(figures.Countries) == 0 {
		t.w.say("Nobody ordered %s.", within(f))
		return nil
	}
	list := slices.Clone(figures.Countries)
	slices.SortStableFunc(list, func(a, b analytics.CountryFigure) int {
		return valueOfCountry(metric, b).Cmp(valueOfCountry(metric, a))
	})
	shown := list[:min(len(list), q.showing())]
	lead := shown[0]
	if lead.Country == "" && len(shown) > 1 {
		lead = shown[1]
	}
	t.w.say("**%s** is first %s: %s from %s by %s.", countryName(lead.Country), within(f), t.w.money(lead.Revenue, "Revenue from "+countryName(lead.Country)+", "+f.Label, figures.Query),
		t.phrase("orders", t.w.count(lead.Orders, "Orders from "+countryName(lead.Country)+", "+f.Label, figures.Query)), t.phrase("customers", t.w.count(lead.Customers, "Buyers in "+countryName(lead.Country)+", "+f.Label, figures.Query)))
	unit := "count"
	if metric == "revenue" || metric == "average_order" {
		unit = "money"
	}
	chart := ai.Chart{Key: "countries", Title: sentence(metricName(metric)) + " by country, " + f.Label, Kind: "bar", Unit: unit, Query: figures.Query, Series: []ai.Series{{Name: sentence(metricName(metric))}}}
	table := ai.Table{Key: "countries", Title: "Countries, " + f.Label, Query: figures.Query, Columns: []ai.Column{
		{Label: "Country", Align: "left"}, {Label: "Revenue", Align: "right"}, {Label: "Orders", Align: "right"}, {Label: "Buyers", Align: "right"},
	}}
	for _, c := range shown {
		table.Rows = append(table.Rows, []string{countryName(c.Country), recommend.Money(c.Revenue, t.an.Currency), recommend.Count(c.Orders), recommend.Count(c.Customers)})
		chart.X, chart.Series[0].Values = append(chart.X, countryName(c.Country)), append(chart.Series[0].Values, valueOfCountry(metric, c).InexactFloat64())
	}
	t.w.sink.Table(table)
	t.w.sink.Chart(chart)
	return nil
}

func valueOfCountry(metric string, c analytics.CountryFigure) decimal.Decimal {
	switch metric {
	case "orders":
		return decimal.NewFromInt(c.Orders)
	case "customers":
		return decimal.NewFromInt(c.Customers)
	case "average_order":
		if c.Orders == 0 {
			return decimal.Zero
		}
		return c.Revenue.Div(decimal.NewFromInt(c.Orders)).Round(2)
	}
	return c.Revenue
}

func (t *turn) oneCountry(code, metric string, figures analytics.CountryFigures, label, when string) {
	name := countryName(code)
	i := slices.IndexFunc(figures.Countries, func(c analytics.CountryFigure) bool { return c.Country == code })
	if i < 0 {
		t.w.say("Nobody from **%s** ordered %s.", name, when)
		return
	}
	c, q := figures.Countries[i], figures.Query
	revenue := t.w.money(c.Revenue, "Revenue from "+name+", "+label, q)
	orders := t.phrase("orders", t.w.count(c.Orders, "Orders from "+name+", "+label, q))
	buyers := t.phrase("customers", t.w.count(c.Customers, "Buyers in "+name+", "+label, q))
	switch metric {
	case "orders":
		t.w.say("**%s** came from **%s** %s, by %s and worth %s.", orders, name, when, buyers, revenue)
	case "customers":
		t.w.say("**%s** from **%s** ordered %s: %s, worth %s.", buyers, name, when, orders, revenue)
	case "average_order":
		if c.Orders == 0 {
			t.w.say("Nobody from **%s** ordered %s, so there is no average.", name, when)
			return
		}
		t.w.say("The average order from **%s** %s was **%s**: %s from %s.", name, when, t.w.money(c.Revenue.Div(decimal.NewFromInt(c.Orders)), "Average order from "+name+", "+label, q), revenue, orders)
	default:
		t.w.say("**%s** brought **%s** %s, from %s by %s.", name, revenue, when, orders, buyers)
	}
}

// countryNames are as people read them: the first name of each code.
var countryNames = func() map[string]string {
	out := map[string]string{}
	for one := range strings.FieldsFuncSeq(countries, func(r rune) bool { return r == '|' || r == '\n' }) {
		code, rest, _ := strings.Cut(one, ":")
		name, _, _ := strings.Cut(strings.Split(rest, "/")[0], ",")
		words := strings.Fields(name)
		for i, w := range words {
			words[i] = sentence(w)
		}
		out[code] = strings.Join(words, " ")
	}
	return out
}()

func countryName(code string) string {
	if code == "" {
		return notKnown
	}
	if name, ok := countryNames[code]; ok {
		return name
	}
	return code
}
