package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/customer"
)

// refreshFeatures computes what is known of these customers from their events, within tx. Running it again changes nothing.
func refreshFeatures(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, customers []uuid.UUID) error {
	if _, err := tx.Exec(ctx, "SELECT refresh_features($1, $2)", workspaceID, customers); err != nil {
		return fmt.Errorf("computing the features of %d customers: %w", len(customers), err)
	}
	return nil
}

// listsPerLap is how many transactions' lists one lap makes customers of; the next lap takes the rest.
const listsPerLap = 2_000

// RefreshStale computes the features of at most limit customers of the workspace that are stale, by id after that one, in one
// transaction; a lap over all begins at Nil, with those that were noted until then. What becomes stale meanwhile stays so, and is refreshed by a later step: killed at any moment, nothing is
// missed, and refreshing again changes nothing.
func (s *Store) RefreshStale(ctx context.Context, workspaceID, after uuid.UUID, limit int) (r customer.Refreshed, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockFeatures(ctx, tx, workspaceID); err != nil {
			return err
		}
		if after == uuid.Nil {
			if _, err := tx.Exec(ctx, `WITH lists AS (
					DELETE FROM stale_lists WHERE ctid = ANY (ARRAY(SELECT ctid FROM stale_lists WHERE workspace_id = $1 LIMIT $2)) RETURNING customer_ids, since
				)
				INSERT INTO stale_customers (workspace_id, customer_id, since) SELECT $1, c.id, min(since) FROM lists, unnest(customer_ids) AS c (id) GROUP BY c.id
				ON CONFLICT DO NOTHING`, workspaceID, listsPerLap); err != nil {
				return err
			}
		}
		rows, err := tx.Query(ctx, "SELECT customer_id FROM stale_customers WHERE workspace_id = $1 AND customer_id > $2 ORDER BY customer_id LIMIT $3", workspaceID, after, limit)
		if err != nil {
			return err
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil || len(ids) == 0 {
			return err
		}
		r = customer.Refreshed{Customers: len(ids), Last: ids[len(ids)-1]}
		if _, err := tx.Exec(ctx, "DELETE FROM stale_customers WHERE workspace_id = $1 AND customer_id = ANY ($2)", workspaceID, ids); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "SELECT refresh_features($1, $2, true)", workspaceID, ids)
		return err
	})
	return r, failed(err, "refreshing features")
}

// BumpDataVersion makes every cached picture of the workspace old.
func (s *Store) BumpDataVersion(ctx context.Context, workspaceID uuid.UUID) error {
	return s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error { return bumpDataVersion(ctx, tx, workspaceID) })
}

// StaleWorkspaces are those with customers that have been stale since before that time.
func (s *Store) StaleWorkspaces(ctx context.Context, before time.Time, limit int) ([]uuid.UUID, error) {
	rows, err := s.pool.Query(ctx, "SELECT workspace_id FROM stale_lists WHERE since < $1 UNION SELECT workspace_id FROM stale_customers WHERE since < $1 LIMIT $2", before, limit)
	if err != nil {
		return nil, fmt.Errorf("looking for stale features: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// lockFeatures lets one transaction at a time compute a workspace's features. Who needs lockWorkspaceData too takes that first.
func lockFeatures(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID) error {
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended('pulsehub.features:' || $1::text, 0))", workspaceID.String()); err != nil {
		return fmt.Errorf("waiting for other work on this workspace's features: %w", err)
	}
	return nil
}

// RebuildFeatures computes the features and rollups of the whole workspace anew, in one transaction. What it makes equals
// what refreshing bit by bit made; it is for a new time zone and for repairs.
func (s *Store) RebuildFeatures(ctx context.Context, workspaceID uuid.UUID) error {
	return s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockWorkspaceData(ctx, tx, workspaceID); err != nil {
			return err
		}
		return rebuild(ctx, tx, workspaceID)
	})
}

func rebuild(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID) error {
	if err := lockFeatures(ctx, tx, workspaceID); err != nil {
		return err
	}
	// Packed newcomers may be of another zone.
	b := &pgx.Batch{}
	b.Queue("SELECT pg_advisory_xact_lock_shared(people_days_lock($1))", workspaceID)
	b.Queue("DELETE FROM newcomer_days WHERE workspace_id = $1", workspaceID)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("forgetting newcomers: %w", err)
	}
	if _, err := tx.Exec(ctx, "SELECT refresh_features($1, NULL)", workspaceID); err != nil {
		return fmt.Errorf("computing all features: %w", err)
	}
	return refreshRollups(ctx, tx, workspaceID)
}
