package analyst

import "slices"

func wantsOutside(_ *turn, q inquiry) bool { return len(q.outside()) > 0 }

// outside is the phrases that no shop data knows of, apart from those in the name of a product ("Rain Poncho").
func (q inquiry) outside() (phrases [][]string) {
	product := words(q.entities.Product)
	for _, s := range q.spans {
		said := q.words[s.from:s.to]
		if slices.Contains(s.entry.tags, tOutside) && !slices.Contains(product, said[0]) {
			phrases = append(phrases, said)
		}
	}
	return phrases
}

// outsides are what no shop data holds, by words (in their singular) that name it, with what it would take to answer.
var outsides = []struct {
	words       []string
	what, needs string
}{
	{[]string{"margin", "profit", "ebit", "profitability", "profitable", "good"}, "what your products cost you", "purchase prices for your products. No connected source sends them"},
	{[]string{"ad", "advertising", "marketing", "budget", "acquisition", "acquire", "cpc", "cpa", "cac", "roas", "roi", "google", "facebook", "click"}, "what you spend on advertising", "the costs of your campaigns from the ad accounts. Your sources send what visitors did, and no costs"},
	{[]string{"competitor", "competition", "rival", "market", "competing"}, "other shops or the market as a whole", "market research from outside: your own sources know your own customers only"},
	{[]string{"follower", "like", "social"}, "your followers on social networks", "a source that counts them. I see who came from social networks and what they bought"},
	{[]string{"stock", "inventory", "warehouse", "sold"}, "stock levels", "your inventory. Your sources tell what was looked at and sold, and not what is left"},
	{[]string{"weather", "rain", "snow", "sunny", "heat", "temperature", "storm"}, "the weather", "weather records to put beside your sales. I can show you the sales of those days alone"},
	{[]string{"walked", "walk", "footfall", "foot", "physical", "brick", "till"}, "who comes into a physical store", "a source that counts visitors there, or tills that send their sales"},
	{[]string{"women", "woman", "men", "gender", "female", "male", "age", "old", "income"}, "gender, age or income", "a source that sends these traits of your customers"},
	{[]string{"satisfaction", "np", "nps", "review", "rating", "star", "support", "happy"}, "how satisfied people are", "survey answers, reviews or support tickets from a source that has them"},
	{[]string{"device", "mobile", "desktop", "browser", "iphone", "android"}, "which device people use", "a source that sends the device with its events"},
	{[]string{"delivery", "shipping", "return"}, "deliveries and the reasons for returns", "the data of your shipping service. I can count refunds"},
}

// outside says that the data does not have what is asked for, and what it would take.
func (t *turn) outside(q inquiry) error {
	for _, said := range q.outside() {
		for _, o := range outsides {
			if slices.ContainsFunc(said, func(w string) bool { return slices.Contains(o.words, w) }) {
				t.w.say("I cannot answer that: nothing in your data tells about %s.", o.what)
				t.w.paragraph("It would take %s. What I can tell you from your data: revenue, orders, visits, products, channels, countries, and what your customers did.", o.needs)
				return nil
			}
		}
	}
	t.w.say("I cannot answer that from your data.")
	t.w.paragraph("What I can tell you: revenue, orders, visits, products, channels, countries, and what your customers did.")
	return nil
}
