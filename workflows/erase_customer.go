package workflows

import (
	"github.com/google/uuid"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/pulsehub/pulsehub/activities"
)

// EraseCustomerID is the workflow id of a customer's erasure: one at a time, however often it is asked for.
func EraseCustomerID(customerID uuid.UUID) string { return "erase-customer/" + customerID.String() }

// RegisterErasure registers EraseCustomer, which runs on QueueData.
func RegisterErasure(w worker.Registry, erasure *activities.Erasure) {
	w.RegisterWorkflow(EraseCustomer)
	w.RegisterActivity(erasure)
}

// EraseCustomerInput names the customer, and nothing of who they are.
type EraseCustomerInput struct {
	WorkspaceID uuid.UUID `json:"workspaceId"`
	CustomerID  uuid.UUID `json:"customerId"`
}

// EraseCustomerResult counts what the last attempt to remove events removed.
type EraseCustomerResult struct {
	Events int `json:"events"`
}

var erasureActivities *activities.Erasure // for method references only

// EraseCustomer removes everything that is held of a customer. Killed anywhere, it goes on with what is left; it is not given
// up, and not undone by cancelling it.
func EraseCustomer(ctx workflow.Context, in EraseCustomerInput) (EraseCustomerResult, error) {
	e := &eraseCustomer{in: activities.EraseCustomerInput(in)}
	if err := workflow.SetQueryHandler(ctx, QueryProgress, func() (Progress, error) { return e.progress, nil }); err != nil {
		return EraseCustomerResult{}, err
	}
	whole, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	return e.run(whole)
}

type eraseCustomer struct {
	in       activities.EraseCustomerInput
	progress Progress
}

func (e *eraseCustomer) run(ctx workflow.Context) (EraseCustomerResult, error) {
	e.tell(ctx, "forgetting", "Removing who the customer is")
	if _, err := call(ctx, erasing, erasureActivities.ForgetCustomer, e.in); err != nil {
		return EraseCustomerResult{}, err
	}
	e.tell(ctx, "removing", "Removing what the customer did")
	removed, err := call(ctx, erasing, erasureActivities.EraseCustomerEvents, e.in)
	if err != nil {
		return EraseCustomerResult{}, err
	}
	e.tell(ctx, "finishing", "Removing what was computed of the customer")
	if _, err := call(ctx, erasing, erasureActivities.FinishErasure, e.in); err != nil {
		return EraseCustomerResult{}, err
	}
	e.tell(ctx, "done", "Done: "+thousands(int64(removed.Events))+" events removed")
	return EraseCustomerResult(removed), workflow.UpsertTypedSearchAttributes(ctx, AttributeOutcome.ValueSet("completed"))
}

func (e *eraseCustomer) tell(ctx workflow.Context, step, label string) {
	e.progress = Progress{Step: step, Label: label}
	workflow.SetCurrentDetails(ctx, label)
}
