package store_test

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/segment"
)

// raw is one event as it stands in the table.
type raw struct {
	id, source, typ, channel, product string
	customer, session                 uuid.UUID
	at                                time.Time
	value                             decimal.Decimal
	valued, duplicate                 bool
	items                             []struct {
		Product  string          `json:"product"`
		Quantity int64           `json:"quantity"`
		Price    decimal.Decimal `json:"price"`
	}
}

type reach struct{ email, sms, push, whatsapp bool }

// naive computes from raw events alone, in the plainest way, what the store computes from features and rollups.
type naive struct {
	events []raw
	reach  map[uuid.UUID]reach
	zone   *time.Location
	now    time.Time
}

func (s shop) naive(workspaceID uuid.UUID, zone string, now time.Time) *naive {
	s.t.Helper()
	location, err := time.LoadLocation(zone)
	require.NoError(s.t, err)
	n := &naive{zone: location, now: now, reach: map[uuid.UUID]reach{}}
	rows, err := s.Pool().Query(s.ctx, `SELECT e.external_id, d.type, e.type, coalesce(e.channel, ''), coalesce(e.product, ''), e.customer_id,
			coalesce(e.session_id, '00000000-0000-0000-0000-000000000000'), e.occurred_at, coalesce(e.value, 0), e.value IS NOT NULL, e.duplicate, e.properties -> 'items'
		FROM events e JOIN data_sources d ON d.id = e.data_source_id WHERE e.workspace_id = $1`, workspaceID)
	require.NoError(s.t, err)
	var e raw
	var items []byte
	_, err = pgx.ForEachRow(rows, []any{&e.id, &e.source, &e.typ, &e.channel, &e.product, &e.customer, &e.session, &e.at, &e.value, &e.valued, &e.duplicate, &items}, func() error {
		one := e
		one.items = nil
		if items != nil {
			if err := json.Unmarshal(items, &one.items); err != nil {
				return err
			}
		}
		n.events = append(n.events, one)
		return nil
	})
	require.NoError(s.t, err)
	slices.SortFunc(n.events, func(a, b raw) int { return a.at.Compare(b.at) })
	rows, err = s.Pool().Query(s.ctx, "SELECT id, consent_email AND email IS NOT NULL, consent_sms AND phone IS NOT NULL, consent_push, consent_whatsapp AND phone IS NOT NULL FROM customers WHERE workspace_id = $1", workspaceID)
	require.NoError(s.t, err)
	var id uuid.UUID
	var r reach
	_, err = pgx.ForEachRow(rows, []any{&id, &r.email, &r.sms, &r.push, &r.whatsapp}, func() error { n.reach[id] = r; return nil })
	require.NoError(s.t, err)
	return n
}

func (n *naive) day(t time.Time) string { return t.In(n.zone).Format(time.DateOnly) }

func (n *naive) dayBack(days int) string {
	return n.now.In(n.zone).AddDate(0, 0, -days).Format(time.DateOnly)
}

func (n *naive) midnight(days int) time.Time {
	y, m, d := n.now.In(n.zone).Date()
	return time.Date(y, m, d-days, 0, 0, 0, 0, n.zone).UTC()
}

func did(typ string) bool {
	return !slices.Contains([]string{"message_sent", "message_delivered", "message_bounced", "message_failed"}, typ)
}

// profile is what somebody's events say of them.
type profile struct {
	first, last, lastView, lastOrder, cartTouched time.Time
	sessions                                      map[uuid.UUID]bool
	views, orders                                 int64
	revenue, adds, checkout                       decimal.Decimal
	added                                         bool
	hours                                         [24]int64
}

func (n *naive) profiles() map[uuid.UUID]*profile {
	all := map[uuid.UUID]*profile{}
	for _, e := range n.events {
		p := all[e.customer]
		if p == nil {
			p = &profile{first: e.at, sessions: map[uuid.UUID]bool{}}
			all[e.customer] = p
		}
		if did(e.typ) {
			p.last = e.at
			if !e.duplicate {
				p.hours[e.at.In(n.zone).Hour()]++
			}
		}
		if e.session != uuid.Nil {
			p.sessions[e.session] = true
		}
		if e.duplicate {
			continue
		}
		switch e.typ {
		case "product_viewed":
			p.views++
			p.lastView = e.at
		case "product_added":
			p.adds, p.added, p.cartTouched = p.adds.Add(e.value), true, e.at
		case "checkout_started":
			p.checkout, p.cartTouched = e.value, e.at
		case "order_completed":
			p.orders++
			p.revenue, p.lastOrder = p.revenue.Add(e.value), e.at
			p.adds, p.checkout, p.added, p.cartTouched = decimal.Zero, decimal.Zero, false, time.Time{}
		case "order_refunded":
			p.revenue = p.revenue.Sub(e.value)
		}
	}
	return all
}

func (p *profile) cart() decimal.Decimal {
	if p.added {
		return p.adds
	}
	return p.checkout
}

// bar is the revenue at the 90th percentile of those who bought.
func bar(all map[uuid.UUID]*profile) decimal.Decimal {
	var spent []decimal.Decimal
	for _, p := range all {
		if p.orders > 0 {
			spent = append(spent, p.revenue)
		}
	}
	slices.SortFunc(spent, func(a, b decimal.Decimal) int { return a.Cmp(b) })
	return spent[(len(spent)*9+9)/10-1]
}

func (n *naive) belongs(key string, p *profile, bar decimal.Decimal) bool {
	ago := func(d time.Duration) time.Time { return n.now.Add(-d) }
	const day = 24 * time.Hour
	top := p.orders > 0 && p.revenue.IsPositive() && p.revenue.GreaterThanOrEqual(bar)
	switch key {
	case "cart_abandoners":
		return !p.cartTouched.Before(ago(7*day)) && !p.cartTouched.After(ago(time.Hour))
	case "high_value_customers":
		return top
	case "new_visitors":
		return !p.first.Before(ago(30*day)) && p.orders == 0
	case "engaged_users":
		return !p.last.Before(ago(14*day)) && len(p.sessions) >= 3 && p.views >= 5
	case "potential_customers":
		return p.orders == 0 && p.views >= 3 && !p.lastView.Before(ago(30*day))
	case "repeat_customers":
		return p.orders >= 2
	case "lapsed_customers":
		return p.orders > 0 && p.lastOrder.Before(ago(90*day))
	case "at_risk_vips":
		return top && p.lastOrder.Before(ago(60*day))
	}
	panic(key)
}

func (n *naive) segments(workspaceID uuid.UUID) (out []analytics.Segment) {
	all := n.profiles()
	limit := bar(all)
	for _, standard := range segment.Standards {
		s := analytics.Segment{ID: segment.ID(workspaceID, standard.Key), Key: standard.Key, Name: standard.Name, Criteria: standard.Criteria}
		var orders, days int64
		var hours [24]int64
		for id, p := range all {
			if !n.belongs(standard.Key, p, limit) {
				continue
			}
			r := n.reach[id]
			s.Size++
			s.ReachableEmail += one(r.email)
			s.ReachableSMS += one(r.sms)
			s.ReachablePush += one(r.push)
			s.ReachableWhatsApp += one(r.whatsapp)
			s.Revenue, s.CartValue = s.Revenue.Add(p.revenue), s.CartValue.Add(p.cart())
			orders += p.orders
			days += max(30, int64(n.now.Truncate(24*time.Hour).Sub(p.first.Truncate(24*time.Hour))/(24*time.Hour)))
			favourite := 0
			for h := range p.hours {
				if p.hours[h] > p.hours[favourite] {
					favourite = h
				}
			}
			if p.hours[favourite] > 0 {
				hours[favourite]++
			}
		}
		for h := range hours {
			if hours[h] > hours[s.BestHour] {
				s.BestHour = h
			}
		}
		s.Share = float64(s.Size) / float64(len(n.reach))
		if orders > 0 {
			s.AverageOrder = s.Revenue.DivRound(decimal.NewFromInt(orders), 2)
		}
		if days > 0 {
			s.OrdersPer30Days = float64(orders) * 30 / float64(days)
		}
		out = append(out, s)
	}
	return out
}

func one(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// between are the events of those days, to excluded.
func (n *naive) between(from, to string) (out []raw) {
	for _, e := range n.events {
		if d := n.day(e.at); d >= from && d < to {
			out = append(out, e)
		}
	}
	return out
}

func sold(events []raw) (orders int64, revenue decimal.Decimal) {
	for _, e := range events {
		if e.duplicate {
			continue
		}
		switch e.typ {
		case "order_completed":
			orders, revenue = orders+1, revenue.Add(e.value)
		case "order_refunded":
			revenue = revenue.Sub(e.value)
		}
	}
	return orders, revenue
}

func active(events []raw) int64 {
	people := map[uuid.UUID]bool{}
	for _, e := range events {
		if did(e.typ) && !e.duplicate {
			people[e.customer] = true
		}
	}
	return int64(len(people))
}

// visits are sessions by when they began.
func (n *naive) visits() map[uuid.UUID]raw {
	began := map[uuid.UUID]raw{}
	for _, e := range n.events {
		if _, known := began[e.session]; !known && e.session != uuid.Nil {
			began[e.session] = e
		}
	}
	return began
}

func counts(m map[string]int64) (out []analytics.Count) {
	for name, c := range m {
		out = append(out, analytics.Count{Name: name, Count: c})
	}
	slices.SortFunc(out, func(a, b analytics.Count) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
	})
	return out
}

func (n *naive) period(fromBack, toBack int) analytics.Period {
	events := n.between(n.dayBack(fromBack), n.dayBack(toBack))
	p := analytics.Period{From: n.midnight(fromBack), To: n.midnight(toBack), Events: int64(len(events)), ActiveCustomers: active(events)}
	p.Orders, p.Revenue = sold(events)
	return p
}

var funnelTypes = []string{"page_viewed", "product_viewed", "product_added", "checkout_started", "order_completed"}

func funnel(events []raw) (people []int64) {
	for _, typ := range funnelTypes {
		who := map[uuid.UUID]bool{}
		for _, e := range events {
			if e.typ == typ {
				who[e.customer] = true
			}
		}
		people = append(people, int64(len(who)))
	}
	return people
}

func (n *naive) channels(from, to string) (out []analytics.Channel) {
	by := map[string]*analytics.Channel{}
	at := func(name string) *analytics.Channel {
		if by[name] == nil {
			by[name] = &analytics.Channel{Channel: name}
		}
		return by[name]
	}
	for _, e := range n.visits() {
		if d := n.day(e.at); d >= from && d < to {
			at(e.channel).Visits++
		}
	}
	for _, e := range n.between(from, to) {
		if e.duplicate || e.typ != "order_completed" && e.typ != "order_refunded" {
			continue
		}
		c := at(e.channel)
		if e.typ == "order_completed" {
			c.Orders, c.Revenue = c.Orders+1, c.Revenue.Add(e.value)
		} else {
			c.Revenue = c.Revenue.Sub(e.value)
		}
	}
	for _, c := range by {
		if c.Visits > 0 {
			c.ConversionRate = float64(c.Orders) / float64(c.Visits)
		}
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b analytics.Channel) int {
		return cmp.Or(b.Revenue.Cmp(a.Revenue), cmp.Compare(b.Visits, a.Visits), cmp.Compare(a.Channel, b.Channel))
	})
	return out
}

func (n *naive) analysis(workspaceID uuid.UUID) (a analytics.Analysis) {
	o := &a.Overview
	types, sources := map[string]int64{}, map[string]int64{}
	for _, e := range n.events {
		types[e.typ]++
		sources[e.source]++
	}
	o.Events, o.Customers = int64(len(n.events)), int64(len(n.reach))
	o.Orders, o.Revenue = sold(n.events)
	o.AverageOrder = o.Revenue.DivRound(decimal.NewFromInt(o.Orders), 2)
	o.FirstEventAt, o.LastEventAt = &n.events[0].at, &n.events[len(n.events)-1].at
	o.EventsByType, o.EventsBySource = counts(types), counts(sources)
	o.Last30, o.Previous30 = n.period(29, -1), n.period(59, 29)
	for _, r := range n.reach {
		o.ReachableEmail += one(r.email)
		o.ReachableSMS += one(r.sms)
		o.ReachablePush += one(r.push)
		o.ReachableWhatsApp += one(r.whatsapp)
	}
	labels := []string{"Visited", "Looked at a product", "Added to cart", "Began to check out", "Ordered"}
	people := funnel(n.between(n.dayBack(29), n.dayBack(-1)))
	for i, c := range people {
		a.Funnel = append(a.Funnel, analytics.Step{Type: funnelTypes[i], Label: labels[i], Customers: c, Rate: float64(c) / float64(people[0])})
	}
	a.Segments = n.segments(workspaceID)
	began := map[string]int64{}
	for _, e := range n.visits() {
		began[n.day(e.at)]++
	}
	for back := 89; back >= 0; back-- {
		d := analytics.Day{Date: n.dayBack(back), Visits: began[n.dayBack(back)]}
		d.Orders, d.Revenue = sold(n.between(n.dayBack(back), n.dayBack(back-1)))
		a.Revenue = append(a.Revenue, d)
	}
	a.Channels = n.channels(n.dayBack(89), n.dayBack(-1))
	a.Hours = make([]analytics.Hour, 168)
	for i := range a.Hours {
		a.Hours[i] = analytics.Hour{Weekday: i / 24, Hour: i % 24}
	}
	for _, e := range n.between(n.dayBack(89), n.dayBack(-1)) {
		local := e.at.In(n.zone)
		h := &a.Hours[(int(local.Weekday())+6)%7*24+local.Hour()]
		h.Events += one(did(e.typ) && !e.duplicate)
		h.Orders += one(e.typ == "order_completed" && !e.duplicate)
	}
	return a
}
