package workflows

import (
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/pulsehub/pulsehub/activities"
)

// RefreshFeaturesID is the workflow id of a workspace's refresh: one at a time, however often it is asked for.
func RefreshFeaturesID(workspaceID uuid.UUID) string { return "features/" + workspaceID.String() }

// RegisterFeatures registers RefreshFeatures, which runs on QueueData.
func RegisterFeatures(w worker.Registry, features *activities.Features, predictions *activities.Predictions) {
	w.RegisterWorkflow(RefreshFeatures)
	w.RegisterActivity(features)
	w.RegisterActivity(predictions)
}

// RefreshFeaturesInput names the workspace. Customers counts over continued runs.
type RefreshFeaturesInput struct {
	WorkspaceID uuid.UUID `json:"workspaceId"`
	Customers   int       `json:"customers,omitempty"`
}

// RefreshFeaturesResult counts customers, each as often as it was computed.
type RefreshFeaturesResult struct {
	Customers int `json:"customers"`
}

// RefreshFeaturesProgress is how far it is, for its query.
type RefreshFeaturesProgress struct {
	Progress
	Customers int `json:"customers"`
}

var ( // for method references only
	featuresActivities   *activities.Features
	predictionActivities *activities.Predictions
)

// RefreshFeatures computes the features of customers whose events changed, until none is stale. What arrives meanwhile is
// gathered: between two laps over the customers it rests three times as long as a lap took, so that a flood of events costs
// no more than a quarter of a processor here.
func RefreshFeatures(ctx workflow.Context, in RefreshFeaturesInput) (RefreshFeaturesResult, error) {
	r := &refreshFeatures{in: in, progress: RefreshFeaturesProgress{Customers: in.Customers}}
	if err := workflow.SetQueryHandler(ctx, QueryProgress, func() (RefreshFeaturesProgress, error) { return r.progress, nil }); err != nil {
		return RefreshFeaturesResult{}, err
	}
	return r.run(ctx)
}

type refreshFeatures struct {
	in       RefreshFeaturesInput
	progress RefreshFeaturesProgress
}

const (
	leastRest   = 2 * time.Second
	longestRest = 3 * time.Minute
	lapsPerRun  = 50 // then the run continues as a new one, so that its history stays small
)

func (r *refreshFeatures) run(ctx workflow.Context) (RefreshFeaturesResult, error) {
	for n := range lapsPerRun {
		customers, took, err := r.lap(ctx, n == 0 && r.in.Customers == 0)
		if err != nil {
			return RefreshFeaturesResult{}, err
		}
		if customers == 0 {
			if err := r.predict(ctx); err != nil {
				return RefreshFeaturesResult{}, err
			}
			r.tell(ctx, "done", "Done: "+thousands(int64(r.progress.Customers))+" customers")
			return RefreshFeaturesResult{Customers: r.progress.Customers}, nil
		}
		r.tell(ctx, "resting", "Refreshed "+thousands(int64(r.progress.Customers))+" customers; gathering what arrives")
		if err := workflow.Sleep(ctx, min(max(3*took, leastRest), longestRest)); err != nil {
			return RefreshFeaturesResult{}, err
		}
	}
	return RefreshFeaturesResult{}, workflow.NewContinueAsNewError(ctx, RefreshFeatures, RefreshFeaturesInput{WorkspaceID: r.in.WorkspaceID, Customers: r.progress.Customers})
}

// lap goes over the stale customers once, and has everybody see the outcome: also the first one that finds none, since
// somebody asked for it.
func (r *refreshFeatures) lap(ctx workflow.Context, first bool) (customers int, took time.Duration, err error) {
	step := activities.RefreshFeaturesInput{WorkspaceID: r.in.WorkspaceID}
	for {
		done, err := call(ctx, refreshing, featuresActivities.RefreshFeatures, step)
		if err != nil {
			return 0, 0, err
		}
		customers, took = customers+done.Customers, took+done.Took
		r.progress.Customers += done.Customers
		if step.After = done.Last; step.After == uuid.Nil {
			break
		}
		r.tell(ctx, "refreshing", "Refreshed "+thousands(int64(r.progress.Customers))+" customers")
	}
	if customers > 0 || first {
		r.tell(ctx, "counting", "Refreshed "+thousands(int64(r.progress.Customers))+" customers; counting segments")
		_, err = call(ctx, publishing, featuresActivities.PublishFeatures, step)
	}
	return customers, took, err
}

// fitEvery is how often predictions follow the data at the most.
const fitEvery = 2 * time.Minute

func (r *refreshFeatures) predict(ctx workflow.Context) error {
	r.tell(ctx, "predicting", "Fitting predictions")
	_, err := call(ctx, fitting, predictionActivities.FitPredictions, activities.FitPredictionsInput{WorkspaceID: r.in.WorkspaceID, AtMostEvery: fitEvery})
	return err
}

func (r *refreshFeatures) tell(ctx workflow.Context, step, label string) {
	r.progress.Step, r.progress.Label = step, label
	workflow.SetCurrentDetails(ctx, label)
}
