package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

const sourceSQL = `SELECT d.id, d.workspace_id, d.type, d.name, d.status, d.demo, coalesce(d.write_key, ''), coalesce(e.events, 0)::bigint, e.last_at, d.created_at, d.updated_at
	FROM data_sources d LEFT JOIN LATERAL (
		SELECT sum(events) AS events, max(last_at) AS last_at FROM event_days WHERE workspace_id = d.workspace_id AND data_source_id = d.id
	) e ON true `

func scanSource(row pgx.CollectableRow) (d datasource.DataSource, err error) {
	err = row.Scan(&d.ID, &d.WorkspaceID, &d.Type, &d.Name, &d.Status, &d.Demo, &d.WriteKey, &d.Events, &d.LastEventAt, &d.CreatedAt, &d.UpdatedAt)
	return d, err
}

// ListDataSources answers a page of the workspace's data sources, newest first.
func (s *Store) ListDataSources(ctx context.Context, workspaceID uuid.UUID, limit int, cursor string) ([]datasource.DataSource, string, error) {
	from, err := parseCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.pool.Query(ctx, sourceSQL+"WHERE d.workspace_id = $1 AND (d.created_at, d.id) < ($2, $3) ORDER BY d.created_at DESC, d.id DESC LIMIT $4",
		workspaceID, from.at, from.id, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("listing data sources: %w", err)
	}
	all, err := pgx.CollectRows(rows, scanSource)
	if err != nil {
		return nil, "", fmt.Errorf("listing data sources: %w", err)
	}
	all, next := page(all, limit, func(d datasource.DataSource) (time.Time, uuid.UUID) { return d.CreatedAt, d.ID })
	return all, next, nil
}

// DataSource answers one of the workspace's data sources.
func (s *Store) DataSource(ctx context.Context, workspaceID, id uuid.UUID) (datasource.DataSource, error) {
	rows, err := s.pool.Query(ctx, sourceSQL+"WHERE d.workspace_id = $1 AND d.id = $2", workspaceID, id)
	if err != nil {
		return datasource.DataSource{}, fmt.Errorf("reading a data source: %w", err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, scanSource)
	return d, notFound(err, "data source")
}

// CreateDataSource stores a new data source.
func (s *Store) CreateDataSource(ctx context.Context, d datasource.DataSource) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO data_sources (id, workspace_id, type, name, status, demo, write_key, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, nullif($7, ''), $8, $9)`,
		d.ID, d.WorkspaceID, d.Type, d.Name, d.Status, d.Demo, d.WriteKey, d.CreatedAt, d.UpdatedAt)
	if err != nil {
		return fmt.Errorf("storing a data source: %w", err)
	}
	return nil
}

// ChangeDataSource changes what c names.
func (s *Store) ChangeDataSource(ctx context.Context, workspaceID, id uuid.UUID, c datasource.Change) (datasource.DataSource, error) {
	tag, err := s.pool.Exec(ctx, "UPDATE data_sources SET name = coalesce($3, name), status = coalesce($4, status), updated_at = now() WHERE workspace_id = $1 AND id = $2",
		workspaceID, id, c.Name, c.Status)
	if err != nil {
		return datasource.DataSource{}, fmt.Errorf("changing a data source: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return datasource.DataSource{}, notFound(pgx.ErrNoRows, "data source")
	}
	return s.DataSource(ctx, workspaceID, id)
}

// promoteSQL counts acts again whose best witness is gone: the next best one's event is a duplicate no more. It is for sources
// that tell of one act at one moment, as demo data does; orders that were sent in are promoteOrdersSQL's.
const promoteSQL = `UPDATE events e SET duplicate = false
	FROM (
		SELECT DISTINCT ON (d.customer_id, d.session_id, d.type, d.occurred_at) d.data_source_id, d.external_id, d.occurred_at
		FROM events d JOIN data_sources s ON s.id = d.data_source_id
		WHERE d.workspace_id = $1 AND d.duplicate AND d.resolved_by IS NULL AND NOT EXISTS (
			SELECT FROM events best WHERE best.workspace_id = $1 AND best.customer_id = d.customer_id AND best.occurred_at = d.occurred_at
				AND best.type = d.type AND best.session_id IS NOT DISTINCT FROM d.session_id AND NOT best.duplicate)
		ORDER BY d.customer_id, d.session_id, d.type, d.occurred_at, array_position(ARRAY['shopify', 'http', 'gtm', 'facebook_pixel'], s.type)
	) p
	WHERE e.data_source_id = p.data_source_id AND e.external_id = p.external_id AND e.occurred_at = p.occurred_at`

// orderIDSQL is the id of an order that event e tells of, as ingest reads it.
const orderIDSQL = `left(coalesce(nullif(btrim(e.properties ->> 'order_id'), ''), nullif(btrim(e.properties ->> 'orderId'), ''), btrim(e.properties ->> 'transaction_id')), 200)`

// promoteOrdersSQL counts the next best event of orders whose best source ($2) is gone, by the order's id as ingest reads it.
const promoteOrdersSQL = `WITH lost AS (
		DELETE FROM order_acts WHERE workspace_id = $1 AND data_source_id = $2 RETURNING order_id
	), told AS (
		SELECT ` + orderIDSQL + ` AS order_id,
			array_position(ARRAY['shopify', 'http', 'gtm', 'facebook_pixel'], s.type) AS rank, e.occurred_at, e.data_source_id, e.external_id
		FROM events e JOIN data_sources s ON s.id = e.data_source_id
		WHERE e.workspace_id = $1 AND e.type = 'order_completed' AND e.duplicate AND e.resolved_by IS NOT NULL
	), best AS (
		SELECT DISTINCT ON (order_id) * FROM told JOIN lost USING (order_id)
		ORDER BY order_id, rank, occurred_at, external_id COLLATE "C", data_source_id::text COLLATE "C"
	), counts AS (
		UPDATE events e SET duplicate = false FROM best b
		WHERE e.workspace_id = $1 AND e.data_source_id = b.data_source_id AND e.occurred_at = b.occurred_at AND e.external_id = b.external_id
	)
	INSERT INTO order_acts (workspace_id, order_id, rank, occurred_at, data_source_id, external_id)
	SELECT $1, order_id, rank, occurred_at, data_source_id, external_id FROM best
	ON CONFLICT (workspace_id, order_id) DO UPDATE SET rank = excluded.rank, occurred_at = excluded.occurred_at,
		data_source_id = excluded.data_source_id, external_id = excluded.external_id`

// DeleteDataSource removes a data source with its events, and customers that only it knew of, in one transaction.
func (s *Store) DeleteDataSource(ctx context.Context, workspaceID, id uuid.UUID) error {
	err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockWorkspaceData(ctx, tx, workspaceID); err != nil {
			return err
		}
		var busy bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM data_sources WHERE workspace_id = $1 AND id = $2 AND demo)
			AND EXISTS (SELECT FROM dummy_data_jobs WHERE workspace_id = $1 AND status IN ('queued', 'running'))`, workspaceID, id).Scan(&busy); err != nil {
			return err
		}
		if busy {
			return datasource.ErrBusy()
		}
		tag, err := tx.Exec(ctx, "DELETE FROM data_sources WHERE workspace_id = $1 AND id = $2", workspaceID, id)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return notFound(pgx.ErrNoRows, "data source")
		}
		if tag, err = tx.Exec(ctx, "DELETE FROM events WHERE workspace_id = $1 AND data_source_id = $2", workspaceID, id); err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return nil
		}
		for _, q := range []string{
			"DELETE FROM message_keys WHERE data_source_id = $2 AND $1::uuid IS NOT NULL",
			promoteOrdersSQL,
			`WITH gone AS (
				DELETE FROM customers c WHERE c.workspace_id = $1 AND $2::uuid IS NOT NULL
					AND NOT EXISTS (SELECT FROM events e WHERE e.workspace_id = $1 AND e.customer_id = c.id) RETURNING c.id
			), parts AS (DELETE FROM merged_customers p USING gone WHERE p.workspace_id = $1 AND p.customer_id = gone.id
			), names AS (DELETE FROM identities i USING gone WHERE i.workspace_id = $1 AND i.customer_id = gone.id)
			DELETE FROM devices d USING gone WHERE d.workspace_id = $1 AND d.customer_id = gone.id`,
		} {
			if _, err := tx.Exec(ctx, q, workspaceID, id); err != nil {
				return err
			}
		}
		// What the others told of the same acts was a duplicate, and now counts.
		if _, err := tx.Exec(ctx, promoteSQL, workspaceID); err != nil {
			return err
		}
		if err := rebuild(ctx, tx, workspaceID); err != nil {
			return err
		}
		return bumpDataVersion(ctx, tx, workspaceID)
	})
	return failed(err, "removing a data source")
}
