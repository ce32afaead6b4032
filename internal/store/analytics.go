package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/segment"
)

// DataVersion is bumped by every change to the workspace's events or customers.
func (s *Store) DataVersion(ctx context.Context, workspaceID uuid.UUID) (version int64, err error) {
	err = s.pool.QueryRow(ctx, "SELECT data_version FROM workspaces WHERE id = $1", workspaceID).Scan(&version)
	return version, notFound(err, "workspace")
}

// frame is what every figure of a workspace depends on.
type frame struct {
	workspaceID uuid.UUID
	zone        *time.Location
	timeZone    string
	currency    string
	version     int64
	demo        bool
	since       time.Time // when the workspace was made
}

// frameOf reads the workspace's frame. Features and rollups of another zone than the workspace's are made anew first, so
// that no figure is ever of the wrong days.
func (s *Store) frameOf(ctx context.Context, workspaceID uuid.UUID) (frame, error) {
	f, stale, err := readFrame(ctx, s.pool, workspaceID)
	if err != nil || !stale {
		return f, err
	}
	if err := s.RebuildFeatures(ctx, workspaceID); err != nil {
		return frame{}, err
	}
	f, _, err = readFrame(ctx, s.pool, workspaceID)
	return f, err
}

func readFrame(ctx context.Context, q interface {
	QueryRow(context.Context, string, ...any) pgx.Row
}, workspaceID uuid.UUID) (f frame, stale bool, err error) {
	f.workspaceID = workspaceID
	err = q.QueryRow(ctx, `SELECT w.time_zone, w.currency, w.data_version, coalesce(z.time_zone <> w.time_zone, false),
			EXISTS (SELECT FROM data_sources d WHERE d.workspace_id = w.id AND d.demo), w.created_at
		FROM workspaces w LEFT JOIN rollup_zones z ON z.workspace_id = w.id WHERE w.id = $1`, workspaceID).
		Scan(&f.timeZone, &f.currency, &f.version, &stale, &f.demo, &f.since)
	if err != nil {
		return f, false, notFound(err, "workspace")
	}
	if f.zone, err = time.LoadLocation(f.timeZone); err != nil {
		return f, false, apperr.Wrap(err, apperr.Internal, "bad_time_zone", "The workspace's time zone is not known.")
	}
	return f, stale, nil
}

// date is the day of t in the workspace's zone, shifted by so many days.
func (f frame) date(t time.Time, shift int) string {
	return t.In(f.zone).AddDate(0, 0, shift).Format(time.DateOnly)
}

// midnight is when that day begins.
func (f frame) midnight(t time.Time, shift int) time.Time {
	y, m, d := t.In(f.zone).Date()
	return analytics.StartOfDay(y, m, d+shift, f.zone)
}

// days are the named parameters of a question over whole days: those that [from, to) touches.
func (f frame) days(r analytics.Range) pgx.NamedArgs {
	return pgx.NamedArgs{"workspace": f.workspaceID, "from": f.date(r.From, 0), "to": f.date(r.To.Add(-time.Nanosecond), 1)}
}

// widened is r as whole days.
func (f frame) widened(r analytics.Range) analytics.Range {
	return analytics.Range{From: f.midnight(r.From, 0), To: f.midnight(r.To.Add(-time.Nanosecond), 1)}
}

// readable is SQL as it ran, with its parameters in place: whoever runs it gets the same figures.
func readable(sql string, args pgx.NamedArgs) string {
	quoted := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	names := slices.SortedFunc(maps.Keys(args), func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) }) // @from_at before @from
	pairs := make([]string, 0, 2*len(args))
	for _, name := range names {
		literal := fmt.Sprint(args[name])
		switch v := args[name].(type) {
		case time.Time:
			literal = quoted(v.UTC().Format(time.RFC3339Nano))
		case []string:
			literal = quoted("{" + strings.Join(v, ",") + "}")
		case string, uuid.UUID:
			literal = quoted(literal)
		}
		pairs = append(pairs, "@"+name, literal)
	}
	return strings.TrimSpace(strings.ReplaceAll(strings.NewReplacer(pairs...).Replace(sql), "\n\t", "\n"))
}

const overviewSQL = `
	SELECT CASE WHEN grouping(e.type) = 0 THEN 'type' WHEN grouping(d.type) = 0 THEN 'source' ELSE 'all' END AS counted_by,
		coalesce(e.type, d.type, '') AS name, coalesce(sum(e.events), 0)::bigint AS events,
		coalesce(sum(e.acts) FILTER (WHERE e.type = 'order_completed'), 0)::bigint AS orders,
		coalesce(sum(CASE e.type WHEN 'order_completed' THEN e.value WHEN 'order_refunded' THEN -e.value END), 0) AS revenue,
		min(e.first_at) AS first_event_at, max(e.last_at) AS last_event_at
	FROM event_days e JOIN data_sources d ON d.id = e.data_source_id
	WHERE e.workspace_id = @workspace
	GROUP BY GROUPING SETS ((e.type), (d.type), ())
	ORDER BY counted_by, events DESC, name`

const revenueSQL = `
	WITH sold AS (
		SELECT day, sum(events) AS events, sum(acts) FILTER (WHERE type = 'order_completed') AS orders,
			sum(CASE type WHEN 'order_completed' THEN value WHEN 'order_refunded' THEN -value END) AS revenue
		FROM event_days WHERE workspace_id = @workspace AND day >= @from::date AND day < @to::date GROUP BY day
	), visited AS (
		SELECT day, sum(visits) AS visits
		FROM visit_hours WHERE workspace_id = @workspace AND day >= @from::date AND day < @to::date GROUP BY day
	)
	SELECT d.day::date, coalesce(events, 0)::bigint AS events, coalesce(orders, 0)::bigint AS orders, coalesce(revenue, 0) AS revenue,
		coalesce(visits, 0)::bigint AS visits
	FROM generate_series(@from::date::timestamp, @to::date - interval '1 day', '1 day') AS d (day) LEFT JOIN sold ON sold.day = d.day LEFT JOIN visited ON visited.day = d.day
	ORDER BY d.day`

const channelsSQL = `
	WITH sold AS (
		SELECT channel, sum(acts) FILTER (WHERE type = 'order_completed') AS orders,
			sum(CASE type WHEN 'order_completed' THEN value WHEN 'order_refunded' THEN -value END) AS revenue
		FROM event_days WHERE workspace_id = @workspace AND day >= @from::date AND day < @to::date
			AND type IN ('order_completed', 'order_refunded') GROUP BY channel
	), visited AS (
		SELECT channel, sum(visits) AS visits
		FROM visit_hours WHERE workspace_id = @workspace AND day >= @from::date AND day < @to::date GROUP BY channel
	)
	SELECT channel, coalesce(visits, 0)::bigint AS visits, coalesce(orders, 0)::bigint AS orders, coalesce(revenue, 0) AS revenue
	FROM sold FULL JOIN visited USING (channel)
	WHERE channel <> ''
	ORDER BY revenue DESC, visits DESC, channel`

const hoursSQL = `
	SELECT extract(isodow FROM day)::int - 1 AS weekday, hour,
		coalesce(sum(acts) FILTER (WHERE customer_did(type)), 0)::bigint AS events,
		coalesce(sum(acts) FILTER (WHERE type = 'order_completed'), 0)::bigint AS orders
	FROM event_hours WHERE workspace_id = @workspace AND day >= @from::date AND day < @to::date
	GROUP BY 1, 2`

// funnelSQL counts people by what they did on the days of the range; 63 is anything.
const funnelSQL = `
	SELECT count(*) FILTER (WHERE did & 1 <> 0) AS page_viewed, count(*) FILTER (WHERE did & 2 <> 0) AS product_viewed,
		count(*) FILTER (WHERE did & 4 <> 0) AS product_added, count(*) FILTER (WHERE did & 8 <> 0) AS checkout_started,
		count(*) FILTER (WHERE did & 16 <> 0) AS order_completed, count(*) AS active
	FROM (
		SELECT customer_id, bit_or(did) AS did
		FROM customer_days WHERE workspace_id = @workspace AND day >= @from::date AND day < @to::date GROUP BY customer_id
	) people`

const activeSQL = `
	SELECT count(*) AS active
	FROM (SELECT FROM customer_days WHERE workspace_id = @workspace AND day >= @from::date AND day < @to::date GROUP BY customer_id) people`

// barSQL is what the top tenth of all who bought have spent at least.
const barSQL = `
	bar AS (
		SELECT percentile_disc(0.9) WITHIN GROUP (ORDER BY revenue) AS revenue
		FROM customer_features WHERE workspace_id = @workspace AND orders > 0
	)`

// reachSQL tells for each channel whether a customer c allows it and has an address for it.
const reachSQL = `c.consent_email AND c.email IS NOT NULL AS email, c.consent_sms AND c.phone IS NOT NULL AS sms,
			c.consent_push AS push, c.consent_whatsapp AND c.phone IS NOT NULL AS whatsapp`

// standardsSQL reads each customer once: which standard segments they are in becomes a number with one bit for each, and all
// figures are summed by that number and their best hour. The statement is the same at any time, and only its parameters are
// not.
func standardsSQL(f frame, now time.Time) (sql string, args pgx.NamedArgs, err error) {
	c := segment.NewCompiler(segment.CompileConfig{Now: now, Zone: f.zone})
	c.JoinFeatures()
	bits := make([]string, len(segment.Standards))
	for i, s := range segment.Standards {
		predicate, err := c.Predicate(s.Rule)
		if err != nil {
			return "", nil, fmt.Errorf("standard segment %s: %w", s.Key, err)
		}
		bits[i] = fmt.Sprintf("CASE WHEN %s THEN %d ELSE 0 END -- %s", predicate, 1<<i, s.Key)
	}
	args = c.Args()
	args["workspace"], args["now"] = f.workspaceID, now
	return c.With() + `
	SELECT segments, best_hour, count(*) AS customers, count(*) FILTER (WHERE email) AS email, count(*) FILTER (WHERE sms) AS sms,
		count(*) FILTER (WHERE push) AS push, count(*) FILTER (WHERE whatsapp) AS whatsapp,
		coalesce(sum(orders), 0)::bigint AS orders, coalesce(sum(revenue) FILTER (WHERE orders > 0 OR refunds > 0), 0) AS revenue,
		coalesce(sum(cart_value) FILTER (WHERE cart_touched_at IS NOT NULL), 0) AS cart_value, coalesce(sum(days), 0)::bigint AS days
	FROM (
		SELECT ` + reachSQL + `, f.best_hour, f.orders, f.refunds, f.revenue, f.cart_value, f.cart_touched_at,
			greatest(30, (SELECT @now::timestamptz::date) - f.first_seen_at::date) AS days,
			` + strings.Join(bits, "\n\t\t\t+ ") + `
			AS segments
		FROM ` + c.From() + `
		WHERE c.workspace_id = @workspace
	) people
	GROUP BY segments, best_hour`, args, nil
}

// typed gives @now, @from and @to of the segments' rules their type, and has what is counted from them counted once and not
// for every customer.
func typed(sql string) string {
	sql = shifted.ReplaceAllString(sql, "(SELECT $0)")
	return strings.NewReplacer("@now", "@now::timestamptz", "@from", "@from::timestamptz", "@to", "@to::timestamptz").Replace(sql)
}

var shifted = regexp.MustCompile(`@(now|from|to) - interval '[^']+'`)

// Analyse computes everything as of now, over all events, from features and rollups: one snapshot, in two round trips.
func (s *Store) Analyse(ctx context.Context, workspaceID uuid.UUID, now time.Time) (analytics.Analysis, error) {
	if _, err := s.frameOf(ctx, workspaceID); err != nil {
		return analytics.Analysis{}, err
	}
	var a analytics.Analysis
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		f, _, err := readFrame(ctx, tx, workspaceID)
		if err != nil {
			return err
		}
		now := now.UTC().Truncate(time.Microsecond)
		a = analytics.Analysis{WorkspaceID: workspaceID, DataVersion: f.version, ComputedAt: now, TimeZone: f.timeZone, Currency: f.currency, Demo: f.demo}
		return analyse(ctx, tx, f, now, &a)
	})
	if err != nil {
		return analytics.Analysis{}, fmt.Errorf("analysing: %w", err)
	}
	return a, nil
}

func analyse(ctx context.Context, tx pgx.Tx, f frame, now time.Time, a *analytics.Analysis) error {
	last90 := pgx.NamedArgs{"workspace": f.workspaceID, "from": f.date(now, -89), "to": f.date(now, 1)}
	last30 := pgx.NamedArgs{"workspace": f.workspaceID, "from": f.date(now, -29), "to": f.date(now, 1)}
	previous30 := pgx.NamedArgs{"workspace": f.workspaceID, "from": f.date(now, -59), "to": f.date(now, -29)}
	segmentsSQL, people, err := standardsSQL(f, now)
	if err != nil {
		return err
	}

	b := &pgx.Batch{}
	b.Queue("SET LOCAL jit = off") // compiling takes longer than what it compiles
	b.Queue("SET LOCAL work_mem = '32MB'")
	b.Queue(overviewSQL, last90).Query(func(rows pgx.Rows) error { return readOverview(rows, &a.Overview) })
	b.Queue(revenueSQL, last90).Query(func(rows pgx.Rows) error { return readRevenue(rows, f, now, a) })
	b.Queue(channelsSQL, last90).Query(func(rows pgx.Rows) (err error) { a.Channels, err = readChannels(rows); return err })
	b.Queue(hoursSQL, last90).Query(func(rows pgx.Rows) (err error) { a.Hours, err = readHours(rows); return err })
	b.Queue(segmentsSQL, people).Query(func(rows pgx.Rows) error { return readSegments(rows, f.workspaceID, a) })
	b.Queue(funnelSQL, last30).QueryRow(func(row pgx.Row) (err error) {
		a.Funnel, a.Overview.Last30.ActiveCustomers, err = readFunnel(row)
		return err
	})
	b.Queue(activeSQL, previous30).QueryRow(func(row pgx.Row) error { return row.Scan(&a.Overview.Previous30.ActiveCustomers) })
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	a.Overview.AverageOrder = average(a.Overview.Revenue, a.Overview.Orders)
	a.Queries = map[string]string{
		"overview": readable(overviewSQL, last90) + ";\n" + readable(funnelSQL, last30) + ";\n" + readable(activeSQL, previous30),
		"funnel":   readable(funnelSQL, last30),
		"segments": readable(segmentsSQL, people),
		"revenue":  readable(revenueSQL, last90),
		"channels": readable(channelsSQL, last90),
		"hours":    readable(hoursSQL, last90),
	}
	return nil
}

func readOverview(rows pgx.Rows, o *analytics.Overview) error {
	var by, name string
	var events, orders int64
	var revenue decimal.Decimal
	var first, last *time.Time
	o.EventsByType, o.EventsBySource = []analytics.Count{}, []analytics.Count{}
	_, err := pgx.ForEachRow(rows, []any{&by, &name, &events, &orders, &revenue, &first, &last}, func() error {
		switch by {
		case "type":
			o.EventsByType = append(o.EventsByType, analytics.Count{Name: name, Count: events})
		case "source":
			o.EventsBySource = append(o.EventsBySource, analytics.Count{Name: name, Count: events})
		default:
			o.Events, o.Orders, o.Revenue, o.FirstEventAt, o.LastEventAt = events, orders, revenue, first, last
		}
		return nil
	})
	return err
}

// readRevenue reads the last 90 days, and sums the last 30 and the 30 before.
func readRevenue(rows pgx.Rows, f frame, now time.Time, a *analytics.Analysis) error {
	last, previous := &a.Overview.Last30, &a.Overview.Previous30
	last.From, last.To = f.midnight(now, -29), f.midnight(now, 1)
	previous.From, previous.To = f.midnight(now, -59), f.midnight(now, -29)
	lastFrom, previousFrom := f.date(now, -29), f.date(now, -59)
	var day time.Time
	var events, orders, visits int64
	var revenue decimal.Decimal
	_, err := pgx.ForEachRow(rows, []any{&day, &events, &orders, &revenue, &visits}, func() error {
		date := day.Format(time.DateOnly)
		a.Revenue = append(a.Revenue, analytics.Day{Date: date, Orders: orders, Revenue: revenue, Visits: visits})
		p := last
		if date < previousFrom {
			return nil
		} else if date < lastFrom {
			p = previous
		}
		p.Events, p.Orders, p.Revenue = p.Events+events, p.Orders+orders, p.Revenue.Add(revenue)
		return nil
	})
	return err
}

func readChannels(rows pgx.Rows) ([]analytics.Channel, error) {
	out := []analytics.Channel{}
	var c analytics.Channel
	_, err := pgx.ForEachRow(rows, []any{&c.Channel, &c.Visits, &c.Orders, &c.Revenue}, func() error {
		c.ConversionRate = ratio(c.Orders, c.Visits)
		out = append(out, c)
		return nil
	})
	return out, err
}

func readHours(rows pgx.Rows) ([]analytics.Hour, error) {
	out := make([]analytics.Hour, 168)
	for i := range out {
		out[i].Weekday, out[i].Hour = i/24, i%24
	}
	var h analytics.Hour
	_, err := pgx.ForEachRow(rows, []any{&h.Weekday, &h.Hour, &h.Events, &h.Orders}, func() error {
		out[h.Weekday*24+h.Hour] = h
		return nil
	})
	return out, err
}

// readSegments spreads the sums by combination over the segments in it.
func readSegments(rows pgx.Rows, workspaceID uuid.UUID, a *analytics.Analysis) error {
	type sums struct {
		orders int64
		days   int64
		hours  [24]int64
	}
	all := make([]sums, len(segment.Standards))
	for _, s := range segment.Standards {
		a.Segments = append(a.Segments, analytics.Segment{ID: segment.ID(workspaceID, s.Key), Key: s.Key, Name: s.Name, Criteria: s.Criteria})
	}
	var in int32
	var bestHour *int16
	var people, email, sms, push, whatsapp, orders int64
	var revenue, cart decimal.Decimal
	var days int64
	o := &a.Overview
	_, err := pgx.ForEachRow(rows, []any{&in, &bestHour, &people, &email, &sms, &push, &whatsapp, &orders, &revenue, &cart, &days}, func() error {
		o.Customers += people
		o.ReachableEmail, o.ReachableSMS, o.ReachablePush, o.ReachableWhatsApp = o.ReachableEmail+email, o.ReachableSMS+sms, o.ReachablePush+push, o.ReachableWhatsApp+whatsapp
		for i := range a.Segments {
			if in&(1<<i) == 0 {
				continue
			}
			s := &a.Segments[i]
			s.Size += people
			s.ReachableEmail, s.ReachableSMS, s.ReachablePush, s.ReachableWhatsApp = s.ReachableEmail+email, s.ReachableSMS+sms, s.ReachablePush+push, s.ReachableWhatsApp+whatsapp
			s.Revenue, s.CartValue = s.Revenue.Add(revenue), s.CartValue.Add(cart)
			all[i].orders, all[i].days = all[i].orders+orders, all[i].days+days
			if bestHour != nil {
				all[i].hours[*bestHour] += people
			}
		}
		return nil
	})
	for i := range a.Segments {
		s := &a.Segments[i]
		s.Share = ratio(s.Size, o.Customers)
		s.AverageOrder = average(s.Revenue, all[i].orders)
		if all[i].days > 0 {
			s.OrdersPer30Days = float64(all[i].orders) * 30 / float64(all[i].days)
		}
		for h, n := range all[i].hours {
			if n > all[i].hours[s.BestHour] {
				s.BestHour = h
			}
		}
	}
	return err
}

func readFunnel(row pgx.Row) (steps []analytics.Step, active int64, err error) {
	steps = []analytics.Step{
		{Type: "page_viewed", Label: "Visited"}, {Type: "product_viewed", Label: "Looked at a product"}, {Type: "product_added", Label: "Added to cart"},
		{Type: "checkout_started", Label: "Began to check out"}, {Type: "order_completed", Label: "Ordered"},
	}
	err = row.Scan(&steps[0].Customers, &steps[1].Customers, &steps[2].Customers, &steps[3].Customers, &steps[4].Customers, &active)
	for i := range steps {
		steps[i].Rate = ratio(steps[i].Customers, steps[0].Customers)
	}
	return steps, active, err
}

func ratio(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// average is in whole cents.
func average(sum decimal.Decimal, n int64) decimal.Decimal {
	if n == 0 {
		return decimal.Zero
	}
	return sum.DivRound(decimal.NewFromInt(n), 2)
}
