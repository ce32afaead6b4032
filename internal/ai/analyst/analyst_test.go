package analyst

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/ai/aitest"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

var update = flag.Bool("update", false, "write the goldens anew")

// ask has the analyst answer the last of the questions, with the ones before as history.
func ask(t *testing.T, a *Analyst, change func(*ai.Request), questions ...string) *aitest.Recorder {
	t.Helper()
	last := len(questions) - 1
	req := ai.Request{
		TurnID: aitest.TurnID, WorkspaceID: aitest.WorkspaceID, Question: questions[last], Now: aitest.Now, Analysis: aitest.Analysis(),
		Intent: Classify(IntentInput{Question: questions[last], Earlier: questions[:last], Now: aitest.Now, HasData: true}),
	}
	if change != nil {
		change(&req)
	}
	r := &aitest.Recorder{}
	result, err := a.Answer(context.Background(), req, r)
	require.NoError(t, err)
	assert.Equal(t, "analyst", result.Provider)
	return r
}

// asked is one question of each kind; the goldens are what a marketer reads.
var asked = []string{
	"Which customers abandoned their carts this week and how do I win them back?",
	"What campaign should I run next?",
	"Recommend a campaign for every segment",
	"How do I win back lapsed customers by SMS?",
	"What should I do about my at-risk VIPs?",
	"How many customers do we have?",
	"What was our revenue last month, by day?",
	"How much did we make yesterday?",
	"How many orders did we get this week?",
	"What are my top products?",
	"Which channel brings the most revenue?",
	"How much revenue did email bring in last week?",
	"Compare this month to last month",
	"How does March compare with April?",
	"Why did sales drop last week?",
	"Show the funnel",
	"What's our conversion rate?",
	"What's the average order value this month?",
	"When are my customers most active?",
	"How many customers can I reach by SMS?",
	"How many customers can I reach?",
	"Who are my best customers?",
	"How big is the lapsed segment?",
	"Give me an overview of my business",
	"What is our customer lifetime value?",
	"What's our churn?",
	"What is the open rate of our last newsletter?",
	"how many orders came from shopify",
	"show my segments",
	"Create a segment of customers who bought twice",
	"Create a campaign for cart abandoners",
	"Pause my summer campaign",
	"Show my campaigns",
	"Load demo data",
	"remove the demo data",
	"Connect Shopify",
	"Change my password",
	"log me out",
	"hi",
	"thanks!",
	"What can you do?",
	"What is a good open rate?",
	"How do I write a win-back email?",
	"Who won the world cup?",
}

func TestAnswersGolden(t *testing.T) {
	a := New(Config{Queries: &aitest.Queries{}})
	var b strings.Builder
	for _, q := range asked {
		r := ask(t, a, nil, q)
		fmt.Fprintf(&b, "=== %s\n%s\n", q, r.Answer())
		for i := range len(r.Cards) {
			c := r.Cards[i]
			fmt.Fprintf(&b, "[card %d] %s → %s (%d), %.2f/%.2f/%.2f\n", i, c.Name, c.Audience.Segment, c.Audience.Size, 100*c.Expected.Low, 100*c.Expected.Mid, 100*c.Expected.High)
			fmt.Fprintf(&b, "  %s\n", c.Rationale)
			for _, ch := range c.Channels {
				fmt.Fprintf(&b, "  %s, %s: %s\n", ch.Type, ch.Timing.Label, firstLine(ch.Message))
			}
		}
		for _, c := range r.Charts {
			fmt.Fprintf(&b, "[chart] %s, %s of %s, %d points\n", c.Title, c.Kind, c.Unit, len(c.X))
		}
		for _, tb := range r.Tables {
			fmt.Fprintf(&b, "[table] %s, %d rows\n", tb.Title, len(tb.Rows))
		}
		b.WriteString("\n")
	}
	golden := filepath.Join("testdata", "answers.golden")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String(), "answers changed; look at them, then run with -update")
}

func firstLine(m recommend.Message) string {
	line, _, _ := strings.Cut(m.Subject+" | "+m.Body, "\n")
	return line
}

// fixed are numbers that are part of a name or a length of time, not figures.
var fixed = regexp.MustCompile(`(last|past|the) \d+ (days|before)|\d+ days before|\d{1,2} [A-Z][a-z]+( \d{4})?|\(.*?\)|[A-Z][a-z]+ \d{4}|Runner 2|Top 10%|“[^”]*”|last \d+ days`)
var number_ = regexp.MustCompile(`\d[\d,.]*\d|\d`)

func TestEveryFigureHasItsSource(t *testing.T) {
	a := New(Config{Queries: &aitest.Queries{}})
	figures := 0
	for _, q := range asked {
		r := ask(t, a, nil, q)
		if len(r.Named) == 0 {
			continue // general talk
		}
		values := make([]string, 0, len(r.Named))
		for _, s := range r.Named {
			assert.NotEmpty(t, s.Label, q)
			assert.True(t, strings.HasPrefix(s.Query, "SELECT"), "%s: no query for %s", q, s.Label)
			assert.Contains(t, r.Answer(), s.Value, "%s: a source names a value that is not in the text", q)
			values = append(values, s.Value)
		}
		joined := strings.Join(values, " ")
		for _, n := range number_.FindAllString(fixed.ReplaceAllString(r.Answer(), ""), -1) {
			figures++
			assert.Contains(t, joined, strings.TrimRight(n, ".,"), "%q: %s has no source\n%s", q, n, r.Answer())
		}
	}
	assert.Greater(t, figures, 60)
}

func TestChartsAndTablesAreWhole(t *testing.T) {
	a := New(Config{Queries: &aitest.Queries{}})
	for _, q := range asked {
		r := ask(t, a, nil, q)
		for _, c := range r.Charts {
			assert.NotEmpty(t, c.Query, q)
			for _, s := range c.Series {
				assert.Len(t, s.Values, len(c.X), "%s: %s", q, c.Title)
			}
		}
		for _, tb := range r.Tables {
			assert.NotEmpty(t, tb.Query, q)
			for _, row := range tb.Rows {
				assert.Len(t, row, len(tb.Columns), "%s: %s", q, tb.Title)
			}
		}
	}
}

func TestMainQuestionHasCompleteCards(t *testing.T) {
	r := ask(t, New(Config{Queries: &aitest.Queries{}}), nil, "Which customers abandoned their carts this week and how do I win them back?")
	assert.Contains(t, r.Answer(), "**412 people left a cart behind this week**, with **€33,019.80** in open carts.")
	require.NotEmpty(t, r.Tables)
	assert.Equal(t, "Anna Keller", r.Tables[0].Rows[0][0])
	require.GreaterOrEqual(t, len(r.Cards), 2)
	assert.Equal(t, "Cart abandoners", r.Cards[0].Audience.Segment)
	for i, c := range r.Cards {
		assert.Equal(t, recommend.ID(aitest.TurnID, i), c.ID)
		assert.Equal(t, "analyst", c.Provider)
		assert.NotEmpty(t, c.Name)
		assert.NotEmpty(t, c.Rationale)
		assert.NotEmpty(t, c.Channels)
		assert.NotEmpty(t, c.Evidence)
	}
}

func TestWithoutQueriesItAnswersFromTheAnalysis(t *testing.T) {
	a := New(Config{})
	for _, q := range asked {
		assert.NotEmpty(t, ask(t, a, nil, q).Answer(), q)
	}
	r := ask(t, a, nil, "How much revenue did we make?")
	assert.Contains(t, r.Answer(), "€81,204.10")
	assert.Contains(t, r.Answer(), "up 12.5%")
}

func TestWithoutDataItSaysSo(t *testing.T) {
	a := New(Config{Queries: &aitest.Queries{}})
	empty := func(r *ai.Request) { r.Analysis = nil }
	for _, q := range []string{"How many customers do we have?", "What campaign should I run next?", "show my segments"} {
		r := ask(t, a, empty, q)
		assert.Contains(t, r.Answer(), "no data in this workspace", q)
		assert.Contains(t, r.Answer(), "demo data", q)
		assert.Empty(t, r.Cards)
	}
}

func TestVisitorsGetGeneralTalk(t *testing.T) {
	visitor := func(r *ai.Request) { r.Analysis, r.WorkspaceID = nil, uuid.Nil }
	r := ask(t, New(Config{}), visitor, "What can you do?")
	assert.Contains(t, r.Answer(), "sign in")
	r = ask(t, New(Config{}), visitor, "What is a good open rate?")
	assert.Contains(t, r.Answer(), "35 to 45%")
	assert.NotContains(t, r.Answer(), "your own figures")
}

func TestDemoDataIsNamed(t *testing.T) {
	demo := func(r *ai.Request) { r.Analysis.Demo = true }
	r := ask(t, New(Config{}), demo, "How many customers do we have?")
	assert.Contains(t, r.Answer(), "_These figures include demo data._")
	require.NotEmpty(t, r.Named)
	assert.True(t, r.Named[0].Demo)
}

func TestOnlyTheNamedChannel(t *testing.T) {
	r := ask(t, New(Config{}), nil, "How do I win back lapsed customers by SMS?")
	require.NotEmpty(t, r.Cards)
	for _, c := range r.Cards {
		require.Len(t, c.Channels, 1)
		assert.Equal(t, "sms", c.Channels[0].Type)
	}
}

func TestEverySegmentOnRequest(t *testing.T) {
	r := ask(t, New(Config{}), nil, "Recommend campaigns for all segments")
	assert.Len(t, r.Cards, 7, "every segment that has people")
	r = ask(t, New(Config{}), nil, "What campaign should I run next?")
	assert.Len(t, r.Cards, 4)
}

func TestStopsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	r := &aitest.Recorder{OnText: func(string) { cancel() }}
	req := ai.Request{TurnID: aitest.TurnID, WorkspaceID: aitest.WorkspaceID, Question: "What campaign should I run next?", Now: aitest.Now, Analysis: aitest.Analysis(), Intent: chat.Intent{Name: chat.IntentRecommendation}}
	_, err := New(Config{}).Answer(ctx, req, r)
	require.ErrorIs(t, err, context.Canceled)
	assert.Len(t, r.Deltas, 1)
	assert.Empty(t, r.Cards)
}

func TestAFailedQueryIsAnError(t *testing.T) {
	down := apperr.New(apperr.Unavailable, "database_down", "The database does not answer.")
	a := New(Config{Queries: &aitest.Queries{Err: errors.Join(down)}})
	req := ai.Request{WorkspaceID: aitest.WorkspaceID, Question: "revenue last month", Now: aitest.Now, Analysis: aitest.Analysis()}
	_, err := a.Answer(context.Background(), req, &aitest.Recorder{})
	assert.True(t, apperr.Is(err, apperr.Unavailable))
}

func TestTextStreamsInSmallPieces(t *testing.T) {
	r := ask(t, New(Config{}), nil, "What is a good open rate?")
	assert.Greater(t, len(r.Deltas), 10)
	for _, d := range r.Deltas {
		assert.LessOrEqual(t, len(d), 60)
	}
	assert.Equal(t, r.Answer(), strings.Join(r.Deltas, ""))
}
