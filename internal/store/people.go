package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

// What people did on a day, as customer_days has it.
const (
	didVisit = 1 << iota
	didView
	didAdd
	didCheckOut
	didOrder
	didAnything
)

// peopleDay is who did what on one day: each person once.
type peopleDay struct {
	day    string // YYYY-MM-DD
	people []personDid
}

type personDid struct {
	number int32
	did    byte
}

// crowd is who did what on the days of r, oldest first, as one snapshot has it. Numbers are dense enough to index a slice
// of limit elements. Days that are packed are read as they are, and the others from customer_days.
func (sc *scope) crowd(ctx context.Context, tx pgx.Tx, r analytics.Range) (days []peopleDay, limit int, err error) {
	args := sc.args(r)
	packed := map[string][]byte{}
	rows, err := tx.Query(ctx, "SELECT day, people FROM people_days WHERE workspace_id = @workspace AND day >= @from::date AND day < @to::date", args)
	if err != nil {
		return nil, 0, err
	}
	var day time.Time
	var people []byte
	if _, err = pgx.ForEachRow(rows, []any{&day, &people}, func() error { packed[day.Format(time.DateOnly)] = append([]byte{}, people...); return nil }); err != nil {
		return nil, 0, err
	}
	if err := sc.findMembers(ctx, tx, args); err != nil {
		return nil, 0, err
	}
	byDay := map[string][]personDid{}
	for d, p := range packed {
		list, err := unpackPeople(p)
		if err != nil {
			return nil, 0, fmt.Errorf("the people of %s: %w", d, err)
		}
		if sc.segment != nil {
			list = slices.DeleteFunc(list, func(p personDid) bool { return !sc.isMember(p.number) })
		}
		byDay[d] = list
	}

	if err := sc.countNumbers(ctx, tx); err != nil {
		return nil, 0, err
	}
	missing, err := sc.unpacked(ctx, tx, args, packed)
	if err != nil || len(missing) == 0 {
		return inOrder(byDay), sc.limit, err
	}
	args["missing"] = missing
	rows, err = tx.Query(ctx, `SELECT d.day, d.customer_id, n.number, d.did
		FROM customer_days d LEFT JOIN customer_numbers n ON n.workspace_id = @workspace AND n.customer_id = d.customer_id
		WHERE d.workspace_id = @workspace AND d.day = ANY (@missing::date[])`, args)
	if err != nil {
		return nil, 0, err
	}
	var id uuid.UUID
	var number *int32
	var did int16
	if _, err = pgx.ForEachRow(rows, []any{&day, &id, &number, &did}, func() error {
		if sc.segment != nil && !sc.memberIDs[id] {
			return nil
		}
		d := day.Format(time.DateOnly)
		byDay[d] = append(byDay[d], personDid{sc.number(id, number), byte(did)})
		number = nil
		return nil
	}); err != nil {
		return nil, 0, err
	}
	return inOrder(byDay), sc.limit, nil
}

// unpacked are the days of a range that people did something on and that are not packed.
func (sc *scope) unpacked(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs, packed map[string][]byte) (missing []string, err error) {
	rows, err := tx.Query(ctx, "SELECT days.day FROM ("+peopledSQL+") days", args)
	if err != nil {
		return nil, err
	}
	var day time.Time
	_, err = pgx.ForEachRow(rows, []any{&day}, func() error {
		if d := day.Format(time.DateOnly); packed[d] == nil {
			missing = append(missing, d)
		}
		return nil
	})
	return missing, err
}

func inOrder(byDay map[string][]personDid) []peopleDay {
	days := make([]peopleDay, 0, len(byDay))
	for _, d := range slices.Sorted(maps.Keys(byDay)) {
		days = append(days, peopleDay{d, byDay[d]})
	}
	return days
}

// findMembers finds who is of the segment that is asked about, by id and by number, once for a question.
func (sc *scope) findMembers(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) error {
	if sc.segment == nil || sc.memberIDs != nil {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT m.customer_id, n.number
		FROM (`+sc.segment.members+`) m LEFT JOIN customer_numbers n ON n.workspace_id = @workspace AND n.customer_id = m.customer_id`, args)
	if err != nil {
		return err
	}
	sc.memberIDs = map[uuid.UUID]bool{}
	var id uuid.UUID
	var number *int32
	_, err = pgx.ForEachRow(rows, []any{&id, &number}, func() error {
		sc.memberIDs[id] = true
		if number == nil {
			return nil
		}
		sc.addMember(*number)
		number = nil
		return nil
	})
	return err
}

func (sc *scope) addMember(number int32) {
	if n := int(number) + 1; n > len(sc.memberNumbers) {
		sc.memberNumbers = append(sc.memberNumbers, make([]bool, n-len(sc.memberNumbers))...)
	}
	sc.memberNumbers[number] = true
}

// isMember tells whether a person is counted.
func (sc *scope) isMember(number int32) bool {
	return sc.segment == nil || int(number) < len(sc.memberNumbers) && sc.memberNumbers[number]
}

func packPeople(people []personDid) []byte {
	out := make([]byte, 0, 3*len(people))
	last := int32(-1)
	for _, p := range people {
		out = append(binary.AppendUvarint(out, uint64(p.number-last)), p.did)
		last = p.number
	}
	return out
}

func unpackPeople(b []byte) ([]personDid, error) {
	out := make([]personDid, 0, len(b)/2)
	last := int32(-1)
	for len(b) > 0 {
		distance, n := binary.Uvarint(b)
		if n <= 0 || n >= len(b) {
			return nil, fmt.Errorf("packed people end within a person")
		}
		last += int32(distance)
		out = append(out, personDid{last, b[n]})
		b = b[n+1:]
	}
	return out, nil
}

// packDays packs those days of r that are not packed, but the newest, which is about to change. It changes no figure and is
// safe at any time; where others work on the workspace's days for long it leaves the rest for another time.
func (s *Store) packDays(ctx context.Context, f frame, r analytics.Range) error {
	rows, err := s.pool.Query(ctx, `
		SELECT days.day FROM (`+peopledSQL+`) days
		WHERE days.day < days.newest AND NOT EXISTS (SELECT FROM people_days p WHERE p.workspace_id = @workspace AND p.day = days.day)`, f.days(r))
	if err != nil {
		return err
	}
	missing, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil {
		return err
	}
	return s.packInParts(ctx, missing, func(ctx context.Context, tx pgx.Tx, days []time.Time) error {
		return packSome(ctx, tx, f.workspaceID, days)
	})
}

// packInParts packs a few days in each transaction, and leaves the rest where others work on them for long.
func (s *Store) packInParts(ctx context.Context, missing []time.Time, pack func(ctx context.Context, tx pgx.Tx, days []time.Time) error) error {
	for days := range slices.Chunk(missing, packedAtOnce) {
		err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error { return pack(ctx, tx, days) })
		var pg *pgconn.PgError
		if errors.As(err, &pg) && (pg.Code == lockNotAvailable || pg.Code == uniqueViolation) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// packedAtOnce is how many days are packed in one transaction: who changes days waits for it.
const packedAtOnce = 10

// numbering gives numbers to people who have none.
type numbering struct {
	workspaceID   uuid.UUID
	before, given int32
	fresh         map[uuid.UUID]int32
	rows          [][]any
}

// beginNumbering holds the workspace's days alone to the end of tx.
func beginNumbering(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID) (*numbering, error) {
	if _, err := tx.Exec(ctx, "SET LOCAL jit = off; SET LOCAL work_mem = '64MB'; SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL lock_timeout = '500ms'"); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(people_days_lock($1))", workspaceID); err != nil {
		return nil, err
	}
	n := &numbering{workspaceID: workspaceID, fresh: map[uuid.UUID]int32{}}
	err := tx.QueryRow(ctx, "SELECT coalesce((SELECT given FROM customer_number_counts WHERE workspace_id = $1), 0)", workspaceID).Scan(&n.given)
	n.before = n.given
	return n, err
}

// of is a person's number: the one that is known, or a new one.
func (n *numbering) of(id uuid.UUID, known *int32) int32 {
	if known != nil {
		return *known
	}
	number, ok := n.fresh[id]
	if !ok {
		number = n.given
		n.given++
		n.fresh[id] = number
		n.rows = append(n.rows, []any{n.workspaceID, id, number})
	}
	return number
}

// store keeps the new numbers.
func (n *numbering) store(ctx context.Context, tx pgx.Tx) error {
	if n.given == n.before {
		return nil
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"customer_numbers"}, []string{"workspace_id", "customer_id", "number"}, pgx.CopyFromRows(n.rows)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO customer_number_counts (workspace_id, given) VALUES ($1, $2)
		ON CONFLICT (workspace_id) DO UPDATE SET given = excluded.given`, n.workspaceID, n.given)
	return err
}

// packSome packs days that are not packed, and gives numbers to whoever has none.
func packSome(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, days []time.Time) error {
	numbers, err := beginNumbering(ctx, tx, workspaceID)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT d.day, d.customer_id, n.number, d.did
		FROM customer_days d LEFT JOIN customer_numbers n ON n.workspace_id = @workspace AND n.customer_id = d.customer_id
		WHERE d.workspace_id = @workspace AND d.day = ANY (@days::date[])`, pgx.NamedArgs{"workspace": workspaceID, "days": days})
	if err != nil {
		return err
	}
	byDay := map[time.Time][]personDid{}
	var day time.Time
	var id uuid.UUID
	var number *int32
	var did int16
	if _, err := pgx.ForEachRow(rows, []any{&day, &id, &number, &did}, func() error {
		byDay[day] = append(byDay[day], personDid{numbers.of(id, number), byte(did)})
		number = nil
		return nil
	}); err != nil {
		return err
	}
	if err := numbers.store(ctx, tx); err != nil {
		return err
	}
	var packed [][]any
	for _, d := range days {
		people := byDay[d]
		slices.SortFunc(people, func(a, b personDid) int { return int(a.number - b.number) })
		packed = append(packed, []any{workspaceID, d, packPeople(people)})
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"people_days"}, []string{"workspace_id", "day", "people"}, pgx.CopyFromRows(packed))
	return err
}

// What Postgres says of a lock that was not to be had in time, and of a day that another has packed meanwhile.
const (
	lockNotAvailable = "55P03"
	uniqueViolation  = "23505"
)

// peopledSQL is the days of a range from the first to the newest on which anybody did anything.
const peopledSQL = `
		SELECT s.day::date AS day, b.newest
		FROM (
			SELECT (SELECT day FROM customer_days WHERE workspace_id = @workspace ORDER BY day LIMIT 1) AS oldest,
				(SELECT day FROM customer_days WHERE workspace_id = @workspace ORDER BY day DESC LIMIT 1) AS newest
		) b, generate_series(greatest(@from::date, b.oldest)::timestamp, least(@to::date - 1, b.newest)::timestamp, '1 day') AS s (day)
		WHERE b.oldest IS NOT NULL`
