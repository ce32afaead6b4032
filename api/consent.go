package api

import (
	"context"

	"github.com/pulsehub/pulsehub/internal/customer"
)

func (c customers) setConsent(ctx context.Context, in *struct {
	ID   string `path:"id" doc:"Customer"`
	Body struct {
		Channel string                 `json:"channel" enum:"email,sms,push,whatsapp"`
		Status  customer.ConsentStatus `json:"status" enum:"granted,revoked"`
		Source  string                 `json:"source,omitempty" maxLength:"100" doc:"Where the customer said it, e.g. phone call"`
		Note    string                 `json:"note,omitempty" maxLength:"1000"`
	}
}) (*struct{ Body CustomerChannel }, error) {
	p, err := user(ctx)
	if err != nil {
		return nil, err
	}
	id, err := parseID("customer", in.ID)
	if err != nil {
		return nil, err
	}
	now, err := c.service.SetConsent(ctx, p.WorkspaceID, p.UserID, id, customer.ConsentChange{Channel: in.Body.Channel, Status: in.Body.Status, Source: in.Body.Source, Note: in.Body.Note})
	if err != nil {
		return nil, err
	}
	return &struct{ Body CustomerChannel }{channelFrom(now)}, nil
}

func (c customers) consents(ctx context.Context, in *struct {
	ID string `path:"id" doc:"Customer"`
	PageQuery
}) (*struct{ Body Page[ConsentChange] }, error) {
	workspaceID, id, err := theirsByID(ctx, "customer", in.ID)
	if err != nil {
		return nil, err
	}
	items, next, err := c.service.Consents(ctx, workspaceID, id, in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Page[ConsentChange] }{pageOf(items, next, consentChangeFrom)}, nil
}
