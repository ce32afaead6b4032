package resilience

import (
	"context"
	"errors"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Breaker keeps calls from a dependency that is down: after Failures in a row it lets none through for Wait, and then one
// to see. It is for streams: a call is judged at its first word, not at its end.
type Breaker struct {
	breaker *gobreaker.TwoStepCircuitBreaker[struct{}]
	name    string
	wait    time.Duration
}

// BreakerConfig says when a breaker opens and for how long.
type BreakerConfig struct {
	Name     string
	Failures uint32        // in a row; 0 is 5
	Wait     time.Duration // 0 is 15 s
	// OnChange is told of every change of state, for metrics and logs; it must not block.
	OnChange func(name, from, to string)
}

// NewBreaker makes a closed breaker.
func NewBreaker(cfg BreakerConfig) *Breaker {
	if cfg.Failures == 0 {
		cfg.Failures = 5
	}
	if cfg.Wait == 0 {
		cfg.Wait = 15 * time.Second
	}
	settings := gobreaker.Settings{
		Name: cfg.Name, MaxRequests: 1, Timeout: cfg.Wait,
		ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= cfg.Failures },
		IsSuccessful: func(err error) bool { return err == nil || !blames(err) },
		IsExcluded:   func(err error) bool { return errors.Is(err, context.Canceled) },
	}
	if cfg.OnChange != nil {
		settings.OnStateChange = func(name string, from, to gobreaker.State) { cfg.OnChange(name, state(from), state(to)) }
	}
	return &Breaker{breaker: gobreaker.NewTwoStepCircuitBreaker[struct{}](settings), name: cfg.Name, wait: cfg.Wait}
}

// blames tells failures of the dependency (down, overloaded, broken) from those of the call: a dependency that answers
// "no" (a 4xx) works.
func blames(err error) bool {
	switch apperr.KindOf(err) {
	case apperr.Unavailable, apperr.Internal:
		return true
	}
	return false
}

// Allow admits a call, or answers Unavailable with when to come again. done must be called exactly once, as soon as it is
// known how the call went: nil at the first word, the error otherwise.
func (b *Breaker) Allow() (done func(error), err error) {
	done, err = b.breaker.Allow()
	if err != nil {
		return nil, apperr.Wrap(err, apperr.Unavailable, "circuit_open", "%s does not answer and is left alone for a moment.", b.name).WithRetryAfter(b.wait)
	}
	return done, nil
}

// State is closed, open or half_open.
func (b *Breaker) State() string { return state(b.breaker.State()) }

// Name is what the breaker guards.
func (b *Breaker) Name() string { return b.name }

func state(s gobreaker.State) string {
	switch s {
	case gobreaker.StateOpen:
		return "open"
	case gobreaker.StateHalfOpen:
		return "half_open"
	}
	return "closed"
}
