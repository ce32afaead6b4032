package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

// newcomerDay is who came, and how many bought, for the first time on one day.
type newcomerDay struct {
	day          string // YYYY-MM-DD
	came, bought int64
	people       []int32 // numbers of who came, where they were asked for
}

// firstsSQL is the days of a range on which anybody can have come or bought for the first time, and the newest of these.
const firstsSQL = `
		SELECT s.day::date AS day, b.newest
		FROM (
			SELECT (SELECT (first_seen_at AT TIME ZONE @zone)::date FROM customer_features WHERE workspace_id = @workspace ORDER BY first_seen_at LIMIT 1) AS oldest,
				greatest((SELECT (first_seen_at AT TIME ZONE @zone)::date FROM customer_features WHERE workspace_id = @workspace ORDER BY first_seen_at DESC LIMIT 1),
					(SELECT (first_order_at AT TIME ZONE @zone)::date FROM customer_features WHERE workspace_id = @workspace AND first_order_at IS NOT NULL ORDER BY first_order_at DESC LIMIT 1)) AS newest
		) b, generate_series(greatest(@from::date, b.oldest)::timestamp, least(@to::date - 1, b.newest)::timestamp, '1 day') AS s (day)
		WHERE b.oldest IS NOT NULL`

const (
	cameSQL = `
	SELECT s.day, f.customer_id, n.number
	FROM unnest(@days::text[], @day_from::timestamptz[], @day_to::timestamptz[]) AS s (day, a, b)
		JOIN customer_features f ON f.workspace_id = @workspace AND f.first_seen_at >= s.a AND f.first_seen_at < s.b
		LEFT JOIN customer_numbers n ON n.workspace_id = @workspace AND n.customer_id = f.customer_id`
	boughtFirstSQL = `
	SELECT s.day, (SELECT count(*) FROM customer_features f WHERE f.workspace_id = @workspace AND f.first_order_at >= s.a AND f.first_order_at < s.b) AS bought
	FROM unnest(@days::text[], @day_from::timestamptz[], @day_to::timestamptz[]) AS s (day, a, b)`
)

// readFirsts reads days from customer_features. number is told of every newcomer, with the number that they have if any.
func readFirsts(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, days []string, zone *time.Location, number func(day string, id uuid.UUID, known *int32)) (bought map[string]int64, err error) {
	from, to := make([]time.Time, len(days)), make([]time.Time, len(days))
	for i, d := range days {
		r := analytics.DayRange(d, zone)
		from[i], to[i] = r.From, r.To
	}
	args := pgx.NamedArgs{"workspace": workspaceID, "days": days, "day_from": from, "day_to": to}
	rows, err := tx.Query(ctx, cameSQL, args)
	if err != nil {
		return nil, err
	}
	var day string
	var id uuid.UUID
	var known *int32
	if _, err := pgx.ForEachRow(rows, []any{&day, &id, &known}, func() error { number(day, id, known); known = nil; return nil }); err != nil {
		return nil, err
	}
	if rows, err = tx.Query(ctx, boughtFirstSQL, args); err != nil {
		return nil, err
	}
	bought = map[string]int64{}
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&day, &n}, func() error { bought[day] = n; return nil })
	return bought, err
}

// firsts is who came and bought for the first time on the days of r, oldest first, as one snapshot has it; who came by
// number too where people are wanted, of the segment alone if one is asked about. The counts are of everyone.
func (sc *scope) firsts(ctx context.Context, tx pgx.Tx, r analytics.Range, people bool) ([]newcomerDay, error) {
	args := sc.args(r)
	if people {
		if err := sc.findMembers(ctx, tx, args); err != nil {
			return nil, err
		}
	}
	days := map[string]newcomerDay{}
	packed := "''::bytea"
	if people {
		packed = "people"
	}
	rows, err := tx.Query(ctx, "SELECT day, came, bought, "+packed+" FROM newcomer_days WHERE workspace_id = @workspace AND day >= @from::date AND day < @to::date", args)
	if err != nil {
		return nil, err
	}
	var at time.Time
	var n newcomerDay
	var numbers []byte
	if _, err := pgx.ForEachRow(rows, []any{&at, &n.came, &n.bought, &numbers}, func() (err error) {
		n.day = at.Format(time.DateOnly)
		if n.people, err = unpackNumbers(numbers); err != nil {
			return fmt.Errorf("the newcomers of %s: %w", n.day, err)
		}
		days[n.day] = n
		return nil
	}); err != nil {
		return nil, err
	}

	var missing []string
	rows, err = tx.Query(ctx, "SELECT days.day FROM ("+firstsSQL+") days", args)
	if err != nil {
		return nil, err
	}
	if _, err := pgx.ForEachRow(rows, []any{&at}, func() error {
		if d := at.Format(time.DateOnly); days[d].day == "" {
			missing = append(missing, d)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		came := map[string][]int32{}
		if err := sc.countNumbers(ctx, tx); err != nil {
			return nil, err
		}
		bought, err := readFirsts(ctx, tx, sc.workspaceID, missing, sc.zone, func(day string, id uuid.UUID, known *int32) {
			came[day] = append(came[day], sc.number(id, known))
		})
		if err != nil {
			return nil, err
		}
		for _, d := range missing {
			days[d] = newcomerDay{day: d, came: int64(len(came[d])), bought: bought[d], people: came[d]}
		}
	}
	out := make([]newcomerDay, 0, len(days))
	for _, d := range slices.Sorted(maps.Keys(days)) {
		n := days[d]
		n.people = slices.DeleteFunc(n.people, func(p int32) bool { return !sc.isMember(p) })
		out = append(out, n)
	}
	return out, nil
}

// countNumbers finds how many numbers were ever given, once for a question.
func (sc *scope) countNumbers(ctx context.Context, tx pgx.Tx) error {
	if sc.fresh != nil {
		return nil
	}
	sc.fresh = map[uuid.UUID]int32{}
	return tx.QueryRow(ctx, "SELECT coalesce((SELECT given FROM customer_number_counts WHERE workspace_id = $1), 0)", sc.workspaceID).Scan(&sc.limit)
}

// number is who is known by that number; new people have none yet, and get one for this answer.
func (sc *scope) number(id uuid.UUID, known *int32) int32 {
	if known != nil {
		return *known
	}
	n, ok := sc.fresh[id]
	if !ok {
		n = int32(sc.limit)
		sc.fresh[id] = n
		sc.limit++
		if sc.memberIDs[id] {
			sc.addMember(n)
		}
	}
	return n
}

// packFirsts packs those days of r that are not packed, but the newest, which is about to change: as packDays.
func (s *Store) packFirsts(ctx context.Context, f frame, r analytics.Range) error {
	args := f.days(r)
	args["zone"] = f.timeZone
	rows, err := s.pool.Query(ctx, `
		SELECT days.day FROM (`+firstsSQL+`) days
		WHERE days.day < days.newest AND NOT EXISTS (SELECT FROM newcomer_days n WHERE n.workspace_id = @workspace AND n.day = days.day)`, args)
	if err != nil {
		return err
	}
	missing, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil {
		return err
	}
	return s.packInParts(ctx, missing, func(ctx context.Context, tx pgx.Tx, days []time.Time) error { return packSomeFirsts(ctx, tx, f, days) })
}

// packSomeFirsts packs days of newcomers that are not packed, and gives numbers to whoever has none.
func packSomeFirsts(ctx context.Context, tx pgx.Tx, f frame, days []time.Time) error {
	numbers, err := beginNumbering(ctx, tx, f.workspaceID)
	if err != nil {
		return err
	}
	names := make([]string, len(days))
	for i, d := range days {
		names[i] = d.Format(time.DateOnly)
	}
	came := map[string][]int32{}
	bought, err := readFirsts(ctx, tx, f.workspaceID, names, f.zone, func(day string, id uuid.UUID, known *int32) {
		came[day] = append(came[day], numbers.of(id, known))
	})
	if err != nil {
		return err
	}
	if err := numbers.store(ctx, tx); err != nil {
		return err
	}
	var packed [][]any
	for i, d := range names {
		packed = append(packed, []any{f.workspaceID, days[i], int32(len(came[d])), int32(bought[d]), packNumbers(came[d])})
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"newcomer_days"}, []string{"workspace_id", "day", "came", "bought", "people"}, pgx.CopyFromRows(packed))
	return err
}

func packNumbers(numbers []int32) []byte {
	slices.Sort(numbers)
	out := make([]byte, 0, 2*len(numbers))
	last := int32(-1)
	for _, n := range numbers {
		out = binary.AppendUvarint(out, uint64(n-last))
		last = n
	}
	return out
}

func unpackNumbers(b []byte) ([]int32, error) {
	out := make([]int32, 0, len(b)/2)
	last := int32(-1)
	for len(b) > 0 {
		distance, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, fmt.Errorf("packed numbers end within one")
		}
		last += int32(distance)
		out = append(out, last)
		b = b[n:]
	}
	return out, nil
}
