package analyst

import (
	"slices"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

// overview is how the shop is doing: the last 30 days against the 30 before, the best channel, the groups to act on.
func (t *turn) overview() {
	o, q := t.an.Overview, t.an.Queries["overview"]
	t.w.say("In the last 30 days you made **%s** from **%s orders**", t.w.money(o.Last30.Revenue, "Revenue, last 30 days", q), t.w.count(o.Last30.Orders, "Orders, last 30 days", q))
	if f, ok := t.w.change(o.Last30.Revenue, o.Previous30.Revenue, "Revenue, last 30 days against the 30 before", q); ok {
		t.w.say(", %s on the 30 days before (%s)", f, t.w.money(o.Previous30.Revenue, "Revenue, the 30 days before", q))
	}
	t.w.say(".\n")
	t.w.say("\n- **Customers:** %s, of whom %s were active in the last 30 days", t.w.count(o.Customers, "Customers", q), t.w.count(o.Last30.ActiveCustomers, "Active customers, last 30 days", q))
	t.w.say("\n- **All time:** %s from %s orders, %s each on average", t.w.money(o.Revenue, "Revenue", q), t.w.count(o.Orders, "Orders", q), t.w.money(o.AverageOrder, "Average order", q))
	if len(t.an.Channels) > 0 {
		c := t.an.Channels[0]
		t.w.say("\n- **Strongest channel:** %s, with %s in the last 90 days", c.Channel, t.w.money(c.Revenue, "Revenue from "+c.Channel+", last 90 days", t.an.Queries["channels"]))
	}
	if s, ok := segmentNamed(t.an, "cart_abandoners"); ok && s.Size > 0 {
		t.w.say("\n- **Worth acting on:** %s open carts, together %s", t.w.count(s.Size, "Cart abandoners", t.an.Queries["segments"]), t.w.money(s.CartValue, "Open carts", t.an.Queries["segments"]))
	}
	t.revenueChart(30)
}

// revenueChart is the last days of the analysis as a line.
func (t *turn) revenueChart(days int) {
	rows := t.an.Revenue[max(0, len(t.an.Revenue)-days):]
	if len(rows) < 2 {
		return
	}
	c := ai.Chart{Key: "revenue", Title: "Revenue by day", Kind: "line", Unit: "money", Query: t.an.Queries["revenue"], Series: []ai.Series{{Name: "Revenue"}}}
	for _, r := range rows {
		v, _ := r.Revenue.Float64()
		c.X, c.Series[0].Values = append(c.X, r.Date), append(c.Series[0].Values, v)
	}
	t.w.sink.Chart(c)
}

func wantsCustomers(_ *turn, q inquiry) bool {
	return q.metric == "customers" && q.entities.Timeframe == nil
}

// customers counts the customers, and lists the standard groups they fall into.
func (t *turn) customers(r inquiry) error {
	o, q := t.an.Overview, t.an.Queries["overview"]
	if r.has(tRank) {
		if s, ok := segmentNamed(t.an, "high_value_customers"); ok && s.Size > 0 {
			t.w.say("Your best customers are the **%s** in **%s** (%s).", t.w.count(s.Size, "People in "+s.Name, t.an.Queries["segments"]), s.Name, s.Criteria)
			t.w.say(" They have spent %s so far.", t.w.money(s.Revenue, "Revenue of "+s.Name, t.an.Queries["segments"]))
			return nil
		}
	}
	t.w.say("You have **%s customers**; %s of them were active in the last 30 days.", t.w.count(o.Customers, "Customers", q), t.w.count(o.Last30.ActiveCustomers, "Active customers, last 30 days", q))
	t.w.paragraph("They fall into these groups, and one person can be in several:")
	t.segmentTable()
	return nil
}

func wantsReach(_ *turn, q inquiry) bool {
	c := q.entities.Channel
	return q.metric == "reachable" || slices.Contains(messageChannels, c) && (q.metric == "customers" || q.metric == "")
}

// reachable is how many people may be written to, by channel.
func (t *turn) reachable(inquiry) error {
	o, q := t.an.Overview, t.an.Queries["overview"]
	reach := map[string]int64{"email": o.ReachableEmail, "sms": o.ReachableSMS, "push": o.ReachablePush, "whatsapp": o.ReachableWhatsApp}
	if c := t.req.Intent.Entities.Channel; c != "" {
		t.w.say("You can reach **%s** of your %s customers by %s: they gave consent and have an address for it.",
			t.w.count(reach[c], "Reachable by "+channelName(c), q), t.w.count(o.Customers, "Customers", q), channelName(c))
		return nil
	}
	t.w.say("Of your %s customers, with consent and an address, you can reach:\n", t.w.count(o.Customers, "Customers", q))
	chart := ai.Chart{Key: "reachable", Title: "Reachable customers by channel", Kind: "bar", Unit: "count", Query: q, Series: []ai.Series{{Name: "Customers"}}}
	for _, c := range recommend.ChannelTypes {
		name := sentence(channelName(c))
		t.w.say("\n- **%s:** %s", name, t.w.count(reach[c], "Reachable by "+channelName(c), q))
		chart.X, chart.Series[0].Values = append(chart.X, name), append(chart.Series[0].Values, float64(reach[c]))
	}
	t.w.sink.Chart(chart)
	return nil
}

var weekdayNames = []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

func wantsBestHour(_ *turn, q inquiry) bool { return q.metric == "best_hour" && !q.has(tProduct) }

// bestHour is when customers are most active, from the 168 hours of the week.
func (t *turn) bestHour(inquiry) error {
	if len(t.an.Hours) == 0 {
		t.cannot("There is not enough activity yet to tell a best hour.", "overall figures of your shop")
		return nil
	}
	q := t.an.Queries["hours"]
	hours := slices.Clone(t.an.Hours)
	slices.SortStableFunc(hours, func(a, b analytics.Hour) int { return int(b.Events - a.Events) })
	byHour := make([]float64, 24)
	for _, h := range t.an.Hours {
		byHour[h.Hour%24] += float64(h.Events)
	}
	best := hours[0]
	t.w.say("Your customers are most active on **%s around %s** (%s), with %s events in that hour over the last 90 days.",
		weekdayNames[best.Weekday%7], figure{"Busiest hour of the week", twoDigits(best.Hour) + ":00", q}, t.an.TimeZone, t.w.count(best.Events, "Events in the busiest hour of the week", q))
	if orders := slices.MaxFunc(t.an.Hours, func(a, b analytics.Hour) int { return int(a.Orders - b.Orders) }); orders.Orders > 0 {
		t.w.say(" They order most on %s around %s (%s orders).", weekdayNames[orders.Weekday%7], figure{"Hour of the week with most orders", twoDigits(orders.Hour) + ":00", q}, t.w.count(orders.Orders, "Orders in that hour", q))
	}
	t.w.paragraph("For one send to everybody, aim for an hour before that. Better still, send at each person's own best hour.")
	chart := ai.Chart{Key: "hours", Title: "Activity by hour of the day", Kind: "bar", Unit: "count", Query: q, Series: []ai.Series{{Name: "Events", Values: byHour}}}
	for h := range 24 {
		chart.X = append(chart.X, twoDigits(h)+":00")
	}
	t.w.sink.Chart(chart)
	return nil
}
