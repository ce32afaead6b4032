package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

// ReceivedEvents answers a page of what a data source sent, newest first, by the index that keeps each event once.
func (s *Store) ReceivedEvents(ctx context.Context, workspaceID, sourceID uuid.UUID, limit int, after string) ([]datasource.Received, string, error) {
	at, id, err := parseEventCursor(after)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.pool.Query(ctx, `SELECT external_id, type, coalesce(name, ''), customer_id, coalesce(anonymous_id, ''), occurred_at, received_at, coalesce(channel, ''), coalesce(product, ''),
			value, duplicate, properties, context
		FROM events WHERE data_source_id = $2 AND workspace_id = $1 AND (occurred_at, external_id) < ($3, $4)
		ORDER BY occurred_at DESC, external_id DESC LIMIT $5`, workspaceID, sourceID, at, id, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("listing events: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e datasource.Received, err error) {
		err = row.Scan(&e.ID, &e.Type, &e.Name, &e.CustomerID, &e.AnonymousID, &e.OccurredAt, &e.ReceivedAt, &e.Channel, &e.Product, &e.Value, &e.Duplicate, &e.Properties, &e.Context)
		return e, err
	})
	if err != nil {
		return nil, "", fmt.Errorf("listing events: %w", err)
	}
	if len(all) <= limit {
		return all, "", nil
	}
	last := all[limit-1]
	return all[:limit], eventCursor(last.OccurredAt, last.ID), nil
}

// eventCursor is a place in a list of events. Their ids are the source's own, and any text.
func eventCursor(at time.Time, id string) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%s", at.UnixMicro(), id))
}

func parseEventCursor(s string) (time.Time, string, error) {
	if s == "" {
		return firstPage.at, "", nil
	}
	var micros int64
	raw, err := base64.RawURLEncoding.DecodeString(s)
	number, id, found := strings.Cut(string(raw), ".")
	if err == nil {
		_, err = fmt.Sscan(number, &micros)
	}
	if err != nil || !found || strings.ContainsRune(id, 0) {
		return time.Time{}, "", badCursor()
	}
	return time.UnixMicro(micros).UTC(), id, nil
}

// RejectedEvents answers a page of what was rejected, newest first.
func (s *Store) RejectedEvents(ctx context.Context, workspaceID, sourceID uuid.UUID, limit int, after string) ([]datasource.Rejected, string, error) {
	from, err := parseCursor(after)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.pool.Query(ctx, `SELECT id, message_id, name, code, field, reason, kept, raw, received_at FROM rejected_events
		WHERE workspace_id = $1 AND data_source_id = $2 AND (received_at, id) < ($3, $4) ORDER BY received_at DESC, id DESC LIMIT $5`, workspaceID, sourceID, from.at, from.id, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("listing rejected events: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r datasource.Rejected, err error) {
		err = row.Scan(&r.ID, &r.MessageID, &r.Name, &r.Code, &r.Field, &r.Reason, &r.Kept, &r.Raw, &r.ReceivedAt)
		return r, err
	})
	if err != nil {
		return nil, "", fmt.Errorf("listing rejected events: %w", err)
	}
	all, next := page(all, limit, func(r datasource.Rejected) (time.Time, uuid.UUID) { return r.ReceivedAt, r.ID })
	return all, next, nil
}
