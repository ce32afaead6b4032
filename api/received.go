package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

// ReceivedEvent is an event as it is stored.
type ReceivedEvent struct {
	ID          string     `json:"id" doc:"The source's own, or the message's"`
	Type        string     `json:"type" doc:"In PulseHub's vocabulary; custom for a name that it does not know"`
	Name        string     `json:"name,omitempty" doc:"What the source calls it, for custom"`
	CustomerID  *uuid.UUID `json:"customerId,omitempty"`
	AnonymousID string     `json:"anonymousId,omitempty"`
	OccurredAt  time.Time  `json:"occurredAt"`
	ReceivedAt  time.Time  `json:"receivedAt"`
	Channel     string     `json:"channel,omitempty" doc:"What brought the visit"`
	Product     string     `json:"product,omitempty"`
	Value       string     `json:"value,omitempty" doc:"Decimal, in the workspace's currency"`
	Duplicate   bool       `json:"duplicate" doc:"A better source told of the same act, which counts once"`
	Properties  any        `json:"properties,omitempty" doc:"As they were sent"`
	Context     any        `json:"context,omitempty" doc:"As it was sent"`
}

// RejectedEvent is a message that was not stored, or not wholly, and why.
type RejectedEvent struct {
	ID         uuid.UUID `json:"id"`
	MessageID  string    `json:"messageId"`
	Name       string    `json:"name" doc:"What it calls itself"`
	Code       string    `json:"code" doc:"Stable code for programs"`
	Field      string    `json:"field,omitempty"`
	Reason     string    `json:"reason" doc:"In words, with what would be right"`
	Kept       bool      `json:"kept" doc:"The event is stored, without what was wrong in it"`
	Raw        string    `json:"raw" doc:"As it was sent, 32 KB at the most"`
	ReceivedAt time.Time `json:"receivedAt"`
}

func receivedFrom(e datasource.Received) ReceivedEvent {
	out := ReceivedEvent{
		ID: e.ID, Type: e.Type, Name: e.Name, CustomerID: e.CustomerID, AnonymousID: e.AnonymousID, OccurredAt: e.OccurredAt, ReceivedAt: e.ReceivedAt,
		Channel: e.Channel, Product: e.Product, Duplicate: e.Duplicate, Properties: rawOrNothing(e.Properties), Context: rawOrNothing(e.Context),
	}
	if e.Value != nil {
		out.Value = e.Value.StringFixed(2)
	}
	return out
}

func rawOrNothing(data json.RawMessage) any {
	if len(data) == 0 {
		return nil
	}
	return data
}

func rejectedFrom(r datasource.Rejected) RejectedEvent {
	return RejectedEvent{ID: r.ID, MessageID: r.MessageID, Name: r.Name, Code: r.Code, Field: r.Field, Reason: r.Reason, Kept: r.Kept, Raw: r.Raw, ReceivedAt: r.ReceivedAt}
}

func (s *Server) receivedRoutes(svc DataSources) {
	huma.Register(s.huma, huma.Operation{
		OperationID: "list-received-events", Method: http.MethodGet, Path: "/data-sources/{id}/events", Tags: []string{"Data"}, Security: bearer, Summary: "What a data source sent, newest first",
	}, func(ctx context.Context, in *struct {
		ID string `path:"id" doc:"Data source"`
		PageQuery
	}) (*struct{ Body Page[ReceivedEvent] }, error) {
		workspaceID, id, err := theirsByID(ctx, "data source", in.ID)
		if err != nil {
			return nil, err
		}
		items, next, err := svc.Events(ctx, workspaceID, id, in.Limit, in.Cursor)
		if err != nil {
			return nil, err
		}
		return &struct{ Body Page[ReceivedEvent] }{pageOf(items, next, receivedFrom)}, nil
	})
	huma.Register(s.huma, huma.Operation{
		OperationID: "list-rejected-events", Method: http.MethodGet, Path: "/data-sources/{id}/rejected", Tags: []string{"Data"}, Security: bearer,
		Summary: "What was not stored, or not wholly, and why, newest first", Description: "Kept for 30 days. A message that is rejected again is listed once.",
	}, func(ctx context.Context, in *struct {
		ID string `path:"id" doc:"Data source"`
		PageQuery
	}) (*struct{ Body Page[RejectedEvent] }, error) {
		workspaceID, id, err := theirsByID(ctx, "data source", in.ID)
		if err != nil {
			return nil, err
		}
		items, next, err := svc.Rejected(ctx, workspaceID, id, in.Limit, in.Cursor)
		if err != nil {
			return nil, err
		}
		return &struct{ Body Page[RejectedEvent] }{pageOf(items, next, rejectedFrom)}, nil
	})
}
