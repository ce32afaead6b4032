package analyst

import (
	"slices"
	"strings"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

func wantsSegment(t *turn, q inquiry) bool {
	return q.entities.Segment != "" && (q.metric == "" || slices.Contains([]string{"customers", "reachable", "best_hour", "overview", "orders", "revenue", "average_order", "cart_abandonment", "products", "conversion_rate", "channels"}, q.metric))
}

// segment answers who is in a standard segment, how many, and how to reach them.
func (t *turn) segment(inquiry) error {
	e := t.req.Intent.Entities
	s, ok := segmentNamed(t.an, e.Segment)
	if !ok {
		t.cannot("This workspace has no segment of that kind.", "the size and reach of its standard segments")
		t.segmentTable()
		return nil
	}
	q := t.an.Queries["segments"]
	switch {
	case e.Metric == "best_hour":
		t.w.say("**%s** %s most active around **%s** (%s).", s.Name, "are", figure{"Hour in which " + s.Name + " are most active", twoDigits(s.BestHour) + ":00", q}, t.an.TimeZone)
		return nil
	case e.Metric == "average_order" && s.AverageOrder.IsPositive():
		t.w.say("**%s** spend **%s** an order on average", s.Name, t.w.money(s.AverageOrder, "Average order of "+s.Name, q))
		if t.an.Overview.AverageOrder.IsPositive() {
			t.w.say("; all customers together spend %s", t.w.money(t.an.Overview.AverageOrder, "Average order", t.an.Queries["overview"]))
		}
		t.w.say(".")
		return nil
	case e.Metric == "revenue" && e.Segment != "cart_abandoners":
		t.w.say("The %s people in **%s** have spent **%s** so far", t.w.count(s.Size, "People in "+s.Name, q), s.Name, t.w.money(s.Revenue, "Revenue of "+s.Name, q))
		if s.AverageOrder.IsPositive() {
			t.w.say(", %s an order on average", t.w.money(s.AverageOrder, "Average order of "+s.Name, q))
		}
		t.w.say(".")
		return nil
	}
	if err := t.segmentHead(s); err != nil {
		return err
	}
	if s.Size > 0 {
		t.w.paragraph("For campaigns that fit, ask “%s”", next(s.Key))
	}
	return nil
}

// next is what to ask for campaigns for a segment.
func next(segment string) string {
	switch segment {
	case "cart_abandoners", "lapsed_customers", "at_risk_vips":
		return "How do I win them back?"
	}
	return "What should I send them?"
}

// did is what the members of a segment have done, after "412 people".
var did = map[string]string{
	"cart_abandoners":      "left a cart behind",
	"high_value_customers": "are high-value customers",
	"new_visitors":         "came for the first time",
	"engaged_users":        "are engaged",
	"potential_customers":  "looked at products and have not bought",
	"repeat_customers":     "are repeat customers",
	"lapsed_customers":     "have lapsed",
	"at_risk_vips":         "are VIPs at risk of leaving",
}

// segmentHead says how many are in a segment (within the asked time frame), what is at stake, who they are, and how many
// can be reached.
func (t *turn) segmentHead(s analytics.Segment) error {
	q := t.an.Queries["segments"]
	f := t.req.Intent.Entities.Timeframe
	figures := analytics.SegmentFigures{
		Size: s.Size, CartValue: s.CartValue, Revenue: s.Revenue, Query: q,
		Reachable: map[string]int64{"email": s.ReachableEmail, "sms": s.ReachableSMS, "push": s.ReachablePush, "whatsapp": s.ReachableWhatsApp},
	}
	label, when := s.Name, ""
	if f != nil && t.queries != nil {
		var err error
		if figures, err = t.queries.Segment(t.ctx, t.req.WorkspaceID, s.Key, rangeOf(*f)); err != nil {
			return err
		}
		label, when = s.Name+", "+f.Label, " "+within(*f)
	}
	verb := did[s.Key]
	if verb == "" {
		verb = "are in " + s.Name
	}
	if figures.Size == 1 {
		verb = strings.Replace(strings.Replace(verb, "are ", "is ", 1), "have ", "has ", 1)
	}
	if figures.Size == 0 {
		t.w.say("**Nobody** matches “%s”%s. (The rule: %s.)", s.Name, when, strings.TrimSuffix(s.Criteria, "."))
		if when != "" && s.Size > 0 {
			t.w.say(" The segment as a whole has %s %s.", t.w.count(s.Size, "People in "+s.Name, q), people(s.Size))
		}
		return nil
	}
	t.w.say("**%s %s %s%s**", t.w.count(figures.Size, label, figures.Query), people(figures.Size), verb, when)
	if s.Key == "cart_abandoners" && figures.CartValue.IsPositive() {
		t.w.say(", with **%s** in open carts", t.w.money(figures.CartValue, "Open carts: "+label, figures.Query))
	}
	t.w.say(".")
	if s.Key != "cart_abandoners" && figures.Revenue.IsPositive() {
		t.w.say(" They have spent **%s** so far.", t.w.money(figures.Revenue, "Revenue: "+label, figures.Query))
	}
	t.reach(figures.Reachable, label, figures.Query)
	if when != "" && figures.Size != s.Size {
		t.w.say(" The segment as a whole has %s %s.", t.w.count(s.Size, "People in "+s.Name, q), people(s.Size))
	}
	figures.Segment = s.Key
	if table, ok := ai.MembersTable(t.an, figures); ok {
		t.w.sink.Table(table)
	}
	return nil
}

// reach says on which channels people can be reached, widest first.
func (t *turn) reach(reachable map[string]int64, label, query string) {
	channels := slices.DeleteFunc(slices.Clone(recommend.ChannelTypes), func(c string) bool { return reachable[c] == 0 })
	slices.SortStableFunc(channels, func(a, b string) int { return int(reachable[b] - reachable[a]) })
	if only := t.req.Intent.Entities.Channel; only != "" {
		t.w.say(" %s of them can be reached by %s.", t.w.count(reachable[only], label+", reachable by "+channelName(only), query), channelName(only))
		return
	}
	if len(channels) == 0 {
		t.w.say(" None of them can be reached: that takes consent and an address.")
		return
	}
	t.w.say(" You can reach ")
	for i, c := range channels {
		switch {
		case i > 0 && i == len(channels)-1:
			t.w.say(" and ")
		case i > 0:
			t.w.say(", ")
		}
		t.w.say("%s by %s", t.w.count(reachable[c], label+", reachable by "+channelName(c), query), channelName(c))
	}
	t.w.say(".")
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + recommend.Count(int64(n))
	}
	return recommend.Count(int64(n))
}
