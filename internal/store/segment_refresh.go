package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/segment"
)

// lockSegments lets one transaction at a time change or count a workspace's segments; it is held to the end of tx.
func lockSegments(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID) error {
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended('pulsehub.segments:' || $1::text, 0))", workspaceID.String()); err != nil {
		return fmt.Errorf("waiting for other work on this workspace's segments: %w", err)
	}
	return nil
}

// countSQL finds who belongs to a segment now, and writes what is different from the last count: one statement, whose cost is
// that of the rule and of the difference. A first count has no history: these people were there before.
const countSQL = `found AS MATERIALIZED (
	SELECT c.id AS customer_id FROM %s
	WHERE c.workspace_id = @workspace AND (%s)
), counted AS (
	SELECT EXISTS (SELECT FROM segment_counts WHERE workspace_id = @workspace AND segment_id = @segment) AS before
), gone AS (
	DELETE FROM segment_members m WHERE m.workspace_id = @workspace AND m.segment_id = @segment
		AND NOT EXISTS (SELECT FROM found n WHERE n.customer_id = m.customer_id)
	RETURNING m.customer_id
), joined AS (
	INSERT INTO segment_members (workspace_id, segment_id, customer_id, since)
	SELECT @workspace, @segment, n.customer_id, @now FROM found n
	WHERE NOT EXISTS (SELECT FROM segment_members m WHERE m.workspace_id = @workspace AND m.segment_id = @segment AND m.customer_id = n.customer_id)
	RETURNING customer_id
), changes AS (
	INSERT INTO segment_changes (workspace_id, customer_id, segment_id, at, joined)
	SELECT @workspace, customer_id, @segment, @now, true FROM joined, counted WHERE before
	UNION ALL
	SELECT @workspace, customer_id, @segment, @now, false FROM gone
	ON CONFLICT (workspace_id, customer_id, segment_id, at) DO NOTHING
), counts AS (
	INSERT INTO segment_counts (workspace_id, segment_id, hour, at, customers, data_version)
	SELECT @workspace, @segment, date_trunc('hour', @now::timestamptz), @now, count(*), @version FROM found
	ON CONFLICT (workspace_id, segment_id, hour) DO UPDATE SET at = excluded.at, customers = excluded.customers, data_version = excluded.data_version
)
SELECT (SELECT count(*) FROM found), (SELECT count(*) FROM joined), (SELECT count(*) FROM gone)`

// countSegments counts these segments within tx, which holds lockSegments: all of them in one round trip.
func countSegments(ctx context.Context, tx pgx.Tx, b book, ids []uuid.UUID, now time.Time) ([]segment.Counts, error) {
	now = now.UTC().Truncate(time.Microsecond)
	batch := &pgx.Batch{}
	batch.Queue(forSegments)
	out := make([]segment.Counts, len(ids))
	for i, id := range ids {
		c := segment.NewCompiler(b.compile(now))
		predicate, err := c.Predicate(b.rules[id])
		if err != nil {
			return nil, fmt.Errorf("segment %s: %w", id, err)
		}
		args := pgx.NamedArgs(c.Args())
		args["workspace"], args["segment"], args["now"], args["version"] = b.workspaceID, id, now, b.version
		sql := "WITH " + strings.Join(append(c.CTEs(), fmt.Sprintf(countSQL, c.From(), predicate)), ",\n")
		out[i].SegmentID = id
		batch.Queue(sql, args).QueryRow(func(row pgx.Row) error {
			return row.Scan(&out[i].Customers, &out[i].Joined, &out[i].Left)
		})
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("counting segments: %w", err)
	}
	return out, nil
}

// RefreshSegments finds the members of every segment of the workspace as of now, standard ones among them, and records who
// joined and who left. It reads features and days, so it comes after these were refreshed. One that refers to others has
// their rules in its own statement, so that all are of the same moment whatever their order. Running it again changes
// nothing but the time of the count.
func (s *Store) RefreshSegments(ctx context.Context, workspaceID uuid.UUID, now time.Time) ([]segment.Counts, error) {
	return s.refreshSegments(ctx, workspaceID, now, false)
}

// FreshenSegments is RefreshSegments when the last count is of older data and a minute ago, or an hour ago: rules such as
// "in the last 7 days" move on while the data stands still.
func (s *Store) FreshenSegments(ctx context.Context, workspaceID uuid.UUID, now time.Time) error {
	if due, err := segmentsDue(ctx, s.pool, workspaceID, now); err != nil || !due {
		return err
	}
	_, err := s.refreshSegments(ctx, workspaceID, now, true)
	return err
}

func segmentsDue(ctx context.Context, q querier, workspaceID uuid.UUID, now time.Time) (due bool, err error) {
	// All segments are counted together, or later: the first one tells.
	first := segment.ID(workspaceID, segment.Standards[0].Key)
	err = q.QueryRow(ctx, `SELECT coalesce((
			SELECT c.data_version <> w.data_version AND c.at < @now::timestamptz - interval '1 minute' OR c.at < @now::timestamptz - interval '1 hour'
			FROM segment_counts c WHERE c.workspace_id = @workspace AND c.segment_id = @first ORDER BY c.hour DESC LIMIT 1
		), true)
		FROM workspaces w WHERE w.id = @workspace`, pgx.NamedArgs{"workspace": workspaceID, "first": first, "now": now}).Scan(&due)
	return due, notFound(err, "workspace")
}

func (s *Store) refreshSegments(ctx context.Context, workspaceID uuid.UUID, now time.Time, ifDue bool) (out []segment.Counts, err error) {
	if _, err := s.frameOf(ctx, workspaceID); err != nil {
		return nil, err
	}
	err = s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockSegments(ctx, tx, workspaceID); err != nil {
			return err
		}
		if ifDue { // another one may have done it while this one waited
			if due, err := segmentsDue(ctx, tx, workspaceID, now); err != nil || !due {
				return err
			}
		}
		b, err := readBook(ctx, tx, workspaceID)
		if err != nil {
			return err
		}
		var ids []uuid.UUID
		for _, one := range append(b.standards(), b.own...) {
			ids = append(ids, one.ID)
		}
		if out, err = countSegments(ctx, tx, b, ids, now); err != nil {
			return err
		}
		return trimSegmentHistory(ctx, tx, workspaceID, now)
	})
	return out, failed(err, "counting segments")
}

// trimSegmentHistory keeps the history bounded: changes for 90 days; sizes by the hour for two days and by the day for 90.
func trimSegmentHistory(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, now time.Time) error {
	args := pgx.NamedArgs{"workspace": workspaceID, "now": now}
	for _, q := range []string{
		"DELETE FROM segment_changes WHERE workspace_id = @workspace AND at < @now::timestamptz - interval '90 days'",
		`DELETE FROM segment_counts c WHERE c.workspace_id = @workspace AND c.hour < @now::timestamptz - interval '2 days' AND (
			c.hour < @now::timestamptz - interval '90 days'
			OR EXISTS (SELECT FROM segment_counts later WHERE later.workspace_id = @workspace AND later.segment_id = c.segment_id
				AND later.hour > c.hour AND later.hour < date_trunc('day', c.hour) + interval '1 day'))`,
	} {
		if _, err := tx.Exec(ctx, q, args); err != nil {
			return err
		}
	}
	return nil
}
