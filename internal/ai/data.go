package ai

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/predict"
	"github.com/pulsehub/pulsehub/internal/segment"
)

// Data is everything that answers may look into, beside the analysis. What is nil is not there: answers do without it, or
// say so. Every figure is exact, of one workspace, and names its SQL; looking changes nothing.
type Data struct {
	Queries     Queries
	Figures     Figures
	Segments    Segments
	Customers   Customers
	Predictions Predictions
}

// Figures are the questions of the analytics pages, and further sides of the same data.
type Figures interface {
	Series(ctx context.Context, workspaceID uuid.UUID, a analytics.Asked) (*analytics.Series, error)
	KPIs(ctx context.Context, workspaceID uuid.UUID, a analytics.Asked) (*analytics.KPIs, error)
	FunnelReach(ctx context.Context, workspaceID uuid.UUID, a analytics.Asked) (*analytics.FunnelAnswer, error)
	Cohorts(ctx context.Context, workspaceID uuid.UUID, a analytics.Asked) (*analytics.Cohorts, error)
	Revenue(ctx context.Context, workspaceID uuid.UUID, a analytics.Asked) (*analytics.Revenue, error)
	Countries(ctx context.Context, workspaceID uuid.UUID, r analytics.Range) (analytics.CountryFigures, error)
	Product(ctx context.Context, workspaceID uuid.UUID, name string, r analytics.Range) (analytics.ProductFigures, error)
	BestCustomers(ctx context.Context, workspaceID uuid.UUID, r analytics.Range, limit int) (analytics.CustomerFigures, error)
}

// Segments finds saved segments, and counts who a rule has right now.
type Segments interface {
	ListSegments(ctx context.Context, workspaceID uuid.UUID, limit int, cursor string) ([]segment.Segment, string, error)
	PreviewSegment(ctx context.Context, workspaceID uuid.UUID, rule segment.Rule, now time.Time) (segment.Preview, error)
}

// Customers finds single people. What it finds is for the reader: it gets into no workflow, and no model is shown it.
type Customers interface {
	FindCustomers(ctx context.Context, workspaceID uuid.UUID, whom customer.Lookup, limit int) (customer.Found, error)
}

// Predictions is what customers are expected to do, as it was fitted last.
type Predictions interface {
	// Model is nil before the first fit.
	Model(ctx context.Context, workspaceID uuid.UUID) (*predict.Saved, error)
	// Outlook fails with predict.ErrNotFitted before the first fit.
	Outlook(ctx context.Context, workspaceID uuid.UUID, days int) (predict.Outlook, error)
	AtRisk(ctx context.Context, workspaceID uuid.UUID, limit int) (predict.AtRisk, error)
	Likely(ctx context.Context, workspaceID uuid.UUID, limit int) ([]predict.CustomerPrediction, error)
}

// segmentPages is the most pages of saved segments that are looked through for a name.
const segmentPages = 20

// SavedSegments are all segments of a workspace, the standard ones first.
func SavedSegments(ctx context.Context, s Segments, workspaceID uuid.UUID) (all []segment.Segment, err error) {
	cursor := ""
	for range segmentPages {
		page, next, err := s.ListSegments(ctx, workspaceID, 100, cursor)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if cursor = next; cursor == "" {
			break
		}
	}
	return all, nil
}
