package learn

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Model is what follows from the evidence. It is immutable. A nil one knows nothing, and is what a workspace begins with.
type Model struct {
	AsOf time.Time
	// Spread scales the strengths of the levels below the workspace: 1 as they stand; less where segments, channels and times
	// differ more than was thought, more where they keep closer together. It is the value, of nine from 1/16 to 16, that best
	// predicts each cell from all the others (leave-one-out), held to 1 by a prior so that a few cells do not decide it.
	Spread float64

	evidence map[Key]Evidence // what each place has of its own
	root     *place
	byKey    map[Key]*place
	lifts    map[Key]lift // by channel and band
}

// Posterior is what is known of the rate at one place, in orders a message.
type Posterior struct {
	Alpha, Beta   float64 // of the Beta distribution
	Mean          float64
	Low, High     float64 // 5 % are below and above them
	PriorMean     float64 // what everything else says of this place
	PriorMessages float64 // how many messages that counts for
	Shrunk        float64 // PriorMessages' share of all that Mean is made of: 1 with no evidence of its own, 0 at the limit
}

// lift is how a channel does at a time of day, by its messages alone, whatever is known of ratings and campaigns.
type lift struct {
	factor      float64 // times the channel's rate
	alpha, beta float64 // of the rate itself
	prior       float64 // the channel's rate, by its messages
	priorWeight float64
}

// place is a node of the tree. own and below are in messages (n) and orders (s); below is what the places under it tell of
// it, and up what this one tells of the one above it.
type place struct {
	key       Key
	strength  float64 // around the one above
	scale     float64 // times the rate above
	parent    *place
	children  []*place
	own       weight
	below, up weight

	prior     weight // what all the rest says of it
	posterior weight
}

type weight struct{ n, s float64 }

func (w weight) plus(o weight) weight   { return weight{w.n + o.n, w.s + o.s} }
func (w weight) minus(o weight) weight  { return weight{w.n - o.n, w.s - o.s} }
func (w weight) rate() float64          { return w.s / w.n }
func (w weight) held(to float64) weight { return weight{to, to * w.rate()} } // the same rate, of so many messages

// Learn makes a model of the facts. The same facts make the same model, in whatever order they come.
func Learn(f Facts) *Model { return New(f.AsOf, weigh(f), 0) }

// New makes a model of evidence that was weighed before. Spread 0 is estimated.
func New(asOf time.Time, evidence map[Key]Evidence, spread float64) *Model {
	m := &Model{AsOf: asOf, Spread: spread, evidence: evidence, lifts: liftsOf(evidence)}
	if spread == 0 {
		m.Spread = m.bestSpread()
	}
	m.grow()
	return m
}

// Empty tells that there is no evidence that moves anything: none, or what is only counted.
func (m *Model) Empty() bool { return m == nil || m.All(Key{}).Trials == 0 }

// Evidence is what a place has of its own.
func (m *Model) Evidence(key Key) Evidence {
	if m == nil {
		return Evidence{}
	}
	return m.evidence[key]
}

// Keys are the places that have evidence of their own, in a fixed order.
func (m *Model) Keys() []Key {
	if m == nil {
		return nil
	}
	keys := make([]Key, 0, len(m.evidence))
	for k := range m.evidence {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compareKeys)
	return keys
}

func compareKeys(a, b Key) int {
	return cmp.Or(slices.Index(Channels, a.Channel)-slices.Index(Channels, b.Channel), strings.Compare(a.Channel, b.Channel),
		strings.Compare(a.Segment, b.Segment), slices.Index(Bands, a.Band)-slices.Index(Bands, b.Band))
}

// All is the evidence at and below a place, all together: of the zero Key, everything.
func (m *Model) All(key Key) (sum Evidence) {
	if m == nil {
		return sum
	}
	for _, k := range m.Keys() { // in their order: sums of fractions depend on it
		within := (key.Channel == "" || k.Channel == key.Channel) && (key.Segment == "" || k.Segment == key.Segment) && (key.Band == "" || k.Band == key.Band)
		if within && (key.Band == "" || key.Segment == k.Segment) {
			sum = sum.plus(m.evidence[k])
		}
	}
	return sum
}

// liftsOf is how channels do by time of day, as far as their messages tell.
func liftsOf(evidence map[Key]Evidence) map[Key]lift {
	totals := map[string]weight{}
	for _, key := range sortedHours(evidence) {
		e := evidence[key]
		totals[key.Channel] = totals[key.Channel].plus(weight{e.Trials, e.Successes})
	}
	lifts := map[Key]lift{}
	for _, key := range sortedHours(evidence) {
		e, t := evidence[key], totals[key.Channel]
		rate := (GlobalRate*workspaceStrength + t.s) / (workspaceStrength + t.n)
		l := lift{alpha: hourStrength*rate + e.Successes, beta: hourStrength*(1-rate) + e.Trials - e.Successes, prior: rate, priorWeight: hourStrength}
		l.factor = max(0.5, min(2, l.alpha/(l.alpha+l.beta)/rate))
		lifts[key] = l
	}
	return lifts
}

func sortedHours(evidence map[Key]Evidence) []Key {
	var keys []Key
	for k := range evidence {
		if k.Segment == "" && k.Channel != "" && k.Band != "" {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, compareKeys)
	return keys
}

// Lift is how much better than its average a channel does at that time of day, by its messages: 1 is as well, or unknown. It
// stays within half and double.
func (m *Model) Lift(channel string, band Band) float64 {
	if m == nil {
		return 1
	}
	if l, ok := m.lifts[Key{Channel: channel, Band: band}]; ok {
		return l.factor
	}
	return 1
}

// grow builds the tree and computes it: from the cells up, what each tells of the one above; then down, what all the rest
// says of each. A place that tells something of rate r by n messages tells of the one above as n*k/(n+k) messages would, k
// being the strength between the two: the more it has, the less it adds.
func (m *Model) grow() {
	m.byKey = map[Key]*place{}
	m.root = &place{scale: 1}
	m.byKey[Key{}] = m.root
	for _, key := range m.Keys() {
		e := m.evidence[key]
		at := key
		if key.Segment == "" {
			at.Band = "" // hours of a channel are the channel's
		}
		p := m.ensure(at)
		p.own = p.own.plus(weight{e.Trials, e.Successes})
	}
	for _, channel := range Channels {
		m.ensure(Key{Channel: channel})
	}
	m.root.gather()
	m.root.prior = weight{workspaceStrength, workspaceStrength * GlobalRate}
	m.root.spreadOut()
}

// levels are a place's ancestors and itself, from the channel down.
func levels(key Key) []Key {
	list := []Key{{Channel: key.Channel}}
	if key.Channel == "" {
		return nil
	}
	if key.Segment != "" {
		list = append(list, Key{Segment: key.Segment, Channel: key.Channel})
		if key.Band != "" {
			list = append(list, key)
		}
	}
	return list
}

// strengthOf is how closely a place keeps to the one above it, in messages.
func (m *Model) strengthOf(key Key) float64 {
	switch {
	case key.Band != "":
		return bandStrength * m.Spread
	case key.Segment != "":
		return segmentStrength * m.Spread
	}
	return channelStrength * m.Spread
}

func (m *Model) scaleOf(key Key) float64 {
	if key.Band == "" {
		return 1
	}
	return m.Lift(key.Channel, key.Band)
}

func (m *Model) ensure(key Key) *place {
	above := m.root
	for _, k := range levels(key) {
		p, there := m.byKey[k]
		if !there {
			p = &place{key: k, strength: m.strengthOf(k), scale: m.scaleOf(k), parent: above}
			m.byKey[k], above.children = p, append(above.children, p)
		}
		above = p
	}
	return above
}

// gather sums what is at and below a place, and what that tells of the one above.
func (p *place) gather() {
	p.below = weight{}
	for _, c := range p.children {
		c.gather()
		p.below = p.below.plus(c.up)
	}
	all := p.own.plus(p.below)
	if all.n > 0 && p.parent != nil {
		p.up = all.held(all.n * p.strength / (all.n + p.strength))
		p.up.s = min(p.up.n, p.up.s/p.scale)
	}
}

// spreadOut computes a place from its prior, and the priors of those below it from all but what they told themselves.
func (p *place) spreadOut() {
	p.posterior = p.prior.plus(p.own).plus(p.below)
	for _, c := range p.children {
		c.prior = c.priorFrom(p.posterior.minus(c.up))
		c.spreadOut()
	}
}

// priorFrom is what is known of a place from the one above, of which rest is known.
func (p *place) priorFrom(rest weight) weight {
	w := rest.held(rest.n * p.strength / (rest.n + p.strength))
	w.s = min(w.n, w.s*p.scale)
	return w
}

// Posterior is what is known at a place, also where nothing was seen yet.
func (m *Model) Posterior(key Key) Posterior {
	if m == nil {
		m = New(time.Time{}, nil, 1)
	}
	if key.Segment == "" && key.Channel != "" && key.Band != "" {
		return m.hour(key)
	}
	prior, own := m.find(key)
	all := prior.plus(own)
	p := Posterior{Alpha: all.s, Beta: all.n - all.s, Mean: all.rate(), PriorMean: prior.rate(), PriorMessages: prior.n, Shrunk: prior.n / all.n}
	p.Low, p.High = Interval(p.Alpha, p.Beta)
	return p
}

func (m *Model) hour(key Key) Posterior {
	l, ok := m.lifts[key]
	if !ok {
		return m.Posterior(Key{Channel: key.Channel})
	}
	p := Posterior{Alpha: l.alpha, Beta: l.beta, Mean: l.alpha / (l.alpha + l.beta), PriorMean: l.prior, PriorMessages: l.priorWeight, Shrunk: l.priorWeight / (l.alpha + l.beta)}
	p.Low, p.High = Interval(p.Alpha, p.Beta)
	return p
}

// find is what all the rest and what the place itself says; a place that was never heard of hangs under the nearest one that
// was.
func (m *Model) find(key Key) (prior, own weight) {
	above := m.root
	prior, own = m.root.prior, m.root.own.plus(m.root.below)
	var known weight // of the place before, once it is one that is not in the tree
	missing := false
	for _, k := range levels(key) {
		if p, there := m.byKey[k]; there && !missing {
			above, prior, own = p, p.prior, p.own.plus(p.below)
			continue
		}
		rest := above.posterior
		if missing {
			rest = known
		}
		leaf := &place{strength: m.strengthOf(k), scale: m.scaleOf(k)}
		known, missing = leaf.priorFrom(rest), true
		prior, own = known, weight{}
	}
	return prior, own
}

// bestSpread is the spread that best predicts each cell's evidence from everything else.
func (m *Model) bestSpread() float64 {
	best, most := 1.0, math.Inf(-1)
	for _, power := range []float64{0, 1, -1, 2, -2, 3, -3, 4, -4} { // the nearest to 1 of equals
		try := &Model{Spread: math.Exp2(power), evidence: m.evidence, lifts: m.lifts}
		try.grow()
		score := -power * power / (2 * spreadDeviation * spreadDeviation)
		for _, key := range try.Keys() {
			if p := try.byKey[key]; p != nil && key.Segment != "" && p.own.n > 0 {
				rest := p.prior.plus(p.below)
				score += logBetaBinomial(p.own.s, p.own.n, rest.rate(), rest.n)
			}
		}
		if score > most+1e-9 {
			best, most = try.Spread, score
		}
	}
	return best
}

// spreadDeviation is how far, in doublings, the spread may well be from 1 before the data says so.
const spreadDeviation = 1.0

// Sampler draws rates from the posterior, for one choice. The same seed and model give the same rates, whatever is drawn
// first, in which order, or how often. The places of one sampler are drawn together: those that share what is not known (how
// this workspace does as a whole) share its luck, so that only what differs between them decides.
type Sampler struct {
	model *Model
	seed  string
	drawn map[Key]float64
}

// Sampler makes the sampler of a seed, such as a turn's id and a card's place in it.
func (m *Model) Sampler(seed string) *Sampler {
	if m == nil {
		m = New(time.Time{}, nil, 1)
	}
	return &Sampler{model: m, seed: seed, drawn: map[Key]float64{}}
}

// Rate draws the rate at a place, in orders a message.
func (s *Sampler) Rate(key Key) float64 {
	if key.Segment == "" {
		key.Band = ""
	}
	root := s.model.root
	rate := s.draw(Key{}, root.posterior.s, root.posterior.n-root.posterior.s)
	for _, k := range levels(key) {
		var seen weight
		if p, there := s.model.byKey[k]; there {
			seen = p.own.plus(p.below)
		}
		strength := s.model.strengthOf(k)
		mean := max(1e-6, min(1-1e-6, rate*s.model.scaleOf(k)))
		rate = s.draw(k, strength*mean+seen.s, strength*(1-mean)+seen.n-seen.s)
	}
	return rate
}

func (s *Sampler) draw(key Key, a, b float64) float64 {
	if rate, done := s.drawn[key]; done {
		return rate
	}
	h := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s|%s", s.seed, key.Segment, key.Channel, key.Band))
	r := rand.New(rand.NewPCG(binary.BigEndian.Uint64(h[:8]), binary.BigEndian.Uint64(h[8:16])))
	rate := SampleBeta(r, a, b)
	s.drawn[key] = rate
	return rate
}
