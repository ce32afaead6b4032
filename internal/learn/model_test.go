package learn

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var asOf = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

var segments = []string{"cart_abandoners", "lapsed_customers", "engaged_users"}

func randomKey(r *rand.Rand) Key {
	k := Key{Segment: segments[r.IntN(len(segments))], Channel: Channels[r.IntN(len(Channels))]}
	if r.IntN(5) > 0 {
		k.Band = Bands[r.IntN(len(Bands))]
	}
	return k
}

func randomFacts(r *rand.Rand) Facts {
	f := Facts{AsOf: asOf}
	at := func() time.Time { return asOf.Add(-time.Duration(r.Int64N(int64(Memory)))) }
	for range r.IntN(40) {
		f.Ratings = append(f.Ratings, Rating{Key: randomKey(r), Opinion: []Opinion{Positive, Negative, Neutral}[r.IntN(3)], Share: []float64{1, 0.5}[r.IntN(2)], At: at()})
	}
	for range r.IntN(15) {
		click := r.Float64() * 0.2
		f.Outcomes = append(f.Outcomes, Outcome{Key: randomKey(r), ClickRate: click, ConversionRate: click * r.Float64(), Audience: r.Int64N(3000), Share: 1, At: at()})
	}
	for _, c := range Channels {
		for _, b := range Bands[:4] {
			n := r.Int64N(2000)
			clicked := n * int64(r.IntN(20)) / 100
			ordered := clicked * int64(r.IntN(60)) / 100
			if r.IntN(2) == 0 {
				f.Traffic = append(f.Traffic, Traffic{Channel: c, Band: b, Messages: n, Clicked: clicked, Ordered: ordered, WeightedMessages: float64(n) / 2, WeightedClicked: float64(clicked) / 2, WeightedOrdered: float64(ordered) / 2})
			}
		}
	}
	return f
}

func everyKey() []Key {
	keys := []Key{{}}
	for _, c := range Channels {
		keys = append(keys, Key{Channel: c})
		for _, s := range segments {
			keys = append(keys, Key{Segment: s, Channel: c})
			for _, b := range Bands {
				keys = append(keys, Key{Segment: s, Channel: c, Band: b})
			}
		}
	}
	return keys
}

// Learning twice, or from the same facts in another order, is learning once.
func TestOrderDoesNotMatter(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		f := randomFacts(r)
		one := Learn(f)
		r.Shuffle(len(f.Ratings), func(i, j int) { f.Ratings[i], f.Ratings[j] = f.Ratings[j], f.Ratings[i] })
		r.Shuffle(len(f.Outcomes), func(i, j int) { f.Outcomes[i], f.Outcomes[j] = f.Outcomes[j], f.Outcomes[i] })
		r.Shuffle(len(f.Traffic), func(i, j int) { f.Traffic[i], f.Traffic[j] = f.Traffic[j], f.Traffic[i] })
		other := Learn(f)
		require.Equal(t, one.Spread, other.Spread)
		for _, k := range everyKey() {
			require.InDelta(t, one.Posterior(k).Mean, other.Posterior(k).Mean, 1e-9, "%+v", k)
			require.InDelta(t, one.Sampler("x").Rate(k), other.Sampler("x").Rate(k), 1e-9, "%+v", k)
		}
	}
}

// At any one spread, a place that did better is thought better of, and nothing above it is thought worse of.
func TestMoreSuccessesNeverLowerTheMean(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 2))
		evidence := weigh(randomFacts(r))
		key := randomKey(r)
		before, after := map[Key]Evidence{}, map[Key]Evidence{}
		for k, e := range evidence {
			before[k], after[k] = e, e
		}
		e := before[key]
		e.Trials += 50
		before[key] = e
		e.Successes += r.Float64() * (e.Trials - e.Successes)
		after[key] = e
		spread := []float64{0.25, 1, 4}[r.IntN(3)]
		a, b := New(asOf, before, spread), New(asOf, after, spread)
		for _, k := range append(levels(key), Key{}) {
			require.GreaterOrEqual(t, b.Posterior(k).Mean, a.Posterior(k).Mean-1e-12, "seed %d: %+v by %+v", seed, k, key)
		}
	}
}

// One more positive rating never lowers what is thought of its cell, and one more negative never raises it.
func TestRatingsPullTheirWay(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		f := randomFacts(r)
		key := randomKey(r)
		with := func(o Opinion) float64 {
			g := f
			g.Ratings = append(append([]Rating{}, f.Ratings...), Rating{Key: key, Opinion: o, Share: 1, At: asOf})
			return New(asOf, weigh(g), 1).Posterior(key).Mean
		}
		plain := New(asOf, weigh(f), 1).Posterior(key).Mean
		require.GreaterOrEqual(t, with(Positive), plain-1e-12)
		require.LessOrEqual(t, with(Negative), plain+1e-12)
		require.InDelta(t, plain, with(Neutral), 1e-12, "neutral moves nothing")
	}
}

func TestRatingsAreBounded(t *testing.T) {
	key := Key{Segment: "cart_abandoners", Channel: "sms", Band: OnEvent}
	mean := func(n int, o Opinion) float64 {
		f := Facts{AsOf: asOf}
		for range n {
			f.Ratings = append(f.Ratings, Rating{Key: key, Opinion: o, Share: 1, At: asOf})
		}
		return New(asOf, weigh(f), 1).Posterior(key).Mean
	}
	assert.Less(t, mean(5, Negative), mean(1, Negative))
	assert.Greater(t, mean(5, Positive), mean(1, Positive))
	assert.InDelta(t, mean(maxRatings, Negative), mean(1000, Negative), 1e-12)
	assert.InDelta(t, mean(maxRatings, Positive), mean(1000, Positive), 1e-12)

	// A thousand thumbs say less than one good campaign.
	f := Facts{AsOf: asOf, Outcomes: []Outcome{{Key: key, ClickRate: 0.3, ConversionRate: 0.15, Audience: 10_000, Share: 1, At: asOf}}}
	assert.Greater(t, New(asOf, weigh(f), 1).Posterior(key).Mean, mean(1000, Positive))
}

// With no evidence of its own a place is what the rest says; with ever more it is its own rate; with an endless strength all
// are one.
func TestLimitsOfShrinkage(t *testing.T) {
	key := Key{Segment: "cart_abandoners", Channel: "email", Band: Evening}
	of := func(n, rate float64) *Model {
		return New(asOf, map[Key]Evidence{key: {Trials: n, Successes: n * rate}, {Segment: "engaged_users", Channel: "email", Band: Morning}: {Trials: 300, Successes: 3}}, 1)
	}
	var empty *Model
	for _, k := range everyKey() {
		p := empty.Posterior(k)
		require.InDelta(t, GlobalRate, p.Mean, 1e-12)
		require.Equal(t, 1.0, p.Shrunk)
		require.Less(t, p.Low, p.Mean)
		require.Less(t, p.Mean, p.High)
	}
	last := 1.0
	for _, n := range []float64{1, 10, 100, 1e4, 1e7} {
		p := of(n, 0.2).Posterior(key)
		require.Less(t, p.Shrunk, last, "the more it has of its own, the less it is shrunk")
		require.True(t, p.PriorMean < p.Mean && p.Mean < 0.2, "between the two")
		last = p.Shrunk
	}
	assert.InDelta(t, 0.2, of(1e7, 0.2).Posterior(key).Mean, 1e-4)
	assert.InDelta(t, of(0, 0).Posterior(Key{Segment: "cart_abandoners", Channel: "email"}).Mean, of(0, 0).Posterior(key).Mean, 1e-9)

	apart := map[Key]Evidence{key: {Trials: 1000, Successes: 50}, {Segment: "engaged_users", Channel: "sms", Band: Morning}: {Trials: 1000, Successes: 5}}
	together := New(asOf, apart, 1e9)
	assert.InDelta(t, together.Posterior(key).Mean, together.Posterior(Key{Segment: "engaged_users", Channel: "sms", Band: Morning}).Mean, 1e-6)
	assert.InDelta(t, (GlobalRate*workspaceStrength+55)/(workspaceStrength+2000), together.Posterior(key).Mean, 1e-6, "all evidence in one")
}

// What is known of one place reaches its neighbours, and those less that are further away.
func TestNeighboursLearnTooAndLess(t *testing.T) {
	m := New(asOf, map[Key]Evidence{{Segment: "cart_abandoners", Channel: "sms", Band: Morning}: {Trials: 2000, Successes: 200}}, 1)
	at := func(segment, channel string, band Band) float64 {
		return m.Posterior(Key{Segment: segment, Channel: channel, Band: band}).Mean
	}
	there, otherTime := at("cart_abandoners", "sms", Morning), at("cart_abandoners", "sms", Evening)
	otherSegment, otherChannel := at("engaged_users", "sms", Morning), at("engaged_users", "email", Morning)
	assert.Greater(t, there, otherTime)
	assert.Greater(t, otherTime, otherSegment)
	assert.Greater(t, otherSegment, otherChannel)
	assert.Greater(t, otherChannel, GlobalRate)
}

// Where cells differ wildly they are shrunk less than where they are alike.
func TestSpreadFollowsTheData(t *testing.T) {
	evidence := func(rates ...float64) map[Key]Evidence {
		out := map[Key]Evidence{}
		for i, s := range segments {
			for j, b := range Bands {
				rate := rates[(i*len(Bands)+j)%len(rates)]
				out[Key{Segment: s, Channel: "email", Band: b}] = Evidence{Trials: 2000, Successes: 2000 * rate}
			}
		}
		return out
	}
	apart, alike := New(asOf, evidence(0.001, 0.2, 0.02), 0), New(asOf, evidence(0.02), 0)
	assert.Less(t, apart.Spread, 1.0)
	assert.Greater(t, alike.Spread, 1.0)
	assert.Equal(t, 1.0, New(asOf, nil, 0).Spread, "nothing says otherwise")
}

func TestOldEvidenceCountsLess(t *testing.T) {
	key := Key{Segment: "cart_abandoners", Channel: "email", Band: OnEvent}
	mean := func(age time.Duration) float64 {
		return New(asOf, weigh(Facts{AsOf: asOf, Outcomes: []Outcome{{Key: key, ClickRate: 0.3, ConversionRate: 0.2, Audience: 400, Share: 1, At: asOf.Add(-age)}}}), 1).Posterior(key).Mean
	}
	assert.Equal(t, 0.5, Decay(HalfLife))
	assert.Equal(t, 1.0, Decay(-time.Hour), "what is written while this runs is of now")
	assert.Greater(t, mean(0), mean(HalfLife))
	assert.Greater(t, mean(HalfLife), mean(3*HalfLife))
	assert.InDelta(t, GlobalRate, mean(Memory+time.Hour), 1e-12)
	assert.True(t, Learn(Facts{AsOf: asOf, Ratings: []Rating{{Key: key, Opinion: Positive, Share: 1, At: asOf.Add(-2 * Memory)}}}).Empty())
}

// A campaign tells as many messages as it reached, up to a bound; clicks that were not measured do not count against it.
func TestOutcomes(t *testing.T) {
	key := Key{Segment: "cart_abandoners", Channel: "email", Band: OnEvent}
	weighed := func(o Outcome) Evidence {
		o.Key, o.Share, o.At = key, 1, asOf
		return weigh(Facts{AsOf: asOf, Outcomes: []Outcome{o}})[key]
	}
	assert.InDelta(t, 200, weighed(Outcome{Audience: 200}).Trials, 1e-9)
	assert.InDelta(t, maxOutcomeMessages, weighed(Outcome{Audience: 1_000_000}).Trials, 1e-9)
	assert.InDelta(t, unknownOutcomeMessages, weighed(Outcome{}).Trials, 1e-9)
	usual := weighed(Outcome{Audience: 400, ClickRate: ClickRate, ConversionRate: GlobalRate})
	assert.InDelta(t, GlobalRate, usual.Successes/usual.Trials, 1e-12, "a campaign that does as others do says that this one is as others are")
	orders := weighed(Outcome{Audience: 400, ConversionRate: 0.04})
	assert.InDelta(t, 0.04, orders.Successes/orders.Trials, 1e-12)
	assert.LessOrEqual(t, weighed(Outcome{Audience: 400, OpenRate: 1, ClickRate: 1, ConversionRate: 1}).Successes, 400.0)
}

// The hours of a channel's messages move the cells of those hours, and no others.
func TestHoursLift(t *testing.T) {
	m := Learn(Facts{AsOf: asOf, Traffic: []Traffic{
		{Channel: "email", Band: Morning, Messages: 2000, WeightedMessages: 2000, WeightedClicked: 40, WeightedOrdered: 10},
		{Channel: "email", Band: Evening, Messages: 2000, WeightedMessages: 2000, WeightedClicked: 240, WeightedOrdered: 80},
		{Channel: "sms", Band: Evening, Visits: 900, VisitOrders: 90, WeightedVisits: 900, WeightedVisitOrders: 90},
		{Channel: "email", Band: Night, Visits: 900, VisitOrders: 900, WeightedVisits: 900, WeightedVisitOrders: 900},
	}})
	at := func(b Band) float64 {
		return m.Posterior(Key{Segment: "engaged_users", Channel: "email", Band: b}).Mean
	}
	assert.Greater(t, at(Evening), at(Afternoon))
	assert.Greater(t, at(Afternoon), at(Morning))
	assert.Equal(t, at(Afternoon), at(OnEvent))
	assert.Equal(t, 1.0, m.Lift("push", Evening))
	assert.Zero(t, m.Evidence(Key{Channel: "email", Band: Night}).Trials, "visits count only where there are no messages")
	sms := m.Evidence(Key{Channel: "sms", Band: Evening})
	assert.InDelta(t, maxVisitMessages, sms.Trials, 1e-9)
	assert.InDelta(t, ClickRate*0.1, sms.Successes/sms.Trials, 1e-12)
	assert.Equal(t, int64(4000), m.All(Key{Channel: "email"}).Messages)
	assert.Zero(t, m.All(Key{Segment: "engaged_users", Channel: "email"}).Messages)
}

func TestSamplesAreOfTheirSeedAlone(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	m := Learn(randomFacts(r))
	keys := everyKey()
	one, other := m.Sampler("turn:0"), m.Sampler("turn:0")
	drawn := map[Key]float64{}
	for _, k := range keys {
		drawn[k] = one.Rate(k)
	}
	r.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	for _, k := range keys {
		require.Equal(t, drawn[k], other.Rate(k), "whatever is drawn first")
		require.Equal(t, drawn[k], other.Rate(k), "and again")
	}
	assert.NotEqual(t, drawn[keys[0]], m.Sampler("turn:1").Rate(keys[0]))
}

// What is drawn over many seeds has the mean of the posterior.
func TestSamplesFollowThePosterior(t *testing.T) {
	m := Learn(randomFacts(rand.New(rand.NewPCG(5, 5))))
	for _, k := range []Key{{}, {Channel: "email"}, {Segment: "cart_abandoners", Channel: "sms"}, {Segment: "engaged_users", Channel: "push", Band: Night}} {
		sum := 0.0
		const n = 20_000
		for i := range n {
			sum += m.Sampler(fmt.Sprint(i)).Rate(k)
		}
		p := m.Posterior(k)
		assert.InEpsilon(t, p.Mean, sum/n, 0.05, "%+v", k)
	}
}
