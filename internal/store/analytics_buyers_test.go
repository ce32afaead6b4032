package store_test

import (
	"cmp"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

func (s shop) checkRFM(n *naive, w uuid.UUID, q analytics.Question) {
	s.t.Helper()
	got, err := s.RFM(s.ctx, w, q)
	require.NoError(s.t, err)
	type buyer struct {
		last    string
		orders  int64
		revenue decimal.Decimal
	}
	by := map[uuid.UUID]*buyer{}
	for _, e := range n.between(s.days(n, q)) {
		if e.duplicate || e.typ != "order_completed" && e.typ != "order_refunded" {
			continue
		}
		b := by[e.customer]
		if b == nil {
			b = &buyer{}
			by[e.customer] = b
		}
		if e.typ == "order_completed" {
			b.last, b.orders, b.revenue = n.day(e.at), b.orders+1, b.revenue.Add(e.value)
		} else {
			b.revenue = b.revenue.Sub(e.value)
		}
	}
	var buyers []*buyer
	for _, b := range by {
		if b.orders > 0 {
			buyers = append(buyers, b)
		}
	}
	score := func(b *buyer, compare func(a, b *buyer) int) int {
		worse := 0
		for _, o := range buyers {
			if compare(o, b) < 0 {
				worse++
			}
		}
		return min(5, 1+5*worse/len(buyers))
	}
	cells, groups := map[[2]int]int64{}, map[string]decimal.Decimal{}
	bands := make([]int64, 5)
	for _, b := range buyers {
		r := score(b, func(a, b *buyer) int { return strings.Compare(a.last, b.last) })
		f := score(b, func(a, b *buyer) int { return cmp.Compare(a.orders, b.orders) })
		m := score(b, func(a, b *buyer) int { return a.revenue.Cmp(b.revenue) })
		cells[[2]int{r, f}]++
		bands[m-1]++
		groups[analytics.RFMGroupOf(r, f)] = groups[analytics.RFMGroupOf(r, f)].Add(b.revenue)
	}
	require.Len(s.t, got.Cells, 25)
	for _, c := range got.Cells {
		require.Equal(s.t, cells[[2]int{c.Recency, c.Frequency}], c.Customers, "%d × %d", c.Recency, c.Frequency)
		require.NotEmpty(s.t, c.Group)
	}
	for _, g := range got.Groups {
		require.Equal(s.t, euros(groups[g.Group]), g.Revenue, g.Group)
	}
	for i, b := range got.Monetary {
		require.Equal(s.t, bands[i], b.Customers)
	}
	require.EqualValues(s.t, len(buyers), got.Customers)
}

func (s shop) checkCohorts(n *naive, w uuid.UUID, q analytics.Question) {
	s.t.Helper()
	got, err := s.Cohorts(s.ctx, w, q)
	require.NoError(s.t, err)
	from, to := s.days(n, q)
	seen, ordered := n.firsts()
	began := ordered
	if q.By == "first_visit" {
		began = seen
	}
	of := func(id uuid.UUID) string {
		at, known := began[id]
		if !known || n.day(at) < from || n.day(at) >= to {
			return ""
		}
		return n.step(at, q.Granularity)
	}
	size := map[string]int64{}
	for id := range began {
		size[of(id)]++
	}
	events := map[[2]string][]raw{}
	for _, e := range n.between(from, to) {
		at := [2]string{of(e.customer), n.step(e.at, q.Granularity)}
		events[at] = append(events[at], e)
	}
	var people int64
	for i, c := range got.Cohorts {
		require.Equal(s.t, size[c.Start], c.Customers, "%s of %s", q.By, c.Start)
		require.Len(s.t, c.Periods, len(got.Cohorts)-i, "triangular")
		people += c.Customers
		for _, p := range c.Periods {
			in := events[[2]string{c.Start, p.Start}]
			want := active(in)
			if q.By == "first_order" {
				want = active(where(in, func(e raw) bool { return e.typ == "order_completed" }))
			}
			orders, revenue := sold(in)
			require.Equal(s.t, []any{want, orders, euros(revenue)}, []any{p.Customers, p.Orders, p.Revenue}, "%s by %s: %s in %s", q.By, q.Granularity, c.Start, p.Start)
		}
	}
	require.Equal(s.t, people, got.Customers)
}
