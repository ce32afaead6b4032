package dummy

import (
	"cmp"
	"math/bits"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/datasource"
)

// chunkMaker is what the people of a chunk share.
type chunkMaker struct {
	p         datasource.DummyParams
	id        identity
	witnesses uint8
	shopify   uint8
	campaigns map[string][]byte
}

func (m *chunkMaker) only(t datasource.Type) bool {
	return len(m.p.Sources) == 1 && m.p.Sources[0] == t
}

// Generate makes one chunk, 0 ≤ chunk < Chunks(p). It has exactly its share of p.Events, and every customer of it has at
// least one event.
func Generate(p datasource.DummyParams, chunk int) Chunk {
	p.EndsAt = p.EndsAt.UTC()
	m := &chunkMaker{p: p, id: identityOf(p), campaigns: map[string][]byte{}}
	for _, s := range p.Sources {
		m.witnesses |= bitOf[s]
	}
	m.shopify = m.witnesses & seenByShopify

	s := spanOf(p, chunk)
	people := make([]person, 0, s.to-s.from)
	var weights float64
	for n := s.from; n < s.to; n++ {
		x := newPerson(p, m.id, n)
		weights += x.weight
		people = append(people, x)
	}
	acts := m.live(people, s.events, weights)
	r := random(p.Seed, chunk, forChunk)
	acts = m.fit(r, people, acts, s.events)
	slices.SortStableFunc(acts, func(a, b act) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.person, b.person))
	})
	return m.told(people, acts, s.events)
}

var bitOf = map[datasource.Type]uint8{datasource.Shopify: seenByShopify, datasource.GTM: seenByGTM, datasource.FacebookPixel: seenByPixel}

var witnesses = []datasource.Type{datasource.Shopify, datasource.GTM, datasource.FacebookPixel}

// live plays everyone's history. Each gets a share of what is left of the events by their weight, so that the sum comes out
// near without anybody's history being cut.
func (m *chunkMaker) live(people []person, events int, weights float64) []act {
	acts := make([]act, 0, events+events/16)
	left := float64(events)
	perVisit, visits, seen := 4.5, 20.0, 90.0 // what a visit makes, learnt as we go
	for i := range people {
		x := &people[i]
		share := max(1, left*x.weight/max(weights, x.weight))
		h := history{chunkMaker: m, r: random(m.p.Seed, x.number, forHistory), x: x, index: i, acts: acts}
		clicks := h.messages(int(0.15*share/2.5 + h.r.Float64()))
		sent := countOf(h.acts[len(acts):])
		before := len(h.acts)
		h.come(clicks, share-float64(sent), perVisit)
		made := countOf(h.acts[before:])
		if made+sent == 0 { // came before anything was connected: we know of them by one page
			h.bounce()
			made = 1
		}
		seen, visits = seen+float64(made), visits+float64(h.visits)
		perVisit = max(0.5, seen/visits)
		acts = h.acts
		left -= float64(sent + made)
		weights -= x.weight
	}
	return acts
}

// come plays somebody's visits: as many as make about so many events.
func (h *history) come(clicks []click, events, perVisit float64) {
	n := max(1, int(events/perVisit+h.r.Float64()))
	limit := 40
	if events < 6 && n == 1 {
		limit = max(1, int(events))
	}
	moments := clicks[:min(len(clicks), n)]
	if len(moments) == 0 {
		moments = append(moments, click{at: h.x.from.Truncate(time.Millisecond)})
	}
	for len(moments) < n {
		moments = append(moments, click{at: moment(h.r, h.x, h.x.from, h.x.to)})
	}
	slices.SortStableFunc(moments, func(a, b click) int { return a.at.Compare(b.at) })
	for i, c := range moments {
		if i > 0 && c.at.Sub(moments[i-1].at) < 45*time.Minute && c.channel == "" {
			c.at = moments[i-1].at.Add(45*time.Minute + time.Duration(h.r.IntN(3_600_000))*time.Millisecond)
			moments[i].at = c.at
		}
		h.visit(c.at, c.channel, limit)
	}
}

// bounce is one act that exactly one source sees: a page looked at and left, or a message where only the shop tells.
func (h *history) bounce() {
	at := moment(h.r, h.x, h.x.from, h.x.to)
	a := act{at: at, typ: datasource.EventPageViewed, channel: "direct", product: -1, props: pageProperties[0], seen: seenByGTM, landing: true,
		session: h.id.session(at, h.r.Uint64())}
	switch {
	case h.witnesses&seenByGTM != 0:
	case h.witnesses&seenByPixel != 0:
		a.channel, a.seen = "paid", seenByPixel
	default:
		a = act{at: at, typ: datasource.EventMessageSent, channel: "email", product: -1, props: h.campaign(at, "email"), seen: seenByShopify}
	}
	h.add(a)
}

// fit makes the number of events exact: pages and messages are left out or added, never anything that money hangs on unless
// there is nothing else.
func (m *chunkMaker) fit(r *rand.Rand, people []person, acts []act, events int) []act {
	have := countOf(acts)
	ofPerson := make([]int, len(people))
	for _, a := range acts {
		ofPerson[a.person]++
	}
	for pass := 0; pass < 4 && have > events; pass++ {
		gone := make([]bool, len(acts))
		for i := len(acts) - 1; i >= 0 && have > events; i-- {
			if a := acts[i]; ofPerson[a.person] > 1 && spare(a, pass) {
				gone[i] = true
				ofPerson[a.person]--
				have -= bits.OnesCount8(a.seen)
			}
		}
		kept := acts[:0]
		for i, a := range acts {
			if !gone[i] {
				kept = append(kept, a)
			}
		}
		acts = kept
	}
	if have > events { // one act each, some seen by more than one source: let fewer have seen them
		for i := range acts {
			for have > events && bits.OnesCount8(acts[i].seen) > 1 {
				acts[i].seen &= acts[i].seen - 1
				have--
			}
		}
	}
	for have < events {
		i := r.IntN(len(people))
		h := history{chunkMaker: m, r: r, x: &people[i], index: i}
		h.bounce()
		acts = append(acts, h.acts...)
		have += len(h.acts)
	}
	return acts
}

// spare tells what may be left out in each pass.
func spare(a act, pass int) bool {
	switch a.typ {
	case datasource.EventPageViewed:
		return pass > 0 || !a.landing
	case datasource.EventProductViewed, datasource.EventSearchPerformed:
		return pass > 0
	case datasource.EventMessageSent, datasource.EventMessageDelivered, datasource.EventMessageOpened:
		return pass > 1
	}
	return pass > 2
}

func countOf(acts []act) (n int) {
	for _, a := range acts {
		n += bits.OnesCount8(a.seen)
	}
	return n
}

// told is what each source tells of the acts.
func (m *chunkMaker) told(people []person, acts []act, events int) Chunk {
	c := Chunk{Customers: make([]customer.Customer, len(people)), Events: make([]datasource.Event, 0, events)}
	for i, x := range people {
		c.Customers[i] = x.Customer
	}
	number := make([]int, len(people))
	for _, a := range acts {
		duplicate := false
		for i, source := range witnesses {
			if a.seen&(1<<i) == 0 {
				continue
			}
			e := datasource.Event{
				Source: source, ExternalID: m.id.event(people[a.person].number, number[a.person]), Type: a.typ, CustomerID: people[a.person].ID,
				SessionID: a.session, OccurredAt: a.at, Channel: a.channel, Cents: a.cents, HasValue: a.valued, Properties: a.props, Duplicate: duplicate,
			}
			if a.product >= 0 {
				e.Product = catalogue[a.product].name
			}
			c.Events = append(c.Events, e)
			number[a.person]++
			duplicate = true
		}
	}
	return c
}
