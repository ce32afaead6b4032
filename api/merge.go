package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/customer"
)

// CustomerMerge is one profile's becoming part of another.
type CustomerMerge struct {
	ID         uuid.UUID          `json:"id"`
	CustomerID uuid.UUID          `json:"customerId" doc:"Who stayed"`
	MergedID   uuid.UUID          `json:"mergedId" doc:"Who became part of them, and is a customer again once this is undone"`
	Reason     string             `json:"reason" enum:"identified,same_person" doc:"identified: a device's own profile became part of who was seen with it; same_person: one message named both"`
	Identities []CustomerIdentity `json:"identities" doc:"What named who became part"`
	MergedAt   time.Time          `json:"mergedAt"`
	UndoneAt   *time.Time         `json:"undoneAt,omitempty"`
	UndoneBy   *uuid.UUID         `json:"undoneBy,omitempty" doc:"The user; absent where another user of a shared device was seen"`
}

func mergeFrom(m customer.Merge) CustomerMerge {
	out := CustomerMerge{
		ID: m.ID, CustomerID: m.CustomerID, MergedID: m.MergedID, Reason: m.Reason, Identities: []CustomerIdentity{}, MergedAt: m.MergedAt,
		UndoneAt: m.UndoneAt, UndoneBy: m.UndoneBy,
	}
	for _, i := range m.Identities {
		out.Identities = append(out.Identities, CustomerIdentity(i))
	}
	return out
}

func (c customers) merges(ctx context.Context, in *struct {
	ID string `path:"id" doc:"Customer"`
	PageQuery
}) (*struct{ Body Page[CustomerMerge] }, error) {
	workspaceID, id, err := theirsByID(ctx, "customer", in.ID)
	if err != nil {
		return nil, err
	}
	items, next, err := c.service.Merges(ctx, workspaceID, id, in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Page[CustomerMerge] }{pageOf(items, next, mergeFrom)}, nil
}

func (c customers) undoMerge(ctx context.Context, in *struct {
	ID      string `path:"id" doc:"Customer"`
	MergeID string `path:"mergeId" doc:"Merge"`
}) (*struct{ Body CustomerMerge }, error) {
	p, err := user(ctx)
	if err != nil {
		return nil, err
	}
	id, err := parseID("customer", in.ID)
	if err != nil {
		return nil, err
	}
	mergeID, err := parseID("merge", in.MergeID)
	if err != nil {
		return nil, err
	}
	m, err := c.service.UndoMerge(ctx, p.WorkspaceID, p.UserID, id, mergeID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body CustomerMerge }{mergeFrom(m)}, nil
}
