package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/ingest"
)

// resolveIdentities finds whose the items are and makes what follows from it so, within tx, which holds the workspace's lock.
// Customers whose events changed hands are answered as stale.
func resolveIdentities(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, zone string, items []ingest.Item, known ingest.Identities, now time.Time) (ingest.Resolution, []uuid.UUID, error) {
	r := ingest.Resolve(items, known)
	if merged := r.Merged(); len(merged) > 0 {
		if err := moreOf(ctx, tx, workspaceID, merged, r.Merges, &known); err != nil {
			return r, nil, err
		}
		r = ingest.Resolve(items, known)
	}
	w := identityWriter{tx: tx, workspaceID: workspaceID, zone: zone, now: now, there: map[uuid.UUID]bool{}}
	for _, c := range known.Known {
		w.there[c] = true
	}
	for _, d := range known.Devices {
		if d.Customer != d.Profile || len(d.SeenWith) == 0 {
			w.there[d.Customer] = true // an own profile may be there only as part of another, or not yet
		}
	}
	if err := w.change(ctx, r); err != nil {
		return r, nil, err
	}
	if err := w.customers(ctx, items, r); err != nil {
		return r, nil, err
	}
	return r, w.stale, w.describe(ctx, items, r)
}

// identityQueries asks for all that is known of the items' identifiers and devices.
func identityQueries(b *pgx.Batch, workspaceID uuid.UUID, items []ingest.Item) *ingest.Identities {
	known := &ingest.Identities{Known: map[ingest.Identifier]uuid.UUID{}, Profiles: map[ingest.Identifier]uuid.UUID{}, Devices: map[string]ingest.Device{}, Apart: map[[2]uuid.UUID]bool{}}
	var kinds []int16
	var values, devices []string
	asked, askedDevices := map[ingest.Identifier]bool{}, map[string]bool{}
	for i := range items {
		for _, id := range items[i].Identifiers {
			if !asked[id] {
				asked[id] = true
				kinds, values = append(kinds, int16(id.Kind)), append(values, id.Value)
			}
		}
		if a := items[i].AnonymousID; a != "" && !askedDevices[a] {
			askedDevices[a] = true
			devices = append(devices, a)
		}
	}
	if len(kinds) > 0 {
		b.Queue("SELECT i.kind, i.value, i.customer_id, i.profile_id FROM "+keys("kind smallint, value text")+" JOIN identities i ON i.workspace_id = k.workspace_id AND i.kind = k.kind AND i.value = k.value",
			workspaceID, kinds, values).Query(func(rows pgx.Rows) error {
			var kind int16
			var value string
			var c uuid.UUID
			var p *uuid.UUID
			_, err := pgx.ForEachRow(rows, []any{&kind, &value, &c, &p}, func() error {
				id := ingest.Identifier{Kind: uint8(kind), Value: value}
				if known.Known[id] = c; p != nil {
					known.Profiles[id] = *p
				}
				return nil
			})
			return err
		})
	}
	if len(devices) > 0 {
		b.Queue("SELECT d.anonymous_id, d.customer_id, d.profile_id, d.seen_with, d.seen_profiles FROM "+keys("anonymous_id text")+" JOIN devices d ON d.workspace_id = k.workspace_id AND d.anonymous_id = k.anonymous_id",
			workspaceID, devices).Query(func(rows pgx.Rows) error { return readDevices(rows, known) })
	}
	return known
}

// keys is a relation k of keys in the workspace $1, with these columns from the arrays $2 and on. Postgres is not told that
// the workspace is one and the same: it would look at what it believes to be few rows of a workspace rather than look up keys,
// and of a workspace that grows it believes that for long.
func keys(columns string) string {
	var names, arrays []string
	for i, column := range strings.Split(columns, ", ") {
		name, kind, _ := strings.Cut(column, " ")
		names, arrays = append(names, name), append(arrays, fmt.Sprintf("$%d::%s[]", i+2, kind))
	}
	return fmt.Sprintf("(SELECT $1::uuid AS workspace_id, u.* FROM unnest(%s) AS u (%s) OFFSET 0) AS k", strings.Join(arrays, ", "), strings.Join(names, ", "))
}

func readDevices(rows pgx.Rows, known *ingest.Identities) error {
	var name string
	var d ingest.Device
	_, err := pgx.ForEachRow(rows, []any{&name, &d.Customer, &d.Profile, &d.SeenWith, &d.SeenProfiles}, func() error {
		known.Devices[name] = d
		d.SeenWith, d.SeenProfiles = nil, nil
		return nil
	})
	return err
}

// devicesSQL is the devices that belong to customers $2, and the shared ones that were seen with them.
const devicesSQL = `SELECT anonymous_id, customer_id, profile_id, seen_with, seen_profiles FROM devices WHERE workspace_id = $1 AND customer_id = ANY ($2)
	UNION SELECT anonymous_id, customer_id, profile_id, seen_with, seen_profiles FROM devices WHERE workspace_id = $1 AND cardinality(seen_with) > 1 AND seen_with && $2`

// apartSQL is who is to stay apart of customers $2: what was taken apart are profiles, and each may be part of somebody by now.
const apartSQL = `WITH parts AS MATERIALIZED (
		SELECT unnest($2::uuid[]) AS id UNION ALL SELECT id FROM merged_customers WHERE workspace_id = $1 AND customer_id = ANY ($2)
	), undone AS MATERIALIZED (
		SELECT coalesce(m.tied[1], m.customer_id) AS one, coalesce(m.tied[2], m.merged_id) AS other
		FROM customer_merges m WHERE m.workspace_id = $1 AND m.undone_at IS NOT NULL AND m.reason = 'same_person'
			AND (m.customer_id IN (SELECT id FROM parts) OR m.merged_id IN (SELECT id FROM parts)
				OR m.tied[1] IN (SELECT id FROM parts) OR m.tied[2] IN (SELECT id FROM parts))
	)
	SELECT coalesce(a.customer_id, u.one), coalesce(b.customer_id, u.other)
	FROM undone u LEFT JOIN merged_customers a ON a.workspace_id = $1 AND a.id = u.one LEFT JOIN merged_customers b ON b.workspace_id = $1 AND b.id = u.other`

// moreOf reads what a merge of customers depends on: the devices they were seen with, and who is to stay apart.
func moreOf(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, merged []uuid.UUID, merges []ingest.Merge, known *ingest.Identities) error {
	ids := append([]uuid.UUID{}, merged...)
	for _, m := range merges {
		ids = append(ids, m.Customer)
	}
	b := &pgx.Batch{}
	b.Queue(devicesSQL, workspaceID, ids).Query(func(rows pgx.Rows) error { return readDevices(rows, known) })
	b.Queue(apartSQL, workspaceID, ids).Query(func(rows pgx.Rows) error {
		var one, other uuid.UUID
		_, err := pgx.ForEachRow(rows, []any{&one, &other}, func() error {
			known.Apart[ingest.Pair(one, other)] = true
			return nil
		})
		return err
	})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("reading who is who: %w", err)
	}
	return nil
}

// identityWriter makes a resolution so.
type identityWriter struct {
	tx          pgx.Tx
	workspaceID uuid.UUID
	zone        string
	now         time.Time
	there       map[uuid.UUID]bool // customers that are known to be stored
	stale       []uuid.UUID        // customers whose events changed hands
}

// change writes merges, splits, identities and devices.
func (w *identityWriter) change(ctx context.Context, r ingest.Resolution) error {
	var same, identified []ingest.Merge
	for _, m := range r.Merges {
		if m.Reason == ingest.ReasonSamePerson {
			same = append(same, m)
		} else {
			identified = append(identified, m)
		}
	}
	if err := w.merge(ctx, same, ingest.ReasonSamePerson); err != nil {
		return err
	}
	for _, s := range r.Splits {
		if err := w.split(ctx, s); err != nil {
			return err
		}
	}
	if err := w.merge(ctx, identified, ingest.ReasonIdentified); err != nil {
		return err
	}
	b := &pgx.Batch{}
	if n := len(r.Identities); n > 0 {
		kinds, values, customers, profiles := make([]int16, 0, n), make([]string, 0, n), make([]uuid.UUID, 0, n), make([]uuid.UUID, 0, n)
		for id, c := range r.Identities {
			kinds, values, customers, profiles = append(kinds, int16(id.Kind)), append(values, id.Value), append(customers, c), append(profiles, r.Named[id])
		}
		b.Queue(`INSERT INTO identities AS i (workspace_id, kind, value, customer_id, profile_id)
			SELECT $1, u.kind, u.value, u.customer, nullif(u.profile, u.customer) FROM unnest($2::smallint[], $3::text[], $4::uuid[], $5::uuid[]) AS u (kind, value, customer, profile)
			ON CONFLICT (workspace_id, kind, value) DO UPDATE SET customer_id = excluded.customer_id, profile_id = coalesce(i.profile_id, excluded.profile_id)`,
			w.workspaceID, kinds, values, customers, profiles)
	}
	if len(r.Devices) > 0 {
		queueDevices(b, w.workspaceID, r.Devices)
	}
	if b.Len() == 0 {
		return nil
	}
	if err := w.tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("storing who is who: %w", err)
	}
	return nil
}

// queueDevices stores devices as they are now.
func queueDevices(b *pgx.Batch, workspaceID uuid.UUID, devices map[string]ingest.Device) {
	n := len(devices)
	names, customers, profiles, seen, before := make([]string, 0, n), make([]uuid.UUID, 0, n), make([]uuid.UUID, 0, n), make([]string, 0, n), make([]string, 0, n)
	for name, d := range devices {
		names, customers, profiles, seen = append(names, name), append(customers, d.Customer), append(profiles, d.Profile), append(seen, uuidArray(d.SeenWith))
		if d.SeenProfiles == nil {
			before = append(before, "")
		} else {
			before = append(before, uuidArray(d.SeenProfiles))
		}
	}
	b.Queue(`INSERT INTO devices (workspace_id, anonymous_id, customer_id, profile_id, seen_with, seen_profiles)
		SELECT $1, u.name, u.customer, u.profile, u.seen::uuid[], nullif(u.before, '')::uuid[]
		FROM unnest($2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[]) AS u (name, customer, profile, seen, before)
		ON CONFLICT (workspace_id, anonymous_id) DO UPDATE SET customer_id = excluded.customer_id, seen_with = excluded.seen_with, seen_profiles = excluded.seen_profiles`,
		workspaceID, names, customers, profiles, seen, before)
}

// uuidArray is a list of ids as Postgres reads it: unnest does not hand on lists in lists.
func uuidArray(ids []uuid.UUID) string {
	b := append(make([]byte, 0, 2+37*len(ids)), '{')
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, id.String()...)
	}
	return string(append(b, '}'))
}

// merge makes customers part of others, with their events and what else is theirs. One that was never stored leaves no trace.
func (w *identityWriter) merge(ctx context.Context, merges []ingest.Merge, reason string) error {
	if len(merges) == 0 {
		return nil
	}
	merged, kept, ids, tied := make([]uuid.UUID, len(merges)), make([]uuid.UUID, len(merges)), make([]uuid.UUID, len(merges)), make([]string, len(merges))
	for i, m := range merges {
		merged[i], kept[i], ids[i] = m.Merged, m.Customer, uuid.Must(uuid.NewV7())
		if m.Reason == ingest.ReasonSamePerson {
			tied[i] = uuidArray(m.Tied[:])
		}
	}
	pairs := keys("merged uuid, kept uuid")
	b := &pgx.Batch{}
	b.Queue("WITH gone AS (DELETE FROM customers c USING "+pairs+" WHERE c.workspace_id = k.workspace_id AND c.id = k.merged RETURNING c.id, k.kept, c.traits, c.created_at) "+
		"INSERT INTO merged_customers (workspace_id, id, customer_id, traits, created_at) SELECT $1, id, kept, traits, created_at FROM gone "+
		"ON CONFLICT (workspace_id, id) DO UPDATE SET customer_id = excluded.customer_id", w.workspaceID, merged, kept)
	b.Queue("INSERT INTO customer_merges (id, workspace_id, customer_id, merged_id, profiles, identities, reason, merged_at, tied)"+`
		SELECT k.id, $1, k.kept, k.merged,
			ARRAY(SELECT p.id FROM merged_customers p WHERE p.workspace_id = k.workspace_id AND p.customer_id = k.merged) || k.merged,
			coalesce((SELECT jsonb_agg(jsonb_build_array(i.kind, i.value)) FROM identities i WHERE i.workspace_id = k.workspace_id AND i.customer_id = k.merged), '[]'), $6, $7, nullif(k.tied, '')::uuid[]
		FROM `+keys("merged uuid, kept uuid, id uuid, tied text")+" JOIN merged_customers p ON p.workspace_id = k.workspace_id AND p.id = k.merged", w.workspaceID, merged, kept, ids, tied, reason, w.now)
	b.Queue("UPDATE merged_customers t SET customer_id = k.kept FROM "+pairs+" WHERE t.workspace_id = k.workspace_id AND t.customer_id = k.merged", w.workspaceID, merged, kept)
	b.Queue("UPDATE identities t SET customer_id = k.kept, profile_id = coalesce(t.profile_id, t.customer_id) FROM "+pairs+" WHERE t.workspace_id = k.workspace_id AND t.customer_id = k.merged", w.workspaceID, merged, kept)
	b.Queue("UPDATE events e SET customer_id = k.kept, profile_id = coalesce(e.profile_id, e.customer_id) FROM "+pairs+" WHERE e.workspace_id = k.workspace_id AND e.customer_id = k.merged",
		w.workspaceID, merged, kept)
	if err := w.tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("merging %d customers: %w", len(merges), err)
	}
	w.stale = append(append(w.stale, merged...), kept...)
	return nil
}

// split gives a device's events back to its own profile.
func (w *identityWriter) split(ctx context.Context, s ingest.Split) error {
	b := &pgx.Batch{}
	b.Queue(`UPDATE events SET customer_id = $3, profile_id = NULL
		WHERE workspace_id = $1 AND customer_id = $2 AND anonymous_id = $4 AND resolved_by = $5`, w.workspaceID, s.From, s.To, s.AnonymousID, ingest.ByAnonymous)
	b.Queue(`WITH back AS (DELETE FROM merged_customers WHERE workspace_id = $1 AND id = $2 RETURNING traits, created_at)
		INSERT INTO customers (workspace_id, id, traits, time_zone, created_at)
		SELECT $1, $2, (SELECT traits FROM back), $3, coalesce((SELECT created_at FROM back), $4)
		WHERE EXISTS (SELECT FROM back) OR EXISTS (SELECT FROM events WHERE workspace_id = $1 AND customer_id = $2)
		ON CONFLICT (workspace_id, id) DO NOTHING`, w.workspaceID, s.To, w.zone, w.now)
	b.Queue("UPDATE customer_merges SET undone_at = $3 WHERE workspace_id = $1 AND merged_id = $2 AND undone_at IS NULL", w.workspaceID, s.To, w.now)
	if err := w.tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("giving a shared device's events back: %w", err)
	}
	w.stale = append(w.stale, s.From, s.To)
	return nil
}

// customers stores those that items are of and that are not there yet.
func (w *identityWriter) customers(ctx context.Context, items []ingest.Item, r ingest.Resolution) error {
	var fresh, parts, partOf []uuid.UUID
	seen := map[uuid.UUID]bool{}
	for i := range items {
		if c := r.Customers[i]; !seen[c] {
			seen[c] = true
			if !w.there[c] {
				fresh = append(fresh, c)
			}
		}
		if p := r.Profiles[i]; p != r.Customers[i] && len(items[i].Traits) > 0 && !seen[p] {
			seen[p] = true
			parts, partOf = append(parts, p), append(partOf, r.Customers[i])
		}
	}
	b := &pgx.Batch{}
	if len(fresh) > 0 {
		b.Queue("INSERT INTO customers (workspace_id, id, time_zone, created_at) SELECT $1, u.id, $3, $4 FROM unnest($2::uuid[]) AS u (id) ON CONFLICT (workspace_id, id) DO NOTHING",
			w.workspaceID, fresh, w.zone, w.now)
	}
	if len(parts) > 0 {
		b.Queue(`INSERT INTO merged_customers (workspace_id, id, customer_id, created_at)
			SELECT $1, u.id, u.customer, $4 FROM unnest($2::uuid[], $3::uuid[]) AS u (id, customer) ON CONFLICT (workspace_id, id) DO NOTHING`,
			w.workspaceID, parts, partOf, w.now)
	}
	if b.Len() == 0 {
		return nil
	}
	if err := w.tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("storing new customers: %w", err)
	}
	return nil
}

// describe keeps what the items say of their senders, and what is known of each customer because of it.
func (w *identityWriter) describe(ctx context.Context, items []ingest.Item, r ingest.Resolution) error {
	affected := map[uuid.UUID]bool{}
	told := map[uuid.UUID]bool{}
	for i := range items {
		if len(items[i].Traits) > 0 {
			affected[r.Customers[i]], told[r.Profiles[i]] = true, true
		}
	}
	for _, m := range r.Merges {
		affected[m.Customer] = true
	}
	for _, s := range r.Splits {
		affected[s.From], affected[s.To] = true, true
	}
	for id, c := range r.Identities {
		if id.Kind == ingest.ByUserID {
			affected[c] = true // its external id
		}
	}
	if len(affected) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, 0, len(affected))
	for id := range affected {
		ids = append(ids, id)
	}
	profiles, of, err := w.profiles(ctx, ids)
	if err != nil {
		return err
	}
	for i := range items {
		if p := r.Profiles[i]; len(items[i].Traits) > 0 {
			if profiles[p] == nil {
				profiles[p], of[p] = ingest.Traits{}, r.Customers[i]
			}
			profiles[p].Tell(items[i].Traits, items[i].At)
		}
	}
	return w.write(ctx, profiles, of, told)
}

// profiles reads what those customers' profiles were told, and whose they are.
func (w *identityWriter) profiles(ctx context.Context, customers []uuid.UUID) (map[uuid.UUID]ingest.Traits, map[uuid.UUID]uuid.UUID, error) {
	rows, err := w.tx.Query(ctx, "SELECT c.id, c.id, c.traits FROM "+keys("id uuid")+" JOIN customers c ON c.workspace_id = k.workspace_id AND c.id = k.id"+
		" UNION ALL SELECT p.id, p.customer_id, p.traits FROM "+keys("id uuid")+" JOIN merged_customers p ON p.workspace_id = k.workspace_id AND p.customer_id = k.id", w.workspaceID, customers)
	if err != nil {
		return nil, nil, fmt.Errorf("reading traits: %w", err)
	}
	profiles, of := map[uuid.UUID]ingest.Traits{}, map[uuid.UUID]uuid.UUID{}
	var id, c uuid.UUID
	var data []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &c, &data}, func() error {
		t := ingest.Traits{}
		if data != nil {
			if err := json.Unmarshal(data, &t); err != nil {
				return err
			}
		}
		profiles[id], of[id] = t, c
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("reading traits: %w", err)
	}
	return profiles, of, nil
}

func (w *identityWriter) write(ctx context.Context, profiles map[uuid.UUID]ingest.Traits, of map[uuid.UUID]uuid.UUID, told map[uuid.UUID]bool) error {
	byCustomer := map[uuid.UUID][]ingest.Traits{}
	var partIDs, partOf []uuid.UUID
	var partTraits []string
	for p, t := range profiles {
		byCustomer[of[p]] = append(byCustomer[of[p]], t)
		if p != of[p] && told[p] {
			data, err := json.Marshal(t)
			if err != nil {
				return fmt.Errorf("storing traits: %w", err)
			}
			partIDs, partOf, partTraits = append(partIDs, p), append(partOf, of[p]), append(partTraits, string(data))
		}
	}
	type row struct {
		ID          uuid.UUID       `json:"id"`
		Traits      ingest.Traits   `json:"traits"`
		Email       string          `json:"email"`
		Phone       string          `json:"phone"`
		FirstName   string          `json:"first_name"`
		LastName    string          `json:"last_name"`
		City        string          `json:"city"`
		Country     string          `json:"country"`
		Locale      string          `json:"locale"`
		TimeZone    string          `json:"time_zone"`
		MayEmail    bool            `json:"consent_email"`
		MaySMS      bool            `json:"consent_sms"`
		MayPush     bool            `json:"consent_push"`
		MayWhatsApp bool            `json:"consent_whatsapp"`
		Attributes  json.RawMessage `json:"attributes"`
	}
	rows := make([]row, 0, len(byCustomer))
	for id, parts := range byCustomer {
		var c customer.Customer
		attributes := ingest.Fold(parts...).Describe(&c, w.zone)
		rows = append(rows, row{id, profiles[id], c.Email, c.Phone, c.FirstName, c.LastName, c.City, c.Country, c.Locale, c.TimeZone,
			c.ConsentEmail, c.ConsentSMS, c.ConsentPush, c.ConsentWhatsApp, attributes})
	}
	data, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("storing traits: %w", err)
	}
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO customers (workspace_id, id, traits, email, phone, first_name, last_name, city, country, locale, time_zone,
			consent_email, consent_sms, consent_push, consent_whatsapp, attributes, external_id)
		SELECT $1, u.id, nullif(u.traits, '{}'), nullif(u.email, ''), nullif(u.phone, ''), nullif(u.first_name, ''), nullif(u.last_name, ''),
			nullif(u.city, ''), nullif(u.country, ''), nullif(u.locale, ''), u.time_zone, u.consent_email, u.consent_sms, u.consent_push, u.consent_whatsapp, u.attributes,
			(SELECT (array_agg(i.value ORDER BY i.value COLLATE "C"))[1] FROM identities i WHERE i.workspace_id = $1 AND i.customer_id = u.id AND i.kind = $3)
		FROM jsonb_to_recordset($2::jsonb) AS u (id uuid, traits jsonb, email text, phone text, first_name text, last_name text, city text, country text, locale text,
			time_zone text, consent_email boolean, consent_sms boolean, consent_push boolean, consent_whatsapp boolean, attributes jsonb)
		ON CONFLICT (workspace_id, id) DO UPDATE SET traits = excluded.traits, email = excluded.email, phone = excluded.phone, first_name = excluded.first_name,
			last_name = excluded.last_name, city = excluded.city, country = excluded.country, locale = excluded.locale, time_zone = excluded.time_zone,
			consent_email = excluded.consent_email, consent_sms = excluded.consent_sms, consent_push = excluded.consent_push, consent_whatsapp = excluded.consent_whatsapp,
			attributes = excluded.attributes, external_id = excluded.external_id`, w.workspaceID, string(data), ingest.ByUserID)
	if len(partIDs) > 0 {
		b.Queue(`INSERT INTO merged_customers (workspace_id, id, customer_id, traits, created_at)
			SELECT $1, u.id, u.customer, u.traits::jsonb, $5 FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS u (id, customer, traits)
			ON CONFLICT (workspace_id, id) DO UPDATE SET traits = excluded.traits`, w.workspaceID, partIDs, partOf, partTraits, w.now)
	}
	if err := w.tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("storing traits: %w", err)
	}
	return nil
}
