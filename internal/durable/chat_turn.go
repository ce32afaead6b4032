package durable

import (
	"context"
	"time"

	"github.com/google/uuid"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/workflows"
)

// StartChatTurn has a turn answered. A turn that runs or has run is left alone, so it may be called any number of times.
// In the API process it starts eagerly: the first step runs in the worker beside it, without a hop.
func (s *Starter) StartChatTurn(ctx context.Context, t chat.Turn, ahead bool) error {
	attributes := []temporal.SearchAttributeUpdate{
		workflows.AttributeConversationID.ValueSet(t.ConversationID.String()),
		workflows.AttributeBuildIDs.ValueSet(workflows.BuildIDs(Build())),
	}
	if t.Owner.WorkspaceID != uuid.Nil {
		attributes = append(attributes, workflows.AttributeWorkspaceID.ValueSet(t.Owner.WorkspaceID.String()))
	}
	_, err := s.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       workflows.ChatTurnID(t.ID),
		TaskQueue:                workflows.QueueChat,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowTaskTimeout:      5 * time.Second,
		EnableEagerStart:         true,
		TypedSearchAttributes:    temporal.NewSearchAttributes(attributes...),
		StaticSummary:            "Answer a question in the chat",
		StaticDetails: details("One question of a marketer and the work of answering it. What was asked and answered is in Postgres only.",
			map[string]uuid.UUID{"Workspace": t.Owner.WorkspaceID, "Conversation": t.ConversationID, "Turn": t.ID}),
	}, workflows.ChatTurn, workflows.ChatTurnInput{TurnID: t.ID, ConversationID: t.ConversationID, WorkspaceID: t.Owner.WorkspaceID, Ahead: ahead})
	if temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return nil
	}
	if err != nil {
		return unavailable(err)
	}
	return nil
}

// CancelChatTurn stops a turn's workflow; the partial answer is kept.
func (s *Starter) CancelChatTurn(ctx context.Context, turnID uuid.UUID) error {
	return s.cancel(ctx, workflows.ChatTurnID(turnID))
}
