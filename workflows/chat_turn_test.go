package workflows

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/pulsehub/pulsehub/activities"
	"github.com/pulsehub/pulsehub/internal/chat"
)

type turnBundle struct {
	*testsuite.TestWorkflowEnvironment
	input    ChatTurnInput
	finished []activities.FinishTurnInput
}

func setupTurn(t *testing.T) *turnBundle {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	b := &turnBundle{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), input: ChatTurnInput{TurnID: uuid.New(), ConversationID: uuid.New(), WorkspaceID: uuid.New()}}
	b.RegisterWorkflow(ChatTurn)
	b.RegisterActivity(&activities.ChatTurn{})
	b.OnActivity(chatActivities.FinishTurn, mock.Anything, mock.Anything).Return(func(_ context.Context, in activities.FinishTurnInput) (activities.FinishTurnResult, error) {
		b.finished = append(b.finished, in)
		return activities.FinishTurnResult{Status: in.Status, Provider: in.Provider}, nil
	})
	return b
}

func (b *turnBundle) asks(result activities.ReadQuestionResult) {
	b.OnActivity(chatActivities.ReadQuestion, mock.Anything, activities.ReadQuestionInput{TurnID: b.input.TurnID}).Return(result, nil)
}

func (b *turnBundle) run(t *testing.T) ChatTurnResult {
	t.Helper()
	b.ExecuteWorkflow(ChatTurn, b.input)
	require.True(t, b.IsWorkflowCompleted())
	require.NoError(t, b.GetWorkflowError())
	var result ChatTurnResult
	require.NoError(t, b.GetWorkflowResult(&result))
	require.Len(t, b.finished, 1, "a turn ends once")
	require.Equal(t, b.input.TurnID, b.finished[0].TurnID)
	return result
}

var aQuestion = activities.ReadQuestionResult{Intent: chat.Intent{Name: chat.IntentDataQuestion}}

func TestChatTurnAnswers(t *testing.T) {
	b := setupTurn(t)
	b.asks(aQuestion)
	b.OnActivity(chatActivities.Answer, mock.Anything, activities.AnswerInput{TurnID: b.input.TurnID, Round: 1, Intent: aQuestion.Intent}).
		Return(activities.AnswerResult{Epoch: 2, Provider: "openai", Usage: chat.Usage{OutputTokens: 7}, Streamed: true}, nil).Once()
	require.Equal(t, ChatTurnResult{Status: chat.StatusCompleted, Provider: "openai"}, b.run(t))
	require.Equal(t, activities.FinishTurnInput{
		TurnID: b.input.TurnID, Status: chat.StatusCompleted, Epoch: 2, Provider: "openai", Usage: chat.Usage{OutputTokens: 7}, Streamed: true,
	}, b.finished[0])
	progress, err := b.QueryWorkflow(QueryProgress)
	require.NoError(t, err)
	var p Progress
	require.NoError(t, progress.Get(&p))
	require.Equal(t, Progress{Step: "done", Label: "Done: completed"}, p)
}

func TestChatTurnIsAboveItsHeadStart(t *testing.T) {
	b := setupTurn(t)
	b.input.Ahead = true
	b.asks(aQuestion)
	b.OnActivity(chatActivities.Answer, mock.Anything, activities.AnswerInput{TurnID: b.input.TurnID, Round: 1, EpochBefore: activities.HeadStartEpoch, Intent: aQuestion.Intent}).
		Return(activities.AnswerResult{Epoch: activities.HeadStartEpoch, Provider: "openai", Streamed: true}, nil).Once()
	require.Equal(t, chat.StatusCompleted, b.run(t).Status)
	require.Equal(t, activities.HeadStartEpoch, b.finished[0].Epoch)
}

func TestChatTurnAsksVisitorsToSignIn(t *testing.T) {
	b := setupTurn(t)
	b.asks(activities.ReadQuestionResult{Intent: chat.Intent{Name: chat.IntentDataQuestion, RequiresAuth: true}, AuthRequired: true})
	require.Equal(t, chat.StatusCompleted, b.run(t).Status)
	require.True(t, b.finished[0].AuthRequired)
	require.Equal(t, chat.IntentDataQuestion, b.finished[0].Intent.Name)
}

func TestChatTurnLooksUpWhatTheModelAsksFor(t *testing.T) {
	b := setupTurn(t)
	b.asks(aQuestion)
	b.OnActivity(chatActivities.Answer, mock.Anything, activities.AnswerInput{TurnID: b.input.TurnID, Round: 1, Intent: aQuestion.Intent}).
		Return(activities.AnswerResult{Epoch: 1, Provider: "openai", ToolCalls: []string{"a", "b"}, Streamed: true}, nil).Once()
	b.OnActivity(chatActivities.RunTool, mock.Anything, activities.RunToolInput{TurnID: b.input.TurnID, CallID: "a"}).
		Return(activities.RunToolResult{Tool: "funnel"}, nil).Once()
	b.OnActivity(chatActivities.RunTool, mock.Anything, activities.RunToolInput{TurnID: b.input.TurnID, CallID: "b"}).
		Return(activities.RunToolResult{}, temporal.NewNonRetryableApplicationError("broken", "internal", nil)).Once()
	b.OnActivity(chatActivities.Answer, mock.Anything, activities.AnswerInput{TurnID: b.input.TurnID, Round: 2, EpochBefore: 1, Intent: aQuestion.Intent}).
		Return(activities.AnswerResult{Epoch: 2, Provider: "openai", Streamed: true}, nil).Once()
	require.Equal(t, chat.StatusCompleted, b.run(t).Status, "one look-up that fails does not end the turn")
	b.AssertExpectations(t)
}

func TestChatTurnEndsLookingUpAtSomePoint(t *testing.T) {
	b := setupTurn(t)
	b.asks(aQuestion)
	rounds := 0
	b.OnActivity(chatActivities.Answer, mock.Anything, mock.Anything).Return(func(_ context.Context, in activities.AnswerInput) (activities.AnswerResult, error) {
		rounds++
		if in.LastRound {
			return activities.AnswerResult{Epoch: rounds, Streamed: true}, nil
		}
		return activities.AnswerResult{Epoch: rounds, ToolCalls: []string{"again"}, Streamed: true}, nil
	})
	b.OnActivity(chatActivities.RunTool, mock.Anything, mock.Anything).Return(activities.RunToolResult{}, nil)
	require.Equal(t, chat.StatusCompleted, b.run(t).Status)
	require.Equal(t, maxRounds, rounds)
}

func TestChatTurnStops(t *testing.T) {
	b := setupTurn(t)
	b.asks(aQuestion)
	b.OnActivity(chatActivities.Answer, mock.Anything, mock.Anything).After(time.Minute).Return(activities.AnswerResult{}, temporal.NewCanceledError())
	b.RegisterDelayedCallback(b.CancelWorkflow, time.Second)
	require.Equal(t, chat.StatusStopped, b.run(t).Status)
}

func TestChatTurnStoppedByTheWorkerKeepsWhatWasStreamed(t *testing.T) {
	b := setupTurn(t)
	b.asks(aQuestion)
	b.OnActivity(chatActivities.Answer, mock.Anything, mock.Anything).Return(activities.AnswerResult{Epoch: 1, Provider: "analyst", Stopped: true, Streamed: true}, nil)
	require.Equal(t, chat.StatusStopped, b.run(t).Status)
	require.True(t, b.finished[0].Streamed)
}

func TestChatTurnStoppedBeforeItBegan(t *testing.T) {
	b := setupTurn(t)
	b.asks(activities.ReadQuestionResult{Stopped: true})
	require.Equal(t, chat.StatusStopped, b.run(t).Status)
}

func TestChatTurnTriesAgainAndThenFails(t *testing.T) {
	b := setupTurn(t)
	b.asks(aQuestion)
	attempts := 0
	b.OnActivity(chatActivities.Answer, mock.Anything, mock.Anything).Return(func(context.Context, activities.AnswerInput) (activities.AnswerResult, error) {
		attempts++
		return activities.AnswerResult{}, errors.New("the worker is having a bad day")
	})
	require.Equal(t, chat.StatusFailed, b.run(t).Status, "a turn that cannot be answered ends as failed, and its workflow completes")
	require.Equal(t, int(answering.RetryPolicy.MaximumAttempts), attempts)
}

func fieldNames(v any) (names []string) {
	for f := range reflect.TypeOf(v).Fields() {
		names = append(names, f.Name)
	}
	return names
}
