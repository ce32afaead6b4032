package workflows

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/pulsehub/pulsehub/activities"
)

// refreshBundle is a workspace whose refreshes answer what a test says.
type refreshBundle struct {
	*testsuite.TestWorkflowEnvironment
	input     RefreshFeaturesInput
	after     []uuid.UUID // where each refresh went on
	published int
	fitted    int
}

func setupRefresh(t *testing.T, results func(n int) activities.RefreshFeaturesResult) *refreshBundle {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	b := &refreshBundle{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), input: RefreshFeaturesInput{WorkspaceID: uuid.New()}}
	RegisterFeatures(b.TestWorkflowEnvironment, &activities.Features{}, &activities.Predictions{})
	b.OnActivity(featuresActivities.RefreshFeatures, mock.Anything, mock.Anything).Return(func(_ context.Context, in activities.RefreshFeaturesInput) (activities.RefreshFeaturesResult, error) {
		b.after = append(b.after, in.After)
		return results(len(b.after)), nil
	})
	b.OnActivity(featuresActivities.PublishFeatures, mock.Anything, mock.Anything).Return(func(context.Context, activities.RefreshFeaturesInput) (struct{}, error) {
		b.published++
		return struct{}{}, nil
	}).Maybe()
	b.OnActivity(predictionActivities.FitPredictions, mock.Anything, mock.Anything).Return(func(_ context.Context, in activities.FitPredictionsInput) (activities.FitPredictionsResult, error) {
		require.Equal(t, fitEvery, in.AtMostEvery)
		b.fitted++
		return activities.FitPredictionsResult{}, nil
	}).Maybe()
	return b
}

// A lap goes on where the last step ended, until none is left; the next begins anew; one that finds none ends it.
func TestRefreshGoesOnUntilNoneIsStale(t *testing.T) {
	last := uuid.New()
	b := setupRefresh(t, func(n int) activities.RefreshFeaturesResult {
		return []activities.RefreshFeaturesResult{{Customers: 2_000, Last: last, Took: 5 * time.Second}, {Customers: 3, Took: time.Second}, {Customers: 1}, {}}[n-1]
	})
	begin := b.Now()
	b.ExecuteWorkflow(RefreshFeatures, b.input)
	require.NoError(t, b.GetWorkflowError())
	var result RefreshFeaturesResult
	require.NoError(t, b.GetWorkflowResult(&result))
	require.Equal(t, 2_004, result.Customers)
	require.Equal(t, []uuid.UUID{uuid.Nil, last, uuid.Nil, uuid.Nil}, b.after)
	require.Equal(t, 2, b.published, "after each lap that changed something")
	require.Equal(t, 1, b.fitted)
	require.GreaterOrEqual(t, b.Now().Sub(begin), 20*time.Second, "it rests three times as long as a lap took, and two seconds at least")
	v, err := b.QueryWorkflow(QueryProgress)
	require.NoError(t, err)
	var p RefreshFeaturesProgress
	require.NoError(t, v.Get(&p))
	require.Equal(t, "done", p.Step)
	require.Equal(t, "Done: 2,004 customers", p.Label)
}

// Who asks for it gets segments and predictions of the data as it is, also where no customer is stale.
func TestRefreshOfNothingStillCounts(t *testing.T) {
	b := setupRefresh(t, func(int) activities.RefreshFeaturesResult { return activities.RefreshFeaturesResult{} })
	b.ExecuteWorkflow(RefreshFeatures, b.input)
	require.NoError(t, b.GetWorkflowError())
	require.Equal(t, 1, b.published)
	require.Equal(t, 1, b.fitted)
}

func TestRefreshContinuesAsANewRun(t *testing.T) {
	b := setupRefresh(t, func(int) activities.RefreshFeaturesResult { return activities.RefreshFeaturesResult{Customers: 10} })
	b.ExecuteWorkflow(RefreshFeatures, b.input)
	var again *workflow.ContinueAsNewError
	require.True(t, errors.As(b.GetWorkflowError(), &again))
	require.Len(t, b.after, lapsPerRun)
	require.Zero(t, b.fitted)
}
