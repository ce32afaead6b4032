package learn

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A report says how each place compares and from what, in words, and what is beyond doubt apart from what only seems so.
func TestReportInWords(t *testing.T) {
	key := func(channel string, band Band) Key {
		return Key{Segment: "cart_abandoners", Channel: channel, Band: band}
	}
	f := Facts{AsOf: asOf, Traffic: []Traffic{{Channel: "email", Band: Evening, Messages: 2400, Clicked: 240, Ordered: 61, WeightedMessages: 2400, WeightedClicked: 240, WeightedOrdered: 61}}}
	for range 6 {
		f.Outcomes = append(f.Outcomes, Outcome{Key: key("email", Evening), ClickRate: 0.4, ConversionRate: 0.2, Audience: 900, Share: 1, At: asOf})
		f.Ratings = append(f.Ratings, Rating{Key: key("sms", OnEvent), Opinion: Negative, Share: 1, At: asOf})
	}
	f.Ratings = append(f.Ratings, Rating{Key: key("sms", OnEvent), Opinion: Positive, Share: 1, At: asOf})
	m := Learn(f)
	saved := Saved{Model: m, LearnedAt: asOf, Changes: m.ChangesSince(nil)}
	r := saved.Report(Filter{})
	require.Len(t, r.Cells, 4, "the segment on each channel, and at its time")
	require.Equal(t, 4, r.Total)
	words := map[Key]Level{}
	for _, l := range append(append(r.Cells, r.Hours...), r.Channels...) {
		words[l.Key] = l
	}
	best := words[key("email", Evening)]
	assert.Equal(t, 1, best.Better)
	assert.Regexp(t, `^Email to cart abandoners in the evening does better than messages here on the whole: about \d+\.\d orders for 100 messages \(90% interval \d+\.\d to \d+\.\d\)\. From 6 campaign results\.$`, best.Words)
	worst := words[key("sms", OnEvent)]
	assert.Regexp(t, `^SMS to cart abandoners a while after something they did does worse than .* From 7 ratings \(1 positive, 6 negative\)\.$`, worst.Words)
	assert.Regexp(t, `^Email in the evening .* email at other times: .* From 2,400 messages, 240 clicked, 61 followed by an order\.$`, words[Key{Channel: "email", Band: Evening}].Words)
	assert.Contains(t, words[Key{Channel: "push"}].Words, "as nothing is known of these yet")
	assert.Contains(t, r.Workspace.Words, "other shops see 1.7")
	assert.Len(t, saved.Report(Filter{Channel: "sms"}).Cells, 2)
	assert.Empty(t, saved.Report(Filter{Segment: "engaged_users"}).Cells)
	limited := saved.Report(Filter{Limit: 1})
	assert.Len(t, limited.Cells, 1)
	assert.Equal(t, 4, limited.Total)

	require.Len(t, r.Changed, 3)
	assert.Contains(t, r.Changed[0], "orders for 100 messages.")
	assert.Empty(t, m.ChangesSince(m), "learning the same again changes nothing")
	f.AsOf = asOf.Add(HalfLife)
	assert.Empty(t, Learn(f).ChangesSince(m), "nor does time alone")
	assert.Equal(t, -1, Learn(Facts{AsOf: asOf, Ratings: f.Ratings[:6]}).ChangesSince(Learn(Facts{AsOf: asOf, Ratings: f.Ratings}))[0].Added.Positive, "what was taken back is told")

	assert.Equal(t, []string{"-1,204", "999", "1,234,567", "-12"}, []string{thousands(-1204), thousands(999), thousands(1234567), thousands(-12)})
}
