package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/segment"
)

// of is the same world with the events of a segment's members alone; "" is everyone.
func (n *naive) of(key string) *naive {
	if key == "" {
		return n
	}
	all := n.profiles()
	limit := bar(all)
	one := &naive{zone: n.zone, now: n.now, reach: n.reach}
	for _, e := range n.events {
		if n.belongs(key, all[e.customer], limit) {
			one.events = append(one.events, e)
		}
	}
	return one
}

// firsts is when each customer was first seen and first ordered.
func (n *naive) firsts() (seen, ordered map[uuid.UUID]time.Time) {
	seen, ordered = map[uuid.UUID]time.Time{}, map[uuid.UUID]time.Time{}
	for _, e := range n.events {
		if _, known := seen[e.customer]; !known {
			seen[e.customer] = e.at
		}
		if _, known := ordered[e.customer]; !known && e.typ == "order_completed" && !e.duplicate {
			ordered[e.customer] = e.at
		}
	}
	return seen, ordered
}

// step is the first day of the day, week or month that a moment is in.
func (n *naive) step(t time.Time, granularity string) string {
	t = t.In(n.zone)
	switch granularity {
	case "week":
		return t.AddDate(0, 0, -(int(t.Weekday())+6)%7).Format(time.DateOnly)
	case "month":
		return t.Format("2006-01") + "-01"
	case "hour":
		return t.Truncate(time.Second).Add(-time.Duration(t.Minute()*60+t.Second()) * time.Second).Format(time.RFC3339)
	}
	return t.Format(time.DateOnly)
}

// series is a metric by step, without the steps of nothing.
func (n *naive) series(metric, granularity, from, to string) (values map[string]decimal.Decimal, total decimal.Decimal) {
	values = map[string]decimal.Decimal{}
	add := func(at time.Time, v decimal.Decimal) {
		s := n.step(at, granularity)
		values[s], total = values[s].Add(v), total.Add(v)
	}
	one := decimal.NewFromInt(1)
	in := func(t time.Time) bool { d := n.day(t); return d >= from && d < to }
	seen, ordered := n.firsts()
	switch metric {
	case "visits":
		for _, e := range n.visits() {
			if in(e.at) {
				add(e.at, one)
			}
		}
	case "new_customers", "new_buyers":
		for _, at := range map[string]map[uuid.UUID]time.Time{"new_customers": seen, "new_buyers": ordered}[metric] {
			if in(at) {
				add(at, one)
			}
		}
	case "active_customers":
		steps := map[string][]raw{}
		for _, e := range n.between(from, to) {
			steps[n.step(e.at, granularity)] = append(steps[n.step(e.at, granularity)], e)
		}
		for s, events := range steps {
			if c := active(events); c > 0 {
				values[s] = decimal.NewFromInt(c)
			}
		}
		total = decimal.NewFromInt(active(n.between(from, to)))
	default:
		types := map[string]string{"orders": "order_completed", "refunds": "order_refunded", "page_views": "page_viewed", "product_views": "product_viewed", "product_adds": "product_added", "checkouts": "checkout_started", "signups": "signed_up"}
		for _, e := range n.between(from, to) {
			switch {
			case metric == "events":
				add(e.at, one)
			case e.duplicate:
			case metric == "revenue" && e.typ == "order_completed":
				add(e.at, e.value)
			case metric == "revenue" && e.typ == "order_refunded":
				add(e.at, e.value.Neg())
			case e.typ == types[metric]:
				add(e.at, one)
			}
		}
	}
	return values, total
}

func question(w uuid.UUID, key string, from, to time.Time) analytics.Question {
	q := analytics.Question{Range: analytics.Range{From: from, To: to}, Now: demoNow}
	if key != "" {
		q.SegmentID = segment.ID(w, key)
	}
	return q
}

var answeredFor = []string{"", "high_value_customers", "potential_customers", "repeat_customers", "lapsed_customers"}

// Every answer, for everyone and for segments, is what the raw events say, across a change of the clocks.
func TestAnswersAreWhatTheRawEventsSay(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"} {
		t.Run(zone, func(t *testing.T) {
			s := setupShop(t)
			w := s.workspace(zone)
			s.seed(w, 21, 30_000)
			everyone := s.naive(w, zone, demoNow)
			for _, key := range answeredFor {
				n := everyone.of(key)
				q := question(w, key, n.midnight(60), n.midnight(3)) // each zone's change of the clocks is in it
				s.checkKPIs(n, w, q)
				s.checkSeries(n, w, q)
				s.checkFunnel(n, w, q)
				s.checkRevenue(n, w, q)
				s.checkChannels(n, w, q)
				q.From = n.midnight(140)
				s.checkRFM(n, w, q)
				for _, by := range []string{"first_order", "first_visit"} {
					for _, granularity := range []string{"month", "week"} {
						q.By, q.Granularity = by, granularity
						s.checkCohorts(n, w, q)
					}
				}
			}
		})
	}
}

func (s shop) days(n *naive, q analytics.Question) (from, to string) {
	return n.day(q.From), n.day(q.To)
}

func (s shop) checkKPIs(n *naive, w uuid.UUID, q analytics.Question) {
	s.t.Helper()
	got, err := s.KPIs(s.ctx, w, q)
	require.NoError(s.t, err)
	from, to := s.days(n, q)
	length := q.Days(n.zone)
	before := analytics.StartOfDay(q.From.In(n.zone).Year(), q.From.In(n.zone).Month(), q.From.In(n.zone).Day()-length, n.zone)
	require.Equal(s.t, before, got.PreviousFrom)
	require.Equal(s.t, q.From, got.PreviousTo)
	value := map[string][2]string{}
	for _, f := range got.Figures {
		value[f.Metric] = [2]string{f.Value, f.Previous}
	}
	for _, metric := range []string{"events", "visits", "active_customers", "new_customers", "new_buyers", "orders", "refunds", "revenue"} {
		_, now := n.series(metric, "day", from, to)
		_, then := n.series(metric, "day", n.day(before), from)
		places := int32(0)
		if metric == "revenue" {
			places = 2
		}
		require.Equal(s.t, [2]string{now.StringFixed(places), then.StringFixed(places)}, value[metric], "%s of %v", metric, got.Segment)
	}
	orders, revenue := sold(n.between(from, to))
	if orders > 0 {
		require.Equal(s.t, revenue.DivRound(decimal.NewFromInt(orders), 2).StringFixed(2), value["average_order"][0])
	}
	require.EqualValues(s.t, len(n.between(from, to)), got.Events)
	require.Equal(s.t, active(n.between(from, to)), got.Customers)
	require.Equal(s.t, n.zone.String(), got.TimeZone)
}

func (s shop) checkSeries(n *naive, w uuid.UUID, q analytics.Question) {
	s.t.Helper()
	for _, metric := range analytics.SeriesMetrics {
		for _, granularity := range []string{"hour", "day", "week", "month"} {
			people := slices.Contains([]string{"active_customers", "new_customers", "new_buyers"}, metric)
			if granularity == "hour" && (people || metric != "events" && metric != "visits" && metric != "revenue") {
				continue
			}
			q := q
			q.Metric, q.Granularity, q.Compare = metric, granularity, granularity == "week"
			got, err := s.Series(s.ctx, w, q)
			require.NoError(s.t, err)
			from, to := s.days(n, q)
			check := func(steps []analytics.SeriesPoint, total, from, to string) {
				values, sum := n.series(metric, granularity, from, to)
				places := int32(0)
				if metric == "revenue" {
					places = 2
				}
				found := 0
				for _, step := range steps {
					start := step.Start
					if granularity == "hour" {
						start = n.step(step.From, "hour")
					}
					require.Equal(s.t, values[start].StringFixed(places), step.Value, "%s by %s at %s", metric, granularity, step.Start)
					if _, some := values[start]; some {
						found++
					}
				}
				require.Equal(s.t, len(values), found, "%s by %s: no step is left out", metric, granularity)
				require.Equal(s.t, sum.StringFixed(places), total, "%s by %s", metric, granularity)
			}
			check(got.Steps, got.Total, from, to)
			require.Equal(s.t, q.Compare, got.Previous != nil)
			if q.Compare {
				check(got.Previous.Steps, got.Previous.Total, n.day(got.Previous.From), from)
			}
			require.Equal(s.t, active(n.between(from, to)), got.Customers)
		}
	}
}

func (s shop) checkFunnel(n *naive, w uuid.UUID, q analytics.Question) {
	s.t.Helper()
	got, err := s.FunnelReach(s.ctx, w, q)
	require.NoError(s.t, err)
	from, to := s.days(n, q)
	events := n.between(from, to)
	did := map[uuid.UUID]map[string]bool{}
	for _, e := range events {
		if !e.duplicate {
			if did[e.customer] == nil {
				did[e.customer] = map[string]bool{}
			}
			did[e.customer][e.typ] = true
		}
	}
	for i, typ := range funnelTypes {
		var done, reached int64
		for _, what := range did {
			done += one(what[typ])
			reached += one(!slices.ContainsFunc(funnelTypes[:i+1], func(t string) bool { return !what[t] }))
		}
		require.Equal(s.t, typ, got.Steps[i].Type)
		require.Equal(s.t, done, got.Steps[i].Did, typ)
		require.Equal(s.t, reached, got.Steps[i].Customers, typ)
	}
	if first := got.Steps[0].Customers; first > 0 {
		require.InDelta(s.t, float64(got.Steps[4].Customers)/float64(first), got.Conversion, 1e-12)
	}
	require.Equal(s.t, active(events), got.Customers)
}

// buys is the sums of orders and refunds as an answer shows them.
func buys(events []raw) analytics.Sold {
	var out analytics.Sold
	gross, refunded := decimal.Zero, decimal.Zero
	for _, e := range events {
		if e.duplicate {
			continue
		}
		switch e.typ {
		case "order_completed":
			out.Orders++
			gross = gross.Add(e.value)
		case "order_refunded":
			out.Refunds++
			refunded = refunded.Add(e.value)
		}
	}
	average := decimal.Zero
	if out.Orders > 0 {
		average = gross.Sub(refunded).DivRound(decimal.NewFromInt(out.Orders), 2)
	}
	out.Gross, out.Refunded, out.Revenue, out.AverageOrder = euros(gross), euros(refunded), euros(gross.Sub(refunded)), euros(average)
	return out
}

func euros(d decimal.Decimal) analytics.Money { return analytics.MoneyFrom(d, "EUR") }

func where(events []raw, keep func(raw) bool) (out []raw) {
	for _, e := range events {
		if keep(e) {
			out = append(out, e)
		}
	}
	return out
}

func (s shop) checkRevenue(n *naive, w uuid.UUID, q analytics.Question) {
	s.t.Helper()
	got, err := s.Revenue(s.ctx, w, q)
	require.NoError(s.t, err)
	from, to := s.days(n, q)
	events := n.between(from, to)
	require.Equal(s.t, buys(events), got.Total)
	require.Len(s.t, got.Days, q.Days(n.zone))
	for _, d := range got.Days {
		require.Equal(s.t, buys(where(events, func(e raw) bool { return n.day(e.at) == d.Date })), d.Sold, d.Date)
	}
	var orders int64
	for _, c := range got.Channels {
		require.Equal(s.t, buys(where(events, func(e raw) bool { return e.channel == c.Channel })), c.Sold, c.Channel)
		orders += c.Orders
	}
	require.Equal(s.t, got.Total.Orders, orders)
	_, first := n.firsts()
	kind := func(e raw) string {
		at, known := first[e.customer]
		switch {
		case !known || n.day(at) >= to:
			return "unknown"
		case n.day(at) >= from:
			return "new"
		}
		return "returning"
	}
	for i, name := range []string{"new", "returning", "unknown"} {
		theirs := where(events, func(e raw) bool { return kind(e) == name })
		who := map[uuid.UUID]bool{}
		for _, e := range theirs {
			if e.typ == "order_completed" && !e.duplicate {
				who[e.customer] = true
			}
		}
		require.Equal(s.t, analytics.RevenueBuyers{Buyers: name, Customers: int64(len(who)), Sold: buys(theirs)}, got.Buyers[i])
	}
	products := map[string]*analytics.RevenueProduct{}
	sums := map[string]decimal.Decimal{}
	for _, e := range events {
		if e.duplicate || e.typ != "order_completed" {
			continue
		}
		in := map[string]bool{}
		for _, i := range e.items {
			p := products[i.Product]
			if p == nil {
				p = &analytics.RevenueProduct{Product: i.Product}
				products[i.Product] = p
			}
			p.Orders += one(!in[i.Product])
			p.Units += i.Quantity
			sums[i.Product] = sums[i.Product].Add(i.Price.Mul(decimal.NewFromInt(i.Quantity)))
			in[i.Product] = true
		}
	}
	require.Len(s.t, got.Products, min(len(products), analytics.RevenueProducts))
	for _, p := range got.Products {
		want := *products[p.Product]
		want.Revenue = euros(sums[p.Product])
		require.Equal(s.t, want, p)
	}
}

func (s shop) checkChannels(n *naive, w uuid.UUID, q analytics.Question) {
	s.t.Helper()
	got, err := s.ChannelResults(s.ctx, w, q)
	require.NoError(s.t, err)
	from, to := s.days(n, q)
	events := n.between(from, to)
	var names []string
	for _, c := range n.channels(from, to) {
		if c.Channel != "" {
			names = append(names, c.Channel)
		}
	}
	visits := map[string]int64{}
	for _, e := range n.visits() {
		visits[e.channel] += one(n.day(e.at) >= from && n.day(e.at) < to)
	}
	require.Len(s.t, got.Channels, len(names))
	for i, c := range got.Channels {
		require.Equal(s.t, names[i], c.Channel)
		require.Equal(s.t, visits[c.Channel], c.Visits, c.Channel)
		require.Equal(s.t, buys(where(events, func(e raw) bool { return e.channel == c.Channel })), c.Sold, c.Channel)
		if c.ConversionLow != nil {
			require.LessOrEqual(s.t, *c.ConversionLow, c.ConversionRate)
			require.GreaterOrEqual(s.t, *c.ConversionHigh, c.ConversionRate)
		}
	}
	require.EqualValues(s.t, len(events), got.Events)
}

// An answer's query can be run by whoever sees it, and nothing of an answer is of another workspace.
func TestAnswersStayInTheirWorkspaceAndSayHow(t *testing.T) {
	s := setupShop(t)
	one, two := s.workspace("Europe/Berlin"), s.workspace("Europe/Berlin")
	s.seed(one, 1, 10_000)
	everything := func(w uuid.UUID) (all []any, queries []string) {
		for _, key := range answeredFor {
			q := question(w, key, demoNow.AddDate(0, 0, -60).Truncate(24*time.Hour).Add(-time.Hour), demoNow.Truncate(24*time.Hour).Add(23*time.Hour))
			k, err := s.KPIs(s.ctx, w, q)
			require.NoError(t, err)
			f, err := s.FunnelReach(s.ctx, w, q)
			require.NoError(t, err)
			r, err := s.Revenue(s.ctx, w, q)
			require.NoError(t, err)
			c, err := s.ChannelResults(s.ctx, w, q)
			require.NoError(t, err)
			m, err := s.RFM(s.ctx, w, q)
			require.NoError(t, err)
			all, queries = append(all, k, f, r, c, m), append(queries, k.Query, f.Query, r.Query, c.Query, m.Query)
			for _, by := range []string{"first_order", "first_visit"} {
				q.By, q.Granularity = by, "week"
				h, err := s.Cohorts(s.ctx, w, q)
				require.NoError(t, err)
				all, queries = append(all, h), append(queries, h.Query)
			}
			for _, metric := range analytics.SeriesMetrics {
				q.Metric, q.Granularity = metric, "week"
				d, err := s.Series(s.ctx, w, q)
				require.NoError(t, err)
				all, queries = append(all, d), append(queries, d.Query)
			}
			q.Metric, q.Granularity = "visits", "hour"
			h, err := s.Series(s.ctx, w, q)
			require.NoError(t, err)
			all, queries = append(all, h), append(queries, h.Query)
		}
		return all, queries
	}
	before, queries := everything(one)
	for _, q := range queries {
		require.NotEmpty(t, q)
		for _, part := range strings.Split(q, ";\n") {
			_, err := s.Pool().Exec(s.ctx, part)
			require.NoError(t, err, part)
		}
	}
	nothing, _ := everything(two)
	require.NotContains(t, fmt.Sprint(asJSON(t, nothing)), one.String())
	s.seed(two, 99, 15_000)
	after, _ := everything(one)
	require.Equal(t, asJSON(t, before), asJSON(t, after))
	q := question(two, "repeat_customers", demoNow.AddDate(0, 0, -30), demoNow)
	_, err := s.KPIs(s.ctx, one, q)
	require.Equal(t, apperr.NotFound, apperr.KindOf(err), "a segment of another workspace is none")
	_, err = s.KPIs(s.ctx, uuid.New(), question(two, "", q.From, q.To))
	require.Equal(t, apperr.NotFound, apperr.KindOf(err))
}
