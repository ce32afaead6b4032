package analyst

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulsehub/pulsehub/internal/segment"
)

// lastOrdered is "last ordered more than 90 days ago", "whose last order was 30 days ago".
func (p *segmentParser) lastOrdered() bool {
	for _, f := range []struct {
		feature string
		phrases []string
	}{
		{"days_since_last_order", []string{"last ordered", "last bought", "last purchased", "last order was", "last purchase was", "last order", "last purchase"}},
		{"days_since_first_order", []string{"first ordered", "first bought", "first purchased", "first order was", "first purchase was", "first order", "first purchase"}},
		{"days_since_last_seen", []string{"last seen", "last active", "last visited", "last visit was", "last visit"}},
		{"days_since_first_seen", []string{"first seen", "first visited", "first visit was", "first visit", "joined", "came for the first time", "new"}},
	} {
		start := p.i
		if !p.any(f.phrases...) {
			continue
		}
		begun := p.i
		if op, n, ok := p.comparison(segment.Gte); ok && op != segment.Between {
			unit := map[string]int{"day": 1, "week": 7, "month": 30, "year": 365}[p.word(0)]
			var count int
			if unit > 0 && p.word(1) == "ago" && json.Unmarshal([]byte(n.(json.Number)), &count) == nil {
				p.i += 2
				return p.take(segment.Has(f.feature, op, count*unit))
			}
		}
		p.i = begun
		if w := p.when(); w != nil {
			if days, ok := p.days(w); ok {
				return p.take(segment.Has(f.feature, segment.Lte, days))
			}
		}
		p.i = start
	}
	return false
}

// cart is an open cart: abandoned when nobody touched it for an hour.
func (p *segmentParser) cart() bool {
	left := p.any("abandoned a", "abandoned the", "abandoned their", "abandoned", "abandon their", "abandon the", "abandon a", "abandon", "left a", "left their", "left the", "left something in the", "left something in their", "left item in their", "left item in the")
	if left {
		p.any("shopping")
		left = p.any("cart", "basket", "checkout")
	}
	if !left {
		left = p.any("cart abandoner", "abandoned cart", "cart abandonment")
	}
	open := left
	if !open {
		p.skip("a", "an", "the", "with")
		open = p.any("open cart", "full cart", "item in the cart", "item in their cart", "something in the cart", "something in their cart")
	}
	if !open {
		if op, n, ok := p.comparison(segment.Gte); ok && p.any("in the cart", "in their cart", "in cart") {
			return p.take(segment.All(segment.Has("open_cart", segment.Eq, true), segment.Has("cart_value", op, n)))
		}
		return false
	}
	rules := []segment.Rule{segment.Has("open_cart", segment.Eq, true)}
	if left {
		rules = append(rules, segment.Has("hours_since_cart", segment.Gte, 1))
	}
	for range 2 {
		start := p.i
		p.skip("of", "worth", "with", "a", "value", "total")
		if op, n, ok := p.comparison(segment.Gte); ok && op != "" && !strings.Contains(" day week month hour ", " "+p.word(0)+" ") {
			rules = append(rules, segment.Has("cart_value", op, n))
			continue
		}
		p.i = start
		if w := p.when(); w != nil {
			if days, ok := p.days(w); ok {
				rules = append(rules, segment.Has("days_since_cart", segment.Lte, days))
			} else {
				p.doubt("when the cart was left: rules know that for the time up to now only")
			}
		}
	}
	if len(rules) == 1 {
		return p.take(rules[0])
	}
	return p.take(segment.All(rules...))
}

// spent is money over all time. Money within a time is nothing that a rule can add up, and is said to be so.
func (p *segmentParser) spent() bool {
	if !p.any("spent", "spend", "spending", "paid", "revenue of", "revenue", "lifetime value of", "lifetime value", "total spend of", "total spend", "ltv") {
		return false
	}
	p.skip("a", "total", "of", "is")
	op, n, ok := p.comparison(segment.Gte)
	if !ok {
		return false
	}
	p.any("in total", "in all", "so far", "overall", "altogether", "with us")
	if w := p.when(); w != nil {
		p.doubt("money spent is known for all time only; the time that you said for it is not in the rule")
	}
	return p.take(segment.Has("revenue", op, n))
}

// topShare is "top 10 % of spenders", "the top tenth".
func (p *segmentParser) topShare() bool {
	if !p.any("top") {
		return false
	}
	n, ok := p.amount()
	if ok {
		if !p.any("%", "percent", "per cent") {
			return false
		}
	} else if p.any("tenth", "decile") {
		n = "10"
	} else if p.any("quarter", "quartile") {
		n = "25"
	} else {
		return false
	}
	p.skip("of", "all", "the", "by")
	p.any("spender", "customer", "buyer", "shopper", "revenue", "client")
	p.any("by revenue", "by spend", "by money spent")
	return p.take(segment.Has("revenue", segment.TopPercent, n))
}

func (p *segmentParser) average() bool {
	if !p.any("average order value", "average order", "aov", "average basket", "order on average") {
		return false
	}
	p.skip("of", "is", "value")
	op, n, ok := p.comparison(segment.Gte)
	return ok && p.take(segment.Has("average_order", op, n))
}

var channelWords = map[string]string{
	"email": "email", "mail": "email", "newsletter": "email", "mailing": "email", "sms": "sms", "text": "sms", "push": "push", "notification": "push", "whatsapp": "whatsapp",
	"message": "", "campaign": "",
}

// message is what they did with what was sent to them.
func (p *segmentParser) message() bool {
	event := ""
	for name, phrases := range map[string][]string{
		"message_opened": {"opened", "open", "read"}, "message_clicked": {"clicked on", "clicked in", "clicked", "click", "clicked a link in"},
		"message_sent": {"were sent", "was sent", "received", "got", "receive", "get"}, "message_unsubscribed": {"unsubscribed from", "unsubscribed", "unsubscribe"},
		"message_bounced": {"bounced"}, "message_complained": {"complained about", "complained"},
	} {
		if p.any(phrases...) {
			event = name
			break
		}
	}
	if event == "" {
		return false
	}
	count := p.times()
	if p.any("no", "none of") {
		p.not = true
	}
	if count == nil {
		if op, n, ok := p.comparison(segment.Gte); ok && op != segment.Between {
			var times int
			if json.Unmarshal([]byte(n.(json.Number)), &times) == nil {
				count = &segment.Count{Op: op, Value: times}
			}
		}
	}
	p.skip("a", "an", "any", "the", "our", "my", "your", "of", "in", "link", "one", "single", "from")
	channel, ok := channelWords[p.word(0)]
	if ok {
		p.i++
		p.any("message", "campaign", "notification")
	} else if event == "message_opened" || event == "message_clicked" || event == "message_sent" {
		return false
	}
	if count == nil {
		count = p.times()
	}
	r := segment.Rule{Type: segment.Event, Event: event, Count: count}
	if channel != "" {
		r.Where = []segment.Where{{Property: "channel", Op: segment.Eq, Value: channel}}
	}
	return p.happened(r)
}

// happened adds an event with its time.
func (p *segmentParser) happened(r segment.Rule) bool {
	if r.Within == nil {
		r.Within = p.when()
	}
	if r.Count == nil {
		r.Count = p.times()
		if r.Within == nil {
			r.Within = p.when()
		}
	}
	if r.Count != nil && (r.Count.Value < 1 && r.Count.Op != segment.Eq && r.Count.Op != segment.Gt) {
		return false
	}
	p.event = &r
	return p.take(r)
}

func (p *segmentParser) consent() bool {
	reachable := p.any("reachable by", "reachable on", "reachable via", "can be reached by", "can be reached on", "be reached by", "be reached via", "reached by")
	if !reachable && !p.any("agreed to", "agree to", "consented to", "consent to", "consent for", "opted in to", "opted into", "opted in for", "opt in to", "subscribed to", "subscriber to", "gave permission for", "allow", "allowed", "accept", "accepted", "want") {
		return false
	}
	p.skip("our", "the", "my", "receive", "get", "by", "to")
	channel := channelWords[p.word(0)]
	if channel == "" {
		return false
	}
	p.i++
	p.any("marketing", "message", "notification", "newsletter")
	r := segment.Is("consent."+channel, segment.Eq, true)
	switch {
	case reachable && channel == "email":
		r = segment.All(r, segment.Is("email", segment.Exists, nil))
	case reachable && channel != "push":
		r = segment.All(r, segment.Is("phone", segment.Exists, nil))
	}
	return p.take(r)
}

// acts are what customers do, with how often and when.
var acts = []struct {
	event   string
	phrases []string
}{
	{"product_added", []string{"added a product to the cart", "added a product to their cart", "added something to the cart", "added something to their cart", "added to the cart", "added to their cart", "added to cart", "add to cart", "added to a cart",
		"added item to the cart", "added item to their cart", "put something in the cart", "put something into the cart", "put something in their cart", "put something into their cart", "filled a cart", "filled their cart", "added product to cart", "put a product into the cart"}},
	{"checkout_started", []string{"began to check out", "began checkout", "began a checkout", "started checkout", "started a checkout", "started to check out", "started the checkout", "start checkout", "checked out", "reached checkout", "reached the checkout", "check out"}},
	{"order_refunded", []string{"got a refund", "asked for a refund", "were refunded", "was refunded", "refunded", "returned an order", "returned something", "returned a product", "sent something back"}},
	{"order_completed", []string{"bought something", "bought anything", "bought", "buy anything", "buy", "ordered something", "ordered anything", "ordered", "purchased", "made a purchase", "placed an order", "made an order", "purchase", "order", "shopped", "made purchase", "placed order"}},
	{"product_viewed", []string{"viewed a product", "viewed product", "viewed any product", "viewed item", "viewed an item", "looked at a product", "looked at product", "looked at an item", "looked at item", "looked at", "browsed product", "browsed a product", "browsed", "seen a product", "saw a product", "viewed"}},
	{"page_viewed", []string{"viewed a page", "viewed page", "viewed any page", "viewed our page", "opened a page", "opened page"}},
	{"search_performed", []string{"searched for something", "searched our shop", "searched", "used the search", "search"}},
	{"signed_up", []string{"signed up", "registered", "created an account", "made an account", "sign up"}},
	{"lead_captured", []string{"left their contact detail", "left their email", "left contact detail", "became a lead", "left their detail"}},
	{"form_submitted", []string{"submitted a form", "filled in a form", "filled out a form", "submitted form", "sent a form"}},
}

func (p *segmentParser) acts() bool {
	event, longest := "", 0
	for _, a := range acts {
		for _, phrase := range a.phrases {
			if words := strings.Fields(phrase); len(words) > longest && p.is(words...) {
				event, longest = a.event, len(words)
			}
		}
	}
	if event == "" {
		return false
	}
	if event == "order_completed" && (p.is("order") || p.is("purchase")) && !p.not { // a noun: "orders over 50" counts below
		return false
	}
	p.i += longest
	r := segment.Rule{Type: segment.Event, Event: event}
	if p.any("nothing") {
		p.not = true
	}
	for range 4 {
		start := p.i
		if r.Count == nil {
			if r.Count = p.times(); r.Count != nil {
				continue
			}
		}
		if r.Within == nil {
			if r.Within = p.when(); r.Within != nil {
				continue
			}
		}
		if w, ok := p.of(event); ok {
			r.Where = append(r.Where, w)
			continue
		}
		p.i = start
		break
	}
	return p.happened(r)
}

// of is what an act was about: a product in quotes, or what it was worth.
func (p *segmentParser) of(event string) (segment.Where, bool) {
	start := p.i
	p.skip("the", "a", "an", "product", "item", "for", "worth", "something", "of", "called", "with", "value")
	if p.i < len(p.tokens) && p.tokens[p.i].quoted {
		property := map[bool]string{true: "query", false: "product"}[event == "search_performed"]
		p.i++
		return segment.Where{Property: property, Op: segment.Eq, Value: p.tokens[p.i-1].raw}, true
	}
	if event == "order_completed" {
		spoke := p.i > start
		op, n, ok := p.comparison(segment.Gte)
		if ok && !strings.Contains(" time times order item product day week month ", " "+p.word(0)+" ") && (spoke || op == segment.Gt || op == segment.Lt || op == segment.Between) {
			return segment.Where{Property: "value", Op: op, Value: n}, true
		}
	}
	p.i = start
	return segment.Where{}, false
}

// seen is whether they were there: "active in the last 7 days", "not seen for 60 days", "inactive since March".
func (p *segmentParser) seen() bool {
	away := p.any("inactive", "dormant", "silent", "quiet")
	if !away && !p.any("active", "seen", "visited us", "visited the shop", "visited our shop", "visited the site", "visited", "been back", "been here", "came back", "come back", "came", "visit", "online") {
		return false
	}
	if count := p.times(); count != nil && !away {
		if w := p.when(); w != nil {
			p.doubt("visits are counted over all time only; the time that you said for them is not in the rule")
		}
		return p.take(segment.Has("sessions", count.Op, count.Value))
	}
	w := p.when()
	if w == nil {
		return false
	}
	days, ok := p.days(w)
	if !ok {
		p.not = p.not != away
		return p.happened(segment.Rule{Type: segment.Event, Event: "page_viewed", Within: w})
	}
	if p.not != away {
		p.not = false
		return p.take(segment.Has("days_since_last_seen", segment.Gt, days))
	}
	p.not = false
	return p.take(segment.Has("days_since_last_seen", segment.Lte, days))
}

// counts are "at least 3 orders", "more than 10 visits", "no orders", "3 orders in the last month".
func (p *segmentParser) counts() bool {
	op, n, ok := p.comparison(segment.Gte)
	if !ok && !p.not {
		return false
	}
	p.skip("different", "past", "previous", "completed", "separate")
	feature, event := "", ""
	for _, f := range []struct{ feature, event, phrases string }{
		{"orders", "order_completed", "order|purchase"}, {"sessions", "", "visit|session"}, {"product_views", "product_viewed", "product view|viewed product"},
		{"page_views", "page_viewed", "page view|page|viewed page"}, {"refunds", "order_refunded", "refund|return"}, {"checkouts", "checkout_started", "checkout"},
	} {
		if p.any(strings.Split(f.phrases, "|")...) {
			feature, event = f.feature, f.event
			break
		}
	}
	if feature == "" {
		return false
	}
	var count int
	if ok {
		if op == segment.Between || json.Unmarshal([]byte(n.(json.Number)), &count) != nil {
			return p.take(segment.Has(feature, op, n))
		}
	} else {
		op, count = segment.Gte, 1
	}
	r := segment.Rule{Type: segment.Event, Event: event, Count: &segment.Count{Op: op, Value: count}}
	if event == "order_completed" {
		if w, of := p.of(event); of {
			r.Where = []segment.Where{w}
		}
	}
	w := p.when()
	switch {
	case w != nil && event == "":
		p.doubt("visits are counted over all time only; the time that you said for them is not in the rule")
	case event != "" && (w != nil || r.Where != nil):
		if !ok {
			r.Count = nil
		}
		r.Within = w
		return p.happened(r)
	}
	return p.take(segment.Has(feature, op, count))
}

// group is a standard segment by its name.
func (p *segmentParser) group() bool {
	for _, g := range []struct{ key, phrases string }{
		{"at_risk_vips", "at risk vip|vip at risk|at risk customer|at risk"}, {"high_value_customers", "high value customer|high value|vip|best customer|top customer|big spender|top spender|most valuable customer|whale"},
		{"repeat_customers", "repeat customer|repeat buyer|returning customer|returning buyer|loyal customer|loyal"}, {"lapsed_customers", "lapsed customer|lapsed buyer|lapsed|former customer|lost customer|churned"},
		{"new_visitors", "new visitor|newcomer|first time visitor"}, {"engaged_users", "engaged user|engaged customer|most engaged|engaged"}, {"potential_customers", "potential customer|potential buyer|prospect|window shopper"},
	} {
		if p.any(strings.Split(g.phrases, "|")...) {
			standard, _ := segment.ByKey(g.key)
			return p.take(standard.Rule)
		}
	}
	return false
}

// named is what is known of them: "named Anna", "with a gmail address", "without a phone number", "whose email contains".
func (p *segmentParser) named() bool {
	if p.any("named", "called", "first name is", "whose first name is", "whose name is") && p.i < len(p.tokens) {
		p.i++
		return p.take(segment.Is("first_name", segment.Eq, p.tokens[p.i-1].raw))
	}
	p.skip("a", "an", "with", "whose", "the", "any")
	known := map[string]string{"phone": "phone", "email": "email", "mail": "email", "name": "first_name", "city": "city", "country": "country"}[p.word(0)]
	if known != "" {
		p.i++
		p.any("number", "address")
		switch {
		case p.any("contain", "contains", "containing", "includes", "include") && p.i < len(p.tokens):
			p.i++
			return p.take(segment.Is(known, segment.Contains, p.tokens[p.i-1].raw))
		case p.any("end with", "ends with", "ending in", "ending with", "end in", "at", "ends in") && p.i < len(p.tokens):
			p.i++
			return p.take(segment.Is(known, segment.EndsWith, p.tokens[p.i-1].raw))
		case p.any("start with", "starts with", "starting with", "begins with") && p.i < len(p.tokens):
			p.i++
			return p.take(segment.Is(known, segment.StartsWith, p.tokens[p.i-1].raw))
		case p.any("is", "equal") && p.i < len(p.tokens) && !p.is("known"):
			p.i++
			return p.take(segment.Is(known, segment.Eq, p.tokens[p.i-1].raw))
		}
		p.any("is known", "known")
		if known == "phone" || known == "email" {
			return p.take(segment.Is(known, segment.Exists, nil))
		}
		return false
	}
	if raw := p.word(0); raw != "" && (strings.HasPrefix(raw, "@") || raw == "gmail" || strings.Contains(raw, ".") && len(raw) > 4) && (p.word(1) == "address" || p.word(1) == "email" || strings.HasPrefix(raw, "@")) {
		p.i++
		p.any("address", "email address", "email", "account")
		domain := strings.TrimPrefix(raw, "@")
		if domain == "gmail" {
			domain = "gmail.com"
		}
		return p.take(segment.Is("email", segment.EndsWith, "@"+domain))
	}
	return false
}

// own is an attribute of the workspace's own: "whose plan is gold". That it is one is said.
func (p *segmentParser) own() bool {
	if !p.any("whose", "where", "attribute") || p.i+2 >= len(p.tokens) || p.tokens[p.i].word == "" {
		return false
	}
	name := strings.ToLower(p.tokens[p.i].raw)
	p.i++
	var op segment.Op
	switch {
	case p.any("is not"):
		op = segment.Ne
	case p.any("is", "equal", "equals"):
		op = segment.Eq
	default:
		return false
	}
	var value any
	if more, n, ok := p.comparison(segment.Eq); ok {
		if op == segment.Eq {
			op = more
		}
		value = n
	} else if p.i < len(p.tokens) && (p.tokens[p.i].quoted || !filler[p.tokens[p.i].word]) {
		value = p.tokens[p.i].raw
		p.i++
	} else {
		return false
	}
	p.doubt(fmt.Sprintf("%q is read as an attribute of your own", name))
	return p.take(segment.Is(segment.CustomPrefix+name, op, value))
}

// elsewhen is a time by itself: of the last event after "but not", and otherwise of the next one.
func (p *segmentParser) elsewhen() bool {
	pending := p.pending
	p.pending = nil
	w := p.when()
	if w == nil {
		p.pending = pending
		return false
	}
	if p.not && p.event != nil {
		return p.take(segment.Rule{Type: segment.Event, Event: p.event.Event, Name: p.event.Name, Where: p.event.Where, Within: w})
	}
	p.pending = w
	return true
}
