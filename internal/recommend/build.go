package recommend

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/learn"
)

// ChannelTypes are the channels that PulseHub sends on.
var ChannelTypes = []string{"email", "sms", "push", "whatsapp"}

// Draft is the part of a card that may be chosen freely: by the playbook, or by a model. What is left empty is filled from
// the playbook.
type Draft struct {
	Segment   string // key
	Name      string
	Channels  []Channel
	Rationale string
}

// BuildInput is what a card is made from.
type BuildInput struct {
	TurnID   uuid.UUID
	Index    int
	Analysis *analytics.Analysis
	Draft    Draft
	Channel  string // only this one, when the marketer named it
	Learned  learn.Saved
	Provider string
	Now      time.Time
}

// Build completes a draft to a card. Sizes, reach, evidence and the expected result come from the analysis alone. It makes
// none (ok is false) for a segment that is unknown or empty, or that nobody can be reached in.
func Build(in BuildInput) (card Recommendation, ok bool) {
	s, found := segmentOf(in.Analysis, in.Draft.Segment)
	if !found || s.Size == 0 {
		return Recommendation{}, false
	}
	p, known := plays[s.Key]
	if !known {
		p = generic(s)
	}
	reach := reachable(s)
	channels := channelsOf(in, p, s, reach)
	if len(channels) == 0 {
		return Recommendation{}, false
	}
	most := int64(0) // people on the widest channel: the only count without overlap
	for _, c := range channels {
		most = max(most, reach[c.Type])
	}
	converted, people, basis := own(in.Analysis, s, p)
	low, mid, high := rateOf(p.prior, converted, people)
	low, mid, high = round4(low), round4(mid), round4(high) // text and figures round the same numbers
	card = Recommendation{
		ID:       ID(in.TurnID, in.Index),
		Name:     firstOf(strings.TrimSpace(in.Draft.Name), p.name),
		Audience: Audience{Segment: s.Name, SegmentID: s.ID, Size: s.Size, Reachable: reach, Criteria: s.Criteria},
		Channels: channels,
		Evidence: evidence(in.Analysis, s, in.Learned, channels),
		Expected: Expected{Metric: "conversion_rate", Low: low, Mid: mid, High: high},
		Provider: in.Provider, CreatedAt: in.Now.UTC().Truncate(time.Millisecond),
	}
	card.Rationale = firstOf(strings.TrimSpace(in.Draft.Rationale), "Aim: "+p.goal+". It fits "+lowerFirst(s.Name)+", because "+p.why+".")
	card.Rationale += " " + outlook(in.Analysis, s, p, basis, most, low, mid, high) + learnedWords(in.Learned, s, channels[0])
	return card, true
}

// Pick is the segments to make cards for, most promising first: the asked one and its relatives, or all with people in
// them. limit 0 is no limit.
func Pick(a *analytics.Analysis, asked string, limit int) []string {
	if a == nil {
		return nil
	}
	candidates := order
	if asked != "" {
		candidates = append([]string{asked}, plays[asked].related...)
	}
	for _, s := range a.Segments { // a segment the playbook does not know still gets its card
		if asked == "" && !slices.Contains(candidates, s.Key) {
			candidates = append(slices.Clip(candidates), s.Key)
		}
	}
	var keys []string
	for _, key := range candidates {
		if s, ok := segmentOf(a, key); ok && s.Size > 0 && (limit == 0 || len(keys) < limit) {
			keys = append(keys, key)
		}
	}
	return keys
}

func segmentOf(a *analytics.Analysis, key string) (analytics.Segment, bool) {
	if a == nil {
		return analytics.Segment{}, false
	}
	i := slices.IndexFunc(a.Segments, func(s analytics.Segment) bool { return s.Key == key })
	if i < 0 {
		return analytics.Segment{}, false
	}
	return a.Segments[i], true
}

func reachable(s analytics.Segment) map[string]int64 {
	return map[string]int64{"email": s.ReachableEmail, "sms": s.ReachableSMS, "push": s.ReachablePush, "whatsapp": s.ReachableWhatsApp}
}

// clickRate is the share of automated emails that is clicked (median over retail, Klaviyo, 2024 benchmark report).
const clickRate = 0.0531

// own is what the workspace's data says of the rate, as converted of people, and what that is. Where ordering is part of
// how the segment is made ("never ordered"), its own orders say nothing; there, how often visits from email became orders
// does, times the share of emails that bring a visit.
func own(a *analytics.Analysis, s analytics.Segment, p play) (converted, people float64, basis string) {
	if !p.unordered {
		return s.OrdersPer30Days * float64(s.Size) * 7 / 30, float64(s.Size), "this segment's own orders"
	}
	for _, c := range a.Channels {
		if c.Channel == "email" && c.Visits > 0 {
			return clickRate * float64(c.Orders), float64(c.Visits), "how your own email visits became orders"
		}
	}
	return 0, 0, ""
}

// channelsOf are the card's channels: as many as the draft has that reach someone, or two, or the named one. Which, in which
// order and when is chosen; the draft's words are kept, and its times where they are bound to an event or the choice is the
// usual time. Where nothing was learned yet the draft stands as it is.
func channelsOf(in BuildInput, p play, s analytics.Segment, reach map[string]int64) []Channel {
	drafted := drafted(in, p, s, reach)
	if len(drafted) > 0 && in.Learned.Empty() {
		return drafted
	}
	limit := 2
	if len(drafted) > 0 {
		limit = len(drafted)
	}
	var wanted []string
	for _, c := range ChannelTypes {
		if reach[c] > 0 && (in.Channel == "" || c == in.Channel) {
			wanted = append(wanted, c)
		}
	}
	var out []Channel
	for _, c := range choose(in, p, s, reach, wanted) {
		if len(out) == limit {
			break
		}
		one := Channel{Type: c.channel, Message: p.messages[c.channel], Timing: timingOf(c, p, s, in.Analysis.TimeZone)}
		if i := slices.IndexFunc(drafted, func(d Channel) bool { return d.Type == c.channel }); i >= 0 {
			one.Message = drafted[i].Message
			if kind := drafted[i].Timing.Kind; c.usual || kind == "after_event" || kind == "at" {
				one.Timing = drafted[i].Timing
			}
		}
		out = append(out, one)
	}
	return out
}

// drafted are the draft's channels that reach someone, with what is wrong in them replaced from the playbook.
func drafted(in BuildInput, p play, s analytics.Segment, reach map[string]int64) []Channel {
	var out []Channel
	for _, c := range in.Draft.Channels {
		c.Type = strings.ToLower(strings.TrimSpace(c.Type))
		taken := slices.ContainsFunc(out, func(o Channel) bool { return o.Type == c.Type })
		if reach[c.Type] == 0 || taken || in.Channel != "" && c.Type != in.Channel {
			continue
		}
		if strings.TrimSpace(c.Message.Body) == "" {
			c.Message = p.messages[c.Type]
		}
		c.Message = fit(c.Type, c.Message, p.messages[c.Type])
		if !validTiming(c.Timing) {
			c.Timing = timing(c.Type, p, s, in.Analysis.TimeZone)
		}
		out = append(out, c)
	}
	return out
}

// fit holds a message to what its channel can carry: a subject where one is shown, and an opt-out in SMS.
func fit(channel string, m, fallback Message) Message {
	m.Subject, m.Body = strings.TrimSpace(m.Subject), strings.TrimSpace(m.Body)
	switch channel {
	case "email", "push":
		m.Subject = firstOf(m.Subject, fallback.Subject)
	default:
		m.Subject = ""
	}
	if channel == "sms" {
		if !strings.Contains(strings.ToUpper(m.Body), "STOP") {
			m.Body += " Opt out: STOP"
		}
		if SMSLength(m.Body) > 160 {
			return fallback
		}
	}
	return m
}

// SMSLength is the length in characters of an SMS with its placeholders filled as they usually are: a first name of 8, a
// company of 16, a short link of 22.
func SMSLength(body string) int {
	n := 0
	for {
		before, rest, found := strings.Cut(body, "{{")
		n += len([]rune(before))
		if !found {
			return n
		}
		inside, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return n + len([]rune(rest))
		}
		switch {
		case strings.Contains(inside, "url"):
			n += 22
		case strings.Contains(inside, "company"):
			n += 16
		case strings.Contains(inside, "name"):
			n += 8
		default:
			n += 20
		}
		body = after
	}
}

// triggers are the events that a message may follow.
var triggers = []string{"product_viewed", "product_added", "checkout_started", "order_completed", "signed_up", "lead_captured", "form_submitted", "search_performed"}

func validTiming(t Timing) bool {
	switch t.Kind {
	case "now", "best_time", "recipient_local":
		return t.Label != ""
	case "at":
		return t.Label != "" && t.At != nil
	case "after_event":
		d, err := time.ParseDuration(t.Delay)
		return t.Label != "" && slices.Contains(triggers, t.AfterEvent) && err == nil && d >= 0 && d <= 90*24*time.Hour
	}
	return false
}

func timing(channel string, p play, s analytics.Segment, zone string) Timing {
	if p.trigger != nil {
		delay := p.trigger.delays[channel]
		return Timing{Kind: "after_event", AfterEvent: p.trigger.event, Delay: delay, Label: fmt.Sprintf("%s after %s", inWords(delay), p.trigger.words)}
	}
	if channel == "email" || channel == "push" {
		return Timing{Kind: "best_time", Hour: &s.BestHour, Label: fmt.Sprintf("At each person's best hour; this segment is most active around %02d:00 (%s)", s.BestHour, zone)}
	}
	hour := usualHour(channel, s)
	return Timing{Kind: "recipient_local", Hour: &hour, Label: fmt.Sprintf("Around %02d:00 in each person's own time zone", hour)}
}

func inWords(delay string) string {
	d, err := time.ParseDuration(delay)
	if err != nil {
		return delay
	}
	if d >= 48*time.Hour {
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
	if d == time.Hour {
		return "1 hour"
	}
	return fmt.Sprintf("%d hours", int(d.Hours()))
}

// evidence is the figures behind the card, each with the SQL that gave it.
func evidence(a *analytics.Analysis, s analytics.Segment, known learn.Saved, channels []Channel) []Evidence {
	query := a.Queries["segments"]
	list := []Evidence{
		{Label: "People in " + s.Name, Value: Count(s.Size), Query: query},
		{Label: "Share of all customers", Value: Percent(s.Share), Query: query},
	}
	money := func(label string, d decimal.Decimal) {
		if d.IsPositive() {
			list = append(list, Evidence{Label: label, Value: Money(d, a.Currency), Query: query})
		}
	}
	money("In open carts", s.CartValue)
	money("Spent so far, all together", s.Revenue)
	money("Average order", s.AverageOrder)
	said, sent := learnedEvidence(known, s, channels)
	list = append(list, sent...)
	if a.Demo {
		for i := range list {
			list[i].Label += " (demo data)"
		}
	}
	return append(list, said...)
}

// outlook says what the expected rate means here, how it was reached, and that it is an estimate.
func outlook(a *analytics.Analysis, s analytics.Segment, p play, basis string, reached int64, low, mid, high float64) string {
	text := fmt.Sprintf("Estimate: %s of the people messaged order within 7 days (90%% interval %s to %s)", Percent(mid), Percent(low), Percent(high))
	value := s.AverageOrder
	if !value.IsPositive() {
		value = a.Overview.AverageOrder
	}
	if reached > 0 {
		orders := float64(reached) * mid
		if orders >= 1 && value.IsPositive() {
			text += fmt.Sprintf("; with %s reached on the widest channel that is about %s, or %s", Count(reached), ordersInWords(int64(orders+0.5)), roughMoney(value.Mul(decimal.NewFromFloat(orders)), a.Currency))
		}
	}
	if basis != "" {
		basis = " and " + basis
	}
	return text + fmt.Sprintf(". Method: Beta posterior of %s%s.", p.prior.Source, basis)
}

func ordersInWords(n int64) string {
	if n == 1 {
		return "1 order"
	}
	return Count(n) + " orders"
}

func generic(s analytics.Segment) play {
	p := plays["engaged_users"]
	p.name, p.goal = "Write to "+lowerFirst(s.Name), "order again"
	p.why = "they have something in common that a message can speak to"
	return p
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func lowerFirst(s string) string {
	if len(s) > 1 && s[1] >= 'A' && s[1] <= 'Z' {
		return s // an abbreviation
	}
	return strings.ToLower(s[:min(1, len(s))]) + s[min(1, len(s)):]
}

func round4(f float64) float64 { return float64(int64(f*10000+0.5)) / 10000 }
