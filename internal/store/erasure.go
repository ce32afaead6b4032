package store

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/ingest"
)

// ForgetCustomer removes who a customer is, in one transaction: what names them, what was told of them, what became part of
// them, and what was rejected of theirs. From then on what the same person does is somebody new's. Their events are there
// still, of nobody known, until EraseCustomerEvents. Calling it again finds nothing.
func (s *Store) ForgetCustomer(ctx context.Context, workspaceID, id uuid.UUID) error {
	err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockWorkspaceData(ctx, tx, workspaceID); err != nil {
			return err
		}
		var members []uuid.UUID
		err := tx.QueryRow(ctx, "SELECT "+partsSQL+" FROM customers WHERE workspace_id = $1 AND id = $2", workspaceID, id).Scan(&members)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		names, err := namesOf(ctx, tx, workspaceID, id)
		if err != nil {
			return err
		}
		for _, pattern := range names.patterns() {
			if _, err := tx.Exec(ctx, "DELETE FROM rejected_events WHERE workspace_id = $1 AND raw ~* $2", workspaceID, pattern); err != nil {
				return err
			}
		}
		if err := forgetDevices(ctx, tx, workspaceID, id, members); err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(forgetInMergesSQL, workspaceID, id, members)
		b.Queue("DELETE FROM identities WHERE workspace_id = $1 AND customer_id = $2", workspaceID, id)
		b.Queue("DELETE FROM customer_merges WHERE workspace_id = $1 AND (customer_id = ANY ($2) OR merged_id = ANY ($2))", workspaceID, members)
		b.Queue("DELETE FROM customer_merges WHERE workspace_id = $1 AND undone_at IS NOT NULL AND reason = 'same_person' AND tied && $2", workspaceID, members)
		b.Queue("DELETE FROM consent_changes WHERE workspace_id = $1 AND customer_id = ANY ($2)", workspaceID, members)
		b.Queue("DELETE FROM merged_customers WHERE workspace_id = $1 AND customer_id = $2", workspaceID, id)
		b.Queue(`UPDATE customers SET external_id = NULL, email = NULL, phone = NULL, first_name = NULL, last_name = NULL, city = NULL, country = NULL, locale = NULL,
			time_zone = 'UTC', consent_email = false, consent_sms = false, consent_push = false, consent_whatsapp = false, attributes = '{}', traits = NULL
			WHERE workspace_id = $1 AND id = $2`, workspaceID, id)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		return bumpDataVersion(ctx, tx, workspaceID)
	})
	return failed(err, "forgetting a customer")
}

// forgetInMergesSQL takes profiles $3, once part of customers who merged with others, and what names customer $2 out of these
// merges.
const forgetInMergesSQL = `UPDATE customer_merges m SET profiles = ARRAY(SELECT p FROM unnest(m.profiles) WITH ORDINALITY AS u (p, n) WHERE p <> ALL ($3) ORDER BY n),
		identities = coalesce((SELECT jsonb_agg(one ORDER BY n) FROM jsonb_array_elements(m.identities) WITH ORDINALITY AS u (one, n)
			WHERE NOT EXISTS (SELECT FROM identities i WHERE i.workspace_id = $1 AND i.kind = (one ->> 0)::smallint AND i.value = one ->> 1 AND i.customer_id = $2)), '[]')
	WHERE m.workspace_id = $1 AND m.profiles && $3`

// names is what a customer is named by.
type names struct{ ids, emails, phones []string }

func namesOf(ctx context.Context, q querier, workspaceID, id uuid.UUID) (n names, err error) {
	rows, err := q.Query(ctx, `SELECT kind, value FROM identities WHERE workspace_id = $1 AND customer_id = $2
		UNION SELECT $3::smallint, anonymous_id FROM devices WHERE workspace_id = $1 AND customer_id = $2
		UNION SELECT $4::smallint, external_id FROM customers WHERE workspace_id = $1 AND id = $2 AND external_id IS NOT NULL
		UNION SELECT $5::smallint, lower(email) FROM customers WHERE workspace_id = $1 AND id = $2 AND email IS NOT NULL
		UNION SELECT $6::smallint, phone FROM customers WHERE workspace_id = $1 AND id = $2 AND phone IS NOT NULL`,
		workspaceID, id, ingest.ByAnonymous, ingest.ByUserID, ingest.ByEmail, ingest.ByPhone)
	if err != nil {
		return n, err
	}
	var kind int16
	var value string
	_, err = pgx.ForEachRow(rows, []any{&kind, &value}, func() error {
		switch kind {
		case ingest.ByEmail:
			n.emails = append(n.emails, value)
		case ingest.ByPhone:
			n.phones = append(n.phones, value)
		default:
			n.ids = append(n.ids, value)
		}
		return nil
	})
	return n, err
}

// namesAtOnce is how many names one pattern looks for.
const namesAtOnce = 100

// patterns are regular expressions, as Postgres has them, of messages that name the customer: by an id where an id stands, by
// an address or a number wherever it stands.
func (n names) patterns() (out []string) {
	add := func(values []string, before, after string, quote func(string) string) {
		for some := range slices.Chunk(values, namesAtOnce) {
			quoted := make([]string, len(some))
			for i, v := range some {
				quoted[i] = quote(v)
			}
			out = append(out, before+"("+strings.Join(quoted, "|")+")"+after)
		}
	}
	add(n.ids, `"(userId|user_id|anonymousId|anonymous_id|previousId|previous_id)"\s*:\s*"?`, `"?\s*[,}]`, func(v string) string {
		data, err := json.Marshal(v)
		if err != nil {
			return regexp.QuoteMeta(v)
		}
		return regexp.QuoteMeta(string(data[1 : len(data)-1]))
	})
	add(n.emails, `(^|[^a-z0-9._%+-])`, `($|[^a-z0-9.-])`, regexp.QuoteMeta)
	add(n.phones, `(^|[^0-9])`, `($|[^0-9])`, func(v string) string {
		return strings.Join(strings.Split(strings.TrimPrefix(v, "+"), ""), `[^0-9a-z]{0,3}`)
	})
	return out
}

// forgetDevices removes the customer's devices. One that others were seen with too stays apart from them for good: what nobody
// known sent from it may be the customer's.
func forgetDevices(ctx context.Context, tx pgx.Tx, workspaceID, id uuid.UUID, members []uuid.UUID) error {
	known := ingest.Identities{Devices: map[string]ingest.Device{}}
	rows, err := tx.Query(ctx, devicesSQL, workspaceID, []uuid.UUID{id})
	if err != nil {
		return err
	}
	if err := readDevices(rows, &known); err != nil {
		return err
	}
	shared := map[string]ingest.Device{}
	for name, d := range known.Devices {
		if d.Customer != id {
			shared[name] = d.Without(members)
		}
	}
	b := &pgx.Batch{}
	b.Queue("DELETE FROM devices WHERE workspace_id = $1 AND customer_id = $2", workspaceID, id)
	if len(shared) > 0 {
		queueDevices(b, workspaceID, shared)
	}
	return tx.SendBatch(ctx, b).Close()
}

// EraseCustomerEvents removes about limit of a customer's events with what they added to the counts by day and hour, in one
// transaction, and tells how many. 0: none is left. What another source told of the same orders counts then, if it is somebody
// else's.
func (s *Store) EraseCustomerEvents(ctx context.Context, workspaceID, id uuid.UUID, limit int) (n int, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockWorkspaceData(ctx, tx, workspaceID); err != nil {
			return err
		}
		n, err = eraseEvents(ctx, tx, workspaceID, id, limit)
		return err
	})
	return n, failed(err, "removing a customer's events")
}

const erasedSQL = `DELETE FROM events e WHERE e.workspace_id = $1 AND e.customer_id = $2 AND e.occurred_at <= coalesce((
		SELECT occurred_at FROM events WHERE workspace_id = $1 AND customer_id = $2 ORDER BY occurred_at OFFSET $3 LIMIT 1), 'infinity')
	RETURNING e.data_source_id, e.external_id, e.type, e.occurred_at, coalesce(e.channel, ''), coalesce(e.product, ''), e.value, e.duplicate, e.properties -> 'items',
		CASE WHEN e.type = 'order_completed' AND NOT e.duplicate THEN coalesce(` + orderIDSQL + `, '') ELSE '' END`

func eraseEvents(ctx context.Context, tx pgx.Tx, workspaceID, id uuid.UUID, limit int) (n int, err error) {
	// Fresh partitions have no statistics; one customer's rows are always few.
	if _, err := tx.Exec(ctx, "SELECT set_config('enable_seqscan', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true)"); err != nil {
		return 0, err
	}
	f, _, err := readFrame(ctx, tx, workspaceID)
	if err != nil {
		return 0, err
	}
	counts := newRollup(workspaceID, f.zone)
	rows, err := tx.Query(ctx, erasedSQL, workspaceID, id, limit-1)
	if err != nil {
		return 0, err
	}
	var e datasource.Event
	var value *decimal.Decimal
	var items json.RawMessage
	var order string
	var orders []string
	var acts []orderAct
	if _, err := pgx.ForEachRow(rows, []any{&e.SourceID, &e.ExternalID, &e.Type, &e.OccurredAt, &e.Channel, &e.Product, &value, &e.Duplicate, &items, &order}, func() error {
		n++
		setValue(&e, value)
		counts.remove(&e, items)
		if order != "" {
			orders, acts = append(orders, order), append(acts, orderAct{at: e.OccurredAt, source: e.SourceID, external: e.ExternalID})
		}
		return nil
	}); err != nil || n == 0 {
		return 0, err
	}
	removed := maxima(counts)
	if err := loseOrders(ctx, tx, workspaceID, id, orders, acts, counts); err != nil {
		return 0, err
	}
	b := &pgx.Batch{}
	counts.queue(b)
	removed.queue(b, workspaceID, f.timeZone)
	return n, tx.SendBatch(ctx, b).Close()
}

func setValue(e *datasource.Event, value *decimal.Decimal) {
	if e.HasValue, e.Cents = value != nil, 0; value != nil {
		e.Cents = value.Shift(2).IntPart()
	}
}

// loseOrders has those orders counted by what others told of them, where they did.
func loseOrders(ctx context.Context, tx pgx.Tx, workspaceID, id uuid.UUID, orders []string, acts []orderAct, counts *rollup) error {
	if len(orders) == 0 {
		return nil
	}
	ats, sources, externals := make([]time.Time, len(acts)), make([]uuid.UUID, len(acts)), make([]string, len(acts))
	for i, a := range acts {
		ats[i], sources[i], externals[i] = a.at, a.source, a.external
	}
	rows, err := tx.Query(ctx, `DELETE FROM order_acts o USING unnest($2::text[], $3::timestamptz[], $4::uuid[], $5::text[]) AS u (id, at, source, external)
		WHERE o.workspace_id = $1 AND o.order_id = u.id AND o.occurred_at = u.at AND o.data_source_id = u.source AND o.external_id = u.external RETURNING o.order_id`,
		workspaceID, orders, ats, sources, externals)
	if err != nil {
		return err
	}
	lost, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(lost) == 0 {
		return err
	}
	if rows, err = tx.Query(ctx, othersOrdersSQL, workspaceID, id, lost); err != nil {
		return err
	}
	e := datasource.Event{Type: datasource.EventOrderCompleted}
	var value *decimal.Decimal
	var items json.RawMessage
	var stale []uuid.UUID
	if _, err := pgx.ForEachRow(rows, []any{&e.SourceID, &e.CustomerID, &e.OccurredAt, &e.Channel, &e.Product, &value, &items}, func() error {
		setValue(&e, value)
		counts.promoted(&e, items)
		stale = append(stale, e.CustomerID)
		return nil
	}); err != nil {
		return err
	}
	return copyStale(ctx, tx, workspaceID, stale)
}

// othersOrdersSQL counts the next best event of orders $3, if it is not customer $2's.
const othersOrdersSQL = `WITH told AS (
		SELECT ` + orderIDSQL + ` AS order_id, array_position(ARRAY['shopify', 'http', 'gtm', 'facebook_pixel'], s.type) AS rank, e.occurred_at, e.data_source_id, e.external_id
		FROM events e JOIN data_sources s ON s.id = e.data_source_id
		WHERE e.workspace_id = $1 AND e.type = 'order_completed' AND e.duplicate AND e.resolved_by IS NOT NULL AND e.customer_id <> $2
	), best AS (
		SELECT DISTINCT ON (order_id) * FROM told WHERE order_id = ANY ($3)
		ORDER BY order_id, rank, occurred_at, external_id COLLATE "C", data_source_id::text COLLATE "C"
	), noted AS (
		INSERT INTO order_acts (workspace_id, order_id, rank, occurred_at, data_source_id, external_id)
		SELECT $1, order_id, rank, occurred_at, data_source_id, external_id FROM best
	)
	UPDATE events e SET duplicate = false FROM best b
	WHERE e.workspace_id = $1 AND e.data_source_id = b.data_source_id AND e.occurred_at = b.occurred_at AND e.external_id = b.external_id
	RETURNING e.data_source_id, e.customer_id, e.occurred_at, coalesce(e.channel, ''), coalesce(e.product, ''), e.value, e.properties -> 'items'`

// removedSpan is from when to when events of one row of event_days were removed.
type removedSpan struct {
	days, kinds, channels []string
	sources               []uuid.UUID
	first, last           []time.Time
}

func maxima(counts *rollup) (r removedSpan) {
	for k, c := range counts.days {
		r.days, r.kinds, r.channels, r.sources = append(r.days, k.day), append(r.kinds, k.kind), append(r.channels, k.channel), append(r.sources, k.source)
		r.first, r.last = append(r.first, c.first), append(r.last, c.last)
	}
	return r
}

// queue removes counts of nothing, and finds the first and the last event of days anew of which that was removed.
func (r removedSpan) queue(b *pgx.Batch, workspaceID uuid.UUID, zone string) {
	b.Queue("DELETE FROM event_days WHERE workspace_id = $1 AND day = ANY ($2::text[]::date[]) AND events = 0", workspaceID, r.days)
	b.Queue("DELETE FROM event_hours WHERE workspace_id = $1 AND day = ANY ($2::text[]::date[]) AND events = 0", workspaceID, r.days)
	b.Queue(`UPDATE event_days d SET first_at = span.first_at, last_at = span.last_at
		FROM unnest($2::text[], $3::text[], $4::uuid[], $5::text[], $6::timestamptz[], $7::timestamptz[]) AS u (day, kind, source, channel, first_at, last_at)
		CROSS JOIN LATERAL (
			SELECT min(e.occurred_at) AS first_at, max(e.occurred_at) AS last_at FROM events e
			WHERE e.workspace_id = $1 AND e.data_source_id = u.source AND e.type = u.kind AND coalesce(e.channel, '') = u.channel
				AND e.occurred_at >= u.day::date::timestamp AT TIME ZONE $8 AND e.occurred_at < (u.day::date + 1)::timestamp AT TIME ZONE $8
		) span
		WHERE d.workspace_id = $1 AND d.day = u.day::date AND d.type = u.kind AND d.data_source_id = u.source AND d.channel = u.channel
			AND (d.first_at = u.first_at OR d.last_at = u.last_at) AND span.first_at IS NOT NULL`, workspaceID, r.days, r.kinds, r.sources, r.channels, r.first, r.last, zone)
}

// FinishErasure removes the rest of a customer whose events are gone: features, days, visits with their counts, memberships,
// predictions, and at last the customer. Calling it again finds nothing.
func (s *Store) FinishErasure(ctx context.Context, workspaceID, id uuid.UUID) error {
	err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		for _, lock := range []func(context.Context, pgx.Tx, uuid.UUID) error{lockSegments, lockWorkspaceData, lockFeatures} {
			if err := lock(ctx, tx, workspaceID); err != nil {
				return err
			}
		}
		for { // none, but for what another process gave back to them meanwhile
			if n, err := eraseEvents(ctx, tx, workspaceID, id, 10_000); err != nil || n == 0 {
				if err != nil {
					return err
				}
				break
			}
		}
		b, err := readBook(ctx, tx, workspaceID)
		if err != nil {
			return err
		}
		segments := make([]uuid.UUID, 0, len(b.rules))
		for id := range b.rules {
			segments = append(segments, id)
		}
		batch := &pgx.Batch{}
		batch.Queue("SELECT refresh_features($1, ARRAY[$2::uuid], true)", workspaceID, id)
		batch.Queue("DELETE FROM segment_members WHERE workspace_id = $1 AND segment_id = ANY ($3) AND customer_id = $2", workspaceID, id, segments)
		for _, table := range []string{"segment_changes", "customer_predictions", "stale_customers"} {
			batch.Queue("DELETE FROM "+table+" WHERE workspace_id = $1 AND customer_id = $2", workspaceID, id)
		}
		batch.Queue("DELETE FROM customers WHERE workspace_id = $1 AND id = $2", workspaceID, id)
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
		return bumpDataVersion(ctx, tx, workspaceID)
	})
	return failed(err, "erasing a customer")
}
