package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

// typesOf are the types of event behind a metric, where acts of some types are what it counts.
var typesOf = map[string][]string{
	"revenue": {"order_completed", "order_refunded"}, "orders": {"order_completed"}, "refunds": {"order_refunded"}, "page_views": {"page_viewed"},
	"product_views": {"product_viewed"}, "product_adds": {"product_added"}, "checkouts": {"checkout_started"}, "signups": {"signed_up"},
}

// Series follows one metric over a range.
func (s *Store) Series(ctx context.Context, workspaceID uuid.UUID, q analytics.Question) (out *analytics.Series, err error) {
	place, err := s.Place(ctx, workspaceID)
	if err != nil {
		return nil, err
	}
	before := q.Before(place.Zone)
	whole := q.Range
	if q.Compare {
		whole.From = before.From
	}
	if err := s.packed(ctx, workspaceID, whole); err != nil {
		return nil, err
	}
	err = s.within(ctx, workspaceID, q, "counting "+q.Metric, func(ctx context.Context, tx pgx.Tx, sc *scope) error {
		if err := sc.bounded(ctx, tx, whole); err != nil {
			return err
		}
		steps, total, acts, customers, err := sc.series(ctx, tx, q.Range)
		if err != nil {
			return err
		}
		out = &analytics.Series{Metric: q.Metric, Unit: analytics.UnitOf(q.Metric), Granularity: q.Granularity, Total: total, Steps: steps}
		if out.Unit == "money" {
			out.Currency = sc.currency
		}
		if q.Compare {
			steps, total, _, _, err := sc.series(ctx, tx, before)
			if err != nil {
				return err
			}
			out.Previous = &analytics.SeriesBefore{From: before.From, To: before.To, Total: total, Steps: steps}
		}
		out.Counted = sc.counted(acts, customers)
		return nil
	})
	return out, err
}

// series is the question's metric over r: its steps and total, what was counted for it, and the people who were active.
func (sc *scope) series(ctx context.Context, tx pgx.Tx, r analytics.Range) (steps []analytics.SeriesPoint, total string, acts, active int64, err error) {
	values := map[string]decimal.Decimal{}
	sum := decimal.Zero
	buckets := analytics.Buckets(r, sc.q.Granularity, sc.zone)
	switch {
	case sc.q.Metric == "active_customers":
	case firstAt[sc.q.Metric] != "" && sc.segment == nil && sc.q.Granularity != "hour":
		if acts, err = sc.newcomersBy(ctx, tx, r, buckets, values); err != nil {
			return nil, "", 0, 0, err
		}
		sum = decimal.NewFromInt(acts)
	default:
		args := sc.args(r)
		sql := sc.seriesSQL()
		if at := firstAt[sc.q.Metric]; at != "" {
			sql = sc.newcomersSQL(at)
			args["starts"], args["step_from"], args["step_to"] = bounds(buckets)
		}
		if sc.q.Granularity == "hour" {
			sc.changes(args, r)
			sql = sc.hoursSQL()
		}
		rows, err := sc.query(ctx, tx, sql, args)
		if err != nil {
			return nil, "", 0, 0, err
		}
		var step string
		var value decimal.Decimal
		var counted int64
		if _, err := pgx.ForEachRow(rows, []any{&step, &value, &counted}, func() error {
			values[step], sum, acts = value, sum.Add(value), acts+counted
			return nil
		}); err != nil {
			return nil, "", 0, 0, err
		}
	}
	sc.peopleBehind(activeInSQL, r)
	days, limit, err := sc.crowd(ctx, tx, r)
	if err != nil {
		return nil, "", 0, 0, err
	}
	active = distinct(days, limit)
	if sc.q.Metric == "active_customers" {
		sum = decimal.NewFromInt(active)
		acts = sc.activeBy(buckets, days, limit, values)
	}
	places := int32(0)
	if analytics.UnitOf(sc.q.Metric) == "money" {
		places = 2
	}
	for _, b := range buckets {
		steps = append(steps, analytics.SeriesPoint{Start: b.Start, From: b.From, To: b.To, Value: values[b.Key].StringFixed(places)})
	}
	return steps, sum.StringFixed(places), acts, active, nil
}

// activeBy counts each bucket's people into values, and answers how many people were seen on how many days.
func (sc *scope) activeBy(buckets []analytics.Bucket, days []peopleDay, limit int, values map[string]decimal.Decimal) (seen int64) {
	last := make([]int, limit) // in which bucket each was counted last, from 1
	at := 0
	var n int64
	for _, d := range days {
		for at < len(buckets)-1 && d.day >= buckets[at+1].Start {
			at++
			n = 0
		}
		for _, p := range d.people {
			if last[p.number] != at+1 {
				last[p.number] = at + 1
				n++
			}
		}
		seen += int64(len(d.people))
		values[buckets[at].Key] = decimal.NewFromInt(n)
	}
	return seen
}

// valueSQL is a metric of rows with type, events, acts and value, and how many of them it counts.
func valueSQL(metric string) (value, counted string) {
	switch metric {
	case "revenue":
		return "sum(CASE type WHEN 'order_completed' THEN value WHEN 'order_refunded' THEN -value END)", "sum(acts)"
	case "events":
		return "sum(events)", "sum(events)"
	}
	return "sum(acts)", "sum(acts)"
}

// seriesSQL counts by day, week or month: the first day of each that has anything, its value, and how much it counted.
func (sc *scope) seriesSQL() string {
	from, value, counted := sc.visitsSQL(), "sum(visits)", "sum(visits)"
	if sc.q.Metric != "visits" {
		from = sc.actsSQL(typesOf[sc.q.Metric]...)
		value, counted = valueSQL(sc.q.Metric)
	}
	return fmt.Sprintf(`
	SELECT date_trunc('%s', day::timestamp)::date::text AS start, coalesce(%s, 0)::numeric AS value, coalesce(%s, 0)::bigint AS counted
	FROM (%s
	) acts
	GROUP BY 1 ORDER BY 1`, sc.q.Granularity, value, counted, from)
}

// firstAt is the feature behind metrics of who did something for the first time.
var firstAt = map[string]string{"new_customers": "first_seen_at", "new_buyers": "first_order_at"}

// newcomersBy counts each bucket's newcomers into values, and answers how many these are. Packed days say what the query says.
func (sc *scope) newcomersBy(ctx context.Context, tx pgx.Tx, r analytics.Range, buckets []analytics.Bucket, values map[string]decimal.Decimal) (all int64, err error) {
	args := sc.args(r)
	args["starts"], args["step_from"], args["step_to"] = bounds(buckets)
	sc.note(sc.newcomersSQL(firstAt[sc.q.Metric]), args)
	days, err := sc.firsts(ctx, tx, r, false)
	at := 0
	var n int64
	for _, d := range days {
		for at < len(buckets)-1 && d.day >= buckets[at+1].Start {
			at++
			n = 0
		}
		count := d.came
		if sc.q.Metric == "new_buyers" {
			count = d.bought
		}
		n, all = n+count, all+count
		values[buckets[at].Key] = decimal.NewFromInt(n)
	}
	return all, err
}

// newcomersSQL counts by steps whose bounds are known: what it reads is in an index, and no moment's day is looked for.
func (sc *scope) newcomersSQL(at string) string {
	if sc.segment != nil { // members are looked for once, and not for each step
		return fmt.Sprintf(`
	SELECT (@starts::text[])[step] AS start, n::numeric AS value, n AS counted
	FROM (
		SELECT width_bucket(f.%s, @step_from::timestamptz[]) AS step, count(*) AS n FROM customer_features f
		WHERE f.workspace_id = @workspace AND f.%s >= @from_at AND f.%s < @to_at AND %s
		GROUP BY 1
	) came
	ORDER BY start`, at, at, at, sc.only("f.customer_id"))
	}
	return fmt.Sprintf(`
	SELECT start, n::numeric AS value, n AS counted
	FROM unnest(@starts::text[], @step_from::timestamptz[], @step_to::timestamptz[]) AS s (start, a, b), LATERAL (
		SELECT count(*) AS n FROM customer_features f
		WHERE f.workspace_id = @workspace AND f.%s >= s.a AND f.%s < s.b
	) came
	ORDER BY start`, at, at)
}

// bounds are the buckets' keys, beginnings and ends.
func bounds(buckets []analytics.Bucket) (keys, from, to []string) {
	for _, b := range buckets {
		keys, from, to = append(keys, b.Key), append(from, b.From.Format(sqlTime)), append(to, b.To.Format(sqlTime))
	}
	return keys, from, to
}

// changes adds when the days begin and end on which the clocks change: there an hour of the day may come twice, and
// rollups cannot tell which of the two is meant.
func (sc *scope) changes(args pgx.NamedArgs, r analytics.Range) {
	days := analytics.ChangingDays(r, sc.zone)
	from, to := []string{}, []string{}
	for _, d := range days {
		one := analytics.DayRange(d, sc.zone)
		from, to = append(from, one.From.Format(sqlTime)), append(to, one.To.Format(sqlTime))
	}
	args["changing"], args["change_from"], args["change_to"] = days, from, to
}

const sqlTime = "2006-01-02T15:04:05Z07:00"

// hoursSQL counts by hour: the key of each hour (analytics.Bucket) that has anything, its value, and how much it counted.
func (sc *scope) hoursSQL() string {
	// The moments to look at: all with a segment, and otherwise those of days on which the clocks change.
	moments, rollup := "unnest(@change_from::timestamptz[], @change_to::timestamptz[])", true
	if sc.segment != nil {
		moments, rollup = "(VALUES (@from_at::timestamptz, @to_at::timestamptz))", false
	}
	const key = `day::text || ' ' || hour || CASE WHEN day = ANY (@changing::date[]) THEN ' ' || zone_offset ELSE '' END`
	hour := func(at string) string {
		return fmt.Sprintf(`(%s AT TIME ZONE @zone)::date AS day, extract(hour FROM %s AT TIME ZONE @zone)::int AS hour,
				extract(epoch FROM (%s AT TIME ZONE @zone) - (%s AT TIME ZONE 'UTC'))::int AS zone_offset`, at, at, at, at)
	}
	var detail, whole string
	value, counted := "sum(visits)", "sum(visits)"
	if sc.q.Metric == "visits" {
		detail = `
		SELECT ` + key + ` AS start, count(*) AS visits
		FROM (
			SELECT ` + hour("v.started_at") + `
			FROM ` + moments + ` AS m (a, b) JOIN customer_visits v ON v.workspace_id = @workspace AND v.started_at >= m.a AND v.started_at < m.b
				AND ` + sc.only("v.customer_id") + `
		) v
		GROUP BY 1`
		whole = `
		SELECT day::text || ' ' || hour AS start, visits FROM visit_hours WHERE ` + inDays + ` AND day <> ALL (@changing::date[])`
	} else {
		only := ""
		if types := typesOf[sc.q.Metric]; len(types) > 0 {
			only = " AND type IN ('" + types[0] + "', '" + types[len(types)-1] + "')"
		}
		value, counted = valueSQL(sc.q.Metric)
		detail = `
		SELECT ` + key + ` AS start, type, count(*) AS events, count(*) FILTER (WHERE NOT duplicate) AS acts,
			coalesce(sum(value) FILTER (WHERE NOT duplicate), 0) AS value
		FROM (
			SELECT ` + hour("e.occurred_at") + `, type, duplicate, value
			FROM ` + moments + ` AS m (a, b), events e
			WHERE e.workspace_id = @workspace AND e.occurred_at >= m.a AND e.occurred_at < m.b` + only + ` AND ` + sc.only("e.customer_id") + `
		) v
		GROUP BY 1, 2`
		whole = `
		SELECT day::text || ' ' || hour AS start, type, events, acts, value FROM event_hours WHERE ` + inDays + only + ` AND day <> ALL (@changing::date[])`
	}
	if rollup {
		detail = whole + "\n\t\tUNION ALL" + detail
	}
	return fmt.Sprintf(`
	SELECT start, coalesce(%s, 0)::numeric AS value, coalesce(%s, 0)::bigint AS counted
	FROM (%s
	) acts
	GROUP BY 1 ORDER BY 1`, value, counted, detail)
}
