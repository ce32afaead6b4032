package segment

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
)

// Words is a rule as a sentence. names are those of the segments that it may refer to, zone is where its days begin.
func (r Rule) Words(names map[uuid.UUID]string, currency string, zone *time.Location) string {
	w := wording{names: names, currency: currency, zone: zone}
	s := w.rule(r, true)
	first := []rune(s)
	if len(first) > 0 {
		first[0] = unicode.ToUpper(first[0])
	}
	return string(first)
}

type wording struct {
	names    map[uuid.UUID]string
	currency string
	zone     *time.Location
}

// rule is one node; outer tells that no brackets are needed around it.
func (w wording) rule(r Rule, outer bool) string {
	switch r.Type {
	case And, Or:
		parts := make([]string, len(r.Rules))
		for i, child := range r.Rules {
			parts[i] = w.rule(child, len(r.Rules) == 1)
		}
		s := strings.Join(parts, map[Type]string{And: ", and ", Or: ", or "}[r.Type])
		if outer || len(parts) == 1 {
			return s
		}
		return "(" + s + ")"
	case Not:
		return "not (" + w.rule(*r.Rule, true) + ")"
	case Event:
		return w.event(r)
	case Member:
		if name, ok := w.names[r.SegmentID]; ok {
			return fmt.Sprintf("in the segment %q", name)
		}
		return "in the segment " + r.SegmentID.String()
	case Attribute:
		f, _, _ := field(Attribute, r.Attribute)
		return w.compare(f, r.Op, r.Value)
	}
	f, _, _ := field(Feature, r.Feature)
	return w.compare(f, r.Op, r.Value)
}

var comparisons = map[Op]string{
	Eq: "is", Ne: "is not", Gt: "more than", Gte: "at least", Lt: "less than", Lte: "at most", Between: "between",
	In: "is one of", NotIn: "is none of", Contains: "contains", NotContains: "does not contain", StartsWith: "starts with", EndsWith: "ends with",
	Exists: "is known", NotExists: "is not known", Before: "before", After: "since", InLastDays: "in the last", OlderDays: "more than",
}

func (w wording) compare(f Field, op Op, value any) string {
	switch {
	case f.Type == Boolean:
		if value == true {
			return "has " + f.Label
		}
		return "has no " + f.Label
	case op == TopPercent:
		if value == json.Number("10") {
			return "has spent as much as the top tenth of all who bought"
		}
		return fmt.Sprintf("has spent as much as the top %v %% of all who bought", value)
	case op == InLastDays:
		return fmt.Sprintf("%s in the last %v days", f.Label, value)
	case op == OlderDays:
		return fmt.Sprintf("%s more than %v days ago", f.Label, value)
	case op == Exists || op == NotExists:
		return f.Label + " " + comparisons[op]
	case f.Type == Number && op == Eq && value == json.Number("0"):
		return "no " + f.Label
	}
	return f.Label + " " + comparisons[op] + " " + w.value(f, value)
}

func (w wording) value(f Field, value any) string {
	switch v := value.(type) {
	case []any:
		parts := make([]string, len(v))
		for i, one := range v {
			parts[i] = w.value(f, one)
		}
		if len(parts) == 2 {
			return parts[0] + " and " + parts[1]
		}
		return strings.Join(parts, ", ")
	case string:
		if t, ok := moment(v); ok && f.Type == Time {
			return w.moment(t)
		}
		return fmt.Sprintf("%q", v)
	}
	if f.Type == Money {
		return fmt.Sprintf("%v %s", value, w.currency)
	}
	return fmt.Sprint(value)
}

func (w wording) moment(t time.Time) string {
	if w.zone != nil {
		t = t.In(w.zone)
	}
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		return t.Format("2 January 2006")
	}
	return t.Format("2 January 2006 15:04")
}

func (w wording) event(r Rule) string {
	kind, _ := eventType(r.Event)
	did := kind.Label
	if r.Name != "" {
		did += fmt.Sprintf(" %q", r.Name)
	}
	if len(r.Where) > 0 {
		parts := make([]string, len(r.Where))
		for i, one := range r.Where {
			f, _, _ := field(Event, one.Property)
			parts[i] = w.compare(f, one.Op, one.Value)
		}
		did += " with " + strings.Join(parts, " and ")
	}
	if c := r.Count; c != nil {
		did += " " + times(*c)
		if c.Op == Eq && c.Value == 0 {
			did = "never " + strings.TrimSuffix(did, " "+times(*c))
		}
	}
	if r.Within == nil {
		return did
	}
	return did + " " + w.within(*r.Within)
}

func times(c Count) string {
	n := fmt.Sprintf("%d times", c.Value)
	switch c.Value {
	case 1:
		n = "once"
	case 2:
		n = "twice"
	}
	if c.Op == Eq {
		return n
	}
	return comparisons[c.Op] + " " + n
}

func (w wording) within(in Within) string {
	switch {
	case in.Days == 1:
		return "in the last 24 hours"
	case in.Days > 0:
		return fmt.Sprintf("in the last %d days", in.Days)
	case in.Hours > 0:
		return fmt.Sprintf("in the last %d hours", in.Hours)
	case in.From == nil:
		return "before " + w.moment(*in.To)
	case in.To == nil:
		return "since " + w.moment(*in.From)
	}
	return "from " + w.moment(*in.From) + " to before " + w.moment(*in.To)
}
