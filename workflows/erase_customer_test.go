package workflows

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"github.com/pulsehub/pulsehub/activities"
)

// Whatever fails on the way, and whoever cancels it, a customer is erased, one step after the other.
func TestErasureIsNotGivenUp(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	RegisterErasure(env, &activities.Erasure{})
	in := EraseCustomerInput{WorkspaceID: uuid.New(), CustomerID: uuid.New()}
	var steps []string
	failing := func(name string, times int) func(context.Context, activities.EraseCustomerInput) error {
		return func(_ context.Context, got activities.EraseCustomerInput) error {
			require.Equal(t, activities.EraseCustomerInput(in), got)
			if times--; times >= 0 {
				env.CancelWorkflow()
				return errors.New("Postgres is away")
			}
			steps = append(steps, name)
			return nil
		}
	}
	forget, events, finish := failing("forget", 2), failing("events", 6), failing("finish", 3)
	env.OnActivity(erasureActivities.ForgetCustomer, mock.Anything, mock.Anything).Return(func(ctx context.Context, in activities.EraseCustomerInput) (struct{}, error) {
		return struct{}{}, forget(ctx, in)
	})
	env.OnActivity(erasureActivities.EraseCustomerEvents, mock.Anything, mock.Anything).Return(func(ctx context.Context, in activities.EraseCustomerInput) (activities.EraseCustomerEventsResult, error) {
		return activities.EraseCustomerEventsResult{Events: 1_234}, events(ctx, in)
	})
	env.OnActivity(erasureActivities.FinishErasure, mock.Anything, mock.Anything).Return(func(ctx context.Context, in activities.EraseCustomerInput) (struct{}, error) {
		return struct{}{}, finish(ctx, in)
	})
	env.ExecuteWorkflow(EraseCustomer, in)
	require.NoError(t, env.GetWorkflowError())
	require.Equal(t, []string{"forget", "events", "finish"}, steps)
	var result EraseCustomerResult
	require.NoError(t, env.GetWorkflowResult(&result))
	require.Equal(t, 1_234, result.Events)
	v, err := env.QueryWorkflow(QueryProgress)
	require.NoError(t, err)
	var p Progress
	require.NoError(t, v.Get(&p))
	require.Equal(t, Progress{Step: "done", Label: "Done: 1,234 events removed"}, p)
}
