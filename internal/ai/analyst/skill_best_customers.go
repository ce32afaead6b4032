package analyst

import (
	"slices"
	"time"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/chat"
)

// wantsBestCustomers tells single customers, by number or within a time, from the segment of the best.
func wantsBestCustomers(t *turn, q inquiry) bool {
	best := q.entities.Segment == "high_value_customers" || q.has(tRank) && containsMetric(q, "customers")
	return t.look.Figures != nil && best && (q.limit > 0 || q.entities.Timeframe != nil && !q.has(tCount)) && len(q.segments) < 2 && len(q.places) == 0
}

// bestCustomers lists those who spent most. Their names are in the table alone: what is written may be sent to a model later.
func (t *turn) bestCustomers(q inquiry) error {
	f := chat.Timeframe{From: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), To: t.cal.today.AddDate(0, 0, 1).UTC(), Label: "all time"}
	if first := t.an.Overview.FirstEventAt; first != nil {
		f.From = *first
	}
	when := "so far"
	if q.entities.Timeframe != nil {
		f = t.frame()
		when = within(f)
	}
	figures, err := t.look.Figures.BestCustomers(t.ctx, t.req.WorkspaceID, rangeOf(f), q.showing())
	if err != nil {
		return err
	}
	figures.Customers = slices.DeleteFunc(figures.Customers, func(b analytics.Buyer) bool { return b.Orders == 0 })
	if len(figures.Customers) == 0 {
		t.w.say("Nobody ordered %s.", when)
		return nil
	}
	t.w.say("The customer who spent most %s spent **%s** in %s.", when, t.w.money(figures.Customers[0].Revenue, "Revenue of the best customer, "+f.Label, figures.Query),
		t.phrase("orders", t.w.count(figures.Customers[0].Orders, "Orders of the best customer, "+f.Label, figures.Query)))
	if n := len(figures.Customers); n > 1 {
		t.w.say(" The table has the first %d.", n)
	}
	t.w.sink.Table(ai.BestTable(t.an, figures, f.Label))
	return nil
}
