package dummy

import (
	"math"
	"math/rand/v2"
	"sync"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/datasource"
)

// kind is how somebody shops. Most never buy; a few buy most.
type kind struct {
	share      float64 // of all people
	visits     float64 // relative number of visits
	converts   float64 // probability that a visit ends in an order
	known      float64 // probability that we have their e-mail address
	stays      float64 // mean days from first to last visit
	spends     float64 // relative size of an order
	wentQuiet  float64 // probability that they stopped coming 45 to 150 days ago
	cameBefore float64 // probability that they were customers before the time we look at
}

var kinds = []kind{
	{share: 0.500, visits: 0.35, converts: 0.0000, known: 0.08, stays: 4, spends: 1, wentQuiet: 0, cameBefore: 0.02},     // passers-by
	{share: 0.255, visits: 1.00, converts: 0.0045, known: 0.45, stays: 45, spends: 0.9, wentQuiet: 0.1, cameBefore: 0.1}, // browsers
	{share: 0.135, visits: 1.60, converts: 0.0250, known: 0.85, stays: 90, spends: 1, wentQuiet: 0.25, cameBefore: 0.3},  // occasional
	{share: 0.080, visits: 3.00, converts: 0.0440, known: 0.97, stays: 200, spends: 1.1, wentQuiet: 0.2, cameBefore: 0.5},
	{share: 0.027, visits: 6.00, converts: 0.0680, known: 1, stays: 400, spends: 1.7, wentQuiet: 0.28, cameBefore: 0.6}, // VIPs
	{share: 0.003, visits: 6.00, converts: 0.1000, known: 1, stays: 500, spends: 4.5, wentQuiet: 0.3, cameBefore: 0.7},  // whales
}

// person is a customer with their habits.
type person struct {
	customer.Customer
	number    int
	zone      *time.Location
	kind      kind
	known     bool // has an e-mail address
	weight    float64
	spends    float64
	favourite int // category
	hours     *[24]float64
	from, to  time.Time // when they are a customer at all
}

// random is a stream of random numbers of its own for each person, so that people do not depend on each other.
func random(seed int64, number int, what uint64) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed)*0x9e3779b97f4a7c15^what, uint64(number)*0xbf58476d1ce4e5b9+what))
}

// Streams of random numbers.
const (
	forPerson = 1 + iota
	forHistory
	forChunk
)

// newPerson makes the person of that number. Who they are depends on the seed and the number alone; when they come also on
// the time we look at.
func newPerson(p datasource.DummyParams, id identity, number int) person {
	r := random(p.Seed, number, forPerson)
	c := countries[pick(r, len(countries), func(i int) float64 { return countries[i].share })]
	k := kinds[pick(r, len(kinds), func(i int) float64 { return kinds[i].share })]
	home := c.cities[r.IntN(len(c.cities))]
	x := person{number: number, kind: k, favourite: r.IntN(categories), hours: habits[r.IntN(len(habits))], zone: location(home.zone)}
	x.weight = k.visits * math.Exp(0.6*r.NormFloat64())
	x.spends = k.spends * math.Exp(0.35*r.NormFloat64())
	x.known = r.Float64() < k.known || !has(p.Sources, datasource.GTM) && !has(p.Sources, datasource.FacebookPixel)

	first, last := c.first[r.IntN(len(c.first))], c.last[r.IntN(len(c.last))]
	phone, domain := r.Uint64(), domains[r.IntN(len(domains))]
	consents := [4]float64{r.Float64(), r.Float64(), r.Float64(), r.Float64()}
	hasPhone := r.Float64() < 0.55 && c.phone != nil
	x.from, x.to = life(r, k, p)

	x.Customer = customer.Customer{
		ID: id.customer(number), ExternalID: "demo-" + base36(id.mark, 8) + "-" + base36(uint64(number), 4), Demo: true,
		City: home.name, Country: c.code, Locale: c.locale, TimeZone: home.zone, CreatedAt: x.from,
		ConsentPush: consents[2] < 0.28,
	}
	if x.known {
		x.FirstName, x.LastName = first, last
		x.Email = ascii(first) + "." + ascii(last) + "." + base36(uint64(number), 1+width36(number)) + id.label[:2] + "@" + domain
		x.ConsentEmail = consents[0] < 0.72
		if hasPhone {
			x.Phone = c.phone(phone)
			x.ConsentSMS = consents[1] < 0.52
			x.ConsentWhatsApp = consents[3] < 0.38
		}
	}
	return x
}

// domains are reserved by RFC 2606 and RFC 6761: no mail can ever arrive.
var domains = []string{"example.com", "example.com", "example.org", "example.net", "mail.example", "post.example"}

func width36(n int) (w int) {
	for n /= 36; n > 0; n /= 36 {
		w++
	}
	return w
}

// life is the time in which someone comes: newcomers grow in number, and some have stopped.
func life(r *rand.Rand, k kind, p datasource.DummyParams) (from, to time.Time) {
	span := time.Duration(p.Days) * 24 * time.Hour
	begin := p.EndsAt.Add(-span)
	at := func(share float64) time.Time {
		return begin.Add(time.Duration(share * float64(span))).Truncate(time.Millisecond)
	}
	from = at(math.Pow(r.Float64(), 0.85))
	if before := r.Float64(); before < k.cameBefore {
		from = at(0.08 * r.Float64())
	}
	stay := time.Duration(r.ExpFloat64() * k.stays * 24 * float64(time.Hour))
	quiet, quietDays := r.Float64(), 45+105*r.Float64()
	to = from.Add(max(stay, time.Hour))
	if quiet < k.wentQuiet {
		if stopped := p.EndsAt.Add(-time.Duration(quietDays * 24 * float64(time.Hour))); stopped.After(from.Add(time.Hour)) {
			to = stopped
		}
	}
	if to.After(p.EndsAt) {
		to = p.EndsAt
	}
	if left := p.EndsAt.Sub(from); left < 10*time.Minute {
		from = p.EndsAt.Add(-min(span, 10*time.Minute))
	}
	return from, to
}

// pick draws an index by weight.
func pick(r *rand.Rand, n int, weight func(i int) float64) int {
	var total float64
	for i := range n {
		total += weight(i)
	}
	x := r.Float64() * total
	for i := range n {
		if x -= weight(i); x < 0 {
			return i
		}
	}
	return n - 1
}

var locations sync.Map

func location(zone string) *time.Location {
	if l, ok := locations.Load(zone); ok {
		return l.(*time.Location)
	}
	l, err := time.LoadLocation(zone)
	if err != nil {
		panic(err) // a name in names.go is wrong; a test loads them all
	}
	locations.Store(zone, l)
	return l
}
