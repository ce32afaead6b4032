package ai

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Breaker keeps calls from a provider that is down.
type Breaker interface {
	// Allow admits a call, or answers Unavailable with when to come again. done must be called once, with how the call went
	// (nil: the provider works), as soon as that is known.
	Allow() (done func(error), err error)
	State() string // closed, open or half_open
}

// RouterConfig is who answers.
type RouterConfig struct {
	Primary  Provider // nil when no model was set up
	Breaker  Breaker  // of the primary
	Fallback Provider // always able to answer
}

// Router asks the primary provider while its circuit allows, and the fallback otherwise.
type Router struct {
	RouterConfig
	latency, fallbackLatency latencies
}

var _ Provider = (*Router)(nil)

// NewRouter makes a router.
func NewRouter(cfg RouterConfig) *Router { return &Router{RouterConfig: cfg} }

// unavailable opens an answer that the fallback gives in the primary's place.
const unavailable = "_The model is unavailable, so the built-in analyst answered._\n\n"

// Name is the provider's that is asked first.
func (r *Router) Name() string { return r.first().Name() }

// Model is that of the provider that is asked first.
func (r *Router) Model() string { return r.first().Model() }

func (r *Router) first() Provider {
	if r.Primary != nil {
		return r.Primary
	}
	return r.Fallback
}

// Answer has the primary answer. While nothing was streamed yet, a circuit that is open and a failure that is final make
// the fallback answer, which says so. Once something was streamed, and when trying again may help, the failure is
// returned: an attempt must not mix two answers.
func (r *Router) Answer(ctx context.Context, req Request, sink Sink) (Result, error) {
	if r.Primary == nil {
		return r.fall(ctx, req, sink, false)
	}
	if req.ForceAnalyst {
		return r.fall(ctx, req, sink, true)
	}
	done, err := r.Breaker.Allow()
	if err != nil {
		if req.EarlierText != "" || len(req.EarlierParts) > 0 {
			return Result{}, err // the round before has spoken; the caller retries from the start
		}
		return r.fall(ctx, req, sink, true)
	}
	watched := &watchedSink{Sink: sink, started: time.Now(), first: func(d time.Duration) {
		r.latency.add(d)
		done(nil)
	}}
	result, err := r.Primary.Answer(ctx, req, watched)
	if !watched.spoke() {
		done(outcome(err))
	}
	if err == nil || ctx.Err() != nil || watched.spoke() || req.EarlierText != "" || len(req.EarlierParts) > 0 {
		return result, err
	}
	if e := apperr.From(err); e.Kind == apperr.Unavailable || e.Kind == apperr.RateLimited {
		return result, err
	}
	slog.WarnContext(ctx, "the model cannot answer; the built-in analyst does", "provider", r.Primary.Name(), "error", err)
	return r.fall(ctx, req, sink, true)
}

func (r *Router) fall(ctx context.Context, req Request, sink Sink, instead bool) (Result, error) {
	watched := &watchedSink{Sink: sink, started: time.Now(), first: r.fallbackLatency.add}
	if instead {
		watched.Text(unavailable)
	}
	return r.Fallback.Answer(ctx, req, watched)
}

// outcome is how a call without a first word went, in the breaker's eyes.
func outcome(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return apperr.From(err)
}

// watchedSink notices the first thing a provider streams.
type watchedSink struct {
	Sink
	started time.Time
	first   func(time.Duration)
	once    sync.Once
	mu      sync.Mutex
	said    bool
}

func (w *watchedSink) Text(delta string) {
	w.once.Do(func() {
		w.mu.Lock()
		w.said = true
		w.mu.Unlock()
		w.first(time.Since(w.started))
	})
	w.Sink.Text(delta)
}

func (w *watchedSink) spoke() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.said
}

// Health is how a provider is.
type Health struct {
	Name, Model string
	Healthy     bool
	Circuit     string        // closed, open or half_open
	Latency     time.Duration // median to the first word; 0 before the first
	Default     bool
}

// Health is every provider in the order in which they are asked.
func (r *Router) Health() []Health {
	fallback := Health{Name: r.Fallback.Name(), Model: r.Fallback.Model(), Healthy: true, Circuit: "closed", Latency: r.fallbackLatency.median(), Default: r.Primary == nil}
	if r.Primary == nil {
		return []Health{fallback}
	}
	state := r.Breaker.State()
	return []Health{{Name: r.Primary.Name(), Model: r.Primary.Model(), Healthy: state != "open", Circuit: state, Latency: r.latency.median(), Default: true}, fallback}
}

// latencies keeps the last of them.
type latencies struct {
	mu   sync.Mutex
	last [64]time.Duration
	n    int
}

func (l *latencies) add(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last[l.n%len(l.last)] = d
	l.n++
}

func (l *latencies) median() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n == 0 {
		return 0
	}
	sorted := slices.Clone(l.last[:min(l.n, len(l.last))])
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}
