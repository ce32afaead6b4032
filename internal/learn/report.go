package learn

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/segment"
)

// Saved is a model as it was last learned.
type Saved struct {
	*Model
	LearnedAt time.Time
	Pending   bool // something was said since, and is being learned
	Changes   []Change
	ChangedAt map[Key]time.Time // when each place's evidence last changed
	Queries   Queries
}

// Queries is the SQL that the evidence came from, readable.
type Queries struct {
	Ratings string // and campaigns' results
	Traffic string
}

// Change is what learning made of new evidence at one place.
type Change struct {
	Key    Key       `json:"key"`
	At     time.Time `json:"at"`
	Before float64   `json:"before"` // orders a message
	After  float64   `json:"after"`
	Added  Evidence  `json:"added"` // what was counted more (or, negative, less) than before
}

// maxChanges is how many changes are kept: those that changed most.
const maxChanges = 10

// ChangesSince is what is different from an earlier model in what was counted; that everything counts a little less each day
// is no change.
func (m *Model) ChangesSince(old *Model) []Change {
	var out []Change
	seen := map[Key]bool{}
	for _, key := range append(m.Keys(), old.Keys()...) {
		before, after := old.Evidence(key), m.Evidence(key)
		if seen[key] || before.SameCounts(after) {
			continue
		}
		seen[key] = true
		out = append(out, Change{Key: key, At: m.AsOf, Before: old.Posterior(key).Mean, After: m.Posterior(key).Mean, Added: after.minus(before)})
	}
	slices.SortStableFunc(out, func(a, b Change) int { return cmp.Compare(b.size(), a.size()) })
	return out[:min(len(out), maxChanges)]
}

func (c Change) size() float64 { return math.Abs(math.Log(c.After / c.Before)) }

func (e Evidence) minus(o Evidence) Evidence {
	return e.plus(Evidence{
		Positive: -o.Positive, Negative: -o.Negative, Neutral: -o.Neutral, Outcomes: -o.Outcomes, OutcomeMessages: -o.OutcomeMessages, Revenue: -o.Revenue,
		Messages: -o.Messages, Opened: -o.Opened, Clicked: -o.Clicked, Ordered: -o.Ordered, Visits: -o.Visits, VisitOrders: -o.VisitOrders,
		Trials: -o.Trials, Successes: -o.Successes,
	})
}

// Level is one place, readable.
type Level struct {
	Key         Key
	SegmentName string
	Posterior   Posterior
	Evidence    Evidence // at and below it
	ChangedAt   *time.Time
	Words       string // how it compares, and by what
	Better      int    // 1: better than messages here on the whole, beyond doubt; -1: worse; 0: neither
}

// Report is all that a workspace has learned, readable.
type Report struct {
	LearnedAt *time.Time // nil: nothing yet
	Pending   bool
	Spread    float64
	Global    float64 // what other shops see, in orders a message
	Workspace Level
	Channels  []Level // every channel
	Hours     []Level // channels at a time of day, by their messages
	Cells     []Level // segments on channels, and those at a time of day, that have evidence; most first
	Total     int     // of cells
	Changes   []Change
	Changed   []string // the changes in words
	Queries   Queries
}

// Filter is which cells a report is to have.
type Filter struct {
	Segment string // key; empty: all
	Channel string // empty: all
	Limit   int
}

// Repository keeps what was learned.
type Repository interface {
	// Learned is what a workspace has learned; its Model is nil where nothing was.
	Learned(ctx context.Context, workspaceID uuid.UUID) (Saved, error)
}

// Service answers what was learned.
type Service struct{ repository Repository }

// NewService makes a Service.
func NewService(r Repository) *Service { return &Service{repository: r} }

// Report is what the workspace has learned, as of when it last did.
func (s *Service) Report(ctx context.Context, workspaceID uuid.UUID, f Filter) (Report, error) {
	saved, err := s.repository.Learned(ctx, workspaceID)
	if err != nil {
		return Report{}, err
	}
	return saved.Report(f), nil
}

// Report makes it readable.
func (s Saved) Report(f Filter) Report {
	m := s.Model
	r := Report{Pending: s.Pending, Spread: 1, Global: GlobalRate, Changes: s.Changes, Queries: s.Queries}
	if m != nil {
		at := s.LearnedAt
		r.LearnedAt, r.Spread = &at, m.Spread
	}
	whole := m.Posterior(Key{})
	r.Workspace = s.level(Key{}, whole)
	for _, c := range Channels {
		r.Channels = append(r.Channels, s.level(Key{Channel: c}, whole))
	}
	cells := map[Key]bool{}
	for _, key := range m.Keys() {
		switch {
		case key.Segment == "" && key.Band != "":
			r.Hours = append(r.Hours, s.level(key, m.Posterior(Key{Channel: key.Channel})))
		case key.Segment != "":
			for _, at := range levels(key)[1:] {
				cells[at] = true
			}
		}
	}
	for key := range cells {
		if (f.Segment == "" || key.Segment == f.Segment) && (f.Channel == "" || key.Channel == f.Channel) {
			r.Cells = append(r.Cells, s.level(key, whole))
		}
	}
	slices.SortFunc(r.Cells, func(a, b Level) int {
		return cmp.Or(cmp.Compare(b.Evidence.Trials, a.Evidence.Trials), compareKeys(a.Key, b.Key))
	})
	r.Total = len(r.Cells)
	if f.Limit > 0 {
		r.Cells = r.Cells[:min(len(r.Cells), f.Limit)]
	}
	for _, c := range s.Changes {
		r.Changed = append(r.Changed, c.words())
	}
	return r
}

func (s Saved) level(key Key, than Posterior) Level {
	l := Level{Key: key, SegmentName: SegmentName(key.Segment), Posterior: s.Posterior(key), Evidence: s.All(key)}
	if key.Segment == "" && key.Band != "" {
		l.Evidence = s.Model.Evidence(key)
	}
	if at, ok := s.ChangedAt[key]; ok {
		l.ChangedAt = &at
	}
	switch {
	case l.Posterior.Low > than.Mean:
		l.Better = 1
	case l.Posterior.High < than.Mean:
		l.Better = -1
	}
	l.Words = l.words(than)
	return l
}

// SegmentName is a standard segment's name; another's key is all that is known of it here.
func SegmentName(key string) string {
	if s, ok := segment.ByKey(key); ok {
		return s.Name
	}
	return key
}

// Words names a channel at the beginning of a sentence.
func channelWords(channel string) string {
	return map[string]string{"email": "Email", "sms": "SMS", "push": "Push", "whatsapp": "WhatsApp"}[channel]
}

// Words is when, as in "sent in the evening".
func (b Band) Words() string {
	switch b {
	case OnEvent:
		return "a while after something they did"
	case Night:
		return "at night"
	case "":
		return ""
	}
	return "in the " + string(b)
}

// Subject is what a place is about, as in "Email to cart abandoners in the evening".
func (k Key) Subject() string {
	if k.Channel == "" {
		return "Messages of this workspace"
	}
	text := channelWords(k.Channel)
	if k.Segment != "" {
		name := SegmentName(k.Segment)
		if !strings.HasPrefix(name, "VIP") {
			name = strings.ToLower(name[:min(1, len(name))]) + name[min(1, len(name)):]
		}
		text += " to " + name
	}
	if k.Band != "" {
		text += " " + k.Band.Words()
	}
	return text
}

// words compares a place and says from what: "SMS to cart abandoners seems to do worse than messages here on the whole: about
// 1.2 orders for 100 messages (90 % interval 0.5 to 2.1). From 5 ratings, none positive."
func (l Level) words(than Posterior) string {
	p := l.Posterior
	about := fmt.Sprintf("about %s orders for 100 messages (90%% interval %s to %s)", hundred(p.Mean), hundred(p.Low), hundred(p.High))
	from := l.Evidence.Words()
	if from == "" {
		return fmt.Sprintf("%s: %s, going by messages like them, as nothing is known of these yet.", l.Key.Subject(), about)
	}
	if l.Key == (Key{}) {
		return fmt.Sprintf("Messages here bring %s; other shops see %s. From %s.", about, hundred(GlobalRate), from)
	}
	whole := "messages here on the whole"
	if l.Key.Segment == "" && l.Key.Band != "" {
		whole = strings.ToLower(l.Key.Channel) + " at other times"
		if l.Key.Channel != "email" && l.Key.Channel != "push" {
			whole = channelWords(l.Key.Channel) + " at other times"
		}
	}
	verb := "does about as well as"
	switch {
	case l.Better > 0:
		verb = "does better than"
	case l.Better < 0:
		verb = "does worse than"
	case p.Mean > 1.05*than.Mean:
		verb = "seems to do better than"
	case p.Mean < than.Mean/1.05:
		verb = "seems to do worse than"
	}
	return fmt.Sprintf("%s %s %s: %s. From %s.", l.Key.Subject(), verb, whole, about, from)
}

func hundred(rate float64) string { return fmt.Sprintf("%.1f", 100*rate) }

// Words lists what was counted; empty for nothing.
func (e Evidence) Words() string {
	var list []string
	if n := e.Ratings(); n > 0 {
		list = append(list, fmt.Sprintf("%s (%s positive, %s negative)", plural(int64(n), "rating"), none(e.Positive), none(e.Negative)))
	}
	if e.Outcomes > 0 {
		list = append(list, plural(int64(e.Outcomes), "campaign result"))
	}
	if e.Messages > 0 {
		list = append(list, fmt.Sprintf("%s, %s clicked, %s followed by an order", plural(e.Messages, "message"), thousands(e.Clicked), thousands(e.Ordered)))
	}
	if e.Visits > 0 && e.Messages == 0 {
		list = append(list, fmt.Sprintf("%s with %s", plural(e.Visits, "visit"), plural(e.VisitOrders, "order")))
	}
	return strings.Join(list, "; ")
}

func none(n int) string {
	if n == 0 {
		return "none"
	}
	return thousands(int64(n))
}

func plural(n int64, what string) string {
	if n == 1 || n == -1 {
		return fmt.Sprintf("%d %s", n, what)
	}
	return thousands(n) + " " + what + "s"
}

func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func (c Change) words() string {
	var list []string
	count := func(n int64, what string) {
		switch {
		case n > 0:
			list = append(list, thousands(n)+" more "+strings.TrimPrefix(plural(n, what), thousands(n)+" "))
		case n < 0:
			list = append(list, thousands(-n)+" fewer "+strings.TrimPrefix(plural(-n, what), thousands(-n)+" "))
		}
	}
	count(int64(c.Added.Positive), "positive rating")
	count(int64(c.Added.Negative), "negative rating")
	count(int64(c.Added.Neutral), "neutral rating")
	count(int64(c.Added.Outcomes), "campaign result")
	count(c.Added.Messages, "message")
	if c.Added.Messages == 0 {
		count(c.Added.Clicked, "click")
		count(c.Added.Visits, "visit")
	}
	if len(list) == 0 {
		list = []string{"other figures"}
	}
	return fmt.Sprintf("%s: %s; from %s to %s orders for 100 messages.", c.Key.Subject(), strings.Join(list, ", "), hundred(c.Before), hundred(c.After))
}
