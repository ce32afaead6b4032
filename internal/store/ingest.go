package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/ingest"
)

// SourceByWriteKey answers whose a write key is; NotFound for one that is nobody's.
func (s *Store) SourceByWriteKey(ctx context.Context, writeKey string) (src ingest.Source, err error) {
	err = s.pool.QueryRow(ctx, `SELECT d.id, d.workspace_id, d.type, w.currency, d.status = 'paused'
		FROM data_sources d JOIN workspaces w ON w.id = d.workspace_id WHERE d.write_key = $1`, writeKey).
		Scan(&src.ID, &src.WorkspaceID, &src.Type, &src.Currency, &src.Paused)
	return src, notFound(err, "write key")
}

// WriteIngest writes what several requests brought to one workspace, in one transaction: events once, by their keys; whose
// they are; rollups; rejections; and which customers' features are stale because of it. Writing the same again changes nothing.
func (s *Store) WriteIngest(ctx context.Context, workspaceID uuid.UUID, batches []ingest.Batch) (ingest.Written, error) {
	w := ingestWriter{workspaceID: workspaceID, now: time.Now().UTC().Truncate(time.Microsecond)}
	for _, b := range batches {
		w.add(b)
	}
	if err := s.partitionsFor(ctx, w.items); err != nil {
		return ingest.Written{}, err
	}
	err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error { return w.write(ctx, tx) })
	if pg := new(pgconn.PgError); errors.As(err, &pg) && (strings.HasPrefix(pg.Code, "22") || strings.HasPrefix(pg.Code, "54")) {
		return ingest.Written{}, apperr.Wrap(err, apperr.Invalid, "unstorable", "%s", pg.Message) // what the data holds, and not the state of Postgres
	}
	if err != nil {
		return ingest.Written{}, fmt.Errorf("writing %d messages: %w", len(w.items), err)
	}
	return w.written, nil
}

// How far back and ahead of now months of events have a partition of their own. What is older is in the default one.
const (
	partitionYears  = 6
	partitionsAhead = 24 * time.Hour
)

// partitionsFor makes the months that the items need and that this process has not seen to yet.
func (s *Store) partitionsFor(ctx context.Context, items []ingest.Item) error {
	now := time.Now()
	oldest := now.AddDate(-partitionYears, 0, 0)
	months := map[string]time.Time{}
	for i := range items {
		if at := items[i].Event.OccurredAt; items[i].Event.Type != "" && at.After(oldest) && at.Before(now.Add(partitionsAhead)) {
			if name := at.UTC().Format("2006-01"); months[name].IsZero() {
				months[name] = at
			}
		}
	}
	for name, at := range months {
		if _, ok := s.months.Load(name); ok {
			continue
		}
		if err := s.ensureEventPartitions(ctx, at, at); err != nil {
			return err
		}
		s.months.Store(name, true)
	}
	return nil
}

// ingestWriter is one transaction's work.
type ingestWriter struct {
	workspaceID uuid.UUID
	now         time.Time
	items       []ingest.Item
	sources     []ingest.Source // of each item
	rejections  []ingest.Rejection
	rejected    []ingest.Source // of each rejection
	zone        string
	location    *time.Location
	written     ingest.Written
}

// add takes a batch's items, each message once.
func (w *ingestWriter) add(b ingest.Batch) {
	for i := range b.Items {
		it := b.Items[i]
		it.Event.SourceID = b.Source.ID
		w.items, w.sources = append(w.items, it), append(w.sources, b.Source)
	}
	for _, r := range b.Rejections {
		w.rejections, w.rejected = append(w.rejections, r), append(w.rejected, b.Source)
	}
}

func (w *ingestWriter) write(ctx context.Context, tx pgx.Tx) error {
	known, orders, err := w.begin(ctx, tx)
	if err != nil {
		return err
	}
	var stale []uuid.UUID
	events := make([]datasource.Event, 0, len(w.items))
	if len(w.items) > 0 {
		resolution, moved, err := resolveIdentities(ctx, tx, w.workspaceID, w.zone, w.items, *known, w.now)
		if err != nil {
			return err
		}
		stale = moved
		refunds, err := orders.amounts(ctx, tx, w.workspaceID, w.items)
		if err != nil {
			return err
		}
		for i := range w.items {
			e := &w.items[i].Event
			if e.Type == "" {
				continue
			}
			e.CustomerID, e.ResolvedBy = resolution.Customers[i], resolution.ResolvedBy[i]
			if p := resolution.Profiles[i]; p != e.CustomerID && e.ResolvedBy != ingest.ByAnonymous { // a device's is found by its name
				e.ProfileID = p
			}
			if amount, ok := refunds[i]; ok {
				e.Cents, e.HasValue = amount, true
			}
			stale = append(stale, e.CustomerID)
		}
	}
	counts := newRollup(w.workspaceID, w.location)
	outdone, err := orders.settle(ctx, tx, w.workspaceID, w.items, w.sources, counts)
	if err != nil {
		return err
	}
	stale = append(stale, outdone...)
	for i := range w.items {
		if e := &w.items[i].Event; e.Type != "" {
			events = append(events, *e)
			counts.add(e)
		}
	}
	if err := copyEvents(ctx, tx, w.workspaceID, nil, false, events); err != nil {
		return err
	}
	if err := copyStale(ctx, tx, w.workspaceID, stale); err != nil {
		return err
	}
	w.written.Events = len(events)
	return w.finish(ctx, tx, counts)
}

// begin takes the workspace's lock, drops what was accepted before, and reads all that the rest depends on, in one round trip.
func (w *ingestWriter) begin(ctx context.Context, tx pgx.Tx) (*ingest.Identities, *orderActs, error) {
	if err := lockWorkspaceData(ctx, tx, w.workspaceID); err != nil {
		return nil, nil, err
	}
	// All that follows looks single rows up by their keys. Tables that grow fast have no statistics that say so, and plans of
	// when they were empty do not fit them.
	if _, err := tx.Exec(ctx, `SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_material', 'jit']) AS s (name)
		UNION ALL SELECT set_config('plan_cache_mode', 'force_custom_plan', true)`); err != nil {
		return nil, nil, err
	}
	type messageKey struct{ source, key uuid.UUID }
	first := map[messageKey]int{}
	var sources, keys []uuid.UUID
	for i := range w.items {
		k := messageKey{w.sources[i].ID, w.items[i].Key}
		if _, again := first[k]; !again {
			first[k] = i
			sources, keys = append(sources, k.source), append(keys, k.key)
		}
	}
	b := &pgx.Batch{}
	live := map[uuid.UUID]bool{}
	b.Queue("SELECT time_zone, ARRAY(SELECT id FROM data_sources WHERE workspace_id = $1) FROM workspaces WHERE id = $1", w.workspaceID).QueryRow(func(row pgx.Row) error {
		var ids []uuid.UUID
		err := row.Scan(&w.zone, &ids)
		for _, id := range ids {
			live[id] = true
		}
		return notFound(err, "workspace")
	})
	fresh := map[int]bool{}
	b.Queue(`INSERT INTO message_keys (data_source_id, key) SELECT u.* FROM unnest($2::uuid[], $3::uuid[]) AS u (source, key)
			WHERE EXISTS (SELECT FROM data_sources d WHERE d.workspace_id = $1 AND d.id = u.source)
		ON CONFLICT DO NOTHING RETURNING data_source_id, key`, w.workspaceID, sources, keys).Query(func(rows pgx.Rows) error {
		var k messageKey
		_, err := pgx.ForEachRow(rows, []any{&k.source, &k.key}, func() error { fresh[first[k]] = true; return nil })
		return err
	})
	known := identityQueries(b, w.workspaceID, w.items)
	orders := orderQueries(b, w.workspaceID, w.items)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, nil, fmt.Errorf("reading what is known: %w", err)
	}
	var err error
	if w.location, err = time.LoadLocation(w.zone); err != nil {
		return nil, nil, apperr.Wrap(err, apperr.Internal, "bad_time_zone", "The workspace's time zone is not known.")
	}
	kept, keptSources := w.items[:0:0], w.sources[:0:0]
	for i := range w.items {
		if fresh[i] {
			kept, keptSources = append(kept, w.items[i]), append(keptSources, w.sources[i])
		} else {
			w.written.Duplicates++
		}
	}
	w.items, w.sources = kept, keptSources
	w.rejections, w.rejected = w.ofLive(live)
	return known, orders, nil
}

// ofLive are the rejections of data sources that are still there.
func (w *ingestWriter) ofLive(live map[uuid.UUID]bool) (rejections []ingest.Rejection, sources []ingest.Source) {
	for i, src := range w.rejected {
		if live[src.ID] {
			rejections, sources = append(rejections, w.rejections[i]), append(sources, src)
		}
	}
	return rejections, sources
}

// finish writes rollups and rejections.
func (w *ingestWriter) finish(ctx context.Context, tx pgx.Tx, counts *rollup) error {
	b := &pgx.Batch{}
	counts.queue(b)
	if n := len(w.rejections); n > 0 {
		ids, sources, keys, received := make([]uuid.UUID, n), make([]uuid.UUID, n), make([]uuid.UUID, n), make([]time.Time, n)
		messages, names, codes, fields, reasons, raws, kept := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]bool, n)
		for i, r := range w.rejections {
			ids[i], sources[i], keys[i], received[i] = uuid.Must(uuid.NewV7()), w.rejected[i].ID, r.Key, w.now
			messages[i], names[i], codes[i], fields[i], reasons[i], raws[i], kept[i] = r.MessageID, r.Name, r.Code, r.Field, r.Reason, r.Raw, r.Kept
			if !r.Kept {
				w.written.Rejected++
			}
		}
		b.Queue(`INSERT INTO rejected_events (workspace_id, id, data_source_id, key, received_at, message_id, name, code, field, reason, raw, kept)
			SELECT $1, u.* FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::boolean[]) AS u
			ON CONFLICT (data_source_id, key) DO NOTHING`, w.workspaceID, ids, sources, keys, received, messages, names, codes, fields, reasons, raws, kept)
	}
	if b.Len() == 0 {
		return nil
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("counting by day and hour: %w", err)
	}
	return nil
}

// copyStale notes that those customers' features are to be computed anew.
func copyStale(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, customers []uuid.UUID) error {
	slices.SortFunc(customers, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	customers = slices.Compact(customers)
	if len(customers) == 0 {
		return nil
	}
	workspace := pgUUID(workspaceID)
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"stale_customers"}, []string{"workspace_id", "customer_id"}, pgx.CopyFromSlice(len(customers), func(i int) ([]any, error) {
		return []any{workspace, pgUUID(customers[i])}, nil
	}))
	if err != nil {
		return fmt.Errorf("noting %d stale customers: %w", len(customers), err)
	}
	return nil
}
