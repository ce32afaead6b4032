package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// refreshRollups counts all of the workspace's events by day and hour, within tx. Running it again changes nothing.
func refreshRollups(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID) error {
	if _, err := tx.Exec(ctx, "SELECT refresh_rollups($1, NULL)", workspaceID); err != nil {
		return fmt.Errorf("counting events by day and hour: %w", err)
	}
	return nil
}

// lockWorkspaceData lets one transaction at a time rebuild or remove a workspace's data; it is held to the end of tx.
func lockWorkspaceData(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID) error {
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended('pulsehub.data:' || $1::text, 0))", workspaceID.String()); err != nil {
		return fmt.Errorf("waiting for other work on this workspace's data: %w", err)
	}
	return nil
}

// bumpDataVersion makes every cached picture of the workspace old.
func bumpDataVersion(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID) error {
	if _, err := tx.Exec(ctx, "UPDATE workspaces SET data_version = data_version + 1 WHERE id = $1", workspaceID); err != nil {
		return fmt.Errorf("marking the data as changed: %w", err)
	}
	return nil
}
