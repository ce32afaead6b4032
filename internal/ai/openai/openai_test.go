package openai

import (
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/ai/aitest"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/sandbox"
)

var update = flag.Bool("update", false, "write the goldens anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// setup is the provider against the sandbox, through real HTTP.
func setup(t testing.TB, server sandbox.OpenAIConfig, change func(*Config)) (*Provider, *sandbox.OpenAI) {
	t.Helper()
	o := sandbox.NewOpenAI(server)
	s := httptest.NewServer(o)
	cfg := Config{BaseURL: s.URL + "/v1", Model: "gpt-4o-mini", APIKey: "sk-test", Stall: 5 * time.Second, FirstByte: 5 * time.Second}
	if change != nil {
		change(&cfg)
	}
	p := New(cfg)
	t.Cleanup(func() {
		p.Close()
		s.CloseClientConnections()
		s.Close()
	})
	return p, o
}

func question(q string, intent chat.IntentName) ai.Request {
	return ai.Request{
		TurnID: aitest.TurnID, WorkspaceID: aitest.WorkspaceID, Question: q, Now: aitest.Now, Analysis: aitest.Analysis(), AllowTools: true,
		CompanyName: "Acme Outdoor", Intent: chat.Intent{Name: intent},
	}
}

func dataQuestion() ai.Request { return question("How much did we make?", chat.IntentDataQuestion) }

// mainQuestion is the demo's.
func mainQuestion() ai.Request {
	r := question("Which customers abandoned their carts this week and how do I win them back?", chat.IntentRecommendation)
	r.Intent.Entities = chat.Entities{Segment: "cart_abandoners", Timeframe: &chat.Timeframe{From: aitest.Now.AddDate(0, 0, -1), To: aitest.Now, Label: "this week"}}
	return r
}

func TestPlainAnswerStreams(t *testing.T) {
	p, o := setup(t, sandbox.OpenAIConfig{Key: "sk-test"}, nil)
	o.Say(sandbox.Answer{Text: "You made **€418,311.45** from 5,231 orders, 21% of visitors bought. In 2026 there were 12 months and 777 things."})
	r := &aitest.Recorder{}
	result, err := p.Answer(context.Background(), dataQuestion(), r)
	require.NoError(t, err)
	assert.Equal(t, "You made **€418,311.45** from 5,231 orders, 21% of visitors bought. In 2026 there were 12 months and 777 things.", r.Answer())
	assert.Greater(t, len(r.Deltas), 5, "token by token")
	assert.Equal(t, "openai", result.Provider)
	assert.Equal(t, "gpt-4o-mini", result.Model)
	assert.Positive(t, result.Usage.InputTokens)
	assert.Positive(t, result.Usage.OutputTokens)
	assert.Empty(t, result.ToolCalls)

	values := map[string]string{}
	for _, s := range r.Named {
		values[s.Value] = s.Label
		assert.True(t, strings.HasPrefix(s.Query, "SELECT"))
	}
	assert.Equal(t, map[string]string{"€418,311.45": "Revenue", "5,231": "Orders", "21%": "Ordered as a share of the first step"}, values, "numbers that are no figure are not sourced")
}

func TestNoKeyIsNeededWithABaseURL(t *testing.T) {
	p, _ := setup(t, sandbox.OpenAIConfig{}, func(c *Config) { c.APIKey = "" })
	r := &aitest.Recorder{}
	_, err := p.Answer(context.Background(), dataQuestion(), r)
	require.NoError(t, err)
	assert.NotEmpty(t, r.Answer())
}

func TestFailures(t *testing.T) {
	for name, c := range map[string]struct {
		fault sandbox.Fault
		kind  apperr.Kind
		code  string
		after time.Duration
	}{
		"rate limit":          {sandbox.Fault{Kind: sandbox.FaultRateLimit, RetryAfter: 1.5}, apperr.RateLimited, codeRateLimit, 1500 * time.Millisecond},
		"quota":               {sandbox.Fault{Kind: sandbox.FaultQuota}, apperr.Forbidden, CodeQuota, 0},
		"key":                 {sandbox.Fault{Kind: sandbox.FaultKey}, apperr.Forbidden, CodeKey, 0},
		"model":               {sandbox.Fault{Kind: sandbox.FaultModel}, apperr.NotFound, CodeModel, 0},
		"server error":        {sandbox.Fault{Kind: sandbox.FaultServer}, apperr.Unavailable, codeUnavailable, 0},
		"overloaded":          {sandbox.Fault{Kind: sandbox.FaultOverloaded, RetryAfter: 3}, apperr.Unavailable, codeUnavailable, 3 * time.Second},
		"cut":                 {sandbox.Fault{Kind: sandbox.FaultCut, After: 5}, apperr.Unavailable, codeCut, 0},
		"clean end too soon":  {sandbox.Fault{Kind: sandbox.FaultEOF, After: 5}, apperr.Unavailable, codeCut, 0},
		"broken chunk":        {sandbox.Fault{Kind: sandbox.FaultInvalidJSON, After: 5}, apperr.Unavailable, codeCut, 0},
		"error in the stream": {sandbox.Fault{Kind: sandbox.FaultMidstream, After: 5}, apperr.Unavailable, codeCut, 0},
		"stall":               {sandbox.Fault{Kind: sandbox.FaultStall, After: 5}, apperr.Unavailable, codeStalled, 0},
		"refusal":             {sandbox.Fault{Kind: sandbox.FaultRefusal}, apperr.Invalid, CodeRefusal, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p, o := setup(t, sandbox.OpenAIConfig{}, func(c *Config) { c.Stall = 150 * time.Millisecond })
			o.SetFault(&c.fault)
			r := &aitest.Recorder{}
			_, err := p.Answer(context.Background(), dataQuestion(), r)
			require.Error(t, err)
			e := apperr.From(err)
			assert.Equal(t, c.kind, e.Kind, "%v", err)
			assert.Equal(t, c.code, e.Code, "%v", err)
			assert.Equal(t, c.after, e.RetryAfter)
			assert.Len(t, r.Deltas, c.fault.After, "what came before the failure was streamed")
			assert.Len(t, o.Requests(), 1, "the provider itself never retries")
			assert.NotContains(t, err.Error(), "How much", "an error never quotes the prompt")
		})
	}
}

func TestNobodyThere(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	p := New(Config{BaseURL: gone.URL + "/v1", Model: "m"})
	_, err := p.Answer(context.Background(), dataQuestion(), &aitest.Recorder{})
	assert.Equal(t, apperr.Unavailable, apperr.KindOf(err))
}

func TestErrorsOfOtherServers(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		kind   apperr.Kind
	}{
		"plain text":     {http.StatusInternalServerError, "oops", apperr.Unavailable},
		"detail":         {http.StatusUnprocessableEntity, `{"detail":"no"}`, apperr.Invalid},
		"number as code": {http.StatusBadRequest, `{"error":{"message":"x","type":"y","code":400}}`, apperr.Invalid},
		"empty":          {http.StatusUnauthorized, ``, apperr.Forbidden},
		"html":           {http.StatusBadGateway, "<html>bad gateway</html>", apperr.Unavailable},
		"payment":        {http.StatusPaymentRequired, `{"error":{"message":"pay"}}`, apperr.Forbidden},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			defer s.Close()
			p := New(Config{BaseURL: s.URL, Model: "m"})
			defer p.Close()
			_, err := p.Answer(context.Background(), dataQuestion(), &aitest.Recorder{})
			assert.Equal(t, c.kind, apperr.KindOf(err), "%v", err)
		})
	}
}

func TestFirstByteTakesTooLong(t *testing.T) {
	release := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer s.Close()
	defer close(release)
	p := New(Config{BaseURL: s.URL, Model: "m", FirstByte: 50 * time.Millisecond})
	defer p.Close()
	_, err := p.Answer(context.Background(), dataQuestion(), &aitest.Recorder{})
	assert.Equal(t, codeStalled, apperr.From(err).Code)
}

func TestCancelledByTheCaller(t *testing.T) {
	p, o := setup(t, sandbox.OpenAIConfig{}, nil)
	o.SetFault(&sandbox.Fault{Kind: sandbox.FaultStall, After: 3})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r := &aitest.Recorder{}
	seen := 0
	r.OnText = func(string) {
		if seen++; seen == 3 {
			cancel()
		}
	}
	_, err := p.Answer(ctx, dataQuestion(), r)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestLengthLimitIsSaid(t *testing.T) {
	p, o := setup(t, sandbox.OpenAIConfig{}, nil)
	o.SetFault(&sandbox.Fault{Kind: sandbox.FaultLength})
	r := &aitest.Recorder{}
	_, err := p.Answer(context.Background(), dataQuestion(), r)
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(r.Answer(), "_The answer was cut off at the model's length limit._"))
}

func TestLookUps(t *testing.T) {
	p, o := setup(t, sandbox.OpenAIConfig{}, nil)
	queries := &aitest.Queries{}
	run := ai.NewTools(ai.ToolsConfig{Data: ai.Data{Queries: queries}, Analyses: fixedAnalysis{}})
	o.Say(
		sandbox.Answer{ToolCalls: []sandbox.ToolCall{
			{ID: "call_1", Name: "timeseries", Arguments: `{"metric":"revenue","granularity":"day","from":"2026-11-01","to":"2026-11-03"}`},
			{ID: "call_1", Name: "top_products", Arguments: `{"from":"2026-11-01","to":"2026-11-03","limit":2}`},
		}},
		sandbox.Answer{Text: "Trail Runner 2 made €24,633.00; the three days made 334 in all."},
	)
	req := question("Revenue by day and top products in November?", chat.IntentDataQuestion)
	r := &aitest.Recorder{}
	first, err := p.Answer(context.Background(), req, r)
	require.NoError(t, err)
	require.Len(t, first.ToolCalls, 2)
	assert.NotEqual(t, first.ToolCalls[0].ID, first.ToolCalls[1].ID, "ids are unique, whatever the server thinks")
	assert.Equal(t, "timeseries", first.ToolCalls[0].Tool)
	assert.Empty(t, r.Answer())

	for i := range first.ToolCalls {
		c := &first.ToolCalls[i]
		c.Result, err = run.Run(context.Background(), req.WorkspaceID, c.Tool, c.Arguments, req.Now)
		require.NoError(t, err)
	}
	req.ToolCalls, req.AllowTools = first.ToolCalls, false
	second, err := p.Answer(context.Background(), req, r)
	require.NoError(t, err)
	assert.Empty(t, second.ToolCalls)
	assert.Contains(t, r.Answer(), "€24,633.00")
	require.Len(t, r.Charts, 1, "a look-up that gives a series makes a chart")
	assert.Equal(t, "line", r.Charts[0].Kind)
	assert.Len(t, r.Charts[0].X, 3)
	require.Len(t, r.Named, 2)
	assert.Equal(t, "SELECT /* products */ 1", r.Named[0].Query)

	var sent struct {
		ToolChoice string `json:"tool_choice"`
		Messages   []struct{ Role, Content string }
	}
	require.NoError(t, json.Unmarshal(o.Requests()[1].Body, &sent))
	assert.Equal(t, "none", sent.ToolChoice, "the last round may not look up more")
	last := sent.Messages[len(sent.Messages)-1]
	assert.Equal(t, "tool", last.Role)
	assert.NotContains(t, last.Content, "SELECT", "a model has no use for SQL")
}

type fixedAnalysis struct{}

func TestALaterRoundBeginsAParagraph(t *testing.T) {
	p, o := setup(t, sandbox.OpenAIConfig{}, nil)
	o.Say(sandbox.Answer{Text: "It was 12,480."})
	req := dataQuestion()
	req.EarlierText = "Let me look at 5,231 orders."
	r := &aitest.Recorder{}
	_, err := p.Answer(context.Background(), req, r)
	require.NoError(t, err)
	assert.Equal(t, "\n\nIt was 12,480.", r.Answer())
	assert.Len(t, r.Named, 2, "the numbers of the earlier round are sourced too")
}

func TestPromptsGolden(t *testing.T) {
	long := question("and last week?", chat.IntentDataQuestion)
	for range 12 {
		long.History = append(long.History, ai.Turn{Question: strings.Repeat("why ", 100), Answer: strings.Repeat("because ", 400)})
	}
	long.History = append(long.History, ai.Turn{Question: "unanswered"})
	visitor := question("What can you do?", chat.IntentGeneral)
	visitor.WorkspaceID, visitor.Analysis = uuid.Nil, nil
	empty := dataQuestion()
	empty.Analysis = nil
	looked := dataQuestion()
	looked.EarlierText = "Let me look."
	looked.ToolCalls = []ai.ToolCall{
		{ID: "call_1", Tool: "funnel", Arguments: json.RawMessage(`{"from":"2026-11-01","to":"2026-11-03"}`), Result: json.RawMessage(`{"steps":[{"type":"page_viewed","customers":2001}],"query":"SELECT 1"}`)},
		{ID: "call_2", Tool: "segment_size", Arguments: json.RawMessage(`{`), Error: "The arguments are not what the tool takes."},
	}
	only := mainQuestion()
	only.Intent.Entities.Channel = "sms"
	segment, err := (&aitest.Queries{}).Segment(context.Background(), uuid.Nil, "cart_abandoners", analytics.Range{})
	require.NoError(t, err)
	for name, x := range map[string]struct {
		req     ai.Request
		segment *analytics.SegmentFigures
	}{
		"data": {dataQuestion(), nil}, "cards": {mainQuestion(), &segment}, "cards_by_sms": {only, nil}, "visitor": {visitor, nil},
		"no_data": {empty, nil}, "history": {long, nil}, "lookups": {looked, nil},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := json.MarshalIndent(messages(x.req, x.segment), "", "  ")
			require.NoError(t, err)
			got := strings.NewReplacer(`\n`, "\n      ", `\u003c`, "<", `\u003e`, ">").Replace(string(data)) + "\n"
			golden := filepath.Join("testdata", "prompt_"+name+".golden")
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), got, "the prompt changed; look at it, then run with -update")
			assert.Less(t, len(data), 30_000, "a prompt is bounded")
		})
	}
}

func TestNothingPersonalInThePrompt(t *testing.T) {
	p, o := setup(t, sandbox.OpenAIConfig{}, func(c *Config) { c.Queries = &aitest.Queries{} })
	_, err := p.Answer(context.Background(), mainQuestion(), &aitest.Recorder{})
	require.NoError(t, err)
	assert.NotContains(t, string(o.Requests()[0].Body), "Anna Keller")
}

func (fixedAnalysis) Analysis(context.Context, uuid.UUID) (*analytics.Analysis, error) {
	return aitest.Analysis(), nil
}
