package ai_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/resilience"
	"github.com/pulsehub/pulsehub/internal/segment"
)

// reader is a provider that reads every text as the same rule, or fails.
type reader struct {
	scripted
	failure error
}

func (r *reader) ParseSegment(context.Context, string, time.Time, *time.Location) (segment.Parsed, error) {
	r.asks++
	rule := segment.Has("orders", segment.Gte, 1)
	return segment.Parsed{Rule: &rule, Provider: r.name}, r.failure
}

func TestTheAnalystReadsARuleWhereTheModelCannot(t *testing.T) {
	ask := func(r *ai.Router) string {
		p, err := r.ParseSegment(context.Background(), "who bought", time.Now(), time.UTC)
		require.NoError(t, err)
		require.NotNil(t, p.Rule)
		return p.Provider
	}
	analyst := &reader{scripted: scripted{name: "analyst"}}
	require.Equal(t, "analyst", ask(ai.NewRouter(ai.RouterConfig{Fallback: analyst})))
	breaker := resilience.NewBreaker(resilience.BreakerConfig{Name: "openai", Failures: 2, Wait: time.Minute})
	model := &reader{scripted: scripted{name: "openai"}}
	router := ai.NewRouter(ai.RouterConfig{Primary: model, Breaker: breaker, Fallback: analyst})
	require.Equal(t, "openai", ask(router))
	model.failure = apperr.New(apperr.Internal, "model_output_invalid", "no rule")
	require.Equal(t, "analyst", ask(router))
	model.failure = apperr.New(apperr.Unavailable, "model_unavailable", "down")
	for range 3 {
		require.Equal(t, "analyst", ask(router))
	}
	require.Equal(t, "open", breaker.State())
	asked := model.asks
	require.Equal(t, "analyst", ask(router))
	require.Equal(t, asked, model.asks, "an open circuit asks the model nothing")
}
