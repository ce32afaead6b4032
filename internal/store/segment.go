package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/segment"
)

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

const segmentColumns = "s.id, s.name, s.description, s.rule, s.created_at, s.updated_at"

func scanSegment(row pgx.CollectableRow) (s segment.Segment, err error) {
	var rule []byte
	if err := row.Scan(&s.ID, &s.Name, &s.Description, &rule, &s.CreatedAt, &s.UpdatedAt); err != nil {
		return s, err
	}
	if s.Rule, err = segment.Parse(rule); err != nil {
		return s, fmt.Errorf("rule of segment %s: %w", s.ID, err)
	}
	s.CreatedAt, s.UpdatedAt = s.CreatedAt.UTC(), s.UpdatedAt.UTC()
	return s, nil
}

// book is every segment of a workspace: what a rule may refer to, and how that is called.
type book struct {
	frame
	own   []segment.Segment // oldest first
	rules map[uuid.UUID]segment.Rule
	names map[uuid.UUID]string
}

// readBook reads the workspace's segments, their rules alone.
func readBook(ctx context.Context, q querier, workspaceID uuid.UUID) (book, error) {
	f, _, err := readFrame(ctx, q, workspaceID)
	if err != nil {
		return book{}, err
	}
	b := book{frame: f, rules: segment.WithStandards(workspaceID, map[uuid.UUID]segment.Rule{}), names: map[uuid.UUID]string{}}
	for _, s := range segment.Standards {
		b.names[segment.ID(workspaceID, s.Key)] = s.Name
	}
	rows, err := q.Query(ctx, "SELECT "+segmentColumns+" FROM segments s WHERE s.workspace_id = $1 ORDER BY s.created_at, s.id", workspaceID)
	if err != nil {
		return book{}, err
	}
	if b.own, err = pgx.CollectRows(rows, scanSegment); err != nil {
		return book{}, err
	}
	for _, s := range b.own {
		b.rules[s.ID], b.names[s.ID] = s.Rule, s.Name
	}
	return b, nil
}

func (b book) compile(now time.Time) segment.CompileConfig {
	return segment.CompileConfig{Now: now, Zone: b.zone, Rules: b.rules}
}

func (b book) words(r segment.Rule) string { return r.Words(b.names, b.currency, b.zone) }

// standards are the workspace's standard segments. They are as old as the workspace.
func (b book) standards() []segment.Segment {
	list := make([]segment.Segment, len(segment.Standards))
	for i, s := range segment.Standards {
		list[i] = segment.Segment{
			ID: segment.ID(b.workspaceID, s.Key), Name: s.Name, Standard: true, Rule: s.Rule, Criteria: s.Criteria,
			CreatedAt: b.since, UpdatedAt: b.since,
		}
	}
	return list
}

// DescribeRule is a rule in words, or *segment.Faults where it refers to segments that are not there.
func (s *Store) DescribeRule(ctx context.Context, workspaceID uuid.UUID, rule segment.Rule) (string, error) {
	b, err := readBook(ctx, s.pool, workspaceID)
	if err != nil {
		return "", err
	}
	return b.words(rule), segment.CheckReferences(uuid.Nil, rule, b.rules)
}

// Locale is the workspace's time zone and currency.
func (s *Store) Locale(ctx context.Context, workspaceID uuid.UUID) (*time.Location, string, error) {
	f, _, err := readFrame(ctx, s.pool, workspaceID)
	return f.zone, f.currency, err
}

// maxSegments is how many segments of its own a workspace may have: all of them are counted after each ingestion.
const maxSegments = 200

// ListSegments is the standard segments, and then the workspace's own, newest first.
func (s *Store) ListSegments(ctx context.Context, workspaceID uuid.UUID, limit int, after string) ([]segment.Segment, string, error) {
	from, err := parseCursor(after)
	if err != nil {
		return nil, "", err
	}
	b, err := readBook(ctx, s.pool, workspaceID)
	if err != nil {
		return nil, "", err
	}
	// The standard ones stand before every time that is one.
	place := func(i int) (time.Time, uuid.UUID) { return firstPage.at.Add(-time.Duration(i+1) * time.Hour), uuid.Max }
	places := map[uuid.UUID]time.Time{}
	var list []segment.Segment
	for i, one := range b.standards() {
		at, _ := place(i)
		places[one.ID] = at
		if at.Before(from.at) {
			list = append(list, one)
		}
	}
	for i := len(b.own) - 1; i >= 0; i-- {
		one := b.own[i]
		if one.CreatedAt.Before(from.at) || one.CreatedAt.Equal(from.at) && strings.Compare(one.ID.String(), from.id.String()) < 0 {
			one.Criteria = b.words(one.Rule)
			list = append(list, one)
		}
	}
	if len(list) > limit+1 {
		list = list[:limit+1]
	}
	list, next := page(list, limit, func(one segment.Segment) (time.Time, uuid.UUID) {
		if at, standard := places[one.ID]; standard {
			return at, uuid.Max
		}
		return one.CreatedAt, one.ID
	})
	return list, next, s.addCounts(ctx, workspaceID, list)
}

// FindSegment is one segment of the workspace.
func (s *Store) FindSegment(ctx context.Context, workspaceID, id uuid.UUID) (segment.Segment, error) {
	b, err := readBook(ctx, s.pool, workspaceID)
	if err != nil {
		return segment.Segment{}, err
	}
	for _, one := range append(b.standards(), b.own...) {
		if one.ID == id {
			if !one.Standard {
				one.Criteria = b.words(one.Rule)
			}
			list := []segment.Segment{one}
			err := s.addCounts(ctx, workspaceID, list)
			return list[0], err
		}
	}
	return segment.Segment{}, apperr.NoSuch("segment")
}

// addCounts adds the sizes that were counted.
func (s *Store) addCounts(ctx context.Context, workspaceID uuid.UUID, list []segment.Segment) error {
	ids := make([]uuid.UUID, len(list))
	at := map[uuid.UUID]*segment.Segment{}
	for i := range list {
		ids[i], at[list[i].ID], list[i].History = list[i].ID, &list[i], []segment.Point{}
	}
	rows, err := s.pool.Query(ctx, "SELECT segment_id, at, customers FROM segment_counts WHERE workspace_id = $1 AND segment_id = ANY ($2) ORDER BY segment_id, hour", workspaceID, ids)
	if err != nil {
		return err
	}
	var id uuid.UUID
	var p segment.Point
	_, err = pgx.ForEachRow(rows, []any{&id, &p.At, &p.Count}, func() error {
		one, count, when := at[id], p.Count, p.At.UTC()
		one.History = append(one.History, segment.Point{At: when, Count: count})
		one.Count, one.CountedAt = &count, &when
		return nil
	})
	return err
}

// SaveSegment creates or replaces a segment by its id and counts it, in one transaction. What it refers to is checked while
// no other segment of the workspace can change.
func (s *Store) SaveSegment(ctx context.Context, workspaceID uuid.UUID, one segment.Segment, now time.Time) (segment.Segment, error) {
	if _, err := s.frameOf(ctx, workspaceID); err != nil {
		return one, err
	}
	rule, err := json.Marshal(one.Rule)
	if err != nil {
		return one, fmt.Errorf("rule of a segment: %w", err)
	}
	err = s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockSegments(ctx, tx, workspaceID); err != nil {
			return err
		}
		b, err := readBook(ctx, tx, workspaceID)
		if err != nil {
			return err
		}
		if _, there := b.rules[one.ID]; !there && len(b.own) >= maxSegments {
			return apperr.New(apperr.Conflict, "too_many_segments", "A workspace has at most %d segments of its own. Delete one that is no longer used.", maxSegments)
		}
		if err := segment.CheckReferences(one.ID, one.Rule, b.rules); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO segments (workspace_id, id, name, description, rule, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (workspace_id, id) DO UPDATE SET name = excluded.name, description = excluded.description, rule = excluded.rule, updated_at = excluded.updated_at`,
			workspaceID, one.ID, one.Name, one.Description, string(rule), one.CreatedAt, one.UpdatedAt)
		if violates(err, "segments_name_key") {
			return apperr.New(apperr.Conflict, "name_taken", "There is a segment %q already.", one.Name).WithField("body.name", "give a name that no other segment has", one.Name)
		}
		if err != nil {
			return err
		}
		b.rules[one.ID] = one.Rule
		_, err = countSegments(ctx, tx, b, []uuid.UUID{one.ID}, now)
		return err
	})
	if err != nil {
		return one, failed(err, "saving a segment")
	}
	return s.FindSegment(ctx, workspaceID, one.ID)
}

// DeleteSegment removes a segment with its members and history. One that others refer to stays: Conflict names them.
func (s *Store) DeleteSegment(ctx context.Context, workspaceID, id uuid.UUID) error {
	err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockSegments(ctx, tx, workspaceID); err != nil {
			return err
		}
		b, err := readBook(ctx, tx, workspaceID)
		if err != nil {
			return err
		}
		var used []string
		for _, other := range b.own {
			for _, refers := range other.Rule.Refers() {
				if refers == id && other.ID != id {
					used = append(used, fmt.Sprintf("%q", other.Name))
				}
			}
		}
		if len(used) > 0 {
			return apperr.New(apperr.Conflict, "segment_in_use", "Other segments refer to this one: %s. Change or delete them first.", strings.Join(used, ", "))
		}
		tag, err := tx.Exec(ctx, "DELETE FROM segments WHERE workspace_id = $1 AND id = $2", workspaceID, id)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return apperr.NoSuch("segment")
		}
		for _, table := range []string{"segment_members", "segment_changes", "segment_counts"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE workspace_id = $1 AND segment_id = $2", workspaceID, id); err != nil {
				return err
			}
		}
		return nil
	})
	return failed(err, "deleting a segment")
}

// personSQL is a customer c with features f, if any, as a list of people shows them.
const personSQL = `c.id, trim(coalesce(c.first_name, '') || ' ' || coalesce(c.last_name, '')), coalesce(c.email, ''), coalesce(c.city, ''), coalesce(c.country, ''),
		coalesce(f.orders, 0)::bigint, coalesce(f.revenue, 0), f.last_seen_at, ` + reachedBySQL

func person(p *segment.Person) []any {
	return []any{&p.ID, &p.Name, &p.Email, &p.City, &p.Country, &p.Orders, &p.Revenue, &p.LastSeenAt, &p.Channels}
}

// SegmentMembers is who belonged at the last count and is still there, those who joined last first.
func (s *Store) SegmentMembers(ctx context.Context, workspaceID, id uuid.UUID, limit int, after string) ([]segment.Person, string, error) {
	from, err := parseCursor(after)
	if err != nil {
		return nil, "", err
	}
	if _, err := s.FindSegment(ctx, workspaceID, id); err != nil {
		return nil, "", err
	}
	rows, err := s.pool.Query(ctx, `SELECT `+personSQL+`, m.since
		FROM segment_members m JOIN customers c ON c.workspace_id = m.workspace_id AND c.id = m.customer_id
			LEFT JOIN customer_features f ON f.workspace_id = m.workspace_id AND f.customer_id = m.customer_id
		WHERE m.workspace_id = @workspace AND m.segment_id = @segment AND (m.since, m.customer_id) < (@at, @id)
		ORDER BY m.since DESC, m.customer_id DESC LIMIT @limit`,
		pgx.NamedArgs{"workspace": workspaceID, "segment": id, "at": from.at, "id": from.id, "limit": limit + 1})
	if err != nil {
		return nil, "", err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p segment.Person, err error) {
		err = row.Scan(append(person(&p), &p.Since)...)
		return p, err
	})
	if err != nil {
		return nil, "", fmt.Errorf("listing a segment's customers: %w", err)
	}
	list, next := page(list, limit, func(p segment.Person) (time.Time, uuid.UUID) { return *p.Since, p.ID })
	return list, next, nil
}

const previewSQL = `members AS MATERIALIZED (
	SELECT c.id AS customer_id FROM %s
	WHERE c.workspace_id = @workspace AND (%s)
)
SELECT (SELECT count(*) FROM members) AS customers, p.*
FROM (SELECT customer_id FROM members ORDER BY customer_id DESC LIMIT @sample) m CROSS JOIN LATERAL (
	SELECT ` + personSQL + `
	FROM customers c LEFT JOIN LATERAL (
		SELECT * FROM customer_features f WHERE f.workspace_id = @workspace AND f.customer_id = c.id LIMIT 1
	) f ON true
	WHERE c.workspace_id = @workspace AND c.id = m.customer_id LIMIT 1
) p
ORDER BY m.customer_id DESC`

// PreviewSegment counts who a rule has at that moment, and shows some of them. It answers *segment.Faults for a rule that
// cannot be.
func (s *Store) PreviewSegment(ctx context.Context, workspaceID uuid.UUID, rule segment.Rule, now time.Time) (segment.Preview, error) {
	begin := time.Now()
	out := segment.Preview{Sample: []segment.Person{}}
	err := s.inSnapshot(ctx, workspaceID, func(ctx context.Context, tx pgx.Tx, f frame) error {
		b, err := readBook(ctx, tx, workspaceID)
		if err != nil {
			return err
		}
		if err := segment.CheckReferences(uuid.Nil, rule, b.rules); err != nil {
			return err
		}
		out.Currency, out.Criteria = f.currency, b.words(rule)
		c := segment.NewCompiler(b.compile(now))
		predicate, err := c.Predicate(rule)
		if err != nil {
			return err
		}
		args := pgx.NamedArgs(c.Args())
		args["workspace"], args["sample"] = workspaceID, segment.SampleSize
		sql := "WITH " + strings.Join(append(c.CTEs(), fmt.Sprintf(previewSQL, c.From(), predicate)), ",\n")
		out.Query = readable(sql, args)
		if _, err := tx.Exec(ctx, forSegments); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sql, args)
		if err != nil {
			return err
		}
		var p segment.Person
		_, err = pgx.ForEachRow(rows, append([]any{&out.Count}, person(&p)...), func() error {
			out.Sample = append(out.Sample, p)
			p = segment.Person{}
			return nil
		})
		return err
	})
	out.Took = time.Since(begin)
	return out, failed(err, "previewing a segment")
}

// forSegments has a rule planned for its values, in memory, and with hash joins: Postgres cannot know how many a part of a
// rule will find, and looking these up one by one is far slower where it guesses too few. What is meant to be looked up one
// by one says so by LATERAL … LIMIT.
const forSegments = `SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true), set_config('plan_cache_mode', 'force_custom_plan', true),
	set_config('enable_nestloop', 'off', true), set_config('enable_mergejoin', 'off', true)`
