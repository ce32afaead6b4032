package ai_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/ai/aitest"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/resilience"
)

// scripted is a provider that says something and then ends in a certain way.
type scripted struct {
	name string
	say  string
	err  error
	asks int
}

func (s *scripted) Name() string  { return s.name }
func (s *scripted) Model() string { return s.name + "-model" }
func (s *scripted) Answer(_ context.Context, _ ai.Request, sink ai.Sink) (ai.Result, error) {
	s.asks++
	if s.say != "" {
		sink.Text(s.say)
	}
	return ai.Result{Provider: s.name}, s.err
}

const unavailableLine = "_The model is unavailable, so the built-in analyst answered._\n\n"

func setup(primary *scripted) (*ai.Router, *scripted, *resilience.Breaker) {
	fallback := &scripted{name: "analyst", say: "From the data."}
	breaker := resilience.NewBreaker(resilience.BreakerConfig{Name: "openai", Failures: 3, Wait: 30 * time.Millisecond})
	cfg := ai.RouterConfig{Fallback: fallback, Breaker: breaker}
	if primary != nil {
		cfg.Primary = primary
	}
	return ai.NewRouter(cfg), fallback, breaker
}

func TestRouter(t *testing.T) {
	quota := apperr.New(apperr.Forbidden, "model_quota_exhausted", "used up")
	down := apperr.New(apperr.Unavailable, "model_unavailable", "down")
	slow := apperr.New(apperr.RateLimited, "model_rate_limited", "slower")
	for name, c := range map[string]struct {
		primary *scripted
		change  func(*ai.Request)
		text    string
		by      string
		err     error
	}{
		"no model":                       {nil, nil, "From the data.", "analyst", nil},
		"the model answers":              {&scripted{name: "openai", say: "Hello."}, nil, "Hello.", "openai", nil},
		"final failure":                  {&scripted{name: "openai", err: quota}, nil, unavailableLine + "From the data.", "analyst", nil},
		"final failure mid-text":         {&scripted{name: "openai", say: "Hel", err: quota}, nil, "Hel", "openai", quota},
		"down: the caller retries":       {&scripted{name: "openai", err: down}, nil, "", "openai", down},
		"limited: the caller waits":      {&scripted{name: "openai", err: slow}, nil, "", "openai", slow},
		"the caller gave up on it":       {&scripted{name: "openai", say: "Hello."}, func(r *ai.Request) { r.ForceAnalyst = true }, unavailableLine + "From the data.", "analyst", nil},
		"final failure in a later round": {&scripted{name: "openai", err: quota}, func(r *ai.Request) { r.EarlierText = "Let me look." }, "", "openai", quota},
		"final failure after a chart":    {&scripted{name: "openai", err: quota}, func(r *ai.Request) { r.EarlierParts = []chat.Part{{Type: chat.PartChart}} }, "", "openai", quota},
	} {
		t.Run(name, func(t *testing.T) {
			router, _, _ := setup(c.primary)
			var req ai.Request
			if c.change != nil {
				c.change(&req)
			}
			r := &aitest.Recorder{}
			result, err := router.Answer(context.Background(), req, r)
			assert.Equal(t, c.text, r.Answer())
			assert.Equal(t, c.by, result.Provider)
			if c.err == nil {
				assert.NoError(t, err)
			} else {
				assert.ErrorIs(t, err, c.err)
			}
		})
	}
}

func TestAnOpenCircuitAnswersAtOnceAndHealsByItself(t *testing.T) {
	model := &scripted{name: "openai", err: apperr.New(apperr.Unavailable, "model_unavailable", "down")}
	router, fallback, breaker := setup(model)
	for range 3 {
		_, err := router.Answer(context.Background(), ai.Request{}, &aitest.Recorder{})
		require.Error(t, err)
	}
	require.Equal(t, "open", breaker.State())
	assert.False(t, router.Health()[0].Healthy)

	r := &aitest.Recorder{}
	result, err := router.Answer(context.Background(), ai.Request{}, r)
	require.NoError(t, err)
	assert.Equal(t, "analyst", result.Provider)
	assert.True(t, strings.HasPrefix(r.Answer(), unavailableLine))
	assert.Equal(t, 3, model.asks, "the model is left alone")
	assert.Equal(t, 1, fallback.asks)

	// A turn that has spoken must not change its voice: its caller retries from the start.
	_, err = router.Answer(context.Background(), ai.Request{EarlierText: "So far"}, &aitest.Recorder{})
	assert.Equal(t, apperr.Unavailable, apperr.KindOf(err))

	model.err, model.say = nil, "Back."
	require.Eventually(t, func() bool { return breaker.State() == "half_open" }, 2*time.Second, time.Millisecond)
	r = &aitest.Recorder{}
	result, err = router.Answer(context.Background(), ai.Request{}, r)
	require.NoError(t, err)
	assert.Equal(t, "openai", result.Provider)
	assert.Equal(t, "Back.", r.Answer())
	assert.Equal(t, "closed", breaker.State())
}

func TestWhatDoesNotOpenTheCircuit(t *testing.T) {
	for name, err := range map[string]error{
		"cancelled by the reader": context.Canceled,
		"refused":                 apperr.New(apperr.Invalid, "model_refused", "no"),
		"no key":                  apperr.New(apperr.Forbidden, "model_key_rejected", "no"),
		"rate limit":              apperr.New(apperr.RateLimited, "model_rate_limited", "slower"),
	} {
		t.Run(name, func(t *testing.T) {
			router, _, breaker := setup(&scripted{name: "openai", err: err})
			for range 20 {
				ctx, cancel := context.WithCancel(context.Background())
				if errors.Is(err, context.Canceled) {
					cancel()
				}
				_, _ = router.Answer(ctx, ai.Request{}, &aitest.Recorder{})
				cancel()
			}
			assert.Equal(t, "closed", breaker.State())
		})
	}
}

func TestHealth(t *testing.T) {
	router, _, _ := setup(&scripted{name: "openai", say: "Hello."})
	assert.Equal(t, []ai.Health{
		{Name: "openai", Model: "openai-model", Healthy: true, Circuit: "closed", Default: true},
		{Name: "analyst", Model: "analyst-model", Healthy: true, Circuit: "closed"},
	}, router.Health())
	_, err := router.Answer(context.Background(), ai.Request{}, &aitest.Recorder{})
	require.NoError(t, err)
	assert.Positive(t, router.Health()[0].Latency)

	router, _, _ = setup(nil)
	assert.Equal(t, []ai.Health{{Name: "analyst", Model: "analyst-model", Healthy: true, Circuit: "closed", Default: true}}, router.Health())
	assert.Equal(t, "analyst", router.Name())
	assert.Equal(t, "analyst-model", router.Model())
}

func TestToolDefinitionsAreAContract(t *testing.T) {
	var names []string
	for _, d := range ai.ToolDefinitions {
		names = append(names, d.Name)
		assert.NotEmpty(t, d.Description)
		assert.Equal(t, false, d.Parameters["additionalProperties"])
		assert.Len(t, d.Parameters["required"], len(d.Parameters["properties"].(map[string]any)), "%s: strict schemas require everything", d.Name)
	}
	assert.Equal(t, []string{"segment_size", "timeseries", "compare", "top_products", "funnel", "channels",
		"count_people", "segment_results", "explain_change", "countries", "product", "best_customers", "cohorts", "find_customer", "outlook", "at_risk"}, names)
}

func TestTools(t *testing.T) {
	queries := &aitest.Queries{}
	tools := ai.NewTools(ai.ToolsConfig{Data: ai.Data{Queries: queries}, Analyses: analyses{}})
	for tool, c := range map[string]struct{ args, holds string }{
		"segment_size": {`{"segment":"cart_abandoners","from":"2026-11-23","to":"2026-11-24"}`, `"size":412`},
		"timeseries":   {`{"metric":"revenue","granularity":"day","from":"2026-11-23","to":"2026-11-30"}`, `"unit":"money"`},
		"compare":      {`{"from":"2026-11-01","to":"2026-11-24","other_from":"2026-10-01","other_to":"2026-10-24"}`, `"other":{`},
		"top_products": {`{"from":"2026-11-01","to":"2026-11-24","limit":500}`, `"Trail Runner 2"`},
		"funnel":       {`{"from":"2026-11-01","to":"2026-11-24"}`, `"customers":2001`},
		"channels":     {`{"from":"2026-11-01","to":"2026-11-24"}`, `"channel":"email"`},
	} {
		t.Run(tool, func(t *testing.T) {
			got, err := tools.Run(context.Background(), aitest.WorkspaceID, tool, json.RawMessage(c.args), aitest.Now)
			require.NoError(t, err)
			assert.Contains(t, string(got), c.holds)
			assert.Contains(t, string(got), `"query":"SELECT`)
			assert.NotContains(t, string(got), "Anna Keller", "names are for the reader, not for a model")
		})
	}
}

func TestToolsSayWhatWouldBeRight(t *testing.T) {
	tools := ai.NewTools(ai.ToolsConfig{Data: ai.Data{Queries: &aitest.Queries{}}, Analyses: analyses{}})
	for name, c := range map[string]struct{ tool, args, says string }{
		"no such tool":     {"drop_table", `{"from":"2026-11-01","to":"2026-11-24"}`, "There is no tool"},
		"not JSON":         {"funnel", `{`, "arguments"},
		"unknown argument": {"funnel", `{"from":"2026-11-01","to":"2026-11-24","workspace":"x"}`, "arguments"},
		"no date":          {"funnel", `{"from":"last week","to":"2026-11-24"}`, "YYYY-MM-DD"},
		"backwards":        {"funnel", `{"from":"2026-11-24","to":"2026-11-01"}`, "empty"},
		"the future":       {"funnel", `{"from":"2027-11-24","to":"2027-11-25"}`, "future"},
		"too long":         {"funnel", `{"from":"1999-11-24","to":"2026-11-01"}`, "longer"},
		"metric":           {"timeseries", `{"metric":"profit","granularity":"day","from":"2026-11-01","to":"2026-11-24"}`, "Use one of"},
		"granularity":      {"timeseries", `{"metric":"orders","granularity":"second","from":"2026-11-01","to":"2026-11-24"}`, "day, week or month"},
		"too fine":         {"timeseries", `{"metric":"orders","granularity":"day","from":"2024-11-01","to":"2026-11-24"}`, "use week or month"},
		"segment":          {"segment_size", `{"segment":"x'; --","from":"2026-11-01","to":"2026-11-24"}`, "cart_abandoners"},
		"second range":     {"compare", `{"from":"2026-11-01","to":"2026-11-24","other_from":"","other_to":""}`, "YYYY-MM-DD"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tools.Run(context.Background(), aitest.WorkspaceID, c.tool, json.RawMessage(c.args), aitest.Now)
			require.Equal(t, apperr.Invalid, apperr.KindOf(err), "%v", err)
			assert.Contains(t, apperr.From(err).Message, c.says)
		})
	}
}

func TestToolsPassOnThatTheDataIsAway(t *testing.T) {
	down := apperr.New(apperr.Unavailable, "database_down", "down")
	tools := ai.NewTools(ai.ToolsConfig{Data: ai.Data{Queries: &aitest.Queries{Err: down}}, Analyses: analyses{}})
	_, err := tools.Run(context.Background(), aitest.WorkspaceID, "funnel", json.RawMessage(`{"from":"2026-11-01","to":"2026-11-24"}`), aitest.Now)
	assert.ErrorIs(t, err, down)
	tools = ai.NewTools(ai.ToolsConfig{Data: ai.Data{Queries: &aitest.Queries{}}, Analyses: analyses{none: true}})
	_, err = tools.Run(context.Background(), aitest.WorkspaceID, "funnel", json.RawMessage(`{"from":"2026-11-01","to":"2026-11-24"}`), aitest.Now)
	assert.Contains(t, apperr.From(err).Message, "no data")
}

type analyses struct{ none bool }

func (a analyses) Analysis(context.Context, uuid.UUID) (*analytics.Analysis, error) {
	if a.none {
		return nil, nil
	}
	return aitest.Analysis(), nil
}
