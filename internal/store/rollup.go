package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/datasource"
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

// rollup is what some events add to the counts by day and hour: the same as refresh_rollups makes of all events.
type rollup struct {
	workspaceID uuid.UUID
	zone        *time.Location
	days        map[dayKey]*dayCount
	hours       map[hourKey]*hourCount
	products    map[productKey]*productCount
	outdid      bool // something that counted does so no longer
}

type dayKey struct {
	day, kind string
	source    uuid.UUID
	channel   string
}

type hourKey struct {
	day  string
	hour int
	kind string
}

type productKey struct{ day, product string }

type dayCount struct {
	events, acts, cents int64
	first, last         time.Time
}

type hourCount struct{ events, acts, cents int64 }

type productCount struct {
	views, adds, orders, units int64
	revenue                    decimal.Decimal
}

func newRollup(workspaceID uuid.UUID, zone *time.Location) *rollup {
	return &rollup{workspaceID: workspaceID, zone: zone, days: map[dayKey]*dayCount{}, hours: map[hourKey]*hourCount{}, products: map[productKey]*productCount{}}
}

// add counts a new event.
func (r *rollup) add(e *datasource.Event) {
	local := e.OccurredAt.In(r.zone)
	day := local.Format(time.DateOnly)
	d, h := r.day(day, e), r.hour(day, local.Hour(), e)
	d.events++
	h.events++
	if d.first.IsZero() || e.OccurredAt.Before(d.first) {
		d.first = e.OccurredAt
	}
	if e.OccurredAt.After(d.last) {
		d.last = e.OccurredAt
	}
	if !e.Duplicate {
		r.act(day, d, h, e, nil, 1)
	}
}

// remove takes an event out of the counts that is no more. items are an order's, as JSON.
func (r *rollup) remove(e *datasource.Event, items []byte) {
	r.outdid = true
	local := e.OccurredAt.In(r.zone)
	day := local.Format(time.DateOnly)
	d, h := r.day(day, e), r.hour(day, local.Hour(), e)
	d.events--
	h.events--
	if d.first.IsZero() || e.OccurredAt.Before(d.first) {
		d.first = e.OccurredAt
	}
	if e.OccurredAt.After(d.last) {
		d.last = e.OccurredAt
	}
	if !e.Duplicate {
		r.act(day, d, h, e, items, -1)
	}
}

// promoted counts an event that was a duplicate and is none any more. items are an order's, as JSON.
func (r *rollup) promoted(e *datasource.Event, items []byte) {
	local := e.OccurredAt.In(r.zone)
	day := local.Format(time.DateOnly)
	d := r.day(day, e)
	if d.first.IsZero() {
		d.first, d.last = e.OccurredAt, e.OccurredAt
	}
	r.act(day, d, r.hour(day, local.Hour(), e), e, items, 1)
}

// outdone takes an event that counted out of all but the counts of events. items are an order's, as JSON.
func (r *rollup) outdone(e *datasource.Event, items []byte) {
	r.outdid = true
	local := e.OccurredAt.In(r.zone)
	day := local.Format(time.DateOnly)
	d := r.day(day, e)
	if d.first.IsZero() {
		d.first, d.last = e.OccurredAt, e.OccurredAt
	}
	r.act(day, d, r.hour(day, local.Hour(), e), e, items, -1)
}

func (r *rollup) act(day string, d *dayCount, h *hourCount, e *datasource.Event, items []byte, sign int64) {
	d.acts, h.acts = d.acts+sign, h.acts+sign
	if e.HasValue {
		d.cents, h.cents = d.cents+sign*e.Cents, h.cents+sign*e.Cents
	}
	switch e.Type {
	case datasource.EventProductViewed:
		if e.Product != "" {
			r.product(day, e.Product).views += sign
		}
	case datasource.EventProductAdded:
		if e.Product != "" {
			r.product(day, e.Product).adds += sign
		}
	case datasource.EventOrderCompleted:
		r.order(day, e, items, sign)
	}
}

// order counts an order for each product in its items, or for its own where it lists none.
func (r *rollup) order(day string, e *datasource.Event, items []byte, sign int64) {
	var lines []struct {
		Product  string          `json:"product"`
		Quantity int64           `json:"quantity"`
		Price    decimal.Decimal `json:"price"`
	}
	if items == nil && len(e.Properties) > 0 {
		var properties struct {
			Items json.RawMessage `json:"items"`
		}
		if json.Unmarshal(e.Properties, &properties) == nil {
			items = properties.Items
		}
	}
	if items == nil {
		if e.Product != "" {
			p := r.product(day, e.Product)
			p.orders, p.units = p.orders+sign, p.units+sign
			p.revenue = p.revenue.Add(decimal.New(sign*e.Cents, -2))
		}
		return
	}
	if json.Unmarshal(items, &lines) != nil {
		return // whoever wrote it made it of this form
	}
	seen := map[string]bool{}
	for _, l := range lines {
		p := r.product(day, l.Product)
		if !seen[l.Product] {
			seen[l.Product] = true
			p.orders += sign
		}
		p.units += sign * l.Quantity
		p.revenue = p.revenue.Add(l.Price.Mul(decimal.NewFromInt(sign * l.Quantity)))
	}
}

func (r *rollup) day(day string, e *datasource.Event) *dayCount {
	k := dayKey{day, e.Type, e.SourceID, e.Channel}
	if r.days[k] == nil {
		r.days[k] = &dayCount{}
	}
	return r.days[k]
}

func (r *rollup) hour(day string, hour int, e *datasource.Event) *hourCount {
	k := hourKey{day, hour, e.Type}
	if r.hours[k] == nil {
		r.hours[k] = &hourCount{}
	}
	return r.hours[k]
}

func (r *rollup) product(day, product string) *productCount {
	k := productKey{day, product}
	if r.products[k] == nil {
		r.products[k] = &productCount{}
	}
	return r.products[k]
}

// queue adds the counts to those that are stored.
func (r *rollup) queue(b *pgx.Batch) {
	if n := len(r.days); n > 0 {
		days, kinds, channels, values := make([]string, 0, n), make([]string, 0, n), make([]string, 0, n), make([]string, 0, n)
		sources, events, acts, first, last := make([]uuid.UUID, 0, n), make([]int64, 0, n), make([]int64, 0, n), make([]time.Time, 0, n), make([]time.Time, 0, n)
		for k, c := range r.days {
			days, kinds, sources, channels = append(days, k.day), append(kinds, k.kind), append(sources, k.source), append(channels, k.channel)
			events, acts, values, first, last = append(events, c.events), append(acts, c.acts), append(values, decimal.New(c.cents, -2).String()), append(first, c.first), append(last, c.last)
		}
		b.Queue(`INSERT INTO event_days AS d (workspace_id, day, type, data_source_id, channel, events, acts, value, first_at, last_at)
			SELECT $1, u.day::date, u.kind, u.source, u.channel, u.events, u.acts, u.value::numeric, u.first_at, u.last_at
			FROM unnest($2::text[], $3::text[], $4::uuid[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::timestamptz[], $10::timestamptz[])
				AS u (day, kind, source, channel, events, acts, value, first_at, last_at)
			ON CONFLICT (workspace_id, day, type, data_source_id, channel) DO UPDATE SET events = d.events + excluded.events, acts = d.acts + excluded.acts,
				value = d.value + excluded.value, first_at = least(d.first_at, excluded.first_at), last_at = greatest(d.last_at, excluded.last_at)`,
			r.workspaceID, days, kinds, sources, channels, events, acts, values, first, last)
		b.Queue("INSERT INTO rollup_zones (workspace_id, time_zone) VALUES ($1, $2) ON CONFLICT (workspace_id) DO NOTHING", r.workspaceID, r.zone.String())
	}
	if n := len(r.hours); n > 0 {
		days, hours, kinds, events, acts, values := make([]string, 0, n), make([]int16, 0, n), make([]string, 0, n), make([]int64, 0, n), make([]int64, 0, n), make([]string, 0, n)
		for k, c := range r.hours {
			days, hours, kinds = append(days, k.day), append(hours, int16(k.hour)), append(kinds, k.kind)
			events, acts, values = append(events, c.events), append(acts, c.acts), append(values, decimal.New(c.cents, -2).String())
		}
		b.Queue(`INSERT INTO event_hours AS h (workspace_id, day, hour, type, events, acts, value)
			SELECT $1, u.day::date, u.hour, u.kind, u.events, u.acts, u.value::numeric
			FROM unnest($2::text[], $3::smallint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[]) AS u (day, hour, kind, events, acts, value)
			ON CONFLICT (workspace_id, day, hour, type) DO UPDATE SET events = h.events + excluded.events, acts = h.acts + excluded.acts, value = h.value + excluded.value`,
			r.workspaceID, days, hours, kinds, events, acts, values)
	}
	if n := len(r.products); n > 0 {
		days, products, revenue := make([]string, 0, n), make([]string, 0, n), make([]string, 0, n)
		views, adds, orders, units := make([]int64, 0, n), make([]int64, 0, n), make([]int64, 0, n), make([]int64, 0, n)
		for k, c := range r.products {
			days, products, revenue = append(days, k.day), append(products, k.product), append(revenue, c.revenue.String())
			views, adds, orders, units = append(views, c.views), append(adds, c.adds), append(orders, c.orders), append(units, c.units)
		}
		b.Queue(`INSERT INTO product_days AS p (workspace_id, day, product, views, adds, orders, units, revenue)
			SELECT $1, u.day::date, u.product, u.views, u.adds, u.orders, u.units, u.revenue::numeric
			FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[]) AS u (day, product, views, adds, orders, units, revenue)
			ON CONFLICT (workspace_id, day, product) DO UPDATE SET views = p.views + excluded.views, adds = p.adds + excluded.adds, orders = p.orders + excluded.orders,
				units = p.units + excluded.units, revenue = p.revenue + excluded.revenue`,
			r.workspaceID, days, products, views, adds, orders, units, revenue)
		if r.outdid {
			b.Queue(`DELETE FROM product_days p USING unnest($2::text[], $3::text[]) AS u (day, product)
				WHERE p.workspace_id = $1 AND p.day = u.day::date AND p.product = u.product AND (p.views, p.adds, p.orders, p.units, p.revenue) = (0, 0, 0, 0, 0)`, r.workspaceID, days, products)
		}
	}
}
