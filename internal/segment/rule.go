package segment

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// Type says what a node of a rule is.
type Type string

// The types of nodes.
const (
	And       Type = "and"       // rules: all of them
	Or        Type = "or"        // rules: at least one of them
	Not       Type = "not"       // rule: not this one
	Attribute Type = "attribute" // what is known of a customer
	Feature   Type = "feature"   // what is computed from what they did
	Event     Type = "event"     // how often they did something, within some time
	Member    Type = "member"    // belongs to another segment
)

// Op compares a field with a value. Which ops a field has, Fields says.
type Op string

// The ops. Texts are compared without regard to case. A comparison with what is not known is false, but ne, not_in,
// not_contains and not_exists are true of it.
const (
	Eq          Op = "eq"
	Ne          Op = "ne"
	Gt          Op = "gt"
	Gte         Op = "gte"
	Lt          Op = "lt"
	Lte         Op = "lte"
	Between     Op = "between" // [low, high], both of them included
	In          Op = "in"      // a list
	NotIn       Op = "not_in"
	Contains    Op = "contains"
	NotContains Op = "not_contains"
	StartsWith  Op = "starts_with"
	EndsWith    Op = "ends_with"
	Exists      Op = "exists" // no value
	NotExists   Op = "not_exists"
	Before      Op = "before" // RFC 3339
	After       Op = "after"  // RFC 3339; that moment included
	InLastDays  Op = "in_last_days"
	OlderDays   Op = "older_than_days"
	TopPercent  Op = "top_percent" // has as much as the top N percent of all who bought
)

// Rule is one node of a segment's rule, and with what is below it the whole rule. Which members a node has depends on its
// type; Parse refuses others. In JSON it is discriminated by "type".
type Rule struct {
	Type Type `json:"type"`

	Rules []Rule `json:"rules,omitempty"` // and, or
	Rule  *Rule  `json:"rule,omitempty"`  // not

	Attribute string `json:"attribute,omitempty"`
	Feature   string `json:"feature,omitempty"`
	Op        Op     `json:"op,omitempty"` // attribute, feature
	// Value is a string, a json.Number, a bool, a []any of strings or numbers, or nil where the op takes none.
	Value any `json:"value,omitempty"`

	Event  string  `json:"event,omitempty"`
	Name   string  `json:"name,omitempty"`  // the source's name of a custom event
	Count  *Count  `json:"count,omitempty"` // nil is at least once
	Within *Within `json:"within,omitempty"`
	Where  []Where `json:"where,omitempty"` // all of them, of one event

	SegmentID uuid.UUID `json:"segmentId,omitzero"` // member
}

// Count is how often.
type Count struct {
	Op    Op  `json:"op"` // eq, gt, gte, lt, lte
	Value int `json:"value"`
}

// Within is when: the last so many days or hours (of 24 and one hours, up to any later moment), or [From, To).
type Within struct {
	Days  int        `json:"days,omitempty"`
	Hours int        `json:"hours,omitempty"`
	From  *time.Time `json:"from,omitempty"`
	To    *time.Time `json:"to,omitempty"`
}

// Where is a condition on one event.
type Where struct {
	Property string `json:"property"`
	Op       Op     `json:"op"`
	Value    any    `json:"value,omitempty"`
}

// All is the rule that all of these must hold.
func All(rules ...Rule) Rule { return Rule{Type: And, Rules: rules} }

// Any is the rule that one of these must hold at least.
func Any(rules ...Rule) Rule { return Rule{Type: Or, Rules: rules} }

// No is the rule that this one must not hold.
func No(rule Rule) Rule { return Rule{Type: Not, Rule: &rule} }

// Has is a condition on a feature.
func Has(feature string, op Op, value any) Rule {
	return Rule{Type: Feature, Feature: feature, Op: op, Value: normal(value)}
}

// Is is a condition on an attribute.
func Is(attribute string, op Op, value any) Rule {
	return Rule{Type: Attribute, Attribute: attribute, Op: op, Value: normal(value)}
}

// normal is a Go value as Rule.Value holds it.
func normal(value any) any {
	switch v := value.(type) {
	case int, int64, float64:
		b, _ := json.Marshal(v)
		return json.Number(b)
	case []string:
		list := make([]any, len(v))
		for i, s := range v {
			list[i] = s
		}
		return list
	}
	return value
}

// walk visits each node, parents first.
func (r Rule) walk(visit func(Rule)) {
	visit(r)
	for _, child := range r.Rules {
		child.walk(visit)
	}
	if r.Rule != nil {
		r.Rule.walk(visit)
	}
}

// Refers is the segments that the rule's member nodes name, each once.
func (r Rule) Refers() []uuid.UUID {
	var ids []uuid.UUID
	seen := map[uuid.UUID]bool{}
	r.walk(func(n Rule) {
		if n.Type == Member && !seen[n.SegmentID] {
			seen[n.SegmentID] = true
			ids = append(ids, n.SegmentID)
		}
	})
	return ids
}
