package analyst

import (
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

func wantsSegmentsCompared(t *turn, q inquiry) bool { return len(q.segments) > 1 && !t.explains(q) }

// compareSegments puts segments beside each other: who is in them, what they have spent, and what they did in the time asked.
func (t *turn) compareSegments(q inquiry) error {
	f := t.frame()
	table := ai.Table{Key: "segments", Title: "Segments compared, " + f.Label, Query: t.an.Queries["segments"], Columns: []ai.Column{
		{Label: "Segment", Align: "left"}, {Label: "People", Align: "right"}, {Label: "Spent so far", Align: "right"}, {Label: "Average order", Align: "right"},
	}}
	chart := ai.Chart{Key: "segments", Kind: "bar", Unit: "money", Title: "Revenue of segments, " + f.Label, Query: t.an.Queries["segments"], Series: []ai.Series{{Name: "Revenue"}}}
	if t.look.Figures != nil {
		table.Columns = append(table.Columns, ai.Column{Label: "Revenue, " + f.Label, Align: "right"}, ai.Column{Label: "Orders, " + f.Label, Align: "right"})
	}
	for i, key := range q.segments {
		s, ok := segmentNamed(t.an, key)
		if !ok {
			continue
		}
		if i > 0 {
			t.w.say("\n")
		}
		sql := t.an.Queries["segments"]
		row := []string{s.Name, recommend.Count(s.Size), recommend.Money(s.Revenue, t.an.Currency), recommend.Money(s.AverageOrder, t.an.Currency)}
		revenue := s.Revenue
		if t.look.Figures != nil {
			ask := askedFor(f)
			ask.SegmentID = s.ID.String()
			k, err := t.look.Figures.KPIs(t.ctx, t.req.WorkspaceID, ask)
			if err != nil {
				return err
			}
			orders := kpi(k, "orders")
			revenue = kpi(k, "revenue")
			t.w.say("- **%s**: %s and **%s** %s;", s.Name, t.phrase("orders", t.w.count(orders.IntPart(), "Orders of "+s.Name+", "+f.Label, k.Query)), t.w.money(revenue, "Revenue of "+s.Name+", "+f.Label, k.Query), within(f))
			row = append(row, recommend.Money(revenue, t.an.Currency), recommend.Count(orders.IntPart()))
			chart.Query, table.Query = k.Query, k.Query
		} else {
			t.w.say("- **%s**:", s.Name)
		}
		t.w.say(" %s %s, who have spent %s so far", t.w.count(s.Size, "People in "+s.Name, sql), people(s.Size), t.w.money(s.Revenue, "Revenue of "+s.Name, sql))
		table.Rows = append(table.Rows, row)
		chart.X, chart.Series[0].Values = append(chart.X, s.Name), append(chart.Series[0].Values, revenue.InexactFloat64())
	}
	if len(table.Rows) == 0 {
		t.cannot("This workspace has no segments of that kind.", "the size and reach of its standard segments")
		return nil
	}
	t.w.sink.Table(table)
	t.w.sink.Chart(chart)
	return nil
}

// kpi is one figure of several; zero where it is not there.
func kpi(k *analytics.KPIs, metric string) decimal.Decimal {
	for _, f := range k.Figures {
		if f.Metric == metric {
			if d, err := decimal.NewFromString(f.Value); err == nil {
				return d
			}
		}
	}
	return decimal.Zero
}
