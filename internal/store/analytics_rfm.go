package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

// scoreSQL scores a buyer by a column: see analytics.RFM. Who is strictly worse is who ranks before.
func scoreSQL(column string) string {
	return "least(5, 1 + 5 * (rank() OVER (ORDER BY " + column + ") - 1) / count(*) OVER ())::int"
}

func (sc *scope) rfmSQL() string {
	return `
	SELECT recency, frequency, monetary, count(*) AS customers, sum(orders)::bigint AS orders, sum(revenue) AS revenue, sum(events)::bigint AS events
	FROM (
		SELECT orders, revenue, events, ` + scoreSQL("last_day") + ` AS recency,
			` + scoreSQL("orders") + ` AS frequency,
			` + scoreSQL("revenue") + ` AS monetary
		FROM (
			SELECT customer_id, (max(occurred_at) FILTER (WHERE type = 'order_completed') AT TIME ZONE @zone)::date AS last_day,
				count(*) FILTER (WHERE type = 'order_completed') AS orders, count(*) AS events,
				sum(CASE type WHEN 'order_completed' THEN value ELSE -value END) AS revenue
			FROM (` + sc.ordersSQL() + `
			) o
			WHERE customer_id IS NOT NULL
			GROUP BY 1 HAVING count(*) FILTER (WHERE type = 'order_completed') > 0
		) buyers
	) scored
	GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`
}

// RFM scores everyone who ordered in a range.
func (s *Store) RFM(ctx context.Context, workspaceID uuid.UUID, q analytics.Question) (out *analytics.RFM, err error) {
	err = s.within(ctx, workspaceID, q, "scoring buyers", func(ctx context.Context, tx pgx.Tx, sc *scope) error {
		rows, err := sc.query(ctx, tx, sc.rfmSQL(), sc.args(q.Range))
		if err != nil {
			return err
		}
		type sums struct {
			customers, orders, scores int64
			revenue                   decimal.Decimal
		}
		var cells [5][5]sums
		var bands [5]sums
		groups := map[string]sums{}
		add := func(a sums, one sums) sums {
			return sums{a.customers + one.customers, a.orders + one.orders, a.scores + one.scores, a.revenue.Add(one.revenue)}
		}
		var recency, frequency, monetary int
		var one sums
		var events, n, people int64
		if _, err := pgx.ForEachRow(rows, []any{&recency, &frequency, &monetary, &one.customers, &one.orders, &one.revenue, &n}, func() error {
			one.scores = int64(monetary) * one.customers
			events, people = events+n, people+one.customers
			cells[recency-1][frequency-1] = add(cells[recency-1][frequency-1], one)
			bands[monetary-1] = add(bands[monetary-1], one)
			name := analytics.RFMGroupOf(recency, frequency)
			groups[name] = add(groups[name], one)
			return nil
		}); err != nil {
			return err
		}
		out = &analytics.RFM{Counted: sc.counted(events, people)}
		for r := range cells {
			for f, c := range cells[r] {
				cell := analytics.RFMCell{
					Recency: r + 1, Frequency: f + 1, Group: analytics.RFMGroupOf(r+1, f+1), Customers: c.customers, Orders: c.orders, Revenue: sc.money(c.revenue),
					Monetary: analytics.Share(c.scores, c.customers),
				}
				out.Cells = append(out.Cells, cell)
			}
		}
		for _, g := range analytics.RFMGroups {
			of := groups[g.Group]
			out.Groups = append(out.Groups, analytics.RFMGroup{
				Group: g.Group, Label: g.Label, Customers: of.customers, Share: analytics.Share(of.customers, people), Orders: of.orders, Revenue: sc.money(of.revenue),
			})
		}
		for m, b := range bands {
			out.Monetary = append(out.Monetary, analytics.RFMBand{Score: m + 1, Customers: b.customers, Revenue: sc.money(b.revenue)})
		}
		return nil
	})
	return out, err
}
