package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/learn"
	"github.com/pulsehub/pulsehub/internal/recommend"
	"github.com/pulsehub/pulsehub/internal/segment"
)

var learnNow = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// rated stores a card for cart abandoners with these channels, and what was said of it.
func (s shop) rated(x tenant, f recommend.Feedback, timing recommend.Timing, channels ...string) uuid.UUID {
	s.t.Helper()
	turn := uuid.Must(uuid.NewV7())
	card := cardsOf(turn, 1, f.UpdatedAt)[0]
	card.Audience.SegmentID, card.Channels, card.Audience.Reachable = segment.ID(x.workspace, "cart_abandoners"), nil, map[string]int64{}
	for _, c := range channels {
		card.Channels = append(card.Channels, recommend.Channel{Type: c, Message: recommend.Message{Body: "b"}, Timing: timing})
		card.Audience.Reachable[c] = 300
	}
	require.NoError(s.t, s.SaveRecommendations(s.ctx, x.workspace, x.conversation, turn, []recommend.Recommendation{card}))
	f.UserID = x.user
	require.NoError(s.t, s.SaveFeedback(s.ctx, x.workspace, card.ID, f, ""))
	return card.ID
}

// learned learns as the activity does.
func (s shop) learned(workspaceID uuid.UUID, asOf time.Time) (kept, pending bool) {
	s.t.Helper()
	facts, version, request, err := s.LearningFacts(s.ctx, workspaceID, asOf)
	require.NoError(s.t, err)
	kept, pending, err = s.SaveLearning(s.ctx, workspaceID, learn.Learn(facts), version, request)
	require.NoError(s.t, err)
	return kept, pending
}

var afterCart = recommend.Timing{Kind: "after_event", AfterEvent: "product_added", Delay: "4h", Label: "later"}

func TestLearnsFromFeedback(t *testing.T) {
	s := setupShop(t)
	x, other := newTenant(t, s.Store), newTenant(t, s.Store)
	nine := 9
	first := s.rated(x, recommend.Feedback{Verdict: recommend.Negative, UpdatedAt: learnNow.Add(-time.Hour)}, afterCart, "sms")
	s.rated(x, recommend.Feedback{Verdict: recommend.Positive, UpdatedAt: learnNow.Add(-time.Hour)}, recommend.Timing{Kind: "recipient_local", Hour: &nine, Label: "9:00"}, "email", "push")
	s.rated(x, recommend.Feedback{Verdict: recommend.Neutral, UpdatedAt: learnNow.Add(-time.Hour), Results: &recommend.Results{ClickRate: 0.2, ConversionRate: 0.1, Revenue: 900}}, recommend.Timing{Kind: "now", Label: "now"}, "email")
	s.rated(x, recommend.Feedback{Verdict: recommend.Negative, UpdatedAt: learnNow.Add(-2 * learn.Memory)}, afterCart, "email")

	saved, err := s.Learned(s.ctx, x.workspace)
	require.NoError(t, err)
	require.Nil(t, saved.Model)
	require.True(t, saved.Pending)

	kept, pending := s.learned(x.workspace, learnNow)
	require.True(t, kept)
	require.False(t, pending)
	saved, err = s.Learned(s.ctx, x.workspace)
	require.NoError(t, err)
	require.Equal(t, learnNow, saved.LearnedAt)
	require.Equal(t, []learn.Key{
		{Segment: "cart_abandoners", Channel: "email"}, {Segment: "cart_abandoners", Channel: "email", Band: learn.Morning},
		{Segment: "cart_abandoners", Channel: "sms", Band: learn.OnEvent}, {Segment: "cart_abandoners", Channel: "push", Band: learn.Morning},
	}, saved.Keys(), "what is too old is not there")
	result := saved.Evidence(learn.Key{Segment: "cart_abandoners", Channel: "email"})
	require.Equal(t, 1, result.Outcomes)
	require.Equal(t, int64(300), result.OutcomeMessages)
	require.InDelta(t, 300, result.Trials, 1)
	require.Less(t, saved.Posterior(learn.Key{Segment: "cart_abandoners", Channel: "sms"}).Mean, saved.Posterior(learn.Key{Segment: "cart_abandoners", Channel: "whatsapp"}).Mean)
	require.Len(t, saved.Changes, 4)

	// The rows say what the model says.
	require.Equal(t, int64(3), s.count(`SELECT count(*) FROM learning_posteriors WHERE workspace_id = $1 AND changed_at = $2 AND band <> ''
		AND alpha > 0 AND beta > 0 AND abs((prior_messages * prior_mean + successes) - alpha) < 1e-6`, x.workspace, learnNow))

	// Once more is once: nothing changed, and what changed last stays said. Decay alone is no change.
	before := saved.Changes
	_, _ = s.learned(x.workspace, learnNow.Add(time.Hour))
	saved, err = s.Learned(s.ctx, x.workspace)
	require.NoError(t, err)
	require.Equal(t, before, saved.Changes)
	require.Equal(t, int64(4), s.count("SELECT count(*) FROM learning_posteriors WHERE workspace_id = $1 AND changed_at = $2", x.workspace, learnNow))

	// A rating that is replaced counts as the last one.
	require.NoError(t, s.SaveFeedback(s.ctx, x.workspace, first, recommend.Feedback{Verdict: recommend.Positive, UserID: x.user, UpdatedAt: learnNow}, ""))
	s.learned(x.workspace, learnNow.Add(2*time.Hour))
	saved, err = s.Learned(s.ctx, x.workspace)
	require.NoError(t, err)
	require.Equal(t, 1, saved.Evidence(learn.Key{Segment: "cart_abandoners", Channel: "sms", Band: learn.OnEvent}).Ratings())
	require.Len(t, saved.Changes, 1)
	require.Equal(t, 1, saved.Changes[0].Added.Positive)
	require.Equal(t, -1, saved.Changes[0].Added.Negative)

	// Nothing of it is another workspace's.
	s.learned(other.workspace, learnNow)
	theirs, err := s.Learned(s.ctx, other.workspace)
	require.NoError(t, err)
	require.True(t, theirs.Empty())
	require.False(t, theirs.Pending)
}

// A later model stays, a request that came meanwhile stays open, and one that was answered is gone.
func TestLearningIsNeverTakenBack(t *testing.T) {
	s := setupShop(t)
	x := newTenant(t, s.Store)
	s.rated(x, recommend.Feedback{Verdict: recommend.Positive, UpdatedAt: learnNow}, afterCart, "email")
	facts, version, request, err := s.LearningFacts(s.ctx, x.workspace, learnNow)
	require.NoError(t, err)
	s.rated(x, recommend.Feedback{Verdict: recommend.Positive, UpdatedAt: learnNow}, afterCart, "email")
	kept, pending, err := s.SaveLearning(s.ctx, x.workspace, learn.Learn(facts), version, request)
	require.NoError(t, err)
	require.True(t, kept)
	require.True(t, pending, "somebody said more meanwhile")

	kept, pending = s.learned(x.workspace, learnNow.Add(time.Minute))
	require.True(t, kept)
	require.False(t, pending)
	s.rated(x, recommend.Feedback{Verdict: recommend.Negative, UpdatedAt: learnNow}, afterCart, "email")
	kept, pending, err = s.SaveLearning(s.ctx, x.workspace, learn.Learn(facts), version, request)
	require.NoError(t, err)
	require.False(t, kept, "an attempt that comes late")
	require.True(t, pending, "and answers nobody else's request")
	saved, err := s.Learned(s.ctx, x.workspace)
	require.NoError(t, err)
	require.Equal(t, 2, saved.All(learn.Key{}).Positive)
}

func TestLearningDue(t *testing.T) {
	s := setupShop(t)
	x, quiet := newTenant(t, s.Store), newTenant(t, s.Store)
	due := func(now time.Time) []uuid.UUID {
		t.Helper()
		list, err := s.LearningDue(s.ctx, now.Add(-5*time.Second), now, 50)
		require.NoError(t, err)
		return list
	}
	require.Empty(t, due(learnNow))
	s.rated(x, recommend.Feedback{Verdict: recommend.Positive, UpdatedAt: learnNow}, afterCart, "email")
	require.Empty(t, due(learnNow.Add(time.Second)), "its own start may still be coming")
	require.Equal(t, []uuid.UUID{x.workspace}, due(learnNow.Add(time.Minute)))
	s.learned(x.workspace, learnNow)
	require.Empty(t, due(learnNow.Add(2*time.Hour)))
	require.Equal(t, []uuid.UUID{x.workspace}, due(learnNow.Add(25*time.Hour)), "each day")
	require.NoError(t, s.BumpDataVersion(s.ctx, x.workspace))
	require.Empty(t, due(learnNow.Add(30*time.Minute)))
	require.Equal(t, []uuid.UUID{x.workspace}, due(learnNow.Add(2*time.Hour)), "where events came")
	_, err := s.Pool().Exec(s.ctx, "INSERT INTO rollup_zones (workspace_id, time_zone) VALUES ($1, 'UTC')", quiet.workspace)
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{quiet.workspace}, due(learnNow), "which has events and never learned")
}

// sent is one message and what came of it.
type sent struct {
	customer int
	channel  string
	typ      string
	at       time.Time
	dup      bool
}

func (s shop) messages(w uuid.UUID, list []sent) {
	s.t.Helper()
	source := uuid.Must(uuid.NewV7())
	_, err := s.Pool().Exec(s.ctx, "INSERT INTO data_sources (id, workspace_id, type, name) VALUES ($1, $2, 'http', 'Messages')", source, w)
	require.NoError(s.t, err)
	for i, m := range list {
		_, err := s.Pool().Exec(s.ctx, `INSERT INTO events (workspace_id, data_source_id, external_id, type, customer_id, occurred_at, channel, duplicate)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, w, source, fmt.Sprint(i), m.typ, uuid.NewSHA1(w, []byte(fmt.Sprint(m.customer))), m.at, m.channel, m.dup)
		require.NoError(s.t, err)
	}
}

// Each message is counted once, at the hour it was sent in the workspace's zone, with what came of it within three days.
func TestLearnsFromEvents(t *testing.T) {
	s := setupShop(t)
	w, other := s.workspace("America/New_York"), s.workspace("UTC")
	day := learnNow.Add(-10 * 24 * time.Hour) // 12:00 UTC is the morning in New York
	s.messages(w, []sent{
		{1, "email", "message_sent", day, false}, {1, "email", "message_delivered", day.Add(time.Second), false},
		{1, "email", "message_opened", day.Add(time.Hour), false}, {1, "email", "message_clicked", day.Add(10 * time.Hour), false}, // clicked in the evening: the morning's
		{1, "email", "message_clicked", day.Add(11 * time.Hour), false}, // again: still one
		{1, "email", "order_completed", day.Add(12 * time.Hour), false},
		{2, "email", "message_sent", day, false}, {2, "email", "message_clicked", day.Add(73 * time.Hour), false}, // too late
		{3, "email", "message_sent", day, false}, {3, "email", "message_bounced", day.Add(time.Second), false}, // none
		{4, "email", "message_sent", day.Add(-24 * time.Hour), false}, {4, "email", "message_sent", day, false}, {4, "email", "message_clicked", day.Add(time.Hour), false}, // the later one's
		{5, "email", "message_sent", learnNow.Add(-time.Hour), false},                                                                                                                                   // too early to tell
		{6, "sms", "message_delivered", day.Add(11 * time.Hour), false}, {6, "sms", "order_completed", day.Add(20 * time.Hour), false}, {6, "email", "order_completed", day.Add(20 * time.Hour), false}, // only told of delivery
		{7, "sms", "message_sent", day, true},                                        // told twice
		{8, "email", "message_sent", learnNow.Add(-learn.Memory - time.Hour), false}, // forgotten
		{9, "push", "order_completed", day, false},
	})
	_, err := s.Pool().Exec(s.ctx, "INSERT INTO visit_hours (workspace_id, day, hour, channel, visits) VALUES ($1, $2, 9, 'push', 40), ($1, $2, 9, 'organic', 40), ($3, $2, 9, 'push', 7)", w, day.Format(time.DateOnly), other)
	require.NoError(t, err)

	facts, _, _, err := s.LearningFacts(s.ctx, w, learnNow)
	require.NoError(t, err)
	got := map[learn.Key]learn.Traffic{}
	for _, x := range facts.Traffic {
		got[learn.Key{Channel: x.Channel, Band: x.Band}] = x
	}
	email := got[learn.Key{Channel: "email", Band: learn.Morning}]
	require.Equal(t, []int64{4, 1, 2, 1}, []int64{email.Messages, email.Opened, email.Clicked, email.Ordered})
	require.InDelta(t, 3*learn.Decay(240*time.Hour)+learn.Decay(264*time.Hour), email.WeightedMessages, 1e-9)
	sms := got[learn.Key{Channel: "sms", Band: learn.Evening}]
	require.Equal(t, []int64{1, 0, 0, 1}, []int64{sms.Messages, sms.Opened, sms.Clicked, sms.Ordered})
	push := got[learn.Key{Channel: "push", Band: learn.Morning}]
	require.Equal(t, []int64{0, 40, 1}, []int64{push.Messages, push.Visits, push.VisitOrders})
	require.NotContains(t, got, learn.Key{Channel: "organic", Band: learn.Morning})

	s.learned(w, learnNow)
	saved, err := s.Learned(s.ctx, w)
	require.NoError(t, err)
	require.True(t, slices.Contains(saved.Keys(), learn.Key{Channel: "email", Band: learn.Morning}))
	// Whoever runs the query that it names gets what was counted.
	var messages int64
	require.NoError(t, s.Pool().QueryRow(s.ctx, "SELECT sum(messages) FROM ("+saved.Queries.Traffic+") q").Scan(&messages))
	require.Equal(t, saved.All(learn.Key{}).Messages, messages)
	_, err = s.Pool().Exec(s.ctx, saved.Queries.Ratings)
	require.NoError(t, err)
}
