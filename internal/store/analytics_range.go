package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/segment"
)

// inSnapshot asks several questions of one moment.
func (s *Store) inSnapshot(ctx context.Context, workspaceID uuid.UUID, ask func(ctx context.Context, tx pgx.Tx, f frame) error) error {
	if _, err := s.frameOf(ctx, workspaceID); err != nil {
		return err
	}
	return pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		f, _, err := readFrame(ctx, tx, workspaceID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "SET LOCAL jit = off"); err != nil {
			return err
		}
		return ask(ctx, tx, f)
	})
}

const membersSQL = `
	members AS MATERIALIZED (
		SELECT c.id, c.first_name, c.last_name, ` + reachSQL + `,
			f.revenue, f.cart_value, f.cart_touched_at, f.last_seen_at
		FROM customers c JOIN customer_features f ON f.workspace_id = @workspace AND f.customer_id = c.id CROSS JOIN bar
		WHERE c.workspace_id = @workspace AND (%s)
	)`

const sizeSQL = `
	SELECT count(*) AS customers, count(*) FILTER (WHERE email) AS email, count(*) FILTER (WHERE sms) AS sms,
		count(*) FILTER (WHERE push) AS push, count(*) FILTER (WHERE whatsapp) AS whatsapp,
		coalesce(sum(cart_value) FILTER (WHERE cart_touched_at IS NOT NULL), 0) AS cart_value, coalesce(sum(revenue), 0) AS revenue
	FROM members`

const topMembersSQL = `
	SELECT coalesce(first_name, ''), coalesce(last_name, ''), %s AS value, last_seen_at
	FROM members ORDER BY 3 DESC, id LIMIT 10`

const memberProductsSQL = `
	SELECT product, count(*) FILTER (WHERE type = 'product_viewed') AS views, count(*) FILTER (WHERE type = 'product_added') AS adds,
		count(DISTINCT external_id) FILTER (WHERE type = 'order_completed') AS orders, coalesce(sum(revenue), 0) AS revenue
	FROM (
		SELECT e.product, e.type, e.external_id, 0::numeric AS revenue
		FROM members m JOIN events e ON e.workspace_id = @workspace AND e.customer_id = m.id
		WHERE e.occurred_at >= @from AND e.occurred_at < @to AND NOT e.duplicate AND e.type IN ('product_viewed', 'product_added') AND e.product IS NOT NULL
		UNION ALL
		SELECT item ->> 'product', e.type, e.external_id, (item ->> 'quantity')::bigint * (item ->> 'price')::numeric
		FROM members m JOIN events e ON e.workspace_id = @workspace AND e.customer_id = m.id,
			jsonb_array_elements(coalesce(e.properties -> 'items', jsonb_build_array(jsonb_build_object('product', e.product, 'quantity', 1, 'price', e.value)))) item
		WHERE e.occurred_at >= @from AND e.occurred_at < @to AND NOT e.duplicate AND e.type = 'order_completed' AND item ->> 'product' IS NOT NULL
	) acts
	GROUP BY product ORDER BY adds DESC, revenue DESC, views DESC, product LIMIT 5`

// Segment counts and describes a standard segment by what happened in [r.From, r.To).
func (s *Store) Segment(ctx context.Context, workspaceID uuid.UUID, standard segment.Standard, r analytics.Range, now time.Time) (analytics.SegmentFigures, error) {
	out := analytics.SegmentFigures{
		Range: r, Segment: standard.Key, Name: standard.Name, Criteria: standard.FrameCriteria,
		TopProducts: []analytics.Product{}, Members: []analytics.Member{},
	}
	value := "revenue"
	if standard.Key == "cart_abandoners" {
		value = "cart_value"
	}
	members := "\n\tWITH " + strings.TrimSpace(barSQL) + ", " + strings.TrimSpace(fmt.Sprintf(membersSQL, standard.InFrame))
	size, top, products := typed(members+sizeSQL), typed(members+fmt.Sprintf(topMembersSQL, value)), typed(members+memberProductsSQL)
	err := s.inSnapshot(ctx, workspaceID, func(ctx context.Context, tx pgx.Tx, _ frame) error {
		args := pgx.NamedArgs{"workspace": workspaceID, "now": now, "from": r.From, "to": r.To}
		b := &pgx.Batch{}
		b.Queue(size, args).QueryRow(func(row pgx.Row) error {
			var email, sms, push, whatsapp int64
			err := row.Scan(&out.Size, &email, &sms, &push, &whatsapp, &out.CartValue, &out.Revenue)
			out.Reachable = map[string]int64{"email": email, "sms": sms, "push": push, "whatsapp": whatsapp}
			return err
		})
		b.Queue(top, args).Query(func(rows pgx.Rows) error {
			var first, last string
			var m analytics.Member
			_, err := pgx.ForEachRow(rows, []any{&first, &last, &m.Value, &m.At}, func() error {
				m.Name = strings.TrimSpace(first + " " + last)
				out.Members = append(out.Members, m)
				return nil
			})
			return err
		})
		b.Queue(products, args).Query(func(rows pgx.Rows) (err error) { out.TopProducts, err = readProducts(rows); return err })
		out.Query = readable(size, args)
		return tx.SendBatch(ctx, b).Close()
	})
	return out, failed(err, "counting a segment")
}

func readProducts(rows pgx.Rows) ([]analytics.Product, error) {
	out := []analytics.Product{}
	var p analytics.Product
	_, err := pgx.ForEachRow(rows, []any{&p.Name, &p.Views, &p.Adds, &p.Orders, &p.Revenue}, func() error {
		out = append(out, p)
		return nil
	})
	return out, err
}

// valueOf is each metric as SQL over the rollup that has it.
var valueOf = map[string]struct{ rollup, value string }{
	"events":           {"event", "sum(events)"},
	"orders":           {"event", "sum(acts) FILTER (WHERE type = 'order_completed')"},
	"refunds":          {"event", "sum(acts) FILTER (WHERE type = 'order_refunded')"},
	"signups":          {"event", "sum(acts) FILTER (WHERE type = 'signed_up')"},
	"revenue":          {"event", "sum(CASE type WHEN 'order_completed' THEN value WHEN 'order_refunded' THEN -value END)"},
	"visits":           {"visit", "sum(visits)"},
	"active_customers": {"customer", "count(DISTINCT customer_id)"},
}

const inDays = "workspace_id = @workspace AND day >= @from::date AND day < @to::date"

func seriesSQL(metric, granularity string) string {
	m := valueOf[metric]
	table, step, every := map[string]string{"event": "event_days", "visit": "visit_hours", "customer": "customer_days"}[m.rollup], "date_trunc('"+granularity+"', day::timestamp)", "1 "+granularity
	if granularity == "hour" {
		step = "day + hour * interval '1 hour'"
		if m.rollup == "event" {
			table = "event_hours"
		}
	}
	return fmt.Sprintf(`
	WITH counted AS (
		SELECT %s AS step, %s AS value FROM %s WHERE %s GROUP BY 1
	)
	SELECT s.step, coalesce(c.value, 0)::numeric AS value, (SELECT coalesce(%s, 0)::numeric FROM %s WHERE %s) AS total
	FROM generate_series(date_trunc('%s', @from::date::timestamp), @to::date - interval '1 microsecond', '%s') AS s (step) LEFT JOIN counted c ON c.step = s.step
	ORDER BY s.step`, step, m.value, table, inDays, m.value, table, inDays, granularity, every)
}

// Timeseries follows a metric over the days that r touches, every step present. The first and last week or month count only
// these days.
func (s *Store) Timeseries(ctx context.Context, workspaceID uuid.UUID, metric, granularity string, r analytics.Range) (analytics.SeriesFigures, error) {
	out := analytics.SeriesFigures{Metric: metric, Unit: analytics.UnitOf(metric), Steps: []analytics.SeriesStep{}}
	layout := time.DateOnly
	if granularity == "hour" {
		layout = "2006-01-02 15:00"
	}
	err := s.inSnapshot(ctx, workspaceID, func(ctx context.Context, tx pgx.Tx, f frame) error {
		args, sql := f.days(r), seriesSQL(metric, granularity)
		out.Query = readable(sql, args)
		rows, err := tx.Query(ctx, sql, args)
		if err != nil {
			return err
		}
		var step time.Time
		var one analytics.SeriesStep
		_, err = pgx.ForEachRow(rows, []any{&step, &one.Value, &out.Total}, func() error {
			one.Start = step.Format(layout)
			out.Steps = append(out.Steps, one)
			return nil
		})
		return err
	})
	return out, failed(err, "counting "+metric)
}

const productsSQL = `
	SELECT product, sum(views)::bigint AS views, sum(adds)::bigint AS adds, sum(orders)::bigint AS orders, sum(revenue) AS revenue
	FROM product_days WHERE ` + inDays + `
	GROUP BY product ORDER BY revenue DESC, views DESC, product LIMIT @limit`

// TopProducts are by revenue over the days that r touches, highest first.
func (s *Store) TopProducts(ctx context.Context, workspaceID uuid.UUID, r analytics.Range, limit int) (out analytics.ProductFigures, err error) {
	err = s.inSnapshot(ctx, workspaceID, func(ctx context.Context, tx pgx.Tx, f frame) error {
		args := f.days(r)
		args["limit"] = limit
		out.Query = readable(productsSQL, args)
		rows, err := tx.Query(ctx, productsSQL, args)
		if err != nil {
			return err
		}
		out.Products, err = readProducts(rows)
		return err
	})
	return out, failed(err, "counting products")
}

var totalsSQL = fmt.Sprintf(`
	SELECT coalesce(sum(events), 0)::bigint AS events, coalesce(%s, 0)::bigint AS orders, coalesce(%s, 0)::bigint AS refunds,
		coalesce(%s, 0)::bigint AS signups, coalesce(%s, 0) AS revenue,
		(SELECT coalesce(sum(visits), 0)::bigint FROM visit_hours WHERE %s) AS visits,
		(SELECT count(*) FROM (SELECT FROM customer_days WHERE %s GROUP BY customer_id) people) AS active_customers
	FROM event_days WHERE %s`, valueOf["orders"].value, valueOf["refunds"].value, valueOf["signups"].value, valueOf["revenue"].value, inDays, inDays, inDays)

// Totals counts the days that r touches.
func (s *Store) Totals(ctx context.Context, workspaceID uuid.UUID, r analytics.Range) (out analytics.TotalFigures, err error) {
	err = s.inSnapshot(ctx, workspaceID, func(ctx context.Context, tx pgx.Tx, f frame) error {
		args := f.days(r)
		out.Range, out.Query = f.widened(r), readable(totalsSQL, args)
		return tx.QueryRow(ctx, totalsSQL, args).Scan(&out.Events, &out.Orders, &out.Refunds, &out.SignUps, &out.Revenue, &out.Visits, &out.ActiveCustomers)
	})
	return out, failed(err, "counting")
}

// Funnel is visit to order over the days that r touches.
func (s *Store) Funnel(ctx context.Context, workspaceID uuid.UUID, r analytics.Range) (out analytics.FunnelFigures, err error) {
	err = s.inSnapshot(ctx, workspaceID, func(ctx context.Context, tx pgx.Tx, f frame) error {
		args := f.days(r)
		out.Query = readable(funnelSQL, args)
		steps, _, err := readFunnel(tx.QueryRow(ctx, funnelSQL, args))
		for _, step := range steps {
			out.Steps = append(out.Steps, analytics.FunnelStep(step))
		}
		return err
	})
	return out, failed(err, "counting the funnel")
}

// Channels is what each channel brought on the days that r touches, by revenue, highest first.
func (s *Store) Channels(ctx context.Context, workspaceID uuid.UUID, r analytics.Range) (out analytics.ChannelFigures, err error) {
	out.Channels = []analytics.ChannelFigure{}
	err = s.inSnapshot(ctx, workspaceID, func(ctx context.Context, tx pgx.Tx, f frame) error {
		args := f.days(r)
		out.Query = readable(channelsSQL, args)
		rows, err := tx.Query(ctx, channelsSQL, args)
		if err != nil {
			return err
		}
		channels, err := readChannels(rows)
		for _, c := range channels {
			out.Channels = append(out.Channels, analytics.ChannelFigure{Channel: c.Channel, Visits: c.Visits, Orders: c.Orders, Revenue: c.Revenue})
		}
		return err
	})
	return out, failed(err, "counting channels")
}

// failed says what went wrong, and leaves errors for people alone.
func failed(err error, doing string) error {
	if err == nil || apperr.KindOf(err) != apperr.Internal {
		return err
	}
	return fmt.Errorf("%s: %w", doing, err)
}
