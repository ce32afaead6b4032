package activities

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/predict"
)

// Predictions is the activity that fits a workspace's predictions anew after its features were refreshed.
type Predictions struct{ PredictionsConfig }

// PredictionsConfig is what Predictions is made of.
type PredictionsConfig struct {
	Repository PredictionRepository
	Now        func() time.Time
}

// PredictionRepository reads orders and keeps what follows from them.
type PredictionRepository interface {
	// PredictionInput is the workspace's orders before that moment, of one snapshot.
	PredictionInput(ctx context.Context, workspaceID uuid.UUID, until time.Time) (predict.Input, error)
	// PredictionModel is the model that was fitted last; nil: none was.
	PredictionModel(ctx context.Context, workspaceID uuid.UUID) (*predict.Saved, error)
	// SavePredictions replaces model and predictions in one transaction; those of later data stay, and kept is false.
	SavePredictions(ctx context.Context, workspaceID uuid.UUID, r predict.Result, fittedAt time.Time) (kept bool, err error)
}

// NewPredictions makes the activity.
func NewPredictions(cfg PredictionsConfig) *Predictions { return &Predictions{cfg} }

// FitPredictionsInput names the workspace.
type FitPredictionsInput struct {
	WorkspaceID uuid.UUID  `json:"workspaceId"`
	Until       *time.Time `json:"until,omitempty"` // only orders before it; none: now
	// AtMostEvery leaves a model alone that was fitted no longer ago than that.
	AtMostEvery time.Duration `json:"atMostEvery,omitempty"`
}

// FitPredictionsResult is what came of it, in numbers that name nobody.
type FitPredictionsResult struct {
	DataVersion int64    `json:"dataVersion"` // of the data that it was fitted on
	Customers   int      `json:"customers"`
	Missing     []string `json:"missing,omitempty"` // what there is too little of to predict from; only RFM scores were kept then
	Superseded  bool     `json:"superseded,omitempty"`
	Recent      bool     `json:"recent,omitempty"` // the last fit was a moment ago, and stays
}

// FitPredictions reads all orders, fits the models, tests them on held-out days and replaces what was predicted before. It is
// safe to retry and to run twice at once: nothing is written but the end, in one transaction that replaces everything, the
// same orders always give the same numbers, and an attempt that comes late finds those of later data and leaves them. Fitting
// a hundred thousand customers takes seconds; a heartbeat every second tells that it lives, and a cancel ends it between two
// steps.
func (a *Predictions) FitPredictions(ctx context.Context, in FitPredictionsInput) (FitPredictionsResult, error) {
	defer heartbeats(ctx)()
	now := a.Now()
	if in.AtMostEvery > 0 {
		last, err := a.Repository.PredictionModel(ctx, in.WorkspaceID)
		if err != nil {
			return FitPredictionsResult{}, toTemporal(err)
		}
		if last != nil && now.Sub(last.FittedAt) < in.AtMostEvery {
			return FitPredictionsResult{Recent: true}, nil
		}
	}
	until := now
	if in.Until != nil {
		until = *in.Until
	}
	input, err := a.Repository.PredictionInput(ctx, in.WorkspaceID, until)
	if err != nil {
		return FitPredictionsResult{}, toTemporal(err)
	}
	r, err := predict.Compute(ctx, input)
	if err != nil {
		return FitPredictionsResult{}, toTemporal(err)
	}
	kept, err := a.Repository.SavePredictions(ctx, in.WorkspaceID, r, now)
	if err != nil {
		return FitPredictionsResult{}, toTemporal(err)
	}
	out := FitPredictionsResult{DataVersion: r.DataVersion, Customers: r.Model.Customers, Superseded: !kept}
	for _, m := range r.Model.Missing {
		out.Missing = append(out.Missing, m.What)
	}
	return out, nil
}
