package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/ingest"
)

// SetConsent records what was said and puts it in force, in one transaction. It is a trait like those that sources tell: the
// newest word of a channel wins, so it outdoes older messages that arrive later, and newer ones outdo it.
func (s *Store) SetConsent(ctx context.Context, workspaceID uuid.UUID, c customer.ConsentChange) error {
	err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockWorkspaceData(ctx, tx, workspaceID); err != nil {
			return err
		}
		if err := tellConsent(ctx, tx, workspaceID, c); err != nil {
			return err
		}
		return bumpDataVersion(ctx, tx, workspaceID)
	})
	return failed(err, "recording consent")
}

// consentColumn is the column of customers that holds a channel's consent. The map bounds what becomes part of a statement.
var consentColumn = map[string]string{"email": "consent_email", "sms": "consent_sms", "push": "consent_push", "whatsapp": "consent_whatsapp"}

// tellConsent notes a change in the history and in what the customer's own profile was told, and puts in force what all of
// their profiles together say of the channel.
func tellConsent(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, c customer.ConsentChange) error {
	var data []byte
	err := tx.QueryRow(ctx, "SELECT traits FROM customers WHERE workspace_id = $1 AND id = $2 FOR UPDATE", workspaceID, c.CustomerID).Scan(&data)
	if errors.Is(err, pgx.ErrNoRows) {
		return noCustomer(ctx, tx, workspaceID, c.CustomerID)
	}
	if err != nil {
		return err
	}
	own := ingest.Traits{}
	if data != nil {
		if err := json.Unmarshal(data, &own); err != nil {
			return fmt.Errorf("traits: %w", err)
		}
	}
	own.Tell([]ingest.Trait{ingest.Consent(c.Channel, c.Status == customer.ConsentGranted)}, c.At)
	profiles := []ingest.Traits{own}
	rows, err := tx.Query(ctx, "SELECT traits FROM merged_customers WHERE workspace_id = $1 AND customer_id = $2 AND traits IS NOT NULL", workspaceID, c.CustomerID)
	if err != nil {
		return err
	}
	if _, err := pgx.ForEachRow(rows, []any{&data}, func() error {
		t := ingest.Traits{}
		profiles = append(profiles, t)
		return json.Unmarshal(data, &t)
	}); err != nil {
		return fmt.Errorf("traits: %w", err)
	}
	var now customer.Customer
	ingest.Fold(profiles...).Describe(&now, "UTC")
	if data, err = json.Marshal(own); err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue("UPDATE customers SET traits = $3, "+consentColumn[c.Channel]+" = $4 WHERE workspace_id = $1 AND id = $2", workspaceID, c.CustomerID, string(data), now.ConsentTo(c.Channel))
	b.Queue("INSERT INTO consent_changes (workspace_id, "+consentColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		workspaceID, c.ID, c.CustomerID, c.Channel, c.Status, c.Source, c.Note, c.UserID, c.At)
	return tx.SendBatch(ctx, b).Close()
}

// ConsentChanges answers a page of what was said through the API of a customer's consent, newest first, also while they were
// several profiles.
func (s *Store) ConsentChanges(ctx context.Context, workspaceID, id uuid.UUID, limit int, after string) ([]customer.ConsentChange, string, error) {
	from, err := parseCursor(after)
	if err != nil {
		return nil, "", err
	}
	if err := s.requireCustomer(ctx, workspaceID, id); err != nil {
		return nil, "", err
	}
	rows, err := s.pool.Query(ctx, "SELECT "+consentColumns+` FROM consent_changes
		WHERE workspace_id = $1 AND customer_id = ANY (ARRAY(SELECT id FROM merged_customers WHERE workspace_id = $1 AND customer_id = $2) || $2::uuid) AND (at, id) < ($3, $4)
		ORDER BY at DESC, id DESC LIMIT $5`, workspaceID, id, from.at, from.id, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("listing consent: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanConsentChange)
	if err != nil {
		return nil, "", fmt.Errorf("listing consent: %w", err)
	}
	list, next := page(list, limit, func(c customer.ConsentChange) (time.Time, uuid.UUID) { return c.At, c.ID })
	return list, next, nil
}
