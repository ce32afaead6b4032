package store_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/segment"
)

// someone is a customer with everything that a rule may ask of them, as it stands in the tables.
type someone struct {
	id       uuid.UUID
	columns  map[string]any // by column: of customers, and with "f." before them of customer_features; nil is NULL
	custom   map[string]any
	did      []did_
	features bool
}

// did_ is one event.
type did_ struct {
	typ, name        string
	at               time.Time
	duplicate        bool
	channel, product *string
	value            *decimal.Decimal
	properties       map[string]any
}

// crowd is all customers of a workspace: rules are evaluated over them one by one, in the plainest way.
type crowd struct {
	people []*someone
	rules  map[uuid.UUID]segment.Rule
	now    time.Time
}

func (s shop) crowd(workspaceID uuid.UUID, now time.Time) *crowd {
	s.t.Helper()
	c := &crowd{now: now, rules: segment.WithStandards(workspaceID, map[uuid.UUID]segment.Rule{})}
	byID := map[uuid.UUID]*someone{}
	row := func(data []byte) map[string]any {
		d := json.NewDecoder(strings.NewReader(string(data)))
		d.UseNumber()
		m := map[string]any{}
		require.NoError(s.t, d.Decode(&m))
		return m
	}
	var data []byte
	rows, err := s.Pool().Query(s.ctx, "SELECT to_jsonb(c) FROM customers c WHERE workspace_id = $1 ORDER BY id", workspaceID)
	require.NoError(s.t, err)
	_, err = pgx.ForEachRow(rows, []any{&data}, func() error {
		p := &someone{columns: row(data)}
		p.id = uuid.MustParse(p.columns["id"].(string))
		p.custom = p.columns["attributes"].(map[string]any)
		c.people, byID[p.id] = append(c.people, p), p
		return nil
	})
	require.NoError(s.t, err)
	rows, err = s.Pool().Query(s.ctx, "SELECT to_jsonb(f) FROM customer_features f WHERE workspace_id = $1", workspaceID)
	require.NoError(s.t, err)
	_, err = pgx.ForEachRow(rows, []any{&data}, func() error {
		m := row(data)
		p := byID[uuid.MustParse(m["customer_id"].(string))]
		p.features = true
		for k, v := range m {
			p.columns["f."+k] = v
		}
		return nil
	})
	require.NoError(s.t, err)
	rows, err = s.Pool().Query(s.ctx, "SELECT customer_id, type, coalesce(name, ''), occurred_at, duplicate, channel, product, value, coalesce(properties, '{}') FROM events WHERE workspace_id = $1 AND customer_id IS NOT NULL", workspaceID)
	require.NoError(s.t, err)
	var id uuid.UUID
	var e did_
	_, err = pgx.ForEachRow(rows, []any{&id, &e.typ, &e.name, &e.at, &e.duplicate, &e.channel, &e.product, &e.value, &data}, func() error {
		one := e
		one.properties = row(data)
		byID[id].did = append(byID[id].did, one)
		return nil
	})
	require.NoError(s.t, err)
	return c
}

func (c *crowd) members(r segment.Rule) []uuid.UUID {
	var ids []uuid.UUID
	for _, p := range c.people {
		if c.is(p, r) {
			ids = append(ids, p.id)
		}
	}
	return ids
}

func (c *crowd) is(p *someone, r segment.Rule) bool {
	switch r.Type {
	case segment.And:
		return !slices.ContainsFunc(r.Rules, func(one segment.Rule) bool { return !c.is(p, one) })
	case segment.Or:
		return slices.ContainsFunc(r.Rules, func(one segment.Rule) bool { return c.is(p, one) })
	case segment.Not:
		return !c.is(p, *r.Rule)
	case segment.Member:
		return c.is(p, c.rules[r.SegmentID])
	case segment.Attribute:
		return c.attribute(p, r)
	case segment.Feature:
		return c.feature(p, r)
	}
	n := 0
	for _, e := range p.did {
		if c.matches(e, r) {
			n++
		}
	}
	if r.Count == nil {
		return n >= 1
	}
	return ordered(r.Count.Op, n-r.Count.Value)
}

// ordered is what a comparison says of the sign of left less right.
func ordered(op segment.Op, sign int) bool {
	switch op {
	case segment.Eq:
		return sign == 0
	case segment.Ne:
		return sign != 0
	case segment.Gt:
		return sign > 0
	case segment.Gte:
		return sign >= 0
	case segment.Lt:
		return sign < 0
	case segment.Lte:
		return sign <= 0
	}
	panic("no such comparison: " + string(op))
}

func negative(op segment.Op) bool {
	return slices.Contains([]segment.Op{segment.Ne, segment.NotIn, segment.NotContains, segment.NotExists}, op)
}

func texts(op segment.Op, has *string, value any) bool {
	if op == segment.Exists {
		return has != nil
	}
	if has == nil {
		return negative(op)
	}
	h := strings.ToLower(*has)
	is := func(v any) bool { return h == strings.ToLower(v.(string)) }
	switch op {
	case segment.Eq:
		return is(value)
	case segment.Ne:
		return !is(value)
	case segment.In:
		return slices.ContainsFunc(value.([]any), is)
	case segment.NotIn:
		return !slices.ContainsFunc(value.([]any), is)
	case segment.Contains:
		return strings.Contains(h, strings.ToLower(value.(string)))
	case segment.NotContains:
		return !strings.Contains(h, strings.ToLower(value.(string)))
	case segment.StartsWith:
		return strings.HasPrefix(h, strings.ToLower(value.(string)))
	case segment.EndsWith:
		return strings.HasSuffix(h, strings.ToLower(value.(string)))
	}
	return false // not_exists
}

func numbers(op segment.Op, has *decimal.Decimal, value any) bool {
	if has == nil {
		return negative(op)
	}
	to := func(v any) int { return has.Cmp(decimal.RequireFromString(string(v.(json.Number)))) }
	is := func(v any) bool { return to(v) == 0 }
	switch op {
	case segment.Between:
		list := value.([]any)
		return to(list[0]) >= 0 && to(list[1]) <= 0
	case segment.In:
		return slices.ContainsFunc(value.([]any), is)
	case segment.NotIn:
		return !slices.ContainsFunc(value.([]any), is)
	}
	return ordered(op, to(value))
}

func textOf(v any) *string {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return &v
	case json.Number:
		s := string(v)
		return &s
	case bool:
		s := fmt.Sprint(v)
		return &s
	}
	s := asPostgres(v)
	return &s
}

// asPostgres is JSON as Postgres writes it.
func asPostgres(v any) string {
	var parts []string
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			parts = append(parts, asPostgres(one))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, fmt.Sprintf("%q: %s", k, asPostgres(v[k])))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	b, _ := json.Marshal(v)
	return string(b)
}

var plainNumber = regexp.MustCompile(`^-?[0-9]{1,18}([.][0-9]{1,18})?$`)

func numberOf(v any) *decimal.Decimal {
	s := textOf(v)
	if s == nil || !plainNumber.MatchString(*s) {
		return nil
	}
	d := decimal.RequireFromString(*s)
	return &d
}

// open is a custom attribute or a property: compared as its value is.
func open(op segment.Op, has, value any) bool {
	first := value
	if list, ok := value.([]any); ok {
		first = list[0]
	}
	switch first.(type) {
	case json.Number:
		return numbers(op, numberOf(has), value)
	case bool:
		same := textOf(has) != nil && strings.ToLower(*textOf(has)) == fmt.Sprint(value)
		return same == (op == segment.Eq)
	}
	return texts(op, textOf(has), value)
}

func (c *crowd) attribute(p *someone, r segment.Rule) bool {
	if name, ok := strings.CutPrefix(r.Attribute, "attributes."); ok {
		return open(r.Op, p.custom[name], r.Value)
	}
	if channel, ok := strings.CutPrefix(r.Attribute, "consent."); ok {
		return p.columns["consent_"+channel] == r.Value
	}
	if r.Attribute != "created_at" {
		return texts(r.Op, textOf(p.columns[r.Attribute]), r.Value)
	}
	at := timeOf(p.columns["created_at"])
	switch r.Op {
	case segment.InLastDays:
		return !at.Before(c.now.Add(-span(r.Value, 24*time.Hour)))
	case segment.OlderDays:
		return at.Before(c.now.Add(-span(r.Value, 24*time.Hour)))
	}
	to, _ := time.Parse(time.RFC3339, r.Value.(string))
	return at.Before(to) == (r.Op == segment.Before)
}

func timeOf(v any) *time.Time {
	if v == nil {
		return nil
	}
	t, err := time.Parse(time.RFC3339Nano, v.(string))
	if err != nil {
		panic(err)
	}
	return &t
}

func span(v any, unit time.Duration) time.Duration {
	return time.Duration(decimal.RequireFromString(string(v.(json.Number))).Mul(decimal.NewFromInt(int64(unit))).IntPart())
}

// moments are the columns behind what is counted in days or hours.
var moments = map[string]string{
	"days_since_cart": "cart_touched_at", "hours_since_cart": "cart_touched_at", "days_since_cart_opened": "cart_since", "days_since_first_seen": "first_seen_at",
	"days_since_last_seen": "last_seen_at", "days_since_first_order": "first_order_at", "days_since_last_order": "last_order_at",
	"days_since_last_page_view": "last_page_viewed_at", "days_since_last_product_view": "last_product_viewed_at",
	"days_since_last_product_add": "last_product_added_at", "days_since_last_checkout": "last_checkout_at",
}

func (c *crowd) feature(p *someone, r segment.Rule) bool {
	if column, ok := moments[r.Feature]; ok {
		at := timeOf(p.columns["f."+column])
		if r.Op == segment.Exists || r.Op == segment.NotExists {
			return (at != nil) == (r.Op == segment.Exists)
		}
		if at == nil {
			return false
		}
		unit := 24 * time.Hour
		if r.Feature == "hours_since_cart" {
			unit = time.Hour
		}
		ago := c.now.Sub(*at)
		if r.Op == segment.Between {
			list := r.Value.([]any)
			return ago >= span(list[0], unit) && ago <= span(list[1], unit)
		}
		return ordered(r.Op, int(min(1, max(-1, ago-span(r.Value, unit)))))
	}
	has := func(name string) *decimal.Decimal { return numberOf(p.columns["f."+name]) }
	zero := func(d *decimal.Decimal) *decimal.Decimal {
		if d == nil {
			return &decimal.Zero
		}
		return d
	}
	switch r.Feature {
	case "open_cart":
		return (p.columns["f.cart_touched_at"] != nil) == r.Value.(bool)
	case "average_order":
		orders := has("orders")
		if orders == nil || orders.IsZero() {
			return numbers(r.Op, nil, r.Value)
		}
		average := has("revenue").DivRound(*orders, 2)
		return numbers(r.Op, &average, r.Value)
	case "best_hour":
		return numbers(r.Op, has("best_hour"), r.Value)
	}
	if r.Op != segment.TopPercent {
		return numbers(r.Op, zero(has(r.Feature)), r.Value)
	}
	var spent []decimal.Decimal
	for _, other := range c.people {
		if n := numberOf(other.columns["f.orders"]); n != nil && n.IsPositive() {
			spent = append(spent, *numberOf(other.columns["f.revenue"]))
		}
	}
	slices.SortFunc(spent, decimal.Decimal.Cmp)
	if n := zero(has("orders")); len(spent) == 0 || !n.IsPositive() || !has("revenue").IsPositive() {
		return false
	}
	// The first value that at least the share 1 - N/100 of all are at most.
	share := decimal.NewFromInt(100).Sub(decimal.RequireFromString(string(r.Value.(json.Number))))
	k := share.Mul(decimal.NewFromInt(int64(len(spent)))).Div(decimal.NewFromInt(100)).Ceil().IntPart()
	return has("revenue").GreaterThanOrEqual(spent[max(0, k-1)])
}

func (c *crowd) matches(e did_, r segment.Rule) bool {
	if e.typ != r.Event || e.duplicate || r.Name != "" && e.name != r.Name {
		return false
	}
	if w := r.Within; w != nil {
		from, to := w.From, w.To
		if back := time.Duration(w.Days)*24*time.Hour + time.Duration(w.Hours)*time.Hour; back > 0 {
			since := c.now.Add(-back)
			from, to = &since, nil
		}
		if from != nil && e.at.Before(*from) || to != nil && !e.at.Before(*to) {
			return false
		}
	}
	return !slices.ContainsFunc(r.Where, func(w segment.Where) bool { return !holdsOf(e, w) })
}

func holdsOf(e did_, w segment.Where) bool {
	switch w.Property {
	case "channel":
		return texts(w.Op, e.channel, w.Value)
	case "value":
		return numbers(w.Op, e.value, w.Value)
	case "product":
		products := []*string{e.product}
		if items, ok := e.properties["items"].([]any); ok && e.typ == "order_completed" {
			products = nil
			for _, item := range items {
				o, _ := item.(map[string]any)
				products = append(products, textOf(o["product"]))
			}
		}
		positive := map[segment.Op]segment.Op{segment.Ne: segment.Eq, segment.NotIn: segment.In, segment.NotContains: segment.Contains}
		op, no := positive[w.Op]
		if !no {
			op = w.Op
		}
		return slices.ContainsFunc(products, func(p *string) bool { return texts(op, p, w.Value) }) != no
	}
	return open(w.Op, e.properties[strings.TrimPrefix(w.Property, "properties.")], w.Value)
}
