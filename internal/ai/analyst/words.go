package analyst

import "strings"

// tag is what a word or phrase of a question means to the rules of intent.go.
type tag string

const (
	tGreeting   tag = "greeting"
	tThanks     tag = "thanks"
	tCapability tag = "capability" // what can you do, who are you, pricing
	tProduct    tag = "pulsehub"   // PulseHub by name
	tMine       tag = "mine"       // my, our, we: the workspace's own
	tPronoun    tag = "pronoun"    // them, those: what was spoken of before
	tCount      tag = "count"      // how many, how much, total
	tRank       tag = "rank"       // top, best, most
	tShow       tag = "show"       // show, list, give me
	tWho        tag = "who"        // who, which
	tCompare    tag = "compare"
	tTrend      tag = "trend"
	tWhy        tag = "why"
	tNoun       tag = "noun" // something PulseHub counts
	tPeople     tag = "people"
	tGroup      tag = "group" // segment, audience
	tCampaign   tag = "campaign"
	tMessage    tag = "message" // email, SMS, subject line: what a campaign says
	tWinBack    tag = "win_back"
	tSuggest    tag = "suggest"
	tShould     tag = "should" // should I, what do I, how do I: advice is wanted
	tHowTo      tag = "how_to"
	tGoal       tag = "goal" // increase, reduce, grow
	tReach      tag = "reach"
	tWrite      tag = "write"
	tCreate     tag = "create"
	tUpdate     tag = "update"
	tDelete     tag = "delete"
	tRun        tag = "run" // launch, pause, schedule
	tConnect    tag = "connect"
	tSync       tag = "sync"
	tSource     tag = "source"
	tSetUp      tag = "set_up" // integration, snippet, webhook
	tDemo       tag = "demo"
	tLoad       tag = "load"
	tAccount    tag = "account"
	tKnowledge  tag = "knowledge" // what is a, best practice, benchmark
	tDefine     tag = "define"    // what is, explain
	tConcept    tag = "concept"   // marketing terms that are never counted here
	tFollow     tag = "follow"    // and, what about, same for
	tYes        tag = "yes"
	tAll        tag = "all" // everything, every segment
	tChart      tag = "chart"
	tTrouble    tag = "trouble" // something does not work
	tSupport    tag = "support" // does it support, work with
	tPlace      tag = "place"   // a country
	tBy         tag = "by"      // by channel, per country: what a figure is split by
	tPredict    tag = "predict" // what will happen
	tOutside    tag = "outside" // what no shop data holds: the weather, competitors, costs
)

// An entry gives every one of its phrases (separated by |) its tags and, when it names an entity, that entity.
type entry struct {
	phrases string
	tags    []tag
	entity  entityKind
	value   string
}

type entityKind int

const (
	noEntity entityKind = iota
	segmentEntity
	channelEntity
	metricEntity
	sourceEntity
	countryEntity // no entity of an intent: only answers read it
	sideEntity    // likewise: what a figure is split by
)

func tags(t ...tag) []tag { return t }

var lexicon = []entry{
	{phrases: "hi|hello|hey|hiya|howdy|yo|good morning|good afternoon|good evening|hallo|moin|greetings|how are you|how is it going|what is up|nice to meet you|tell me a joke", tags: tags(tGreeting)},
	{phrases: "thanks|thank you|thx|cheers|great|perfect|awesome|cool|nice|bye|goodbye|see you|good job|well done|never mind|danke|ok|okay|got it", tags: tags(tThanks)},
	{phrases: "what can you do|what do you do|who are you|who am i talking to|am i talking to|what are you|how can you help|can you help me|help me out|what can i ask|what should i ask|what else can you do|how do you work|how does this work|how does it work|what is this|are you a bot|are you human|are you real|are you an ai|how much does it cost|what does it cost|pricing|price plan|is it free|is this free|free trial|getting started|get started|where do i start|what are your features|what features|need an account|which model do you use|which ai|is my data safe|data safe|who can see my data|where is my data stored|do you sell my data|open source", tags: tags(tCapability)},
	{phrases: "pulsehub|pulse hub", tags: tags(tProduct)},
	{phrases: "my|our|we|us|mine|ours|our shop|our store|my shop|my store|the shop|the store|this shop|unser|unsere|meine|wir", tags: tags(tMine)},
	{phrases: "them|those|they|these|their|it|that|ones|of these|of those|this group|that group|those people|these people|this segment|that segment|these customers|those customers|her|him|she|he", tags: tags(tPronoun)},
	{phrases: "how many|how much|number of|count of|count|total|sum of|amount of|what share|what percentage|what percent|percentage of|percent of|share of|how big|how large|size of|how often|average|avg|median|rate|wie viele|wie viel|wieviel|wieviele", tags: tags(tCount)},
	{phrases: "top|best|worst|most|least|biggest|highest|lowest|largest|smallest|strongest|weakest|busiest|best selling|bestselling|best seller|most popular|bottom|fastest growing|slowest|leading", tags: tags(tRank)},
	{phrases: "show|show me|list|give me|display|tell me|find|identify|understand|know|learn more about|let me see|pull up|i want to see|can i see|could i see|view|see|open|look at|summarise|summarize|breakdown|break down|break it down|zeig|zeige", tags: tags(tShow)},
	{phrases: "who|whom|which|whose|welche|welcher|wer", tags: tags(tWho)},
	{phrases: "compare|compared|comparison|versus|vs|against|better than|worse than|more than|less than|relative to|difference|than last|week over week|month over month|year over year|mom|yoy|wow", tags: tags(tCompare)},
	{phrases: "trend|trending|over time|by day|by week|by month|per day|per week|per month|daily|weekly|monthly|hourly|grow|growing|grew|growth|declining|decline|dropping|drop|dropped|falling|fell|rising|rose|going up|going down|went up|went down|up or down|seasonality|develop|developed|evolve|evolved|history of", tags: tags(tTrend)},
	{phrases: "chart|graph|plot|as a table|line chart|bar chart", tags: tags(tChart)},
	{phrases: "why|reason|reasons|what is driving|what drives|what drove|what caused|what happened|how come|what is behind|explain why|warum", tags: tags(tWhy)},

	// What can be counted.
	{phrases: "revenue|sales|turnover|income|earnings|money|gmv|takings|umsatz|how much did we make|how much did we earn|how much have we made|how much we made|how much did we sell|how much money", tags: tags(tNoun), entity: metricEntity, value: "revenue"},
	{phrases: "order|purchase|transaction|bestellungen|sold|sell", tags: tags(tNoun), entity: metricEntity, value: "orders"},
	{phrases: "average order value|average order|aov|average basket|basket size|average cart|order value|average spend|avg order value|avg order", tags: tags(tNoun), entity: metricEntity, value: "average_order"},
	{phrases: "conversion rate|conversion|converting|converts|cvr|convert better|converts best|convert best|conversion funnel", tags: tags(tNoun), entity: metricEntity, value: "conversion_rate"},
	{phrases: "visit|traffic|site visit|website visit|web session", tags: tags(tNoun), entity: metricEntity, value: "visits"},
	{phrases: "funnel|drop off|dropoff|drop offs|lose people|losing people|lose customers|losing customers|lose visitors|losing visitors|where do people leave|where do they leave|leak|end up paying|end up buying|actually pay|actually buy|lose most people|lose the most people", tags: tags(tNoun), entity: metricEntity, value: "funnel"},
	{phrases: "refund|refunded|return rate|returned items|money back", tags: tags(tNoun), entity: metricEntity, value: "refunds"},
	{phrases: "active customer|active user|active people|active shoppers|active buyers|mau|dau|wau", tags: tags(tNoun, tPeople), entity: metricEntity, value: "active_customers"},
	{phrases: "customer|buyer|shopper|client|people|profile|person|user|contact|subscriber|visitor|member|kunden|kunde|audience size|consumer", tags: tags(tNoun, tPeople), entity: metricEntity, value: "customers"},
	{phrases: "signup|sign ups|signed up|registration|new accounts|newsletter signup", tags: tags(tNoun), entity: metricEntity, value: "signups"},
	{phrases: "lead|leads captured", tags: tags(tNoun), entity: metricEntity, value: "leads"},
	{phrases: "event|data point|tracked event", tags: tags(tNoun), entity: metricEntity, value: "events"},
	{phrases: "product|item|sku|article|goods|collection|category|catalog|catalogue|bestseller|best seller", tags: tags(tNoun), entity: metricEntity, value: "products"},
	{phrases: "abandonment rate|cart abandonment rate|abandon rate|cart abandonment|abandoned cart rate", tags: tags(tNoun), entity: metricEntity, value: "cart_abandonment"},
	{phrases: "open rate|opens|opened our|opened my|opened the", tags: tags(tNoun), entity: metricEntity, value: "open_rate"},
	{phrases: "click rate|click through rate|clickthrough rate|ctr|clicks|clicked", tags: tags(tNoun), entity: metricEntity, value: "click_rate"},
	{phrases: "unsubscribe rate|unsubscribes|bounce rate|bounces|deliverability|spam complaint", tags: tags(tNoun), entity: metricEntity, value: "delivery"},
	{phrases: "lifetime value|ltv|clv|customer value", tags: tags(tNoun), entity: metricEntity, value: "lifetime_value"},
	{phrases: "churn|churn rate|retention|retention rate|repeat rate|repurchase rate|repeat purchase rate", tags: tags(tNoun), entity: metricEntity, value: "retention"},
	{phrases: "best time|best hour|best day|what time|which hour|which day|what hour|when do|when are|busiest hour|busiest day|time of day|day of the week|peak hour|peak time|send time|when should", tags: tags(tNoun), entity: metricEntity, value: "best_hour"},
	{phrases: "reachable|reach by|can be reached|can i reach|can we reach|consent|opted in|opt in|opt ins|gave permission|phone number", tags: tags(tNoun), entity: metricEntity, value: "reachable"},
	{phrases: "channel|traffic source|marketing channel|acquisition|come from|comes from|came from|coming from|attribution", tags: tags(tNoun), entity: metricEntity, value: "channels"},
	{phrases: "where do my customers come from|where do customers come from|where do our customers come from|where do visitors come from|where do my visitors come from|where does my traffic come from|where does traffic come from|where is my traffic coming from|where do people come from", tags: tags(tNoun, tWho), entity: metricEntity, value: "channels"},
	{phrases: "overview|summary|report|snapshot|my business|our business", tags: tags(tNoun, tShow, tMine), entity: metricEntity, value: "overview"},
	{phrases: "cohort|rfm", tags: tags(tNoun, tConcept)},
	{phrases: "performance|performing|perform|kpi|metric|numbers|figure|statistics|stats|analytics|analysis|insight|data|dashboard|business doing|shop doing|store doing|are we doing|is business|how did we do|how are things|how did it go|how did we perform|doing", tags: tags(tNoun), entity: metricEntity, value: "overview"},
	{phrases: "cart|basket|checkout|check out|warenkorb", tags: tags(tNoun), entity: noEntity},
	{phrases: "page view|pageview|page views", tags: tags(tNoun), entity: metricEntity, value: "page_views"},
	{phrases: "product view|product views", tags: tags(tNoun), entity: metricEntity, value: "product_views"},
	{phrases: "new customer|new buyer|first time buyer|first time customer|first order", tags: tags(tNoun, tPeople), entity: metricEntity, value: "new_buyers"},
	{phrases: "spend|spent|brought in", tags: tags(tNoun), entity: metricEntity, value: "revenue"},
	{phrases: "come back a|came back in|came back|order again in|by cohort|per cohort|retention by cohort|cohort retention|cohort table", tags: tags(tNoun), entity: metricEntity, value: "retention"},
	{phrases: "organic|organic search|organic traffic", tags: tags(tNoun), entity: channelEntity, value: "organic"},
	{phrases: "paid ad|paid traffic|paid search|paid channel|from paid|by paid|paid social|through paid|via paid|and paid|vs paid|or paid", tags: tags(tNoun), entity: channelEntity, value: "paid"},
	{phrases: "direct traffic|direct visit|from direct|via direct", tags: tags(tNoun), entity: channelEntity, value: "direct"},
	{phrases: "social|social media|from social", tags: tags(tNoun), entity: channelEntity, value: "social"},
	{phrases: "referral traffic|from referral", tags: tags(tNoun), entity: channelEntity, value: "referral"},

	// How a figure is to be split.
	{phrases: "by channel|per channel|split by channel|by traffic source|by source|for each channel|each channel", tags: tags(tBy), entity: sideEntity, value: "channel"},
	{phrases: "by country|per country|split by country|for each country|each country|which country|by market|per market|top country|where do our customers live|where do my customers live|where do customers live|in which country", tags: tags(tBy, tNoun), entity: sideEntity, value: "country"},
	{phrases: "by product|per product|for each product|each product", tags: tags(tBy), entity: sideEntity, value: "product"},
	{phrases: "new and returning|new vs returning|new versus returning|returning vs new|new or returning|by new and returning|first time and returning", tags: tags(tBy, tNoun), entity: sideEntity, value: "buyers"},

	// What is to come.
	{phrases: "expect|expected|predict|predicted|prediction|forecast|forecasted|projection|projected|foresee|outlook|next 30 day|next 90 day|next 60 day|next month|next week|next quarter|next year|next few week|next few month|next 5 year|next three month|next 3 month|coming week|coming month|will we get|will we make|will we sell|will we have|will there be|according to your model|according to the model", tags: tags(tPredict)},
	{phrases: "will buy|will order|going to buy|going to order|likely to buy|likely to order|likely to purchase|will buy again|will order again|buy again soon|order again soon|still active|probability alive|still alive|still customer", tags: tags(tPredict, tNoun, tPeople)},
	{phrases: "likely to churn|will churn|churn risk|risk of churning|at risk of churning|going to churn|churn probability|churn prediction|at risk of leaving|likely to leave", tags: tags(tPredict, tNoun, tPeople), entity: segmentEntity, value: "at_risk_vips"},

	// What is not in a shop's data; skill_outside.go says why.
	{phrases: "profit margin|margin|profit|gross profit|net profit|cost of good|ebit|profitability|profitable", tags: tags(tOutside)},
	{phrases: "ad spend|spend on ad|spent on ad|spend on google|spend on facebook|spend on advertising|spend on marketing|advertising cost|marketing budget|marketing cost|acquisition cost|customer acquisition cost|cost per click|cost per order|cost per customer|cpc|cpa|cac|roas|roi|cost us to acquire|to acquire a customer", tags: tags(tOutside)},
	{phrases: "competitor|competition|rival|market share|competing shop|other shop", tags: tags(tOutside)},
	{phrases: "follower|follower growth|instagram follower|like on facebook|social reach", tags: tags(tOutside)},
	{phrases: "stock|in stock|inventory|stock level|left in stock|warehouse|out of stock|sold out", tags: tags(tOutside)},
	{phrases: "weather|rain|snow|sunny|heat wave|temperature|storm", tags: tags(tOutside)},
	{phrases: "walked into|walk in|footfall|foot traffic|physical store|brick and mortar|till", tags: tags(tOutside)},
	{phrases: "women|woman|men|gender|female|male|age group|year old|how old|income group", tags: tags(tOutside)},
	{phrases: "satisfaction|customer satisfaction|nps score|review|rating|star rating|support ticket|happy with u", tags: tags(tOutside)},
	{phrases: "device|mobile or desktop|desktop or mobile|on mobile|on desktop|browser|iphone|android", tags: tags(tOutside)},
	{phrases: "delivery time|shipping time|shipping cost|shipping delay|return reason|why do people return", tags: tags(tOutside)},
	{phrases: "birthday|location|country|city|countries|gender|age", tags: tags(tNoun)},

	// The standard segments.
	{phrases: "cart abandoner|abandoner|abandoned cart|abandoned their cart|abandoned a cart|abandoned the cart|abandoned basket|abandoned checkout|abandoned their basket|abandoned their checkout|abandoned my cart|abandoned carts|abandoning cart|abandoning their cart|abandon their cart|abandon cart|abandon the cart|abandon a cart|abandon checkout|abandoning checkout|cart abandonment|abandoned|left without buying|left items in|left something in|left stuff in|leave items in|left their cart|left the cart|left a cart|left cart|open cart|did not check out|did not checkout|did not complete checkout|did not finish checkout|never checked out|not completed their order|did not complete their order|did not complete their purchase|warenkorb abgebrochen", tags: tags(tNoun, tPeople), entity: segmentEntity, value: "cart_abandoners"},
	{phrases: "high value customer|high value|vip|vips|vip customer|best customer|top customer|top spender|big spender|biggest spender|whale|most valuable customer|most valuable|most loyal customer|spend the most|spent the most|valuable customer|highest spending", tags: tags(tNoun, tPeople), entity: segmentEntity, value: "high_value_customers"},
	{phrases: "new visitor|first time visitor|new user|newcomer|new traffic|new people|first visit", tags: tags(tNoun, tPeople), entity: segmentEntity, value: "new_visitors"},
	{phrases: "engaged user|engaged customer|most engaged|engaged people|engaged audience|engaged shopper|highly engaged|engaged", tags: tags(tNoun, tPeople), entity: segmentEntity, value: "engaged_users"},
	{phrases: "potential customer|prospect|window shopper|browsers|browse but|browsed but|looked but|look but|viewed but|have not bought|has not bought|never bought|never ordered|never purchased|not bought yet|have not ordered|have not purchased|not purchased yet|not yet bought|never buy|did not buy|non buyer|potential buyer|interested but", tags: tags(tNoun, tPeople), entity: segmentEntity, value: "potential_customers"},
	{phrases: "repeat customer|repeat buyer|returning customer|returning buyer|loyal customer|loyal|bought twice|bought more than once|ordered twice|repeat purchaser|repeat shopper|regulars|stammkunden", tags: tags(tNoun, tPeople), entity: segmentEntity, value: "repeat_customers"},
	{phrases: "lapsed customer|lapsed|lapsed buyer|inactive customer|inactive|dormant|dormant customer|lost customer|former customer|churned customer|churned|sleeping customer|have not bought in|has not bought in|have not ordered in|have not purchased in|not bought in|not ordered in|not purchased in|stopped buying|went quiet|gone quiet|gone cold|old customer|have not been back|did not come back|not come back", tags: tags(tNoun, tPeople), entity: segmentEntity, value: "lapsed_customers"},
	{phrases: "at risk vip|at risk customer|at risk|vips at risk|vip at risk|about to churn|likely to churn|might churn|could churn|slipping away|going to lose|might lose|churning vip|high value at risk|risk of churn|churn risk|about to leave|about to lose|best customer are leaving", tags: tags(tNoun, tPeople), entity: segmentEntity, value: "at_risk_vips"},
	{phrases: "segment|audience|cohort of|customer group|target group|group of customer|list of customer", tags: tags(tGroup)},

	// Channels, and what is said over them.
	{phrases: "email|e mail|mail|mailing|newsletter|mails", tags: tags(tMessage), entity: channelEntity, value: "email"},
	{phrases: "sms|text message|a text|text to|texts|text messages|texting", tags: tags(tMessage), entity: channelEntity, value: "sms"},
	{phrases: "push|push notification|web push|push message|notification", tags: tags(tMessage), entity: channelEntity, value: "push"},
	{phrases: "whatsapp|whats app|whatsapp message", tags: tags(tMessage), entity: channelEntity, value: "whatsapp"},
	{phrases: "message|subject line|subject|copy|headline|offer|discount|coupon|voucher|preheader|call to action|reminder|template", tags: tags(tMessage)},
	{phrases: "campaign|broadcast|blast|automation|flow|drip|journey|kampagne|promo|promotion|welcome series|drip series", tags: tags(tCampaign)},

	// Advice.
	{phrases: "win back|winback|win them back|win him back|win her back|win those back|win these back|bring back|bring them back|bring those back|get back|get them back|get those back|get these back|re engage|reengage|reengaging|reactivate|reactivating|reactivation|re activate|recover|recovering|retarget|retargeting|re target|come back|to return|lure back|lure them back|rescue|save them|keep them|win over|convince them|convince|winning back|coming back|buy again|order again|shop again|second purchase|get them to buy|get them to order|get them to convert|get people to buy|make them buy|convert them|turn them into|turn into|turn my|turn our|turn these|turn those|turn first|turn new|nurture|upsell|up sell|cross sell|crosssell|retain|retaining|persuade|re order|what would bring|follow up with|encourage|nudge|warm up|thank our", tags: tags(tWinBack)},
	{phrases: "win them back|win him back|win her back|win those back|win these back|bring them back|bring those back|get them back|get those back|get these back|win it back|save them|keep them|convince them|convert them|turn them into|get them to buy|get them to order|get them to convert|make them buy|lure them back|call them back", tags: tags(tWinBack, tPronoun)},
	{phrases: "recommend|recommendation|recommended|suggest|suggestion|idea|advise|advice|propose|proposal|next best action|next best|what to do|plan|a plan|plan to|plan for|strategy|what now|next step|what do i do|what do we do|what should i do|what should we do|what can i do|what can we do|come up with|best campaign|best message|best offer|best channel for|best channel to|give me a campaign|inspire|inspiration|opportunities|opportunity|quick win|low hanging fruit|game plan|action plan|marketing plan|brainstorm|empfehlung|make the most of", tags: tags(tSuggest)},
	{phrases: "should|should i|should we|shall i|shall we|can i do|can we do|could i do|could we do|do i do|do we do|would you|who to|whom to|who do i|who do we|where to focus|what would work|what works|i can do|i could do|we can do|we could do|would make|would bring|would generate|would earn|would convert|would get|i should|we should|worth", tags: tags(tShould)},
	{phrases: "what to say|what do i say|what do we say|what do i send|what do we send|what can i send|what can we send|what to send|what could i send|what could we send|what would you send", tags: tags(tShould, tReach)},
	{phrases: "how do i|how do we|how can i|how can we|how could i|how could we|how should i|how should we|how to|how would i|how would you|how might we|how might i|how am i|what is the best way|best way to|what is a good way|good way to|ways to|way to|help me|i want to|we want to|i would like to|we would like to|i need|we need|i want|we want|i need to|we need to|looking for|trying to|can you help|wie kann ich", tags: tags(tHowTo)},
	{phrases: "increase|boost|grow|improve|raise|drive|maximise|maximize|lift|more sales|more revenue|more order|more purchase|sell more|get more|make more|earn more|reduce|lower|decrease|cut|minimise|minimize|prevent|stop losing|fix|fight|double|optimise|optimize|steigern", tags: tags(tGoal)},
	{phrases: "send|target|targeting|contact|reach out|reach out to|message them|approach|focus|focus on|prioritise|prioritize|email them|text them|ping|run|offer them|reward|go after|promote|advertise|market to|sell to|say to|do about|do for|do with|engage|communicate|talk to", tags: tags(tReach)},
	{phrases: "write|draft|compose|formulate|word|phrase|writing", tags: tags(tWrite)},

	// Doing things.
	{phrases: "create|make|build|add|set up|setup|generate|start|prepare|make me|build me|save as|save|group|erstelle", tags: tags(tCreate)},
	{phrases: "edit|update|change|rename|modify|adjust|alter|replace|switch|duplicate|copy the|copy my|reset|correct|set my|set the|exclude|include|add filter|upload", tags: tags(tUpdate)},
	{phrases: "delete|remove|erase|discard|get rid of|close my|clear|wipe|archive|drop the|drop my", tags: tags(tDelete)},
	{phrases: "launch|pause|stop sending|resume|cancel|schedule|reschedule|stop the|stop my|stop all|send out|send it|send this|send the|send my|send an|send a|unpause|publish|activate|deactivate|turn off|turn on|switch off|switch on|restart|a b test|ab test|split test|test send|scheduled|go live|running|live campaign|kick off", tags: tags(tRun)},
	{phrases: "draft campaign|campaign draft|all draft|the draft|old draft|my draft|saved draft|draft of the campaign", tags: tags(tRun, tCampaign)},
	{phrases: "new campaign|another campaign", tags: tags(tCreate, tCampaign)},
	{phrases: "new segment|new audience|another segment", tags: tags(tCreate, tGroup)},
	{phrases: "connect|connected|connecting|reconnect|link|disconnect|unlink|integrate|hook up|plug in|install|installed|authorise|authorize|verbinde|connection", tags: tags(tConnect)},
	{phrases: "sync|synced|syncing|synchronise|synchronize|re sync|resync|import|imported|importing|ingest|refresh|pull in|fetch|replay|backfill|last synced|sync failed|sync run", tags: tags(tSync)},
	{phrases: "shopify|shopify store|shopify shop", tags: tags(tSource), entity: sourceEntity, value: "shopify"},
	{phrases: "facebook pixel|meta pixel|fb pixel|facebook|meta|pixel|facebook ad|instagram", tags: tags(tSource), entity: sourceEntity, value: "facebook_pixel"},
	{phrases: "google tag manager|tag manager|gtm|google tag|ga4|google analytics", tags: tags(tSource), entity: sourceEntity, value: "gtm"},
	{phrases: "data source|sources are|my source|our source|source connected|integration|connector|webhook|write key|tracking snippet|snippet|tracking code|tracking script|tracking|ingest api|segment api|csv|api key|csv file|klaviyo|mailchimp|hubspot|woocommerce|magento|bigcommerce|salesforce|stripe|zapier|tiktok", tags: tags(tSetUp)},
	{phrases: "not updating|is not working|not working|broken|failing|not showing|missing|out of date|stuck|not syncing|stopped working|wrong data|error", tags: tags(tTrouble)},
	{phrases: "get my data in|get our data in|get data in|get data into|get my data into|get our data into|bring my data|bring our data|add my data|put my data|upload my data|import my data|load my data|my own data in", tags: tags(tSync, tSetUp)},
	{phrases: "demo data|dummy data|sample data|test data|example data|fake data|demo events|demo dataset|mock data|demodaten", tags: tags(tDemo)},
	{phrases: "load|generate|fill|seed|try|use|remove|create|add|delete|give me|get|play with|clear|install|i want|start|wipe", tags: tags(tLoad)},
	{phrases: "does pulsehub support|do you support|which sources do you|what sources do you|which source can i|what can i connect|do you integrate|does it integrate|do you work with|does it work with|can you connect|do you have an integration|compatible with|which platform|what platform|what integration|which integration|do you offer|is there an integration|does pulsehub work|do you have|can pulsehub|does pulsehub", tags: tags(tSupport)},
	{phrases: "password|log out|logout|sign out|log me out|sign me out|log in|login|logged in|sign in|signed in|my account|an account|account setting|my profile|profile setting|email address|change email|change my email|update my email|my email address|my name|first name|last name|company name|two factor|2fa|mfa|billing|invoice|payment method|subscription|credit card|my plan|upgrade|downgrade|other device|all device|device session|my session|active session|session|team member|teammate|colleague|invite|my user|my workspace|workspace setting|workspace name|time zone|timezone|currency setting|my details|my own data|personal data|setting|sign up|register|create account", tags: tags(tAccount)},

	// Knowledge.
	{phrases: "what is a|what is an|what does a|what does an|what is a good|what is a decent|what is a normal|what is a healthy|what is a typical|what is considered|what makes a|what makes an|is a good|a good open rate|a good click|a good conversion|good benchmark|best practice|best practise|tip|tips|trick|rule of thumb|benchmark|industry|industry average|typically|typical|usually|in general|generally|on average do|normally|example|examples|e commerce average|how do i write|how do you write|how to write|how should i write|how do i word|how to word|how can i write|what should a|what should an|what is the ideal|ideal|how long should|when should a|when should an|worth it|how often should|pros and cons|advantage|disadvantage|gdpr|legal|can spam|double opt in|allowed to|law|compliance|guide|teach me|learn about|what does it mean|meaning of|what do you mean|what is the difference|difference between|how do you calculate|how is it calculated|how is calculated|how do i calculate|how to calculate|how do you measure|formula for|formula|is it better to|do emoji|emoji|spam folder|spam filter|warm up a domain|avoid spam", tags: tags(tKnowledge)},
	{phrases: "what is|what are|what does|define|explain|definition|definition of|describe|what is meant by|tell me about|how does|how do|was ist", tags: tags(tDefine)},
	{phrases: "marketing automation|customer segmentation|segmentation|lifecycle marketing|dkim|spf|dmarc|seo|utm|utm parameter|zero party data|first party data|customer data platform|cdp|omnichannel|personalisation|personalization|a b testing|ab testing|split testing|holdout|statistical significance|sender reputation|double opt|brand voice|loyalty program|referral program|loyalty programme|net promoter score|nps|customer journey|attribution model|send time optimization", tags: tags(tConcept)},

	// Going on from before.
	{phrases: "and|what about|how about|same for|same with|same thing|also|only|just|now|now show|or|but|instead|again|then|for|in|und|what of|as well|too|per|by|break that down|break this down|more detail|more details|go deeper|elaborate|tell me more|more|continue|go on|shorter|longer|in more detail|another|another one|one more|other|else|why is that|why so|how so|really|are you sure|previous|before that|next", tags: tags(tFollow)},
	{phrases: "all segment|every segment|each segment|all audience|all customer group|every audience", tags: tags(tAll, tGroup)},
	{phrases: "all campaign|every campaign|each campaign", tags: tags(tAll, tCampaign)},
	{phrases: "yes|yes please|yep|yeah|sure|please do|do it|go ahead|sounds good|let us do it|please|ja", tags: tags(tYes)},
	{phrases: "everything|all of them|full list|all recommendation|every card|all card", tags: tags(tAll)},
}

// common are everyday words near to one of ours, which must not be "corrected" into it.
const common = "defined calculated measured weekend country older border card part care cost costs could would should about after other another their there where which while " +
	"world work works works word words week weeks weekend month months year years days today hours house home mouse mode model moment " +
	"people place plan plane play please point power price present press problem question quick quiet right round sound " +
	"same sale small smart space spring summer autumn winter star state still store story street strong study stuff style " +
	"table take talk team than thank that then these think this those three time tomorrow total trade train true turn under until " +
	"very voice wait want water weather well went were what when white whole wide wife will with without woman women wonder write wrong young " +
	"being been before behind between both bring build business buying coming doing going having making taking using " +
	"black blue board body book break bread bring brown cheap check child choice city class clean clear clock close cloud coffee cold color " +
	"contact content context control corner course cover cream cross crowd danger dark deep depth design dinner dream dress drink drive " +
	"early earth east easy effect eight email empty enemy energy enough enter equal error even every exact fact faith false family famous fancy " +
	"far fast father fault favor fear field fight final find fine fire first fish five flat floor flower focus food foot force forest form forward " +
	"four free fresh friend front fruit full game garden gift girl glad glass goal gold good great green ground group guess guest guide " +
	"hand happy hard hate head hear heart heat heavy height help here high hill hold hole hope horse hospital hotel huge human hungry hurt " +
	"keep kind king know land large last late laugh lead learn leave left less letter level life light like line list listen little live long look lose loss lost love " +
	"machine made main make mark market match matter mean meet member memory mind minute miss mistake money moon more morning most mother mountain mouth move movie much music must " +
	"name nation nature near need never news next nice night noise none north note nothing notice number offer office often once only open order ours outside over page pain paint pair paper park party pass past path pay peace " +
	"phone photo pick picture piece pink plain plant plate read ready real reason rest rich ride ring rise river road rock room rule sad safe salt sand save school science score sea season seat second secret see seem sell send sense serve set seven shade shape share sharp ship shirt shoe shop short shot side sight sign simple since sing sister sit six size skin sky sleep slow smell smile snow soft some son song soon sort soul south speak special speed spend spent " +
	"january february march april june july august september october november december monday tuesday wednesday thursday friday saturday sunday yesterday quarter this last days ago since between from past " +
	"doing bored capital france weather poem recipe python javascript president football translate story joke joke movie lunch"

var (
	phrasesByFirst = map[string][]phrase{}
	vocabulary     = map[string]bool{}   // every word that is spelt right
	spellings      = map[byte][]string{} // by first letter: the words a typo may have meant
)

type phrase struct {
	words []string
	entry *entry
}

func init() {
	for _, names := range []map[string]string{countryOf, demonyms} {
		for name, code := range names {
			lexicon = append(lexicon, entry{phrases: name, tags: tags(tPlace), entity: countryEntity, value: code})
		}
	}
	listed := map[string]bool{}
	for i := range lexicon {
		e := &lexicon[i]
		for p := range strings.SplitSeq(e.phrases, "|") {
			raw := strings.Fields(p)
			words := make([]string, len(raw))
			for j, w := range raw {
				words[j] = singular(w)
				if e.entity == countryEntity {
					continue // a misspelt country is asked about, and not guessed
				}
				vocabulary[w], vocabulary[words[j]] = true, true
				if len(words[j]) >= 5 && !listed[words[j]] {
					listed[words[j]] = true
					spellings[words[j][0]] = append(spellings[words[j][0]], words[j])
				}
			}
			phrasesByFirst[words[0]] = append(phrasesByFirst[words[0]], phrase{words, e})
		}
	}
	for w := range strings.FieldsSeq(common) {
		vocabulary[w], vocabulary[singular(w)] = true, true
	}
	for _, w := range timeWords {
		if len(w) >= 5 && !listed[w] {
			listed[w] = true
			spellings[w[0]] = append(spellings[w[0]], w)
		}
	}
}
