package segment

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// event is how often somebody did something. Acts that a better source told of too (duplicate) do not count.
//   - Over all time and of whatever kind, the features have the count.
//   - Whether at all, on whole days, customer_days knows for the acts of the funnel; only of the days at the ends of the
//     time are events looked at, and only of those who did it on these days.
//   - All else is counted from the events of that kind and time, for all customers at once.
func (c *Compiler) event(s *scope, r Rule) (string, error) {
	kind, _ := eventType(r.Event)
	count := Count{Op: Gte, Value: 1}
	if r.Count != nil {
		count = *r.Count
	}
	if r.Within == nil && len(r.Where) == 0 && kind.feature != "" {
		s.features = true
		column := "f." + kind.feature
		value := json.Number(strconv.Itoa(count.Value))
		if holds(count.Op, value) {
			column = "coalesce(" + column + ", 0)"
		}
		return c.number(column, "bigint", count.Op, value), nil
	}

	// Who did nothing is in no table of events: what is true of 0 is the opposite of what is not.
	having, absent := count, false
	switch count.Op {
	case Lt:
		having, absent = Count{Gte, count.Value}, true
	case Lte:
		having, absent = Count{Gt, count.Value}, true
	case Eq:
		if count.Value == 0 {
			having, absent = Count{Gte, 1}, true
		}
	}
	if having.Op == Gt {
		having = Count{Gte, having.Value + 1}
	}
	from, to := r.Within.bounds(c.cfg.Now)
	key, err := json.Marshal(Rule{Type: Event, Event: r.Event, Name: r.Name, Count: &having, Within: r.Within, Where: r.Where})
	if err != nil {
		return "", err
	}
	column, err := c.joined(s, string(key), func() (string, error) {
		if having == (Count{Gte, 1}) && len(r.Where) == 0 && r.Within != nil && kind.did != 0 {
			return c.days(kind, from, to), nil
		}
		return c.counted(r, having, from, to)
	})
	if absent {
		return column + " IS NULL", err
	}
	return column + " IS NOT NULL", err
}

// bounds is the time as [from, to); nil is open.
func (w *Within) bounds(now time.Time) (from, to *time.Time) {
	if w == nil {
		return nil, nil
	}
	if back := time.Duration(w.Days)*24*time.Hour + time.Duration(w.Hours)*time.Hour; back > 0 {
		since := now.Add(-back)
		return &since, nil
	}
	return w.From, w.To
}

// counted counts the events themselves.
func (c *Compiler) counted(r Rule, having Count, from, to *time.Time) (string, error) {
	var b strings.Builder
	b.WriteString("\tSELECT e.customer_id FROM events e\n\tWHERE e.workspace_id = @workspace AND e.type = " + c.arg(r.Event, "text") +
		" AND NOT e.duplicate AND e.customer_id IS NOT NULL")
	if r.Name != "" {
		b.WriteString(" AND e.name = " + c.arg(r.Name, "text"))
	}
	b.WriteString(c.during(from, to))
	for _, w := range r.Where {
		sql, err := c.compare(Event, w.Property, w.Op, w.Value)
		if err != nil {
			return "", err
		}
		b.WriteString("\n\t\tAND " + sql)
	}
	b.WriteString("\n\tGROUP BY e.customer_id")
	if having != (Count{Gte, 1}) {
		b.WriteString(" HAVING count(*) " + operators[having.Op] + " " + c.arg(strconv.Itoa(having.Value), "bigint"))
	}
	return b.String(), nil
}

func (c *Compiler) during(from, to *time.Time) (sql string) {
	if from != nil {
		sql += " AND e.occurred_at >= " + c.arg(*from, "timestamptz")
	}
	if to != nil {
		sql += " AND e.occurred_at < " + c.arg(*to, "timestamptz")
	}
	return sql
}

// days is who did it at all in [from, to): whole days from customer_days, and the days that the time begins or ends in from
// the events of those who did it then.
func (c *Compiler) days(kind EventType, from, to *time.Time) string {
	midnight := func(t time.Time, shift int) time.Time {
		y, m, d := t.In(c.cfg.Zone).Date()
		return time.Date(y, m, d+shift, 0, 0, 0, 0, c.cfg.Zone)
	}
	date := func(t time.Time) string { return c.arg(t.In(c.cfg.Zone).Format(time.DateOnly), "date") }
	did := fmt.Sprintf("did & %d <> 0", kind.did)
	whole := ""
	var parts []string
	part := func(day time.Time, from, to *time.Time) {
		parts = append(parts, "\tSELECT d.customer_id FROM customer_days d CROSS JOIN LATERAL (\n"+
			"\t\tSELECT FROM events e WHERE e.workspace_id = @workspace AND e.customer_id = d.customer_id\n"+
			"\t\t\tAND e.type = "+c.arg(kind.Name, "text")+" AND NOT e.duplicate"+c.during(from, to)+" LIMIT 1\n"+
			"\t) e\n\tWHERE d.workspace_id = @workspace AND d.day = "+date(day)+" AND d."+did)
	}
	if from != nil {
		first := midnight(*from, 0)
		if !first.Equal(*from) {
			next := midnight(*from, 1)
			until := next
			if to != nil && to.Before(next) {
				until = *to
			}
			part(first, from, &until)
			first = next
		}
		whole += " AND day >= " + date(first)
	}
	if to != nil {
		last := midnight(*to, 0)
		if !last.Equal(*to) && (from == nil || !last.Before(*from)) {
			part(last, &last, to)
		}
		whole += " AND day < " + date(last)
	}
	days := "\tSELECT customer_id FROM customer_days WHERE workspace_id = @workspace" + whole + " AND " + did
	return strings.Join(append([]string{days}, parts...), "\n\tUNION\n") + map[bool]string{true: "\n\tGROUP BY customer_id"}[len(parts) == 0]
}
