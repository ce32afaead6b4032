package recommend_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/ai/aitest"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

func build(t *testing.T, change func(*recommend.BuildInput)) (recommend.Recommendation, bool) {
	t.Helper()
	in := recommend.BuildInput{
		TurnID: aitest.TurnID, Index: 2, Analysis: aitest.Analysis(), Provider: "openai", Now: aitest.Now,
		Draft: recommend.Draft{Segment: "cart_abandoners"},
	}
	if change != nil {
		change(&in)
	}
	return recommend.Build(in)
}

func TestEverySegmentsCardIsComplete(t *testing.T) {
	for _, key := range recommend.Pick(aitest.Analysis(), "", 0) {
		for _, channel := range recommend.ChannelTypes {
			card, ok := build(t, func(in *recommend.BuildInput) { in.Draft.Segment, in.Channel = key, channel })
			require.True(t, ok, key)
			require.Len(t, card.Channels, 1, "%s by %s", key, channel)
			c := card.Channels[0]
			assert.Equal(t, channel, c.Type)
			assert.NotEmpty(t, c.Message.Body)
			assert.NotEmpty(t, c.Timing.Label)
			assert.NotContains(t, c.Timing.Label, "%")
			switch channel {
			case "email", "push":
				assert.NotEmpty(t, c.Message.Subject)
			case "sms":
				assert.Empty(t, c.Message.Subject)
				assert.LessOrEqual(t, recommend.SMSLength(c.Message.Body), 160, key)
				assert.Contains(t, c.Message.Body, "STOP")
			case "whatsapp":
				assert.Contains(t, c.Message.Body, "STOP")
			}
			assert.Equal(t, strings.Count(c.Message.Body, "{{"), strings.Count(c.Message.Body, "}}"))
			if c.Timing.Kind == "after_event" {
				assert.NotEmpty(t, c.Timing.AfterEvent)
				assert.NotEmpty(t, c.Timing.Delay)
			}
			assert.Less(t, card.Expected.Low, card.Expected.Mid)
			assert.Less(t, card.Expected.Mid, card.Expected.High)
			assert.Greater(t, card.Expected.Low, 0.0)
			assert.Less(t, card.Expected.High, 0.5)
			assert.Contains(t, card.Rationale, "Estimate:")
			assert.Contains(t, card.Rationale, "Method:")
			for _, e := range card.Evidence {
				assert.NotEmpty(t, e.Label)
				assert.NotEmpty(t, e.Value)
				assert.True(t, strings.HasPrefix(e.Query, "SELECT"))
			}
		}
	}
}

func TestNumbersComeFromTheAnalysis(t *testing.T) {
	card, ok := build(t, nil)
	require.True(t, ok)
	assert.Equal(t, recommend.ID(aitest.TurnID, 2), card.ID)
	assert.Equal(t, int64(1204), card.Audience.Size)
	assert.Equal(t, map[string]int64{"email": 842, "sms": 301, "push": 240, "whatsapp": 133}, card.Audience.Reachable)
	assert.NotEqual(t, uuid.Nil, card.Audience.SegmentID)
	assert.Equal(t, "1,204", card.Evidence[0].Value)
	assert.Equal(t, "€98,120.55", card.Evidence[2].Value)
}

// A card shows its estimate twice, in words and as a figure: rounded alike, wherever it falls.
func TestWordsAndFiguresAgree(t *testing.T) {
	for n := range 200 {
		card, ok := build(t, func(in *recommend.BuildInput) {
			for i := range in.Analysis.Segments {
				in.Analysis.Segments[i].OrdersPer30Days = float64(n) / 100
			}
		})
		require.True(t, ok)
		e := card.Expected
		assert.Contains(t, card.Rationale, fmt.Sprintf("Estimate: %s of the people messaged order within 7 days (90%% interval %s to %s)",
			recommend.Percent(e.Mid), recommend.Percent(e.Low), recommend.Percent(e.High)))
	}
}

func TestDraftsAreRepairedOrDropped(t *testing.T) {
	for name, c := range map[string]struct {
		draft recommend.Draft
		ok    bool
		check func(t *testing.T, card recommend.Recommendation)
	}{
		"unknown segment": {draft: recommend.Draft{Segment: "everyone"}},
		"empty segment":   {draft: recommend.Draft{Segment: "at_risk_vips"}},
		"no segment":      {draft: recommend.Draft{}},
		"empty body": {draft: recommend.Draft{Segment: "cart_abandoners", Channels: []recommend.Channel{{Type: "email"}}}, ok: true, check: func(t *testing.T, card recommend.Recommendation) {
			assert.Contains(t, card.Channels[0].Message.Body, "cart")
			assert.NotEmpty(t, card.Channels[0].Message.Subject)
		}},
		"unknown channel": {draft: recommend.Draft{Segment: "cart_abandoners", Channels: []recommend.Channel{{Type: "fax", Message: recommend.Message{Body: "hi"}}}}, ok: true, check: func(t *testing.T, card recommend.Recommendation) {
			assert.Equal(t, "email", card.Channels[0].Type)
		}},
		"same channel twice": {draft: recommend.Draft{Segment: "cart_abandoners", Channels: []recommend.Channel{{Type: "email", Message: recommend.Message{Subject: "a", Body: "first"}}, {Type: "Email", Message: recommend.Message{Subject: "b", Body: "second"}}}}, ok: true, check: func(t *testing.T, card recommend.Recommendation) {
			require.Len(t, card.Channels, 1)
			assert.Equal(t, "first", card.Channels[0].Message.Body)
		}},
		"sms too long": {draft: recommend.Draft{Segment: "cart_abandoners", Channels: []recommend.Channel{{Type: "sms", Message: recommend.Message{Body: strings.Repeat("long ", 60)}}}}, ok: true, check: func(t *testing.T, card recommend.Recommendation) {
			assert.LessOrEqual(t, recommend.SMSLength(card.Channels[0].Message.Body), 160)
		}},
		"sms without a way out": {draft: recommend.Draft{Segment: "cart_abandoners", Channels: []recommend.Channel{{Type: "sms", Message: recommend.Message{Subject: "x", Body: "Your cart waits."}}}}, ok: true, check: func(t *testing.T, card recommend.Recommendation) {
			assert.Equal(t, "Your cart waits. Opt out: STOP", card.Channels[0].Message.Body)
			assert.Empty(t, card.Channels[0].Message.Subject)
		}},
		"impossible timing": {draft: recommend.Draft{Segment: "cart_abandoners", Channels: []recommend.Channel{{Type: "email", Message: recommend.Message{Subject: "s", Body: "b"}, Timing: recommend.Timing{Kind: "after_event", AfterEvent: "product_added", Delay: "soon", Label: "soon"}}}}, ok: true, check: func(t *testing.T, card recommend.Recommendation) {
			assert.Equal(t, "4h", card.Channels[0].Timing.Delay)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			card, ok := build(t, func(in *recommend.BuildInput) { in.Draft = c.draft })
			require.Equal(t, c.ok, ok)
			if c.check != nil {
				c.check(t, card)
			}
		})
	}
}

func TestPick(t *testing.T) {
	a := aitest.Analysis()
	assert.Equal(t, []string{"cart_abandoners", "potential_customers", "lapsed_customers"}, recommend.Pick(a, "cart_abandoners", 4))
	assert.Equal(t, "cart_abandoners", recommend.Pick(a, "", 1)[0])
	assert.Len(t, recommend.Pick(a, "", 0), 7, "nobody is in at_risk_vips")
	assert.Empty(t, recommend.Pick(nil, "", 4))
}

func TestFormats(t *testing.T) {
	assert.Equal(t, "1,234,567", recommend.Count(1234567))
	assert.Equal(t, "-1,234", recommend.Count(-1234))
	assert.Equal(t, "999", recommend.Count(999))
	a := aitest.Analysis()
	assert.Equal(t, "€418,311.45", recommend.Money(a.Overview.Revenue, "EUR"))
	assert.Equal(t, "-$418,311.45", recommend.Money(a.Overview.Revenue.Neg(), "USD"))
	assert.Equal(t, "PLN 418,311.45", recommend.Money(a.Overview.Revenue, "PLN"))
	assert.Equal(t, "¥418,311", recommend.Money(a.Overview.Revenue, "JPY"))
	assert.Equal(t, "3.2%", recommend.Percent(0.0316))
	assert.Equal(t, "4%", recommend.Percent(0.04))
	for share, want := range map[float64]string{0.0005: "0.1%", 0.0165: "1.7%", 0.0285: "2.9%", 0.1445: "14.5%", 1.0005: "100.1%", 12.5: "1,250%", 0.00049: "0%", -0.0165: "-1.7%"} { // as Intl.NumberFormat has them
		assert.Equal(t, want, recommend.Percent(share))
	}
}
