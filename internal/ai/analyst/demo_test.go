package analyst

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/ai/aitest"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/datasource/dummy"
	"github.com/pulsehub/pulsehub/internal/store"
	"github.com/pulsehub/pulsehub/internal/store/storetest"
)

// forgetful is a cache that keeps nothing.
type forgetful struct{}

func (forgetful) Get(context.Context, string) ([]byte, error)              { return nil, nil }
func (forgetful) Set(context.Context, string, []byte, time.Duration) error { return nil }

// demoShop is a workspace with demo data in real Postgres.
func demoShop(t *testing.T, now time.Time) (*store.Store, *analytics.Service, uuid.UUID) {
	t.Helper()
	s, ctx := storetest.New(t), context.Background()
	ws := uuid.Must(uuid.NewV7())
	_, err := s.Pool().Exec(ctx, `INSERT INTO workspaces (id, name, time_zone) VALUES ($1, 'Demo shop', 'Europe/Berlin')`, ws)
	require.NoError(t, err)
	j, err := s.CreateDummyDataJob(ctx, datasource.Job{ID: uuid.Must(uuid.NewV7()), WorkspaceID: ws, Status: datasource.JobQueued, CreatedAt: now, DummyParams: datasource.DummyParams{
		Sources: []datasource.Type{datasource.GTM, datasource.FacebookPixel, datasource.Shopify}, Seed: 1, Customers: 2000, Events: 60_000, Days: 180, EndsAt: now,
	}}, 1)
	require.NoError(t, err)
	j, err = s.BeginDummyData(ctx, ws, j.ID, now)
	require.NoError(t, err)
	for chunk := range dummy.Chunks(j.DummyParams) {
		require.NoError(t, s.WriteDummyDataChunk(ctx, j, chunk, dummy.Generate(j.DummyParams, chunk)))
	}
	_, err = s.FinishDummyData(ctx, ws, j.ID, now)
	require.NoError(t, err)
	return s, analytics.NewService(analytics.Config{Repository: s, Cache: forgetful{}, Now: func() time.Time { return now }}), ws
}

func TestOverDemoData(t *testing.T) {
	s, figures, ws := demoShop(t, aitest.Now)
	analysis, err := figures.Analysis(context.Background(), ws)
	require.NoError(t, err)
	require.NotNil(t, analysis)
	t.Run("every question has an answer", func(t *testing.T) { everyQuestion(t, figures, analysis, ws) })
	t.Run("numbers are what SQL says", func(t *testing.T) { numbersAreWhatSQLSays(t, s, figures, analysis, ws) })
}

func everyQuestion(t *testing.T, figures *analytics.Service, analysis *analytics.Analysis, ws uuid.UUID) {
	t.Helper()
	for _, q := range asked {
		r := askDemo(t, figures, analysis, ws, q)
		assert.NotEmpty(t, r.Answer(), q)
		assert.NotContains(t, r.Answer(), "%!", q)
	}
	cards := askDemo(t, figures, analysis, ws, "Recommend a campaign for every segment").Cards
	assert.Len(t, cards, 8, "demo data has people in every segment, and every one gets its card")
}

// numbersAreWhatSQLSays runs the SQL that the sources name.
func numbersAreWhatSQLSays(t *testing.T, s *store.Store, figures *analytics.Service, analysis *analytics.Analysis, ws uuid.UUID) {
	t.Helper()
	checked := 0
	for _, q := range []string{
		"Which customers abandoned their carts this week and how do I win them back?", "How many orders did we get this week?", "What are my top products?",
		"Compare this month to last month", "How much revenue did email bring in this month?",
	} {
		for _, source := range askDemo(t, figures, analysis, ws, q).Named {
			assert.True(t, source.Demo, source.Label)
			if strings.Contains(source.Label, " against ") || strings.HasPrefix(source.Label, "People in ") {
				continue // worked out from two figures, or a sum over the rows of the query
			}
			rows, err := s.Pool().Query(context.Background(), source.Query)
			require.NoError(t, err, "%s: %s", source.Label, source.Query)
			found := map[string]bool{}
			for rows.Next() {
				values, err := rows.Values()
				require.NoError(t, err)
				for _, v := range values {
					found[plainNumber(v)] = true
				}
			}
			require.NoError(t, rows.Err())
			assert.True(t, found[plainNumber(source.Value)], "%s: the text says %s, and SQL does not: %v", source.Label, source.Value, found)
			checked++
		}
	}
	assert.Greater(t, checked, 12)
}

// plainNumber is a number without its signs and trailing zeros, however it came.
func plainNumber(v any) string {
	if n, ok := v.(pgtype.Numeric); ok {
		text, err := n.Value()
		if err != nil {
			return err.Error()
		}
		v = text
	}
	d, err := decimal.NewFromString(strings.NewReplacer("€", "", ",", "").Replace(fmt.Sprint(v)))
	if err != nil {
		return fmt.Sprint(v)
	}
	return d.String()
}

func askDemo(t *testing.T, figures *analytics.Service, analysis *analytics.Analysis, ws uuid.UUID, q string) *aitest.Recorder {
	t.Helper()
	r := &aitest.Recorder{}
	_, err := New(Config{Queries: figures}).Answer(context.Background(), ai.Request{
		TurnID: uuid.New(), WorkspaceID: ws, Question: q, Now: aitest.Now, Analysis: analysis,
		Intent: Classify(IntentInput{Question: q, Now: aitest.Now, TimeZone: zoneOf(analysis), HasData: true}),
	}, r)
	require.NoError(t, err, q)
	return r
}
