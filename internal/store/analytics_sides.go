package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

// moments are the named parameters of a question about single events: r as whole days of the workspace's zone.
func (f frame) moments(r analytics.Range) pgx.NamedArgs {
	r = f.widened(r)
	return pgx.NamedArgs{"workspace": f.workspaceID, "from": r.From, "to": r.To}
}

const ordersOfRange = `e.workspace_id = @workspace AND e.occurred_at >= @from AND e.occurred_at < @to AND e.type IN ('order_completed', 'order_refunded') AND NOT e.duplicate`

const netSQL = `coalesce(sum(CASE e.type WHEN 'order_completed' THEN e.value WHEN 'order_refunded' THEN -e.value END), 0)`

var countriesSQL = typed(`
	SELECT coalesce(c.country, '') AS country, count(DISTINCT e.customer_id) FILTER (WHERE e.type = 'order_completed') AS customers,
		count(*) FILTER (WHERE e.type = 'order_completed') AS orders, ` + netSQL + ` AS revenue
	FROM events e LEFT JOIN customers c ON c.workspace_id = @workspace AND c.id = e.customer_id
	WHERE ` + ordersOfRange + `
	GROUP BY 1 ORDER BY revenue DESC, orders DESC, country`)

// Countries counts orders by the country of who ordered, over the days that r touches.
func (s *Store) Countries(ctx context.Context, workspaceID uuid.UUID, r analytics.Range) (out analytics.CountryFigures, err error) {
	out.Countries = []analytics.CountryFigure{}
	err = s.inSnapshot(ctx, workspaceID, func(ctx context.Context, tx pgx.Tx, f frame) error {
		args := f.moments(r)
		out.Query = readable(countriesSQL, args)
		rows, err := tx.Query(ctx, countriesSQL, args)
		if err != nil {
			return err
		}
		var c analytics.CountryFigure
		_, err = pgx.ForEachRow(rows, []any{&c.Country, &c.Customers, &c.Orders, &c.Revenue}, func() error {
			out.Countries = append(out.Countries, c)
			return nil
		})
		return err
	})
	return out, failed(err, "counting countries")
}

const productSQL = `
	SELECT product, sum(views)::bigint AS views, sum(adds)::bigint AS adds, sum(orders)::bigint AS orders, sum(revenue) AS revenue
	FROM product_days WHERE ` + inDays + ` AND product = @product
	GROUP BY product`

// Product counts one product over the days that r touches.
func (s *Store) Product(ctx context.Context, workspaceID uuid.UUID, name string, r analytics.Range) (out analytics.ProductFigures, err error) {
	err = s.inSnapshot(ctx, workspaceID, func(ctx context.Context, tx pgx.Tx, f frame) error {
		args := f.days(r)
		args["product"] = name
		out.Query = readable(productSQL, args)
		rows, err := tx.Query(ctx, productSQL, args)
		if err != nil {
			return err
		}
		out.Products, err = readProducts(rows)
		return err
	})
	return out, failed(err, "counting a product")
}

var bestCustomersSQL = typed(`
	SELECT c.id, coalesce(c.first_name, '') AS first_name, coalesce(c.last_name, '') AS last_name, best.orders, best.revenue, best.last_order_at
	FROM (
		SELECT e.customer_id, count(*) FILTER (WHERE e.type = 'order_completed') AS orders, ` + netSQL + ` AS revenue,
			coalesce(max(e.occurred_at) FILTER (WHERE e.type = 'order_completed'), max(e.occurred_at)) AS last_order_at
		FROM events e WHERE ` + ordersOfRange + ` AND e.customer_id IS NOT NULL
		GROUP BY e.customer_id ORDER BY revenue DESC, e.customer_id LIMIT @limit
	) best JOIN customers c ON c.workspace_id = @workspace AND c.id = best.customer_id
	ORDER BY best.revenue DESC, c.id`)

// BestCustomers are those who spent most over the days that r touches.
func (s *Store) BestCustomers(ctx context.Context, workspaceID uuid.UUID, r analytics.Range, limit int) (out analytics.CustomerFigures, err error) {
	out.Customers = []analytics.Buyer{}
	err = s.inSnapshot(ctx, workspaceID, func(ctx context.Context, tx pgx.Tx, f frame) error {
		args := f.moments(r)
		args["limit"] = limit
		out.Query = readable(bestCustomersSQL, args)
		rows, err := tx.Query(ctx, bestCustomersSQL, args)
		if err != nil {
			return err
		}
		var b analytics.Buyer
		var first, last string
		_, err = pgx.ForEachRow(rows, []any{&b.ID, &first, &last, &b.Orders, &b.Revenue, &b.LastOrderAt}, func() error {
			b.Name = strings.TrimSpace(first + " " + last)
			out.Customers = append(out.Customers, b)
			return nil
		})
		return err
	})
	return out, failed(err, "ranking customers")
}

// Catalogue is the names of products that something happened to since then, most looked at first.
func (s *Store) Catalogue(ctx context.Context, workspaceID uuid.UUID, since time.Time, limit int) ([]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT product FROM product_days WHERE workspace_id = $1 AND day >= $2::date
		GROUP BY product ORDER BY sum(views) DESC, product LIMIT $3`, workspaceID, since.UTC().Format(time.DateOnly), limit)
	if err != nil {
		return nil, fmt.Errorf("reading the catalogue: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
