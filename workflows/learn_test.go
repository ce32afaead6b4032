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

// runLearn runs a Learn whose laps answer what a test says.
func runLearn(t *testing.T, lap func(n int) (activities.LearnResult, error)) (LearnResult, int, *testsuite.TestWorkflowEnvironment) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	RegisterLearning(env, &activities.Learning{})
	in, laps := LearnInput{WorkspaceID: uuid.New()}, 0
	env.OnActivity(learningActivities.Learn, mock.Anything, activities.LearnInput{WorkspaceID: in.WorkspaceID}).
		Return(func(context.Context, activities.LearnInput) (activities.LearnResult, error) {
			laps++
			return lap(laps)
		})
	env.ExecuteWorkflow(Learn, in)
	require.True(t, env.IsWorkflowCompleted())
	require.NoError(t, env.GetWorkflowError())
	var result LearnResult
	require.NoError(t, env.GetWorkflowResult(&result))
	return result, laps, env
}

func TestLearnGoesOnWhileMoreIsSaid(t *testing.T) {
	result, laps, env := runLearn(t, func(n int) (activities.LearnResult, error) {
		return activities.LearnResult{Ratings: n, Outcomes: 1, Messages: 1_200, Pending: n < 3}, nil
	})
	require.Equal(t, 3, laps)
	require.Equal(t, LearnResult{Ratings: 3, Outcomes: 1, Messages: 1_200}, result)
	v, err := env.QueryWorkflow(QueryProgress)
	require.NoError(t, err)
	var p Progress
	require.NoError(t, v.Get(&p))
	require.Equal(t, Progress{Step: "done", Label: "Done: learned from 3 ratings, 1 campaigns and 1,200 messages"}, p)
}

func TestLearnEndsAtSomePoint(t *testing.T) {
	_, laps, _ := runLearn(t, func(int) (activities.LearnResult, error) { return activities.LearnResult{Pending: true}, nil })
	require.Equal(t, learnLaps, laps)
}

func TestLearnTriesUntilItSucceeds(t *testing.T) {
	_, laps, _ := runLearn(t, func(n int) (activities.LearnResult, error) {
		if n < 10 {
			return activities.LearnResult{}, errors.New("Postgres is away")
		}
		return activities.LearnResult{}, nil
	})
	require.Equal(t, 10, laps)
}
