package api_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/api"
	"github.com/pulsehub/pulsehub/internal/learn"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

type learningBody struct {
	LearnedAt    *time.Time
	Pending      bool
	Global       float64
	HalfLifeDays int
	Workspace    api.LearnedLevel
	Channels     []api.LearnedLevel
	Hours        []api.LearnedLevel
	Cells        []api.LearnedLevel
	Total        int
	Changes      []api.LearnedChange
	Queries      api.LearnedQueries
}

func setupLearning(t *testing.T) (*accounts, *[]uuid.UUID) {
	t.Helper()
	var started []uuid.UUID
	a := setupAccounts(t, func(a *accounts) {
		a.extend = func(s *api.Services) {
			s.Recommendations = recommend.NewService(recommend.ServiceConfig{Repository: a.store, Learn: func(_ context.Context, id uuid.UUID) { started = append(started, id) }})
			s.Learning = learn.NewService(a.store)
		}
	})
	return a, &started
}

// learn does what the activity does.
func (a *accounts) learn(workspace uuid.UUID) {
	a.t.Helper()
	ctx := context.Background()
	facts, version, request, err := a.store.LearningFacts(ctx, workspace, time.Now())
	require.NoError(a.t, err)
	_, _, err = a.store.SaveLearning(ctx, workspace, learn.Learn(facts), version, request)
	require.NoError(a.t, err)
}

func TestLearningBeginsWithTheBenchmark(t *testing.T) {
	a, _ := setupLearning(t)
	c := a.client()
	c.register("ada@example.com")
	b := decode[learningBody](c.do(http.MethodGet, "/ai/learning", nil), http.StatusOK)
	assert.Nil(t, b.LearnedAt)
	assert.False(t, b.Pending)
	assert.InDelta(t, learn.GlobalRate, b.Workspace.Mean, 1e-9)
	assert.Equal(t, 1.0, b.Workspace.Shrunk)
	require.Len(t, b.Channels, 4)
	assert.Contains(t, b.Channels[1].Words, "SMS: about 1.7 orders for 100 messages")
	for _, list := range [][]api.LearnedLevel{b.Hours, b.Cells} {
		assert.NotNil(t, list)
		assert.Empty(t, list)
	}
	assert.Equal(t, 90, b.HalfLifeDays)
}

func TestFeedbackIsLearned(t *testing.T) {
	a, started := setupLearning(t)
	c, other := a.client(), a.client()
	ids := a.propose(c.register("ada@example.com"), 3)
	other.register("eve@example.com")
	for i, said := range []map[string]any{
		{"feedback": "positive", "campaignResults": map[string]any{"openRate": 0.5, "clickRate": 0.3, "conversionRate": 0.2, "revenue": 812.5}}, {"feedback": "positive"}, {"feedback": "negative"},
	} {
		decode[api.Recommendation](c.do(http.MethodPost, "/ai/recommendations/"+ids[i].String()+"/feedback", said), http.StatusOK)
	}
	require.Len(t, *started, 3)
	workspace := (*started)[0]
	assert.True(t, decode[learningBody](c.do(http.MethodGet, "/ai/learning", nil), http.StatusOK).Pending)
	a.learn(workspace)

	b := decode[learningBody](c.do(http.MethodGet, "/ai/learning", nil), http.StatusOK)
	require.NotNil(t, b.LearnedAt)
	assert.False(t, b.Pending)
	require.Len(t, b.Cells, 1)
	cell := b.Cells[0]
	assert.Equal(t, []string{"cart_abandoners", "Cart abandoners", "email", ""}, []string{cell.Segment, cell.SegmentName, cell.Channel, string(cell.HourBand)})
	assert.Equal(t, []int{2, 1, 1}, []int{cell.Evidence.Positive, cell.Evidence.Negative, cell.Evidence.Outcomes})
	assert.Equal(t, 812.5, cell.Evidence.Revenue)
	assert.True(t, cell.Low < cell.Mean && cell.Mean < cell.High && cell.Shrunk > 0 && cell.Shrunk < 1)
	assert.NotNil(t, cell.ChangedAt)
	assert.Contains(t, cell.Words, "Email to cart abandoners")
	assert.Contains(t, cell.Words, "From 3 ratings (2 positive, 1 negative); 1 campaign result.")
	require.Len(t, b.Changes, 1)
	assert.Contains(t, b.Changes[0].Words, "2 more positive ratings, 1 more negative rating, 1 more campaign result; from 1.7 to")
	assert.Contains(t, b.Queries.Ratings, workspace.String())

	assert.Empty(t, decode[learningBody](c.do(http.MethodGet, "/ai/learning?channel=sms", nil), http.StatusOK).Cells)
	assert.Len(t, decode[learningBody](c.do(http.MethodGet, "/ai/learning?channel=email&segment=cart_abandoners&limit=1", nil), http.StatusOK).Cells, 1)
	assert.Equal(t, http.StatusUnprocessableEntity, c.do(http.MethodGet, "/ai/learning?limit=201", nil).status)

	theirs := decode[learningBody](other.do(http.MethodGet, "/ai/learning", nil), http.StatusOK)
	assert.Empty(t, theirs.Cells)
	assert.InDelta(t, learn.GlobalRate, theirs.Workspace.Mean, 1e-9)
}

// What cannot be is refused by its name, nothing of it is kept, and nothing is learned from it.
func TestImpossibleResultsAreRefused(t *testing.T) {
	a, started := setupLearning(t)
	c := a.client()
	id := a.propose(c.register("ada@example.com"), 1)[0]
	for _, results := range []map[string]any{
		{"openRate": 1.1, "clickRate": 0.1, "conversionRate": 0.1, "revenue": 0}, {"openRate": 0.1, "clickRate": -0.1, "conversionRate": 0.1, "revenue": 0},
		{"openRate": 0.1, "clickRate": 0.1, "conversionRate": 32, "revenue": 0}, {"openRate": 0.1, "clickRate": 0.1, "conversionRate": 0.1, "revenue": -1},
		{"openRate": 0.1, "clickRate": 0.1, "conversionRate": 0.1, "revenue": 1e13},
	} {
		res := c.do(http.MethodPost, "/ai/recommendations/"+id.String()+"/feedback", map[string]any{"feedback": "positive", "campaignResults": results})
		p := decode[struct{ Errors []struct{ Field string } }](res, http.StatusUnprocessableEntity)
		require.Len(t, p.Errors, 1)
		assert.Contains(t, p.Errors[0].Field, "campaignResults.")
	}
	assert.Empty(t, *started)
	assert.False(t, decode[learningBody](c.do(http.MethodGet, "/ai/learning", nil), http.StatusOK).Pending)
}

// Without a token nothing is told.
func TestLearningNeedsAnAccount(t *testing.T) {
	a, _ := setupLearning(t)
	assert.Equal(t, http.StatusUnauthorized, a.client().do(http.MethodGet, "/ai/learning", nil).status)
}
