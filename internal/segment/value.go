package segment

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// wants says what value an op takes.
func (d *decoder) wants(f Field, op Op) string {
	one := map[FieldType]string{
		Text: fmt.Sprintf("a text of 1 to %d characters", maxText), Money: "an amount, with at most two decimals", Boolean: "true or false",
		Open: "a text, a number, true or false", Time: "a time like 2026-11-25T00:00:00Z", Number: "a whole number", Age: "a number of " + f.Unit,
	}[f.Type]
	if f.Type == Number && f.max < most {
		one += fmt.Sprintf(" from %g to %g", f.min, f.max)
	}
	switch op {
	case In, NotIn:
		return fmt.Sprintf("a list of 1 to %d values, each %s", maxList, one)
	case Between:
		if f.Type == Open {
			one = "a number"
		}
		return "a list of two, the lower one first, each " + one
	case TopPercent:
		return "a percentage above 0 and up to 100"
	case InLastDays, OlderDays:
		return fmt.Sprintf("a number of days from 0 to %d", mostDays)
	case Gt, Gte, Lt, Lte:
		if f.Type == Open {
			return "a number"
		}
	case Contains, NotContains, StartsWith, EndsWith:
		return fmt.Sprintf("a text of 1 to %d characters", maxText)
	}
	return one
}

func (d *decoder) value(at string, f Field, op Op, raw any) any {
	wrong := func(at string, v any) any { d.fault(at, v, "give %s", d.wants(f, op)); return nil }
	switch op {
	case In, NotIn, Between:
		list, ok := raw.([]any)
		if !ok || len(list) == 0 || len(list) > maxList || op == Between && len(list) != 2 {
			return wrong(at, raw)
		}
		for i, v := range list {
			_, number := v.(json.Number)
			if !good(f, v) || op == Between && !number {
				wrong(at+"/"+strconv.Itoa(i), v)
				return nil
			}
			if _, first := list[0].(json.Number); first != number {
				d.fault(at, nil, "give a list of texts or a list of numbers")
				return nil
			}
		}
		if op == Between && float(list[0]) > float(list[1]) {
			d.fault(at, nil, "give the lower one first")
			return nil
		}
		return list
	case TopPercent:
		if !goodNumber(raw, 0, 100, 2) || float(raw) == 0 {
			return wrong(at, raw)
		}
	case InLastDays, OlderDays:
		if !goodNumber(raw, 0, mostDays, 3) {
			return wrong(at, raw)
		}
	case Gt, Gte, Lt, Lte:
		if _, number := raw.(json.Number); !number || !good(f, raw) {
			return wrong(at, raw)
		}
	case Contains, NotContains, StartsWith, EndsWith:
		if s, _ := raw.(string); !goodText(s, maxText) {
			return wrong(at, raw)
		}
	default:
		if !good(f, raw) {
			return wrong(at, raw)
		}
	}
	return raw
}

// good tells whether v is one value of the field's type.
func good(f Field, v any) bool {
	switch f.Type {
	case Text:
		s, _ := v.(string)
		return goodText(s, maxText)
	case Boolean:
		_, ok := v.(bool)
		return ok
	case Time:
		_, ok := moment(v)
		return ok
	case Number:
		return goodNumber(v, f.min, f.max, 0)
	case Money:
		return goodNumber(v, f.min, f.max, 2)
	case Age:
		return goodNumber(v, f.min, f.max, 3)
	}
	switch v := v.(type) {
	case string:
		return goodText(v, maxText)
	case bool:
		return true
	}
	return goodNumber(v, f.min, f.max, 6)
}

// goodText bounds a text, and keeps out what no one types and Postgres does not take.
func goodText(s string, most int) bool {
	return s != "" && len([]rune(s)) <= most && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' })
}

// goodNumber takes plain decimals: no exponent, and at most so many digits after the point.
func goodNumber(v any, low, high float64, decimals int) bool {
	n, ok := v.(json.Number)
	if !ok || len(n) > 24 || strings.ContainsAny(string(n), "eE") {
		return false
	}
	_, fraction, _ := strings.Cut(string(n), ".")
	x := float(n)
	return len(fraction) <= decimals && x >= low && x <= high
}

func float(v any) float64 {
	n, _ := v.(json.Number)
	x, err := n.Float64()
	if err != nil {
		return math.NaN()
	}
	return x
}

// moment reads a time, between the years 1970 and 2200.
func moment(v any) (time.Time, bool) {
	s, _ := v.(string)
	t, err := time.Parse(time.RFC3339, s)
	t = t.UTC()
	return t, err == nil && t.Year() >= 1970 && t.Year() <= 2200
}
