package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/recommend"
	"github.com/pulsehub/pulsehub/internal/store"
	"github.com/pulsehub/pulsehub/internal/store/storetest"
)

// tenant is a workspace with a user and a conversation.
type tenant struct{ workspace, user, conversation uuid.UUID }

func newTenant(t *testing.T, s *store.Store) tenant {
	t.Helper()
	x := tenant{uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())}
	ctx := context.Background()
	for _, q := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO workspaces (id, name) VALUES ($1, 'Shop')`, []any{x.workspace}},
		{`INSERT INTO users (id, workspace_id, email, password_hash, first_name, last_name) VALUES ($1, $2, $3, 'x', 'Ada', 'Lovelace')`, []any{x.user, x.workspace, x.user.String() + "@example.com"}},
		{`INSERT INTO conversations (id, workspace_id, user_id) VALUES ($1, $2, $3)`, []any{x.conversation, x.workspace, x.user}},
	} {
		_, err := s.Pool().Exec(ctx, q.sql, q.args...)
		require.NoError(t, err)
	}
	return x
}

func cardsOf(turn uuid.UUID, n int, at time.Time) []recommend.Recommendation {
	cards := make([]recommend.Recommendation, n)
	for i := range cards {
		cards[i] = recommend.Recommendation{
			ID: recommend.ID(turn, i), Name: fmt.Sprintf("Card %d", i), Audience: recommend.Audience{Segment: "Cart abandoners", Size: 12, Reachable: map[string]int64{"email": 9}},
			Channels: []recommend.Channel{{Type: "email", Message: recommend.Message{Subject: "s", Body: "b"}, Timing: recommend.Timing{Kind: "now", Label: "now"}}},
			Evidence: []recommend.Evidence{{Label: "l", Value: "12", Query: "SELECT 1"}}, Expected: recommend.Expected{Metric: "conversion_rate", Low: 0.01, Mid: 0.02, High: 0.03},
			Provider: "analyst", CreatedAt: at.Add(time.Duration(i) * time.Millisecond).UTC(),
		}
	}
	return cards
}

func TestSaveRecommendationsTwiceIsOnce(t *testing.T) {
	s, ctx := storetest.New(t), context.Background()
	x, turn := newTenant(t, s), uuid.Must(uuid.NewV7())
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	cards := cardsOf(turn, 3, at)
	require.NoError(t, s.SaveRecommendations(ctx, x.workspace, x.conversation, turn, cards))
	require.NoError(t, s.SaveFeedback(ctx, x.workspace, cards[0].ID, recommend.Feedback{Verdict: recommend.Negative, UserID: x.user, UpdatedAt: at}, recommend.Dismissed))

	cards[0].Name = "Better"
	require.NoError(t, s.SaveRecommendations(ctx, x.workspace, x.conversation, turn, cards))
	require.NoError(t, s.SaveRecommendations(ctx, x.workspace, x.conversation, turn, nil))

	list, next, err := s.ListRecommendations(ctx, x.workspace, "", 10, "")
	require.NoError(t, err)
	assert.Empty(t, next)
	require.Len(t, list, 3)
	first := list[2] // newest first
	assert.Equal(t, cards[0], first.Recommendation)
	assert.Equal(t, x.conversation, first.ConversationID)
	assert.Equal(t, turn, first.TurnID)
	assert.Equal(t, recommend.Dismissed, first.Status, "saving a card again keeps what people said of it")
	require.NotNil(t, first.Feedback)
	assert.Equal(t, recommend.Negative, first.Feedback.Verdict)
}

func TestRecommendationsByPage(t *testing.T) {
	s, ctx := storetest.New(t), context.Background()
	x := newTenant(t, s)
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for i := range 5 {
		turn := uuid.Must(uuid.NewV7())
		// Cards of one turn have the same time: the id decides.
		cards := cardsOf(turn, 3, at.Add(time.Duration(i)*time.Hour))
		for j := range cards {
			cards[j].CreatedAt = cards[0].CreatedAt
		}
		require.NoError(t, s.SaveRecommendations(ctx, x.workspace, x.conversation, turn, cards))
	}
	seen := map[uuid.UUID]bool{}
	cursor, last := "", at.AddDate(1, 0, 0)
	for pages := 1; ; pages++ {
		list, next, err := s.ListRecommendations(ctx, x.workspace, recommend.Proposed, 4, cursor)
		require.NoError(t, err)
		for _, e := range list {
			assert.False(t, seen[e.ID], "no card twice")
			assert.False(t, e.CreatedAt.After(last), "newest first")
			seen[e.ID], last = true, e.CreatedAt
		}
		if next == "" {
			assert.Equal(t, 4, pages)
			break
		}
		cursor = next
	}
	assert.Len(t, seen, 15)
	_, _, err := s.ListRecommendations(ctx, x.workspace, "", 4, "nonsense")
	assert.True(t, apperr.Is(err, apperr.Invalid))
}

func TestFeedbackReplacesFeedback(t *testing.T) {
	s, ctx := storetest.New(t), context.Background()
	x, turn := newTenant(t, s), uuid.Must(uuid.NewV7())
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	id := recommend.ID(turn, 0)
	require.NoError(t, s.SaveRecommendations(ctx, x.workspace, x.conversation, turn, cardsOf(turn, 1, at)))
	results := &recommend.Results{OpenRate: 0.4, ClickRate: 0.1, ConversionRate: 0.03, Revenue: 1234.5}
	require.NoError(t, s.SaveFeedback(ctx, x.workspace, id, recommend.Feedback{Verdict: recommend.Positive, Comment: "good", Results: results, UserID: x.user, UpdatedAt: at}, recommend.Accepted))
	e, err := s.Recommendation(ctx, x.workspace, id)
	require.NoError(t, err)
	assert.Equal(t, recommend.Accepted, e.Status)
	assert.Equal(t, &recommend.Feedback{Verdict: recommend.Positive, Comment: "good", Results: results, UserID: x.user, UpdatedAt: at}, e.Feedback)

	require.NoError(t, s.SaveFeedback(ctx, x.workspace, id, recommend.Feedback{Verdict: recommend.Neutral, UserID: x.user, UpdatedAt: at.Add(time.Hour)}, ""))
	e, err = s.Recommendation(ctx, x.workspace, id)
	require.NoError(t, err)
	assert.Equal(t, recommend.Accepted, e.Status, "neutral leaves the status")
	assert.Equal(t, &recommend.Feedback{Verdict: recommend.Neutral, UserID: x.user, UpdatedAt: at.Add(time.Hour)}, e.Feedback)
}

func TestRecommendationsStayInTheirWorkspace(t *testing.T) {
	s, ctx := storetest.New(t), context.Background()
	mine, theirs, turn := newTenant(t, s), newTenant(t, s), uuid.Must(uuid.NewV7())
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	id := recommend.ID(turn, 0)
	require.NoError(t, s.SaveRecommendations(ctx, mine.workspace, mine.conversation, turn, cardsOf(turn, 1, at)))

	list, _, err := s.ListRecommendations(ctx, theirs.workspace, "", 10, "")
	require.NoError(t, err)
	assert.Empty(t, list)
	_, err = s.Recommendation(ctx, theirs.workspace, id)
	assert.True(t, apperr.Is(err, apperr.NotFound))
	err = s.SaveFeedback(ctx, theirs.workspace, id, recommend.Feedback{Verdict: recommend.Negative, UserID: theirs.user, UpdatedAt: at}, recommend.Dismissed)
	assert.True(t, apperr.Is(err, apperr.NotFound))

	// Nor can the same card be written over from elsewhere.
	stolen := cardsOf(turn, 1, at)
	stolen[0].Name = "Stolen"
	require.NoError(t, s.SaveRecommendations(ctx, theirs.workspace, theirs.conversation, turn, stolen))
	e, err := s.Recommendation(ctx, mine.workspace, id)
	require.NoError(t, err)
	assert.Equal(t, "Card 0", e.Name)
	assert.Equal(t, recommend.Proposed, e.Status)
	assert.Nil(t, e.Feedback)
}
