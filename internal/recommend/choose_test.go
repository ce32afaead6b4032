package recommend_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/ai/aitest"
	"github.com/pulsehub/pulsehub/internal/learn"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

// knows is a workspace that has learned these.
func knows(f learn.Facts) learn.Saved {
	f.AsOf = aitest.Now
	return learn.Saved{Model: learn.Learn(f), LearnedAt: aitest.Now, Queries: learn.Queries{Ratings: "SELECT 1 AS feedback", Traffic: "SELECT 2 AS messages"}}
}

func ratings(n int, o learn.Opinion, key learn.Key) learn.Facts {
	var f learn.Facts
	for range n {
		f.Ratings = append(f.Ratings, learn.Rating{Key: key, Opinion: o, Share: 1, At: aitest.Now})
	}
	return f
}

// share is in how many of a hundred turns' cards something is so.
func share(t *testing.T, segment string, known learn.Saved, is func(recommend.Recommendation) bool) int {
	t.Helper()
	n := 0
	for i := range 100 {
		card, ok := build(t, func(in *recommend.BuildInput) {
			in.Draft.Segment, in.Learned, in.TurnID = segment, known, uuid.NewSHA1(aitest.TurnID, []byte{byte(i)})
		})
		require.True(t, ok)
		if is(card) {
			n++
		}
	}
	return n
}

func has(channel string) func(recommend.Recommendation) bool {
	return func(r recommend.Recommendation) bool {
		for _, c := range r.Channels {
			if c.Type == channel {
				return true
			}
		}
		return false
	}
}

var smsToCarts = learn.Key{Segment: "cart_abandoners", Channel: "sms", Band: learn.OnEvent}

// A workspace that has learned nothing gets what the playbook says, in every segment: the widest channels, at its times.
func TestNothingLearnedIsThePlaybook(t *testing.T) {
	empty := knows(ratings(5, learn.Neutral, smsToCarts)) // which are counted, and not learned from
	for _, key := range recommend.Pick(aitest.Analysis(), "", 0) {
		plain, ok := build(t, func(in *recommend.BuildInput) { in.Draft.Segment = key })
		require.True(t, ok)
		require.Equal(t, []string{"email", "sms"}, []string{plain.Channels[0].Type, plain.Channels[1].Type})
		after, _ := build(t, func(in *recommend.BuildInput) { in.Draft.Segment, in.Learned = key, empty })
		require.Equal(t, plain, after)
	}
}

// Ratings of a channel for a segment change later cards for that segment, both ways, and others' less.
func TestRatingsChangeLaterCards(t *testing.T) {
	sms := has("sms")
	before := share(t, "cart_abandoners", knows(ratings(1, learn.Positive, learn.Key{Segment: "new_visitors", Channel: "email", Band: learn.OnEvent})), sms)
	worse := share(t, "cart_abandoners", knows(ratings(8, learn.Negative, smsToCarts)), sms)
	better := share(t, "cart_abandoners", knows(ratings(8, learn.Positive, smsToCarts)), sms)
	t.Logf("SMS on cards for cart abandoners: %d of 100 before, %d after 8 negative ratings, %d after 8 positive ones", before, worse, better)
	assert.Less(t, worse, before/2)
	assert.Greater(t, better, before+15)

	elsewhere := share(t, "lapsed_customers", knows(ratings(8, learn.Negative, smsToCarts)), sms)
	assert.Greater(t, elsewhere, worse, "what was said of one segment is not said of another")
}

// A campaign that did well brings its channel to the front.
func TestOutcomesChangeLaterCards(t *testing.T) {
	first := func(r recommend.Recommendation) bool { return r.Channels[0].Type == "whatsapp" }
	key := learn.Key{Segment: "cart_abandoners", Channel: "whatsapp", Band: learn.OnEvent}
	did := func(rate float64) learn.Saved {
		return knows(learn.Facts{Outcomes: []learn.Outcome{{Key: key, ClickRate: 2 * rate, ConversionRate: rate, Audience: 5000, Share: 1, At: aitest.Now}}})
	}
	assert.Zero(t, share(t, "cart_abandoners", did(0.01), first))
	assert.Greater(t, share(t, "cart_abandoners", did(0.4), first), 60)
}

// Hours are chosen by what was learned of them, only where something was, and by day where a phone rings.
func TestHoursAreLearned(t *testing.T) {
	mornings := knows(learn.Facts{Traffic: []learn.Traffic{
		{Channel: "email", Band: learn.Morning, Messages: 3000, WeightedMessages: 3000, WeightedClicked: 450, WeightedOrdered: 150},
		{Channel: "email", Band: learn.Evening, Messages: 3000, WeightedMessages: 3000, WeightedClicked: 60, WeightedOrdered: 20},
	}})
	timing := func(r recommend.Recommendation, channel string) recommend.Timing {
		for _, c := range r.Channels {
			if c.Type == channel {
				return c.Timing
			}
		}
		return recommend.Timing{}
	}
	morning := func(r recommend.Recommendation) bool {
		at := timing(r, "email")
		return at.Kind == "recipient_local" && at.Hour != nil && *at.Hour == 9 && strings.Contains(at.Label, "done best")
	}
	assert.Greater(t, share(t, "repeat_customers", mornings, morning), 75)
	assert.Zero(t, share(t, "cart_abandoners", mornings, morning), "what follows an event has no hour")
	assert.Zero(t, share(t, "repeat_customers", knows(ratings(3, learn.Positive, smsToCarts)), morning))
	usual := func(r recommend.Recommendation) bool {
		at := timing(r, "sms")
		return at.Hour == nil || *at.Hour == 19 && !strings.Contains(at.Label, "best")
	}
	assert.Equal(t, 100, share(t, "repeat_customers", mornings, usual), "nothing is known of hours on SMS")

	nights := knows(learn.Facts{Traffic: []learn.Traffic{{Channel: "sms", Band: learn.Night, Messages: 3000, WeightedMessages: 3000, WeightedClicked: 900, WeightedOrdered: 300}}})
	byDay := func(r recommend.Recommendation) bool {
		at := timing(r, "sms")
		return at.Hour == nil || *at.Hour >= 10 && *at.Hour <= 19
	}
	assert.Equal(t, 100, share(t, "repeat_customers", nights, byDay))
}

// A card is the same however often it is made, and says what it was chosen by.
func TestCardsSayWhatWasLearned(t *testing.T) {
	f := ratings(9, learn.Positive, smsToCarts)
	f.Ratings = append(f.Ratings, ratings(3, learn.Negative, smsToCarts).Ratings...)
	f.Outcomes = []learn.Outcome{{Key: smsToCarts, ConversionRate: 0.05, Audience: 100, Share: 1, At: aitest.Now}}
	f.Traffic = []learn.Traffic{{Channel: "sms", Band: learn.Morning, Messages: 1200, Clicked: 80, Ordered: 31, WeightedMessages: 1000, WeightedClicked: 60, WeightedOrdered: 25}}
	known := knows(f)
	make := func() recommend.Recommendation {
		card, ok := build(t, func(in *recommend.BuildInput) {
			in.Learned, in.Channel = known, "sms"
			in.Analysis.Demo = true
		})
		require.True(t, ok)
		return card
	}
	card := make()
	require.Equal(t, card, make())
	values := map[string]recommend.Evidence{}
	for _, e := range card.Evidence {
		values[e.Label] = e
	}
	said := values["SMS to cart abandoners: ratings"]
	assert.Equal(t, "12 times rated, 9 positive", said.Value, "what people said is no demo data")
	assert.Contains(t, said.Query, "segment_id = '"+card.Audience.SegmentID.String()+"'")
	assert.Equal(t, "1", values["SMS to cart abandoners: campaigns measured"].Value)
	assert.Equal(t, "1,200, 80 clicked, 31 brought an order", values["SMS: messages learned from (demo data)"].Value)
	assert.Contains(t, card.Rationale, "what was learned here: SMS to cart abandoners")
}

// A model's words stay where its channel is chosen; a channel that was judged badly gives way to the playbook's.
func TestLearnedChoosesAmongDrafts(t *testing.T) {
	draft := recommend.Draft{Segment: "cart_abandoners", Channels: []recommend.Channel{{Type: "email", Message: recommend.Message{Subject: "Mine", Body: "My words"}}, {Type: "sms", Message: recommend.Message{Body: "Short. STOP"}}}}
	sms, words := 0, 0
	for i := range 100 {
		card, ok := build(t, func(in *recommend.BuildInput) {
			in.Draft, in.Learned, in.TurnID = draft, knows(ratings(10, learn.Negative, smsToCarts)), uuid.NewSHA1(aitest.TurnID, []byte{byte(i)})
		})
		require.True(t, ok)
		require.Len(t, card.Channels, 2)
		for _, c := range card.Channels {
			if c.Type == "email" {
				words++
				require.Equal(t, "My words", c.Message.Body)
			}
			require.NotEmpty(t, c.Message.Body)
		}
		if has("sms")(card) {
			sms++
		}
	}
	assert.Greater(t, words, 75)
	assert.Less(t, sms, 40)
}
