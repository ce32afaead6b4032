package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

// Revenue counts what was sold in a range.
func (s *Store) Revenue(ctx context.Context, workspaceID uuid.UUID, q analytics.Question) (out *analytics.Revenue, err error) {
	err = s.within(ctx, workspaceID, q, "counting revenue", func(ctx context.Context, tx pgx.Tx, sc *scope) error {
		out = &analytics.Revenue{Products: []analytics.RevenueProduct{}, Channels: []analytics.RevenueChannel{}}
		args := sc.args(q.Range)
		args["limit"] = analytics.RevenueProducts
		total, err := sc.revenueByDayAndChannel(ctx, tx, args, out)
		if err != nil {
			return err
		}
		if err := sc.revenueByProduct(ctx, tx, args, out); err != nil {
			return err
		}
		if err := sc.revenueByBuyers(ctx, tx, args, out); err != nil {
			return err
		}
		var buyers int64
		for _, b := range out.Buyers {
			buyers += b.Customers
		}
		out.Counted = sc.counted(total.orders+total.refunds, buyers)
		return nil
	})
	return out, err
}

func (sc *scope) revenueByDayAndChannel(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs, out *analytics.Revenue) (total sold, err error) {
	rows, err := sc.query(ctx, tx, `
	SELECT day, channel, `+soldSQL+`
	FROM (`+sc.actsSQL("order_completed", "order_refunded")+`
	) acts
	GROUP BY GROUPING SETS ((day), (channel))`, args)
	if err != nil {
		return total, err
	}
	days := map[string]sold{}
	type channel struct {
		name string
		sold
	}
	var channels []channel
	var day *time.Time
	var name *string
	var one sold
	if _, err := pgx.ForEachRow(rows, append([]any{&day, &name}, one.into()...), func() error {
		if day != nil {
			days[day.Format(time.DateOnly)] = one
			total.add(one)
		} else {
			channels = append(channels, channel{*name, one})
		}
		return nil
	}); err != nil {
		return total, err
	}
	slices.SortFunc(channels, func(a, b channel) int {
		if c := b.revenue().Cmp(a.revenue()); c != 0 {
			return c
		}
		return strings.Compare(a.name, b.name)
	})
	for _, c := range channels {
		out.Channels = append(out.Channels, analytics.RevenueChannel{Channel: c.name, Sold: sc.sold(c.sold)})
	}
	for _, b := range analytics.Buckets(sc.q.Range, "day", sc.zone) {
		out.Days = append(out.Days, analytics.RevenueDay{Date: b.Start, Sold: sc.sold(days[b.Start])})
	}
	out.Total = sc.sold(total)
	return total, nil
}

// soldProductsSQL is orders, units and revenue by product.
func (sc *scope) soldProductsSQL() string {
	if sc.segment == nil {
		return `
		SELECT product, orders, units, revenue FROM product_days WHERE ` + inDays + ` AND orders > 0`
	}
	return `
		SELECT item ->> 'product' AS product, count(DISTINCT e.external_id) AS orders, sum((item ->> 'quantity')::bigint) AS units,
			sum((item ->> 'quantity')::bigint * (item ->> 'price')::numeric) AS revenue
		FROM events e, jsonb_array_elements(coalesce(e.properties -> 'items', jsonb_build_array(jsonb_build_object('product', e.product, 'quantity', 1, 'price', coalesce(e.value, 0))))) item
		WHERE e.workspace_id = @workspace AND e.occurred_at >= @from_at AND e.occurred_at < @to_at AND e.type IN ('order_completed', 'order_refunded')
			AND e.type = 'order_completed' AND NOT e.duplicate AND item ->> 'product' IS NOT NULL AND ` + sc.only("e.customer_id") + `
		GROUP BY 1`
}

func (sc *scope) revenueByProduct(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs, out *analytics.Revenue) error {
	rows, err := sc.query(ctx, tx, `
	SELECT product, sum(orders)::bigint AS orders, sum(units)::bigint AS units, sum(revenue) AS revenue
	FROM (`+sc.soldProductsSQL()+`
	) sold
	GROUP BY product ORDER BY revenue DESC, units DESC, product COLLATE "C" LIMIT @limit`, args)
	if err != nil {
		return err
	}
	var p analytics.RevenueProduct
	var s sold
	_, err = pgx.ForEachRow(rows, []any{&p.Product, &p.Orders, &p.Units, &s.gross}, func() error {
		p.Revenue = sc.money(s.gross)
		out.Products = append(out.Products, p)
		return nil
	})
	return err
}

func (sc *scope) revenueByBuyers(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs, out *analytics.Revenue) error {
	// Whoever ordered in the range and not for the first time had ordered before it; only who was refunded alone is looked up.
	rows, err := sc.query(ctx, tx, `
	SELECT buyers, count(DISTINCT customer_id) FILTER (WHERE type = 'order_completed') AS customers, `+soldSQL+`
	FROM (
		SELECT o.*, CASE WHEN o.customer_id IS NULL THEN 'unknown' WHEN f.customer_id IS NOT NULL THEN 'new' WHEN o.type = 'order_completed' THEN 'returning'
			WHEN (SELECT k.first_order_at < @from_at FROM customer_features k WHERE k.workspace_id = @workspace AND k.customer_id = o.customer_id) THEN 'returning'
			ELSE 'unknown' END AS buyers
		FROM (`+sc.ordersSQL()+`
		) o LEFT JOIN customer_features f ON f.workspace_id = @workspace AND f.customer_id = o.customer_id AND f.first_order_at >= @from_at AND f.first_order_at < @to_at
	) acts
	GROUP BY buyers`, args)
	if err != nil {
		return err
	}
	found := map[string]analytics.RevenueBuyers{}
	var b analytics.RevenueBuyers
	var one sold
	if _, err := pgx.ForEachRow(rows, append([]any{&b.Buyers, &b.Customers}, one.into()...), func() error {
		b.Sold = sc.sold(one)
		found[b.Buyers] = b
		return nil
	}); err != nil {
		return err
	}
	for _, kind := range []string{"new", "returning", "unknown"} {
		b := found[kind]
		if b.Buyers == "" {
			b = analytics.RevenueBuyers{Buyers: kind, Sold: sc.sold(sold{})}
		}
		out.Buyers = append(out.Buyers, b)
	}
	return nil
}
