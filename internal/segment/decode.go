package segment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// What a rule may be at most.
const (
	MaxBytes  = 64 << 10
	MaxDepth  = 10 // nodes one inside the other
	MaxNodes  = 100
	MaxEvents = 20 // event nodes

	maxRules = 50 // of one and or or
	maxWhere = 10
	maxList  = 100
	maxText  = 200 // characters of a value
	maxName  = 100 // characters of a name of a custom attribute, property or event
	maxCount = 1_000_000
)

// Parse reads a rule strictly: unknown members and whatever does not belong to a node are refused by name. All faults are
// found and told at once, each with where it is. The error is a *Faults.
func Parse(data []byte) (Rule, error) {
	d := &decoder{}
	if len(data) > MaxBytes {
		d.fault("", nil, "a rule has at most %d bytes; this one has %d", MaxBytes, len(data))
		return Rule{}, d.err()
	}
	if deep(data) {
		d.fault("", nil, "a rule is at most %d nodes deep", MaxDepth)
		return Rule{}, d.err()
	}
	in := json.NewDecoder(bytes.NewReader(data))
	in.UseNumber()
	var raw any
	if err := in.Decode(&raw); err != nil {
		d.fault("", nil, "this is not JSON: %v", err)
		return Rule{}, d.err()
	}
	if _, err := in.Token(); err != io.EOF {
		d.fault("", nil, "a rule is one JSON object, with nothing after it")
		return Rule{}, d.err()
	}
	rule := d.rule("", raw, 1)
	if len(d.list) == 0 && d.nodes > MaxNodes {
		d.fault("", nil, "a rule has at most %d nodes; this one has %d", MaxNodes, d.nodes)
	}
	if len(d.list) == 0 && d.events > MaxEvents {
		d.fault("", nil, "a rule has at most %d event nodes; this one has %d", MaxEvents, d.events)
	}
	if err := d.err(); err != nil {
		return Rule{}, err
	}
	return rule, nil
}

// Validate tells everything that is wrong with a rule made in Go, as Parse does.
func (r Rule) Validate() error {
	data, err := json.Marshal(r)
	if err != nil {
		return (&decoder{list: []Fault{{Message: "this rule cannot be written as JSON"}}}).err()
	}
	_, err = Parse(data)
	return err
}

// deep tells whether brackets are nested deeper than any rule of MaxDepth has them, before anything recurses into them.
func deep(data []byte) bool {
	depth, inString, escaped := 0, false, false
	for _, c := range data {
		switch {
		case escaped:
			escaped = false
		case inString:
			escaped = c == '\\'
			inString = c != '"'
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			if depth++; depth > 2*MaxDepth+4 {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// decoder gathers faults on its way through a rule.
type decoder struct {
	list          []Fault
	nodes, events int
}

const maxFaults = 50

func (d *decoder) fault(at string, value any, format string, args ...any) {
	if len(d.list) < maxFaults {
		d.list = append(d.list, Fault{Pointer: at, Message: fmt.Sprintf(format, args...), Value: brief(value)})
	}
}

func (d *decoder) err() error {
	if len(d.list) == 0 {
		return nil
	}
	return &Faults{List: d.list}
}

// brief leaves out what would make a message unreadable.
func brief(value any) any {
	switch v := value.(type) {
	case string:
		if len(v) > maxText {
			return nil
		}
	case map[string]any, []any:
		return nil
	}
	return value
}

// members are what a node of each type may have; the first ones it must have.
var members = map[Type]struct {
	required []string
	optional []string
}{
	And:       {required: []string{"rules"}},
	Or:        {required: []string{"rules"}},
	Not:       {required: []string{"rule"}},
	Attribute: {required: []string{"attribute", "op"}, optional: []string{"value"}},
	Feature:   {required: []string{"feature", "op"}, optional: []string{"value"}},
	Event:     {required: []string{"event"}, optional: []string{"name", "count", "within", "where"}},
	Member:    {required: []string{"segmentId"}},
}

const types = "and, or, not, attribute, feature, event or member"

func (d *decoder) rule(at string, raw any, depth int) (r Rule) {
	d.nodes++
	o, ok := raw.(map[string]any)
	if !ok {
		d.fault(at, raw, `give an object with a "type": %s`, types)
		return r
	}
	if depth > MaxDepth {
		d.fault(at, nil, "a rule is at most %d nodes deep", MaxDepth)
		return r
	}
	name, isText := o["type"].(string)
	r.Type = Type(name)
	allowed, known := members[r.Type]
	if !isText || !known {
		d.fault(at+"/type", o["type"], "give one of %s", types)
		return r
	}
	d.only(at, o, slices.Concat([]string{"type"}, allowed.required, allowed.optional))
	for _, key := range allowed.required {
		if _, there := o[key]; !there {
			d.fault(at+"/"+key, nil, "%s %s node needs this", article(r.Type), r.Type)
		}
	}
	switch r.Type {
	case And, Or:
		r.Rules = d.rules(at+"/rules", o, depth)
	case Not:
		if inner, there := o["rule"]; there {
			child := d.rule(at+"/rule", inner, depth+1)
			r.Rule = &child
		}
	case Attribute:
		r.Attribute, r.Op, r.Value = d.leaf(at, "attribute", Attribute, o)
	case Feature:
		r.Feature, r.Op, r.Value = d.leaf(at, "feature", Feature, o)
	case Event:
		d.events++
		d.event(at, o, &r)
	case Member:
		if raw, there := o["segmentId"]; there {
			s, _ := raw.(string)
			id, err := uuid.Parse(s)
			if err != nil || len(s) != 36 || id == uuid.Nil {
				d.fault(at+"/segmentId", raw, "give the id of a segment")
			}
			r.SegmentID = id
		}
	}
	return r
}

func article(t Type) string {
	if strings.ContainsRune("aeo", rune(t[0])) {
		return "an"
	}
	return "a"
}

// only refuses members that do not belong here.
func (d *decoder) only(at string, o map[string]any, allowed []string) {
	for _, key := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(allowed, key) {
			if len(key) > maxName {
				key = strings.ToValidUTF8(key[:maxName], "")
			}
			d.fault(at+"/"+escape(key), nil, "there is no %q here; what there is: %s", key, strings.Join(allowed, ", "))
		}
	}
}

// escape writes a name as a part of a JSON pointer (RFC 6901).
func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

func (d *decoder) rules(at string, o map[string]any, depth int) (out []Rule) {
	raw, there := o["rules"]
	if !there {
		return nil
	}
	list, ok := raw.([]any)
	if !ok || len(list) == 0 || len(list) > maxRules {
		d.fault(at, nil, "give a list of 1 to %d rules", maxRules)
		return nil
	}
	for i, child := range list {
		out = append(out, d.rule(at+"/"+strconv.Itoa(i), child, depth+1))
	}
	return out
}

// leaf reads a comparison: its field under key, op and value.
func (d *decoder) leaf(at, key string, node Type, o map[string]any) (name string, op Op, value any) {
	raw, there := o[key]
	if !there {
		return "", "", nil
	}
	name, _ = raw.(string)
	f, _, ok := field(node, name)
	if !ok {
		hint := names(node)
		switch node {
		case Attribute:
			hint += ", or " + CustomPrefix + "NAME for one of your own"
		case Event:
			hint += ", or the name of one of the event's own"
		}
		d.fault(at+"/"+key, raw, "there is no such %s; what there is: %s", key, hint)
		return name, "", nil
	}
	opRaw, there := o["op"]
	if !there {
		if node == Event {
			d.fault(at+"/op", nil, "give one of %s", ops(f.Ops))
		}
		return name, "", nil
	}
	s, _ := opRaw.(string)
	op = Op(s)
	if !slices.Contains(f.Ops, op) {
		d.fault(at+"/op", opRaw, "%s can be compared by %s", name, ops(f.Ops))
		return name, op, nil
	}
	given, there := o["value"]
	if op == Exists || op == NotExists {
		if there {
			d.fault(at+"/value", given, "%s takes no value", op)
		}
		return name, op, nil
	}
	if !there {
		d.fault(at+"/value", nil, "give %s", d.wants(f, op))
		return name, op, nil
	}
	return name, op, d.value(at+"/value", f, op, given)
}

func ops(list []Op) string {
	words := make([]string, len(list))
	for i, op := range list {
		words[i] = string(op)
	}
	return strings.Join(words, ", ")
}

func (d *decoder) event(at string, o map[string]any, r *Rule) {
	raw, there := o["event"]
	if !there {
		return
	}
	r.Event, _ = raw.(string)
	if _, ok := eventType(r.Event); !ok {
		var list []string
		for _, t := range EventTypes {
			list = append(list, t.Name)
		}
		d.fault(at+"/event", raw, "there is no such event; what there is: %s", strings.Join(list, ", "))
	}
	name, named := o["name"]
	r.Name, _ = name.(string)
	switch custom := r.Event == "custom"; {
	case custom && !goodText(r.Name, maxName):
		d.fault(at+"/name", name, "give the name that the source gives this event, of 1 to %d characters", maxName)
	case !custom && named:
		d.fault(at+"/name", name, "only custom events have a name")
	}
	if count, there := o["count"]; there {
		r.Count = d.count(at+"/count", count)
	}
	if within, there := o["within"]; there {
		r.Within = d.within(at+"/within", within)
	}
	where, there := o["where"]
	if !there {
		return
	}
	list, ok := where.([]any)
	if !ok || len(list) == 0 || len(list) > maxWhere {
		d.fault(at+"/where", nil, "give a list of 1 to %d conditions, or leave it out", maxWhere)
		return
	}
	for i, one := range list {
		at := at + "/where/" + strconv.Itoa(i)
		c, ok := one.(map[string]any)
		if !ok {
			d.fault(at, one, `give an object with "property", "op" and "value"`)
			continue
		}
		d.only(at, c, []string{"property", "op", "value"})
		if _, there := c["property"]; !there {
			d.fault(at+"/property", nil, "give one of %s, or the name of one of the event's own", names(Event))
			continue
		}
		property, op, value := d.leaf(at, "property", Event, c)
		r.Where = append(r.Where, Where{Property: property, Op: op, Value: value})
	}
}

func (d *decoder) count(at string, raw any) *Count {
	o, ok := raw.(map[string]any)
	if !ok {
		d.fault(at, raw, `give an object with "op" and "value", or leave it out for at least once`)
		return nil
	}
	d.only(at, o, []string{"op", "value"})
	s, _ := o["op"].(string)
	c := Count{Op: Op(s)}
	if !slices.Contains(CountOps, c.Op) {
		d.fault(at+"/op", o["op"], "give one of %s", ops(CountOps))
		return nil
	}
	least := 0
	if c.Op == Gte || c.Op == Lt {
		least = 1 // everyone did something at least 0 times, and no one less often
	}
	if !goodNumber(o["value"], float64(least), maxCount, 0) {
		d.fault(at+"/value", o["value"], "give a whole number from %d to %d", least, maxCount)
		return nil
	}
	c.Value = int(float(o["value"]))
	return &c
}

func (d *decoder) within(at string, raw any) *Within {
	o, ok := raw.(map[string]any)
	if !ok {
		d.fault(at, raw, `give an object with "days", "hours", or "from" and "to"; leave it out for ever`)
		return nil
	}
	d.only(at, o, []string{"days", "hours", "from", "to"})
	w := &Within{}
	span := func(key string, most int) int {
		v, there := o[key]
		if !there {
			return 0
		}
		if !goodNumber(v, 1, float64(most), 0) {
			d.fault(at+"/"+key, v, "give a whole number from 1 to %d", most)
			return 0
		}
		return int(float(v))
	}
	end := func(key string) *time.Time {
		v, there := o[key]
		if !there {
			return nil
		}
		t, ok := moment(v)
		if !ok {
			d.fault(at+"/"+key, v, "give a time like 2026-11-25T00:00:00Z")
			return nil
		}
		t = t.Truncate(time.Microsecond)
		return &t
	}
	w.Days, w.Hours, w.From, w.To = span("days", 3650), span("hours", 87_600), end("from"), end("to")
	_, days := o["days"]
	_, hours := o["hours"]
	_, from := o["from"]
	_, to := o["to"]
	if n := btoi(days) + btoi(hours) + btoi(from || to); n != 1 {
		d.fault(at, nil, `give one of "days", "hours", or "from" and "to"`)
	}
	if w.From != nil && w.To != nil && !w.From.Before(*w.To) {
		d.fault(at+"/to", o["to"], "give a time after from")
	}
	return w
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
