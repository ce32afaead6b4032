package durable

import (
	"context"

	"github.com/google/uuid"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/pulsehub/pulsehub/workflows"
)

// RefreshFeatures has the workspace's stale features computed. While that runs, asking again changes nothing.
func (s *Starter) RefreshFeatures(ctx context.Context, workspaceID uuid.UUID) error {
	_, err := s.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       workflows.RefreshFeaturesID(workspaceID),
		TaskQueue:                workflows.QueueData,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		TypedSearchAttributes:    temporal.NewSearchAttributes(workflows.AttributeWorkspaceID.ValueSet(workspaceID.String())),
		StaticSummary:            "Refresh customers' features",
		StaticDetails: details("Computes what is known of each customer whose events changed: visits, orders, carts, segments. It ends when none is left.",
			map[string]uuid.UUID{"Workspace": workspaceID}),
	}, workflows.RefreshFeatures, workflows.RefreshFeaturesInput{WorkspaceID: workspaceID})
	if err != nil {
		return unavailable(err)
	}
	return nil
}
