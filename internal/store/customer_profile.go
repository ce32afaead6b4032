package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/ingest"
)

// FindCustomer is everything that is known of one customer, of one moment. NotFound for one who is not there; where they are
// part of another, it names that one (customerId).
func (s *Store) FindCustomer(ctx context.Context, workspaceID, id uuid.UUID) (customer.Profile, error) {
	var p customer.Profile
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) (err error) {
		p, err = readProfile(ctx, tx, workspaceID, id)
		return err
	})
	return p, failed(err, "reading a customer")
}

func readProfile(ctx context.Context, tx pgx.Tx, workspaceID, id uuid.UUID) (customer.Profile, error) {
	b, err := readBook(ctx, tx, workspaceID)
	if err != nil {
		return customer.Profile{}, err
	}
	r := profileReader{tx: tx, workspaceID: workspaceID, p: customer.Profile{Currency: b.currency}}
	if err := r.base(ctx, id); err != nil {
		return r.p, err
	}
	for _, read := range []func(context.Context) error{r.identities, r.features, r.consents, r.predictions, func(ctx context.Context) error { return r.memberships(ctx, b) }} {
		if err := read(ctx); err != nil {
			return r.p, err
		}
	}
	return r.p, nil
}

// profileReader reads a profile's parts within one snapshot.
type profileReader struct {
	tx          pgx.Tx
	workspaceID uuid.UUID
	p           customer.Profile
	said        map[string]time.Time // when the sources spoke last of consent, by channel
}

const customerSQL = `SELECT c.id, coalesce(c.external_id, ''), coalesce(c.email, ''), coalesce(c.phone, ''), coalesce(c.first_name, ''), coalesce(c.last_name, ''),
		coalesce(c.city, ''), coalesce(c.country, ''), coalesce(c.locale, ''), c.time_zone, c.consent_email, c.consent_sms, c.consent_push, c.consent_whatsapp,
		c.demo, c.created_at, c.attributes, c.traits
	FROM customers c WHERE c.workspace_id = $1 AND c.id = $2`

// base reads the customer's own row, and those of the profiles that became part of them.
func (r *profileReader) base(ctx context.Context, id uuid.UUID) error {
	c := &r.p.Customer
	var traits []byte
	err := r.tx.QueryRow(ctx, customerSQL, r.workspaceID, id).Scan(&c.ID, &c.ExternalID, &c.Email, &c.Phone, &c.FirstName, &c.LastName,
		&c.City, &c.Country, &c.Locale, &c.TimeZone, &c.ConsentEmail, &c.ConsentSMS, &c.ConsentPush, &c.ConsentWhatsApp,
		&c.Demo, &c.CreatedAt, &r.p.Attributes, &traits)
	if errors.Is(err, pgx.ErrNoRows) {
		return noCustomer(ctx, r.tx, r.workspaceID, id)
	}
	if err != nil {
		return err
	}
	all := []ingest.Traits{{}}
	if traits != nil {
		if err := json.Unmarshal(traits, &all[0]); err != nil {
			return fmt.Errorf("traits: %w", err)
		}
	}
	rows, err := r.tx.Query(ctx, "SELECT id, created_at, traits FROM merged_customers WHERE workspace_id = $1 AND customer_id = $2 ORDER BY id", r.workspaceID, id)
	if err != nil {
		return err
	}
	var part customer.Part
	if _, err = pgx.ForEachRow(rows, []any{&part.ID, &part.CreatedAt, &traits}, func() error {
		r.p.Merged = append(r.p.Merged, part)
		t := ingest.Traits{}
		if traits != nil {
			if err := json.Unmarshal(traits, &t); err != nil {
				return fmt.Errorf("traits: %w", err)
			}
		}
		all = append(all, t)
		return nil
	}); err != nil {
		return err
	}
	r.said = ingest.Fold(all...).ConsentSaid()
	return nil
}

// noCustomer is NotFound, with whom the one who was asked for is part of by now.
func noCustomer(ctx context.Context, q querier, workspaceID, id uuid.UUID) error {
	var of uuid.UUID
	err := q.QueryRow(ctx, "SELECT customer_id FROM merged_customers WHERE workspace_id = $1 AND id = $2", workspaceID, id).Scan(&of)
	if errors.Is(err, pgx.ErrNoRows) {
		return apperr.NoSuch("customer")
	}
	if err != nil {
		return err
	}
	return apperr.New(apperr.NotFound, "customer_merged", "This profile is part of another customer by now.").WithExtra("customerId", of)
}

// identityKinds are the names of kinds of identifiers.
var identityKinds = map[int16]string{ingest.ByUserID: "user_id", ingest.ByEmail: "email", ingest.ByPhone: "phone"}

func (r *profileReader) identities(ctx context.Context) error {
	rows, err := r.tx.Query(ctx, "SELECT kind, value, coalesce(profile_id, customer_id) FROM identities WHERE workspace_id = $1 AND customer_id = $2 ORDER BY kind, value", r.workspaceID, r.p.ID)
	if err != nil {
		return err
	}
	var kind int16
	var one customer.Identity
	if _, err := pgx.ForEachRow(rows, []any{&kind, &one.Value, &one.ProfileID}, func() error {
		one.Kind = identityKinds[kind]
		r.p.Identities = append(r.p.Identities, one)
		return nil
	}); err != nil {
		return err
	}
	if rows, err = r.tx.Query(ctx, "SELECT anonymous_id, profile_id FROM devices WHERE workspace_id = $1 AND customer_id = $2 ORDER BY anonymous_id", r.workspaceID, r.p.ID); err != nil {
		return err
	}
	r.p.Devices, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (d customer.Device, err error) {
		err = row.Scan(&d.AnonymousID, &d.ProfileID)
		return d, err
	})
	return err
}

const featuresSQL = `SELECT first_seen_at, last_seen_at, events, sessions, page_views, product_views, product_adds, checkouts, orders, refunds, revenue,
		first_order_at, last_order_at, cart_since, cart_touched_at, cart_value, best_hour, affinities, engagement, updated_at,
		EXISTS (SELECT FROM stale_customers s WHERE s.workspace_id = $1 AND s.customer_id = $2)
	FROM customer_features WHERE workspace_id = $1 AND customer_id = $2`

func (r *profileReader) features(ctx context.Context) error {
	var f customer.Features
	err := r.tx.QueryRow(ctx, featuresSQL, r.workspaceID, r.p.ID).Scan(&f.FirstSeenAt, &f.LastSeenAt, &f.Events, &f.Visits, &f.PageViews, &f.ProductViews,
		&f.ProductAdds, &f.Checkouts, &f.Orders, &f.Refunds, &f.Revenue, &f.FirstOrderAt, &f.LastOrderAt, &f.CartSince, &f.CartTouchedAt, &f.CartValue,
		&f.BestHour, &f.Affinities, &f.Engagement, &f.ComputedAt, &f.Stale)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	r.p.Features = &f
	return err
}

// consents reads the last word of each channel that was said through the API, by the customer's profiles together.
func (r *profileReader) consents(ctx context.Context) error {
	ids := []uuid.UUID{r.p.ID}
	for _, part := range r.p.Merged {
		ids = append(ids, part.ID)
	}
	rows, err := r.tx.Query(ctx, `SELECT DISTINCT ON (channel) `+consentColumns+` FROM consent_changes
		WHERE workspace_id = $1 AND customer_id = ANY ($2) ORDER BY channel, at DESC, id DESC`, r.workspaceID, ids)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, scanConsentChange)
	if err != nil {
		return err
	}
	changes := map[string]customer.ConsentChange{}
	for _, c := range list {
		changes[c.Channel] = c
	}
	r.p.Consents = customer.ConsentsOf(&r.p.Customer, r.said, changes)
	return nil
}

const consentColumns = "id, customer_id, channel, status, source, note, user_id, at"

func scanConsentChange(row pgx.CollectableRow) (c customer.ConsentChange, err error) {
	err = row.Scan(&c.ID, &c.CustomerID, &c.Channel, &c.Status, &c.Source, &c.Note, &c.UserID, &c.At)
	return c, err
}

func (r *profileReader) predictions(ctx context.Context) error {
	rows, err := r.tx.Query(ctx, `SELECT `+customerPredictionColumns+`
		FROM customer_predictions p JOIN customers c ON c.workspace_id = p.workspace_id AND c.id = p.customer_id
		WHERE p.workspace_id = $1 AND p.customer_id = $2`, r.workspaceID, r.p.ID)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, scanCustomerPrediction)
	if len(list) > 0 {
		r.p.Prediction = &list[0]
	}
	return err
}

// memberships are looked up segment by segment, by the key of their members.
func (r *profileReader) memberships(ctx context.Context, b book) error {
	ids := make([]uuid.UUID, 0, len(b.rules))
	for id := range b.rules {
		ids = append(ids, id)
	}
	rows, err := r.tx.Query(ctx, `SELECT segment_id, since FROM segment_members WHERE workspace_id = $1 AND segment_id = ANY ($2) AND customer_id = $3
		ORDER BY since DESC, segment_id`, r.workspaceID, ids, r.p.ID)
	if err != nil {
		return err
	}
	r.p.Memberships, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (m customer.Membership, err error) {
		err = row.Scan(&m.SegmentID, &m.Since)
		m.Name = b.names[m.SegmentID]
		return m, err
	})
	return err
}

// timelineSQL reads every month's events of a customer by their index, newest first, and no more of them than a page.
const timelineSQL = `SELECT e.external_id, e.type, coalesce(e.name, ''), e.occurred_at, e.data_source_id, coalesce(d.type, ''), coalesce(d.name, ''), coalesce(e.channel, ''),
		coalesce(e.product, ''), e.value, e.duplicate, e.properties, coalesce(e.profile_id, e.customer_id)
	FROM (
		SELECT * FROM events WHERE workspace_id = $1 AND customer_id = $2 AND occurred_at <= $3 AND (occurred_at, external_id, data_source_id) < ($3, $4, $5)
		ORDER BY occurred_at DESC, external_id DESC, data_source_id DESC LIMIT $6
	) e LEFT JOIN data_sources d ON d.workspace_id = $1 AND d.id = e.data_source_id
	ORDER BY e.occurred_at DESC, e.external_id DESC, e.data_source_id DESC`

// CustomerTimeline answers a page of what a customer did, newest first.
func (s *Store) CustomerTimeline(ctx context.Context, workspaceID, id uuid.UUID, limit int, after string) ([]customer.Act, string, error) {
	at, external, source, err := parseActCursor(after)
	if err != nil {
		return nil, "", err
	}
	if err := s.requireCustomer(ctx, workspaceID, id); err != nil {
		return nil, "", err
	}
	rows, err := s.pool.Query(ctx, timelineSQL, workspaceID, id, at, external, source, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("reading a timeline: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanAct)
	if err != nil {
		return nil, "", fmt.Errorf("reading a timeline: %w", err)
	}
	if len(list) <= limit {
		return list, "", nil
	}
	last := list[limit-1]
	return list[:limit], eventCursor(last.OccurredAt, last.SourceID.String()+last.ID), nil
}

func scanAct(row pgx.CollectableRow) (a customer.Act, err error) {
	err = row.Scan(&a.ID, &a.Type, &a.Name, &a.OccurredAt, &a.SourceID, &a.Source, &a.SourceName, &a.Channel, &a.Product, &a.Value, &a.Duplicate, &a.Properties, &a.ProfileID)
	return a, err
}

// parseActCursor reads a place among events of several sources: an event's id is its source's own.
func parseActCursor(s string) (at time.Time, external string, source uuid.UUID, err error) {
	if s == "" {
		return firstPage.at, "", uuid.Max, nil
	}
	at, id, err := parseEventCursor(s)
	if err != nil || len(id) < len(uuid.UUID{}.String()) {
		return at, "", source, badCursor()
	}
	head, external := id[:36], strings.ToValidUTF8(id[36:], "")
	if source, err = uuid.Parse(head); err != nil {
		return at, "", source, badCursor()
	}
	return at, external, source, nil
}

// requireCustomer is NotFound for a customer who is not there.
func (s *Store) requireCustomer(ctx context.Context, workspaceID, id uuid.UUID) error {
	var there bool
	err := s.pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM customers WHERE workspace_id = $1 AND id = $2)", workspaceID, id).Scan(&there)
	if err != nil || there {
		return failed(err, "looking for a customer")
	}
	return noCustomer(ctx, s.pool, workspaceID, id)
}
