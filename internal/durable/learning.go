package durable

import (
	"context"

	"github.com/google/uuid"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/pulsehub/pulsehub/workflows"
)

// Learn has the workspace learn from what was said and what happened. While that runs, asking again changes nothing: it goes
// on as long as more is said.
func (s *Starter) Learn(ctx context.Context, workspaceID uuid.UUID) error {
	_, err := s.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       workflows.LearnID(workspaceID),
		TaskQueue:                workflows.QueueData,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		TypedSearchAttributes:    temporal.NewSearchAttributes(workflows.AttributeWorkspaceID.ValueSet(workspaceID.String())),
		StaticSummary:            "Learn what works",
		StaticDetails: details("Computes which channel and time of day works for which segment, from ratings of cards, results of campaigns, and messages.",
			map[string]uuid.UUID{"Workspace": workspaceID}),
	}, workflows.Learn, workflows.LearnInput{WorkspaceID: workspaceID})
	if err != nil {
		return unavailable(err)
	}
	return nil
}
