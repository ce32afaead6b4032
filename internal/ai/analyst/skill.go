package analyst

import (
	"slices"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/customer"
)

// A skill answers one kind of question about the workspace's data. A new one is a file of its own, skill_….go, and a line in
// skills.
type skill struct {
	name string
	// wants tells whether the question is of this kind. It looks at the question alone and costs next to nothing.
	wants func(t *turn, q inquiry) bool
	// answer streams the answer. It says so where the data does not have it, and fails only when the data cannot be read.
	answer func(t *turn, q inquiry) error
}

// skills is every skill, from the most telling question to the least: the first that wants a question answers it, and the last
// one wants any.
func skills() []skill {
	return []skill{
		{"look-up of a customer", wantsLookup, (*turn).lookUp},
		{"not in the data", wantsOutside, (*turn).outside},
		{"prediction", wantsPrediction, (*turn).predict},
		{"saved segment", wantsSavedSegment, (*turn).savedSegment},
		{"why", wantsWhy, (*turn).why},
		{"figures by source", wantsSource, (*turn).bySource},
		{"segments compared", wantsSegmentsCompared, (*turn).compareSegments},
		{"best customers", wantsBestCustomers, (*turn).bestCustomers},
		{"people by a rule", wantsPeople, (*turn).peopleByRule},
		{"standard segment", wantsSegment, (*turn).segment},
		{"best hour", wantsBestHour, (*turn).bestHour},
		{"reach", wantsReach, (*turn).reachable},
		{"countries", wantsCountries, (*turn).countries},
		{"one product", wantsProduct, (*turn).product},
		{"new and returning", wantsBuyers, (*turn).buyers},
		{"channels", wantsChannels, (*turn).channels},
		{"products", wantsProducts, (*turn).products},
		{"funnel", wantsFunnel, (*turn).funnel},
		{"cohorts", wantsCohorts, (*turn).cohorts},
		{"comparison", wantsComparison, (*turn).compare},
		{"count and trend", wantsSeries, (*turn).series},
		{"ratio", wantsRatio, (*turn).ratio},
		{"customers", wantsCustomers, (*turn).customers},
		{"lifetime value", wantsLifetimeValue, (*turn).lifetimeValue},
		{"leads", wantsLeads, (*turn).leads},
		{"what messages did", wantsMessages, (*turn).messages},
		{"overview", wantsAny, (*turn).overviewOf},
	}
}

// data answers a question about the workspace's figures.
func (t *turn) data() error {
	q := t.asked()
	for _, s := range skills() {
		if s.wants(t, q) {
			return s.answer(t, q)
		}
	}
	return nil
}

// inquiry is a data question with what it takes from those before it.
type inquiry struct {
	reading
	metric  string // as in entities
	country string // ISO 3166 alpha-2
	side    string // what to split by: channel, country, product, buyers
	limit   int    // how many to list; 0 when not said
	earlier string // the question that this one goes on from, if it does
}

// asked reads the question in the light of those before it: a follow-up keeps the country and the split that it does not
// name anew.
func (t *turn) asked() inquiry {
	var q inquiry
	history := t.req.History[max(0, len(t.req.History)-4):]
	for i, e := range history {
		q = t.follow(q, e.Question, i > 0)
	}
	q = t.follow(q, t.req.Question, len(history) > 0)
	q.metric = t.req.Intent.Entities.Metric
	q.entities = t.req.Intent.Entities
	return q
}

func (t *turn) follow(before inquiry, question string, goesOn bool) inquiry {
	q := inquiry{reading: read(question, t.cal)}
	if len(q.places) > 0 {
		q.country = q.places[0]
	}
	if len(q.sides) > 0 {
		q.side = q.sides[0]
	}
	if q.side == "" && q.has(tRank, tWho, tCompare, tShow) && slices.Contains(q.words, "country") {
		q.side = "country"
	}
	q.limit = limitIn(q.words)
	if name, confidence := q.name(true); goesOn && q.elliptical(name, confidence) {
		if q.country == "" && q.side != "country" {
			q.country = before.country
		}
		if q.side == "" && q.country == "" {
			q.side = before.side
		}
		q.earlier = question
	}
	if goesOn && q.lookup == (customer.Lookup{}) && q.has(tPronoun) && q.short(9) && before.lookup != (customer.Lookup{}) && q.entities.Segment == "" {
		q.lookup = before.lookup
	}
	return q
}

// limitIn is the number in "top 5", "ten best", "best 3".
func limitIn(words []string) int {
	for i, w := range words {
		n := number(w)
		if n < 2 || n > 100 {
			continue
		}
		for _, j := range []int{i - 1, i - 2, i + 1} {
			if j >= 0 && j < len(words) && slices.Contains([]string{"top", "best", "worst", "biggest", "first", "highest", "largest", "most"}, words[j]) {
				return n
			}
		}
	}
	return 0
}

// showing is how many to list.
func (q inquiry) showing() int {
	if q.limit == 0 {
		return 10
	}
	return min(q.limit, 50)
}

// saysAny tells whether one of these words is in the question.
func (q inquiry) saysAny(words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(q.words, w) })
}

func seriesMetric(metric string) string {
	if slices.Contains(analytics.Metrics, metric) {
		return metric
	}
	return "revenue"
}

// explains tells whether reasons are asked for, also as the one before did.
func (t *turn) explains(q inquiry) bool {
	return q.has(tWhy) || t.req.Intent.Action == chat.ActionExplain
}

func (t *turn) compares(q inquiry) bool {
	return q.has(tCompare) || t.req.Intent.Action == chat.ActionCompare
}

// cannot says plainly what the data does not hold, and what it can answer instead.
func (t *turn) cannot(why, instead string) {
	t.w.say("%s", why)
	t.w.paragraph("What I can tell you from your data: %s.", instead)
}

func wantsAny(*turn, inquiry) bool { return true }

// overviewOf is how things went in the asked time frame, or how they are.
func (t *turn) overviewOf(q inquiry) error {
	if q.entities.Timeframe != nil && (q.metric == "" || q.metric == "overview") {
		return t.compare(q)
	}
	t.overview()
	return nil
}
