package resilience_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/resilience"
)

func TestBreaker(t *testing.T) {
	var changes []string
	b := resilience.NewBreaker(resilience.BreakerConfig{
		Name: "model", Failures: 2, Wait: 20 * time.Millisecond, OnChange: func(name, from, to string) { changes = append(changes, name+": "+from+" > "+to) },
	})
	down := apperr.New(apperr.Unavailable, "down", "down")
	fail := func() {
		done, err := b.Allow()
		require.NoError(t, err)
		done(down)
	}
	assert.Equal(t, "model", b.Name())
	fail()
	assert.Equal(t, "closed", b.State())
	fail()
	assert.Equal(t, "open", b.State())

	_, err := b.Allow()
	e := apperr.From(err)
	assert.Equal(t, apperr.Unavailable, e.Kind)
	assert.Equal(t, "circuit_open", e.Code)
	assert.Equal(t, 20*time.Millisecond, e.RetryAfter)

	require.Eventually(t, func() bool { return b.State() == "half_open" }, 2*time.Second, time.Millisecond)
	done, err := b.Allow()
	require.NoError(t, err)
	_, err = b.Allow()
	require.Error(t, err, "one at a time finds out")
	done(nil)
	assert.Equal(t, "closed", b.State())
	assert.Equal(t, []string{"model: closed > open", "model: open > half_open", "model: half_open > closed"}, changes)
}

func TestBreakerBlamesTheDependencyOnly(t *testing.T) {
	b := resilience.NewBreaker(resilience.BreakerConfig{Name: "model", Failures: 1, Wait: time.Hour})
	for _, err := range []error{
		context.Canceled, apperr.New(apperr.Invalid, "bad", "bad"), apperr.New(apperr.RateLimited, "slow", "slow"), apperr.New(apperr.Forbidden, "no", "no"), apperr.New(apperr.NotFound, "no", "no"),
	} {
		done, allowed := b.Allow()
		require.NoError(t, allowed)
		done(err)
		assert.Equal(t, "closed", b.State(), "%v", err)
	}
	done, err := b.Allow()
	require.NoError(t, err)
	done(context.DeadlineExceeded)
	assert.Equal(t, "open", b.State(), "too slow is down")
}
