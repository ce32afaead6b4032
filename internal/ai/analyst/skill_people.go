package analyst

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/segment"
)

// scaffold is the words around a rule in a question: "how many people …", "… do we have".
var scaffold = []*regexp.Regexp{
	regexp.MustCompile(`(?i)^\W*(?:(?:hi|hello|hey|please|ok|and|so|now)\b[\s,!.]*)*(?:(?:can|could|would) you (?:please )?(?:tell|show|give) me[\s,]*)?`),
	regexp.MustCompile(`(?i)^(?:how many|how much|(?:what(?:'s| is) )?the (?:total )?number of|number of|count of|what share of|how big is the group of|who are the|who are|which|count|list|show me)\s+(?:of (?:our|my|the) )?`),
	regexp.MustCompile(`(?i)\b(?:do|did) (?:we|i) (?:currently )?(?:have|got|know)\b`),
	regexp.MustCompile(`(?i)\b(?:are there|have we got|are we talking about|in total|there are|at the moment|right now|exist)\b`),
	regexp.MustCompile(`(?i)\b(?:we|i) have\b`),
	regexp.MustCompile(`[?!.]+\s*$`),
}

func ruleText(question string) string {
	for _, s := range scaffold {
		question = s.ReplaceAllString(question, "")
	}
	return strings.TrimSpace(question)
}

// wantsPeople tells a question about people who share something that no standard segment says: "how many customers in Germany
// have ordered twice".
func wantsPeople(t *turn, q inquiry) bool {
	if t.look.Segments == nil || !(q.has(tPeople) || q.has(tOutside)) || !q.has(tCount, tWho, tShow) || q.has(tTrend, tBy, tWhy, tPredict, tPronoun) || q.comparesOrRanks() {
		return false
	}
	switch q.metric {
	case "", "customers", "orders", "revenue", "products", "reachable", "visits", "channels":
	default:
		return false
	}
	if q.metric != "" && q.metric != "customers" && !asksForPeople(q.words) {
		return false // "how many orders", "how much did our customers spend"
	}
	rule := t.ruleIn(t.req.Question)
	if rule.Rule == nil {
		return false
	}
	// A standard segment alone, as it is or within a time, has a skill that says more of it.
	if q.entities.Segment != "" && !saysOfWhom(rule.Rule) {
		return false
	}
	if q.entities.Segment != "" || q.metric == "reachable" || q.entities.Channel != "" && q.metric != "" {
		return len(rule.Unsure) == 0 && !plainSegment(rule.Rule)
	}
	return true
}

// comparesOrRanks tells "better than last month" and "the most" from "more than three times" and "at least two".
func (q inquiry) comparesOrRanks() bool {
	bounds := 0
	for i, w := range q.words[:max(0, len(q.words)-1)] {
		if (w == "than" || w == "least" || w == "most") && number(q.words[i+1]) > 0 || w == "at" && (q.words[i+1] == "least" || q.words[i+1] == "most") {
			bounds++
		}
	}
	if bounds > 0 {
		return slices.ContainsFunc(q.spans, func(s span) bool {
			said := strings.Join(q.words[s.from:s.to], " ")
			return slices.ContainsFunc(s.entry.tags, func(g tag) bool { return g == tRank || g == tCompare }) && said != "more than" && said != "less than" && said != "least" && said != "most"
		})
	}
	return q.has(tRank, tCompare)
}

// asksForPeople tells "how many customers bought …" from "how many orders did customers …".
func asksForPeople(words []string) bool {
	text := " " + strings.Join(words, " ") + " "
	for _, p := range []string{"how many customer", "how many people", "how many visitor", "how many subscriber", "how many user", "how many buyer", "how many shopper", "how many contact", "how many of", "number of customer", "number of people", "number of buyer", "number of visitor", "number of subscriber", "number of user", "number of contact", "which customer", "who ", "count customer", "list customer", "how many person"} {
		if strings.Contains(text, " "+strings.TrimSpace(p)+" ") {
			return true
		}
	}
	return false
}

func (t *turn) ruleIn(question string) segment.Parsed {
	if name := t.req.Intent.Entities.Product; name != "" { // the name of a product is one word to a rule
		if i := strings.Index(strings.ToLower(question), strings.ToLower(name)); i >= 0 && i+len(name) <= len(question) {
			question = question[:i] + `"` + name + `"` + question[i+len(name):]
		}
	}
	p, err := t.ParseSegment(t.ctx, ruleText(question), t.req.Now, t.zone)
	if err != nil {
		return segment.Parsed{}
	}
	return p
}

func plainSegment(r *segment.Rule) bool {
	switch r.Type {
	case segment.Member:
		return true
	case segment.And, segment.Or:
		return len(r.Rules) == 1 && plainSegment(&r.Rules[0])
	}
	for _, s := range segment.Standards {
		if sameRule(*r, s.Rule) {
			return true
		}
	}
	return false
}

// saysOfWhom tells whether a rule says more than a standard segment could: where people live, or what single things they did.
func saysOfWhom(r *segment.Rule) bool {
	if r.Type == segment.Attribute || r.Type == segment.Event {
		return true
	}
	return slices.ContainsFunc(r.Rules, func(one segment.Rule) bool { return saysOfWhom(&one) }) || r.Rule != nil && saysOfWhom(r.Rule)
}

func sameRule(a, b segment.Rule) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

// peopleByRule counts who a rule has, in words that were understood whole. Where some were not, it counts nothing: a figure
// that leaves out half of the question would be wrong.
func (t *turn) peopleByRule(inquiry) error {
	p := t.ruleIn(t.req.Question)
	if len(p.Unsure) > 0 {
		t.w.say("I cannot count that, because I did not understand all of it:\n")
		for _, u := range p.Unsure {
			t.w.say("\n- %s", u)
		}
		t.w.paragraph("Say it in other words, for example “How many customers in Germany have ordered twice in the last 90 days?”. Under **Audience** you can put the rule together by hand.")
		return nil
	}
	return t.countRule(*p.Rule, "")
}

func (t *turn) countRule(rule segment.Rule, name string) error {
	f, err := t.look.Segments.PreviewSegment(t.ctx, t.req.WorkspaceID, rule, t.req.Now)
	if err != nil {
		return err
	}
	label := f.Criteria
	if name != "" {
		label = name
		t.w.say("**%s** %s in **%s**.", t.w.count(f.Count, label, f.Query), arePeople(f.Count), name)
	} else {
		t.w.say("**%s** %s that.", t.w.count(f.Count, label, f.Query), matchPeople(f.Count))
	}
	t.w.say(" The rule: %s.", strings.TrimSuffix(f.Criteria, "."))
	if len(f.Sample) > 0 {
		t.w.sink.Table(ai.SampleTable(t.an, f))
	}
	return nil
}

func arePeople(n int64) string {
	if n == 1 {
		return "person is"
	}
	return "people are"
}

func matchPeople(n int64) string {
	if n == 1 {
		return "person matches"
	}
	return "people match"
}
