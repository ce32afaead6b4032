package analyst

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/chat"
)

// labelled is real-sounding questions under the intent that a person gave them. "a > b" is a conversation: b is asked after a.
var labelled = map[chat.IntentName][]string{
	chat.IntentGeneral: {
		"good evening", "what's your name?", "what is the difference between an open rate and a click rate",
		"how do I improve email deliverability?", "when should a welcome email be sent", "is SMS marketing worth it?",
		"give me an example of a win-back subject line", "translate hello to French", "what kinds of questions can you answer",
		"what does lapsed mean?",
		"hey there, who am I talking to?", "What is segmentation and why does it matter?",
		"what's considered a healthy unsubscribe rate?", "how do I come up with good subject lines?",
		"Which is better, SMS or email?", "can you tell me a story", "what does CTR stand for",
		"whats the best day of the week to send emails in general", "how many emails per week is too many?",
		"do you speak German?", "that's great, thank you so much", "what are cart abandonment best practices",
		"how does web push work?", "what can PulseHub do for me?", "is there a mobile app?",
		"explain what a conversion funnel is",
		"hey, who built you?", "What languages do you speak?", "whats a lookalike audience",
		"how does email segmentation work", "What's a typical cart abandonment rate in fashion?",
		"Should I use emojis in subject lines?", "can you explain what a holdout group is",
		"Is WhatsApp marketing allowed in Germany?", "what time of day do people usually open emails?",
		"how do loyalty programs work", "ok thanks bye", "What makes a great welcome email?", "write a poem about the sea",
		"who won the world cup in 2014", "what are the main email marketing KPIs?",
		"hi", "Hello there!", "thanks, that helps a lot", "Good morning", "how are you?",
		"What can you do?", "Who are you?", "what is pulsehub", "How does PulseHub work?", "How much does it cost?",
		"Do I need an account to use this?", "Is this free?", "Which data sources do you support?", "Do you integrate with Klaviyo?",
		"What is a good open rate?", "what's a good conversion rate for ecommerce", "How do I write a win-back email?",
		"Give me tips for better subject lines", "What are best practices for SMS marketing?", "What is cart abandonment?",
		"What is customer lifetime value?", "explain RFM segmentation", "What's the difference between a segment and an audience?",
		"How often should a brand send newsletters?", "Is double opt-in required under GDPR?", "How is churn rate calculated?",
		"what is A/B testing", "what does AOV mean", "What's the average open rate in retail in general?", "Do emojis in subject lines help?",
		"How do I keep my emails out of the spam folder in general?", "how long should a push notification be?",
		"tell me a joke", "what's the weather like today?", "What is the capital of France?", "Can you write python code?",
		"how can you help me?", "what should I ask you?", "Is my data safe with you?", "What is an abandoned cart email?",
	},
	chat.IntentDataQuestion: {
		"how many new visitors this week", "revenue by month for 2026", "what did we sell yesterday",
		"show me the top 5 products of last quarter", "how many of our customers are VIPs",
		"conversion rate last week compared to the week before", "who are the lapsed customers",
		"any change in traffic since Monday?", "what's my average order value by channel",
		"how many refunds did we issue in october", "when do people abandon carts the most", "how is email performing",
		"number of people I can text", "give me a breakdown of revenue by channel",
		"what were sales like in September", "total orders this year", "biggest customers?",
		"how many people bought something last week", "show revenue trend for the past 6 months",
		"which source sends us the most traffic?", "number of abandoned checkouts yesterday", "who bought more than once",
		"how's revenue looking", "what time do our customers usually shop?", "did sales go up after black friday last year?",
		"how many subscribers can get push notifications", "what is the value of our average cart",
		"average spend per customer this quarter", "list my inactive customers", "sales by channel this month vs last month",
		"how many visitors convert", "what share of revenue comes from repeat customers", "where are people dropping off",
		"which items sell worst", "tell me about our VIP customers", "Are more people abandoning carts than last month?",
		"orders yesterday?", "how many people haven't come back since summer", "what was our best month",
		"how did we do last week", "Sales numbers for October please", "top customers by spend", "orders by country",
		"How many carts are open right now?", "what's the value of abandoned carts this month", "are we growing?",
		"is traffic down since Friday?", "how much do VIPs spend on average", "which hour of the day do most orders happen",
		"Who hasn't bought in 6 months?", "what does our funnel look like",
		"how many people visited from instagram last month", "give me yesterday's numbers",
		"what were the best days for sales in november", "which products get added to cart but not bought",
		"how many new customers did we get this quarter", "conversion rate by channel", "do people buy more on weekends",
		"revenue today vs yesterday", "what's our churn", "how many shoppers reached checkout but left?",
		"how much money are we leaving in abandoned carts?", "list customers at risk of churning",
		"Which of my customers can be contacted by WhatsApp?",
		"How many customers do we have?", "What was our revenue last month?", "revenue this week", "How much did we make yesterday?",
		"Show me sales by day for the last 30 days", "What are my top 10 products?", "best selling products this month",
		"Which channel brings the most revenue?", "Where do my customers come from?", "Compare this month to last month",
		"How does this week's revenue compare with last week?", "What's our conversion rate?", "show the funnel",
		"Where do we lose people in checkout?", "How many people abandoned their cart in the last 7 days?",
		"Which customers abandoned their carts this week?", "who are my best customers", "How many VIPs do we have?",
		"How big is the lapsed segment?", "What's the average order value?", "Why did sales drop last week?",
		"are orders going up or down", "How many visitors did the site get on Monday?", "how many orders came from Shopify in October?",
		"when are my customers most active?", "What's the best time to email my customers?", "How many customers can I reach by SMS?",
		"how many people signed up since January?", "Give me an overview of my business", "How is my shop doing?",
		"What's our refund rate?", "how many events did we track today", "revenue per channel last quarter",
		"Which customers spent the most this year?", "How many first time visitors came yesterday?", "list my at-risk VIPs",
		"What percentage of visitors buy something?", "Show revenue for Q3 2026", "how many active customers last 30 days",
		"did we sell more this november than last november?", "how many repeat buyers are there", "wie viele Kunden haben wir?",
		"what share of our customers opted in to whatsapp", "Total sales between 1 March and 15 March",
		"how did my last campaign perform?", "What is the open rate of our last newsletter?", "revnue last mont", "how many custmers abandonned their cart",
		"Show me a chart of daily orders", "which product has the most refunds", "what's driving our growth?", "plot visits vs orders this year",
		"How much revenue did email bring in?", "what happened to our traffic on black friday?",
	},
	chat.IntentRecommendation: {
		"how should I win back customers who left their baskets", "what's a good campaign for my repeat customers",
		"who do I contact first and with what?", "draft a message to people who abandoned checkout",
		"how could we get more repeat orders", "what should we do for Black Friday", "suggest an audience for a flash sale",
		"I want to re-engage dormant customers", "help me keep my best customers happy", "how do I stop losing VIPs",
		"next steps to increase revenue?",
		"how can i get lapsed buyers to come back?", "what would you send to our VIPs", "Any campaign ideas for the holidays?",
		"I'd like to send something to people who left their carts, what do you suggest?",
		"who should we email this week and why", "help me sell more to existing customers",
		"what's the smartest thing I can do to grow sales right now?", "give me a win-back plan",
		"write a whatsapp for cart abandoners", "Which customers are at risk of leaving and what should I offer them?",
		"turn my first time buyers into regulars", "need ideas to reduce churn",
		"how to re-engage customers who have not purchased in 3 months", "should we send a discount to at-risk VIPs?",
		"find people worth messaging and tell me what to say", "recommend the best channel and time for a VIP campaign",
		"recommendations for all segments please", "show me campaign recommendations", "make me an offer for repeat customers",
		"What can I do about abandoned carts?",
		"what can we do to win back people that stopped buying", "give me 3 ideas to sell more this weekend",
		"got any suggestions for reaching new visitors", "Who should get a discount?",
		"how can we get one-time buyers to purchase again", "I need a plan to grow revenue",
		"what's the best way to reach my lapsed customers", "come up with a whatsapp message for our best buyers",
		"we are losing VIPs, what now?", "help me recover abandoned carts", "Which audience is worth messaging today?",
		"make a win back plan for inactive customers", "what should my next email be about",
		"how do i get more orders from existing customers", "show me what to send to repeat buyers",
		"best campaign for people who viewed products but didn't buy?", "compose a text for cart abandoners",
		"sales are down, what should we do?", "what do I do with people who left their carts?",
		"Which customers abandoned their carts this week and how do I win them back?", "How do I win back lapsed customers?",
		"What campaign should I run next?", "Recommend campaigns for my shop", "suggest something for our VIPs",
		"Give me campaign ideas for Black Friday", "How can I increase repeat purchases?", "what should I send to cart abandoners?",
		"How do we bring back customers who haven't bought in 90 days?", "Who should I target this week?",
		"What should I do about my at-risk VIPs?", "how do I get first-time visitors to buy?", "Write an email for cart abandoners",
		"draft an SMS to lapsed customers", "How can I boost sales this month?", "how can we reduce cart abandonment?",
		"What would bring them back?", "which segment should we focus on?", "Recommend a campaign for every segment",
		"What offer should we make to repeat customers?", "how do I turn window shoppers into buyers?",
		"Any ideas to re-engage inactive customers?", "How should I reach out to our best customers?",
		"I want to win back people who left items in their basket", "plan a campaign strategy for Q4 for us",
		"What's the next best action for my business?", "How do I keep my VIPs from churning?", "help me convert prospects",
		"sugest a campain for lapsed custmers", "what message would work for engaged users?", "how do I make more money from existing customers?",
		"What could I send on WhatsApp to high-value customers?", "What do you recommend?", "Retarget everyone who viewed but never bought",
		"how can i improve our conversion rate", "Which campaign would make the most revenue?",
		"write me a push notification for new visitors", "how do I retain my loyal customers", "who abandoned a cart this week, and what would bring them back?",
	},
	chat.IntentCampaignManagement: {
		"launch it now", "show me all campaigns I have", "set up a welcome flow", "pause all running campaigns",
		"schedule a push notification for tomorrow morning",
		"start the campaign now", "build a campaign for new visitors", "stop sending the summer newsletter",
		"can I see my scheduled campaigns", "edit the welcome campaign", "I want to create a campaign", "delete all drafts",
		"when does my campaign go out?",
		"make a new campaign", "can you launch it", "please schedule a campaign for next monday",
		"turn off the abandoned cart flow", "change the subject line of my newsletter campaign", "list all my campaigns",
		"is my campaign still running", "send the newsletter now", "archive old campaigns",
		"Create a campaign for cart abandoners", "launch the win-back campaign", "Pause my summer campaign", "Show my campaigns",
		"schedule the newsletter for Friday at 9", "Delete the draft campaign", "Send an email to my VIPs tomorrow", "stop all campaigns",
		"Duplicate the Black Friday campaign", "start a new email campaign", "which campaigns are running?", "rename my campaign to Spring",
		"set up an A/B test for the welcome campaign", "cancel the campaign", "what's the status of my campaign?", "resume the campaign I paused",
	},
	chat.IntentSegmentManagement: {
		"I need a new segment for big spenders", "rename my segment", "what are the rules of the engaged users segment",
		"create an audience of people from Berlin", "how do I make a segment?", "show all my segments",
		"update the segment rules", "what segments are there", `delete segment "old customers"`,
		"create a new segment", "what are my segments", "I want a segment with everyone who spent over 100 euros",
		`remove the segment "Test"`, "save this as a segment", "change the rule of the high value segment",
		"Create a segment of customers who bought twice", "show my segments", "Delete the VIP segment", "which segments do I have?",
		"build an audience of people who viewed shoes but didn't buy", "edit the lapsed segment to 120 days", "How is the VIP segment defined?",
		"make a segment for customers in Berlin", "rename the engaged segment", "list all segments", "add a condition to my segment",
	},
	chat.IntentDataSourceManagement: {
		"connect my online store", "is my tracking working", "load sample data please", "remove shopify",
		"hook up google analytics", "my shopify data isn't updating", "how do I get my data in here?",
		"give me some demo data", "delete demo data", "install the facebook pixel", "when did shopify last sync",
		"upload a csv of customers",
		"link my store", "set up facebook pixel", "how to install the GTM tag", "refresh shopify data", "Can I import a CSV?",
		"add sample data so I can try it", "clear the dummy data", "which sources are connected",
		"shopify keeps asking me to reconnect",
		"Connect Shopify", "how do I connect my shopify store?", "Sync my data now", "Load demo data", "generate dummy data",
		"remove the demo data", "connect google tag manager", "Why did the Shopify sync fail?", "disconnect facebook pixel",
		"where do I find the tracking snippet?", "is my facebook pixel connected?", "import my orders from shopify", "show my data sources",
		"When was the last sync?", "add a new data source", "where is my write key?", "conect shopfy", "try with demo data",
		"my integration is broken", "reconnect Shopify please",
	},
	chat.IntentAccount: {
		"update my last name", "how do I delete my account", "log out of my other devices",
		"reset my password please", "how can I change my email", "sign out everywhere", "I want to delete my account",
		"edit my profile", "where can I see my sessions",
		"I can't log in", "update my profile", "where do I see logged in devices", "change email", "please close my account",
		"how do I change my name",
		"Change my password", "log me out", "How do I update my email address?", "delete my account", "show my active sessions",
		"I forgot my password", "change the company name", "sign me out of all devices", "how do I sign up?", "change my time zone",
		"invite a colleague to my workspace", "where are the account settings",
	},
}

// conversations are follow-ups, with what they inherit.
var conversations = []struct {
	talk []string
	want chat.IntentName
	also func(t *testing.T, e chat.Entities)
}{
	{[]string{"What was our revenue this month?", "and last month?"}, chat.IntentDataQuestion, func(t *testing.T, e chat.Entities) {
		assert.Equal(t, "revenue", e.Metric)
		require.NotNil(t, e.Timeframe)
		assert.Equal(t, "last month", e.Timeframe.Label)
	}},
	{[]string{"How many customers can I reach by email?", "what about SMS?"}, chat.IntentDataQuestion, func(t *testing.T, e chat.Entities) {
		assert.Equal(t, "sms", e.Channel)
		assert.Equal(t, "reachable", e.Metric)
	}},
	{[]string{"Which customers abandoned their carts this week?", "how do I win them back?"}, chat.IntentRecommendation, func(t *testing.T, e chat.Entities) {
		assert.Equal(t, "cart_abandoners", e.Segment)
		require.NotNil(t, e.Timeframe)
		assert.Equal(t, "this week", e.Timeframe.Label)
	}},
	{[]string{"Recommend a campaign for lapsed customers", "what about VIPs?"}, chat.IntentRecommendation, func(t *testing.T, e chat.Entities) {
		assert.Equal(t, "high_value_customers", e.Segment)
	}},
	{[]string{"Recommend a campaign for lapsed customers", "same for SMS"}, chat.IntentRecommendation, func(t *testing.T, e chat.Entities) {
		assert.Equal(t, "lapsed_customers", e.Segment)
		assert.Equal(t, "sms", e.Channel)
	}},
	{[]string{"Show me revenue by day", "why?"}, chat.IntentDataQuestion, nil},
	{[]string{"How many lapsed customers do we have?", "how many of them can I email?"}, chat.IntentDataQuestion, func(t *testing.T, e chat.Entities) {
		assert.Equal(t, "lapsed_customers", e.Segment)
		assert.Equal(t, "email", e.Channel)
	}},
	{[]string{"How many orders did we get yesterday?", "last week"}, chat.IntentDataQuestion, func(t *testing.T, e chat.Entities) {
		assert.Equal(t, "orders", e.Metric)
		assert.Equal(t, "last week", e.Timeframe.Label)
	}},
	{[]string{"How many orders did we get yesterday?", "and the week before?"}, chat.IntentDataQuestion, nil},
	{[]string{"What was our revenue last month?", "and by channel?", "what should I do about it?"}, chat.IntentRecommendation, nil},
	{[]string{"What campaign should I run next?", "yes please"}, chat.IntentRecommendation, nil},
	{[]string{"What campaign should I run next?", "thanks!"}, chat.IntentGeneral, nil},
	{[]string{"What was our revenue last month?", "who are you?"}, chat.IntentGeneral, nil},
	{[]string{"Who are my best customers?", "what should I send them?"}, chat.IntentRecommendation, func(t *testing.T, e chat.Entities) {
		assert.Equal(t, "high_value_customers", e.Segment)
	}},
	{[]string{"Suggest a campaign for VIPs", "Connect Shopify"}, chat.IntentDataSourceManagement, nil},
	{[]string{"What was our revenue last month?", "compare that to the month before"}, chat.IntentDataQuestion, nil},
	{[]string{"hello", "what was our revenue last week?"}, chat.IntentDataQuestion, nil},
	{[]string{"Recommend campaigns", "only email"}, chat.IntentRecommendation, func(t *testing.T, e chat.Entities) {
		assert.Equal(t, "email", e.Channel)
	}},
}

var tuesday = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

func TestClassifyLabelledQuestions(t *testing.T) {
	asked, wrong := 0, []string(nil)
	check := func(in IntentInput, want chat.IntentName) {
		asked++
		if got := Classify(in); got.Name != want {
			wrong = append(wrong, string(want)+" was taken for "+string(got.Name)+": "+strings.Join(append(in.Earlier, in.Question), " > "))
		}
	}
	for want, questions := range labelled {
		for _, q := range questions {
			check(IntentInput{Question: q, Now: tuesday, HasData: true}, want)
			// The same question must be told apart before any data is there: a visitor is asked to sign in for it.
			check(IntentInput{Question: q, Now: tuesday}, want)
		}
	}
	for _, c := range conversations {
		last := len(c.talk) - 1
		check(IntentInput{Question: c.talk[last], Earlier: c.talk[:last], Now: tuesday, HasData: true}, c.want)
	}
	right := float64(asked-len(wrong)) / float64(asked)
	t.Logf("%d questions, %.1f %% right", asked, 100*right)
	for _, w := range wrong {
		t.Log(w)
	}
	assert.GreaterOrEqual(t, right, 0.97)
}

func TestFollowUpsInherit(t *testing.T) {
	for _, c := range conversations {
		if c.also == nil {
			continue
		}
		last := len(c.talk) - 1
		t.Run(strings.Join(c.talk, " > "), func(t *testing.T) {
			got := Classify(IntentInput{Question: c.talk[last], Earlier: c.talk[:last], Now: tuesday, HasData: true})
			c.also(t, got.Entities)
		})
	}
}

func TestMainQuestion(t *testing.T) {
	got := Classify(IntentInput{Question: "Which customers abandoned their carts this week and how do I win them back?", Now: tuesday})
	assert.Equal(t, chat.IntentRecommendation, got.Name)
	assert.True(t, got.RequiresAuth)
	assert.Equal(t, chat.ModuleCampaigns, got.Module)
	assert.Equal(t, chat.ActionRecommend, got.Action)
	assert.Equal(t, "cart_abandoners", got.Entities.Segment)
	assert.GreaterOrEqual(t, got.Confidence, 0.9)
	require.NotNil(t, got.Entities.Timeframe)
	assert.Equal(t, chat.Timeframe{
		From: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC), Label: "this week",
	}, *got.Entities.Timeframe)
}

func TestOnlyGeneralNeedsNoAccount(t *testing.T) {
	for name, questions := range labelled {
		got := Classify(IntentInput{Question: questions[0], Now: tuesday})
		assert.Equal(t, name != chat.IntentGeneral, got.RequiresAuth, questions[0])
	}
}

func TestActions(t *testing.T) {
	for question, want := range map[string]chat.Action{
		"What was our revenue last month?":    chat.ActionView,
		"Why did sales drop last week?":       chat.ActionExplain,
		"Compare this month to last month":    chat.ActionCompare,
		"Create a campaign for VIPs":          chat.ActionCreate,
		"Pause my summer campaign":            chat.ActionUpdate,
		"Delete the VIP segment":              chat.ActionDelete,
		"Connect Shopify":                     chat.ActionConnect,
		"Sync my data now":                    chat.ActionSync,
		"remove the demo data":                chat.ActionDelete,
		"Change my password":                  chat.ActionUpdate,
		"What campaign should I run next?":    chat.ActionRecommend,
		"hello":                               chat.ActionExplain,
		"show my segments":                    chat.ActionView,
		"disconnect facebook pixel":           chat.ActionDelete,
		"Load demo data":                      chat.ActionCreate,
		"Send an email to my VIPs tomorrow":   chat.ActionCreate,
		"sign me out of all devices":          chat.ActionView,
		"edit the lapsed segment to 120 days": chat.ActionUpdate,
	} {
		assert.Equal(t, want, Classify(IntentInput{Question: question, Now: tuesday, HasData: true}).Action, question)
	}
}

func TestEntitiesOnlyWhenSaid(t *testing.T) {
	got := Classify(IntentInput{Question: "How much revenue did email bring in last week from the Trail Runner 2?", Now: tuesday, HasData: true, Products: []string{"Trail Runner", "Trail Runner 2"}})
	assert.Equal(t, "revenue", got.Entities.Metric)
	assert.Equal(t, "email", got.Entities.Channel)
	assert.Equal(t, "Trail Runner 2", got.Entities.Product)
	assert.Empty(t, got.Entities.Segment)
	assert.Empty(t, got.Entities.Source)

	got = Classify(IntentInput{Question: "how many orders came from shopify", Now: tuesday, HasData: true})
	assert.Equal(t, "shopify", got.Entities.Source)
	assert.Nil(t, got.Entities.Timeframe)
	assert.Empty(t, got.Entities.Product)

	got = Classify(IntentInput{Question: `write to jane@example.com about "secret plans" for VIPs`, Now: tuesday, HasData: true})
	assert.Empty(t, got.Entities.Product, "free text must not get into an intent")
}

func TestHostileQuestions(t *testing.T) {
	for _, q := range []string{"", "   ", "???", "\x00\xff\xfe", strings.Repeat("abandoned carts ", 50_000), strings.Repeat("é", 100_000), "日本語の質問", "🔥🔥🔥", "'; DROP TABLE customers; --"} {
		got := Classify(IntentInput{Question: q, Earlier: []string{q, q}, Now: tuesday})
		assert.NotEmpty(t, got.Name)
		assert.NotEmpty(t, got.Module)
		assert.NotEmpty(t, got.Action)
	}
}

func BenchmarkClassify(b *testing.B) {
	in := IntentInput{
		Question: "Which custmers abandonned their carts this week and how do I win them back with a freindly mesage?",
		Earlier:  []string{"What was our revenue last month?", "and by channel?", "how many VIPs do we have"},
		Now:      tuesday, HasData: true,
	}
	for b.Loop() {
		Classify(in)
	}
}
