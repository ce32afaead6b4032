package analyst

import (
	"errors"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

func wantsChannels(t *turn, q inquiry) bool {
	if t.explains(q) {
		return false
	}
	byChannel := q.entities.Channel != "" && slices.Contains([]string{"", "revenue", "orders", "visits", "channels", "conversion_rate", "average_order"}, q.metric)
	return byChannel || q.side == "channel" || containsMetric(q, "channels") || q.metric == "channels"
}

// channels says which channel brings what.
func (t *turn) channels(q inquiry) error {
	figures := analytics.ChannelFigures{Query: t.an.Queries["channels"]}
	label := "last 90 days"
	if t.req.Intent.Entities.Timeframe != nil && t.queries != nil {
		f := t.frame()
		var err error
		if figures, err = t.queries.Channels(t.ctx, t.req.WorkspaceID, rangeOf(f)); err != nil {
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
	metric := q.metric
	if metric != "orders" && metric != "visits" && metric != "conversion_rate" && metric != "average_order" {
		metric = "revenue"
	}
	if len(q.channels) > 1 {
		t.channelsCompared(q.channels, metric, figures, label)
	} else if err := t.leadChannel(metric, figures, label); err != nil {
		return nil //nolint:nilerr // it has said that there is nothing of this channel
	}
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

// byMetric is one channel's figure of a metric; none where it cannot be told.
func (t *turn) byMetric(metric string, c analytics.ChannelFigure, label, query string) (figure, bool) {
	name := sentence(metricName(metric)) + " from " + c.Channel + ", " + label
	switch metric {
	case "orders":
		return t.w.count(c.Orders, name, query), true
	case "visits":
		return t.w.count(c.Visits, name, query), true
	case "conversion_rate":
		if c.Visits == 0 {
			return figure{}, false
		}
		return t.w.percent(float64(c.Orders)/float64(c.Visits), name, query), true
	case "average_order":
		if c.Orders == 0 {
			return figure{}, false
		}
		return t.w.money(c.Revenue.Div(decimal.NewFromInt(c.Orders)), name, query), true
	}
	return t.w.money(c.Revenue, name, query), true
}

var errNothingOfIt = errors.New("nothing of this channel")

// leadChannel begins with the channel that was asked for, or else with the one that has most of the metric.
func (t *turn) leadChannel(metric string, figures analytics.ChannelFigures, label string) error {
	q := figures.Query
	lead := figures.Channels[0]
	verb := "brings the most"
	if asked := t.req.Intent.Entities.Channel; asked != "" {
		i := slices.IndexFunc(figures.Channels, func(c analytics.ChannelFigure) bool { return c.Channel == asked })
		if i < 0 {
			t.w.say("**%s** brought no visits or orders (%s).", sentence(channelName(asked)), label)
			return errNothingOfIt
		}
		lead, verb = figures.Channels[i], "brought"
	} else {
		for _, c := range figures.Channels {
			if metric == "orders" && c.Orders > lead.Orders || metric == "visits" && c.Visits > lead.Visits {
				lead = c
			}
			if metric == "conversion_rate" && c.Visits > 0 && (lead.Visits == 0 || c.Orders*lead.Visits > lead.Orders*c.Visits) {
				lead, verb = c, "converts best"
			}
		}
	}
	name := sentence(channelName(lead.Channel))
	if lead.Channel == "" {
		name = "Orders that no visit is known of"
	}
	f, ok := t.byMetric(metric, lead, label, q)
	switch {
	case metric == "revenue" || !ok:
		t.w.say("**%s** "+colon(verb)+"**%s** (%s)", name, t.w.money(lead.Revenue, "Revenue from "+lead.Channel+", "+label, q), label)
		t.w.say(", from %s and %s.", t.phrase("orders", t.w.count(lead.Orders, "Orders from "+lead.Channel+", "+label, q)), t.phrase("visits", t.w.count(lead.Visits, "Visits from "+lead.Channel+", "+label, q)))
	case metric == "orders" || metric == "visits":
		t.w.say("**%s** "+colon(verb)+"**%s** (%s), and %s in revenue.", name, t.phrase(metric, f), label, t.w.money(lead.Revenue, "Revenue from "+lead.Channel+", "+label, q))
	default:
		t.w.say("**%s**: %s is **%s** (%s).", name, metricName(metric), f, label)
	}
	return nil
}

func colon(verb string) string {
	if verb == "brought" {
		return verb + " "
	}
	return verb + ": "
}

// channelsCompared puts the named channels beside each other.
func (t *turn) channelsCompared(names []string, metric string, figures analytics.ChannelFigures, label string) {
	for i, name := range names {
		c := analytics.ChannelFigure{Channel: name}
		if at := slices.IndexFunc(figures.Channels, func(c analytics.ChannelFigure) bool { return c.Channel == name }); at >= 0 {
			c = figures.Channels[at]
		}
		if i > 0 {
			t.w.say(", ")
		}
		if f, ok := t.byMetric(metric, c, label, figures.Query); ok {
			t.w.say("**%s**: %s", sentence(channelName(name)), f)
		} else {
			t.w.say("**%s**: nothing to tell", sentence(channelName(name)))
		}
	}
	t.w.say(" (%s, %s).", metricName(metric), label)
}
