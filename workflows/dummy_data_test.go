package workflows

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/pulsehub/pulsehub/activities"
	"github.com/pulsehub/pulsehub/internal/datasource"
)

// jobBundle is one job of 7 chunks of 10 events.
type jobBundle struct {
	*testsuite.TestWorkflowEnvironment
	input     DummyDataInput
	mu        sync.Mutex
	written   map[int]int
	abandoned []activities.AbandonDummyDataInput
	atOnce    atomic.Int32
	most      int32
}

func setupJob(t *testing.T, ended bool) *jobBundle {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	b := &jobBundle{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), input: DummyDataInput{JobID: uuid.New(), WorkspaceID: uuid.New()}, written: map[int]int{}}
	RegisterDummyData(b.TestWorkflowEnvironment, &activities.DummyData{})
	b.OnActivity(dummyDataActivities.BeginDummyData, mock.Anything, activities.DummyDataJobInput(b.input)).
		Return(activities.DummyDataPlan{Chunks: 7, Customers: 7, Events: 70, Ended: ended}, nil)
	b.OnActivity(dummyDataActivities.AbandonDummyData, mock.Anything, mock.Anything).Return(func(_ context.Context, in activities.AbandonDummyDataInput) (activities.DummyDataEnd, error) {
		b.abandoned = append(b.abandoned, in)
		return activities.DummyDataEnd{Status: in.Status}, nil
	})
	return b
}

func (b *jobBundle) writes(fn func(in activities.WriteDummyDataChunkInput) error) {
	b.OnActivity(dummyDataActivities.WriteDummyDataChunk, mock.Anything, mock.Anything).Return(func(_ context.Context, in activities.WriteDummyDataChunkInput) (activities.WriteDummyDataChunkResult, error) {
		n := b.atOnce.Add(1)
		defer b.atOnce.Add(-1)
		b.mu.Lock()
		b.most = max(b.most, n)
		b.mu.Unlock()
		if err := fn(in); err != nil {
			return activities.WriteDummyDataChunkResult{}, err
		}
		b.mu.Lock()
		b.written[in.Chunk]++
		b.mu.Unlock()
		return activities.WriteDummyDataChunkResult{Customers: 1, Events: 10}, nil
	})
}

// chunks is how often each was written until now: one that was cancelled may run to its end behind the workflow.
func (b *jobBundle) chunks() map[int]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.written)
}

func (b *jobBundle) finishes() {
	b.OnActivity(dummyDataActivities.FinishDummyData, mock.Anything, activities.DummyDataJobInput(b.input)).
		Return(activities.DummyDataEnd{Status: datasource.JobCompleted, Events: 70}, nil).Once()
}

func (b *jobBundle) run(t *testing.T) DummyDataResult {
	t.Helper()
	b.ExecuteWorkflow(DummyData, b.input)
	require.True(t, b.IsWorkflowCompleted())
	require.NoError(t, b.GetWorkflowError())
	var result DummyDataResult
	require.NoError(t, b.GetWorkflowResult(&result))
	return result
}

func (b *jobBundle) progress(t *testing.T) (p DummyDataProgress) {
	t.Helper()
	v, err := b.QueryWorkflow(QueryProgress)
	require.NoError(t, err)
	require.NoError(t, v.Get(&p))
	return p
}

func TestDummyDataWritesEveryChunkOnce(t *testing.T) {
	b := setupJob(t, false)
	b.writes(func(activities.WriteDummyDataChunkInput) error { return nil })
	b.finishes()
	require.Equal(t, DummyDataResult{Status: datasource.JobCompleted, Events: 70}, b.run(t))
	require.Equal(t, map[int]int{0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1}, b.chunks())
	require.LessOrEqual(t, b.most, int32(chunksAtOnce))
	require.Empty(t, b.abandoned)
	p := b.progress(t)
	require.Equal(t, DummyDataProgress{Progress: Progress{Step: "done", Label: "Done: completed, 70 events"}, Customers: 7, Events: 70, Of: 70}, p)
}

func TestDummyDataRetriesAChunk(t *testing.T) {
	b := setupJob(t, false)
	var failures atomic.Int32
	b.writes(func(in activities.WriteDummyDataChunkInput) error {
		if in.Chunk == 3 && failures.Add(1) < 4 {
			return temporal.NewApplicationError("Postgres is away", "internal")
		}
		return nil
	})
	b.finishes()
	require.Equal(t, datasource.JobCompleted, b.run(t).Status)
	require.Len(t, b.chunks(), 7)
}

func TestDummyDataThatFailsSaysWhyAndTakesBack(t *testing.T) {
	b := setupJob(t, false)
	b.writes(func(in activities.WriteDummyDataChunkInput) error {
		if in.Chunk == 2 {
			return temporal.NewNonRetryableApplicationError("column missing", "internal", nil)
		}
		return nil
	})
	require.Equal(t, datasource.JobFailed, b.run(t).Status)
	require.Len(t, b.abandoned, 1)
	require.Equal(t, datasource.JobFailed, b.abandoned[0].Status)
	require.Contains(t, b.abandoned[0].Reason, "Nothing of it was kept")
	require.NotContains(t, b.abandoned[0].Reason, "column")
	require.Equal(t, activities.DummyDataJobInput(b.input), b.abandoned[0].DummyDataJobInput)
}

func TestDummyDataRemovedMeanwhileIsCancelled(t *testing.T) {
	b := setupJob(t, false)
	b.writes(func(activities.WriteDummyDataChunkInput) error {
		return temporal.NewNonRetryableApplicationError("This job has ended", "job_ended", nil)
	})
	require.Equal(t, datasource.JobCancelled, b.run(t).Status)
	require.Len(t, b.abandoned, 1)
}

func TestDummyDataCancelledTakesBack(t *testing.T) {
	b := setupJob(t, false)
	var once sync.Once
	b.writes(func(in activities.WriteDummyDataChunkInput) error {
		if in.Chunk >= 2 {
			once.Do(b.CancelWorkflow)
		}
		return nil
	})
	b.finishes()
	require.Equal(t, datasource.JobCancelled, b.run(t).Status)
	require.Len(t, b.abandoned, 1)
	require.Equal(t, datasource.JobCancelled, b.abandoned[0].Status)
	require.Less(t, len(b.chunks()), 7)
}

func TestDummyDataThatHasEndedWritesNothing(t *testing.T) {
	b := setupJob(t, true)
	require.Equal(t, datasource.JobCancelled, b.run(t).Status)
	require.Empty(t, b.chunks())
}

func TestRemoveDummyDataCancelsWhatIsMade(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	RegisterDummyData(env, &activities.DummyData{})
	in := RemoveDummyDataInput{WorkspaceID: uuid.New()}
	jobs := []uuid.UUID{uuid.New(), uuid.New()}
	env.OnActivity(dummyDataActivities.RemoveDummyData, mock.Anything, activities.RemoveDummyDataInput(in)).Return(activities.RemoveDummyDataResult{Cancelled: jobs}, nil).Once()
	for _, j := range jobs {
		env.OnRequestCancelExternalWorkflow(mock.Anything, DummyDataID(j), "").Return(temporal.NewApplicationError("gone", "gone")).Once()
	}
	env.ExecuteWorkflow(RemoveDummyData, in)
	require.NoError(t, env.GetWorkflowError(), "one that has ended needs no cancelling")
	env.AssertExpectations(t)
}
