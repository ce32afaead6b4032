package openai

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
)

// known is a figure that a model was given, with the SQL that gave it.
type known struct {
	label   string
	value   decimal.Decimal
	percent bool
	query   string
}

// book is every figure that an answer may use.
type book struct {
	figures []known
	demo    bool
}

func (b *book) count(label string, n int64, query string) {
	b.figures = append(b.figures, known{label: label, value: decimal.NewFromInt(n), query: query})
}

func (b *book) money(label string, d decimal.Decimal, query string) {
	b.figures = append(b.figures, known{label: label, value: d, query: query})
}

func (b *book) share(label string, f float64, query string) {
	b.figures = append(b.figures, known{label: label, value: decimal.NewFromFloat(f * 100), percent: true, query: query})
}

func (b *book) reach(label string, reachable map[string]int64, query string) {
	for _, c := range []string{"email", "sms", "push", "whatsapp"} {
		b.count(label+", reachable by "+c, reachable[c], query)
	}
}

// newBook enters the analysis and the results of look-ups, look-ups first: they are what was asked for.
func newBook(a *analytics.Analysis, calls []ai.ToolCall, segment *analytics.SegmentFigures, label string) *book {
	b := &book{}
	for _, c := range calls {
		b.call(c)
	}
	if segment != nil {
		b.count(label, segment.Size, segment.Query)
		b.money(label+", open carts", segment.CartValue, segment.Query)
		b.reach(label, segment.Reachable, segment.Query)
		b.products(segment.TopProducts, segment.Query)
	}
	if a == nil {
		return b
	}
	b.demo = a.Demo
	q := a.Queries["segments"]
	for _, s := range a.Segments {
		b.count("People in "+s.Name, s.Size, q)
		b.share(s.Name+" as a share of all customers", s.Share, q)
		b.money("Open carts of "+s.Name, s.CartValue, q)
		b.money("Revenue of "+s.Name, s.Revenue, q)
		b.money("Average order of "+s.Name, s.AverageOrder, q)
		b.reach(s.Name, map[string]int64{"email": s.ReachableEmail, "sms": s.ReachableSMS, "push": s.ReachablePush, "whatsapp": s.ReachableWhatsApp}, q)
	}
	o, q := a.Overview, a.Queries["overview"]
	b.count("Events", o.Events, q)
	b.count("Customers", o.Customers, q)
	b.count("Orders", o.Orders, q)
	b.money("Revenue", o.Revenue, q)
	b.money("Average order", o.AverageOrder, q)
	for _, p := range []struct {
		label string
		analytics.Period
	}{{"last 30 days", o.Last30}, {"the 30 days before", o.Previous30}} {
		b.money("Revenue, "+p.label, p.Revenue, q)
		b.count("Orders, "+p.label, p.Orders, q)
		b.count("Active customers, "+p.label, p.ActiveCustomers, q)
		b.count("Events, "+p.label, p.Events, q)
	}
	b.reach("Customers", map[string]int64{"email": o.ReachableEmail, "sms": o.ReachableSMS, "push": o.ReachablePush, "whatsapp": o.ReachableWhatsApp}, q)
	for _, c := range append(o.EventsByType[:len(o.EventsByType):len(o.EventsByType)], o.EventsBySource...) {
		b.count("Events: "+c.Name, c.Count, q)
	}
	for _, s := range a.Funnel {
		b.count(s.Label+", last 30 days", s.Customers, a.Queries["funnel"])
		b.share(s.Label+" as a share of the first step", s.Rate, a.Queries["funnel"])
	}
	for _, c := range a.Channels {
		b.money("Revenue from "+c.Channel+", last 90 days", c.Revenue, a.Queries["channels"])
		b.count("Orders from "+c.Channel+", last 90 days", c.Orders, a.Queries["channels"])
		b.count("Visits from "+c.Channel+", last 90 days", c.Visits, a.Queries["channels"])
		b.share("Orders per visit from "+c.Channel, c.ConversionRate, a.Queries["channels"])
	}
	return b
}

// call enters the figures of one look-up.
func (b *book) call(c ai.ToolCall) {
	switch c.Tool {
	case ai.ToolSegmentSize:
		if f, ok := result[analytics.SegmentFigures](c); ok {
			b.count(f.Segment, f.Size, f.Query)
			b.money(f.Segment+", open carts", f.CartValue, f.Query)
			b.reach(f.Segment, f.Reachable, f.Query)
			b.products(f.TopProducts, f.Query)
		}
	case ai.ToolTimeseries:
		if f, ok := result[analytics.SeriesFigures](c); ok {
			b.money(f.Metric+", total", f.Total, f.Query)
			for _, s := range f.Steps {
				b.money(f.Metric+", "+s.Start, s.Value, f.Query)
			}
		}
	case ai.ToolCompare:
		if f, ok := result[ai.Compared](c); ok {
			b.totals("asked range", f.This)
			b.totals("other range", f.Other)
		}
	case ai.ToolTopProducts:
		if f, ok := result[analytics.ProductFigures](c); ok {
			b.products(f.Products, f.Query)
		}
	case ai.ToolFunnel:
		if f, ok := result[analytics.FunnelFigures](c); ok {
			for _, s := range f.Steps {
				b.count(s.Label, s.Customers, f.Query)
				b.share(s.Label+" as a share of the first step", s.Rate, f.Query)
			}
		}
	case ai.ToolChannels:
		if f, ok := result[analytics.ChannelFigures](c); ok {
			for _, s := range f.Channels {
				b.money("Revenue from "+s.Channel, s.Revenue, f.Query)
				b.count("Orders from "+s.Channel, s.Orders, f.Query)
				b.count("Visits from "+s.Channel, s.Visits, f.Query)
			}
		}
	default:
		b.further(c)
	}
}

func (b *book) products(list []analytics.Product, query string) {
	for _, p := range list {
		b.money("Revenue of "+p.Name, p.Revenue, query)
		b.count("Orders of "+p.Name, p.Orders, query)
		b.count("Added to cart: "+p.Name, p.Adds, query)
		b.count("Views of "+p.Name, p.Views, query)
	}
}

func (b *book) totals(label string, f analytics.TotalFigures) {
	b.money("Revenue, "+label, f.Revenue, f.Query)
	b.count("Orders, "+label, f.Orders, f.Query)
	b.count("Visits, "+label, f.Visits, f.Query)
	b.count("Active customers, "+label, f.ActiveCustomers, f.Query)
	b.count("Sign-ups, "+label, f.SignUps, f.Query)
	b.count("Refunds, "+label, f.Refunds, f.Query)
	b.count("Events, "+label, f.Events, f.Query)
}

func result[T any](c ai.ToolCall) (figures T, ok bool) {
	return figures, len(c.Result) > 0 && json.Unmarshal(c.Result, &figures) == nil
}

// numeral is a number as it stands in text, with a currency sign before and a percent sign after it.
var numeral = regexp.MustCompile(`(?:[€$£¥]|[A-Z]{3} )?\d[\d,]*(?:\.\d+)?(?:\s?%)?`)

// sources ties the numbers of a text to the figures they are. A number that equals none is not sourced, and neither is one
// below ten without a sign: it is too likely to count something else.
func (b *book) sources(text string) []ai.Source {
	var out []ai.Source
	seen := map[string]bool{}
	for _, token := range numeral.FindAllString(text, -1) {
		token = strings.TrimRight(token, ",")
		if seen[token] {
			continue
		}
		seen[token] = true
		if k, ok := b.match(token); ok {
			out = append(out, ai.Source{Label: k.label, Value: token, Query: k.query, Demo: b.demo})
		}
	}
	return out
}

// match is the figure that a number in text is: equal to it, or to it rounded to the digits that are shown.
func (b *book) match(token string) (known, bool) {
	percent := strings.HasSuffix(token, "%")
	digits := strings.TrimSpace(strings.TrimSuffix(strings.TrimLeft(token, "€$£¥ABCDEFGHIJKLMNOPQRSTUVWXYZ "), "%"))
	money := digits != strings.TrimSpace(strings.TrimSuffix(token, "%"))
	d, err := decimal.NewFromString(strings.ReplaceAll(digits, ",", ""))
	if err != nil {
		return known{}, false
	}
	plain := !percent && !money
	if plain && (d.LessThan(decimal.NewFromInt(10)) || len(digits) == 4 && d.GreaterThanOrEqual(decimal.NewFromInt(1990)) && d.LessThan(decimal.NewFromInt(2100))) {
		return known{}, false
	}
	places := int32(0)
	if _, fraction, dotted := strings.Cut(digits, "."); dotted {
		places = int32(len(fraction)) //nolint:gosec // a few digits
	}
	for _, k := range b.figures {
		if k.percent != percent {
			continue
		}
		if k.value.Equal(d) || (percent || money) && !d.IsZero() && k.value.Round(places).Equal(d) {
			return k, true
		}
	}
	return known{}, false
}

// invents tells whether a text has a number that is no figure of ours.
func (b *book) invents(text string) bool {
	for _, token := range numeral.FindAllString(text, -1) {
		if _, ok := b.match(strings.TrimRight(token, ",")); !ok {
			return true
		}
	}
	return false
}

// figureOf draws the chart that a look-up makes; n tells several apart.
func figureOf(c ai.ToolCall, n int) (ai.Chart, bool) {
	chart := ai.Chart{Key: fmt.Sprintf("%s-%d", c.Tool, n), Kind: "bar", Unit: "count"}
	switch c.Tool {
	case ai.ToolTimeseries:
		f, ok := result[analytics.SeriesFigures](c)
		if !ok || len(f.Steps) < 2 {
			return chart, false
		}
		name := strings.ReplaceAll(f.Metric, "_", " ")
		chart.Title, chart.Kind, chart.Unit, chart.Query, chart.Series = title(name), "line", f.Unit, f.Query, []ai.Series{{Name: title(name)}}
		for _, s := range f.Steps {
			chart.X, chart.Series[0].Values = append(chart.X, s.Start), append(chart.Series[0].Values, s.Value.InexactFloat64())
		}
	case ai.ToolCompare:
		f, ok := result[ai.Compared](c)
		if !ok {
			return chart, false
		}
		var args struct {
			From      string `json:"from"`
			To        string `json:"to"`
			OtherFrom string `json:"other_from"`
			OtherTo   string `json:"other_to"`
		}
		_ = json.Unmarshal(c.Arguments, &args)
		chart.Title, chart.Unit, chart.Query, chart.X = "Revenue compared", "money", f.This.Query, []string{"Revenue"}
		chart.Series = []ai.Series{
			{Name: args.From + " to " + args.To, Values: []float64{f.This.Revenue.InexactFloat64()}},
			{Name: args.OtherFrom + " to " + args.OtherTo, Values: []float64{f.Other.Revenue.InexactFloat64()}},
		}
	case ai.ToolFunnel:
		f, ok := result[analytics.FunnelFigures](c)
		if !ok || len(f.Steps) < 2 {
			return chart, false
		}
		chart.Title, chart.Kind, chart.Query, chart.Series = "From visit to order", "funnel", f.Query, []ai.Series{{Name: "Customers"}}
		for _, s := range f.Steps {
			chart.X, chart.Series[0].Values = append(chart.X, s.Label), append(chart.Series[0].Values, float64(s.Customers))
		}
	case ai.ToolChannels:
		f, ok := result[analytics.ChannelFigures](c)
		if !ok || len(f.Channels) == 0 {
			return chart, false
		}
		chart.Title, chart.Unit, chart.Query, chart.Series = "Revenue by channel", "money", f.Query, []ai.Series{{Name: "Revenue"}}
		for _, s := range f.Channels {
			chart.X, chart.Series[0].Values = append(chart.X, s.Channel), append(chart.Series[0].Values, s.Revenue.InexactFloat64())
		}
	default:
		return furtherFigureOf(c, chart)
	}
	return chart, true
}

func title(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
