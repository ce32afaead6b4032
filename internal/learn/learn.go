// Package learn is what a workspace has learned of which message works for whom: Beta posteriors of the share of messages
// that bring an order, for each segment, channel and part of the day, shrunk towards what is known of messages like them.
//
// The rates are a tree: what is known of other shops ← the workspace ← the channel ← the segment on that channel ← that at a
// time of day (a cell). Each is drawn around the one above it, so that evidence at one place says something of its
// neighbours, and less the further away they are. This is hierarchical empirical Bayes: the means above a cell are estimated
// from all the workspace's evidence, and how closely rates keep to the one above them is too (Model.Spread), starting from
// the strengths below. See Gelman et al., Bayesian Data Analysis, 3rd ed., chapter 5, for the model, and Russo et al., A
// Tutorial on Thompson Sampling (2018), for choosing by it.
package learn

import (
	"math"
	"time"
)

// Channels are those that PulseHub sends on.
var Channels = []string{"email", "sms", "push", "whatsapp"}

// Band is a part of the day, of the workspace's zone, or a moment that something the customer did decides.
type Band string

const (
	Morning   Band = "morning"   // 6:00 to 12:00
	Afternoon Band = "afternoon" // 12:00 to 17:00
	Evening   Band = "evening"   // 17:00 to 22:00
	Night     Band = "night"     // 22:00 to 6:00
	OnEvent   Band = "on_event"  // a while after something they did, whatever the hour
)

// Bands are the parts of the day, and OnEvent, in order.
var Bands = []Band{Morning, Afternoon, Evening, Night, OnEvent}

// BandOf is the part of the day that an hour, 0 to 23, is in.
func BandOf(hour int) Band {
	switch {
	case hour >= 6 && hour < 12:
		return Morning
	case hour >= 12 && hour < 17:
		return Afternoon
	case hour >= 17 && hour < 22:
		return Evening
	}
	return Night
}

// Hour is the middle of the part of the day.
func (b Band) Hour() int {
	return map[Band]int{Morning: 9, Afternoon: 14, Evening: 19, Night: 22}[b]
}

// Key names a place in the tree: the workspace (the zero Key), a channel, a segment on a channel, or a cell. With a channel
// and a band and no segment it is a channel at a time of day, which shifts the cells of that time (Model.Lift).
type Key struct {
	Segment string `json:"segment,omitempty"` // a standard segment's key, or another's id
	Channel string `json:"channel,omitempty"`
	Band    Band   `json:"band,omitempty"`
}

// Published rates of automated emails across retail (medians; Klaviyo, 2024 benchmark report). They are where every channel
// begins: what a report says of other shops' lists must not move channels before the workspace itself has said anything.
const (
	GlobalRate = 0.0171 // orders a message
	ClickRate  = 0.0531 // clicks a message
	// ClickWorth is how many orders a click usually comes to.
	ClickWorth = GlobalRate / ClickRate
)

// GlobalSource is where they are from, in words.
const GlobalSource = "automated emails across retail, the median (Klaviyo benchmark 2024)"

// How many messages each level of what is known above counts for, before Model.Spread. A strength k around a rate r lets
// rates below differ from it by 1/sqrt(k*r) of it (one standard deviation): workspaces by 38 %, channels and segments by
// 27 %, times of day by 19 %. The first is the weight that cards give a benchmark (recommend.Prior); the others are
// judgement, which the data corrects.
const (
	workspaceStrength = 400
	channelStrength   = 800
	segmentStrength   = 800
	bandStrength      = 1600
	hourStrength      = 800 // of a channel's own hours around the channel, for Lift
)

// HalfLife is after how long evidence counts half: what worked in one season tells less of the next. It is the length of the
// stretch that analyses show. Evidence older than Memory counts for nothing.
const (
	HalfLife = 90 * 24 * time.Hour
	Memory   = 4 * HalfLife
)

// Decay is how much evidence of that age still counts, 1 to 0.
func Decay(age time.Duration) float64 {
	if age > Memory {
		return 0
	}
	return math.Exp2(-max(0, age.Hours()) / HalfLife.Hours())
}

// AnswerWithin is how long an answer to a message may take to be counted as one. Messages younger than that are not counted
// yet: their answers are still coming.
const AnswerWithin = 72 * time.Hour

const (
	// A rating is weak evidence, an opinion and no measurement. A positive one counts as one order more than there was, a
	// negative one as the messages that usually bring one order, bringing none. So the two undo each other.
	ratingOrders   = 1
	ratingMessages = ratingOrders / GlobalRate
	// No more ratings than that, of one cell and of one direction, count.
	maxRatings = 10
	// The people of one campaign get the same message on the same day, so that they tell less than as many apart would.
	maxOutcomeMessages     = 500
	unknownOutcomeMessages = 50 // where nobody knows how many got it
	// Messages that others sent, of one channel.
	maxTrafficMessages = 5000
	// Visits that a channel brought are a weak substitute for messages.
	maxVisitMessages = 400
)

// Opinion is what a marketer thinks of a card.
type Opinion string

const (
	Positive Opinion = "positive"
	Negative Opinion = "negative"
	Neutral  Opinion = "neutral" // it is counted and shown, and moves nothing
)

// Rating is an opinion on a card, for one of its messages. Share is 1 by the number of messages on the card.
type Rating struct {
	Key     Key
	Opinion Opinion
	Share   float64
	At      time.Time
}

// Outcome is what a campaign from a card brought, for one of its messages. Rates are shares of the messages delivered.
type Outcome struct {
	Key                                 Key
	OpenRate, ClickRate, ConversionRate float64
	Revenue                             float64
	Audience                            int64 // how many could get it; 0 is unknown
	Share                               float64
	At                                  time.Time
}

// Traffic is what the workspace's own events say of a channel at a time of day, whoever sent the messages. The weighted
// figures are the same ones with Decay. It tells nothing of segments: an event does not say which one its message was for, and
// people leave segments because they answered, so that counting those who are still there would be wrong.
type Traffic struct {
	Channel  string
	Band     Band
	Messages int64 // delivered, that had AnswerWithin to be answered
	Opened   int64 // shown and not learned from: machines open messages too
	Clicked  int64
	Ordered  int64 // an order that the channel brought, within AnswerWithin
	// What visits brought, whichever way the message went out: they count where a channel has no messages on record.
	Visits      int64
	VisitOrders int64

	WeightedMessages, WeightedClicked, WeightedOrdered float64
	WeightedVisits, WeightedVisitOrders                float64
}

// Plus adds two of one channel and time.
func (t Traffic) Plus(o Traffic) Traffic {
	return Traffic{
		Channel: o.Channel, Band: o.Band, Messages: t.Messages + o.Messages, Opened: t.Opened + o.Opened, Clicked: t.Clicked + o.Clicked, Ordered: t.Ordered + o.Ordered,
		Visits: t.Visits + o.Visits, VisitOrders: t.VisitOrders + o.VisitOrders,
		WeightedMessages: t.WeightedMessages + o.WeightedMessages, WeightedClicked: t.WeightedClicked + o.WeightedClicked, WeightedOrdered: t.WeightedOrdered + o.WeightedOrdered,
		WeightedVisits: t.WeightedVisits + o.WeightedVisits, WeightedVisitOrders: t.WeightedVisitOrders + o.WeightedVisitOrders,
	}
}

// Facts is all evidence of a workspace as of a moment.
type Facts struct {
	AsOf     time.Time
	Ratings  []Rating
	Outcomes []Outcome
	Traffic  []Traffic
}

// Evidence is what one place has of its own. Counts are as they are; Trials and Successes are what they
// weigh, after Decay and bounds: the only two that rates are made of.
type Evidence struct {
	Positive        int     `json:"positive,omitempty"`
	Negative        int     `json:"negative,omitempty"`
	Neutral         int     `json:"neutral,omitempty"`
	Outcomes        int     `json:"outcomes,omitempty"`
	OutcomeMessages int64   `json:"outcomeMessages,omitempty"`
	Revenue         float64 `json:"revenue,omitempty"`
	Messages        int64   `json:"messages,omitempty"`
	Opened          int64   `json:"opened,omitempty"`
	Clicked         int64   `json:"clicked,omitempty"`
	Ordered         int64   `json:"ordered,omitempty"`
	Visits          int64   `json:"visits,omitempty"`
	VisitOrders     int64   `json:"visitOrders,omitempty"`

	Trials    float64 `json:"trials"`    // in messages
	Successes float64 `json:"successes"` // in orders
}

// Ratings is how many there are, of every kind.
func (e Evidence) Ratings() int { return e.Positive + e.Negative + e.Neutral }

// None tells that nothing was counted.
func (e Evidence) None() bool { e.Trials, e.Successes = 0, 0; return e == Evidence{} }

// SameCounts tells whether what was counted is the same, whatever it weighs by now.
func (e Evidence) SameCounts(o Evidence) bool {
	e.Trials, e.Successes, o.Trials, o.Successes = 0, 0, 0, 0
	return e == o
}

func (e Evidence) plus(o Evidence) Evidence {
	e.Positive, e.Negative, e.Neutral = e.Positive+o.Positive, e.Negative+o.Negative, e.Neutral+o.Neutral
	e.Outcomes, e.OutcomeMessages, e.Revenue = e.Outcomes+o.Outcomes, e.OutcomeMessages+o.OutcomeMessages, e.Revenue+o.Revenue
	e.Messages, e.Opened, e.Clicked, e.Ordered = e.Messages+o.Messages, e.Opened+o.Opened, e.Clicked+o.Clicked, e.Ordered+o.Ordered
	e.Visits, e.VisitOrders = e.Visits+o.Visits, e.VisitOrders+o.VisitOrders
	e.Trials, e.Successes = e.Trials+o.Trials, e.Successes+o.Successes
	return e
}

// ordersPerMessage estimates the share of messages that bring an order, 0 to 1, from the shares that were clicked and that
// brought one: the mean of counting orders, which are few, and of counting clicks, each for ClickWorth. Where fewer clicked
// than ordered, clicks were not measured, and orders alone count.
func ordersPerMessage(clicked, ordered float64) float64 {
	if clicked < ordered {
		return min(1, ordered)
	}
	return min(1, ordered/2+clicked*ClickWorth/2)
}

// weigh makes the evidence of each place from the facts. In which order they come makes no difference.
func weigh(f Facts) map[Key]Evidence {
	places := map[Key]Evidence{}
	type pulls struct{ up, down float64 }
	ratings := map[Key]pulls{}
	for _, r := range f.Ratings {
		weight := Decay(f.AsOf.Sub(r.At)) * r.Share
		if weight == 0 {
			continue
		}
		e, p := places[r.Key], ratings[r.Key]
		switch r.Opinion {
		case Positive:
			e.Positive++
			p.up += weight
		case Negative:
			e.Negative++
			p.down += weight
		default:
			e.Neutral++
		}
		places[r.Key], ratings[r.Key] = e, p
	}
	for key, p := range ratings {
		e := places[key]
		up, down := min(p.up, maxRatings), min(p.down, maxRatings)
		e.Trials += up*ratingOrders + down*ratingMessages
		e.Successes += up * ratingOrders
		places[key] = e
	}
	for _, o := range f.Outcomes {
		weight := Decay(f.AsOf.Sub(o.At)) * o.Share
		if weight == 0 {
			continue
		}
		messages := min(o.Audience, maxOutcomeMessages)
		if messages <= 0 {
			messages = unknownOutcomeMessages
		}
		e := places[o.Key]
		e.Outcomes++
		e.OutcomeMessages += max(0, o.Audience)
		e.Revenue += o.Revenue * o.Share
		e.Trials += weight * float64(messages)
		e.Successes += weight * float64(messages) * ordersPerMessage(o.ClickRate, o.ConversionRate)
		places[o.Key] = e
	}
	weighTraffic(f.Traffic, places)
	return places
}

// weighTraffic adds what events say, by channel and time of day, held to how much of one channel may count.
func weighTraffic(traffic []Traffic, places map[Key]Evidence) {
	messages, visits := map[string]float64{}, map[string]float64{}
	for _, t := range traffic {
		messages[t.Channel] += t.WeightedMessages
		visits[t.Channel] += t.WeightedVisits
	}
	for _, t := range traffic {
		e := Evidence{Messages: t.Messages, Opened: t.Opened, Clicked: t.Clicked, Ordered: t.Ordered, Visits: t.Visits, VisitOrders: t.VisitOrders}
		switch {
		case t.WeightedMessages > 0:
			e.Trials = t.WeightedMessages * min(1, maxTrafficMessages/messages[t.Channel])
			e.Successes = e.Trials * ordersPerMessage(t.WeightedClicked/t.WeightedMessages, t.WeightedOrdered/t.WeightedMessages)
		case messages[t.Channel] == 0 && t.WeightedVisits > 0:
			// A visit that a message brought is a click: the share of visits that become orders, times how often messages are
			// clicked, is the share of messages that do.
			e.Trials = t.WeightedVisits * min(1, maxVisitMessages/visits[t.Channel])
			e.Successes = e.Trials * min(1, ClickRate*t.WeightedVisitOrders/t.WeightedVisits)
		}
		if !e.None() {
			key := Key{Channel: t.Channel, Band: t.Band}
			places[key] = places[key].plus(e)
		}
	}
}
