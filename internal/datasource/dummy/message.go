package dummy

import (
	"time"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

// click is a visit that a message brings.
type click struct {
	at      time.Time
	channel string
}

// messages plays the newsletters and offers that someone who allows it got, about so many, spread over their time. It
// answers the visits that came of them. The shop's own tool sends them, so without Shopify there are none.
func (h *history) messages(about int) (clicks []click) {
	if h.shopify == 0 || about == 0 {
		return nil
	}
	var allowed []string
	for _, c := range []struct {
		name string
		ok   bool
		n    int
	}{{"email", h.x.ConsentEmail, 6}, {"sms", h.x.ConsentSMS, 2}, {"push", h.x.ConsentPush, 2}, {"whatsapp", h.x.ConsentWhatsApp, 1}} {
		for range c.n {
			if c.ok {
				allowed = append(allowed, c.name)
			}
		}
	}
	days := int(h.p.EndsAt.Sub(h.x.from).Hours() / 24)
	if len(allowed) == 0 || days < 2 {
		return nil
	}
	var dates []time.Time // Tuesdays and Thursdays at ten by their clock
	y, m, d := h.x.from.In(h.x.zone).Date()
	for i := 1; i <= days; i++ {
		at := time.Date(y, m, d+i, 10, 0, 0, 0, h.x.zone)
		if (at.Weekday() == time.Tuesday || at.Weekday() == time.Thursday) && at.Before(h.p.EndsAt) {
			dates = append(dates, at.UTC())
		}
	}
	step := max(1, len(dates)/about)
	for i := h.r.IntN(step); i < len(dates) && about > 0; i += step {
		about--
		channel := allowed[h.r.IntN(len(allowed))]
		if at, ok := h.message(dates[i].Add(time.Duration(h.r.IntN(600_000))*time.Millisecond), channel); ok {
			clicks = append(clicks, click{at, channel})
		}
	}
	return clicks
}

// How messages do: the share that is opened, and clicked of those opened (of those delivered where opens are not seen).
var opens = map[string]float64{"email": 0.34, "push": 0.12, "whatsapp": 0.68}
var clicksOf = map[string]float64{"email": 0.085, "sms": 0.06, "push": 0.55, "whatsapp": 0.12}

// message plays one message; ok tells that it was clicked.
func (h *history) message(at time.Time, channel string) (clicked time.Time, ok bool) {
	props := h.campaign(at, channel)
	tell := func(typ string, after time.Duration) {
		at = at.Add(after).Truncate(time.Millisecond)
		h.add(act{at: at, typ: typ, channel: channel, product: -1, props: props, seen: seenByShopify})
	}
	tell(datasource.EventMessageSent, 0)
	if channel == "email" && h.r.Float64() < 0.006 {
		tell(datasource.EventMessageBounced, time.Second)
		return at, false
	}
	tell(datasource.EventMessageDelivered, time.Duration(800+h.r.IntN(9_000))*time.Millisecond)
	if open, seen := opens[channel]; seen {
		if at.After(h.x.to) {
			open *= 0.4
		}
		if h.r.Float64() >= open {
			return at, false
		}
		tell(datasource.EventMessageOpened, time.Duration(h.r.ExpFloat64()*3.5*float64(time.Hour)))
	}
	if at.After(h.x.to) || h.r.Float64() >= clicksOf[channel] {
		return at, false
	}
	tell(datasource.EventMessageClicked, time.Duration(4_000+h.r.IntN(40_000))*time.Millisecond)
	return at.Add(2 * time.Second), true
}

// campaign names the mailing of that day. The names are made once a chunk.
func (h *history) campaign(at time.Time, channel string) []byte {
	key := channel + at.Format("2006-01-02")
	props, ok := h.campaigns[key]
	if !ok {
		kind := "Newsletter "
		if channel != "email" {
			kind = "Offer "
		}
		props = []byte(`{"campaign": "` + kind + at.Format("2006-01-02") + `"}`)
		h.campaigns[key] = props
	}
	return props
}
