package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

// cohortsSQL has a row for each cohort, and one for each of the periods in which its members did anything. %[1]s is month or
// week, %[2]s what makes a member, %[3]s the condition on customers, %[4]s orders and %[5]s how who came again is counted.
const cohortsSQL = `
	WITH began AS MATERIALIZED (
		SELECT f.customer_id, date_trunc('%[1]s', f.%[2]s AT TIME ZONE @zone)::date AS cohort
		FROM customer_features f
		WHERE f.workspace_id = @workspace AND f.%[2]s >= @from_at AND f.%[2]s < @to_at AND %[3]s
	), bought AS (
		SELECT cohort, customer_id, date_trunc('%[1]s', o.occurred_at AT TIME ZONE @zone)::date AS period,
			sum(acts) FILTER (WHERE type = 'order_completed') AS orders, sum(acts) AS events,
			sum(CASE type WHEN 'order_completed' THEN value ELSE -value END) AS revenue
		FROM began JOIN (%[4]s
		) o USING (customer_id)
		GROUP BY 1, 2, 3
	), sums AS (
		SELECT cohort, period, count(*) FILTER (WHERE orders > 0) AS buyers, coalesce(sum(orders), 0) AS orders, sum(events) AS events, sum(revenue) AS revenue
		FROM bought GROUP BY 1, 2
	)%[5]s`

const cohortsByOrderSQL = `
	SELECT cohort::text, '' AS period, count(*) AS customers, 0::bigint AS orders, 0::numeric AS revenue, 0::bigint AS events FROM began GROUP BY 1
	UNION ALL
	SELECT cohort::text, period::text, buyers, orders::bigint, revenue, events::bigint FROM sums
	ORDER BY 1, 2`

const cohortsByVisitSQL = `, came AS (
		SELECT cohort, period, count(*) AS customers, sum(days) AS days
		FROM (
			SELECT cohort, customer_id, date_trunc('%[1]s', d.day::timestamp)::date AS period, count(*) AS days
			FROM began JOIN customer_days d USING (customer_id)
			WHERE d.workspace_id = @workspace AND d.day >= @from::date AND d.day < @to::date
			GROUP BY 1, 2, 3
		) people
		GROUP BY 1, 2
	)
	SELECT cohort::text, '' AS period, count(*) AS customers, 0::bigint AS orders, 0::numeric AS revenue, 0::bigint AS events FROM began GROUP BY 1
	UNION ALL
	SELECT cohort::text, period::text, coalesce(customers, 0), coalesce(orders, 0)::bigint, coalesce(revenue, 0), (coalesce(days, 0) + coalesce(events, 0))::bigint
	FROM came FULL JOIN sums USING (cohort, period)
	ORDER BY 1, 2`

// Cohorts follows those who began in a range to its end.
func (s *Store) Cohorts(ctx context.Context, workspaceID uuid.UUID, q analytics.Question) (out *analytics.Cohorts, err error) {
	err = s.within(ctx, workspaceID, q, "counting cohorts", func(ctx context.Context, tx pgx.Tx, sc *scope) error {
		began, ending := "first_order_at", cohortsByOrderSQL
		orders := *sc
		orders.segment = nil // members alone are joined to them
		if q.By == "first_visit" {
			began, ending = "first_seen_at", fmt.Sprintf(cohortsByVisitSQL, q.Granularity)
		}
		rows, err := sc.query(ctx, tx, fmt.Sprintf(cohortsSQL, q.Granularity, began, sc.only("f.customer_id"), orders.ordersSQL(), ending), sc.args(q.Range))
		if err != nil {
			return err
		}
		type of struct {
			customers, orders int64
			revenue           decimal.Decimal
		}
		found := map[[2]string]of{}
		var cohort, period string
		var one of
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
		out = &analytics.Cohorts{Counted: sc.counted(events, people), By: q.By, Granularity: q.Granularity}
		periods := analytics.Buckets(q.Range, q.Granularity, sc.zone)
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
