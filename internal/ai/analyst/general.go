package analyst

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
)

func zoneOrUTC(a *analytics.Analysis) *time.Location {
	if a == nil {
		return time.UTC
	}
	return zoneOf(a)
}

// general answers small talk, what PulseHub can do, and marketing knowledge. It uses none of the workspace's data.
func general(w *writer, req ai.Request) {
	r := read(req.Question, newCalendar(req.Now, time.UTC))
	text := strings.Join(r.words, " ")
	if topic, ok := topicOf(text); ok && (r.has(tKnowledge, tDefine, tConcept, tHowTo, tShould, tGoal, tSuggest, tWrite) || len(r.words) < 5) {
		w.say("%s", topic.text)
		if topic.ask != "" && req.WorkspaceID != uuid.Nil {
			w.paragraph("For your own figures, ask: “%s”", topic.ask)
		}
		return
	}
	switch {
	case r.has(tThanks) && !r.has(tCapability):
		w.say("Glad to help. Ask me anything else about your customers or your next campaign.")
	case r.has(tSupport):
		w.say("PulseHub reads customer data from Shopify, Google Tag Manager, Facebook Pixel and any client that speaks Segment's HTTP API, and it is made for email, SMS, push and WhatsApp campaigns.")
		w.paragraph("You can also start with demo data, without connecting anything: sign in, open **Data**, and choose **Try with demo data**.")
	case strings.Contains(text, "cost") || strings.Contains(text, "free") || strings.Contains(text, "pricing"):
		w.say("I know nothing about prices; whoever runs this PulseHub can tell you. Trying it with demo data needs no more than an account.")
	case strings.Contains(text, "safe") || strings.Contains(text, "my data"):
		w.say("Your data stays in your own workspace: no query crosses from one workspace to another, and passwords and tokens are never shown. The built-in analyst, which is talking to you, sends nothing to anyone.")
	case strings.Contains(text, "account") && r.has(tCapability):
		w.say("For general questions you need no account. For answers from your own customers you do: it takes a moment, and you can try everything with demo data.")
	case r.has(tGreeting) && len(r.words) <= 6:
		w.say("Hello! ")
		capabilities(w, req)
	case r.has(tCapability, tProduct) || r.has(tGreeting):
		capabilities(w, req)
	default:
		w.say("That is outside what I know. I am a marketing analyst: I answer from your customer data, and on marketing in general.")
		w.paragraph("Try one of these:\n%s", examples(req))
	}
}

func capabilities(w *writer, req ai.Request) {
	w.say("I answer questions about your customers from your own data, and I propose campaigns: the right people, channel, message and time, each with the numbers behind it.")
	w.paragraph("For example:\n%s", examples(req))
	if req.WorkspaceID == uuid.Nil {
		w.paragraph("Those need you to sign in. Questions on marketing in general, such as “What is a good open rate?”, I answer right away.")
	} else if req.Analysis == nil {
		w.paragraph("There is no data in your workspace yet. Open **Data** and choose **Try with demo data** to see it work.")
	}
}

func examples(ai.Request) string {
	return "\n- Which customers abandoned their carts this week and how do I win them back?" +
		"\n- What was our revenue last month, by day?" +
		"\n- Which channel brings the most revenue?" +
		"\n- What campaign should I run next?"
}

// A topic is a piece of marketing knowledge, found by words that a question must hold (each group: any of them).
type topic struct {
	all  [][]string
	text string
	ask  string
}

// topicOf is the topic most of whose words the question holds; an earlier one wins a tie.
func topicOf(text string) (topic, bool) {
	padded := " " + text + " "
	best, score := topic{}, 0
	for _, t := range topics {
		n := 0
		for _, group := range t.all {
			found := false
			for _, w := range group {
				found = found || strings.Contains(padded, " "+w+" ")
			}
			if !found {
				n = 0
				break
			}
			n++
		}
		if n > score {
			best, score = t, n
		}
	}
	return best, score > 0
}

// topics is what every email marketer should know. Words are in their singular, as words() gives them.
var topics = []topic{
	{[][]string{{"win", "winback"}, {"write", "word", "draft", "email", "campaign"}},
		"A good win-back email is short and gives one reason to return:\n\n1. **Subject:** name the pause without blame, for example “It has been a while, Anna”.\n2. **Opening:** say what has changed since their last order: new products, faster delivery, easier returns.\n3. **One offer, one end date:** a code with a date works better than a standing discount.\n4. **One button,** straight to the shop.\n5. **An honest way out:** let those leave who want to. It keeps your list healthy.\n\nSend it once, follow up once, then stop.",
		"How do I win back lapsed customers?"},
	{[][]string{{"open"}, {"rate"}},
		"**A good open rate for marketing email is 35 to 45%;** automated messages such as welcome or cart emails reach 50% and more. Read it with care: Apple's Mail Privacy Protection opens messages by machine and inflates it. Clicks and orders per message are the better guide.",
		"How many customers can I reach by email?"},
	{[][]string{{"click"}, {"rate", "through"}},
		"**A click rate of 1.5 to 3% of delivered emails is common for newsletters,** and automated emails reach about 5%. One clear button raises it more than any design.", ""},
	{[][]string{{"conversion"}},
		"**The conversion rate is orders divided by visits.** Online shops commonly see 1.5 to 3.5%; phones convert lower than desktops, and returning customers far higher than newcomers. Compare yourself with your own last month before anyone else.",
		"What is our conversion rate?"},
	{[][]string{{"abandonment", "abandoned"}, {"email", "message", "sms"}},
		"An abandoned-cart email reminds people of what they left, soon and without pressure. Send the first within one to four hours, with the product and one button back to the cart; a second after a day, answering the usual doubts about delivery and returns. Keep discounts for those who did not react to the first.",
		"Which customers abandoned their carts this week and how do I win them back?"},
	{[][]string{{"abandonment", "abandoned"}},
		"**Cart abandonment** is when someone puts products in their cart and leaves without ordering. About 70% of carts end that way (Baymard Institute), most because the person was only looking, or because delivery cost more than expected. A prompt reminder brings some of them back.",
		"How many people abandoned their cart in the last 7 days?"},
	{[][]string{{"lifetime", "ltv", "clv"}},
		"**Customer lifetime value** is what a customer brings over all the time they buy from you: average order × orders per year × years. Compare it with what it costs to win a customer; three times as much is a healthy rule of thumb.",
		"What is our customer lifetime value?"},
	{[][]string{{"rfm"}},
		"**RFM** sorts customers by Recency (how long since the last order), Frequency (how many orders) and Monetary value (how much). Those high in all three are your best; high in value and low in recency are the ones you are about to lose, and worth writing to first.",
		"Who are my at-risk VIPs?"},
	{[][]string{{"ab", "a"}, {"testing", "test", "split"}, {"b", "testing", "test"}},
		"An **A/B test** sends two versions to random groups and compares a result you chose beforehand. Change one thing at a time, decide on the number of people before you start, and do not stop early because one side is ahead. If the interval of the difference includes zero, there is no winner, and that is a valid result.", ""},
	{[][]string{{"holdout"}},
		"A **holdout** is a random part of the audience that gets no message. The difference in orders between it and the others is what the campaign really brought; without it you count people who would have bought anyway.", ""},
	{[][]string{{"subject", "headline"}},
		"Subject lines that work are specific and short:\n\n- Say what is inside, in 30 to 50 characters; phones cut off the rest.\n- Put the most telling word first.\n- Use a name or product when you have it, and never fake a “Re:”.\n- An emoji is fine when it replaces a word; it does not rescue a dull line.\n- Test two versions on a part of your list, and judge by clicks rather than opens.", ""},
	{[][]string{{"emoji"}},
		"One emoji can make a subject stand out, several look like spam. Their effect differs by audience, so test it on a part of your list and judge by clicks.", ""},
	{[][]string{{"gdpr", "legal", "law", "consent", "opt", "allowed", "spam"}, {"gdpr", "legal", "law", "consent", "double", "allowed", "can"}},
		"In the EU you need **consent** for marketing messages, freely given and provable, and every message needs a way to opt out. Double opt-in is not written into the GDPR, but it is the usual proof, and in Germany courts expect it. For existing customers, email about similar products can be allowed without it if they could object when you took the address. This is general knowledge and no legal advice.",
		"How many customers gave consent?"},
	{[][]string{{"spam", "deliverability", "inbox", "reputation"}},
		"To stay out of the spam folder:\n\n- Authenticate your domain with SPF, DKIM and DMARC.\n- Write only to people who asked for it, and drop those who have not opened or clicked in six months.\n- Offer one-click unsubscribe; a complaint hurts far more than a goodbye.\n- Keep complaints under 0.1% and raise the volume of a new domain slowly.", ""},
	{[][]string{{"dkim", "spf", "dmarc"}},
		"**SPF** lists the servers that may send for your domain, **DKIM** signs each message, and **DMARC** tells receivers what to do when neither fits. Large mailbox providers ask for all three from bulk senders.", ""},
	{[][]string{{"often", "frequency"}},
		"Once a week is a good rhythm for a newsletter; more if each one is worth opening. Watch unsubscribes per send: when they rise, you write too often or to too many. Triggered messages (cart, welcome) do not count against it, but cap what one person gets in a week.", ""},
	{[][]string{{"time", "hour", "day", "when"}, {"send", "open", "email", "newsletter"}},
		"In general people open email on weekdays, mid-morning and in the early evening; but audiences differ more than hours do. Sending at each person's own usual hour beats any fixed time.",
		"When are my customers most active?"},
	{[][]string{{"sms", "text"}},
		"SMS is read within minutes, so keep it for what is urgent or personal: a cart reminder, a delivery, an early access. Stay within 160 characters, say who you are, put one link, name the way out (“Opt out: STOP”), and never write at night.",
		"How many customers can I reach by SMS?"},
	{[][]string{{"push"}},
		"A push notification has one line to earn the tap: about 40 characters of title, 90 of text, one action. Send it within an hour of what it refers to. Those who are bothered switch all of it off, so send few.",
		"How many customers can I reach by push?"},
	{[][]string{{"whatsapp"}},
		"WhatsApp is a conversation: write as a person, expect replies and have someone answer. It needs the person's opt-in, and the first message must be a template that Meta approved. Used for carts and service it works very well; used as a newsletter it is blocked quickly.",
		"How many customers can I reach by WhatsApp?"},
	{[][]string{{"churn"}},
		"**Churn** is the share of customers who stop buying in a period: customers lost ÷ customers at the start. A shop without subscriptions has to choose when someone counts as lost, often two to three times their usual gap between orders.",
		"How many lapsed customers do we have?"},
	{[][]string{{"retention"}},
		"**Retention** is the share of customers of one period who buy again in a later one. It rises most with a good second order: write two to three weeks after the first, with what goes with it.",
		"How many repeat customers do we have?"},
	{[][]string{{"aov", "order"}, {"aov", "value", "average"}},
		"**Average order value** is revenue divided by orders. Bundles, a free-delivery threshold slightly above it, and suggestions in the cart raise it.",
		"What is our average order value?"},
	{[][]string{{"segmentation", "segment", "audience", "cohort"}},
		"A **segment** is a group of customers who share something that matters for what you say to them: what they did, how recently, what they are worth. An audience is the segment a campaign is sent to. Start with behaviour (left a cart, bought twice, went quiet); it tells more than age or city.",
		"Which segments do I have?"},
	{[][]string{{"lookalike"}},
		"A **lookalike audience** is people an ad platform finds because they resemble a list you give it. Give it your best customers rather than all of them.",
		"Who are my best customers?"},
	{[][]string{{"welcome"}},
		"A great **welcome email** arrives within minutes, says who you are and what to expect, and asks for one thing: a first look, a first order, a preference. It is the most-read message you will ever send, so do not waste it on a bare “thank you”.",
		"How many new visitors did we get this week?"},
	{[][]string{{"loyalty", "referral"}},
		"Loyalty programmes pay when the reward comes soon enough to matter: a benefit at the second order beats points for the tenth. Reward what you want more of (coming back, recommending), not what happens anyway.",
		"How many repeat customers do we have?"},
	{[][]string{{"nps", "promoter"}},
		"**Net Promoter Score** asks how likely people are to recommend you, from 0 to 10: share of 9–10 less share of 0–6. Follow its course over time and read the comments; the number alone says little.", ""},
	{[][]string{{"journey", "lifecycle", "automation", "flow"}},
		"**Marketing automation** sends a message because of what a person did, not because it is Tuesday. The five to start with: welcome, left cart, looked without buying, thank-you after the first order, win-back.",
		"What campaign should I run next?"},
	{[][]string{{"kpi", "metric"}},
		"The figures to follow for email: **delivered**, **clicks** (rather than opens), **orders per message**, **unsubscribes** and **complaints**. For the shop: revenue, conversion rate, average order, share of repeat customers.",
		"Give me an overview of my business"},
	{[][]string{{"cdp", "platform"}},
		"A **customer data platform** collects what customers do from all sources, joins it into one profile per person, and makes groups of them usable in campaigns. PulseHub does that, and answers questions about it.", ""},
	{[][]string{{"funnel"}},
		"A **funnel** is the steps from a visit to an order, with how many people reach each. Work on the step that loses most people, as every step after it gains too.",
		"Where do we lose people in checkout?"},
	{[][]string{{"utm"}},
		"**UTM parameters** are tags on a link (source, medium, campaign) that tell your analytics where a visit came from. Use lower case and one naming scheme, or the same channel shows up five times.", ""},
	{[][]string{{"personalisation", "personalization"}},
		"**Personalisation** that works uses what people did (the product they looked at, their size, their last order) rather than only their first name. Always give a fallback for what you do not know.", ""},
	{[][]string{{"discount", "coupon", "voucher"}},
		"Give discounts for a reason and with an end date. First try what costs nothing: answering doubts, free returns, early access. A discount that everybody gets every month is a lower price.", ""},
	{[][]string{{"newsletter"}},
		"A newsletter is worth its place when readers would miss it: one theme, one main action, useful even to those who do not buy. Keep a fixed rhythm.", ""},
}
