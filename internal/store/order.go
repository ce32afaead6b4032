package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/ingest"
)

// An order that is told more than once counts once: a page that thanks for it is opened again, or several sources tell of it.

// orderAct is the event that counts for an order.
type orderAct struct {
	rank     int16
	at       time.Time
	source   uuid.UUID
	external string
}

// before tells whether a counts rather than b.
func (a orderAct) before(b orderAct) bool {
	if a.rank != b.rank {
		return a.rank < b.rank
	}
	if !a.at.Equal(b.at) {
		return a.at.Before(b.at)
	}
	if a.external != b.external {
		return a.external < b.external
	}
	return strings.Compare(a.source.String(), b.source.String()) < 0
}

// rankOf is how good a witness of orders a source is, the best first.
func rankOf(t datasource.Type) int16 {
	switch t {
	case datasource.Shopify:
		return 1
	case datasource.HTTP:
		return 2
	case datasource.GTM:
		return 3
	}
	return 4
}

// orderActs is what is known of the orders that the items name.
type orderActs struct{ known map[string]orderAct }

func orderQueries(b *pgx.Batch, workspaceID uuid.UUID, items []ingest.Item) *orderActs {
	o := &orderActs{known: map[string]orderAct{}}
	var ids []string
	for i := range items {
		if id := items[i].OrderID; id != "" {
			ids = append(ids, id)
		}
	}
	if len(ids) > 0 {
		b.Queue("SELECT o.order_id, o.rank, o.occurred_at, o.data_source_id, o.external_id FROM "+keys("order_id text")+" JOIN order_acts o ON o.workspace_id = k.workspace_id AND o.order_id = k.order_id",
			workspaceID, ids).Query(func(rows pgx.Rows) error {
			var id string
			var a orderAct
			_, err := pgx.ForEachRow(rows, []any{&id, &a.rank, &a.at, &a.source, &a.external}, func() error { o.known[id] = a; return nil })
			return err
		})
	}
	return o
}

// amounts are what refunds that name no amount gave back: all of the order, where that is known. In hundredths, by item.
func (o *orderActs) amounts(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, items []ingest.Item) (map[int]int64, error) {
	whole := map[string][]int{}
	var ids []string
	for i := range items {
		if e := &items[i].Event; e.Type == datasource.EventOrderRefunded && !e.HasValue && items[i].OrderID != "" {
			if whole[items[i].OrderID] == nil {
				ids = append(ids, items[i].OrderID)
			}
			whole[items[i].OrderID] = append(whole[items[i].OrderID], i)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	out := map[int]int64{}
	for i := range items { // an order of the same batch
		if e := &items[i].Event; e.Type == datasource.EventOrderCompleted && e.HasValue {
			for _, refund := range whole[items[i].OrderID] {
				out[refund] = e.Cents
			}
		}
	}
	rows, err := tx.Query(ctx, "SELECT a.order_id, (e.value * 100)::bigint FROM "+keys("order_id text")+` JOIN order_acts a ON a.workspace_id = k.workspace_id AND a.order_id = k.order_id
		JOIN events e ON e.data_source_id = a.data_source_id AND e.occurred_at = a.occurred_at AND e.external_id = a.external_id
		WHERE e.value IS NOT NULL`, workspaceID, ids)
	if err != nil {
		return nil, fmt.Errorf("reading refunded orders: %w", err)
	}
	var id string
	var cents int64
	_, err = pgx.ForEachRow(rows, []any{&id, &cents}, func() error {
		for _, refund := range whole[id] {
			out[refund] = cents
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading refunded orders: %w", err)
	}
	return out, nil
}

// settle decides which event counts for each order, marks all others as duplicates, and takes those that counted until now
// out of counts. It answers the customers of these. Which event counts is added to last.
func (o *orderActs) settle(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, items []ingest.Item, sources []ingest.Source, counts *rollup, last *pgx.Batch) ([]uuid.UUID, error) {
	best, holder := map[string]orderAct{}, map[string]int{}
	for i := range items {
		it := &items[i]
		if it.Event.Type != datasource.EventOrderCompleted || it.OrderID == "" {
			continue
		}
		a := orderAct{rank: rankOf(sources[i].Type), at: it.Event.OccurredAt, source: it.Event.SourceID, external: it.Event.ExternalID}
		now, ok := best[it.OrderID]
		if !ok {
			now, ok = o.known[it.OrderID]
		}
		if ok && !a.before(now) {
			it.Event.Duplicate = true
			continue
		}
		if h, ok := holder[it.OrderID]; ok {
			items[h].Event.Duplicate = true
		}
		best[it.OrderID], holder[it.OrderID] = a, i
	}
	if len(best) == 0 {
		return nil, nil
	}
	n := len(best)
	ids, ranks, ats, from, externals := make([]string, 0, n), make([]int16, 0, n), make([]time.Time, 0, n), make([]uuid.UUID, 0, n), make([]string, 0, n)
	var old []orderAct
	for id, a := range best {
		ids, ranks, ats, from, externals = append(ids, id), append(ranks, a.rank), append(ats, a.at), append(from, a.source), append(externals, a.external)
		if was, ok := o.known[id]; ok {
			old = append(old, was)
		}
	}
	last.Queue(`INSERT INTO order_acts (workspace_id, order_id, rank, occurred_at, data_source_id, external_id)
		SELECT $1, u.* FROM unnest($2::text[], $3::smallint[], $4::timestamptz[], $5::uuid[], $6::text[]) AS u
		ON CONFLICT (workspace_id, order_id) DO UPDATE SET rank = excluded.rank, occurred_at = excluded.occurred_at, data_source_id = excluded.data_source_id, external_id = excluded.external_id`,
		workspaceID, ids, ranks, ats, from, externals)
	return outdo(ctx, tx, workspaceID, old, counts)
}

// outdo marks events as duplicates that counted until now.
func outdo(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID, old []orderAct, counts *rollup) (customers []uuid.UUID, err error) {
	if len(old) == 0 {
		return nil, nil
	}
	ats, sources, externals := make([]time.Time, len(old)), make([]uuid.UUID, len(old)), make([]string, len(old))
	for i, a := range old {
		ats[i], sources[i], externals[i] = a.at, a.source, a.external
	}
	rows, err := tx.Query(ctx, `UPDATE events e SET duplicate = true FROM unnest($2::timestamptz[], $3::uuid[], $4::text[]) AS u (at, source, external)
		WHERE e.workspace_id = $1 AND e.data_source_id = u.source AND e.occurred_at = u.at AND e.external_id = u.external AND NOT e.duplicate
		RETURNING e.data_source_id, e.customer_id, e.occurred_at, coalesce(e.channel, ''), coalesce(e.product, ''), e.value, e.properties -> 'items'`, workspaceID, ats, sources, externals)
	if err != nil {
		return nil, fmt.Errorf("counting orders once: %w", err)
	}
	e := datasource.Event{Type: datasource.EventOrderCompleted}
	var value *decimal.Decimal
	var items json.RawMessage
	_, err = pgx.ForEachRow(rows, []any{&e.SourceID, &e.CustomerID, &e.OccurredAt, &e.Channel, &e.Product, &value, &items}, func() error {
		e.HasValue, e.Properties = value != nil, nil
		if value != nil {
			e.Cents = value.Shift(2).IntPart()
		}
		counts.outdone(&e, items)
		customers = append(customers, e.CustomerID)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("counting orders once: %w", err)
	}
	return customers, nil
}
