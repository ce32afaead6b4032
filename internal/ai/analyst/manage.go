package analyst

import (
	"slices"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

// recommend answers with campaign cards: the asked segment and its relatives, or every promising one.
func (t *turn) recommend() error {
	asked := t.req.Intent.Entities.Segment
	limit := 4
	if r := read(t.req.Question, t.cal); r.has(tAll) {
		limit, asked = 0, ""
	} else if asked != "" {
		limit = 3
	}
	keys := recommend.Pick(t.an, asked, limit)
	if asked != "" {
		if err := t.leadWithSegment(asked); err != nil {
			return err
		}
		if s, ok := segmentNamed(t.an, asked); !ok || s.Size == 0 {
			keys, asked = slices.DeleteFunc(keys, func(k string) bool { return k == asked }), ""
			if len(keys) > 0 {
				t.w.say(" These related groups do have people in them:")
			}
		}
	} else if len(keys) > 0 {
		t.leadWithAll(keys)
	}
	cards := t.cards(keys)
	switch {
	case cards == 0 && t.req.Intent.Entities.Channel != "":
		t.w.paragraph("Nobody in these groups can be reached by %s: that takes consent and an address. Ask again without the channel, and I will look at the others.", channelName(t.req.Intent.Entities.Channel))
	case cards == 0:
		t.w.paragraph("There is nobody to write to yet: no standard segment has people who can be reached. Once more customers have given consent on a channel, ask again.")
	case asked != "":
		t.w.paragraph("The first card is for the people you asked about; check its message, then its timing. Expected results are estimates until a campaign has been measured.")
	default:
		t.w.paragraph("The cards are in the order in which acting pays soonest. Expected results are estimates until a campaign has been measured.")
	}
	return t.ctx.Err()
}

func (t *turn) cards(keys []string) int {
	n := 0
	for _, key := range keys {
		card, ok := recommend.Build(recommend.BuildInput{
			TurnID: t.req.TurnID, Index: n, Analysis: t.an, Draft: recommend.Draft{Segment: key},
			Channel: t.req.Intent.Entities.Channel, Learned: t.req.Learned, Provider: Name, Now: t.req.Now,
		})
		if !ok || t.ctx.Err() != nil {
			continue
		}
		t.w.sink.Card(n, card)
		n++
	}
	return n
}

// leadWithSegment opens with the asked group: how many, what is at stake, who, and how to win them.
func (t *turn) leadWithSegment(key string) error {
	s, ok := segmentNamed(t.an, key)
	if !ok {
		t.w.say("This workspace has no segment of that kind yet.")
		return nil
	}
	if err := t.segmentHead(s); err != nil {
		return err
	}
	if s.Size > 0 {
		t.w.paragraph("**The aim: %s.** %s", recommend.Aim(key), recommend.Advice(key))
	}
	return nil
}

func (t *turn) leadWithAll(keys []string) {
	s, _ := segmentNamed(t.an, keys[0])
	q := t.an.Queries["segments"]
	t.w.say("Start with **%s**: %s %s", s.Name, t.w.count(s.Size, "People in "+s.Name, q), people(s.Size))
	if s.CartValue.IsPositive() {
		t.w.say(" with %s in open carts", t.w.money(s.CartValue, "Open carts of "+s.Name, q))
	} else if s.Revenue.IsPositive() {
		t.w.say(" who have spent %s so far", t.w.money(s.Revenue, "Revenue of "+s.Name, q))
	}
	t.w.say(".")
	if len(keys) == 1 {
		t.w.say(" It is the only group with people in it right now.")
		return
	}
	t.w.say(" Then:\n")
	for _, key := range keys[1:] {
		s, _ := segmentNamed(t.an, key)
		t.w.say("\n- **%s**, %s %s: %s", s.Name, t.w.count(s.Size, "People in "+s.Name, q), people(s.Size), recommend.Aim(key))
	}
}

// campaigns answers what is asked of campaigns with the card that such a campaign would start from.
func (t *turn) campaigns() error {
	switch t.req.Intent.Action {
	case chat.ActionCreate:
		t.w.say("Here is a draft to start from: audience, message and timing are filled in from your data.")
		keys := recommend.Pick(t.an, t.req.Intent.Entities.Segment, 1)
		if t.cards(keys) == 0 {
			t.w.paragraph("It has no card, because nobody in that group can be reached yet.")
			return nil
		}
		t.w.paragraph("Nothing is sent from this chat. Use the card to create the campaign when you are happy with it.")
	case chat.ActionView:
		t.w.say("Campaigns are listed under **Campaigns**, with their status and results.")
		t.w.paragraph("From here I can recommend the next one. Ask, for example, “What campaign should I run next?”")
	default:
		t.w.say("Changing a campaign is done on its page under **Campaigns**, so that nothing is paused, sent or deleted by a misread sentence.")
		t.w.paragraph("I can recommend campaigns, write their messages and tell you who would get them.")
	}
	return nil
}

// segments lists the standard segments.
func (t *turn) segments() {
	if t.req.Intent.Action != chat.ActionView {
		t.w.say("Segments are made and changed under **Audience**; from this chat I only read them.")
		t.w.paragraph("These always exist, and I can answer questions about them:")
	} else {
		t.w.say("Your workspace has %s standard segments. They are always up to date.", t.w.count(int64(len(t.an.Segments)), "Standard segments", t.an.Queries["segments"]))
	}
	t.segmentTable()
}

func (t *turn) segmentTable() {
	table := ai.Table{
		Key: "segments", Title: "Segments", Query: t.an.Queries["segments"],
		Columns: []ai.Column{{Label: "Segment", Align: "left"}, {Label: "Who", Align: "left"}, {Label: "People", Align: "right"}, {Label: "Share", Align: "right"}, {Label: "Email", Align: "right"}, {Label: "SMS", Align: "right"}},
	}
	for _, s := range t.an.Segments {
		table.Rows = append(table.Rows, []string{s.Name, s.Criteria, recommend.Count(s.Size), recommend.Percent(s.Share), recommend.Count(s.ReachableEmail), recommend.Count(s.ReachableSMS)})
	}
	t.w.sink.Table(table)
}

func segmentNamed(a *analytics.Analysis, key string) (analytics.Segment, bool) {
	i := slices.IndexFunc(a.Segments, func(s analytics.Segment) bool { return s.Key == key })
	if i < 0 {
		return analytics.Segment{}, false
	}
	return a.Segments[i], true
}

func channelName(c string) string {
	switch c {
	case "sms":
		return "SMS"
	case "whatsapp":
		return "WhatsApp"
	case "push":
		return "push notification"
	}
	return c
}

func noData(w *writer, req ai.Request) {
	switch req.Intent.Name {
	case chat.IntentRecommendation:
		w.say("I cannot recommend a campaign yet, because there is no data in this workspace.")
	default:
		w.say("I cannot answer that yet, because there is no data in this workspace.")
	}
	w.paragraph("**To try it now**, open **Data** and choose **Try with demo data**: it makes a shop's worth of customers, visits and orders, clearly marked, and you can remove it in one click. Then ask me again.")
	if req.Intent.Name == chat.IntentRecommendation {
		w.paragraph("Meanwhile I can help with marketing in general, for example how to write a win-back email.")
	}
}

func dataSources(w *writer, req ai.Request) {
	r := read(req.Question, newCalendar(req.Now, zoneOrUTC(req.Analysis)))
	switch {
	case r.has(tDemo) && req.Intent.Action == chat.ActionDelete:
		w.say("Open **Data** and choose **Remove demo data**. It removes demo customers and events in one go and leaves everything else alone.")
	case r.has(tDemo):
		w.say("Open **Data** and choose **Try with demo data**. Pick a size and watch it load; it is clearly marked and can be removed in one click.")
		w.paragraph("Once it is there, ask me “Which customers abandoned their carts this week and how do I win them back?”")
	default:
		name := map[string]string{"shopify": "Shopify", "gtm": "Google Tag Manager", "facebook_pixel": "Facebook Pixel"}[req.Intent.Entities.Source]
		if name == "" {
			name = "data sources"
		}
		w.say("Connecting, syncing and removing %s is done under **Data**, where you also see each source's state. I do not change them from this chat.", name)
	}
	if a := req.Analysis; a != nil && len(a.Overview.EventsBySource) > 0 {
		w.paragraph("So far your workspace has %s events:", w.count(a.Overview.Events, "Events", a.Queries["overview"]))
		w.say("\n")
		for _, s := range a.Overview.EventsBySource {
			w.say("\n- %s: %s", sourceName(s.Name), w.count(s.Count, "Events from "+sourceName(s.Name), a.Queries["overview"]))
		}
	}
}

func sourceName(s string) string {
	switch s {
	case "gtm":
		return "Google Tag Manager"
	case "facebook_pixel":
		return "Facebook Pixel"
	case "shopify":
		return "Shopify"
	case "http":
		return "Ingest API"
	}
	return s
}

func account(w *writer, req ai.Request) {
	r := read(req.Question, newCalendar(req.Now, zoneOrUTC(req.Analysis)))
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return slices.Contains(r.words, word) })
	}
	switch {
	case has("password"):
		w.say("Change your password under **Settings → Profile**. You need the present one; every other device is logged out afterwards.")
	case has("out", "logout", "device", "session"):
		w.say("Under **Settings → Sessions** you see every device you are logged in on, and can log out any of them. **Log out** in the menu ends this one.")
	case req.Intent.Action == chat.ActionDelete:
		w.say("I do not delete accounts from this chat. Your account is under **Settings**.")
	default:
		w.say("Your name, email address and workspace are under **Settings → Profile**. For your safety I neither show nor change them from this chat.")
	}
	w.paragraph("Anything about your customers or campaigns you can ask me right here.")
}
