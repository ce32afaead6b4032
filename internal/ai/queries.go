package ai

import (
	"context"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

// Queries looks further into one workspace's data than its analysis goes. Every answer is exact, over all events, and
// names its SQL. It only reads; the same question at the same data version gives the same answer.
type Queries interface {
	// Segment is who belongs to a standard segment by what happened in r (its criteria say how), with its ten members of highest value.
	Segment(ctx context.Context, workspaceID uuid.UUID, segment string, r analytics.Range) (analytics.SegmentFigures, error)
	// Timeseries is a metric by day, week or month over r, every step present.
	Timeseries(ctx context.Context, workspaceID uuid.UUID, metric, granularity string, r analytics.Range) (analytics.SeriesFigures, error)
	// TopProducts are by revenue, highest first.
	TopProducts(ctx context.Context, workspaceID uuid.UUID, r analytics.Range, limit int) (analytics.ProductFigures, error)
	// Totals counts one range; two of them make a comparison.
	Totals(ctx context.Context, workspaceID uuid.UUID, r analytics.Range) (analytics.TotalFigures, error)
	// Funnel is visit to order over r.
	Funnel(ctx context.Context, workspaceID uuid.UUID, r analytics.Range) (analytics.FunnelFigures, error)
	// Channels is what each traffic or message channel brought in r.
	Channels(ctx context.Context, workspaceID uuid.UUID, r analytics.Range) (analytics.ChannelFigures, error)
}
