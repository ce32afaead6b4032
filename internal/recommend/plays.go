package recommend

// A play is what PulseHub recommends for one standard segment: which channels in which order, what to say, and when.
type play struct {
	name      string
	goal      string // completes "to …"
	why       string // completes "… because …"; no figures
	advice    string // how to go about it; no figures
	prior     Prior
	unordered bool     // its members have not ordered, by definition
	trigger   *trigger // nil: sent at the segment's best hour
	messages  map[string]Message
	related   []string // segments worth a card beside this one
}

// trigger starts the message after an event, unless the customer ordered meanwhile.
type trigger struct {
	event  string
	words  string            // completes "2 hours after …"
	delays map[string]string // by channel
}

// Published order rates per message: Klaviyo, 2024 benchmark report. The median of all automated emails is 1.71 %, welcome
// emails are at 2.32 %. For carts, browsing and post-purchase the report gives revenue per recipient ($3.65, $1.07, $0.41;
// welcome $2.65), from which their rates follow in proportion.
var (
	cartPrior    = Prior{Rate: 0.0320, Weight: priorWeight, Source: "abandoned-cart emails across retail (about 3.2%, Klaviyo benchmark 2024)"}
	welcomePrior = Prior{Rate: 0.0232, Weight: priorWeight, Source: "welcome emails across retail (2.3%, Klaviyo benchmark 2024)"}
	flowPrior    = Prior{Rate: 0.0171, Weight: priorWeight, Source: "automated emails across retail (1.7%, Klaviyo benchmark 2024)"}
	browsePrior  = Prior{Rate: 0.0094, Weight: priorWeight, Source: "browse-reminder emails across retail (about 0.9%, Klaviyo benchmark 2024)"}
)

// Keys of the standard segments, in the order in which acting on them pays soonest.
var order = []string{
	"cart_abandoners", "at_risk_vips", "high_value_customers", "lapsed_customers",
	"potential_customers", "repeat_customers", "new_visitors", "engaged_users",
}

// Every SMS stays within one message of 160 characters with the longest usual first name and link, and says how to opt out.
var plays = map[string]play{
	"cart_abandoners": {
		name: "Bring back abandoned carts", goal: "finish the order they started",
		why:       "they chose products and stopped just before paying, so a prompt reminder reaches them while the wish is fresh",
		advice:    "Remind them soon and plainly, with the product they left and one button back to the cart. Keep discounts for those who do not answer the first reminder, or you teach people to wait for them.",
		unordered: true,
		prior:     cartPrior,
		trigger: &trigger{event: "product_added", words: "the cart was left, unless they bought", delays: map[string]string{
			"email": "4h", "push": "1h", "sms": "24h", "whatsapp": "24h",
		}},
		messages: map[string]Message{
			"email": {
				Subject: "{{ first_name | default: \"Hi\" }}, your cart is still here",
				Body:    "Hi {{ first_name | default: \"there\" }},\n\nYou left {{ cart.product | default: \"something good\" }} in your cart. We have kept it for you, so checking out takes less than a minute.\n\n[Finish my order]({{ cart.url }})\n\nQuestions about size, delivery or returns? Just reply to this email and a person will answer.\n\n{{ company_name }}",
			},
			"sms":      {Body: "{{ first_name | default: \"Hi\" }}, your cart at {{ company_name }} is saved: {{ cart.url }} Need help? Just reply. Opt out: STOP"},
			"push":     {Subject: "Still thinking it over?", Body: "{{ cart.product | default: \"Your cart\" }} is waiting. Pick up where you left off."},
			"whatsapp": {Body: "Hi {{ first_name | default: \"there\" }} 👋 You left {{ cart.product | default: \"something\" }} in your cart at {{ company_name }}. Shall we keep it for you? Finish here: {{ cart.url }}\n\nAnything unclear? Just write back. Reply STOP to opt out."},
		},
		related: []string{"potential_customers", "at_risk_vips", "lapsed_customers"},
	},
	"at_risk_vips": {
		name: "Keep VIPs who are slipping away", goal: "come back before they are gone",
		why:       "they have spent more than most and have gone quiet, and keeping one of them is worth more than winning several newcomers",
		advice:    "Write as a person, ask what is wrong, and offer access rather than a discount. Let someone read the replies.",
		unordered: true,
		prior:     flowPrior,
		messages: map[string]Message{
			"email": {
				Subject: "We miss you, {{ first_name | default: \"and we mean it\" }}",
				Body:    "Hi {{ first_name | default: \"there\" }},\n\nYou are one of our best customers, and we have not seen you for a while. Is it something we did? Hit reply and tell us, it goes straight to our team.\n\nIf you just have not found the time: here is early access to what is new, a day before everyone else.\n\n[See it first]({{ shop.url }})\n\nThank you for being with us,\n{{ company_name }}",
			},
			"sms":      {Body: "{{ first_name | default: \"Hi\" }}, early access for our best customers at {{ company_name }}: {{ shop.url }} Opt out: STOP"},
			"push":     {Subject: "Early access, just for you", Body: "See what is new before everyone else."},
			"whatsapp": {Body: "Hi {{ first_name | default: \"there\" }}, you are one of the people {{ company_name }} is here for, and we have missed you. New things arrive tomorrow; you can see them today: {{ shop.url }}\n\nTell us if something was not right. Reply STOP to opt out."},
		},
		related: []string{"high_value_customers", "lapsed_customers"},
	},
	"high_value_customers": {
		name: "Thank your best customers", goal: "order again, and feel valued",
		why:    "they already like what you sell and answer to recognition more than to discounts",
		advice: "Thank them and give them something others do not get: first pick, faster delivery, a person to talk to. Leave discounts out.",
		prior:  flowPrior,
		messages: map[string]Message{
			"email": {
				Subject: "A thank-you for our best customers",
				Body:    "Hi {{ first_name | default: \"there\" }},\n\nA small group of customers makes up a large part of what we do, and you are one of them. Thank you.\n\nAs a sign of it, you get first pick of our new arrivals and free express delivery on your next order. No code: it is already on your account.\n\n[Choose first]({{ shop.url }})\n\n{{ company_name }}",
			},
			"sms":      {Body: "Thank you, {{ first_name | default: \"friend\" }}! First pick of new arrivals at {{ company_name }}: {{ shop.url }} Opt out: STOP"},
			"push":     {Subject: "You get first pick", Body: "New arrivals, a day early, with free express delivery."},
			"whatsapp": {Body: "Hi {{ first_name | default: \"there\" }} ✨ A thank-you from {{ company_name }}: as one of our best customers you choose first from the new arrivals, with free express delivery: {{ shop.url }}\n\nReply STOP to opt out."},
		},
		related: []string{"at_risk_vips", "repeat_customers"},
	},
	"lapsed_customers": {
		name: "Win back lapsed customers", goal: "order again after a long pause",
		why:       "they bought before, so they need a reason to return rather than an introduction",
		advice:    "Show what has changed since they left and give one clear reason to return, with an end date. Stop after the second message without an answer.",
		unordered: true,
		prior:     browsePrior,
		messages: map[string]Message{
			"email": {
				Subject: "It has been a while, {{ first_name | default: \"friend\" }}",
				Body:    "Hi {{ first_name | default: \"there\" }},\n\nA lot has changed since your last order: new products, faster delivery, easier returns.\n\nCome and have a look. If you find something, take 10% off with the code WELCOMEBACK until {{ campaign.ends_on | default: \"Sunday\" }}.\n\n[See what is new]({{ shop.url }})\n\nNot interested any more? One click below and we will stop writing, no hard feelings.\n\n{{ company_name }}",
			},
			"sms":      {Body: "{{ first_name | default: \"Hi\" }}, 10% off your return to {{ company_name }} with WELCOMEBACK: {{ shop.url }} Opt out: STOP"},
			"push":     {Subject: "Look what is new", Body: "10% off your next order with WELCOMEBACK."},
			"whatsapp": {Body: "Hi {{ first_name | default: \"there\" }}, it has been a while! {{ company_name }} has new things you may like, and 10% off with WELCOMEBACK: {{ shop.url }}\n\nReply STOP to opt out."},
		},
		related: []string{"at_risk_vips", "cart_abandoners"},
	},
	"potential_customers": {
		name: "Turn browsers into first-time buyers", goal: "place a first order",
		why:       "they looked at products more than once without buying, which most often means a question is open",
		advice:    "Answer the question that kept them from buying: delivery, returns, size, trust. A review of the product they looked at does more than a coupon.",
		unordered: true,
		prior:     browsePrior,
		trigger: &trigger{event: "product_viewed", words: "they looked at a product, unless they bought", delays: map[string]string{
			"email": "24h", "push": "6h", "sms": "48h", "whatsapp": "48h",
		}},
		messages: map[string]Message{
			"email": {
				Subject: "Still looking at {{ last_viewed.product | default: \"that one\" }}?",
				Body:    "Hi {{ first_name | default: \"there\" }},\n\nYou had a look at {{ last_viewed.product | default: \"our shop\" }}. Three things people ask before they order:\n\n- **Delivery:** two to three days, tracked.\n- **Returns:** free for 30 days.\n- **Questions:** reply to this email, a person answers.\n\n[Have another look]({{ last_viewed.url | default: shop.url }})\n\n{{ company_name }}",
			},
			"sms":      {Body: "{{ first_name | default: \"Hi\" }}, free returns for 30 days at {{ company_name }}. Have another look: {{ shop.url }} Opt out: STOP"},
			"push":     {Subject: "Have another look?", Body: "{{ last_viewed.product | default: \"What you liked\" }} is in stock. Free returns for 30 days."},
			"whatsapp": {Body: "Hi {{ first_name | default: \"there\" }}, you looked at {{ last_viewed.product | default: \"our shop\" }}. Any question before you decide? Ask here, we answer. {{ shop.url }}\n\nReply STOP to opt out."},
		},
		related: []string{"cart_abandoners", "new_visitors"},
	},
	"repeat_customers": {
		name: "Give repeat customers a reason to stay", goal: "order once more, sooner",
		why:    "a habit is forming, and a well-timed suggestion is what keeps it",
		advice: "Suggest what goes with what they bought, near the time they usually reorder. Reward the habit rather than the basket.",
		prior:  flowPrior,
		messages: map[string]Message{
			"email": {
				Subject: "Picked for you, {{ first_name | default: \"as a regular\" }}",
				Body:    "Hi {{ first_name | default: \"there\" }},\n\nGoing by what you have bought, we think these will suit you.\n\n[Show me]({{ shop.url }})\n\nAnd because you keep coming back: delivery on your next order is on us.\n\n{{ company_name }}",
			},
			"sms":      {Body: "{{ first_name | default: \"Hi\" }}, picked for you at {{ company_name }}, free delivery: {{ shop.url }} Opt out: STOP"},
			"push":     {Subject: "Picked for you", Body: "Chosen by what you bought before. Delivery is on us."},
			"whatsapp": {Body: "Hi {{ first_name | default: \"there\" }}, good to have you as a regular! We picked a few things for you, and delivery is on {{ company_name }}: {{ shop.url }}\n\nReply STOP to opt out."},
		},
		related: []string{"high_value_customers", "engaged_users"},
	},
	"new_visitors": {
		name: "Welcome new visitors", goal: "place a first order",
		why:       "attention is highest in the first days, and a warm start decides whether they return",
		advice:    "Introduce yourself while they still remember the visit, and make the first order easy. One message, one thing to do.",
		unordered: true,
		prior:     welcomePrior,
		trigger: &trigger{event: "signed_up", words: "they signed up, unless they bought", delays: map[string]string{
			"email": "1h", "push": "24h", "sms": "48h", "whatsapp": "24h",
		}},
		messages: map[string]Message{
			"email": {
				Subject: "Welcome to {{ company_name }}",
				Body:    "Hi {{ first_name | default: \"there\" }},\n\nGood to have you here. In one minute: what we make, why people come back, and what to try first.\n\n[Start with the favourites]({{ shop.url }})\n\nYour first order comes with free delivery and 30 days to change your mind.\n\n{{ company_name }}",
			},
			"sms":      {Body: "Welcome to {{ company_name }}, {{ first_name | default: \"friend\" }}! Free delivery on your first order: {{ shop.url }} Opt out: STOP"},
			"push":     {Subject: "Welcome!", Body: "Start with our favourites. Free delivery on your first order."},
			"whatsapp": {Body: "Hi {{ first_name | default: \"there\" }}, welcome to {{ company_name }} 👋 Start with our favourites, delivery is free on the first order: {{ shop.url }}\n\nReply STOP to opt out."},
		},
		related: []string{"potential_customers", "engaged_users"},
	},
	"engaged_users": {
		name: "Make the most of engaged users", goal: "buy while they are paying attention",
		why:    "they come often, so news reaches them fast and a nudge costs little",
		advice: "Tell them first what is new, and give them a reason to act this week. They read you anyway, so keep it short.",
		prior:  flowPrior,
		messages: map[string]Message{
			"email": {
				Subject: "New this week",
				Body:    "Hi {{ first_name | default: \"there\" }},\n\nYou are here often, so you hear it first: new this week.\n\n[Take a look]({{ shop.url }})\n\nLove something? Save it, and we will tell you when it runs low.\n\n{{ company_name }}",
			},
			"sms":      {Body: "{{ first_name | default: \"Hi\" }}, new this week at {{ company_name }}, you hear it first: {{ shop.url }} Opt out: STOP"},
			"push":     {Subject: "New this week", Body: "Fresh arrivals. You hear it first."},
			"whatsapp": {Body: "Hi {{ first_name | default: \"there\" }}, new this week at {{ company_name }}, and you hear it first: {{ shop.url }}\n\nReply STOP to opt out."},
		},
		related: []string{"potential_customers", "repeat_customers"},
	},
}

// Aim is what a campaign for the segment is to achieve, as in "finish the order they started".
func Aim(segment string) string {
	if p, ok := plays[segment]; ok {
		return p.goal
	}
	return plays["engaged_users"].goal
}

// Advice is how to go about it, in two sentences.
func Advice(segment string) string {
	if p, ok := plays[segment]; ok && p.advice != "" {
		return p.advice
	}
	return plays["engaged_users"].advice
}
