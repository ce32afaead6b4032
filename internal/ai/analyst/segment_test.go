package analyst

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/segment"
)

func parsed(t *testing.T, text string) segment.Parsed {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	p, err := New(Config{}).ParseSegment(context.Background(), text, time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC), zone)
	require.NoError(t, err)
	if p.Rule != nil {
		require.NoError(t, p.Rule.Validate(), text)
	}
	return p
}

// What people say, and the rule in words that it is read as.
func TestSegmentsInPlainWords(t *testing.T) {
	for text, want := range map[string]string{
		"people in Germany who bought twice in the last 90 days but not this month": `Country is "DE", and ordered at least twice in the last 90 days, and never ordered since 1 November 2026`,
		"spent more than 200 euros and opened no email since March":                 `Money spent more than 200 EUR, and never opened a message with channel is "email" since 1 March 2026`,
		"abandoned cart over 50": `Has open cart, and hours since the open cart was last touched at least 1, and value of the open cart more than 50 EUR`,
		"customers who abandoned a cart worth more than €100 in the last 7 days": `Has open cart, and hours since the open cart was last touched at least 1, and value of the open cart more than 100 EUR, and days since the open cart was last touched at most 7`,
		"everyone who never ordered":                    `Never ordered`,
		"people who haven't bought anything in 60 days": `Never ordered in the last 60 days`,
		"no orders":                         `Never ordered`,
		"at least 3 orders":                 `Orders at least 3`,
		"customers with more than 5 orders": `Orders more than 5`,
		"German customers with 2 or more orders in the last 30 days": `Country is "DE", and ordered at least twice in the last 30 days`,
		"bought exactly once":                                       `Ordered once`,
		"ordered more than three times last month":                  `Ordered more than 3 times from 1 October 2026 to before 1 November 2026`,
		"ordered between March and May":                             `Ordered from 1 March 2026 to before 1 June 2026`,
		"bought \"Sun Hat\" in the last 6 months":                   `Ordered with product is "Sun Hat" in the last 184 days`,
		"bought for more than 150 in the last 30 days":              `Ordered with value more than 150 EUR in the last 30 days`,
		"live in Austria or Switzerland":                            `Country is one of "AT" and "CH"`,
		"from the UK, France and Spain":                             `Country is one of "GB", "FR", "ES"`,
		"not in Germany":                                            `Country is not "DE"`,
		"outside Germany":                                           `Country is not "DE"`,
		"people in Berlin or Hamburg":                               `City is one of "Berlin" and "Hamburg"`,
		"viewed a product 3 times in the last week":                 `Viewed a product at least 3 times from 16 November 2026 to before 23 November 2026`,
		"viewed a product in the last 14 days but never bought":     `Viewed a product in the last 14 days, and never ordered`,
		"added something to their cart yesterday":                   `Put a product into the cart from 24 November 2026 to before 25 November 2026`,
		"began to check out in the last 48 hours and did not order": `Began to check out in the last 48 hours, and never ordered`,
		"active in the last 30 days":                                `Days since last active at most 30`,
		"not seen for 60 days":                                      `Days since last active more than 60`,
		"inactive for 3 months":                                     `Days since last active more than 90`,
		"last ordered more than 90 days ago":                        `Days since the last order more than 90`,
		"new in the last 30 days with no orders":                    `Days since the first visit at most 30, and never ordered`,
		"signed up this year":                                       `Signed up since 1 January 2026`,
		"clicked in an email in the last 30 days":                   `Clicked in a message with channel is "email" in the last 30 days`,
		"opened at least 3 emails in the last 90 days":              `Opened a message with channel is "email" at least 3 times in the last 90 days`,
		"did not open an sms since June":                            `Never opened a message with channel is "sms" since 1 June 2026`,
		"top 5% of customers by revenue":                            `Has spent as much as the top 5 % of all who bought`,
		"VIPs who agreed to email":                                  `Has spent as much as the top tenth of all who bought, and has consent to email`,
		"lapsed customers reachable by sms":                         `(orders more than 0, and days since the last order more than 90), and (has consent to SMS, and phone number is known)`,
		"average order over 80":                                     `Average order more than 80 EUR`,
		"more than 10 visits and spent less than 50":                `Visits more than 10, and money spent less than 50 EUR`,
		"visited more than 5 times":                                 `Visits more than 5`,
		"spent between 100 and 500 euros":                           `Money spent between 100 EUR and 500 EUR`,
		"spent at least 1,250.50":                                   `Money spent at least 1250.50 EUR`,
		"with a gmail address":                                      `Email address ends with "@gmail.com"`,
		"without a phone number":                                    `Phone number is not known`,
		"named Anna":                                                `First name is "Anna"`,
		"got a refund in the last 30 days":                          `Got a refund in the last 30 days`,
		"costumers from germnay who bougth twice":                   `Country is "DE", and ordered at least twice`,
		"searched for something in the last 7 days":                 `Searched in the last 7 days`,
		"unsubscribed from emails":                                  `Unsubscribed with channel is "email"`,
		"bought twice or spent more than 500":                       `Ordered at least twice, or money spent more than 500 EUR`,
		"whose plan is gold":                                        `Plan is "gold"`,
		"in the last 30 days bought at least twice":                 `Ordered at least twice in the last 30 days`,
	} {
		p := parsed(t, text)
		if p.Rule == nil {
			t.Errorf("%s: nothing; %v", text, p.Unsure)
			continue
		}
		zone, _ := time.LoadLocation("Europe/Berlin")
		if got := p.Rule.Words(map[uuid.UUID]string{}, "EUR", zone); got != want {
			t.Errorf("%s\n  got  %s\n  want %s\n  unsure %v", text, got, want, p.Unsure)
		}
	}
}

// What is not understood is said, and nothing is made of it.
func TestWhatIsNotUnderstoodIsSaid(t *testing.T) {
	for text, want := range map[string]struct {
		rule   bool
		unsure string
	}{
		"bought twice and wear red socks":             {true, `"wear red sock`},
		"spent over 200 in the last 90 days":          {true, "all time only"},
		"people in Springfield":                       {true, `"Springfield" is read as a city`},
		"bought twice or searched and live in France": {true, `"or" is read as`},
		"whose shoe is 42":                            {true, `"shoe" is read as an attribute of your own`},
		"visited more than 5 times this month":        {true, "visits are counted over all time"},
		"abandoned a cart since monday":               {true, "counted in days back from today"},
		"costumers from germnay":                      {true, `"germnay" is read as germany`},
		"with more luck than sense":                   {false, "luck"},
		"last month":                                  {false, "a time that nothing happens in"},
		"":                                            {false, ""},
		"'; DROP TABLE segments; --":                  {false, "DROP TABLE"},
		"who are happy":                               {false, `"happy"`},
	} {
		p := parsed(t, text)
		require.Equal(t, want.rule, p.Rule != nil, "%s: %+v", text, p)
		require.Contains(t, strings.Join(p.Unsure, "; "), want.unsure, text)
	}
	require.Empty(t, parsed(t, "bought twice in the last 30 days").Unsure)
	require.Equal(t, Name, parsed(t, "bought").Provider)
}

// Whatever is said in whatever order, reading ends, and what is read is a rule.
func TestAnyWordsAreReadInPlainWords(t *testing.T) {
	vocabulary := strings.Fields(`not never no or and but in the last 30 days since march bought twice spent more than less 200 euros between 5 10 germany Berlin
		abandoned cart over worth opened clicked email sms at least once times orders visits top % vips lapsed active inactive for weeks ago signed up "hat" whose plan is
		gold outside from UK named without phone number reachable by yesterday viewed a product added to their average order 0 99999999999999999999 1e9 7. € , ; @x.com today this month may`)
	for seed := range uint64(4000) {
		r := rand.New(rand.NewPCG(seed, 3))
		words := make([]string, 1+r.IntN(14))
		for i := range words {
			words[i] = vocabulary[r.IntN(len(vocabulary))]
		}
		text := strings.Join(words, " ")
		require.NotPanics(t, func() { parsed(t, text) }, "seed %d: %s", seed, text)
	}
	parsed(t, strings.Repeat("in Berlin or ", 5000))
}
