package store

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

var eventColumns = []string{
	"workspace_id", "data_source_id", "external_id", "type", "customer_id", "session_id", "occurred_at", "received_at",
	"channel", "product", "value", "properties", "duplicate", "demo", "name", "anonymous_id", "resolved_by", "context", "profile_id",
}

// copyEvents writes events by COPY. Their partitions must be there (ensureEventPartitions), or they land in the default one.
// An event without a SourceID is of the source of its type.
func copyEvents(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, sources map[datasource.Type]uuid.UUID, demo bool, events []datasource.Event) error {
	rows := &eventRows{events: events, next: -1, row: make([]any, len(eventColumns)), sources: map[datasource.Type]any{}, words: map[string]any{}}
	for t, id := range sources {
		rows.sources[t] = pgUUID(id)
	}
	rows.row[0], rows.row[13] = pgUUID(workspaceID), demo
	n, err := tx.CopyFrom(ctx, pgx.Identifier{"events"}, eventColumns, rows)
	if err != nil {
		return fmt.Errorf("copying %d events: %w", len(events), err)
	}
	if n != int64(len(events)) {
		return fmt.Errorf("copied %d of %d events", n, len(events))
	}
	return nil
}

// eventRows feeds COPY one event at a time, in one row that is used again. Values that recur are boxed once.
type eventRows struct {
	events  []datasource.Event
	next    int
	row     []any
	sources map[datasource.Type]any
	words   map[string]any
}

func (r *eventRows) Next() bool { r.next++; return r.next < len(r.events) }
func (r *eventRows) Err() error { return nil }

func (r *eventRows) Values() ([]any, error) {
	e := &r.events[r.next]
	at := any(e.OccurredAt)
	row := r.row
	row[1], row[2], row[3], row[4] = r.sources[e.Source], e.ExternalID, r.text(e.Type), pgUUID(e.CustomerID)
	row[5], row[6], row[7], row[8], row[9], row[10], row[11], row[12] = nil, at, at, r.text(e.Channel), r.text(e.Product), nil, nil, e.Duplicate
	row[14], row[15], row[16], row[17], row[18] = null(e.Name), null(e.AnonymousID), nil, nil, nil
	if e.ProfileID != uuid.Nil {
		row[18] = pgUUID(e.ProfileID)
	}
	if e.SourceID != uuid.Nil {
		row[1] = pgUUID(e.SourceID)
	}
	if !e.ReceivedAt.IsZero() {
		row[7] = e.ReceivedAt
	}
	if e.ResolvedBy != 0 {
		row[16] = int16(e.ResolvedBy)
	}
	if e.Context != nil {
		row[17] = e.Context
	}
	if row[1] == nil {
		return nil, fmt.Errorf("no data source of type %s to write to", e.Source)
	}
	if e.SessionID != uuid.Nil {
		row[5] = pgUUID(e.SessionID)
	}
	if e.HasValue {
		row[10] = pgtype.Numeric{Int: big.NewInt(e.Cents), Exp: -2, Valid: true}
	}
	if e.Properties != nil {
		row[11] = e.Properties
	}
	return row, nil
}

// text is a recurring word, or NULL for none.
func (r *eventRows) text(s string) any {
	if s == "" {
		return nil
	}
	boxed, ok := r.words[s]
	if !ok {
		boxed = s
		r.words[s] = boxed
	}
	return boxed
}

// pgUUID is a UUID as pgx encodes it fastest.
func pgUUID(id uuid.UUID) pgtype.UUID { return pgtype.UUID{Bytes: id, Valid: true} }

// ensureEventPartitions makes the months of events that are not there. It is its own transaction: the lock it takes on the
// table is gone before anything long begins.
func (s *Store) ensureEventPartitions(ctx context.Context, since, until time.Time) error {
	if _, err := s.pool.Exec(ctx, "SELECT ensure_event_partitions($1, $2)", since, until); err != nil {
		return fmt.Errorf("making partitions of events: %w", err)
	}
	return nil
}
