package analytics_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/apperr"
)

// asked is a repository that answers with the question.
type asked struct {
	*world
	zone      *time.Location
	questions []analytics.Question
}

func (a *asked) Place(context.Context, uuid.UUID) (analytics.Place, error) {
	return analytics.Place{Zone: a.zone, Currency: "EUR", DataVersion: a.version.Load()}, nil
}

func (a *asked) Series(_ context.Context, _ uuid.UUID, q analytics.Question) (*analytics.Series, error) {
	a.questions = append(a.questions, q)
	return &analytics.Series{Metric: q.Metric, Granularity: q.Granularity}, nil
}

func (a *asked) Cohorts(_ context.Context, _ uuid.UUID, q analytics.Question) (*analytics.Cohorts, error) {
	a.questions = append(a.questions, q)
	return &analytics.Cohorts{By: q.By}, nil
}

func setupQuestions(t *testing.T, name string) (*asked, *analytics.Service) {
	t.Helper()
	w, _ := setup(t)
	a := &asked{world: w, zone: zone(t, name)}
	return a, analytics.NewService(analytics.Config{Repository: a, Cache: w, Now: w.now})
}

func TestRangesAreWholeDaysOfTheZone(t *testing.T) {
	for _, x := range []struct{ zone, from, to, wantFrom, wantTo string }{
		{"Europe/Berlin", "2026-03-01", "2026-03-31", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"}, // 31 days, one of 23 hours
		{"Europe/Berlin", "2026-03-01T00:00:00+01:00", "2026-04-01T00:00:00+02:00", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"},
		{"Europe/Berlin", "2026-03-01T17:30:00Z", "2026-03-31T22:00:01Z", "2026-02-28T23:00:00Z", "2026-04-01T22:00:00Z"}, // times are taken to their days
		{"America/New_York", "2026-11-01", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
		{"Asia/Kolkata", "2026-11-01", "2026-11-02", "2026-10-31T18:30:00Z", "2026-11-02T18:30:00Z"},
		{"Asia/Kolkata", "", "", "2026-10-25T18:30:00Z", "2026-11-24T18:30:00Z"}, // 30 days, today among them
		{"Asia/Kolkata", "", "2026-01-31", "2026-01-01T18:30:00Z", "2026-01-31T18:30:00Z"},
		{"UTC", "2026-11-20", "", "2026-11-20T00:00:00Z", "2026-11-25T00:00:00Z"},
	} {
		a, s := setupQuestions(t, x.zone)
		_, err := s.Series(context.Background(), uuid.New(), analytics.Asked{From: x.from, To: x.to})
		require.NoError(t, err, x)
		q := a.questions[0]
		require.Equal(t, x.wantFrom+" "+x.wantTo, q.From.Format(time.RFC3339)+" "+q.To.Format(time.RFC3339), "%+v", x)
		require.Equal(t, []string{"revenue", "day"}, []string{q.Metric, q.Granularity})
	}
}

func TestBadQuestionsSayWhatWouldBeRight(t *testing.T) {
	for _, x := range []struct {
		asked          analytics.Asked
		field, message string
	}{
		{analytics.Asked{From: "yesterday"}, "query.from", "give a date such as"},
		{analytics.Asked{To: "2026-02-30"}, "query.to", "give a date such as"},
		{analytics.Asked{From: "2026-03-02", To: "2026-03-01"}, "query.from", "before to"},
		{analytics.Asked{From: "2026-03-01T00:00:00Z", To: "2026-03-01T00:00:00Z"}, "query.from", "before to"},
		{analytics.Asked{From: "2020-01-01", To: "2026-01-01"}, "query.from", "at most 1100 days: this is 2193"},
		{analytics.Asked{From: "1066-10-14", To: "2026-01-01"}, "query.from", "a year from 1970"},
		{analytics.Asked{From: "2027-01-01"}, "query.from", "before to"},
		{analytics.Asked{From: "2026-01-01", To: "2026-03-01", Granularity: "hour"}, "query.granularity", "at most 31 days by the hour"},
		{analytics.Asked{Granularity: "fortnight"}, "query.granularity", "use one of day, hour, week, month"},
		{analytics.Asked{Metric: "luck"}, "query.metric", "use one of revenue, orders"},
		{analytics.Asked{Metric: "active_customers", Granularity: "hour"}, "query.granularity", "use day, week or month"},
		{analytics.Asked{Compare: "everything"}, "query.compare", "use previous"},
		{analytics.Asked{SegmentID: "vips"}, "query.segmentId", "give the id of a segment"},
	} {
		a, s := setupQuestions(t, "Europe/Berlin")
		_, err := s.Series(context.Background(), uuid.New(), x.asked)
		e := apperr.From(err)
		require.NotNil(t, e, "%+v", x.asked)
		require.Equal(t, apperr.Invalid, e.Kind)
		require.Equal(t, x.field, e.Fields[0].Field, "%+v", x.asked)
		require.Contains(t, e.Fields[0].Message, x.message)
		require.Contains(t, e.Message, x.message)
		require.Empty(t, a.questions)
	}
	_, s := setupQuestions(t, "UTC")
	_, err := s.Cohorts(context.Background(), uuid.New(), analytics.Asked{By: "birthday", Granularity: "day"})
	require.Len(t, apperr.From(err).Fields, 2, "all faults at once")
}

func TestAnswersAreKeptForTheirDataVersionUnderFewKeys(t *testing.T) {
	a, s := setupQuestions(t, "UTC")
	ctx, id := context.Background(), uuid.New()
	ask := func(s *analytics.Service, from string) {
		t.Helper()
		_, err := s.Series(ctx, id, analytics.Asked{From: from})
		require.NoError(t, err)
	}
	ask(s, "2026-11-01")
	ask(s, "2026-11-01T08:00:00Z") // the same days
	other := analytics.NewService(analytics.Config{Repository: a, Cache: a.world, Now: a.now})
	ask(other, "2026-11-01")
	require.Len(t, a.questions, 1, "in this process, and in another through the cache")
	_, err := s.Cohorts(ctx, id, analytics.Asked{From: "2026-11-01"})
	require.NoError(t, err)
	require.Len(t, a.questions, 2, "another question")
	a.version.Add(1)
	ask(s, "2026-11-01")
	ask(other, "2026-11-01")
	require.Len(t, a.questions, 3, "changed data is another answer")
	a.offset.Add(int64(analytics.CacheLife))
	ask(s, "2026-11-01")
	require.Len(t, a.questions, 4, "an answer grows old")
	a.away = true
	ask(analytics.NewService(analytics.Config{Repository: a, Cache: a.world, Now: a.now}), "2026-11-01")
	require.Len(t, a.questions, 5, "with the cache away it is counted")
	a.away = false
	for d := range 600 {
		ask(s, start.AddDate(0, 0, -d).Format(time.DateOnly))
	}
	require.LessOrEqual(t, len(a.kept), 128, "whatever is asked")
	for key := range a.kept {
		require.Contains(t, key, fmt.Sprint(id))
	}
}
