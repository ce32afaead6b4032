package store

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// refreshFeatures computes what is known of these customers from their events, within tx. Running it again changes nothing.
func refreshFeatures(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, customers []uuid.UUID) error {
	if _, err := tx.Exec(ctx, "SELECT refresh_features($1, $2)", workspaceID, customers); err != nil {
		return fmt.Errorf("computing the features of %d customers: %w", len(customers), err)
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
	if _, err := tx.Exec(ctx, "SELECT refresh_features($1, NULL)", workspaceID); err != nil {
		return fmt.Errorf("computing all features: %w", err)
	}
	return refreshRollups(ctx, tx, workspaceID)
}
