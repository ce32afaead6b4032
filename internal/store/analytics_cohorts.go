package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

// cohortsByOrderSQL has a row for each cohort, by the first order, and one for each of the periods in which its members bought
// anything. %[1]s is month or week, %[2]s the condition on customers, and %[3]s orders.
const cohortsByOrderSQL = `
	WITH began AS MATERIALIZED (
		SELECT f.customer_id, date_trunc('%[1]s', f.first_order_at AT TIME ZONE @zone)::date AS cohort
		FROM customer_features f
		WHERE f.workspace_id = @workspace AND f.first_order_at >= @from_at AND f.first_order_at < @to_at AND %[2]s
	), bought AS (
		SELECT cohort, customer_id, date_trunc('%[1]s', o.occurred_at AT TIME ZONE @zone)::date AS period,
			sum(acts) FILTER (WHERE type = 'order_completed') AS orders, sum(acts) AS events,
			sum(CASE type WHEN 'order_completed' THEN value ELSE -value END) AS revenue
		FROM began JOIN (%[3]s
		) o USING (customer_id)
		GROUP BY 1, 2, 3
	), sums AS (
		SELECT cohort, period, count(*) FILTER (WHERE orders > 0) AS buyers, coalesce(sum(orders), 0) AS orders, sum(events) AS events, sum(revenue) AS revenue
		FROM bought GROUP BY 1, 2
	)
	SELECT cohort::text, '' AS period, count(*) AS customers, 0::bigint AS orders, 0::numeric AS revenue, 0::bigint AS events FROM began GROUP BY 1
	UNION ALL
	SELECT cohort::text, period::text, buyers, orders::bigint, revenue, events::bigint FROM sums
	ORDER BY 1, 2`

// cohortsBoughtSQL is what those who came for the first time bought; who came again, the packed days say. %[1]s is month or
// week, %[2]s the condition on customers, and %[3]s orders. Who bought is few, so their cohort is looked for last.
const cohortsBoughtSQL = `
	WITH bought AS (
		SELECT customer_id, date_trunc('%[1]s', o.occurred_at AT TIME ZONE @zone)::date AS period,
			sum(acts) FILTER (WHERE type = 'order_completed') AS orders, sum(acts) AS events,
			sum(CASE type WHEN 'order_completed' THEN value ELSE -value END) AS revenue
		FROM (%[3]s
		) o
		GROUP BY 1, 2
	)
	SELECT date_trunc('%[1]s', f.first_seen_at AT TIME ZONE @zone)::date::text AS cohort, period::text, 0::bigint AS customers,
		coalesce(sum(b.orders), 0)::bigint AS orders, sum(b.revenue) AS revenue, sum(b.events)::bigint AS events
	FROM bought b JOIN customer_features f ON f.workspace_id = @workspace AND f.customer_id = b.customer_id
	WHERE f.first_seen_at >= @from_at AND f.first_seen_at < @to_at AND %[2]s
	GROUP BY 1, 2 ORDER BY 1, 2`

// cohortsCameSQL is what the packed days say: who came for the first time, and in which periods they came.
const cohortsCameSQL = `
	WITH began AS MATERIALIZED (
		SELECT f.customer_id, date_trunc('%[1]s', f.first_seen_at AT TIME ZONE @zone)::date AS cohort
		FROM customer_features f
		WHERE f.workspace_id = @workspace AND f.first_seen_at >= @from_at AND f.first_seen_at < @to_at AND %[2]s
	)
	SELECT cohort::text, '' AS period, count(*) AS customers FROM began GROUP BY 1
	UNION ALL
	SELECT cohort::text, date_trunc('%[1]s', d.day::timestamp)::date::text, count(DISTINCT customer_id)
	FROM began JOIN customer_days d USING (customer_id)
	WHERE d.workspace_id = @workspace AND d.day >= @from::date AND d.day < @to::date
	GROUP BY 1, 2 ORDER BY 1, 2`

// cohortPart is what members of a cohort did in a period, or, where that is "", who they are.
type cohortPart struct {
	customers, orders int64
	revenue           decimal.Decimal
}

// Cohorts follows those who began in a range to its end.
func (s *Store) Cohorts(ctx context.Context, workspaceID uuid.UUID, q analytics.Question) (out *analytics.Cohorts, err error) {
	byVisit := q.By == "first_visit"
	if byVisit {
		if err := s.packed(ctx, workspaceID, q.Range); err != nil {
			return nil, err
		}
	}
	err = s.within(ctx, workspaceID, q, "counting cohorts", func(ctx context.Context, tx pgx.Tx, sc *scope) error {
		orders := *sc
		orders.segment = nil // members alone are joined to them
		sql := cohortsByOrderSQL
		if byVisit {
			sql = cohortsBoughtSQL
		}
		rows, err := sc.query(ctx, tx, fmt.Sprintf(sql, q.Granularity, sc.only("f.customer_id"), orders.ordersSQL()), sc.args(q.Range))
		if err != nil {
			return err
		}
		found := map[[2]string]cohortPart{}
		var cohort, period string
		var one cohortPart
		var events, people, counted int64
		if _, err := pgx.ForEachRow(rows, []any{&cohort, &period, &one.customers, &one.orders, &one.revenue, &counted}, func() error {
			found[[2]string{cohort, period}] = one
			events += counted
			if period == "" {
				people += one.customers
			}
			return nil
		}); err != nil {
			return err
		}
		periods := analytics.Buckets(q.Range, q.Granularity, sc.zone)
		if byVisit {
			days := int64(0)
			if people, days, err = sc.cameAgain(ctx, tx, periods, found); err != nil {
				return err
			}
			events += days
		}
		out = &analytics.Cohorts{Counted: sc.counted(events, people), By: q.By, Granularity: q.Granularity}
		for i, c := range periods {
			cohort := analytics.Cohort{Start: c.Start, Customers: found[[2]string{c.Start, ""}].customers}
			for n, p := range periods[i:] {
				of := found[[2]string{c.Start, p.Start}]
				cohort.Periods = append(cohort.Periods, analytics.CohortPeriod{
					Period: n, Start: p.Start, Customers: of.customers, Share: analytics.Share(of.customers, cohort.Customers), Orders: of.orders, Revenue: sc.money(of.revenue),
				})
			}
			out.Cohorts = append(out.Cohorts, cohort)
		}
		return nil
	})
	return out, err
}

// cameAgain counts into found who came for the first time in each period and in which of the later ones they came, and
// answers how many came first, and on how many days they came.
func (sc *scope) cameAgain(ctx context.Context, tx pgx.Tx, periods []analytics.Bucket, found map[[2]string]cohortPart) (people, seen int64, err error) {
	sc.note(fmt.Sprintf(cohortsCameSQL, sc.q.Granularity, sc.only("f.customer_id")), sc.args(sc.q.Range))
	firsts, err := sc.firsts(ctx, tx, sc.q.Range, true)
	if err != nil {
		return 0, 0, err
	}
	days, limit, err := sc.crowd(ctx, tx, sc.q.Range)
	if err != nil {
		return 0, 0, err
	}
	cohortOf := make([]int16, limit) // from 1; 0: began at another time
	sizes := make([]int64, len(periods))
	at := 0
	for _, d := range firsts {
		for at < len(periods)-1 && d.day >= periods[at+1].Start {
			at++
		}
		for _, p := range d.people {
			cohortOf[p] = int16(at + 1)
		}
		sizes[at] += int64(len(d.people))
	}
	came := make([][]int64, len(periods)) // by cohort and period
	for i := range came {
		came[i] = make([]int64, len(periods))
	}
	last := make([]int16, limit) // the period in which each was counted last, from 1
	at = 0
	for _, d := range days {
		for at < len(periods)-1 && d.day >= periods[at+1].Start {
			at++
		}
		for _, p := range d.people {
			c := cohortOf[p.number]
			if c == 0 {
				continue
			}
			seen++
			if last[p.number] != int16(at+1) {
				last[p.number] = int16(at + 1)
				came[c-1][at]++
			}
		}
	}
	for c, start := range periods {
		part := found[[2]string{start.Start, ""}]
		part.customers = sizes[c]
		found[[2]string{start.Start, ""}] = part
		people += sizes[c]
		for i := range periods {
			key := [2]string{start.Start, periods[i].Start}
			part := found[key]
			part.customers = came[c][i]
			found[key] = part
		}
	}
	return people, seen, nil
}
