package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

const activeInSQL = `
	SELECT count(DISTINCT customer_id) AS active_customers FROM customer_days d WHERE workspace_id = @workspace AND day >= @from::date AND day < @to::date AND %s`

// figures are what KPIs compare.
type figures struct {
	sold
	events, visits, active, newCustomers, newBuyers int64
}

// KPIs counts a range and the one before it.
func (s *Store) KPIs(ctx context.Context, workspaceID uuid.UUID, q analytics.Question) (out *analytics.KPIs, err error) {
	place, err := s.Place(ctx, workspaceID)
	if err != nil {
		return nil, err
	}
	before := q.Before(place.Zone)
	both := analytics.Range{From: before.From, To: q.To}
	if err := s.packed(ctx, workspaceID, both); err != nil {
		return nil, err
	}
	err = s.within(ctx, workspaceID, q, "counting a range and the one before", func(ctx context.Context, tx pgx.Tx, sc *scope) error {
		if err := sc.bounded(ctx, tx, both); err != nil {
			return err
		}
		var this, earlier figures
		if err := sc.figures(ctx, tx, both, &this, &earlier); err != nil {
			return err
		}
		if err := sc.newcomers(ctx, tx, both, &this, &earlier); err != nil {
			return err
		}
		sc.peopleBehind(activeInSQL, q.Range)
		sc.peopleBehind(activeInSQL, before)
		days, limit, err := sc.crowd(ctx, tx, both)
		if err != nil {
			return err
		}
		first := sc.args(q.Range)["from"].(string)
		since := slices.IndexFunc(days, func(d peopleDay) bool { return d.day >= first })
		if since < 0 {
			since = len(days)
		}
		this.active, earlier.active = distinct(days[since:], limit), distinct(days[:since], limit)
		out = &analytics.KPIs{Counted: sc.counted(this.events, this.active), PreviousFrom: before.From, PreviousTo: before.To}
		for _, m := range []struct {
			metric, unit string
			places       int32
			of           func(figures) decimal.Decimal
		}{
			{"events", "count", 0, func(f figures) decimal.Decimal { return decimal.NewFromInt(f.events) }},
			{"visits", "count", 0, func(f figures) decimal.Decimal { return decimal.NewFromInt(f.visits) }},
			{"active_customers", "count", 0, func(f figures) decimal.Decimal { return decimal.NewFromInt(f.active) }},
			{"new_customers", "count", 0, func(f figures) decimal.Decimal { return decimal.NewFromInt(f.newCustomers) }},
			{"new_buyers", "count", 0, func(f figures) decimal.Decimal { return decimal.NewFromInt(f.newBuyers) }},
			{"orders", "count", 0, func(f figures) decimal.Decimal { return decimal.NewFromInt(f.orders) }},
			{"refunds", "count", 0, func(f figures) decimal.Decimal { return decimal.NewFromInt(f.refunds) }},
			{"revenue", "money", 2, func(f figures) decimal.Decimal { return f.revenue() }},
			{"average_order", "money", 2, func(f figures) decimal.Decimal { return average(f.revenue(), f.orders) }},
			{"conversion_rate", "rate", 6, func(f figures) decimal.Decimal {
				if f.visits == 0 {
					return decimal.Zero
				}
				return decimal.NewFromInt(f.orders).DivRound(decimal.NewFromInt(f.visits), 6)
			}},
		} {
			now, then := m.of(this), m.of(earlier)
			k := analytics.KPI{Metric: m.metric, Unit: m.unit, Value: now.StringFixed(m.places), Previous: then.StringFixed(m.places)}
			if m.unit == "money" {
				k.Currency = sc.currency
			}
			if !then.IsZero() {
				change := now.Sub(then).Div(then).InexactFloat64()
				k.Change = &change
			}
			out.Figures = append(out.Figures, k)
		}
		return nil
	})
	return out, err
}

// figures counts what happened in the question's range and in the rest of both, which comes before it, at one go.
func (sc *scope) figures(ctx context.Context, tx pgx.Tx, both analytics.Range, this, earlier *figures) error {
	args := sc.args(both)
	args["since"] = sc.args(sc.q.Range)["from"]
	rows, err := sc.query(ctx, tx, `
	`+sc.theirsSQL()+` acted AS (
		SELECT day >= @since::date AS this, coalesce(sum(events), 0)::bigint AS events, `+soldSQL+`
		FROM (`+sc.actsSQL()+`
		) acts GROUP BY 1
	), visited AS (
		SELECT day >= @since::date AS this, sum(visits)::bigint AS visits FROM (`+sc.visitsSQL()+`
		) v GROUP BY 1
	)
	SELECT this, coalesce(events, 0) AS events, coalesce(visits, 0) AS visits, coalesce(orders, 0) AS orders, coalesce(refunds, 0) AS refunds,
		coalesce(gross, 0) AS gross, coalesce(refunded, 0) AS refunded
	FROM acted FULL JOIN visited USING (this)`, args)
	if err != nil {
		return err
	}
	var isThis bool
	var f figures
	_, err = pgx.ForEachRow(rows, append([]any{&isThis, &f.events, &f.visits}, f.sold.into()...), func() error {
		if isThis {
			*this = f
		} else {
			*earlier = f
		}
		return nil
	})
	return err
}

// newcomers counts who came, and who bought, for the first time in the question's range and in the rest of both.
func (sc *scope) newcomers(ctx context.Context, tx pgx.Tx, both analytics.Range, this, earlier *figures) error {
	args := sc.args(both)
	args["since_at"] = sc.q.From
	count := func(column, from, to string) string {
		return fmt.Sprintf("count(*) FILTER (WHERE %s >= %s AND %s < %s)", column, from, column, to)
	}
	sql := `
	SELECT ` + count("first_seen_at", "@since_at", "@to_at") + ` AS new_customers, ` + count("first_order_at", "@since_at", "@to_at") + ` AS new_buyers,
		` + count("first_seen_at", "@from_at", "@since_at") + ` AS new_customers_before, ` + count("first_order_at", "@from_at", "@since_at") + ` AS new_buyers_before
	FROM customer_features f WHERE workspace_id = @workspace AND ` + sc.only("f.customer_id")
	if sc.segment != nil {
		return sc.queryRow(ctx, tx, sql, args).Scan(&this.newCustomers, &this.newBuyers, &earlier.newCustomers, &earlier.newBuyers)
	}
	sc.note(sql, args) // packed days say the same
	days, err := sc.firsts(ctx, tx, both, false)
	since := sc.args(sc.q.Range)["from"].(string)
	for _, d := range days {
		of := earlier
		if d.day >= since {
			of = this
		}
		of.newCustomers, of.newBuyers = of.newCustomers+d.came, of.newBuyers+d.bought
	}
	return err
}

// distinct counts the people of these days, each once.
func distinct(days []peopleDay, limit int) (n int64) {
	seen := make([]bool, limit)
	for _, d := range days {
		for _, p := range d.people {
			if !seen[p.number] {
				seen[p.number] = true
				n++
			}
		}
	}
	return n
}
