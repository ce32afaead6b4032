package analyst

import (
	"slices"

	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/customer"
)

// reading is what the lexicon sees in a question.
type reading struct {
	words    []string
	tags     map[tag]int // how often
	spans    []span      // in order
	entities chat.Entities
	metrics  []string
	channels []string // that are named
	segments []string // likewise
	sides    []string // what figures are to be split by: channel, country, product, buyers
	places   []string // countries, by their codes
	lookup   customer.Lookup
}

type span struct {
	from, to int
	entry    *entry
}

// read marks the longest phrases of the lexicon in the question, left to right, and the entities they name.
func read(question string, cal calendar) reading {
	r := reading{words: words(question), tags: map[tag]int{}}
	covered := 0 // up to here; a phrase that lies within an earlier, longer one is not seen
	for i := range r.words {
		length := 0
		var found []*entry
		for _, p := range phrasesByFirst[r.words[i]] {
			if len(p.words) < length || len(p.words) > len(r.words)-i || !slices.Equal(p.words, r.words[i:i+len(p.words)]) {
				continue
			}
			if len(p.words) > length {
				length, found = len(p.words), found[:0]
			}
			found = append(found, p.entry)
		}
		if i+length <= covered {
			continue
		}
		covered = i + length
		for _, e := range found {
			r.spans = append(r.spans, span{i, i + length, e})
			for _, t := range e.tags {
				r.tags[t]++
			}
			r.take(e)
		}
	}
	r.entities.Timeframe, _ = cal.find(r.words)
	r.lookup = lookupIn(question)
	if len(r.metrics) > 0 {
		r.entities.Metric = r.metrics[0]
	}
	return r
}

// metricRank prefers the figure asked for over the people it is asked of ("revenue per customer" is about revenue).
var metricRank = map[string]int{"customers": 3, "channels": 2, "overview": 2, "products": 1, "orders": 1}

func (r *reading) take(e *entry) {
	switch e.entity {
	case segmentEntity:
		if !slices.Contains(r.segments, e.value) {
			r.segments = append(r.segments, e.value)
		}
		if r.entities.Segment == "" {
			r.entities.Segment = e.value
		} else if e.value == "at_risk_vips" || r.entities.Segment == "high_value_customers" && e.value == "at_risk_vips" {
			r.entities.Segment = e.value
		}
	case channelEntity:
		if !slices.Contains(r.channels, e.value) {
			r.channels = append(r.channels, e.value)
		}
		if r.entities.Channel == "" {
			r.entities.Channel = e.value
		}
	case sourceEntity:
		if r.entities.Source == "" {
			r.entities.Source = e.value
		}
	case countryEntity:
		r.places = append(r.places, e.value)
	case sideEntity:
		r.sides = append(r.sides, e.value)
	case metricEntity:
		if len(r.metrics) == 0 || metricRank[e.value] < metricRank[r.metrics[0]] {
			r.metrics = slices.Insert(r.metrics, 0, e.value)
		} else {
			r.metrics = append(r.metrics, e.value)
		}
	}
}

func (r reading) has(any ...tag) bool {
	return slices.ContainsFunc(any, func(t tag) bool { return r.tags[t] > 0 })
}

func (r reading) short(n int) bool { return len(r.words) <= n }

// opensWith tells whether the first marked phrase, at the very start, carries the tag.
func (r reading) opensWith(t tag) bool {
	for _, s := range r.spans {
		if s.from > r.polite() {
			return false
		}
		if s.from == r.polite() && slices.Contains(s.entry.tags, t) {
			return true
		}
	}
	return false
}

// polite is how many words of courtesy come before the request itself.
func (r reading) polite() int {
	i := 0
	for i < len(r.words) && slices.Contains([]string{"please", "can", "could", "would", "will", "you", "hey", "hi", "hello", "pls", "kindly", "now", "ok", "okay", "so", "then", "and", "also", "just", "quickly", "i", "want", "to", "need", "like", "let", "u", "pulsehub", "we"}, r.words[i]) {
		i++
	}
	if i == len(r.words) {
		return 0
	}
	return i
}

// only tells whether every marked phrase carries one of these tags.
func (r reading) only(allowed ...tag) bool {
	for _, s := range r.spans {
		if !slices.ContainsFunc(s.entry.tags, func(t tag) bool { return slices.Contains(allowed, t) }) {
			return false
		}
	}
	return true
}
