package ai

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/predict"
	"github.com/pulsehub/pulsehub/internal/segment"
)

// Names of further tools; a contract as the others.
const (
	ToolCountPeople    = "count_people"
	ToolSegmentResults = "segment_results"
	ToolExplainChange  = "explain_change"
	ToolCountries      = "countries"
	ToolProduct        = "product"
	ToolBestCustomers  = "best_customers"
	ToolCohorts        = "cohorts"
	ToolFindCustomer   = "find_customer"
	ToolOutlook        = "outlook"
	ToolAtRisk         = "at_risk"
)

func text(description string) map[string]any {
	return map[string]any{"type": "string", "description": description}
}

var furtherTools = []ToolDefinition{
	{ToolCountPeople, "How many people match a rule in plain words right now, or belong to a saved segment by its name. The result says the rule as it was understood.", object(map[string]any{
		"who": text(`E.g. "live in Germany and ordered twice in the last 90 days", or the name of a saved segment`),
	})},
	{ToolSegmentResults, "Main figures of a segment's members over a range beside the range before: visits, orders, revenue, average order, conversion. Call it once for each of several segments to compare them.", object(map[string]any{
		"segment": text("Key of a standard segment or name of a saved one"), "from": fromDate, "to": toDate,
	})},
	{ToolExplainChange, "Why revenue rose or fell between two ranges: what traffic, conversion and average order did to it, then each channel, kind of buyer, country and product. All contributions add up to the change exactly. The reader sees the factors as a bar chart.", object(map[string]any{
		"from": fromDate, "to": toDate, "other_from": text("First day of the earlier range, YYYY-MM-DD"), "other_to": text("Last day of the earlier range, YYYY-MM-DD, included"),
	})},
	{ToolCountries, "Buyers, orders and revenue by country. The reader sees it as a bar chart.", object(map[string]any{"from": fromDate, "to": toDate})},
	{ToolProduct, "Views, additions to cart, orders and revenue of one product by its exact name.", object(map[string]any{"product": text("Exact name"), "from": fromDate, "to": toDate})},
	{ToolBestCustomers, "The customers who spent most. The reader sees who they are as a table; you get the totals.", object(map[string]any{
		"from": fromDate, "to": toDate, "limit": map[string]any{"type": "integer", "description": "How many, 1 to 50"},
	})},
	{ToolCohorts, "Retention: customers by the month or week of their first order, and how many ordered again in each one after it. The reader sees a table.", object(map[string]any{
		"granularity": map[string]any{"type": "string", "enum": []string{"month", "week"}}, "from": fromDate, "to": toDate,
	})},
	{ToolFindCustomer, "Finds a customer by email address, phone number or name; give one and leave the others empty. The reader sees who it is as a table; you get what they ordered.", object(map[string]any{
		"email": text("In full, or empty"), "phone": text("With the country's code, or empty"), "name": text("First name, last name or both, or empty"),
	})},
	{ToolOutlook, "Orders and revenue to expect from customers who have ordered before, with a 90 % interval. It says what is missing where there is too little data.", object(map[string]any{
		"days": map[string]any{"type": "integer", "description": "How many days ahead, 1 to 365"},
	})},
	{ToolAtRisk, "How many customers who bought more than once have probably left, and what they have spent. The reader sees who they are as a table.", object(map[string]any{})},
}

// looking is one look-up under way.
type looking struct {
	ws       uuid.UUID
	args     toolArguments
	analysis *analytics.Analysis
	now      time.Time
	zone     *time.Location
}

func (l looking) dates() (analytics.Range, error) {
	return dates(l.args.From, l.args.To, l.now, l.zone)
}

var furtherRuns = map[string]func(t *Tools, ctx context.Context, l looking) (any, error){
	ToolCountPeople: (*Tools).countPeople, ToolSegmentResults: (*Tools).segmentResults, ToolExplainChange: (*Tools).explainChange, ToolCountries: (*Tools).countries,
	ToolProduct: (*Tools).product, ToolBestCustomers: (*Tools).bestCustomers, ToolCohorts: (*Tools).cohorts, ToolFindCustomer: (*Tools).findCustomer,
	ToolOutlook: (*Tools).outlook, ToolAtRisk: (*Tools).atRisk,
}

func away(what string) error { return invalid("%s cannot be looked up here.", what) }

// PeopleFound is the result of count_people. People for the reader alone are under "members", here and below: models are
// shown nothing of that name.
type PeopleFound struct {
	Count    int64    `json:"count"`
	Criteria string   `json:"criteria"`
	Unsure   []string `json:"notUnderstood,omitempty"`
	Members  *Table   `json:"members,omitempty"`
	Query    string   `json:"query"`
}

func (t *Tools) countPeople(ctx context.Context, l looking) (any, error) {
	if t.Segments == nil || t.Parser == nil {
		return nil, away("People by a rule")
	}
	who := strings.TrimSpace(l.args.Who)
	saved, err := t.savedSegment(ctx, l.ws, who)
	if err != nil {
		return nil, err
	}
	var rule segment.Rule
	var unsure []string
	if saved != nil {
		rule = saved.Rule
	} else {
		parsed, err := t.Parser.ParseSegment(ctx, who, l.now, l.zone)
		if err != nil {
			return nil, err
		}
		if parsed.Rule == nil {
			return nil, invalid("I could not make a rule of %q. Say what these people have in common in other words.", who)
		}
		rule, unsure = *parsed.Rule, parsed.Unsure
	}
	p, err := t.Segments.PreviewSegment(ctx, l.ws, rule, l.now)
	if err != nil {
		return nil, err
	}
	out := PeopleFound{Count: p.Count, Criteria: p.Criteria, Unsure: unsure, Query: p.Query}
	if len(p.Sample) > 0 {
		table := SampleTable(l.analysis, p)
		out.Members = &table
	}
	return out, nil
}

// savedSegment is the segment of that name or key; nil when there is none.
func (t *Tools) savedSegment(ctx context.Context, ws uuid.UUID, name string) (*segment.Segment, error) {
	all, err := SavedSegments(ctx, t.Segments, ws)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if strings.EqualFold(s.Name, name) {
			return &s, nil
		}
		if standard, ok := segment.ByKey(name); ok && standard.Name == s.Name && s.Standard {
			return &s, nil
		}
	}
	return nil, nil
}

func (t *Tools) segmentResults(ctx context.Context, l looking) (any, error) {
	if t.Segments == nil || t.Figures == nil {
		return nil, away("A segment's results")
	}
	r, err := l.dates()
	if err != nil {
		return nil, err
	}
	saved, err := t.savedSegment(ctx, l.ws, strings.TrimSpace(l.args.Segment))
	if err != nil {
		return nil, err
	}
	if saved == nil {
		return nil, invalid("There is no segment %q. Use the name of a saved one, or one of: %s.", l.args.Segment, strings.Join(segmentKeys(l.analysis), ", "))
	}
	ask := AskedFor(r)
	ask.SegmentID = saved.ID.String()
	return t.Figures.KPIs(ctx, l.ws, ask)
}

// Explained is the result of explain_change.
type Explained struct {
	Change  decimal.Decimal          `json:"change"`
	Now     analytics.TotalFigures   `json:"now"`
	Before  analytics.TotalFigures   `json:"before"`
	Factors []analytics.Contribution `json:"factors"` // none where there were no visits or no orders
	Sides   []ChangeSide             `json:"sides"`
}

// partsShown is how many parts of each side a model is told of; the others are one.
const partsShown = 8

func (t *Tools) explainChange(ctx context.Context, l looking) (any, error) {
	r, err := l.dates()
	if err != nil {
		return nil, err
	}
	other, err := dates(l.args.OtherFrom, l.args.OtherTo, l.now, l.zone)
	if err != nil {
		return nil, err
	}
	var out Explained
	if out.Now, err = t.Queries.Totals(ctx, l.ws, r); err != nil {
		return nil, err
	}
	if out.Before, err = t.Queries.Totals(ctx, l.ws, other); err != nil {
		return nil, err
	}
	out.Change, out.Factors = out.Now.Revenue.Sub(out.Before.Revenue), analytics.Factors("revenue", out.Before, out.Now)
	if out.Sides, err = ChangeSides(ctx, t.Data, l.ws, other, r, out.Before, out.Now); err != nil {
		return nil, err
	}
	for i := range out.Sides {
		side := &out.Sides[i]
		if len(side.Parts) <= partsShown {
			continue
		}
		others := analytics.Contribution{Name: "all others"}
		for _, p := range side.Parts[partsShown:] {
			others.Before, others.After, others.Change = others.Before.Add(p.Before), others.After.Add(p.After), others.Change.Add(p.Change)
		}
		side.Parts = append(slices.Clip(side.Parts[:partsShown]), others)
	}
	return out, nil
}

func (t *Tools) countries(ctx context.Context, l looking) (any, error) {
	r, err := l.dates()
	if err != nil {
		return nil, err
	}
	if t.Figures == nil {
		return nil, away("Countries")
	}
	return t.Figures.Countries(ctx, l.ws, r)
}

func (t *Tools) product(ctx context.Context, l looking) (any, error) {
	r, err := l.dates()
	if err != nil {
		return nil, err
	}
	if t.Figures == nil {
		return nil, away("A product")
	}
	return t.Figures.Product(ctx, l.ws, l.args.Product, r)
}

// BestFound is the result of best_customers.
type BestFound struct {
	Customers int             `json:"customers"`
	Orders    int64           `json:"orders"`
	Revenue   decimal.Decimal `json:"revenue"` // of all of them
	Members   Table           `json:"members"`
	Query     string          `json:"query"`
}

func (t *Tools) bestCustomers(ctx context.Context, l looking) (any, error) {
	r, err := l.dates()
	if err != nil {
		return nil, err
	}
	if t.Figures == nil {
		return nil, away("Single customers")
	}
	f, err := t.Figures.BestCustomers(ctx, l.ws, r, min(max(l.args.Limit, 1), 50))
	if err != nil {
		return nil, err
	}
	out := BestFound{Customers: len(f.Customers), Members: BestTable(l.analysis, f, l.args.From+" to "+l.args.To), Query: f.Query}
	for _, b := range f.Customers {
		out.Orders, out.Revenue = out.Orders+b.Orders, out.Revenue.Add(b.Revenue)
	}
	return out, nil
}

func (t *Tools) cohorts(ctx context.Context, l looking) (any, error) {
	r, err := l.dates()
	if err != nil {
		return nil, err
	}
	if t.Figures == nil {
		return nil, away("Cohorts")
	}
	ask := AskedFor(r)
	ask.Granularity = l.args.Granularity
	return t.Figures.Cohorts(ctx, l.ws, ask)
}

// CustomersFound is the result of find_customer. What was ordered is there where exactly one was found.
type CustomersFound struct {
	Found       int64            `json:"found"`
	Orders      *int64           `json:"orders,omitempty"`
	Revenue     *decimal.Decimal `json:"revenue,omitempty"`
	LastOrderAt *time.Time       `json:"lastOrderAt,omitempty"`
	LastSeenAt  *time.Time       `json:"lastSeenAt,omitempty"`
	Members     *Table           `json:"members,omitempty"`
	Query       string           `json:"query"`
}

func (t *Tools) findCustomer(ctx context.Context, l looking) (any, error) {
	if t.Customers == nil {
		return nil, away("Single customers")
	}
	whom := customer.Lookup{Email: strings.TrimSpace(l.args.Email), Phone: strings.TrimSpace(l.args.Phone), Name: strings.TrimSpace(l.args.Name)}
	if whom == (customer.Lookup{}) {
		return nil, invalid("Give an email address, a phone number or a name.")
	}
	found, err := t.Customers.FindCustomers(ctx, l.ws, whom, FoundAtMost)
	if err != nil {
		return nil, err
	}
	out := CustomersFound{Found: found.Total, Query: found.Query}
	if len(found.Matches) > 0 {
		table := CustomersTable(l.analysis, found)
		out.Members = &table
	}
	if len(found.Matches) == 1 {
		p := found.Matches[0]
		out.Orders, out.Revenue, out.LastOrderAt, out.LastSeenAt = &p.Orders, &p.Revenue, p.LastOrderAt, p.LastSeenAt
	}
	return out, nil
}

func (t *Tools) outlook(ctx context.Context, l looking) (any, error) {
	if t.Predictions == nil {
		return nil, away("Predictions")
	}
	o, err := t.Predictions.Outlook(ctx, l.ws, l.args.Days)
	if errors.Is(err, predict.ErrNotFitted) {
		return nil, invalid("No predictions have been made for this workspace yet. They are made by themselves soon after data arrives.")
	}
	return o, err
}

// RiskFound is the result of at_risk.
type RiskFound struct {
	AtRisk  int64           `json:"atRisk"`
	Of      int64           `json:"ofThoseWhoBoughtMoreThanOnce"`
	Revenue decimal.Decimal `json:"spentSoFar"`
	Members Table           `json:"members"`
	Query   string          `json:"query"`
}

func (t *Tools) atRisk(ctx context.Context, l looking) (any, error) {
	if t.Predictions == nil {
		return nil, away("Predictions")
	}
	m, err := t.Predictions.Model(ctx, l.ws)
	if err != nil {
		return nil, err
	}
	if m == nil || m.Purchases == nil {
		return nil, invalid("There is not enough data yet to tell who is at risk.")
	}
	r, err := t.Predictions.AtRisk(ctx, l.ws, FoundAtMost)
	return RiskFound{AtRisk: r.Count, Of: r.Of, Revenue: r.Revenue, Members: AtRiskTable(l.analysis, r), Query: r.Query}, err
}
