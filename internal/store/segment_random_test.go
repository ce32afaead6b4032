package store_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/segment"
)

// chooser makes random rules, of values that some people have.
type chooser struct {
	*rand.Rand
	crowd *crowd
}

func oneOf[T any](r *chooser, list ...T) T { return list[r.IntN(len(list))] }

func (r *chooser) rule(depth int) segment.Rule {
	if depth > 0 && r.IntN(5) > 1 {
		switch r.IntN(5) {
		case 0:
			return segment.No(r.rule(depth - 1))
		case 1, 2:
			return segment.Any(r.rule(depth-1), r.rule(depth-1))
		}
		return segment.All(r.rule(depth-1), r.rule(depth-1), r.rule(depth-1))
	}
	switch r.IntN(10) {
	case 0:
		var ids []uuid.UUID
		for id := range r.crowd.rules {
			ids = append(ids, id)
		}
		slices.SortFunc(ids, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
		return segment.Rule{Type: segment.Member, SegmentID: oneOf(r, ids...)}
	case 1, 2, 3:
		return r.leaf(segment.Attribute)
	case 4, 5, 6:
		return r.leaf(segment.Feature)
	}
	return r.event()
}

func (r *chooser) leaf(node segment.Type) segment.Rule {
	var fields []segment.Field
	for _, f := range segment.Fields {
		if f.Node == node {
			fields = append(fields, f)
		}
	}
	f := oneOf(r, fields...)
	if node == segment.Attribute && r.IntN(4) == 0 {
		f = segment.Field{Name: "attributes." + oneOf(r, "plan", "age", "vip", "missing", "it's \"odd\""), Type: segment.Open, Ops: openOps}
	}
	op, value := r.comparison(f)
	if node == segment.Attribute {
		return segment.Rule{Type: node, Attribute: f.Name, Op: op, Value: value}
	}
	return segment.Rule{Type: node, Feature: f.Name, Op: op, Value: value}
}

var openOps = []segment.Op{
	segment.Eq, segment.Ne, segment.In, segment.NotIn, segment.Gt, segment.Gte, segment.Lt, segment.Lte, segment.Between,
	segment.Contains, segment.NotContains, segment.StartsWith, segment.EndsWith, segment.Exists, segment.NotExists,
}

func (r *chooser) comparison(f segment.Field) (segment.Op, any) {
	op := oneOf(r, f.Ops...)
	number := func() any {
		switch f.Type {
		case segment.Number:
			if f.Name == "best_hour" {
				return json.Number(fmt.Sprint(r.IntN(24)))
			}
			return json.Number(fmt.Sprint(oneOf(r, 0, 0, 1, 2, 3, 5, 8, 20)))
		case segment.Money:
			return json.Number(oneOf(r, "0", "-10", "25.5", "49.90", "80", "100", "250.01", "600"))
		case segment.Age:
			return json.Number(oneOf(r, "0", "0.5", "1", "7", "14", "30", "60.25", "100"))
		}
		return json.Number(oneOf(r, "0", "1", "42", "-3.5", "18", "2"))
	}
	word := func() any { return r.word(f.Name) }
	switch op {
	case segment.Exists, segment.NotExists:
		return op, nil
	case segment.TopPercent:
		return op, json.Number(oneOf(r, "10", "1", "33.33", "50", "100"))
	case segment.InLastDays, segment.OlderDays:
		return op, json.Number(oneOf(r, "0", "10", "45.5", "100", "400"))
	case segment.Before, segment.After:
		return op, r.crowd.now.Add(-time.Duration(r.IntN(4000)) * time.Hour).Format(time.RFC3339)
	case segment.In, segment.NotIn:
		if f.Type == segment.Open && r.IntN(3) == 0 {
			return op, []any{number(), number()}
		}
		return op, []any{word(), word(), word()}
	case segment.Between:
		a, b := number(), number()
		if decimal.RequireFromString(string(a.(json.Number))).GreaterThan(decimal.RequireFromString(string(b.(json.Number)))) {
			a, b = b, a
		}
		return op, []any{a, b}
	case segment.Contains, segment.NotContains, segment.StartsWith, segment.EndsWith:
		w := []rune(word().(string))
		from := r.IntN(len(w))
		if op == segment.StartsWith {
			from = 0
		}
		to := from + 1 + r.IntN(min(4, len(w)-from))
		if op == segment.EndsWith {
			to = len(w)
		}
		return op, string(w[from:to])
	case segment.Gt, segment.Gte, segment.Lt, segment.Lte:
		return op, number()
	}
	switch f.Type {
	case segment.Text:
		return op, word()
	case segment.Boolean:
		return op, r.IntN(2) == 0
	case segment.Open:
		return op, oneOf(r, word(), number(), any(r.IntN(2) == 0))
	}
	return op, number()
}

// word is a value that somebody has, in any case, or that nobody has.
func (r *chooser) word(name string) string {
	if r.IntN(8) == 0 {
		return oneOf(r, "nobody", "%", "_", "' OR true --", "\\", "100%", "$1", "@p0001")
	}
	p := oneOf(r, r.crowd.people...)
	value := p.columns[name]
	if custom, ok := strings.CutPrefix(name, "attributes."); ok {
		value = p.custom[custom]
	}
	if len(p.did) > 0 {
		e := oneOf(r, p.did...)
		switch name {
		case "channel":
			value = str(e.channel)
		case "product":
			value = str(e.product)
		case "plan", "size", "properties.size":
			value = e.properties["size"]
		}
	}
	s := textOf(value)
	if s == nil || *s == "" || strings.ContainsAny(*s, "\n\t") {
		return "nobody"
	}
	switch r.IntN(3) {
	case 0:
		return strings.ToUpper(*s)
	case 1:
		return strings.ToLower(*s)
	}
	return *s
}

func str(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

func (r *chooser) event() segment.Rule {
	out := segment.Rule{Type: segment.Event, Event: oneOf(r, segment.EventTypes...).Name}
	if r.IntN(2) == 0 {
		out.Event = oneOf(r, "order_completed", "product_viewed", "product_added", "checkout_started", "custom", "signed_up")
	}
	if out.Event == "custom" {
		out.Name = oneOf(r, "Quiz Done", "quiz done", "it's \"odd\"", "never")
	}
	if r.IntN(3) > 0 {
		c := segment.Count{Op: oneOf(r, segment.CountOps...), Value: r.IntN(5)}
		if c.Value == 0 && (c.Op == segment.Gte || c.Op == segment.Lt) {
			c.Value = 1
		}
		out.Count = &c
	}
	hour := func(back int) *time.Time { t := r.crowd.now.Add(-time.Duration(back) * time.Hour); return &t }
	switch r.IntN(6) {
	case 0:
		out.Within = &segment.Within{Days: oneOf(r, 1, 7, 30, 90, 365)}
	case 1:
		out.Within = &segment.Within{Hours: oneOf(r, 1, 5, 24, 100, 3000)}
	case 2:
		back := 1 + r.IntN(3000)
		out.Within = &segment.Within{From: hour(back), To: hour(r.IntN(back))}
	case 3:
		out.Within = &segment.Within{From: hour(r.IntN(3000))}
	case 4:
		to := r.crowd.now.Truncate(24 * time.Hour).Add(-time.Duration(r.IntN(2000)) * time.Hour)
		out.Within = &segment.Within{To: &to}
	}
	for range max(0, r.IntN(5)-2) {
		f := segment.Field{Name: oneOf(r, "size", "quantity", "properties.size", "a/b~c", "items", "gift"), Type: segment.Open, Ops: openOps}
		if r.IntN(2) == 0 {
			f = oneOf(r, segment.Fields[len(segment.Fields)-3:]...)
		}
		op, value := r.comparison(f)
		out.Where = append(out.Where, segment.Where{Property: f.Name, Op: op, Value: value})
	}
	return out
}
