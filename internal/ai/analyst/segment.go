package analyst

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pulsehub/pulsehub/internal/segment"
)

// ParseSegment reads a rule out of plain words. What it does not understand it says, and adds nothing for it. The rule is
// nil where nothing was understood; otherwise it is valid.
func (a *Analyst) ParseSegment(_ context.Context, text string, now time.Time, zone *time.Location) (segment.Parsed, error) {
	p := &segmentParser{tokens: tokens(text), now: now, calendar: newCalendar(now, zone)}
	rule := p.read()
	out := segment.Parsed{Unsure: p.unsure, Provider: a.Name()}
	if rule == nil {
		return out, nil
	}
	if err := rule.Validate(); err != nil {
		out.Unsure = append(out.Unsure, "what I read is no rule that can be used: "+err.Error())
		return out, nil
	}
	out.Rule = rule
	return out, nil
}

// token is one word, number or quoted text.
type token struct {
	raw    string
	word   string // lower case, singular, mended; "" for a number or a quoted text
	number string
	quoted bool
}

var tokenPattern = regexp.MustCompile(`["“”„][^"“”„]+["“”„]|[0-9]+(?:[.,][0-9]+)*|[€$£%]|@?[\p{L}][\p{L}\p{M}0-9@._'-]*|[,;]`)

func tokens(text string) []token {
	if len(text) > maxQuestion {
		text = strings.ToValidUTF8(text[:maxQuestion], "")
	}
	text = strings.NewReplacer("≥", " at least ", ">=", " at least ", "≤", " at most ", "<=", " at most ", ">", " more than ", "<", " less than ").Replace(text)
	for _, c := range [][2]string{{"’", "'"}, {"n't ", " not "}, {"'ve ", " have "}, {"'re ", " are "}, {"e-mail", "email"}, {"E-mail", "email"}, {"sign-up", "sign up"}, {"check-out", "checkout"}} {
		text = strings.ReplaceAll(text+" ", c[0], c[1])
	}
	var out []token
	for _, raw := range tokenPattern.FindAllString(text, -1) {
		t := token{raw: strings.Trim(raw, `"“”„`)}
		switch c := raw[0]; {
		case t.raw != raw:
			t.quoted = true
		case c >= '0' && c <= '9':
			t.number = plainAmount(raw)
		default:
			t.raw = strings.TrimRight(raw, ".'-")
			t.word = strings.ToLower(strings.TrimSuffix(t.raw, "'s"))
			if !strings.ContainsAny(t.word, "@._") && countryOf[t.word] == "" && !segmentWords[t.word] {
				t.word = singular(mend(t.word))
			}
		}
		out = append(out, t)
	}
	return out
}

var thousands = regexp.MustCompile(`^[0-9]{1,3}([.,][0-9]{3})+$`)

// plainAmount is 1,250.50 and 1.250,50 as 1250.50.
func plainAmount(raw string) string {
	if thousands.MatchString(raw) {
		return strings.NewReplacer(",", "", ".", "").Replace(raw)
	}
	i := strings.LastIndexAny(raw, ".,")
	if i < 0 {
		return raw
	}
	return strings.NewReplacer(",", "", ".", "").Replace(raw[:i]) + "." + raw[i+1:]
}

// segmentWords are right as they are.
var segmentWords = func() map[string]bool {
	all := map[string]bool{}
	for w := range strings.FieldsSeq("spent spend paid bought twice once thrice times opened clicked seen viewed visited added began without never named lives live living based whose searched least euros euro dollars pounds reachable gmail submitted received") {
		all[w] = true
	}
	return all
}()

// clause is one condition, and how it hangs together with the one before.
type clause struct {
	rule segment.Rule
	or   bool
}

type segmentParser struct {
	tokens   []token
	now      time.Time
	calendar calendar
	i        int
	clauses  []clause
	or, not  bool
	event    *segment.Rule   // the last one, for "but not this month"
	pending  *segment.Within // a time that was said before what happened in it
	unsure   []string
	strange  []string // words one after the other that say nothing
}

// filler says nothing by itself.
var filler = func() map[string]bool {
	all := map[string]bool{}
	for w := range strings.FieldsSeq(`a an the all any everyone everybody anyone anybody people person customer customers user users buyer buyers shopper shoppers visitor visitors contact contacts client
		subscriber someone who whom that which have has had having are is were was be been they them their my our me i we to of in on at for with from by do does did find show get give list create make build
		segment audience group me only also and then please want need would like him her his its it as ever so far currently now already target every each those these this still both us there
		shop store site website online something anything thing product item time , ;`) {
		all[w] = true
	}
	return all
}()

func (p *segmentParser) read() *segment.Rule {
	for p.i < len(p.tokens) {
		before := p.i
		switch t := p.tokens[p.i]; {
		case p.is("or"):
			p.stray()
			p.or = len(p.clauses) > 0
			p.i++
		case p.is("but", "not"), p.is("except"), p.is("excluding"), p.is("and", "not"):
			p.stray()
			p.not = true
			p.i++
			p.skip("not")
		case p.is("not"), p.is("never"), p.is("no"), p.is("without"), p.is("cannot"), p.is("none"):
			p.stray()
			p.not = true
			p.i++
		case p.condition():
			p.stray()
		case t.word != "" && filler[t.word] || p.is("but"):
			p.i++
		default:
			p.strange = append(p.strange, t.raw)
			p.i++
		}
		if p.i == before { // cannot be: every case moves on
			p.i++
		}
	}
	p.stray()
	if p.pending != nil {
		p.doubt("a time that nothing happens in")
	}
	return p.join()
}

// stray tells what was not understood.
func (p *segmentParser) stray() {
	if len(p.strange) > 0 {
		p.doubt(fmt.Sprintf("I did not understand %q", strings.Join(p.strange, " ")))
		p.strange = nil
	}
}

func (p *segmentParser) doubt(s string) {
	if !slices.Contains(p.unsure, s) {
		p.unsure = append(p.unsure, s)
	}
}

// join has "or" bind the two conditions beside it, and everything else hold at once.
func (p *segmentParser) join() *segment.Rule {
	var groups [][]segment.Rule
	mixed := false
	for _, c := range p.clauses {
		if c.or && len(groups) > 0 {
			last := len(groups) - 1
			groups[last] = append(groups[last], c.rule)
		} else {
			groups = append(groups, []segment.Rule{c.rule})
		}
	}
	var all []segment.Rule
	for _, g := range groups {
		if len(g) == 1 {
			all = append(all, g[0])
			continue
		}
		mixed = mixed || len(groups) > 1
		all = append(all, segment.Any(g...))
	}
	if mixed {
		p.doubt(`"or" is read as between the conditions beside it; everything else must hold as well`)
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return &all[0]
	}
	rule := segment.All(all...)
	return &rule
}

// word is the word at i places from here, "" past the end.
func (p *segmentParser) word(ahead int) string {
	if i := p.i + ahead; i < len(p.tokens) {
		return p.tokens[i].word
	}
	return ""
}

func (p *segmentParser) is(words ...string) bool {
	for i, w := range words {
		if p.word(i) != w {
			return false
		}
	}
	return true
}

// any takes one of these phrases, the first that stands here.
func (p *segmentParser) any(phrases ...string) bool {
	for _, phrase := range phrases {
		if words := strings.Fields(phrase); p.is(words...) {
			p.i += len(words)
			return true
		}
	}
	return false
}

// skip passes over any of these words.
func (p *segmentParser) skip(words ...string) {
	for p.i < len(p.tokens) && p.tokens[p.i].word != "" && slices.Contains(words, p.tokens[p.i].word) {
		p.i++
	}
}

// take adds a condition, the opposite of it after "not".
func (p *segmentParser) take(r segment.Rule) bool {
	if p.not {
		r = opposite(r)
	}
	p.clauses = append(p.clauses, clause{r, p.or})
	p.or, p.not = false, false
	return true
}

// opposite says "not" as simply as it can be said.
func opposite(r segment.Rule) segment.Rule {
	switch {
	case r.Type == segment.Event && r.Count == nil:
		r.Count = &segment.Count{Op: segment.Eq, Value: 0}
		return r
	case r.Type == segment.Feature && r.Feature == "orders" && r.Op == segment.Gte && r.Value == json.Number("1"):
		return segment.Has("orders", segment.Eq, 0)
	case (r.Type == segment.Attribute || r.Type == segment.Feature) && r.Value == true:
		r.Value = false
		return r
	case r.Op == segment.Exists:
		r.Op = segment.NotExists
		return r
	case r.Op == segment.Eq && r.Type == segment.Attribute:
		r.Op = segment.Ne
		return r
	case r.Op == segment.In:
		r.Op = segment.NotIn
		return r
	}
	return segment.No(r)
}

// condition reads one condition from here, if one stands here.
func (p *segmentParser) condition() bool {
	for _, read := range []func() bool{p.lastOrdered, p.cart, p.spent, p.topShare, p.average, p.message, p.consent, p.acts, p.seen, p.counts, p.group, p.place, p.named, p.own, p.elsewhen} {
		start, not := p.i, p.not
		if read() {
			return true
		}
		p.i, p.not = start, not
	}
	return false
}

// comparison is how much: "more than 200 euros", "between 2 and 5", "3 or more". plain is the op of a number by itself.
func (p *segmentParser) comparison(plain segment.Op) (op segment.Op, value any, ok bool) {
	for _, c := range []struct {
		op      segment.Op
		phrases []string
	}{
		{segment.Gte, []string{"at least", "minimum of", "a minimum of", "not less than", "no less than", "least"}},
		{segment.Lte, []string{"at most", "up to", "a maximum of", "maximum of", "not more than", "no more than"}},
		{segment.Gt, []string{"more than", "over", "above", "greater than", "higher than", "exceeding", "worth more than", "worth over", "of more than", "of over"}},
		{segment.Lt, []string{"less than", "fewer than", "under", "below", "lower than", "worth less than", "worth under"}},
		{segment.Eq, []string{"exactly", "equal to", "only", "just"}},
		{segment.Between, []string{"between"}},
	} {
		start := p.i
		if !p.any(c.phrases...) {
			continue
		}
		n, found := p.amount()
		if !found {
			p.i = start
			continue
		}
		if c.op != segment.Between {
			return c.op, n, true
		}
		if !p.any("and", "to") {
			p.i = start
			continue
		}
		high, found := p.amount()
		if !found {
			p.i = start
			return "", nil, false
		}
		return segment.Between, []any{n, high}, true
	}
	if n, found := p.amount(); found {
		switch {
		case p.any("or more", "or above", "and more", "plus"):
			p.currency()
			return segment.Gte, n, true
		case p.any("or less", "or fewer", "or below"):
			p.currency()
			return segment.Lte, n, true
		}
		return plain, n, true
	}
	return "", nil, false
}

func (p *segmentParser) currency() {
	p.any("euro", "eur", "euros", "€", "dollar", "dollars", "usd", "$", "pound", "pounds", "gbp", "£", "buck")
}

// amount is a number with or without a currency.
func (p *segmentParser) amount() (json.Number, bool) {
	start := p.i
	p.currency()
	if p.i < len(p.tokens) {
		t := p.tokens[p.i]
		if t.number != "" {
			p.i++
			p.currency()
			return json.Number(t.number), true
		}
		if n, ok := smallNumbers[t.word]; ok && t.word != "a" {
			p.i++
			if t.word == "couple" {
				p.any("of")
			}
			p.currency()
			return json.Number(fmt.Sprint(n)), true
		}
	}
	p.i = start
	return "", false
}

// times is how often: "twice", "at least 3 times", "more than once". nil is not said.
func (p *segmentParser) times() *segment.Count {
	start := p.i
	op := segment.Gte
	for _, c := range []struct {
		op      segment.Op
		phrases []string
	}{
		{segment.Gte, []string{"at least"}}, {segment.Gt, []string{"more than"}}, {segment.Lt, []string{"less than", "fewer than"}},
		{segment.Lte, []string{"at most", "no more than"}}, {segment.Eq, []string{"exactly", "only", "just"}},
	} {
		if p.any(c.phrases...) {
			op = c.op
			break
		}
	}
	for word, n := range map[string]int{"once": 1, "twice": 2, "thrice": 3} {
		if p.any(word) {
			return p.orMore(op, n)
		}
	}
	n, ok := p.amount()
	plus := ok && p.any("or more")
	if ok && (p.any("time", "times") || p.any("different time")) {
		var count int
		if json.Unmarshal([]byte(n), &count) == nil {
			if plus {
				op = segment.Gte
			}
			return p.orMore(op, count)
		}
	}
	p.i = start
	return nil
}

func (p *segmentParser) orMore(op segment.Op, n int) *segment.Count {
	if p.any("or more", "or more time") {
		op = segment.Gte
	}
	return &segment.Count{Op: op, Value: n}
}

// when is a time from here: "in the last 90 days", "since March", "for 60 days". nil is not said.
func (p *segmentParser) when() *segment.Within {
	if w := p.pending; w != nil {
		p.pending = nil
		return w
	}
	start := p.i
	p.skip("in", "within", "during", "over", "on", "the", "for", "at", "any")
	p.any("more than", "at least")
	if n, ok := p.amount(); ok && p.i > start+1 {
		var count int
		if json.Unmarshal([]byte(n), &count) == nil && count > 0 && count < 4000 {
			switch {
			case p.any("day"):
				return &segment.Within{Days: count}
			case p.any("week"):
				return &segment.Within{Days: 7 * count}
			case p.any("month"):
				return &segment.Within{Days: 30 * count}
			case p.any("year"):
				return &segment.Within{Days: min(3650, 365*count)}
			case p.any("hour"):
				return &segment.Within{Hours: count}
			}
		}
	}
	p.i = start
	p.skip("in", "within", "during", "over", "on", "the", "at", "any", "time")
	rest := make([]string, 0, 8)
	for _, t := range p.tokens[p.i:min(len(p.tokens), p.i+8)] {
		switch {
		case t.number != "":
			rest = append(rest, strings.FieldsFunc(t.number, func(r rune) bool { return r == '.' })...)
		default:
			rest = append(rest, t.word)
		}
	}
	if len(rest) == 0 || rest[0] == "" || rest[0] == "may" && p.i == start {
		p.i = start
		return nil
	}
	f, used := p.calendar.at(rest)
	if f == nil {
		p.i = start
		return nil
	}
	rolling := strings.HasPrefix(f.Label, "last ") && len(rest) > 1 && number(rest[1]) > 0
	p.i += used
	if rolling && strings.HasSuffix(f.Label, "hour") || rolling && strings.HasSuffix(f.Label, "hours") {
		return &segment.Within{Hours: int(math.Round(f.To.Sub(f.From).Hours()))}
	}
	if rolling {
		return &segment.Within{Days: int(math.Round(f.To.Sub(f.From).Hours() / 24))}
	}
	from, to := f.From, f.To
	if !to.Before(p.calendar.today.AddDate(0, 0, 1)) { // it goes on
		return &segment.Within{From: &from}
	}
	return &segment.Within{From: &from, To: &to}
}

// days is a time as how many days ago it began. A time that ended, or that does not move with today, is told.
func (p *segmentParser) days(w *segment.Within) (json.Number, bool) {
	switch {
	case w.Days > 0:
		return json.Number(fmt.Sprint(w.Days)), true
	case w.Hours > 0:
		return json.Number(fmt.Sprint(math.Round(float64(w.Hours)/24*1000) / 1000)), true
	case w.To != nil:
		return "", false
	}
	p.doubt("the time is counted in days back from today, and moves on with it")
	return json.Number(fmt.Sprint(math.Round(p.now.Sub(*w.From).Hours()/24*1000) / 1000)), true
}
