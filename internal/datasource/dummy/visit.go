package dummy

import (
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

// Who saw an act, best witness first: the lowest bit counts it, the others are duplicates.
const (
	seenByShopify = 1 << iota
	seenByGTM
	seenByPixel
)

// act is one thing that happened, before each source tells of it.
type act struct {
	at      time.Time
	typ     string
	person  int // index in the chunk
	session uuid.UUID
	channel string
	product int // index in the catalogue; -1 is none
	cents   int64
	valued  bool
	props   []byte
	seen    uint8
	landing bool // the first act of its visit
}

// history collects what one person did.
type history struct {
	*chunkMaker
	r      *rand.Rand
	x      *person
	index  int
	acts   []act
	visits int
	orders int
	signed bool
	lead   bool
}

// visit is the state of one visit while it goes on.
type visit struct {
	h       *history
	at      time.Time
	session uuid.UUID
	channel string
	ad      bool // an advertisement brought it, so the pixel sees it
	acts    int
}

var channels = []string{"direct", "organic", "paid", "social", "referral", "email", "sms", "push"}

// What brings people: newcomers by search and advertisements, those who know the shop by themselves and by messages.
var newcomers = []float64{14, 34, 27, 17, 8, 0, 0, 0}
var regulars = []float64{36, 24, 11, 8, 5, 13, 2, 1}

// How readily each channel's visits end in an order, against the average.
var readiness = map[string]float64{"direct": 1.25, "organic": 1, "paid": 0.85, "social": 0.55, "referral": 1.05, "email": 1.7, "sms": 1.5, "push": 1.2, "whatsapp": 1.3}

func (h *history) channel() string {
	weights := regulars
	if h.visits == 0 {
		weights = newcomers
	}
	return channels[pick(h.r, len(channels), func(i int) float64 {
		switch c := channels[i]; {
		case h.only(datasource.FacebookPixel) && c != "paid" && c != "social",
			c == "email" && (!h.x.ConsentEmail || h.shopify != 0), // with Shopify they come from its messages
			c == "sms" && (!h.x.ConsentSMS || h.shopify != 0),
			c == "push" && (!h.x.ConsentPush || h.shopify != 0):
			return 0
		}
		return weights[i]
	})]
}

// visit plays one visit of at most limit acts; channel "" draws one.
func (h *history) visit(began time.Time, channel string, limit int) {
	if channel == "" {
		channel = h.channel()
	}
	v := &visit{h: h, at: began, channel: channel, session: h.id.session(began, h.r.Uint64()), ad: channel == "paid" || channel == "social"}
	y, m, d := began.Date()
	chance := h.x.kind.converts * readiness[channel]
	if onSale(y, m, d) {
		chance *= 1.35
	}
	if h.visits == 0 {
		chance *= 0.5
	}
	if h.only(datasource.Shopify) { // which sees only those who come to the till
		chance = min(0.75, 0.12+7*chance)
	}
	u := h.r.Float64()
	switch {
	case limit >= 6 && u < chance:
		v.buy()
	case limit >= 5 && (h.only(datasource.Shopify) || u < chance+h.cartChance()):
		v.leaveCart()
	default:
		v.browse(limit)
	}
	h.visits++
}

func (h *history) cartChance() float64 {
	if h.x.kind.converts == 0 {
		return 0.02
	}
	return 0.075
}

// browse looks around; four in ten leave at once.
func (v *visit) browse(limit int) {
	h := v.h
	v.page(0)
	for n := 1; n < limit && n < 24; n++ {
		if u := h.r.Float64(); n == 1 && u < 0.42 || n > 1 && u < 0.24 {
			break
		}
		switch u := h.r.Float64(); {
		case u < 0.44:
			v.look(v.product())
		case u < 0.52:
			v.tell(datasource.EventSearchPerformed, -1, searchProperties[h.r.IntN(len(searchProperties))], seenByGTM|v.pixel())
		case u < 0.53:
			v.tell(datasource.EventFormSubmitted, -1, formProperties, seenByGTM)
		default:
			v.page(1)
		}
	}
	if h.x.known && !h.lead && !h.signed && h.orders == 0 && v.acts > 1 && h.r.Float64() < 0.35 {
		h.lead = true
		v.tell(datasource.EventLeadCaptured, -1, leadProperties, seenByGTM|v.pixel())
	}
}

var formProperties, leadProperties = []byte(`{"form": "contact"}`), []byte(`{"form": "newsletter"}`)

// item is a product in a cart.
type item struct {
	product  int
	quantity int
	cents    int64 // each, as sold
}

// fill looks at products and puts some into the cart.
func (v *visit) fill() (cart []item, total int64) {
	h := v.h
	v.page(0)
	if h.r.Float64() < 0.3 {
		v.tell(datasource.EventSearchPerformed, -1, searchProperties[h.r.IntN(len(searchProperties))], seenByGTM|v.pixel())
	}
	n := 1
	for n < 5 && h.r.Float64() < 0.18+0.12*h.x.spends {
		n++
	}
	for i := range n {
		if h.r.Float64() < 0.4 {
			v.look(v.product())
		}
		p := v.product()
		if i == 0 {
			p = v.dearer(p)
		}
		v.look(p)
		one := item{product: p, quantity: 1, cents: v.price(p)}
		for one.quantity < 6 && h.r.Float64() < 0.04+0.07*h.x.spends {
			one.quantity++
		}
		v.tell(datasource.EventProductAdded, p, quantityProperties[one.quantity], seenByGTM|v.pixel(), one.cents*int64(one.quantity))
		cart = append(cart, one)
		total += one.cents * int64(one.quantity)
	}
	return cart, total
}

var quantityProperties = func() (out [8][]byte) {
	for i := 2; i < len(out); i++ {
		out[i] = []byte(`{"quantity": ` + strconv.Itoa(i) + `}`)
	}
	return out
}()

// leaveCart fills a cart and goes; one in three had begun to check out.
func (v *visit) leaveCart() {
	cart, total := v.fill()
	if v.h.only(datasource.Shopify) || v.h.r.Float64() < 0.35 {
		v.tell(datasource.EventCheckoutStarted, cart[0].product, nil, seenByShopify|seenByGTM|v.pixel(), total)
	}
}

// buy fills a cart and pays; now and then it comes back.
func (v *visit) buy() {
	h := v.h
	cart, total := v.fill()
	v.tell(datasource.EventCheckoutStarted, cart[0].product, nil, seenByShopify|seenByGTM|v.pixel(), total)
	if !h.signed && h.x.known {
		h.signed = true
		v.tell(datasource.EventSignedUp, -1, nil, seenByShopify|seenByGTM|v.pixel())
	}
	number := orderNumber(h.id, h.x.number, h.orders)
	if !v.tell(datasource.EventOrderCompleted, cart[0].product, orderProperties(number, cart), seenByShopify|seenByGTM|v.pixel(), total) {
		return
	}
	h.orders++
	if h.r.Float64() < 0.055 {
		back := total
		if len(cart) > 1 && h.r.Float64() < 0.6 {
			back = cart[0].cents * int64(cart[0].quantity)
		}
		returned := v.at.Add(time.Duration((72 + 500*h.r.Float64()) * float64(time.Hour))).Truncate(time.Millisecond)
		h.add(act{at: returned, typ: datasource.EventOrderRefunded, channel: v.channel, product: cart[0].product, cents: back, valued: true,
			props: []byte(`{"orderId": "` + number + `"}`), seen: h.refunds()})
	}
}

// refunds are told by the shop; where it is not connected, Tag Manager is told by hand.
func (h *history) refunds() uint8 {
	if h.shopify != 0 {
		return seenByShopify
	}
	return seenByGTM
}

func orderProperties(number string, cart []item) []byte {
	b := append(make([]byte, 0, 64+64*len(cart)), `{"orderId": "`...)
	b = append(append(b, number...), `", "items": [`...)
	for i, c := range cart {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(append(append(b, `{"product": "`...), catalogue[c.product].name...), `", "quantity": `...)
		b = append(strconv.AppendInt(b, int64(c.quantity), 10), `, "price": `...)
		b = append(strconv.AppendInt(b, c.cents/100, 10), '.', byte('0'+c.cents/10%10), byte('0'+c.cents%10), '}')
	}
	return append(b, "]}"...)
}

// product is one that this person may like: some are looked at much more than others.
func (v *visit) product() int {
	r := v.h.r
	among := byCategory[v.h.x.favourite]
	if r.Float64() < 0.45 {
		among = byCategory[r.IntN(categories)]
	}
	u := r.Float64()
	return among[int(u*u*float64(len(among)))]
}

// dearer is what someone who spends much takes instead.
func (v *visit) dearer(p int) int {
	for range int(v.h.x.spends) {
		if q := v.product(); catalogue[q].cents > catalogue[p].cents {
			p = q
		}
	}
	return p
}

// price is 20 % off in the sale.
func (v *visit) price(p int) int64 {
	if y, m, d := v.at.Date(); onSale(y, m, d) {
		return catalogue[p].cents * 80 / 100
	}
	return catalogue[p].cents
}

func (v *visit) page(depth int) {
	r := v.h.r
	props := pageProperties[0]
	switch {
	case depth > 0 && r.Float64() < 0.6:
		props = categoryProperties[r.IntN(categories)]
	case depth > 0 || r.Float64() < 0.5:
		props = pageProperties[r.IntN(len(pageProperties))]
	}
	v.tell(datasource.EventPageViewed, -1, props, seenByGTM|v.pixel())
}

func (v *visit) look(p int) { v.tell(datasource.EventProductViewed, p, nil, seenByGTM|v.pixel()) }

func (v *visit) pixel() uint8 {
	if v.ad {
		return seenByPixel
	}
	return 0
}

// tell adds an act of the visit and lets some time pass. It tells whether there was still time for it.
func (v *visit) tell(typ string, product int, props []byte, seen uint8, cents ...int64) bool {
	a := act{at: v.at, typ: typ, session: v.session, channel: v.channel, product: product, props: props, seen: seen, landing: v.acts == 0}
	if len(cents) > 0 {
		a.cents, a.valued = cents[0], true
	}
	if !v.at.Before(v.h.p.EndsAt) {
		return false
	}
	v.h.add(a)
	v.acts++
	v.at = v.at.Add(time.Duration(3_000+v.h.r.ExpFloat64()*38_000) * time.Millisecond)
	return true
}

// add keeps what some connected source saw, up to the end of the time we look at.
func (h *history) add(a act) {
	if a.seen &= h.witnesses; a.seen != 0 && a.at.Before(h.p.EndsAt) {
		a.person = h.index
		h.acts = append(h.acts, a)
	}
}
