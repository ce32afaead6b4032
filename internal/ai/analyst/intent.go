package analyst

import (
	"slices"
	"time"

	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/customer"
)

// IntentInput is a question as it is to be classified.
type IntentInput struct {
	Question string
	Earlier  []string // earlier questions of the conversation, oldest first; only the last few are read
	Now      time.Time
	TimeZone *time.Location // of the workspace; nil is UTC
	HasData  bool           // the workspace has events, so a borderline question is meant for them
	Products []string       // names in the catalogue; only these are recognised, so that no free text gets into an intent
}

// Classify tells what a question wants, by rules alone: well under a millisecond, the same answer every time, no network.
// A question that goes on from earlier ones ("and last month?", "how do I win them back?") inherits what it leaves out.
// Below a confidence of 0.5 it is a guess.
func Classify(in IntentInput) chat.Intent {
	zone := in.TimeZone
	if zone == nil {
		zone = time.UTC
	}
	cal := newCalendar(in.Now, zone)
	earlier := in.Earlier[max(0, len(in.Earlier)-4):]
	intent := chat.Intent{Name: chat.IntentGeneral}
	for i, q := range append(slices.Clip(earlier), in.Question) {
		var before *chat.Intent
		if i > 0 {
			previous := intent
			before = &previous
		}
		r := read(q, cal)
		r.entities.Product = product(q, in.Products)
		intent = classify(r, before, in.HasData, cal)
	}
	return intent
}

func classify(r reading, before *chat.Intent, hasData bool, cal calendar) chat.Intent {
	name, confidence := r.name(hasData)
	intent := chat.Intent{Name: name, Confidence: confidence, Entities: r.entities}
	if before != nil && before.Name != chat.IntentGeneral {
		if r.elliptical(name, confidence) {
			intent.Name, intent.Module, intent.Action = before.Name, before.Module, before.Action
			intent.Confidence = min(0.9, before.Confidence)
			intent.Entities = inherit(intent.Entities, before.Entities)
			if f := before.Entities.Timeframe; f != nil && r.entities.Timeframe == nil && !r.has(tCompare) {
				intent.Entities.Timeframe = cal.before(*f, r.words)
			}
		} else if name != chat.IntentGeneral && (r.has(tPronoun) || r.short(9) && r.opensWith(tFollow)) && !r.has(tPeople) {
			intent.Entities = inherit(intent.Entities, before.Entities)
		}
	}
	if intent.Name != chat.IntentDataQuestion && !slices.Contains(messageChannels, intent.Entities.Channel) {
		intent.Entities.Channel = "" // nobody is written to by organic search
	}
	if intent.Name == chat.IntentGeneral {
		intent.Entities = chat.Entities{Channel: intent.Entities.Channel, Metric: intent.Entities.Metric}
	}
	if intent.Module == "" || r.saysAction() {
		intent.Module, intent.Action = place(intent.Name, r)
	}
	intent.RequiresAuth = intent.Name.RequiresAuth()
	return intent
}

// messageChannels are those that campaigns are sent by.
var messageChannels = []string{"email", "sms", "push", "whatsapp"}

// inherit fills what was not said now from what was said before. A new segment makes the old product moot, and so on:
// only what is empty is filled.
func inherit(now, before chat.Entities) chat.Entities {
	if now.Segment == "" {
		now.Segment = before.Segment
	}
	if now.Channel == "" {
		now.Channel = before.Channel
	}
	if now.Metric == "" || (now.Metric == "customers" && before.Metric != "") {
		now.Metric = before.Metric
	}
	if now.Timeframe == nil {
		now.Timeframe = before.Timeframe
	}
	if now.Source == "" {
		now.Source = before.Source
	}
	if now.Product == "" {
		now.Product = before.Product
	}
	return now
}

// name is the decision list: the first rule that holds wins, from the most telling to the least.
func (r reading) name(hasData bool) (chat.IntentName, float64) {
	switch {
	case len(r.words) == 0:
		return chat.IntentGeneral, 0.5
	case r.aboutAccount():
		return chat.IntentAccount, 0.95
	case r.asksForSomebody():
		return chat.IntentDataQuestion, 0.9
	case r.aboutSources():
		return chat.IntentDataSourceManagement, 0.93
	case r.has(tOutside) && r.has(tMine, tCount, tCapability) && !r.has(tKnowledge, tSuggest, tHowTo, tWinBack, tCreate, tWrite):
		return chat.IntentDataQuestion, 0.85
	case r.knowledge():
		return chat.IntentGeneral, 0.9
	case r.manageSegments():
		return chat.IntentSegmentManagement, 0.92
	case r.manageCampaigns():
		return chat.IntentCampaignManagement, 0.92
	case r.advice():
		return chat.IntentRecommendation, 0.93
	case r.greeting():
		return chat.IntentGeneral, 0.95
	case r.data():
		return chat.IntentDataQuestion, 0.92
	case r.entities.Product != "" && (r.has(tMine, tCount, tShow, tTrend, tWho, tCompare) || r.entities.Timeframe != nil):
		return chat.IntentDataQuestion, 0.85
	case r.entities.Timeframe != nil && len(r.words) > 2 && r.words[0] == "how" && slices.Contains([]string{"did", "was", "were", "is", "are"}, r.words[1]) && r.strange() == 0:
		return chat.IntentDataQuestion, 0.8
	case r.has(tCapability, tProduct, tSupport):
		return chat.IntentGeneral, 0.9
	case r.has(tDefine) && !r.has(tMine) && (r.has(tConcept) || !hasData):
		return chat.IntentGeneral, 0.8
	case r.has(tNoun, tGroup) && (hasData || r.has(tMine)):
		return chat.IntentDataQuestion, 0.6
	case r.has(tCampaign) && r.has(tMine, tShow):
		return chat.IntentCampaignManagement, 0.6
	case r.has(tSuggest, tWinBack) && r.has(tMine, tPronoun, tPeople, tMessage, tCampaign):
		return chat.IntentRecommendation, 0.6
	}
	return chat.IntentGeneral, 0.4
}

func (r reading) aboutAccount() bool {
	if !r.has(tAccount) || r.has(tSource, tSetUp) && !r.has(tMine) {
		return false
	}
	if r.has(tPeople) && !r.has(tUpdate, tDelete) || r.has(tKnowledge, tSuggest) || r.has(tCount, tRank, tTrend, tCompare) {
		return false // "how many customers logged in", "sign up rate"
	}
	if r.has(tCampaign, tWrite) || r.entities.Segment != "" {
		return false
	}
	return true
}

func (r reading) aboutSources() bool {
	if r.has(tDemo) {
		return !r.has(tKnowledge) && (r.has(tLoad, tCreate, tDelete, tSync, tHowTo, tShould) || !r.has(tCount, tDefine))
	}
	if !r.has(tSource, tSetUp) && !(r.has(tConnect, tSync) && (r.has(tMine, tNoun) || r.strange() == 0 && r.short(6)) && !r.has(tCampaign)) {
		return false
	}
	if r.has(tSupport, tKnowledge, tCapability) {
		return false
	}
	if r.has(tSuggest, tShould) && !r.has(tConnect, tSync) || r.has(tCampaign, tWinBack, tWrite) {
		return false
	}
	if r.has(tConnect, tSync, tTrouble) {
		return true
	}
	if r.has(tSetUp) && !r.has(tCount, tRank) {
		return !r.has(tDefine) || r.has(tMine, tHowTo)
	}
	// A source alone: managed when something is done to it, otherwise it only narrows a figure.
	return !r.has(tNoun, tCount, tRank, tTrend, tCompare) && (r.has(tDelete, tUpdate, tRun, tCreate, tShow, tMine, tLoad) || r.short(2) || r.has(tHowTo))
}

// knowledge is what is true of marketing in general: it needs none of the workspace's data.
func (r reading) knowledge() bool {
	if r.has(tMine) && (r.has(tNoun, tGroup, tCampaign) || !r.has(tKnowledge)) || r.entities.Timeframe != nil && !r.has(tKnowledge) {
		return false
	}
	if r.has(tKnowledge) || slices.Contains(r.words, "calculated") || slices.Contains(r.words, "measured") {
		return !r.has(tPronoun) || r.has(tMessage, tConcept) || !r.has(tWinBack)
	}
	if r.has(tSupport) {
		return true
	}
	if r.has(tHowTo) && len(r.metrics) > 0 && slices.Contains([]string{"open_rate", "click_rate", "delivery"}, r.metrics[0]) && r.entities.Segment == "" {
		return true // figures of messages in general: ours would be "my"
	}
	if r.has(tMessage) && r.has(tHowTo) && r.entities.Segment == "" && !r.has(tMine, tPeople, tPronoun, tGroup, tCampaign, tReach, tWinBack, tGoal, tShow) {
		return true // the craft itself: "how do I come up with good subject lines?"
	}
	if !r.has(tDefine) && !r.has(tConcept) {
		return false
	}
	if r.has(tConcept) && !r.has(tMine, tShow, tCount) {
		return true
	}
	// "what is churn", "explain conversion rate": a bare term, with no article that points at the workspace's own.
	article := slices.Contains(r.words, "the") || r.has(tPronoun)
	return r.has(tDefine) && r.short(6) && !article && !r.has(tCount, tRank, tWho, tShould, tHowTo, tGoal, tTrend, tSuggest) && !r.namesOverview()
}

func (r reading) namesOverview() bool { return slices.Contains(r.metrics, "overview") }

func (r reading) manageSegments() bool {
	if !r.has(tGroup) {
		return r.opensWith(tCreate) && slices.Contains(r.words, "group") && !r.has(tCampaign, tMessage) && r.has(tPeople)
	}
	if r.has(tSuggest, tShould, tWinBack, tReach) && !r.has(tCreate, tUpdate, tDelete) {
		return false
	}
	if r.has(tCampaign) && !r.has(tUpdate, tDelete) {
		return false
	}
	if r.has(tCreate, tUpdate, tDelete, tHowTo) && !(r.has(tShould, tSuggest)) {
		return true
	}
	// "which segments do I have", "list my segments", "how is the VIP segment defined"
	if r.has(tCount, tRank, tTrend, tCompare, tWhy) {
		return false
	}
	return (r.has(tShow, tWho, tMine, tDefine) || r.short(4) && r.strange() == 0) && r.only(tGroup, tShow, tWho, tMine, tDefine, tFollow, tAll, tPronoun, tHowTo, tShould, tCreate) ||
		slices.Contains(r.words, "defined") || slices.Contains(r.words, "rule") || slices.Contains(r.words, "criteria") || slices.Contains(r.words, "available")
}

func (r reading) manageCampaigns() bool {
	if r.has(tSuggest) || r.opensWith(tWho) && r.has(tShould) {
		return false
	}
	if !r.has(tCampaign) {
		// "send an email to my VIPs tomorrow", "schedule the newsletter", "pause it"
		if r.has(tMessage) && (r.opensWith(tRun) || r.opensWith(tReach) && slices.Contains(r.words, "send")) && !r.has(tShould, tHowTo) {
			return true
		}
		return r.opensWith(tRun) && r.has(tPronoun) && r.short(5)
	}
	if r.has(tShould) && !r.has(tRun, tUpdate, tDelete) || r.has(tWho) && r.has(tShould, tReach) && !r.has(tMine) {
		return false
	}
	if r.has(tCount, tRank, tCompare, tTrend, tWhy) && !r.has(tCreate, tDelete, tUpdate) {
		return false
	}
	if r.has(tWho) && r.has(tWinBack) {
		return false
	}
	if r.namesOverview() || slices.Contains(r.metrics, "open_rate") || slices.Contains(r.metrics, "click_rate") || slices.Contains(r.metrics, "revenue") {
		return r.has(tCreate, tRun, tUpdate, tDelete) && !r.has(tWho) && !r.has(tShould)
	}
	if r.has(tShould) && r.has(tWinBack, tGoal) {
		return false
	}
	if r.has(tGoal, tWrite) && !r.has(tCreate, tRun, tUpdate, tDelete) {
		return false
	}
	if r.opensWith(tWho) && r.has(tReach) && !r.has(tMine, tShow) {
		return false
	}
	return r.has(tCreate, tUpdate, tDelete, tRun) || r.has(tShow, tMine, tWho) && !r.has(tShould, tWinBack, tGoal, tNoun) ||
		slices.Contains(r.words, "status") || r.opensWith(tReach) || r.short(1)
}

// advice is what to do about the workspace's customers.
func (r reading) advice() bool {
	about := r.has(tMine, tGoal, tPeople, tPronoun, tNoun, tGroup, tMessage, tCampaign) || r.entities.Segment != ""
	switch {
	case r.has(tSuggest) && (about || r.has(tAll) || r.entities.Timeframe != nil || r.strange() == 0) && !r.onlyProducts():
		return true
	case r.asksAFact():
		return false
	case r.has(tWinBack) && (r.has(tHowTo, tShould, tReach, tPronoun, tPeople, tMine, tWrite, tSuggest, tCampaign, tMessage) || r.entities.Segment != "") && !(r.has(tCount) && !r.has(tHowTo, tShould)):
		return true
	case r.has(tHowTo, tShould) && r.has(tGoal) && (r.has(tNoun, tMine) || r.entities.Segment != ""):
		return true
	case r.has(tHowTo) && (r.has(tPeople) || r.entities.Segment != "") && !r.has(tShow, tCount) && !r.asksFigure():
		return true
	case r.opensWith(tGoal) && r.has(tNoun) && r.has(tMine):
		return true
	case r.has(tShould) && (r.has(tReach, tMessage, tCampaign, tGroup) || r.has(tPronoun) && r.short(8)) && !r.asksFigure():
		return true
	case r.has(tHowTo) && (r.has(tReach) || r.has(tPeople) && r.has(tPronoun)) && (r.has(tPeople, tPronoun, tGroup) || r.entities.Segment != ""):
		return true
	case r.has(tReach) && r.has(tCampaign, tMessage) && r.has(tWho, tDefine) && !r.has(tMine):
		return true
	case r.opensWith(tWrite) && r.has(tMessage):
		return true
	case r.has(tCreate) && r.opensWith(tCreate) && r.has(tMessage) && !r.has(tCampaign):
		return true
	case r.has(tMessage, tCampaign) && r.entities.Segment != "" && !r.asksFigure() && !r.has(tWho, tShow, tCompare, tRank):
		return true
	}
	return false
}

// asksAFact tells "do our new buyers order again?" from "how do I get them to?".
func (r reading) asksAFact() bool {
	first := r.polite()
	return first < len(r.words) && slices.Contains([]string{"do", "doe", "does", "did", "will", "are", "is", "have", "has"}, r.words[first]) &&
		r.has(tPeople) && !r.has(tShould, tHowTo, tSuggest, tMessage, tCampaign)
}

// asksForSomebody tells a look-up of one customer from a message to one.
func (r reading) asksForSomebody() bool {
	return r.lookup != customer.Lookup{} && !r.has(tWrite, tReach, tRun, tCampaign, tMessage, tUpdate, tSuggest) || r.lookup.Email != "" && r.has(tShow, tWho) && !r.has(tWrite, tRun, tCampaign)
}

// onlyProducts is "recommend a product": there is nothing of ours to count or to write to.
func (r reading) onlyProducts() bool {
	return len(r.metrics) > 0 && r.metrics[0] == "products" && !r.has(tMine, tPeople, tCampaign, tMessage, tShould, tReach)
}

func (r reading) asksFigure() bool {
	return r.has(tCount) || slices.Contains(r.metrics, "best_hour") || slices.Contains(r.metrics, "reachable")
}

func (r reading) greeting() bool {
	if r.has(tNoun, tGroup, tCampaign, tMessage, tSource) {
		return false
	}
	return r.has(tCapability) || r.has(tGreeting, tThanks) && r.only(tGreeting, tThanks, tProduct, tFollow, tYes, tPronoun, tMine, tShow, tCapability, tHowTo)
}

func (r reading) data() bool {
	if r.has(tPredict) && r.has(tNoun, tPeople, tMine) {
		return true
	}
	if !r.has(tNoun, tGroup, tCampaign) && r.entities.Segment == "" {
		if r.has(tTrend, tRank, tCount) && r.has(tMine) && r.strange() == 0 {
			return true
		}
		return r.entities.Timeframe != nil && (r.has(tMine) || r.strange() == 0) && r.has(tCount, tRank, tShow, tCompare, tTrend, tWhy)
	}
	if r.short(4) && !r.has(tDefine) && r.has(tNoun) && r.strange() == 0 {
		return true
	}
	if r.has(tMine, tCount, tRank, tShow, tWho, tCompare, tTrend, tWhy, tChart) || r.entities.Timeframe != nil || r.entities.Segment != "" {
		return true
	}
	return r.has(tDefine) && (slices.Contains(r.words, "the") || slices.Contains(r.words, "current")) || slices.Contains(r.metrics, "best_hour")
}

// small are the words that carry no meaning of their own.
var small = []string{
	"a", "an", "the", "do", "does", "doe", "did", "you", "is", "are", "was", "were", "be", "been", "of", "to", "in", "on", "at", "for", "with", "any", "some", "this",
	"i", "me", "and", "or", "have", "has", "had", "get", "got", "what", "when", "where", "how", "there", "so", "can", "could", "would", "will", "please", "from",
	"friday", "black", "right", "now", "currently", "than", "all", "last", "next", "time", "about", "day", "week", "month", "quarter", "year", "today", "yesterday", "if", "as", "by", "up", "not", "no",
	"more", "much", "many", "other", "out", "good", "new", "it", "go", "pls", "happening", "ago", "weekend", "that", "who",
}

// strange is how many words mean nothing to the rules and are not small: many of them, and the question is of another world.
func (r reading) strange() int { return len(r.strangers()) }

func (r reading) strangers() (words []string) {
	for i, w := range r.words {
		marked := slices.ContainsFunc(r.spans, func(s span) bool { return i >= s.from && i < s.to })
		if !marked && !slices.Contains(small, w) && number(w) == 0 && year(w) == 0 && month(w) < 0 && !slices.Contains(weekdays, w) {
			words = append(words, w)
		}
	}
	return words
}

// mayNameProduct tells whether there are words that could be a product's name: one of no meaning to us and no everyday word, or
// several of no meaning.
func (r reading) mayNameProduct() bool {
	strangers := r.strangers()
	return len(strangers) > 1 || slices.ContainsFunc(strangers, func(w string) bool { return !vocabulary[w] })
}

// elliptical tells a question that only makes sense after the one before: "and last month?", "what about SMS?", "why?",
// "only VIPs", "yes please".
func (r reading) elliptical(name chat.IntentName, confidence float64) bool {
	if r.has(tYes) && r.short(4) && r.only(tYes, tFollow, tThanks, tPronoun, tShow, tRun) {
		return true
	}
	if r.has(tThanks, tGreeting, tCapability) && !r.has(tFollow) {
		return false
	}
	if !r.short(9) {
		return false
	}
	if len(r.places) > 0 && r.short(4) && !r.has(tCount, tRank, tNoun) {
		return true // "what about Germany?", "and Austria"
	}
	if r.has(tBy) && r.short(6) && !r.has(tMine, tCount) && len(r.metrics) == 0 {
		return true // "by channel?", "and per country"
	}
	telling := r.has(tSuggest, tWinBack, tShould, tCreate, tUpdate, tDelete, tRun, tConnect, tSync, tAccount, tWrite, tGoal, tKnowledge, tDemo, tDefine, tConcept)
	switch {
	case name == chat.IntentAccount || name == chat.IntentDataSourceManagement && confidence > 0.9:
		return false
	case r.opensWithFollow() && !telling:
		return true
	case r.has(tWhy) && r.short(5) && !r.has(tNoun):
		return true
	case name == chat.IntentGeneral && confidence < 0.6:
		return len(r.spans) > 0 && !telling || r.has(tPronoun) || r.entities.Timeframe != nil
	case name == chat.IntentDataQuestion && !telling && r.short(4) && !r.has(tCount, tRank, tWho, tWhy, tMine):
		return true // "last month", "by channel", "lapsed customers"
	}
	return false
}

// opensWithFollow tells whether the question begins by going on: "and …", "what about …", "same for …".
func (r reading) opensWithFollow() bool {
	for _, s := range r.spans {
		if s.from == 0 {
			if slices.Contains(s.entry.tags, tFollow) {
				return true
			}
		}
	}
	return false
}

// saysAction tells whether the question names what to do, so that an inherited action gives way.
func (r reading) saysAction() bool {
	return r.has(tCompare, tWhy, tSuggest, tWinBack, tCreate, tUpdate, tDelete, tConnect, tSync)
}
