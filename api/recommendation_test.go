package api_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/api"
	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

type fixedHealth []ai.Health

func (h fixedHealth) Health() []ai.Health { return h }

func setupRecommendations(t *testing.T) *accounts {
	t.Helper()
	return setupAccounts(t, func(a *accounts) {
		a.extend = func(s *api.Services) {
			s.Recommendations = recommend.NewService(recommend.ServiceConfig{Repository: a.store})
			s.Providers = fixedHealth{
				{Name: "openai", Model: "gpt-4o-mini", Circuit: "half_open", Healthy: true, Latency: 412 * time.Millisecond, Default: true},
				{Name: "analyst", Model: "rules-1", Circuit: "closed", Healthy: true},
			}
		}
	})
}

// propose plays the end of a turn: it stores cards in the account's workspace.
func (a *accounts) propose(who api.SignedIn, n int) []uuid.UUID {
	a.t.Helper()
	ctx := context.Background()
	var workspace uuid.UUID
	require.NoError(a.t, a.store.Pool().QueryRow(ctx, `SELECT workspace_id FROM users WHERE id = $1`, who.User.ID).Scan(&workspace))
	conversation, turn := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	_, err := a.store.Pool().Exec(ctx, `INSERT INTO conversations (id, workspace_id, user_id) VALUES ($1, $2, $3)`, conversation, workspace, who.User.ID)
	require.NoError(a.t, err)
	cards, ids := make([]recommend.Recommendation, n), make([]uuid.UUID, n)
	for i := range cards {
		ids[i] = recommend.ID(turn, i)
		cards[i] = recommend.Recommendation{
			ID: ids[i], Name: fmt.Sprintf("Card %d", i), Audience: recommend.Audience{Segment: "Cart abandoners", Size: 12, Reachable: map[string]int64{"email": 9}},
			Channels: []recommend.Channel{{Type: "email", Message: recommend.Message{Subject: "Hi", Body: "There"}, Timing: recommend.Timing{Kind: "now", Label: "Now"}}},
			Evidence: []recommend.Evidence{{Label: "People", Value: "12", Query: "SELECT 1"}}, Provider: "analyst", CreatedAt: time.Now().UTC(),
		}
	}
	require.NoError(a.t, a.store.SaveRecommendations(ctx, workspace, conversation, turn, cards))
	return ids
}

type history struct {
	Items      []api.Recommendation `json:"items"`
	NextCursor string               `json:"nextCursor"`
}

func TestRecommendationHistory(t *testing.T) {
	a := setupRecommendations(t)
	c := a.client()
	ids := a.propose(c.register("ada@example.com"), 5)

	first := decode[history](c.do(http.MethodGet, "/ai/recommendations/history?limit=3", nil), http.StatusOK)
	require.Len(t, first.Items, 3)
	require.NotEmpty(t, first.NextCursor)
	second := decode[history](c.do(http.MethodGet, "/ai/recommendations/history?limit=3&cursor="+first.NextCursor, nil), http.StatusOK)
	require.Len(t, second.Items, 2)
	assert.Empty(t, second.NextCursor)

	one := decode[api.Recommendation](c.do(http.MethodGet, "/ai/recommendations/"+ids[2].String(), nil), http.StatusOK)
	assert.Equal(t, "Card 2", one.Name)
	assert.Equal(t, recommend.Proposed, one.Status)
	assert.Equal(t, int64(9), one.Audience.Reachable["email"])
	assert.Nil(t, one.Feedback)

	assert.Contains(t, string(c.do(http.MethodGet, "/ai/recommendations/history?status=dismissed", nil).body), `"items":[]`)
}

func TestRecommendationFeedback(t *testing.T) {
	a := setupRecommendations(t)
	c := a.client()
	id := a.propose(c.register("ada@example.com"), 1)[0]
	path := "/ai/recommendations/" + id.String() + "/feedback"

	got := decode[api.Recommendation](c.do(http.MethodPost, path, map[string]any{
		"feedback": "positive", "comment": " Works ", "campaignResults": map[string]any{"openRate": 0.41, "clickRate": 0.08, "conversionRate": 0.03, "revenue": 1250.5},
	}), http.StatusOK)
	assert.Equal(t, recommend.Accepted, got.Status)
	require.NotNil(t, got.Feedback)
	assert.Equal(t, "Works", got.Feedback.Comment)
	require.NotNil(t, got.Feedback.CampaignResults)
	assert.InDelta(t, 1250.5, got.Feedback.CampaignResults.Revenue, 1e-9)

	for range 2 { // twice is once
		got = decode[api.Recommendation](c.do(http.MethodPost, path, map[string]any{"feedback": "negative"}), http.StatusOK)
		assert.Equal(t, recommend.Dismissed, got.Status)
		assert.Empty(t, got.Feedback.Comment)
		assert.Nil(t, got.Feedback.CampaignResults)
	}
	assert.Equal(t, 1, a.count(`SELECT count(*) FROM recommendation_feedback`))
	listed := decode[history](c.do(http.MethodGet, "/ai/recommendations/history?status=dismissed", nil), http.StatusOK)
	require.Len(t, listed.Items, 1)
}

func TestRecommendationsRefuseBadInput(t *testing.T) {
	a := setupRecommendations(t)
	c := a.client()
	id := a.propose(c.register("ada@example.com"), 1)[0].String()
	path := "/ai/recommendations/" + id + "/feedback"
	results := func(field string, value any) map[string]any {
		r := map[string]any{"openRate": 0.1, "clickRate": 0.1, "conversionRate": 0.1, "revenue": 1}
		r[field] = value
		return map[string]any{"feedback": "positive", "campaignResults": r}
	}
	for name, x := range map[string]struct {
		method, path string
		body         any
		status       int
		code, field  string
	}{
		"no verdict":          {http.MethodPost, path, map[string]any{}, 422, "invalid", "body"},
		"unknown verdict":     {http.MethodPost, path, map[string]any{"feedback": "meh"}, 422, "invalid", "body.feedback"},
		"unknown field":       {http.MethodPost, path, map[string]any{"feedback": "positive", "stars": 5}, 422, "unknown_field", "body"},
		"not JSON":            {http.MethodPost, path, `{"feedback":`, 400, "malformed", ""},
		"long comment":        {http.MethodPost, path, map[string]any{"feedback": "neutral", "comment": strings.Repeat("x", 2001)}, 422, "invalid", "body.comment"},
		"rate in percent":     {http.MethodPost, path, results("openRate", 41), 422, "invalid", "body.campaignResults.openRate"},
		"negative revenue":    {http.MethodPost, path, results("revenue", -1), 422, "invalid", "body.campaignResults.revenue"},
		"rate as text":        {http.MethodPost, path, results("clickRate", "much"), 422, "invalid", "body.campaignResults.clickRate"},
		"limit too high":      {http.MethodGet, "/ai/recommendations/history?limit=1000", nil, 422, "invalid", "query.limit"},
		"unknown status":      {http.MethodGet, "/ai/recommendations/history?status=loved", nil, 422, "invalid", "query.status"},
		"foreign cursor":      {http.MethodGet, "/ai/recommendations/history?cursor=abc", nil, 422, "bad_cursor", "query.cursor"},
		"no id":               {http.MethodGet, "/ai/recommendations/42", nil, 404, "not_found", ""},
		"nothing there":       {http.MethodGet, "/ai/recommendations/" + uuid.NewString(), nil, 404, "not_found", ""},
		"feedback on nothing": {http.MethodPost, "/ai/recommendations/" + uuid.NewString() + "/feedback", map[string]any{"feedback": "positive"}, 404, "not_found", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.do(x.method, x.path, x.body).problem(x.status, x.code)
			if x.field != "" {
				require.NotEmpty(t, p.Errors)
				assert.True(t, strings.HasPrefix(p.Errors[0].Field, x.field), p.Errors[0].Field)
			}
		})
	}
	assert.Equal(t, 0, a.count(`SELECT count(*) FROM recommendation_feedback`), "nothing half-written")
}

func TestRecommendationsOfOthersAreNotThere(t *testing.T) {
	a := setupRecommendations(t)
	mine, theirs := a.client(), a.client()
	id := a.propose(mine.register("ada@example.com"), 1)[0].String()
	theirs.register("eve@example.com")

	theirs.do(http.MethodGet, "/ai/recommendations/"+id, nil).problem(404, "not_found")
	theirs.do(http.MethodPost, "/ai/recommendations/"+id+"/feedback", map[string]any{"feedback": "negative"}).problem(404, "not_found")
	assert.Empty(t, decode[history](theirs.do(http.MethodGet, "/ai/recommendations/history", nil), http.StatusOK).Items)
	assert.Equal(t, recommend.Proposed, decode[api.Recommendation](mine.do(http.MethodGet, "/ai/recommendations/"+id, nil), http.StatusOK).Status)
}

func TestRecommendationsNeedAnAccount(t *testing.T) {
	c := setupRecommendations(t).client()
	for _, path := range []string{"/ai/recommendations/history", "/ai/recommendations/" + uuid.NewString(), "/ai/providers"} {
		c.do(http.MethodGet, path, nil).problem(401, "unauthenticated")
	}
}

func TestProviders(t *testing.T) {
	a := setupRecommendations(t)
	c := a.client()
	c.register("ada@example.com")
	got := decode[[]api.Provider](c.do(http.MethodGet, "/ai/providers", nil), http.StatusOK)
	assert.Equal(t, []api.Provider{
		{Name: "openai", Model: "gpt-4o-mini", Healthy: true, Circuit: "half_open", LatencyMs: 412, Default: true},
		{Name: "analyst", Model: "rules-1", Healthy: true, Circuit: "closed"},
	}, got)
}
