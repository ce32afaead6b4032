package segment

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// CompileConfig is what a rule's SQL depends on beside the rule.
type CompileConfig struct {
	Now time.Time
	// Zone is the workspace's, in which customer_days are counted.
	Zone *time.Location
	// Rules are all rules of the workspace, for member nodes.
	Rules map[uuid.UUID]Rule
}

// maxCompiled bounds a rule with all the segments it refers to, in nodes.
const maxCompiled = 500

// Compiler makes SQL of rules, for one statement over the customers of @workspace: With comes first, From is its tables
// (customers c and what they are joined with), and each rule becomes a predicate over these. What two rules have in common
// is counted once. Every value is a parameter in Args, names of properties and custom attributes too. Nothing is looked up
// for one customer at a time: what events say is counted for all of them first, and joined.
type Compiler struct {
	cfg   CompileConfig
	args  map[string]any
	with  []string
	known map[string]string // what a part of With says: its name
	main  *scope
	nodes int
	under []uuid.UUID // the segments being compiled, outermost first
}

// scope is one FROM.
type scope struct {
	features bool
	joins    []string
}

// NewCompiler makes a compiler.
func NewCompiler(cfg CompileConfig) *Compiler {
	cfg.Now = cfg.Now.UTC().Truncate(time.Microsecond)
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	return &Compiler{cfg: cfg, args: map[string]any{}, known: map[string]string{}, main: &scope{}}
}

// Compile is a whole rule as one statement that answers customer_id of its members.
func Compile(rule Rule, cfg CompileConfig) (sql string, args map[string]any, err error) {
	c := NewCompiler(cfg)
	predicate, err := c.Predicate(rule)
	if err != nil {
		return "", nil, err
	}
	return c.With() + "SELECT c.id AS customer_id FROM " + c.From() + "\nWHERE c.workspace_id = @workspace AND (" + predicate + ")", c.Args(), nil
}

// Predicate is SQL that is true of the rule's members; of others it is false or NULL. It fails for a rule that is not valid,
// that refers to a segment which is not there or to itself, or that is too large with what it refers to.
func (c *Compiler) Predicate(rule Rule) (string, error) {
	if err := rule.Validate(); err != nil {
		return "", err
	}
	return c.rule(c.main, rule)
}

// With is "WITH …" with an end of line, or nothing.
func (c *Compiler) With() string {
	if len(c.with) == 0 {
		return ""
	}
	return "WITH " + strings.Join(c.with, ",\n") + "\n"
}

// CTEs are the parts of With, for who has some of their own.
func (c *Compiler) CTEs() []string { return c.with }

// From is the tables of the predicates.
func (c *Compiler) From() string { return c.main.from() }

// JoinFeatures has From join customer_features f even where no rule needs it.
func (c *Compiler) JoinFeatures() { c.main.features = true }

// Args are the named parameters, all but workspace.
func (c *Compiler) Args() map[string]any { return c.args }

func (s *scope) from() string {
	var b strings.Builder
	b.WriteString("customers c")
	if s.features {
		b.WriteString("\n\tLEFT JOIN customer_features f ON f.workspace_id = @workspace AND f.customer_id = c.id")
	}
	for _, j := range s.joins {
		b.WriteString("\n\tLEFT JOIN " + j + " ON " + j + ".customer_id = c.id")
	}
	return b.String()
}

// arg is a parameter with its type. All names have the same length: none begins another.
func (c *Compiler) arg(value any, as string) string {
	name := fmt.Sprintf("p%04d", len(c.args)+1)
	c.args[name] = value
	return "@" + name + "::" + as
}

// part is a named query of With, made once for each key.
func (c *Compiler) part(key string, query func() (string, error)) (name string, err error) {
	if name, ok := c.known[key]; ok {
		return name, nil
	}
	sql, err := query()
	if err != nil {
		return "", err
	}
	name = fmt.Sprintf("part%d", len(c.with)+1)
	c.with, c.known[key] = append(c.with, name+" AS MATERIALIZED (\n"+sql+"\n)"), name
	return name, nil
}

// joined is part, joined once: its customer_id is NULL for whom it does not have.
func (c *Compiler) joined(s *scope, key string, query func() (string, error)) (column string, err error) {
	name, err := c.part(key, query)
	if err != nil {
		return "", err
	}
	for _, j := range s.joins {
		if j == name {
			return name + ".customer_id", nil
		}
	}
	s.joins = append(s.joins, name)
	return name + ".customer_id", nil
}

func (c *Compiler) rule(s *scope, r Rule) (string, error) {
	if c.nodes++; c.nodes > maxCompiled {
		return "", apperr.New(apperr.Invalid, "rule_too_large", "With the segments that it refers to, this rule is too large: at most %d nodes.", maxCompiled)
	}
	switch r.Type {
	case And, Or:
		parts := make([]string, len(r.Rules))
		for i, child := range r.Rules {
			sql, err := c.rule(s, child)
			if err != nil {
				return "", err
			}
			parts[i] = sql
		}
		if len(parts) == 1 {
			return parts[0], nil
		}
		return "(" + strings.Join(parts, map[Type]string{And: " AND ", Or: " OR "}[r.Type]) + ")", nil
	case Not:
		sql, err := c.rule(s, *r.Rule)
		return "(" + sql + ") IS NOT TRUE", err // NULL, what is not known, is not so
	case Event:
		return c.event(s, r)
	case Member:
		return c.member(s, r.SegmentID)
	}
	name := r.Attribute
	if r.Type == Feature {
		name, s.features = r.Feature, true
	}
	return c.compare(r.Type, name, r.Op, r.Value)
}

var operators = map[Op]string{Eq: "=", Ne: "IS DISTINCT FROM", Gt: ">", Gte: ">=", Lt: "<", Lte: "<="}

// compare is a leaf, or a condition on an event.
func (c *Compiler) compare(node Type, name string, op Op, value any) (string, error) {
	f, jsonName, _ := field(node, name)
	switch f.Type {
	case Text:
		switch {
		case f.Node == Event && f.Name == "product":
			return c.products(f.column, op, value), nil
		case f.Name == "country":
			if sql, ok := c.country(op, value); ok {
				return sql, nil
			}
		}
		return c.text(f.column, op, value), nil
	case Boolean:
		if value == true {
			return "(" + f.column + ")", nil
		}
		return "(" + f.column + ") IS NOT TRUE", nil
	case Time:
		return c.time(f.column, op, value), nil
	case Age:
		return c.age(f, op, value), nil
	case Open:
		return c.open(f.column, jsonName, op, value), nil
	}
	if op == TopPercent {
		return c.top(f.column, value)
	}
	column := f.column
	if f.zero && (op == Ne || holds(op, value)) { // 0 is among what is looked for, and so are they who have no features
		column = "coalesce(" + column + ", 0)"
	}
	as := "numeric"
	if f.Type == Number {
		as = "bigint"
	}
	return c.number(column, as, op, value), nil
}

// holds tells whether the comparison is true of 0.
func holds(op Op, value any) bool {
	v := func(x any) int { n, _ := x.(json.Number); d, _ := decimal.NewFromString(string(n)); return -d.Sign() }
	switch op {
	case Eq:
		return v(value) == 0
	case Ne:
		return v(value) != 0
	case Gt:
		return v(value) > 0
	case Gte:
		return v(value) >= 0
	case Lt:
		return v(value) < 0
	case Lte:
		return v(value) <= 0
	case Between:
		list, _ := value.([]any)
		return len(list) == 2 && v(list[0]) >= 0 && v(list[1]) <= 0
	}
	return false
}

func (c *Compiler) number(column, as string, op Op, value any) string {
	one := func(v any) string { n, _ := v.(json.Number); return c.arg(string(n), as) }
	switch op {
	case Between:
		list, _ := value.([]any)
		return column + " BETWEEN " + one(list[0]) + " AND " + one(list[1])
	case In, NotIn:
		return c.among(column, op, value, one)
	}
	return column + " " + operators[op] + " " + one(value)
}

func (c *Compiler) among(column string, op Op, value any, one func(any) string) string {
	list, _ := value.([]any)
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = one(v)
	}
	sql := column + " IN (" + strings.Join(parts, ", ") + ")"
	if op == NotIn {
		sql = "(" + sql + ") IS NOT TRUE"
	}
	return sql
}

func (c *Compiler) text(column string, op Op, value any) string {
	one := func(v any) string { return "lower(" + c.arg(v, "text") + ")" }
	lower := "lower(" + column + ")"
	switch op {
	case Eq, Ne:
		return lower + " " + operators[op] + " " + one(value)
	case In, NotIn:
		return c.among(lower, op, value, one)
	case Contains:
		return "strpos(" + lower + ", " + one(value) + ") > 0"
	case NotContains:
		return "(strpos(" + lower + ", " + one(value) + ") > 0) IS NOT TRUE"
	case StartsWith:
		return "starts_with(" + lower + ", " + one(value) + ")"
	case EndsWith:
		v := one(value)
		return "right(" + lower + ", length(" + v + ")) = " + v
	case Exists:
		return column + " IS NOT NULL"
	}
	return column + " IS NULL"
}

// country compares two-letter codes by all the ways in which they may be written: that takes less time than lower() does for
// each customer, and nothing is asked for more often. ok is false for what is no such code.
func (c *Compiler) country(op Op, value any) (sql string, ok bool) {
	list, many := value.([]any)
	if !many {
		list = []any{value}
	}
	if !slices.Contains([]Op{Eq, Ne, In, NotIn}, op) {
		return "", false
	}
	var parts []string
	for _, v := range list {
		s, _ := v.(string)
		if len(s) != 2 || strings.ContainsFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') }) {
			return "", false
		}
		low, up := strings.ToLower(s), strings.ToUpper(s)
		for _, written := range []string{up, low, up[:1] + low[1:], low[:1] + up[1:]} {
			parts = append(parts, c.arg(written, "bpchar"))
		}
	}
	sql = "c.country IN (" + strings.Join(parts, ", ") + ")"
	if op == Ne || op == NotIn {
		sql = "(" + sql + ") IS NOT TRUE"
	}
	return sql, true
}

// products compares all products of an event: an order has one for each of its items. column is their names in lower case.
func (c *Compiler) products(column string, op Op, value any) string {
	one := func(v any) string { return "lower(" + c.arg(v, "text") + ")" }
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	parts := make([]string, len(list))
	for i, v := range list {
		if op == Contains || op == NotContains { // no value has an end of line, so none is found across two names
			parts[i] = `strpos(array_to_string(` + column + `, E'\n'), ` + one(v) + ") > 0"
		} else {
			parts[i] = one(v) + " = ANY (" + column + ")"
		}
	}
	sql := "(" + strings.Join(parts, " OR ") + ")"
	if op == Ne || op == NotIn || op == NotContains {
		sql += " IS NOT TRUE"
	}
	return sql
}

func (c *Compiler) time(column string, op Op, value any) string {
	switch op {
	case InLastDays:
		return column + " >= " + c.ago(value, 24*time.Hour)
	case OlderDays:
		return column + " < " + c.ago(value, 24*time.Hour)
	}
	t, _ := moment(value)
	if op == Before {
		return column + " < " + c.arg(t, "timestamptz")
	}
	return column + " >= " + c.arg(t, "timestamptz")
}

// ago is the moment so many units before now.
func (c *Compiler) ago(value any, unit time.Duration) string {
	n, _ := value.(json.Number)
	d, _ := decimal.NewFromString(string(n))
	return c.arg(c.cfg.Now.Add(-time.Duration(d.Mul(decimal.NewFromInt(int64(unit))).IntPart())).Truncate(time.Microsecond), "timestamptz")
}

// age compares how long ago column is: the longer ago, the earlier.
func (c *Compiler) age(f Field, op Op, value any) string {
	switch op {
	case Exists:
		return f.column + " IS NOT NULL"
	case NotExists:
		return f.column + " IS NULL"
	case Between:
		list, _ := value.([]any)
		return f.column + " BETWEEN " + c.ago(list[1], f.unit) + " AND " + c.ago(list[0], f.unit)
	}
	turned := map[Op]string{Lt: ">", Lte: ">=", Gt: "<", Gte: "<="}[op]
	return f.column + " " + turned + " " + c.ago(value, f.unit)
}

// open compares a member of a JSON object, as the value's type says. A number may stand there as a text; what is no number
// is not known as one.
func (c *Compiler) open(object, name string, op Op, value any) string {
	key := c.arg(name, "text")
	shown := "(" + object + " ->> " + key + ")"
	first := value
	if list, ok := value.([]any); ok {
		first = list[0]
	}
	switch first.(type) {
	case json.Number:
		return c.number("json_number("+object+" -> "+key+")", "numeric", op, value)
	case bool:
		sql := "lower(" + shown + ") = '" + map[bool]string{true: "true", false: "false"}[value == true] + "'"
		if op == Ne {
			sql = "(" + sql + ") IS NOT TRUE"
		}
		return sql
	}
	return c.text(shown, op, value)
}

// top is who has spent as much as the top N percent of all who bought.
func (c *Compiler) top(column string, value any) (string, error) {
	n, _ := value.(json.Number)
	percent, err := decimal.NewFromString(string(n))
	if err != nil {
		return "", err
	}
	name, err := c.part("top "+percent.String(), func() (string, error) {
		share := decimal.NewFromInt(1).Sub(percent.Shift(-2))
		return "\tSELECT percentile_disc(" + c.arg(share.String(), "float8") + ") WITHIN GROUP (ORDER BY revenue) AS bar\n" +
			"\tFROM customer_features WHERE workspace_id = @workspace AND orders > 0", nil
	})
	return "(f.orders > 0 AND f.revenue > 0 AND " + column + " >= (SELECT bar FROM " + name + "))", err
}

// member is who belongs to another segment: its members are found once, whoever asks.
func (c *Compiler) member(s *scope, id uuid.UUID) (string, error) {
	for i, above := range c.under {
		if above == id {
			return "", apperr.New(apperr.Invalid, "segment_cycle", "These segments refer to each other in a circle: %s.", circle(append(c.under[i:], id)))
		}
	}
	rule, ok := c.cfg.Rules[id]
	if !ok {
		return "", apperr.New(apperr.Invalid, "no_such_segment", "There is no segment %s to belong to.", id)
	}
	column, err := c.joined(s, "segment "+id.String(), func() (string, error) {
		c.under = append(c.under, id)
		defer func() { c.under = c.under[:len(c.under)-1] }()
		inner := &scope{}
		sql, err := c.rule(inner, rule)
		return "\tSELECT c.id AS customer_id FROM " + inner.from() + "\n\tWHERE c.workspace_id = @workspace AND (" + sql + ")", err
	})
	return column + " IS NOT NULL", err
}

func circle(ids []uuid.UUID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = id.String()
	}
	return strings.Join(words, ", ")
}
