package store

import (
	"bytes"
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
	w := ingestWriter{workspaceID: workspaceID, now: time.Now().UTC().Truncate(time.Microsecond), cache: s.identities}
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
	w.learn()
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

	cache      *identityCache
	identities identityGeneration // what the cache holds for this transaction
	known      *ingest.Identities
	resolved   resolved
	last       pgx.Batch // sent at the transaction's end
}

// learn has later transactions know what this one, which has been committed, found out.
func (w *ingestWriter) learn() {
	version := w.identities.version
	if w.resolved.changed {
		version++
	}
	w.cache.learn(w.workspaceID, w.identities, version, w.known, &w.resolved)
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
	if err := w.begin(ctx, tx); err != nil {
		return err
	}
	orders, err := w.read(ctx, tx)
	if err != nil {
		return err
	}
	if w.resolved, err = resolveIdentities(ctx, tx, w.workspaceID, w.zone, w.items, w.known, w.now, &w.last); err != nil {
		return err
	}
	if w.resolved.changed {
		w.last.Queue("INSERT INTO identity_versions (workspace_id, version) VALUES ($1, $2) ON CONFLICT (workspace_id) DO UPDATE SET version = excluded.version", w.workspaceID, w.identities.version+1)
	}
	stale := w.resolved.stale
	refunds, err := orders.amounts(ctx, tx, w.workspaceID, w.items)
	if err != nil {
		return err
	}
	for i := range w.items {
		e := &w.items[i].Event
		if e.Type == "" {
			continue
		}
		e.CustomerID, e.ResolvedBy = w.resolved.Customers[i], w.resolved.ResolvedBy[i]
		if p := w.resolved.Profiles[i]; p != e.CustomerID && e.ResolvedBy != ingest.ByAnonymous { // a device's is found by its name
			e.ProfileID = p
		}
		if amount, ok := refunds[i]; ok {
			e.Cents, e.HasValue = amount, true
		}
		stale = append(stale, e.CustomerID)
	}
	counts := newRollup(w.workspaceID, w.location)
	outdone, err := orders.settle(ctx, tx, w.workspaceID, w.items, w.sources, counts, &w.last)
	if err != nil {
		return err
	}
	events := make([]datasource.Event, 0, len(w.items))
	for i := range w.items {
		if e := &w.items[i].Event; e.Type != "" {
			events = append(events, *e)
			counts.add(e)
		}
	}
	if len(events) > 0 {
		if err := copyEvents(ctx, tx, w.workspaceID, nil, false, events); err != nil {
			return err
		}
	}
	w.written.Events = len(events)
	queueStale(&w.last, w.workspaceID, append(stale, outdone...))
	counts.queue(&w.last)
	w.queueRejections()
	if w.last.Len() == 0 {
		return nil
	}
	if err := tx.SendBatch(ctx, &w.last).Close(); err != nil {
		return fmt.Errorf("describing customers and counting: %w", err)
	}
	return nil
}

// begin takes the workspace's lock and reads what of the workspace the rest depends on.
func (w *ingestWriter) begin(ctx context.Context, tx pgx.Tx) error {
	b := &pgx.Batch{}
	b.Queue(workspaceDataLock, w.workspaceID.String())
	// All that follows looks single rows up by their keys. Tables that grow fast have no statistics that say so, and plans of
	// when they were empty do not fit them.
	b.Queue(`SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_material', 'jit']) AS s (name)
		UNION ALL SELECT set_config('plan_cache_mode', 'force_custom_plan', true)`)
	live := map[uuid.UUID]bool{}
	var version int64
	b.Queue(`SELECT time_zone, ARRAY(SELECT id FROM data_sources WHERE workspace_id = $1), coalesce((SELECT version FROM identity_versions WHERE workspace_id = $1), 0)
		FROM workspaces WHERE id = $1`, w.workspaceID).QueryRow(func(row pgx.Row) error {
		var ids []uuid.UUID
		err := row.Scan(&w.zone, &ids, &version)
		for _, id := range ids {
			live[id] = true
		}
		return notFound(err, "workspace")
	})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("waiting for the workspace: %w", err)
	}
	var err error
	if w.location, err = time.LoadLocation(w.zone); err != nil {
		return apperr.Wrap(err, apperr.Internal, "bad_time_zone", "The workspace's time zone is not known.")
	}
	w.identities = w.cache.at(w.workspaceID, version)
	w.dropOfRemoved(live)
	return nil
}

// dropOfRemoved drops what is of data sources that are no longer there.
func (w *ingestWriter) dropOfRemoved(live map[uuid.UUID]bool) {
	items, sources := w.items[:0:0], w.sources[:0:0]
	for i, src := range w.sources {
		if live[src.ID] {
			items, sources = append(items, w.items[i]), append(sources, src)
		}
	}
	w.written.Duplicates += len(w.items) - len(items)
	w.items, w.sources = items, sources
	rejections, rejected := w.rejections[:0:0], w.rejected[:0:0]
	for i, src := range w.rejected {
		if live[src.ID] {
			rejections, rejected = append(rejections, w.rejections[i]), append(rejected, src)
		}
	}
	w.rejections, w.rejected = rejections, rejected
}

// read drops what was accepted before and reads who is who and which orders are known, in one round trip.
func (w *ingestWriter) read(ctx context.Context, tx pgx.Tx) (*orderActs, error) {
	b := &pgx.Batch{}
	fresh := w.queueKeys(b)
	w.known = identityQueries(b, w.workspaceID, w.items, w.cache, w.identities)
	orders := orderQueries(b, w.workspaceID, w.items)
	if b.Len() > 0 {
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return nil, fmt.Errorf("reading what is known: %w", err)
		}
	}
	kept, sources := w.items[:0:0], w.sources[:0:0]
	for i := range w.items {
		if fresh[i] {
			kept, sources = append(kept, w.items[i]), append(sources, w.sources[i])
		}
	}
	w.written.Duplicates += len(w.items) - len(kept)
	w.items, w.sources = kept, sources
	return orders, nil
}

// queueKeys notes the messages as accepted. Those that were not before are in fresh once b has been sent, by their place.
func (w *ingestWriter) queueKeys(b *pgx.Batch) (fresh map[int]bool) {
	fresh = map[int]bool{}
	type messageKey struct{ source, key uuid.UUID }
	first := make(map[messageKey]int, len(w.items))
	var keys []messageKey
	for i := range w.items {
		k := messageKey{w.sources[i].ID, w.items[i].Key}
		if _, again := first[k]; !again {
			first[k] = i
			keys = append(keys, k)
		}
	}
	if len(keys) > 0 {
		// In the order of the index, neighbours are found on the page where the last one was.
		slices.SortFunc(keys, func(a, b messageKey) int { return bytes.Compare(a.key[:], b.key[:]) })
		ofSources, ids := make([]uuid.UUID, len(keys)), make([]uuid.UUID, len(keys))
		for i, k := range keys {
			ofSources[i], ids[i] = k.source, k.key
		}
		b.Queue("INSERT INTO message_keys (data_source_id, key) SELECT u.* FROM unnest($1::uuid[], $2::uuid[]) AS u ON CONFLICT DO NOTHING RETURNING data_source_id, key", ofSources, ids).
			Query(func(rows pgx.Rows) error {
				var k messageKey
				_, err := pgx.ForEachRow(rows, []any{&k.source, &k.key}, func() error { fresh[first[k]] = true; return nil })
				return err
			})
	}
	return fresh
}

func (w *ingestWriter) queueRejections() {
	n := len(w.rejections)
	if n == 0 {
		return
	}
	ids, sources, keys, received := make([]uuid.UUID, n), make([]uuid.UUID, n), make([]uuid.UUID, n), make([]time.Time, n)
	messages, names, codes, fields, reasons, raws, kept := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]bool, n)
	for i, r := range w.rejections {
		ids[i], sources[i], keys[i], received[i] = uuid.Must(uuid.NewV7()), w.rejected[i].ID, r.Key, w.now
		messages[i], names[i], codes[i], fields[i], reasons[i], raws[i], kept[i] = r.MessageID, r.Name, r.Code, r.Field, r.Reason, r.Raw, r.Kept
		if !r.Kept {
			w.written.Rejected++
		}
	}
	w.last.Queue(`INSERT INTO rejected_events (workspace_id, id, data_source_id, key, received_at, message_id, name, code, field, reason, raw, kept)
		SELECT $1, u.* FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::boolean[]) AS u
		ON CONFLICT (data_source_id, key) DO NOTHING`, w.workspaceID, ids, sources, keys, received, messages, names, codes, fields, reasons, raws, kept)
}

// queueStale notes that those customers' features are to be computed anew.
func queueStale(b *pgx.Batch, workspaceID uuid.UUID, customers []uuid.UUID) {
	slices.SortFunc(customers, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	if customers = slices.Compact(customers); len(customers) > 0 {
		b.Queue("INSERT INTO stale_lists (workspace_id, customer_ids) VALUES ($1, $2)", workspaceID, customers)
	}
}

// noteStale notes it at once.
func noteStale(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, customers []uuid.UUID) error {
	b := &pgx.Batch{}
	if queueStale(b, workspaceID, customers); b.Len() == 0 {
		return nil
	}
	return failed(tx.SendBatch(ctx, b).Close(), "noting stale customers")
}
