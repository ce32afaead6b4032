package workflows

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/pulsehub/pulsehub/activities"
	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/devstack"
)

// Every workflow, by the name that its histories begin with. A new one without a history fails TestReplay.
var everyWorkflow = map[string]any{
	"ChatTurn":        ChatTurn,
	"Sweep":           Sweep,
	"DummyData":       DummyData,
	"RemoveDummyData": RemoveDummyData,
	"RefreshFeatures": RefreshFeatures,
	"EraseCustomer":   EraseCustomer,
}

const histories = "testdata/histories"

func replayer(t *testing.T) worker.WorkflowReplayer {
	t.Helper()
	r := worker.NewWorkflowReplayer()
	for _, w := range everyWorkflow {
		r.RegisterWorkflow(w)
	}
	return r
}

// Runs that began before a change must go on after it.
func TestReplay(t *testing.T) {
	for name := range everyWorkflow {
		files, err := filepath.Glob(filepath.Join(histories, name+"-*.json"))
		require.NoError(t, err)
		require.NotEmpty(t, files, "%s has no recorded history: add a scenario and run `make histories`", name)
		for _, file := range files {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
				require.NoError(t, replayer(t).ReplayWorkflowHistoryFromJSONFile(nil, file))
			})
		}
	}
}

// scenario is one run on a real server, with activities that answer at once.
type scenario struct {
	workflow any
	input    []any
	// activities by name; each has an activity's signature.
	activities map[string]any
	// during runs while the workflow does.
	during func(ctx context.Context, t *testing.T, c client.Client, run client.WorkflowRun)
}

// answers is an activity that always gives the same.
func answers[In, Out any](out Out) func(context.Context, In) (Out, error) {
	return func(context.Context, In) (Out, error) { return out, nil }
}

// refreshes answers these one after the other.
func refreshes(results ...activities.RefreshFeaturesResult) func(context.Context, activities.RefreshFeaturesInput) (activities.RefreshFeaturesResult, error) {
	var n atomic.Int32
	return func(context.Context, activities.RefreshFeaturesInput) (activities.RefreshFeaturesResult, error) {
		return results[min(int(n.Add(1)), len(results))-1], nil
	}
}

func scenarios() map[string]scenario {
	turn := []any{ChatTurnInput{TurnID: uuid.New(), ConversationID: uuid.New(), WorkspaceID: uuid.New()}}
	finish := func(_ context.Context, in activities.FinishTurnInput) (activities.FinishTurnResult, error) {
		return activities.FinishTurnResult{Status: in.Status, Provider: in.Provider}, nil
	}
	job := []any{DummyDataInput{JobID: uuid.New(), WorkspaceID: uuid.New()}}
	begin := answers[activities.DummyDataJobInput](activities.DummyDataPlan{Chunks: 5, Customers: 5, Events: 50})
	write := answers[activities.WriteDummyDataChunkInput](activities.WriteDummyDataChunkResult{Customers: 1, Events: 10})
	abandon := func(_ context.Context, in activities.AbandonDummyDataInput) (activities.DummyDataEnd, error) {
		return activities.DummyDataEnd{Status: in.Status}, nil
	}
	read := answers[activities.ReadQuestionInput](aQuestion)
	return map[string]scenario{
		"ChatTurn-answered": {workflow: ChatTurn, input: turn, activities: map[string]any{
			"ReadQuestion": read, "FinishTurn": finish,
			"Answer": answers[activities.AnswerInput](activities.AnswerResult{Epoch: 1, Provider: "openai", Streamed: true}),
		}},
		"ChatTurn-looked-up": {workflow: ChatTurn, input: turn, activities: map[string]any{
			"ReadQuestion": read, "FinishTurn": finish,
			"Answer": func(_ context.Context, in activities.AnswerInput) (activities.AnswerResult, error) {
				result := activities.AnswerResult{Epoch: in.Round, Provider: "openai", Streamed: true}
				if in.Round == 1 {
					result.ToolCalls = []string{"a", "b"}
				}
				return result, nil
			},
			"RunTool": answers[activities.RunToolInput](activities.RunToolResult{Tool: "funnel"}),
		}},
		"ChatTurn-sign-in": {workflow: ChatTurn, input: turn, activities: map[string]any{
			"ReadQuestion": answers[activities.ReadQuestionInput](activities.ReadQuestionResult{AuthRequired: true}), "FinishTurn": finish,
		}},
		"ChatTurn-failed": {workflow: ChatTurn, input: turn, activities: map[string]any{
			"ReadQuestion": read, "FinishTurn": finish,
			"Answer": func(context.Context, activities.AnswerInput) (activities.AnswerResult, error) {
				return activities.AnswerResult{}, temporal.NewNonRetryableApplicationError("no", "broken", nil)
			},
		}},
		"ChatTurn-stopped": {workflow: ChatTurn, input: turn, activities: map[string]any{
			"ReadQuestion": read, "FinishTurn": finish,
			"Answer": func(ctx context.Context, _ activities.AnswerInput) (activities.AnswerResult, error) {
				untilCancelled(ctx)
				return activities.AnswerResult{}, ctx.Err()
			},
		}, during: cancelOnceBusy(1)},
		"Sweep-swept": {workflow: Sweep, activities: map[string]any{
			"StartQueuedTurns": answers[struct{}](activities.SweepResult{Started: 2}), "StartQueuedJobs": answers[struct{}](activities.SweepResult{Started: 1}),
			"DeleteExpired": answers[struct{}](int64(1)),
		}},
		"DummyData-completed": {workflow: DummyData, input: job, activities: map[string]any{
			"BeginDummyData": begin, "WriteDummyDataChunk": write, "FinishDummyData": answers[activities.DummyDataJobInput](activities.DummyDataEnd{Status: datasource.JobCompleted, Events: 50}),
		}},
		"DummyData-failed": {workflow: DummyData, input: job, activities: map[string]any{
			"BeginDummyData": begin, "AbandonDummyData": abandon,
			"WriteDummyDataChunk": func(_ context.Context, in activities.WriteDummyDataChunkInput) (activities.WriteDummyDataChunkResult, error) {
				if in.Chunk == 2 {
					return activities.WriteDummyDataChunkResult{}, temporal.NewNonRetryableApplicationError("no", "internal", nil)
				}
				return activities.WriteDummyDataChunkResult{Customers: 1, Events: 10}, nil
			},
		}},
		"DummyData-cancelled": {workflow: DummyData, input: job, activities: map[string]any{
			"BeginDummyData": begin, "AbandonDummyData": abandon,
			"WriteDummyDataChunk": func(ctx context.Context, _ activities.WriteDummyDataChunkInput) (activities.WriteDummyDataChunkResult, error) {
				untilCancelled(ctx)
				return activities.WriteDummyDataChunkResult{}, ctx.Err()
			},
		}, during: cancelOnceBusy(chunksAtOnce)},
		"RefreshFeatures-refreshed": {workflow: RefreshFeatures, input: []any{RefreshFeaturesInput{WorkspaceID: uuid.New()}}, activities: map[string]any{
			"RefreshFeatures": refreshes(activities.RefreshFeaturesResult{Customers: 2_000, Last: uuid.New()}, activities.RefreshFeaturesResult{Customers: 7}, activities.RefreshFeaturesResult{}),
			"PublishFeatures": answers[activities.RefreshFeaturesInput](struct{}{}),
			"FitPredictions":  answers[activities.FitPredictionsInput](activities.FitPredictionsResult{Customers: 900}),
		}},
		"EraseCustomer-erased": {workflow: EraseCustomer, input: []any{EraseCustomerInput{WorkspaceID: uuid.New(), CustomerID: uuid.New()}}, activities: map[string]any{
			"ForgetCustomer":      answers[activities.EraseCustomerInput](struct{}{}),
			"EraseCustomerEvents": answers[activities.EraseCustomerInput](activities.EraseCustomerEventsResult{Events: 1_234}),
			"FinishErasure":       answers[activities.EraseCustomerInput](struct{}{}),
		}},
		"RemoveDummyData-removed": {workflow: RemoveDummyData, input: []any{RemoveDummyDataInput{WorkspaceID: uuid.New()}}, activities: map[string]any{
			"RemoveDummyData": answers[activities.RemoveDummyDataInput](activities.RemoveDummyDataResult{Cancelled: []uuid.UUID{uuid.New()}}),
		}},
	}
}

func untilCancelled(ctx context.Context) {
	for ctx.Err() == nil {
		activity.RecordHeartbeat(ctx, nil)
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// cancelOnceBusy cancels a run once so many of its activities have been heard of.
func cancelOnceBusy(n int) func(context.Context, *testing.T, client.Client, client.WorkflowRun) {
	return func(ctx context.Context, t *testing.T, c client.Client, run client.WorkflowRun) {
		require.Eventually(t, func() bool {
			d, err := c.DescribeWorkflowExecution(ctx, run.GetID(), run.GetRunID())
			if err != nil || len(d.PendingActivities) != n {
				return false
			}
			for _, a := range d.PendingActivities {
				if a.GetLastHeartbeatTime() == nil {
					return false
				}
			}
			return true
		}, 20*time.Second, 20*time.Millisecond)
		require.NoError(t, c.CancelWorkflow(ctx, run.GetID(), run.GetRunID()))
	}
}

// Each scenario runs on a real Temporal server, and what it left there replays. With PULSEHUB_RECORD_HISTORIES set the
// histories are kept, for TestReplay to replay against later code.
func TestRecordHistories(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	address, namespace, err := devstack.TestTemporal(ctx)
	require.NoError(t, err)
	c, err := client.DialContext(ctx, client.Options{HostPort: address, Namespace: namespace})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	for name, s := range scenarios() {
		t.Run(name, func(t *testing.T) {
			history := s.run(ctx, t, c, name)
			require.NoError(t, replayer(t).ReplayWorkflowHistory(nil, history))
			if os.Getenv("PULSEHUB_RECORD_HISTORIES") != "" {
				text, err := temporalproto.CustomJSONMarshalOptions{Indent: " "}.Marshal(history)
				require.NoError(t, err)
				require.NoError(t, os.MkdirAll(histories, 0o755))
				require.NoError(t, os.WriteFile(filepath.Join(histories, name+".json"), text, 0o644))
			}
		})
	}
}

func (s scenario) run(ctx context.Context, t *testing.T, c client.Client, name string) *historypb.History {
	t.Helper()
	queue := fmt.Sprintf("%s-%s", name, uuid.NewString())
	w := worker.New(c, queue, worker.Options{MaxHeartbeatThrottleInterval: 100 * time.Millisecond, DefaultHeartbeatThrottleInterval: 100 * time.Millisecond})
	w.RegisterWorkflowWithOptions(s.workflow, workflow.RegisterOptions{Name: strings.SplitN(name, "-", 2)[0]})
	for activityName, fn := range s.activities {
		w.RegisterActivityWithOptions(fn, activity.RegisterOptions{Name: activityName})
	}
	require.NoError(t, w.Start())
	defer w.Stop()
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: "history/" + queue, TaskQueue: queue}, s.workflow, s.input...)
	require.NoError(t, err)
	if s.during != nil {
		s.during(ctx, t, c, run)
	}
	require.NoError(t, run.Get(ctx, nil))
	history := &historypb.History{}
	events := c.GetWorkflowHistory(ctx, run.GetID(), run.GetRunID(), false, 0)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(t, err)
		history.Events = append(history.Events, event)
	}
	return history
}

// The words that a run shows hold nothing personal: its input and results are ids, counts and names of states.
func TestInputsCarryNoText(t *testing.T) {
	require.Equal(t, []string{"TurnID", "ConversationID", "WorkspaceID", "Ahead"}, fieldNames(ChatTurnInput{}))
	require.Equal(t, []string{"Status", "Provider"}, fieldNames(ChatTurnResult{}))
	require.Equal(t, []string{"JobID", "WorkspaceID"}, fieldNames(DummyDataInput{}))
	require.Equal(t, []string{"Status", "Events"}, fieldNames(DummyDataResult{}))
	require.Equal(t, []string{"WorkspaceID"}, fieldNames(RemoveDummyDataInput{}))
	require.Equal(t, []string{"WorkspaceID", "Customers"}, fieldNames(RefreshFeaturesInput{}))
	require.Equal(t, []string{"WorkspaceID", "CustomerID"}, fieldNames(EraseCustomerInput{}))
	require.Equal(t, []string{"Events"}, fieldNames(EraseCustomerResult{}))
	require.Equal(t, []string{"WorkspaceID", "After"}, fieldNames(activities.RefreshFeaturesInput{}))
	require.Equal(t, []string{"Epoch", "Provider", "Model", "Usage", "ToolCalls", "Stopped", "Streamed"}, fieldNames(activities.AnswerResult{}))
	require.Equal(t, []string{"Name", "Confidence", "RequiresAuth", "Module", "Action", "Entities"}, fieldNames(chat.Intent{}))
	require.Equal(t, []string{"Segment", "Channel", "Metric", "Timeframe", "Source", "Product"}, fieldNames(chat.Entities{}))
}
