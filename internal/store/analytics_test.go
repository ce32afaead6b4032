package store_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/segment"
)

// asJSON compares figures and not how decimals are held in memory.
func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	require.NoError(t, err)
	return string(b)
}

func TestAnalysisIsWhatTheRawEventsSay(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "Asia/Kolkata", "America/Los_Angeles"} { // half an hour off, and another day than UTC
		t.Run(zone, func(t *testing.T) {
			s := setupShop(t)
			w := s.workspace(zone)
			s.seed(w, 11, 40_000)
			now := demoNow.Add(40 * time.Minute)
			got, err := s.Analyse(s.ctx, w, now)
			require.NoError(t, err)
			want := s.naive(w, zone, now).analysis(w)
			require.Equal(t, zone, got.TimeZone)
			require.Equal(t, "EUR", got.Currency)
			require.True(t, got.Demo)
			require.EqualValues(t, 1, got.DataVersion)
			for _, section := range []struct {
				name      string
				want, got any
			}{
				{"overview", want.Overview, got.Overview}, {"funnel", want.Funnel, got.Funnel}, {"segments", want.Segments, got.Segments},
				{"revenue", want.Revenue, got.Revenue}, {"channels", want.Channels, got.Channels}, {"hours", want.Hours, got.Hours},
			} {
				require.Equal(t, asJSON(t, section.want), asJSON(t, section.got), section.name)
				require.NotEmpty(t, got.Queries[section.name])
			}
			for _, g := range got.Segments {
				require.Positive(t, g.Size, "%s has people", g.Key)
			}
		})
	}
}

// Whoever runs a query that an answer names gets the answer.
func TestQueriesCanBeRun(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("Europe/Berlin")
	s.seed(w, 2, 10_000)
	a, err := s.Analyse(s.ctx, w, demoNow)
	require.NoError(t, err)
	for section, query := range a.Queries {
		require.NotRegexp(t, `(FROM|JOIN) events\b`, query, "%s costs what its rows cost, and not what all events do", section)
		_, err := s.Pool().Exec(s.ctx, query)
		require.NoError(t, err, "%s: %s", section, query)
	}
	standard, _ := segment.ByKey("cart_abandoners")
	f, err := s.Segment(s.ctx, w, standard, analytics.Range{From: demoNow.AddDate(0, 0, -30), To: demoNow}, demoNow)
	require.NoError(t, err)
	require.Positive(t, f.Size)
	require.Equal(t, f.Size, s.count("SELECT customers FROM ("+f.Query+") q"))
}

func TestNothingCrossesWorkspaces(t *testing.T) {
	s := setupShop(t)
	one, two, empty := s.workspace("Europe/Berlin"), s.workspace("America/New_York"), s.workspace("UTC")
	s.seed(one, 1, 10_000)
	r := analytics.Range{From: demoNow.AddDate(0, 0, -60), To: demoNow}
	everything := func(w uuid.UUID) string {
		a, err := s.Analyse(s.ctx, w, demoNow)
		require.NoError(t, err)
		all := []any{a}
		for _, standard := range segment.Standards {
			f, err := s.Segment(s.ctx, w, standard, r, demoNow)
			require.NoError(t, err)
			all = append(all, f)
		}
		for _, metric := range analytics.Metrics {
			f, err := s.Timeseries(s.ctx, w, metric, "week", r)
			require.NoError(t, err)
			all = append(all, f)
		}
		p, err := s.TopProducts(s.ctx, w, r, 20)
		require.NoError(t, err)
		f, err := s.Funnel(s.ctx, w, r)
		require.NoError(t, err)
		c, err := s.Channels(s.ctx, w, r)
		require.NoError(t, err)
		totals, err := s.Totals(s.ctx, w, r)
		require.NoError(t, err)
		sources, _, err := s.ListDataSources(s.ctx, w, 100, "")
		require.NoError(t, err)
		return asJSON(t, append(all, p, f, c, totals, sources))
	}
	alone, nothing := everything(one), everything(empty)
	s.seed(two, 99, 20_000)
	require.Equal(t, alone, everything(one))
	require.Equal(t, nothing, everything(empty))
	_, err := s.RemoveDummyData(s.ctx, two, demoNow)
	require.NoError(t, err)
	require.Equal(t, alone, everything(one))
	_, err = s.Analyse(s.ctx, uuid.New(), demoNow)
	require.Equal(t, apperr.NotFound, apperr.KindOf(err))
}

func TestAnotherZoneIsAnotherPicture(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("UTC")
	s.seed(w, 4, 10_000)
	_, err := s.Analyse(s.ctx, w, demoNow)
	require.NoError(t, err)
	_, err = s.Pool().Exec(s.ctx, "UPDATE workspaces SET time_zone = 'Australia/Sydney' WHERE id = $1", w)
	require.NoError(t, err)
	require.EqualValues(t, 2, s.count("SELECT data_version FROM workspaces WHERE id = $1", w), "what was cached is old")
	got, err := s.Analyse(s.ctx, w, demoNow)
	require.NoError(t, err)
	want := s.naive(w, "Australia/Sydney", demoNow).analysis(w)
	require.Equal(t, asJSON(t, want.Hours), asJSON(t, got.Hours))
	require.Equal(t, asJSON(t, want.Revenue), asJSON(t, got.Revenue))
	require.Equal(t, asJSON(t, want.Segments), asJSON(t, got.Segments))
}

func TestFiguresOverARange(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("America/New_York")
	s.seed(w, 6, 30_000)
	n := s.naive(w, "America/New_York", demoNow)
	r := analytics.Range{From: n.midnight(40), To: n.midnight(5)}
	from, to := n.dayBack(40), n.dayBack(5)
	events := n.between(from, to)
	orders, revenue := sold(events)
	of := func(typ string) (c int64) {
		for _, e := range events {
			c += one(e.typ == typ && !e.duplicate)
		}
		return c
	}

	totals, err := s.Totals(s.ctx, w, r)
	require.NoError(t, err)
	require.Equal(t, r, totals.Range)
	require.EqualValues(t, len(events), totals.Events)
	require.Equal(t, orders, totals.Orders)
	require.True(t, revenue.Equal(totals.Revenue))
	require.Equal(t, active(events), totals.ActiveCustomers)
	require.Equal(t, of("order_refunded"), totals.Refunds)
	require.Equal(t, of("signed_up"), totals.SignUps)
	var visits int64
	for _, e := range n.visits() {
		visits += one(n.day(e.at) >= from && n.day(e.at) < to)
	}
	require.Equal(t, visits, totals.Visits)
	loose, err := s.Totals(s.ctx, w, analytics.Range{From: r.From.Add(7 * time.Hour), To: r.To.Add(-3 * time.Hour)})
	require.NoError(t, err)
	require.Equal(t, totals, loose, "a range is widened to whole days")

	want := map[string]decimal.Decimal{
		"events": decimal.NewFromInt(totals.Events), "orders": decimal.NewFromInt(orders), "revenue": revenue, "visits": decimal.NewFromInt(visits),
		"active_customers": decimal.NewFromInt(totals.ActiveCustomers), "signups": decimal.NewFromInt(totals.SignUps), "refunds": decimal.NewFromInt(totals.Refunds),
	}
	for _, metric := range analytics.Metrics {
		for granularity, steps := range map[string]int{"hour": 35 * 24, "day": 35, "week": 6, "month": 2} {
			if metric == "active_customers" && granularity == "hour" {
				continue
			}
			f, err := s.Timeseries(s.ctx, w, metric, granularity, r)
			require.NoError(t, err, "%s by %s", metric, granularity)
			require.Len(t, f.Steps, steps, "%s by %s", metric, granularity)
			require.True(t, want[metric].Equal(f.Total), "%s by %s: %s and not %s", metric, granularity, f.Total, want[metric])
			sum := decimal.Zero
			for _, step := range f.Steps {
				sum = sum.Add(step.Value)
			}
			if metric != "active_customers" { // who comes on two days is one of each
				require.True(t, f.Total.Equal(sum), "%s by %s: steps make %s and not %s", metric, granularity, sum, f.Total)
			}
		}
	}
	day, err := s.Timeseries(s.ctx, w, "active_customers", "day", r)
	require.NoError(t, err)
	for back := 40; back > 5; back-- {
		step := day.Steps[40-back]
		require.Equal(t, n.dayBack(back), step.Start)
		require.True(t, decimal.NewFromInt(active(n.between(n.dayBack(back), n.dayBack(back-1)))).Equal(step.Value), step.Start)
	}

	steps, err := s.Funnel(s.ctx, w, r)
	require.NoError(t, err)
	for i, c := range funnel(events) {
		require.Equal(t, c, steps.Steps[i].Customers, steps.Steps[i].Type)
	}
	channels, err := s.Channels(s.ctx, w, r)
	require.NoError(t, err)
	for i, c := range n.channels(from, to) {
		require.Equal(t, asJSON(t, analytics.ChannelFigure{Channel: c.Channel, Visits: c.Visits, Orders: c.Orders, Revenue: c.Revenue}), asJSON(t, channels.Channels[i]))
	}

	products, err := s.TopProducts(s.ctx, w, r, 100)
	require.NoError(t, err)
	sums := map[string]*analytics.Product{}
	at := func(name string) *analytics.Product {
		if sums[name] == nil {
			sums[name] = &analytics.Product{Name: name}
		}
		return sums[name]
	}
	for _, e := range events {
		if e.duplicate {
			continue
		}
		switch e.typ {
		case "product_viewed":
			at(e.product).Views++
		case "product_added":
			at(e.product).Adds++
		case "order_completed":
			in := map[string]bool{}
			for _, i := range e.items {
				p := at(i.Product)
				p.Orders += one(!in[i.Product])
				p.Revenue = p.Revenue.Add(i.Price.Mul(decimal.NewFromInt(i.Quantity)))
				in[i.Product] = true
			}
		}
	}
	require.Len(t, products.Products, len(sums))
	for i, p := range products.Products {
		require.Equal(t, asJSON(t, sums[p.Name]), asJSON(t, p))
		require.True(t, i == 0 || !p.Revenue.GreaterThan(products.Products[i-1].Revenue), "highest first")
	}
}

func TestCartAbandonersWithinATime(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("Europe/Berlin")
	s.seed(w, 8, 30_000)
	n := s.naive(w, "Europe/Berlin", demoNow)
	from, to := n.midnight(20), n.midnight(3)
	standard, _ := segment.ByKey("cart_abandoners")
	f, err := s.Segment(s.ctx, w, standard, analytics.Range{From: from, To: to}, demoNow)
	require.NoError(t, err)

	var size, email int64
	value, best := decimal.Zero, decimal.Zero
	who := map[uuid.UUID]bool{}
	for id, p := range n.profiles() {
		if !p.cartTouched.Before(from) && p.cartTouched.Before(to) {
			size++
			email += one(n.reach[id].email)
			value = value.Add(p.cart())
			best = decimal.Max(best, p.cart())
			who[id] = true
		}
	}
	require.Positive(t, size)
	require.Equal(t, size, f.Size)
	require.Equal(t, email, f.Reachable["email"])
	require.True(t, value.Equal(f.CartValue))
	require.Equal(t, standard.FrameCriteria, f.Criteria)
	require.Len(t, f.Members, 10)
	require.True(t, best.Equal(f.Members[0].Value))
	require.Len(t, f.TopProducts, 5)
	adds := map[string]int64{}
	for _, e := range n.events {
		if who[e.customer] && e.typ == "product_added" && !e.duplicate && !e.at.Before(from) && e.at.Before(to) {
			adds[e.product]++
		}
	}
	for _, p := range f.TopProducts {
		require.Equal(t, adds[p.Name], p.Adds, p.Name)
	}
	last, err := s.Segment(s.ctx, w, standard, analytics.Range{From: demoNow.Add(-30 * time.Minute), To: demoNow}, demoNow)
	require.NoError(t, err)
	require.Zero(t, last.Size, "a cart touched within the hour is not left yet")
}

func TestEveryTableOfDemoDataHasItsSources(t *testing.T) {
	s := setupShop(t)
	for _, source := range datasource.Demoable {
		w := s.workspace("UTC")
		s.seed(w, 1, 6_000, source)
		a, err := s.Analyse(s.ctx, w, demoNow)
		require.NoError(t, err)
		require.Equal(t, []analytics.Count{{Name: string(source), Count: 6_000}}, a.Overview.EventsBySource)
		require.Positive(t, a.Overview.Orders, "%s alone tells of orders", source)
		require.Positive(t, a.Segments[0].Size, "%s alone tells of carts", source)
	}
}
