package activities

import (
	"context"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/activity"

	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/segment"
)

// Features is the activities of the RefreshFeatures workflow.
type Features struct{ FeaturesConfig }

// FeaturesConfig is what Features is made of.
type FeaturesConfig struct {
	Repository interface {
		// RefreshStale computes the features of at most limit stale customers with ids after that one, in one transaction.
		RefreshStale(ctx context.Context, workspaceID, after uuid.UUID, limit int) (customer.Refreshed, error)
		// BumpDataVersion makes every cached picture of the workspace old.
		BumpDataVersion(ctx context.Context, workspaceID uuid.UUID) error
		// RefreshSegments finds the members of every segment.
		RefreshSegments(ctx context.Context, workspaceID uuid.UUID, now time.Time) ([]segment.Counts, error)
	}
	Now func() time.Time
}

// NewFeatures makes the activities.
func NewFeatures(cfg FeaturesConfig) *Features { return &Features{cfg} }

// RefreshFeaturesInput is where to go on.
type RefreshFeaturesInput struct {
	WorkspaceID uuid.UUID `json:"workspaceId"`
	After       uuid.UUID `json:"after"` // the last customer that was refreshed; Nil: from the first
}

// RefreshFeaturesResult is how far it came.
type RefreshFeaturesResult struct {
	Customers int           `json:"customers"`
	Last      uuid.UUID     `json:"last"` // Nil: all that were stale when they were looked at are done
	Took      time.Duration `json:"took"`
}

// How much one activity does: steps of so many customers, each a transaction, until that time is over.
const (
	refreshStep  = 2_000
	refreshTurns = 5 * time.Second
)

// RefreshFeatures computes features of stale customers, in the order of their ids, for a few seconds. A customer is stale until
// the transaction that computes it, so a retry computes what is left; computing one again changes nothing.
func (f *Features) RefreshFeatures(ctx context.Context, in RefreshFeaturesInput) (RefreshFeaturesResult, error) {
	began := f.Now()
	out := RefreshFeaturesResult{Last: in.After}
	for {
		step, err := f.Repository.RefreshStale(ctx, in.WorkspaceID, out.Last, refreshStep)
		if err != nil {
			return RefreshFeaturesResult{}, toTemporal(err)
		}
		out.Customers, out.Last, out.Took = out.Customers+step.Customers, step.Last, f.Now().Sub(began)
		if step.Last == uuid.Nil || out.Took >= refreshTurns {
			return out, nil
		}
		activity.RecordHeartbeat(ctx, out.Customers)
	}
}

// PublishFeatures has everybody see what was refreshed, and counts the segments anew. Doing it again costs a computation and
// changes nothing.
func (f *Features) PublishFeatures(ctx context.Context, in RefreshFeaturesInput) (struct{}, error) {
	defer heartbeats(ctx)()
	if err := f.Repository.BumpDataVersion(ctx, in.WorkspaceID); err != nil {
		return struct{}{}, toTemporal(err)
	}
	_, err := f.Repository.RefreshSegments(ctx, in.WorkspaceID, f.Now())
	return struct{}{}, toTemporal(err)
}
