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
	members, err := sc.members(ctx, tx, args)
	if err != nil {
		return nil, 0, err
	}
	byDay := map[string][]personDid{}
	for d, p := range packed {
		list, err := unpackPeople(p)
		if err != nil {
			return nil, 0, fmt.Errorf("the people of %s: %w", d, err)
		}
		if members != nil {
			list = slices.DeleteFunc(list, func(p personDid) bool { return int(p.number) >= len(members) || !members[p.number] })
		}
		byDay[d] = list
	}

	// New people have no number yet, and get one for this answer.
	if err := tx.QueryRow(ctx, "SELECT coalesce((SELECT given FROM customer_number_counts WHERE workspace_id = @workspace), 0)", args).Scan(&limit); err != nil {
		return nil, 0, err
	}
	fresh := map[uuid.UUID]int32{}
	missing, err := sc.unpacked(ctx, tx, args, packed)
	if err != nil || len(missing) == 0 {
		return inOrder(byDay), limit, err
	}
	args["missing"] = missing
	rows, err = tx.Query(ctx, `SELECT d.day, d.customer_id, n.number, d.did
		FROM customer_days d LEFT JOIN customer_numbers n ON n.workspace_id = @workspace AND n.customer_id = d.customer_id
		WHERE d.workspace_id = @workspace AND d.day = ANY (@missing::date[]) AND `+sc.only("d.customer_id"), args)
	if err != nil {
		return nil, 0, err
	}
	var id uuid.UUID
	var number *int32
	var did int16
	if _, err = pgx.ForEachRow(rows, []any{&day, &id, &number, &did}, func() error {
		if number == nil {
			n, known := fresh[id]
			if !known {
				n = int32(limit)
				fresh[id] = n
				limit++
			}
			number = &n
		}
		d := day.Format(time.DateOnly)
		byDay[d] = append(byDay[d], personDid{*number, byte(did)})
		number = nil
		return nil
	}); err != nil {
		return nil, 0, err
	}
	return inOrder(byDay), limit, nil
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

// members tells for each number whether they are of the segment that is asked about; nil where everyone is.
func (sc *scope) members(ctx context.Context, tx pgx.Tx, args pgx.NamedArgs) ([]bool, error) {
	if sc.segment == nil {
		return nil, nil
	}
	rows, err := tx.Query(ctx, "SELECT n.number FROM customer_numbers n WHERE n.workspace_id = @workspace AND "+sc.only("n.customer_id"), args)
	if err != nil {
		return nil, err
	}
	members := []bool{}
	var number int32
	_, err = pgx.ForEachRow(rows, []any{&number}, func() error {
		if n := int(number) + 1; n > len(members) {
			members = append(members, make([]bool, n-len(members))...)
		}
		members[number] = true
		return nil
	})
	return members, err
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
// safe at any time; where others work on the workspace's days for long it does nothing.
func (s *Store) packDays(ctx context.Context, f frame, r analytics.Range) error {
	const missing = `
		SELECT days.day FROM (` + peopledSQL + `) days
		WHERE days.day < days.newest AND NOT EXISTS (SELECT FROM people_days p WHERE p.workspace_id = @workspace AND p.day = days.day)`
	args := f.days(r)
	var some bool
	if err := s.pool.QueryRow(ctx, "SELECT EXISTS ("+missing+")", args).Scan(&some); err != nil || !some {
		return err
	}
	err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL jit = off; SET LOCAL lock_timeout = '500ms'"); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(people_days_lock(@workspace))", args); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `WITH numbered AS (
				INSERT INTO customer_numbers (workspace_id, customer_id, number)
				SELECT @workspace, customer_id, coalesce((SELECT given FROM customer_number_counts WHERE workspace_id = @workspace), 0) - 1 + row_number() OVER (ORDER BY customer_id)
				FROM (
					SELECT DISTINCT d.customer_id FROM (`+missing+`) m JOIN customer_days d ON d.workspace_id = @workspace AND d.day = m.day
					WHERE NOT EXISTS (SELECT FROM customer_numbers n WHERE n.workspace_id = @workspace AND n.customer_id = d.customer_id)
				) fresh
				RETURNING number
			)
			INSERT INTO customer_number_counts AS c (workspace_id, given) SELECT @workspace, count(*) FROM numbered
			ON CONFLICT (workspace_id) DO UPDATE SET given = c.given + excluded.given`, args); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT m.day, n.number, d.did
			FROM (`+missing+`) m LEFT JOIN customer_days d ON d.workspace_id = @workspace AND d.day = m.day
				LEFT JOIN customer_numbers n ON n.workspace_id = @workspace AND n.customer_id = d.customer_id
			ORDER BY m.day, n.number`, args)
		if err != nil {
			return err
		}
		var packed [][]any
		var people []personDid
		var day, current time.Time
		flush := func() {
			if !current.IsZero() {
				packed = append(packed, []any{f.workspaceID, current, packPeople(people)})
			}
			people = people[:0]
		}
		var number *int32
		var did *int16
		if _, err := pgx.ForEachRow(rows, []any{&day, &number, &did}, func() error {
			if !day.Equal(current) {
				flush()
				current = day
			}
			if number != nil && did != nil {
				people = append(people, personDid{*number, byte(*did)})
			}
			return nil
		}); err != nil {
			return err
		}
		flush()
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"people_days"}, []string{"workspace_id", "day", "people"}, pgx.CopyFromRows(packed))
		return err
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == lockNotAvailable {
		return nil
	}
	return err
}

const lockNotAvailable = "55P03"

// peopledSQL is the days of a range from the first to the newest on which anybody did anything.
const peopledSQL = `
		SELECT s.day::date AS day, b.newest
		FROM (
			SELECT (SELECT day FROM customer_days WHERE workspace_id = @workspace ORDER BY day LIMIT 1) AS oldest,
				(SELECT day FROM customer_days WHERE workspace_id = @workspace ORDER BY day DESC LIMIT 1) AS newest
		) b, generate_series(greatest(@from::date, b.oldest)::timestamp, least(@to::date - 1, b.newest)::timestamp, '1 day') AS s (day)
		WHERE b.oldest IS NOT NULL`
