package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/segment"
)

// Segments is rules over customers, and who belongs to them.
type Segments interface {
	List(ctx context.Context, workspaceID uuid.UUID, limit int, cursor string) ([]segment.Segment, string, error)
	Get(ctx context.Context, workspaceID, id uuid.UUID) (segment.Segment, error)
	Create(ctx context.Context, workspaceID uuid.UUID, d segment.Draft) (segment.Segment, error)
	Change(ctx context.Context, workspaceID, id uuid.UUID, c segment.Change) (segment.Segment, error)
	Delete(ctx context.Context, workspaceID, id uuid.UUID) error
	Members(ctx context.Context, workspaceID, id uuid.UUID, limit int, cursor string) ([]segment.Person, string, string, error)
	Preview(ctx context.Context, workspaceID uuid.UUID, rule []byte) (segment.Preview, error)
	Parse(ctx context.Context, workspaceID uuid.UUID, text string) (segment.Parsed, string, error)
}

// SegmentRule is a rule as JSON. The segment package reads it, so that every fault is told with a JSON pointer into it.
type SegmentRule struct{ raw json.RawMessage }

// MarshalJSON writes the rule as it is.
func (r SegmentRule) MarshalJSON() ([]byte, error) { return r.raw.MarshalJSON() }

// UnmarshalJSON keeps the rule as it came.
func (r *SegmentRule) UnmarshalJSON(data []byte) error { return r.raw.UnmarshalJSON(data) }

// Schema describes a rule and checks nothing of it.
func (SegmentRule) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Description: `A rule: a node with a "type". and, or: {rules}. not: {rule}. attribute: {attribute, op, value}. feature: {feature, op, value}. ` +
			`event: {event, name (of a custom one), count: {op, value}, within: {days} or {hours} or {from, to}, where: [{property, op, value}]}. member: {segmentId}. ` +
			`Fields and their ops: GET /segments/fields. Faults are told at body.rule followed by a JSON pointer into the rule, e.g. body.rule/rules/1/value.`,
		Examples: []any{json.RawMessage(`{"type":"and","rules":[{"type":"attribute","attribute":"country","op":"eq","value":"DE"},{"type":"event","event":"order_completed","count":{"op":"gte","value":2},"within":{"days":90}}]}`)},
	}
}

func ruleFrom(r segment.Rule) SegmentRule {
	data, err := json.Marshal(r)
	if err != nil {
		panic(err) // it was read from JSON
	}
	return SegmentRule{raw: data}
}

// Segment is a rule with a name, and how many belong to it.
type Segment struct {
	ID          uuid.UUID      `json:"id"`
	Name        string         `json:"name"`
	Description string         `json:"description"`
	Standard    bool           `json:"standard" doc:"It always exists, and cannot be changed or deleted"`
	Rule        SegmentRule    `json:"rule"`
	Criteria    string         `json:"criteria" doc:"The rule in words"`
	Count       *int64         `json:"count,omitempty" doc:"Customers, at countedAt"`
	CountedAt   *time.Time     `json:"countedAt,omitempty"`
	History     []SegmentCount `json:"history" doc:"Oldest first: the last count of each hour for two days, and of each day for 90"`
	CreatedAt   time.Time      `json:"createdAt"`
	UpdatedAt   time.Time      `json:"updatedAt"`
}

// SegmentCount is a segment's size at a time.
type SegmentCount struct {
	At    time.Time `json:"at"`
	Count int64     `json:"count"`
}

func segmentFrom(s segment.Segment) Segment {
	out := Segment{
		ID: s.ID, Name: s.Name, Description: s.Description, Standard: s.Standard, Rule: ruleFrom(s.Rule), Criteria: s.Criteria,
		Count: s.Count, CountedAt: s.CountedAt, History: make([]SegmentCount, len(s.History)), CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt,
	}
	for i, p := range s.History {
		out.History[i] = SegmentCount(p)
	}
	return out
}

// SegmentCustomer is a customer as a list of people shows them.
type SegmentCustomer struct {
	ID         uuid.UUID  `json:"id"`
	Name       string     `json:"name" doc:"Empty where it is not known"`
	Email      string     `json:"email,omitempty"`
	City       string     `json:"city,omitempty"`
	Country    string     `json:"country,omitempty" doc:"ISO 3166 alpha-2"`
	Orders     int64      `json:"orders"`
	Revenue    Money      `json:"revenue" doc:"Orders less refunds"`
	LastSeenAt *time.Time `json:"lastSeenAt,omitempty"`
	Channels   []string   `json:"channels" doc:"Over which they can be reached: there is consent, and an address"`
	Since      *time.Time `json:"since,omitempty" doc:"When they joined, as far as that was counted"`
}

func personFrom(currency string) func(segment.Person) SegmentCustomer {
	return func(p segment.Person) SegmentCustomer {
		return SegmentCustomer{
			ID: p.ID, Name: p.Name, Email: p.Email, City: p.City, Country: p.Country, Orders: p.Orders, Revenue: moneyFrom(p.Revenue, currency),
			LastSeenAt: p.LastSeenAt, Channels: append([]string{}, p.Channels...), Since: p.Since,
		}
	}
}

// SegmentPreview is who a rule would have.
type SegmentPreview struct {
	Count    int64             `json:"count"`
	Sample   []SegmentCustomer `json:"sample" doc:"At most 10 of them, newest profiles first"`
	TookMS   float64           `json:"tookMs"`
	Criteria string            `json:"criteria" doc:"The rule in words"`
	Query    string            `json:"query" doc:"The SQL that counted"`
}

// ParsedSegment is what plain words were understood as.
type ParsedSegment struct {
	Rule     SegmentRule `json:"rule" doc:"Always valid"`
	Criteria string      `json:"criteria" doc:"The rule in words, to be checked by who asked"`
	Unsure   []string    `json:"unsure" doc:"What was said and is not in the rule, or may have been meant in another way"`
	Provider string      `json:"provider" doc:"Who read it: openai or analyst"`
}

// SegmentFields is the vocabulary of rules.
type SegmentFields struct {
	Fields   []SegmentField `json:"fields"`
	Events   []SegmentEvent `json:"events"`
	CountOps []segment.Op   `json:"countOps" doc:"How often an event may be asked for"`
	Limits   SegmentLimits  `json:"limits"`
}

// SegmentField is something that rules compare.
type SegmentField struct {
	Kind  string            `json:"kind" enum:"attribute,feature,property" doc:"property: of an event, in its where"`
	Name  string            `json:"name" doc:"Custom attributes are attributes.NAME; an event's own properties are any other name"`
	Label string            `json:"label"`
	Type  segment.FieldType `json:"type" enum:"text,number,money,boolean,time,age,any" doc:"age: how long ago, in unit; any: a text, a number or a boolean"`
	Ops   []segment.Op      `json:"ops"`
	Unit  string            `json:"unit,omitempty" enum:"days,hours"`
}

// SegmentEvent is a kind of event that rules can ask for.
type SegmentEvent struct {
	Name  string `json:"name"`
	Label string `json:"label" doc:"What somebody did, e.g. ordered"`
}

// SegmentLimits is what a rule may be at most.
type SegmentLimits struct {
	Depth  int `json:"depth" doc:"Nodes one inside the other"`
	Nodes  int `json:"nodes"`
	Events int `json:"events" doc:"Event nodes"`
}

const maxSegmentBody = 2 * segment.MaxBytes

func (s *Server) segmentRoutes(svc Segments) {
	g := segments{svc}
	register := func(id, method, path, summary, description string, status int) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: method, Path: path, Tags: []string{"Segments"}, Security: bearer, Summary: summary, Description: description,
			DefaultStatus: status, MaxBodyBytes: maxSegmentBody,
		}
	}
	huma.Register(s.huma, register("list-segments", http.MethodGet, "/segments", "Segments", "The standard ones, then your own, newest first.", 200), g.list)
	huma.Register(s.huma, register("create-segment", http.MethodPost, "/segments", "Make a segment", "It is counted at once. 409 for a name that is taken.", 201), g.create)
	huma.Register(s.huma, register("segment-fields", http.MethodGet, "/segments/fields", "What rules can compare", "The vocabulary of the rule builder.", 200), g.fields)
	huma.Register(s.huma, register("preview-segment", http.MethodPost, "/segments/preview", "Who a rule would have", "", 200), g.preview)
	huma.Register(s.huma, register("parse-segment", http.MethodPost, "/segments/parse", "A rule out of plain words",
		"What was not understood stands in unsure and is never guessed. 422 not_understood where nothing was.", 200), g.parse)
	huma.Register(s.huma, register("get-segment", http.MethodGet, "/segments/{id}", "A segment", "", 200), g.get)
	huma.Register(s.huma, register("update-segment", http.MethodPatch, "/segments/{id}", "Change a segment", "What is not given stays. 403 standard_segment for a standard one: create a new one with its rule.", 200), g.change)
	huma.Register(s.huma, register("delete-segment", http.MethodDelete, "/segments/{id}", "Delete a segment", "403 standard_segment for a standard one. 409 segment_in_use, naming them, where others refer to it.", 204), g.delete)
	huma.Register(s.huma, register("segment-customers", http.MethodGet, "/segments/{id}/customers", "Who belongs to a segment", "As of the last count; who joined last comes first.", 200), g.members)
}

type segments struct{ service Segments }

type segmentOutput struct{ Body Segment }

type segmentPath struct {
	ID string `path:"id" doc:"Segment"`
}

func (g segments) list(ctx context.Context, in *PageQuery) (*struct{ Body Page[Segment] }, error) {
	p, err := user(ctx)
	if err != nil {
		return nil, err
	}
	items, next, err := g.service.List(ctx, p.WorkspaceID, in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Page[Segment] }{pageOf(items, next, segmentFrom)}, nil
}

func (g segments) create(ctx context.Context, in *struct {
	Body struct {
		Name        string      `json:"name" minLength:"1" maxLength:"100"`
		Description string      `json:"description,omitempty" maxLength:"500"`
		Rule        SegmentRule `json:"rule"`
	}
}) (*segmentOutput, error) {
	p, err := user(ctx)
	if err != nil {
		return nil, err
	}
	made, err := g.service.Create(ctx, p.WorkspaceID, segment.Draft{Name: in.Body.Name, Description: in.Body.Description, Rule: in.Body.Rule.raw})
	if err != nil {
		return nil, err
	}
	return &segmentOutput{segmentFrom(made)}, nil
}

func (g segments) get(ctx context.Context, in *segmentPath) (*segmentOutput, error) {
	workspaceID, id, err := theirsByID(ctx, "segment", in.ID)
	if err != nil {
		return nil, err
	}
	found, err := g.service.Get(ctx, workspaceID, id)
	if err != nil {
		return nil, err
	}
	return &segmentOutput{segmentFrom(found)}, nil
}

func (g segments) change(ctx context.Context, in *struct {
	ID   string `path:"id" doc:"Segment"`
	Body struct {
		Name        *string      `json:"name,omitempty" minLength:"1" maxLength:"100"`
		Description *string      `json:"description,omitempty" maxLength:"500"`
		Rule        *SegmentRule `json:"rule,omitempty"`
	}
}) (*segmentOutput, error) {
	workspaceID, id, err := theirsByID(ctx, "segment", in.ID)
	if err != nil {
		return nil, err
	}
	c := segment.Change{Name: in.Body.Name, Description: in.Body.Description}
	if in.Body.Rule != nil {
		c.Rule = in.Body.Rule.raw
	}
	changed, err := g.service.Change(ctx, workspaceID, id, c)
	if err != nil {
		return nil, err
	}
	return &segmentOutput{segmentFrom(changed)}, nil
}

func (g segments) delete(ctx context.Context, in *segmentPath) (*struct{}, error) {
	workspaceID, id, err := theirsByID(ctx, "segment", in.ID)
	if err != nil {
		return nil, err
	}
	return nil, g.service.Delete(ctx, workspaceID, id)
}

func (g segments) members(ctx context.Context, in *struct {
	ID string `path:"id" doc:"Segment"`
	PageQuery
}) (*struct{ Body Page[SegmentCustomer] }, error) {
	workspaceID, id, err := theirsByID(ctx, "segment", in.ID)
	if err != nil {
		return nil, err
	}
	people, next, currency, err := g.service.Members(ctx, workspaceID, id, in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Page[SegmentCustomer] }{pageOf(people, next, personFrom(currency))}, nil
}

func (g segments) preview(ctx context.Context, in *struct {
	Body struct {
		Rule SegmentRule `json:"rule"`
	}
}) (*struct{ Body SegmentPreview }, error) {
	p, err := user(ctx)
	if err != nil {
		return nil, err
	}
	found, err := g.service.Preview(ctx, p.WorkspaceID, in.Body.Rule.raw)
	if err != nil {
		return nil, err
	}
	return &struct{ Body SegmentPreview }{SegmentPreview{
		Count: found.Count, Sample: pageOf(found.Sample, "", personFrom(found.Currency)).Items, TookMS: float64(found.Took.Microseconds()) / 1000,
		Criteria: found.Criteria, Query: found.Query,
	}}, nil
}

func (g segments) parse(ctx context.Context, in *struct {
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"1000" doc:"Who is meant, e.g. people in Germany who bought twice in the last 90 days but not this month"`
	}
}) (*struct{ Body ParsedSegment }, error) {
	p, err := user(ctx)
	if err != nil {
		return nil, err
	}
	parsed, criteria, err := g.service.Parse(ctx, p.WorkspaceID, in.Body.Text)
	if err != nil {
		return nil, err
	}
	return &struct{ Body ParsedSegment }{ParsedSegment{
		Rule: ruleFrom(*parsed.Rule), Criteria: criteria, Unsure: append([]string{}, parsed.Unsure...), Provider: parsed.Provider,
	}}, nil
}

func (segments) fields(context.Context, *struct{}) (*struct{ Body SegmentFields }, error) {
	out := SegmentFields{CountOps: segment.CountOps, Limits: SegmentLimits{Depth: segment.MaxDepth, Nodes: segment.MaxNodes, Events: segment.MaxEvents}}
	for _, f := range segment.Fields {
		kind := string(f.Node)
		if f.Node == segment.Event {
			kind = "property"
		}
		out.Fields = append(out.Fields, SegmentField{Kind: kind, Name: f.Name, Label: f.Label, Type: f.Type, Ops: f.Ops, Unit: f.Unit})
	}
	for _, e := range segment.EventTypes {
		out.Events = append(out.Events, SegmentEvent{Name: e.Name, Label: e.Label})
	}
	return &struct{ Body SegmentFields }{out}, nil
}
