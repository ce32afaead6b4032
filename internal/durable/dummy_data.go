package durable

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/workflows"
)

// StartDummyData has a job of demo data made. A job that runs or has run is left alone, so it may be called any number of
// times.
func (s *Starter) StartDummyData(ctx context.Context, j datasource.Job) error {
	_, err := s.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       workflows.DummyDataID(j.ID),
		TaskQueue:                workflows.QueueData,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		TypedSearchAttributes:    temporal.NewSearchAttributes(workflows.AttributeWorkspaceID.ValueSet(j.WorkspaceID.String())),
		StaticSummary:            "Make demo data",
		StaticDetails: details("Made-up customers and what they did, written in ranges of customers. Cancel it, and what it wrote is removed.",
			map[string]uuid.UUID{"Workspace": j.WorkspaceID, "Job": j.ID}),
	}, workflows.DummyData, workflows.DummyDataInput{JobID: j.ID, WorkspaceID: j.WorkspaceID})
	if err == nil || temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return nil
	}
	return unavailable(err)
}

// removalWait is how long RemoveDummyData waits for the end: enough for a million events.
const removalWait = 20 * time.Second

// RemoveDummyData has all demo data of a workspace removed and waits a while for it. done tells whether it is gone;
// otherwise it goes on by itself. Calling it while it runs waits for the same run.
func (s *Starter) RemoveDummyData(ctx context.Context, workspaceID uuid.UUID) (done bool, err error) {
	run, err := s.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       workflows.RemoveDummyDataID(workspaceID),
		TaskQueue:                workflows.QueueData,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		TypedSearchAttributes:    temporal.NewSearchAttributes(workflows.AttributeWorkspaceID.ValueSet(workspaceID.String())),
		StaticSummary:            "Remove all demo data",
		StaticDetails:            details("Removes every demo event and customer of a workspace, and stops what still makes some.", map[string]uuid.UUID{"Workspace": workspaceID}),
	}, workflows.RemoveDummyData, workflows.RemoveDummyDataInput{WorkspaceID: workspaceID})
	if err != nil {
		return false, unavailable(err)
	}
	wait, cancel := context.WithTimeout(ctx, removalWait)
	defer cancel()
	switch err := run.Get(wait, nil); {
	case err == nil:
		return true, nil
	case errors.Is(wait.Err(), context.DeadlineExceeded) && ctx.Err() == nil:
		return false, nil
	default:
		return false, unavailable(err)
	}
}
