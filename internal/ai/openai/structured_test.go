package openai

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/ai/aitest"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/recommend"
	"github.com/pulsehub/pulsehub/internal/sandbox"
)

// cardJSON is a card as a model writes it.
func cardJSON(segment, body, rationale string) map[string]any {
	return map[string]any{"segment": segment, "name": "Card for " + segment, "rationale": rationale, "channels": []any{map[string]any{
		"type": "email", "subject": "Hello {{ first_name }}", "body": body,
		"timing": map[string]any{"kind": "after_event", "after_event": "product_added", "delay": "2h", "label": "2 hours after"},
	}}}
}

func answerJSON(t *testing.T, intro string, cards ...map[string]any) string {
	t.Helper()
	i, err := json.Marshal(intro)
	require.NoError(t, err)
	c, err := json.Marshal(cards)
	require.NoError(t, err)
	return `{"intro": ` + string(i) + `, "cards": ` + string(c) + `}`
}

func TestCardsStream(t *testing.T) {
	p, o := setup(t, sandbox.OpenAIConfig{}, func(c *Config) { c.Queries = &aitest.Queries{} })
	intro := "**412 people** left a cart behind this week, worth €33,019.80. \U0001F6D2 “Act soon”\n\n- first\n- then"
	o.Say(sandbox.Answer{Text: answerJSON(t, intro, cardJSON("cart_abandoners", "Your cart waits.", "They were close."), cardJSON("lapsed_customers", "Come back.", "They know you."))})
	var order []string
	r := &aitest.Recorder{
		OnText: func(string) { order = append(order, "text") },
		OnCard: func(int) { order = append(order, "card") },
	}
	result, err := p.Answer(context.Background(), mainQuestion(), r)
	require.NoError(t, err)
	assert.Equal(t, intro, r.Answer())
	assert.Greater(t, len(r.Deltas), 5, "the intro streams as it comes")
	assert.Equal(t, []string{"card", "card"}, order[len(order)-2:])
	assert.Positive(t, result.Usage.OutputTokens)

	require.Len(t, r.Cards, 2)
	c := r.Cards[0]
	assert.Equal(t, recommend.ID(aitest.TurnID, 0), c.ID)
	assert.Equal(t, "Card for cart_abandoners", c.Name)
	assert.Equal(t, "openai", c.Provider)
	assert.Equal(t, "Cart abandoners", c.Audience.Segment)
	assert.Equal(t, int64(1204), c.Audience.Size, "sizes come from the analysis")
	assert.Equal(t, "Your cart waits.", c.Channels[0].Message.Body)
	assert.Equal(t, "2h", c.Channels[0].Timing.Delay)
	assert.True(t, strings.HasPrefix(c.Rationale, "They were close. Estimate:"), c.Rationale)
	assert.Equal(t, "1,204", c.Evidence[0].Value)
	assert.Positive(t, c.Expected.Mid)

	require.Len(t, r.Named, 2)
	assert.Equal(t, "412", r.Named[0].Value)
	assert.Equal(t, "SELECT /* segment cart_abandoners */ 1", r.Named[0].Query, "the asked week was counted by its own query")
	assert.Equal(t, "€33,019.80", r.Named[1].Value)
}

func TestACardIsShownWhenItsBraceCloses(t *testing.T) {
	p, o := setup(t, sandbox.OpenAIConfig{}, nil)
	first := answerJSON(t, "Two ideas.", cardJSON("cart_abandoners", "Body.", "Why."))
	whole := strings.TrimSuffix(first, "]}") + strings.Repeat(" ", 40) + ", " + strings.TrimPrefix(answerJSON(t, "", cardJSON("lapsed_customers", "Body.", "Why.")), `{"intro": "", "cards": [`)
	o.Say(sandbox.Answer{Text: whole})
	// The stream hangs after the first card; the card must be there all the same.
	o.SetFault(&sandbox.Fault{Kind: sandbox.FaultStall, After: strings.Count(first, " ") + 30})
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r := &aitest.Recorder{OnCard: func(int) { cancel() }}
	_, err := p.Answer(ctx, mainQuestion(), r)
	require.ErrorIs(t, err, context.Canceled, "cancelled by the card, not timed out")
	assert.Len(t, r.Cards, 1)
	assert.Equal(t, "Two ideas.", r.Answer())
}

func TestCardsAreRepairedOrDropped(t *testing.T) {
	p, o := setup(t, sandbox.OpenAIConfig{}, nil)
	o.Say(sandbox.Answer{Text: answerJSON(t, "Ideas.",
		cardJSON("everyone", "No such segment.", "x"),
		cardJSON("at_risk_vips", "Nobody is in it.", "x"),
		cardJSON("cart_abandoners", "  ", "They will bring 99,999 orders."),
		cardJSON("cart_abandoners", "The same again.", "x"),
		map[string]any{"segment": 7},
		cardJSON("potential_customers", "Look again.", "They looked."),
	)})
	r := &aitest.Recorder{}
	_, err := p.Answer(context.Background(), mainQuestion(), r)
	require.NoError(t, err)
	require.Len(t, r.Cards, 2, "indexes have no holes")
	assert.Equal(t, "Cart abandoners", r.Cards[0].Audience.Segment)
	assert.Contains(t, r.Cards[0].Channels[0].Message.Body, "cart", "an empty body is filled from the playbook")
	assert.NotContains(t, r.Cards[0].Rationale, "99,999", "a number that is not ours does not get onto a card")
	assert.Equal(t, "Look again.", r.Cards[1].Channels[0].Message.Body)
}

func TestNoUsableCardMeansThePlaybooks(t *testing.T) {
	p, o := setup(t, sandbox.OpenAIConfig{}, nil)
	o.Say(sandbox.Answer{Text: answerJSON(t, "Ideas.", cardJSON("everyone", "x", "x"))})
	r := &aitest.Recorder{}
	_, err := p.Answer(context.Background(), mainQuestion(), r)
	require.NoError(t, err)
	require.Len(t, r.Cards, 2)
	assert.Equal(t, "Cart abandoners", r.Cards[0].Audience.Segment)
	assert.Equal(t, "analyst", r.Cards[0].Provider)
}

func TestServersThatIgnoreTheSchema(t *testing.T) {
	p, o := setup(t, sandbox.OpenAIConfig{}, nil)
	o.Say(
		sandbox.Answer{Text: "Sure! Here are some ideas for you."},
		sandbox.Answer{Text: "```json\n" + answerJSON(t, "Ideas.", cardJSON("cart_abandoners", "Body.", "Why.")) + "\n```"},
	)
	r := &aitest.Recorder{}
	_, err := p.Answer(context.Background(), mainQuestion(), r)
	require.NoError(t, err)
	assert.Equal(t, "Ideas.", r.Answer(), "the first try is never shown")
	assert.Len(t, r.Cards, 1)
	require.Len(t, o.Requests(), 2)
	assert.Contains(t, string(o.Requests()[1].Body), `"json_object"`)

	o.SetFault(&sandbox.Fault{Kind: sandbox.FaultNoSchema})
	r = &aitest.Recorder{}
	_, err = p.Answer(context.Background(), mainQuestion(), r)
	e := apperr.From(err)
	assert.Equal(t, CodeBadOutput, e.Code)
	assert.NotContains(t, []apperr.Kind{apperr.Unavailable, apperr.RateLimited}, e.Kind, "final: the analyst answers")
	assert.Empty(t, r.Answer())
	assert.Empty(t, r.Cards)
	assert.Len(t, o.Requests(), 4, "repaired once, not for ever")
}

func TestCutShortAfterACard(t *testing.T) {
	p, o := setup(t, sandbox.OpenAIConfig{}, nil)
	whole := answerJSON(t, "Ideas.", cardJSON("cart_abandoners", "Body.", "Why."), cardJSON("lapsed_customers", "Body.", "Why."))
	o.Say(sandbox.Answer{Text: whole[:len(whole)-40], FinishReason: "length"})
	r := &aitest.Recorder{}
	_, err := p.Answer(context.Background(), mainQuestion(), r)
	require.NoError(t, err)
	assert.Len(t, r.Cards, 1, "what is whole is kept")
}

func TestTheSandboxsOwnCardsAreWhole(t *testing.T) {
	p, _ := setup(t, sandbox.OpenAIConfig{}, nil)
	r := &aitest.Recorder{}
	_, err := p.Answer(context.Background(), mainQuestion(), r)
	require.NoError(t, err)
	assert.NotEmpty(t, r.Answer())
	assert.Len(t, r.Cards, 2)
}

func TestWithoutDataThereIsNothingStructured(t *testing.T) {
	p, o := setup(t, sandbox.OpenAIConfig{}, nil)
	req := mainQuestion()
	req.Analysis = nil
	_, err := p.Answer(context.Background(), req, &aitest.Recorder{})
	require.NoError(t, err)
	assert.NotContains(t, string(o.Requests()[0].Body), "response_format")
	assert.NotContains(t, string(o.Requests()[0].Body), `"tools"`)

	req = mainQuestion()
	req.Intent = chat.Intent{Name: chat.IntentGeneral}
	_, err = p.Answer(context.Background(), req, &aitest.Recorder{})
	require.NoError(t, err)
	assert.NotContains(t, string(o.Requests()[1].Body), "cart_abandoners", "general talk is not told the data")
}

// parse feeds an object in pieces of a given size.
func parse(data string, size int) (intro string, cards []string, p *cardParser) {
	var b strings.Builder
	p = &cardParser{}
	p.onIntro = func(d string) { b.WriteString(d) }
	p.onCard = func(raw json.RawMessage) { cards = append(cards, string(raw)) }
	for len(data) > 0 {
		n := min(size, len(data))
		p.write(data[:n])
		data = data[n:]
	}
	return b.String(), cards, p
}

func TestCardParserAtEveryCut(t *testing.T) {
	for name, data := range map[string]string{
		"plain":        `{"intro":"Hello","cards":[{"a":1},{"b":{"c":[1,2]}}]}`,
		"order":        `{"cards":[{"a":1}],"intro":"After"}`,
		"escapes":      `{"intro":"a\n\"b\"\\ \/ \u00e9 \u20ac \t","cards":[]}`,
		"surrogates":   `{"intro":"\ud83d\uded2 \uD83D\uDED2x","cards":[]}`,
		"raw utf-8":    `{"intro":"€ 🛒 é","cards":[{"x":"€ }] \" {"}]}`,
		"others":       `{"thinking":"a } b","n":1.5e3,"o":{"cards":[{"no":1}]},"intro":"x","list":["]",{"q":"}"}],"ok":true,"cards":[{"y":"\\"}],"z":null}`,
		"space":        " \n\t{ \"intro\" :\n \"x\" , \"cards\" : [ {\"a\" : 1 } , {\"b\":2} ] } \n",
		"fence":        "```json\n{\"intro\":\"x\",\"cards\":[{\"a\":1}]}\n```",
		"empty":        `{"intro":"","cards":[]}`,
		"nested cards": `{"intro":"x","cards":[{"channels":[{"body":"\"quoted\" {{ first_name }}"}]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			inner := strings.TrimSuffix(strings.TrimPrefix(data, "```json\n"), "\n```")
			var want struct {
				Intro string            `json:"intro"`
				Cards []json.RawMessage `json:"cards"`
			}
			require.NoError(t, json.Unmarshal([]byte(inner), &want))
			for size := 1; size <= len(data); size++ {
				intro, cards, p := parse(data, size)
				require.False(t, p.bad, "size %d", size)
				require.True(t, p.whole, "size %d", size)
				require.Equal(t, want.Intro, intro, "size %d", size)
				require.Len(t, cards, len(want.Cards), "size %d", size)
				for i := range cards {
					require.JSONEq(t, string(want.Cards[i]), cards[i])
				}
			}
		})
	}
}

func TestCardParserRefusesWhatIsNoSuchObject(t *testing.T) {
	for _, data := range []string{"Sure, here you go", `["intro"]`, `{"intro":5}`, `{"cards":{}}`, `{intro:"x"}`, "```python\nprint(1)", `{"intro":"\x"}`, `{"intro":"\u12g4"}`, `{"cards":["a"]}`, "5"} {
		_, cards, p := parse(data, 3)
		assert.True(t, p.bad, data)
		assert.Empty(t, cards, data)
	}
}

func TestHalfASurrogatePairIsReplaced(t *testing.T) {
	for data, want := range map[string]string{
		`{"intro":"\ud83d x"}`:        "\uFFFD x",
		`{"intro":"\ud83d"}`:          "\uFFFD",
		`{"intro":"\uded2"}`:          "\uFFFD",
		`{"intro":"\ud83d\u0041"}`:    "\uFFFDA",
		`{"intro":"a\u0000b"}`:        "a\uFFFDb",
		"{\"intro\":\"a\xe2\x82\"}":   "a\uFFFD",
		"{\"intro\":\"a\xff\xfe b\"}": "a\uFFFD\uFFFD b",
	} {
		intro, _, _ := parse(data, 1)
		assert.Equal(t, want, intro, data)
	}
}

func TestNothingOfAnEscapeLeaksEarly(t *testing.T) {
	p := &cardParser{onIntro: func(d string) { assert.NotContains(t, d, `\`) }, onCard: func(json.RawMessage) {}}
	for _, c := range []byte(`{"intro":"a\n\ud83d\uded2\"","cards":[]}`) {
		p.write(string(c))
	}
	assert.Equal(t, "a\n🛒\"", p.intro.String())
}
