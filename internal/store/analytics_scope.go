package store

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Place is what a question needs to be understood.
func (s *Store) Place(ctx context.Context, workspaceID uuid.UUID) (analytics.Place, error) {
	f, _, err := readFrame(ctx, s.pool, workspaceID)
	return analytics.Place{Zone: f.zone, Currency: f.currency, DataVersion: f.version}, err
}

// filter is whose events are counted.
type filter struct {
	ref analytics.SegmentRef
	// members is SQL for the ids of its members, with the named parameters @workspace and @now.
	members string
}

// segmentFilter is the filter of a segment, or NotFound for an id that is not one of the workspace's: its members as of the
// last count, which follows the data by a minute at the most.
func (s *Store) segmentFilter(ctx context.Context, workspaceID, id uuid.UUID, now time.Time) (*filter, error) {
	found, err := s.FindSegment(ctx, workspaceID, id)
	if apperr.Is(err, apperr.NotFound) {
		return nil, apperr.NoSuch("segment").WithField("query.segmentId", "give the id of one of the workspace's segments", id)
	}
	if err == nil {
		err = s.FreshenSegments(ctx, workspaceID, now)
	}
	if err != nil {
		return nil, err
	}
	return &filter{
		ref:     analytics.SegmentRef{ID: id, Name: found.Name},
		members: "SELECT m.customer_id FROM segment_members m WHERE m.workspace_id = @workspace AND m.segment_id = '" + id.String() + "'",
	}, nil
}

// scope is one question of one workspace: its SQL reads rollups where everyone is counted, and members' events otherwise.
type scope struct {
	frame
	q       analytics.Question
	segment *filter // nil is everyone
	theirs  bool    // members' events are in theirsSQL, which the statement begins with
	queries []string
	// Who the segment's members are, where findMembers has found them.
	memberIDs     map[uuid.UUID]bool
	memberNumbers []bool
	// People without a number of their own get one for this answer: from how many were ever given, up to limit.
	fresh map[uuid.UUID]int32
	limit int
}

// maxSegmentEvents is how many events of a range are looked through for a segment's members.
const maxSegmentEvents = 20_000_000

// within asks a question of one moment.
func (s *Store) within(ctx context.Context, workspaceID uuid.UUID, q analytics.Question, doing string, ask func(ctx context.Context, tx pgx.Tx, sc *scope) error) error {
	var members *filter
	if q.SegmentID != uuid.Nil {
		var err error
		if members, err = s.segmentFilter(ctx, workspaceID, q.SegmentID, q.Now); err != nil {
			return err
		}
	}
	err := s.inSnapshot(ctx, workspaceID, func(ctx context.Context, tx pgx.Tx, f frame) error {
		if _, err := tx.Exec(ctx, "SET LOCAL work_mem = '64MB'; SET LOCAL plan_cache_mode = force_custom_plan"); err != nil {
			return err
		}
		return ask(ctx, tx, &scope{frame: f, q: q, segment: members})
	})
	return failed(err, doing)
}

// packed has the people and newcomers of r's days read quickly: see packDays.
func (s *Store) packed(ctx context.Context, workspaceID uuid.UUID, r analytics.Range) error {
	f, err := s.frameOf(ctx, workspaceID)
	if err != nil {
		return err
	}
	if err := s.packFirsts(ctx, f, r); err != nil {
		return err
	}
	return s.packDays(ctx, f, r)
}

// args are the named parameters of r, which is whole days: as days and as moments.
func (sc *scope) args(r analytics.Range) pgx.NamedArgs {
	args := sc.days(r)
	args["from_at"], args["to_at"], args["zone"], args["now"] = r.From, r.To, sc.timeZone, sc.q.Now
	return args
}

// only is the condition that a customer is counted.
func (sc *scope) only(customerID string) string {
	if sc.segment == nil {
		return "true"
	}
	return customerID + " IN (" + sc.segment.members + ")"
}

// note keeps what was asked for the answer's query.
func (sc *scope) note(sql string, args pgx.NamedArgs) {
	sc.queries = append(sc.queries, readable(sql, args))
}

func (sc *scope) query(ctx context.Context, tx pgx.Tx, sql string, args pgx.NamedArgs) (pgx.Rows, error) {
	sc.note(sql, args)
	return tx.Query(ctx, sql, args)
}

// queryRow is query for one row.
func (sc *scope) queryRow(ctx context.Context, tx pgx.Tx, sql string, args pgx.NamedArgs) pgx.Row {
	sc.note(sql, args)
	return tx.QueryRow(ctx, sql, args)
}

// counted is what every answer says of itself.
func (sc *scope) counted(events, customers int64) analytics.Counted {
	c := analytics.Counted{
		From: sc.q.From, To: sc.q.To, Events: events, Customers: customers, ComputedAt: sc.q.Now, TimeZone: sc.timeZone,
		Query: strings.Join(sc.queries, ";\n"),
	}
	if sc.segment != nil {
		c.Segment = &sc.segment.ref
	}
	return c
}

func (sc *scope) money(d decimal.Decimal) analytics.Money { return analytics.MoneyFrom(d, sc.currency) }

// sold is a row of orders and refunds.
type sold struct {
	orders, refunds int64
	gross, refunded decimal.Decimal
}

// soldSQL sums rows with type, acts and value.
const soldSQL = `coalesce(sum(acts) FILTER (WHERE type = 'order_completed'), 0)::bigint AS orders,
		coalesce(sum(acts) FILTER (WHERE type = 'order_refunded'), 0)::bigint AS refunds,
		coalesce(sum(value) FILTER (WHERE type = 'order_completed'), 0) AS gross,
		coalesce(sum(value) FILTER (WHERE type = 'order_refunded'), 0) AS refunded`

func (s *sold) into() []any { return []any{&s.orders, &s.refunds, &s.gross, &s.refunded} }

func (s *sold) add(o sold) {
	s.orders, s.refunds, s.gross, s.refunded = s.orders+o.orders, s.refunds+o.refunds, s.gross.Add(o.gross), s.refunded.Add(o.refunded)
}

func (s sold) revenue() decimal.Decimal { return s.gross.Sub(s.refunded) }

func (sc *scope) sold(s sold) analytics.Sold {
	return analytics.Sold{
		Orders: s.orders, Refunds: s.refunds, Gross: sc.money(s.gross), Refunded: sc.money(s.refunded), Revenue: sc.money(s.revenue()),
		AverageOrder: sc.money(average(s.revenue(), s.orders)),
	}
}

// ordersSQL is orders and refunds, each once, from their index.
func (sc *scope) ordersSQL() string {
	return `
		SELECT customer_id, type, coalesce(channel, '') AS channel, 1 AS acts, coalesce(value, 0) AS value, occurred_at
		FROM events
		WHERE workspace_id = @workspace AND occurred_at >= @from_at AND occurred_at < @to_at AND type IN ('order_completed', 'order_refunded')
			AND NOT duplicate AND ` + sc.only("customer_id")
}

// theirsSQL is the beginning of a statement that reads members' events more than once: it looks for them once.
func (sc *scope) theirsSQL() string {
	if sc.segment == nil {
		return "WITH"
	}
	sc.theirs = true
	return `WITH theirs AS MATERIALIZED (
		SELECT occurred_at, type, channel, value, duplicate
		FROM events
		WHERE workspace_id = @workspace AND occurred_at >= @from_at AND occurred_at < @to_at
			AND ` + sc.only("customer_id") + `
	),`
}

// membersEventsSQL is where members' events are, with the condition that they are theirs.
func (sc *scope) membersEventsSQL() string {
	if sc.theirs {
		return "theirs WHERE true"
	}
	return "events WHERE workspace_id = @workspace AND " + sc.only("customer_id")
}

// actsSQL is events (all), acts and value by day, type and channel.
func (sc *scope) actsSQL(types ...string) string {
	only := ""
	if len(types) > 0 {
		only = " AND type IN ('" + strings.Join(types, "', '") + "')"
	}
	if sc.segment == nil {
		return `
		SELECT day, type, channel, events, acts, value FROM event_days WHERE ` + inDays + only
	}
	return `
		SELECT (occurred_at AT TIME ZONE @zone)::date AS day, type, coalesce(channel, '') AS channel, count(*) AS events,
			count(*) FILTER (WHERE NOT duplicate) AS acts, coalesce(sum(value) FILTER (WHERE NOT duplicate), 0) AS value
		FROM ` + sc.membersEventsSQL() + ` AND occurred_at >= @from_at AND occurred_at < @to_at` + only + `
		GROUP BY 1, 2, 3`
}

// visitsSQL is visits by day and channel, by when they began.
func (sc *scope) visitsSQL() string {
	if sc.segment == nil {
		return `
		SELECT day, channel, visits FROM visit_hours WHERE ` + inDays
	}
	return `
		SELECT (started_at AT TIME ZONE @zone)::date AS day, channel, count(*) AS visits
		FROM customer_visits
		WHERE workspace_id = @workspace AND started_at >= @from_at AND started_at < @to_at AND ` + sc.only("customer_id") + `
		GROUP BY 1, 2`
}

// bounded refuses a range in which there is too much to look through for a segment's members.
func (sc *scope) bounded(ctx context.Context, tx pgx.Tx, r analytics.Range) error {
	if sc.segment == nil {
		return nil
	}
	var events int64
	err := tx.QueryRow(ctx, "SELECT coalesce(sum(events), 0)::bigint FROM event_days WHERE "+inDays, sc.args(r)).Scan(&events)
	if err == nil && events > maxSegmentEvents {
		return apperr.New(apperr.Invalid, "range_too_long", "There are %d events in this range, and at most %d are looked through for a segment. Ask for a shorter time.", events, maxSegmentEvents).
			WithField("query.from", "give a shorter range", sc.q.From.Format(time.RFC3339))
	}
	return err
}

// peopleBehind notes the SQL of who is counted on the days of r.
func (sc *scope) peopleBehind(sql string, r analytics.Range) {
	sc.note(strings.Replace(sql, "%s", sc.only("d.customer_id"), 1), sc.args(r))
}
