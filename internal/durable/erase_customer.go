package durable

import (
	"context"

	"github.com/google/uuid"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/pulsehub/pulsehub/workflows"
)

// EraseCustomer has everything that is held of a customer removed. While that runs, asking again changes nothing.
func (s *Starter) EraseCustomer(ctx context.Context, workspaceID, customerID uuid.UUID) error {
	_, err := s.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       workflows.EraseCustomerID(customerID),
		TaskQueue:                workflows.QueueData,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		TypedSearchAttributes:    temporal.NewSearchAttributes(workflows.AttributeWorkspaceID.ValueSet(workspaceID.String())),
		StaticSummary:            "Erase a customer",
		StaticDetails: details("Removes everything that is held of one customer: who they are, what they did, and what was computed of it. What the same person does later is a new customer's.",
			map[string]uuid.UUID{"Workspace": workspaceID, "Customer": customerID}),
	}, workflows.EraseCustomer, workflows.EraseCustomerInput{WorkspaceID: workspaceID, CustomerID: customerID})
	if err != nil {
		return unavailable(err)
	}
	return nil
}
