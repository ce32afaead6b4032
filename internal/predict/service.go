package predict

import (
	"context"
	"iter"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Saved is a model as it is kept.
type Saved struct {
	Model
	FittedAt    time.Time
	DataVersion int64 // of the data that it was fitted on
	UpToDate    bool  // the data has not changed since
}

// CustomerPrediction is what is kept of one customer. What is nil could not be told.
type CustomerPrediction struct {
	CustomerID       uuid.UUID
	FirstName        string
	LastName         string
	Email            string
	RFM              RFM
	OrderDays        int
	LastOrderOn      time.Time       // midnight UTC of the day in the workspace's zone
	Revenue          decimal.Decimal // orders less refunds
	PAlive           *float64
	ChurnRisk        *float64
	ExpectedOrders30 *float64
	ExpectedOrders90 *float64
	ValuePerOrder    *float64
	ExpectedValue90  *float64
	PredictedAt      time.Time
}

// Repository keeps predictions. Every method answers only for the named workspace.
type Repository interface {
	// PredictionModel is nil before the first fit.
	PredictionModel(ctx context.Context, workspaceID uuid.UUID) (*Saved, error)
	TopPredictions(ctx context.Context, workspaceID uuid.UUID, limit int) ([]CustomerPrediction, error)
	// PredictionsAfter is in order of customers' ids, from after that one on.
	PredictionsAfter(ctx context.Context, workspaceID, after uuid.UUID, limit int) ([]CustomerPrediction, error)
}

// Service answers what was predicted last.
type Service struct{ repository Repository }

// NewService makes the service.
func NewService(r Repository) *Service { return &Service{r} }

// Report is the workspace's model with its customers of the greatest expected value, at most 100; nil and none before the
// first fit.
func (s *Service) Report(ctx context.Context, workspaceID uuid.UUID, top int) (*Saved, []CustomerPrediction, error) {
	saved, err := s.repository.PredictionModel(ctx, workspaceID)
	if err != nil || saved == nil {
		return nil, nil, err
	}
	best, err := s.repository.TopPredictions(ctx, workspaceID, min(max(top, 0), 100))
	return saved, best, err
}

// pageSize is how many predictions All holds in memory.
const pageSize = 2000

// All are the predictions of one fit, a page at a time, so that millions fit into little memory. When another fit replaces
// them on the way it ends with Conflict: half of each would be neither.
func (s *Service) All(ctx context.Context, workspaceID uuid.UUID) iter.Seq2[CustomerPrediction, error] {
	return func(yield func(CustomerPrediction, error) bool) {
		var last CustomerPrediction
		for {
			page, err := s.repository.PredictionsAfter(ctx, workspaceID, last.CustomerID, pageSize)
			if err != nil {
				yield(CustomerPrediction{}, err)
				return
			}
			for _, p := range page {
				if !last.PredictedAt.IsZero() && !p.PredictedAt.Equal(last.PredictedAt) {
					yield(CustomerPrediction{}, apperr.New(apperr.Conflict, "predictions_replaced", "These predictions were replaced by newer ones meanwhile. Please ask again."))
					return
				}
				if last = p; !yield(p, nil) {
					return
				}
			}
			if len(page) < pageSize {
				return
			}
		}
	}
}
