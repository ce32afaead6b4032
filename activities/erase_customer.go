package activities

import (
	"context"

	"github.com/google/uuid"
	"go.temporal.io/sdk/activity"
)

// Erasure is the activities of the EraseCustomer workflow.
type Erasure struct{ ErasureConfig }

// ErasureConfig is what Erasure is made of.
type ErasureConfig struct {
	Repository ErasureRepository
	Refresher  interface {
		// RefreshFeatures has segments and predictions follow the data.
		RefreshFeatures(ctx context.Context, workspaceID uuid.UUID) error
	}
}

// ErasureRepository removes customers from Postgres. Every method may be called again, and finds nothing then.
type ErasureRepository interface {
	// ForgetCustomer removes who a customer is: from then on what the same person does is somebody new's.
	ForgetCustomer(ctx context.Context, workspaceID, id uuid.UUID) error
	// EraseCustomerEvents removes about limit of their events with what these added to counts; 0: none is left.
	EraseCustomerEvents(ctx context.Context, workspaceID, id uuid.UUID, limit int) (int, error)
	// FinishErasure removes what is left, and at last the customer.
	FinishErasure(ctx context.Context, workspaceID, id uuid.UUID) error
}

// NewErasure makes the activities.
func NewErasure(cfg ErasureConfig) *Erasure { return &Erasure{cfg} }

// EraseCustomerInput names the customer.
type EraseCustomerInput struct {
	WorkspaceID uuid.UUID `json:"workspaceId"`
	CustomerID  uuid.UUID `json:"customerId"`
}

// ForgetCustomer removes who the customer is, in one transaction that a retry finds done.
func (a *Erasure) ForgetCustomer(ctx context.Context, in EraseCustomerInput) (struct{}, error) {
	defer heartbeats(ctx)()
	return struct{}{}, toTemporal(a.Repository.ForgetCustomer(ctx, in.WorkspaceID, in.CustomerID))
}

// EraseCustomerEventsResult counts what this attempt removed.
type EraseCustomerEventsResult struct {
	Events int `json:"events"`
}

// eraseStep is how many events one transaction removes: others who write to the workspace wait for it.
const eraseStep = 2_000

// EraseCustomerEvents removes the customer's events, some in a transaction, until none is left. An event and what it added to
// counts go together, so a retry goes on with those that are left.
func (a *Erasure) EraseCustomerEvents(ctx context.Context, in EraseCustomerInput) (out EraseCustomerEventsResult, err error) {
	defer heartbeats(ctx)()
	for {
		n, err := a.Repository.EraseCustomerEvents(ctx, in.WorkspaceID, in.CustomerID, eraseStep)
		if err != nil {
			return out, toTemporal(err)
		}
		if n == 0 {
			return out, nil
		}
		out.Events += n
		activity.RecordHeartbeat(ctx, out.Events)
	}
}

// FinishErasure removes the rest of the customer, in one transaction that a retry finds done, and has segments and predictions
// follow. Starting what runs changes nothing.
func (a *Erasure) FinishErasure(ctx context.Context, in EraseCustomerInput) (struct{}, error) {
	defer heartbeats(ctx)()
	if err := a.Repository.FinishErasure(ctx, in.WorkspaceID, in.CustomerID); err != nil {
		return struct{}{}, toTemporal(err)
	}
	return struct{}{}, toTemporal(a.Refresher.RefreshFeatures(ctx, in.WorkspaceID))
}
