package workflows

import (
	"errors"
	"fmt"

	"github.com/google/uuid"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/pulsehub/pulsehub/activities"
	"github.com/pulsehub/pulsehub/internal/chat"
)

// ChatTurnInput names the turn; what was asked is in Postgres.
type ChatTurnInput struct {
	TurnID         uuid.UUID `json:"turnId"`
	ConversationID uuid.UUID `json:"conversationId"`
	WorkspaceID    uuid.UUID `json:"workspaceId"`
	// Ahead: a head start may have written to the turn's stream, under the first epoch.
	Ahead bool `json:"ahead,omitempty"`
}

// ChatTurnResult is how the turn ended.
type ChatTurnResult struct {
	Status   chat.Status `json:"status"`
	Provider string      `json:"provider,omitempty"`
}

// ChatTurn answers one user message, whatever dies meanwhile.
func ChatTurn(ctx workflow.Context, in ChatTurnInput) (ChatTurnResult, error) {
	t, err := newChatTurn(ctx, in)
	if err != nil {
		return ChatTurnResult{}, err
	}
	return t.run(ctx)
}

// maxRounds bounds how often a model may ask for look-ups before it has to answer with what it has.
const maxRounds = 4

type chatTurn struct {
	ChatTurnInput
	progress Progress
	answer   activities.AnswerResult // of the last round
}

// Progress is what a workflow is doing, for its query and the Web UI.
type Progress struct {
	Step  string `json:"step"`
	Label string `json:"label"`
}

var chatActivities *activities.ChatTurn // for method references only

func newChatTurn(ctx workflow.Context, in ChatTurnInput) (*chatTurn, error) {
	t := &chatTurn{ChatTurnInput: in}
	return t, workflow.SetQueryHandler(ctx, QueryProgress, func() (Progress, error) { return t.progress, nil })
}

func (t *chatTurn) run(ctx workflow.Context) (ChatTurnResult, error) {
	t.tell(ctx, "reading", "Reading the question")
	question, err := callLocal(ctx, brief, chatActivities.ReadQuestion, activities.ReadQuestionInput{TurnID: t.TurnID})
	switch {
	case err != nil:
		return t.finish(ctx, activities.FinishTurnInput{Status: statusOf(err)})
	case question.Stopped:
		return t.finish(ctx, activities.FinishTurnInput{Status: chat.StatusStopped})
	case question.AuthRequired:
		return t.finish(ctx, activities.FinishTurnInput{Status: chat.StatusCompleted, Intent: question.Intent, AuthRequired: true})
	}

	if t.Ahead {
		t.answer.Epoch = activities.HeadStartEpoch
	}
	for round := 1; ; round++ {
		t.tell(ctx, "answering", fmt.Sprintf("Answering (%s)", question.Intent.Name))
		t.answer, err = call(ctx, answering, chatActivities.Answer, activities.AnswerInput{
			TurnID: t.TurnID, Round: round, LastRound: round == maxRounds, EpochBefore: t.answer.Epoch, Intent: question.Intent,
		})
		if err != nil {
			return t.finish(ctx, activities.FinishTurnInput{Status: statusOf(err)})
		}
		if t.answer.Stopped {
			return t.finish(ctx, activities.FinishTurnInput{Status: chat.StatusStopped})
		}
		if len(t.answer.ToolCalls) == 0 {
			return t.finish(ctx, activities.FinishTurnInput{Status: chat.StatusCompleted})
		}
		if err := t.lookUp(ctx); err != nil {
			return t.finish(ctx, activities.FinishTurnInput{Status: statusOf(err)})
		}
	}
}

// lookUp runs the model's tool calls side by side. One that fails for good tells the model so; only a stop ends the turn.
func (t *chatTurn) lookUp(ctx workflow.Context) error {
	t.tell(ctx, "looking_up", fmt.Sprintf("Looking up %d things in the workspace's data", len(t.answer.ToolCalls)))
	var running []pending[activities.RunToolResult]
	for _, toolCall := range t.answer.ToolCalls {
		running = append(running, start(ctx, lookingUp, chatActivities.RunTool, activities.RunToolInput{TurnID: t.TurnID, CallID: toolCall}))
	}
	for _, r := range running {
		if _, err := r.get(ctx); temporal.IsCanceledError(err) {
			return err
		}
	}
	return nil
}

// finish stores the answer and closes the stream, also when the turn was cancelled.
func (t *chatTurn) finish(ctx workflow.Context, in activities.FinishTurnInput) (ChatTurnResult, error) {
	t.tell(ctx, "finishing", "Storing the answer")
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	in.TurnID, in.Epoch, in.Provider, in.Usage, in.Streamed = t.TurnID, t.answer.Epoch, t.answer.Provider, t.answer.Usage, t.answer.Streamed
	done, err := callLocal(ctx, brief, chatActivities.FinishTurn, in)
	if err != nil {
		return ChatTurnResult{}, err
	}
	outcome := []temporal.SearchAttributeUpdate{AttributeOutcome.ValueSet(string(done.Status))}
	if done.Provider != "" {
		outcome = append(outcome, AttributeProvider.ValueSet(done.Provider))
	}
	t.tell(ctx, "done", fmt.Sprintf("Done: %s", done.Status))
	return ChatTurnResult{Status: done.Status, Provider: done.Provider}, workflow.UpsertTypedSearchAttributes(ctx, outcome...)
}

func (t *chatTurn) tell(ctx workflow.Context, step, label string) {
	t.progress = Progress{Step: step, Label: label}
	workflow.SetCurrentDetails(ctx, label)
}

// statusOf is how a turn ends whose work ended with err.
func statusOf(err error) chat.Status {
	var cancelled *temporal.CanceledError
	if errors.As(err, &cancelled) {
		return chat.StatusStopped
	}
	return chat.StatusFailed
}
