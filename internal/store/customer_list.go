package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/segment"
)

// neverSeen stands for when somebody was seen who never did anything: they come last in a list.
var neverSeen = time.UnixMicro(-1).UTC()

const seenSQL = `SELECT ` + personSQL + `
	FROM customer_features f JOIN customers c ON c.workspace_id = f.workspace_id AND c.id = f.customer_id
	WHERE f.workspace_id = @workspace AND (f.last_seen_at, f.customer_id) < (@at, @id)
	ORDER BY f.last_seen_at DESC, f.customer_id DESC LIMIT @limit`

const neverSeenSQL = `SELECT ` + personSQL + `
	FROM customers c LEFT JOIN customer_features f ON f.workspace_id = c.workspace_id AND f.customer_id = c.id
	WHERE c.workspace_id = @workspace AND c.id < @id AND f.customer_id IS NULL
	ORDER BY c.id DESC LIMIT @limit`

// matchesSQL is each way of finding somebody up, by its index. Who is found in several ways comes several times.
const matchesSQL = `SELECT id FROM customers WHERE workspace_id = @workspace AND email IS NOT NULL AND lower(email) LIKE lower(@like)
		UNION ALL SELECT id FROM customers WHERE workspace_id = @workspace AND coalesce(first_name, last_name) IS NOT NULL
			AND lower(btrim(coalesce(first_name, '') || ' ' || coalesce(last_name, ''))) LIKE lower(@like)
		UNION ALL SELECT id FROM customers WHERE workspace_id = @workspace AND last_name IS NOT NULL AND lower(last_name) LIKE lower(@like)
		UNION ALL SELECT id FROM customers WHERE workspace_id = @workspace AND external_id IS NOT NULL AND lower(external_id) LIKE lower(@like)
		UNION ALL SELECT id FROM customers WHERE workspace_id = @workspace AND phone IS NOT NULL AND phone LIKE @phone
		UNION ALL SELECT customer_id FROM identities WHERE workspace_id = @workspace AND kind IN (1, 2, 3) AND value IN (@text, lower(@text), @number)
		UNION ALL SELECT id FROM customers WHERE workspace_id = @workspace AND id = @customer
		UNION ALL SELECT customer_id FROM merged_customers WHERE workspace_id = @workspace AND id = @customer`

// manyMatches is from how many on those who match are not sorted: they are so many that the first of all customers, in the
// order of the list, soon make a page.
const manyMatches = 1000

// foundSQL sorts who was found.
const foundSQL = `SELECT ` + personSQL + `
	FROM (SELECT DISTINCT id FROM unnest(@ids::uuid[]) AS u (id)) found JOIN customers c ON c.workspace_id = @workspace AND c.id = found.id
		LEFT JOIN customer_features f ON f.workspace_id = @workspace AND f.customer_id = found.id
	WHERE (coalesce(f.last_seen_at, @never), c.id) < (@at, @id) AND ` + inSegmentSQL + `
	ORDER BY coalesce(f.last_seen_at, @never) DESC, c.id DESC LIMIT @limit`

const inSegmentSQL = `(@segment::uuid IS NULL OR EXISTS (
		SELECT FROM segment_members m WHERE m.workspace_id = @workspace AND m.segment_id = @segment AND m.customer_id = c.id))`

// isFoundSQL tells whether a customer c is one of matchesSQL's.
const isFoundSQL = ` AND (lower(c.email) LIKE lower(@like) OR lower(btrim(coalesce(c.first_name, '') || ' ' || coalesce(c.last_name, ''))) LIKE lower(@like)
		OR lower(c.last_name) LIKE lower(@like) OR lower(c.external_id) LIKE lower(@like) OR c.phone LIKE @phone OR c.id = ANY (@exactly)) AND ` + inSegmentSQL + `
	ORDER BY `

const exactlySQL = `SELECT customer_id FROM identities WHERE workspace_id = @workspace AND kind IN (1, 2, 3) AND value IN (@text, lower(@text), @number)
	UNION SELECT @customer UNION SELECT customer_id FROM merged_customers WHERE workspace_id = @workspace AND id = @customer`

// ListCustomers answers a page of the workspace's customers, who was seen last first, and who never did anything at the end.
// The members of a segment come in the order of SegmentMembers, unless a text is looked for among them.
func (s *Store) ListCustomers(ctx context.Context, workspaceID uuid.UUID, q customer.Query, limit int, after string) ([]segment.Person, string, error) {
	if q.SegmentID != nil && q.Text == "" {
		return s.SegmentMembers(ctx, workspaceID, *q.SegmentID, limit, after)
	}
	from, err := parseCursor(after)
	if err != nil {
		return nil, "", err
	}
	args := pgx.NamedArgs{"workspace": workspaceID, "at": from.at, "id": from.id, "limit": limit + 1}
	var list []segment.Person
	if q.Text != "" {
		list, err = s.findCustomers(ctx, q, from.at.After(neverSeen), limit, args)
	} else {
		list, err = customersSeen(ctx, s.pool, "", from.at.After(neverSeen), limit, args)
	}
	if err != nil {
		return nil, "", failed(err, "listing customers")
	}
	list, next := page(list, limit, func(p segment.Person) (time.Time, uuid.UUID) {
		if p.LastSeenAt == nil {
			return neverSeen, p.ID
		}
		return *p.LastSeenAt, p.ID
	})
	return list, next, nil
}

// customersSeen goes on with who never did anything once no other is left. which narrows it down to some of them.
func customersSeen(ctx context.Context, q querier, which string, seen bool, limit int, args pgx.NamedArgs) (list []segment.Person, err error) {
	if seen {
		rows, err := q.Query(ctx, narrowed(seenSQL, which), args)
		if err != nil {
			return nil, err
		}
		if list, err = pgx.CollectRows(rows, scanPerson); err != nil || len(list) > limit {
			return list, err
		}
		args["id"], args["limit"] = uuid.Max, limit+1-len(list)
	}
	rows, err := q.Query(ctx, narrowed(neverSeenSQL, which), args)
	if err != nil {
		return nil, err
	}
	rest, err := pgx.CollectRows(rows, scanPerson)
	return append(list, rest...), err
}

// narrowed adds conditions before a statement's order.
func narrowed(sql, which string) string {
	if which == "" {
		return sql
	}
	return strings.Replace(sql, "\n\tORDER BY ", which, 1)
}

func (s *Store) findCustomers(ctx context.Context, q customer.Query, seen bool, limit int, args pgx.NamedArgs) (list []segment.Person, err error) {
	if q.SegmentID != nil {
		if _, err := s.FindSegment(ctx, args["workspace"].(uuid.UUID), *q.SegmentID); err != nil {
			return nil, err
		}
	}
	number := phoneDigits(q.Text)
	args["text"], args["like"], args["number"], args["phone"] = q.Text, likePrefix(q.Text), number, likePrefix(number)
	args["never"], args["segment"] = neverSeen, q.SegmentID
	if number == "" {
		args["phone"] = "" // which no number is
	}
	id, err := uuid.Parse(q.Text)
	if err != nil {
		id = uuid.Nil
	}
	args["customer"] = id
	err = s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		// How a text begins is looked up by index only where the plan knows the text.
		if _, err := tx.Exec(ctx, "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true)"); err != nil {
			return err
		}
		args["most"] = manyMatches + 1
		rows, err := tx.Query(ctx, "SELECT id FROM ("+matchesSQL+") found LIMIT @most", args)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return err
		}
		if len(ids) > manyMatches {
			list, err = findMany(ctx, tx, seen, limit, args)
			return err
		}
		args["ids"] = ids
		if rows, err = tx.Query(ctx, foundSQL, args); err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, scanPerson)
		return err
	})
	return list, err
}

// findMany walks over customers in the order of the list until those who match make a page.
func findMany(ctx context.Context, tx pgx.Tx, seen bool, limit int, args pgx.NamedArgs) ([]segment.Person, error) {
	rows, err := tx.Query(ctx, exactlySQL, args)
	if err != nil {
		return nil, err
	}
	if args["exactly"], err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID]); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, "SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_sort', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_seqscan']) AS s (name)"); err != nil {
		return nil, err
	}
	return customersSeen(ctx, tx, isFoundSQL, seen, limit, args)
}

func scanPerson(row pgx.CollectableRow) (p segment.Person, err error) {
	err = row.Scan(person(&p)...)
	return p, err
}

// likePrefix is the pattern of texts that begin so.
func likePrefix(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) + "%"
}

// phoneDigits is how a number in E.164 begins that is written so; "" for what is no number with its country's code.
func phoneDigits(s string) string {
	digits := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", "/", "", ".", "").Replace(s)
	digits, plus := strings.CutPrefix(digits, "+")
	if !plus {
		digits, _ = strings.CutPrefix(digits, "00")
	}
	if digits == "" || strings.Trim(digits, "0123456789") != "" || digits[0] == '0' {
		return ""
	}
	return fmt.Sprintf("+%s", digits)
}
