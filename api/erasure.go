package api

import (
	"context"
	"net/http"
)

// erase answers 202: the customer is removed by a workflow, which goes on whatever happens.
func (c customers) erase(ctx context.Context, in *customerPath) (*struct{ Status int }, error) {
	workspaceID, id, err := theirsByID(ctx, "customer", in.ID)
	if err != nil {
		return nil, err
	}
	if err := c.service.Erase(ctx, workspaceID, id); err != nil {
		return nil, err
	}
	return &struct{ Status int }{http.StatusAccepted}, nil
}
