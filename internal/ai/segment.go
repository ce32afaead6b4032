package ai

import (
	"context"
	"log/slog"
	"time"

	"github.com/pulsehub/pulsehub/internal/segment"
)

// parseWithin is how long a model may take over a rule, while somebody waits at the builder.
const parseWithin = 12 * time.Second

var _ segment.Parser = (*Router)(nil)

// ParseSegment has the primary read a rule out of plain words while its circuit allows, and the fallback otherwise. A rule is
// valid whoever read it.
func (r *Router) ParseSegment(ctx context.Context, text string, now time.Time, zone *time.Location) (segment.Parsed, error) {
	if model, ok := r.Primary.(segment.Parser); ok {
		if done, err := r.Breaker.Allow(); err == nil {
			within, cancel := context.WithTimeout(ctx, parseWithin)
			defer cancel()
			parsed, err := model.ParseSegment(within, text, now, zone)
			done(outcome(err))
			if err == nil || ctx.Err() != nil {
				return parsed, err
			}
			slog.WarnContext(ctx, "the model cannot read a rule; the built-in analyst does", "provider", r.Primary.Name(), "error", err)
		}
	}
	fallback, ok := r.Fallback.(segment.Parser)
	if !ok {
		return segment.Parsed{}, nil
	}
	return fallback.ParseSegment(ctx, text, now, zone)
}
