package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

// DataSources is the accounts that events come from.
type DataSources interface {
	List(ctx context.Context, workspaceID uuid.UUID, limit int, cursor string) ([]datasource.DataSource, string, error)
	Get(ctx context.Context, workspaceID, id uuid.UUID) (datasource.DataSource, error)
	Create(ctx context.Context, workspaceID uuid.UUID, t datasource.Type, name string) (datasource.DataSource, error)
	Change(ctx context.Context, workspaceID, id uuid.UUID, c datasource.Change) (datasource.DataSource, error)
	Delete(ctx context.Context, workspaceID, id uuid.UUID) error
	RenewWriteKey(ctx context.Context, workspaceID, id uuid.UUID) (datasource.DataSource, error)
	Events(ctx context.Context, workspaceID, id uuid.UUID, limit int, cursor string) ([]datasource.Received, string, error)
	Rejected(ctx context.Context, workspaceID, id uuid.UUID, limit int, cursor string) ([]datasource.Rejected, string, error)
}

// DataSource is one account that events come from.
type DataSource struct {
	ID          uuid.UUID         `json:"id"`
	Type        datasource.Type   `json:"type" enum:"gtm,facebook_pixel,shopify,http"`
	Name        string            `json:"name"`
	Status      datasource.Status `json:"status" enum:"pending,connected,paused,needs_reauth,failed"`
	WriteKey    string            `json:"writeKey,omitempty" doc:"With which events are sent to it, for http and gtm. It may be public: it lets nobody read"`
	Demo        bool              `json:"demo" doc:"Made-up data; remove all of it with DELETE /data-sources/dummy-data"`
	Events      int64             `json:"events" doc:"How many came from it, as of the last refresh"`
	LastEventAt *time.Time        `json:"lastEventAt,omitempty"`
	Rejected    int64             `json:"rejected" doc:"Messages of the last 7 days that were not stored, or not wholly; counted up to 1000. GET /data-sources/{id}/rejected says why"`
	CreatedAt   time.Time         `json:"createdAt"`
	UpdatedAt   time.Time         `json:"updatedAt"`
}

func dataSourceFrom(d datasource.DataSource) DataSource {
	return DataSource{
		ID: d.ID, Type: d.Type, Name: d.Name, Status: d.Status, WriteKey: d.WriteKey, Demo: d.Demo, Events: d.Events, LastEventAt: d.LastEventAt,
		Rejected: d.Rejected, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt,
	}
}

func (s *Server) dataSourceRoutes(svc DataSources) {
	d := dataSources{svc}
	huma.Register(s.huma, huma.Operation{
		OperationID: "list-data-sources", Method: http.MethodGet, Path: "/data-sources", Tags: []string{"Data"}, Security: bearer, Summary: "Data sources, newest first",
	}, d.list)
	huma.Register(s.huma, huma.Operation{
		OperationID: "create-data-source", Method: http.MethodPost, Path: "/data-sources", Tags: []string{"Data"}, Security: bearer, DefaultStatus: http.StatusCreated,
		Summary: "Add a data source", Description: "http and gtm are connected with their write key; the others are to be connected.",
	}, d.create)
	huma.Register(s.huma, huma.Operation{
		OperationID: "get-data-source", Method: http.MethodGet, Path: "/data-sources/{id}", Tags: []string{"Data"}, Security: bearer, Summary: "A data source",
	}, d.get)
	huma.Register(s.huma, huma.Operation{
		OperationID: "update-data-source", Method: http.MethodPatch, Path: "/data-sources/{id}", Tags: []string{"Data"}, Security: bearer, Summary: "Rename, pause or resume a data source",
	}, d.change)
	huma.Register(s.huma, huma.Operation{
		OperationID: "delete-data-source", Method: http.MethodDelete, Path: "/data-sources/{id}", Tags: []string{"Data"}, Security: bearer, DefaultStatus: http.StatusNoContent,
		Summary: "Delete a data source with its events", Description: "Customers that nothing else tells of go with it. 409 while demo data is being made for it.",
	}, d.delete)
	huma.Register(s.huma, huma.Operation{
		OperationID: "renew-write-key", Method: http.MethodPost, Path: "/data-sources/{id}/write-key", Tags: []string{"Data"}, Security: bearer,
		Summary: "Replace a data source's write key", Description: "What is sent with the old key is refused from a few seconds later on. 409 for a data source that has none.",
	}, d.renewWriteKey)
}

type dataSources struct{ service DataSources }

type dataSourceOutput struct{ Body DataSource }

type dataSourcePath struct {
	ID string `path:"id" doc:"Data source"`
}

func (d dataSources) list(ctx context.Context, in *PageQuery) (*struct{ Body Page[DataSource] }, error) {
	p, err := user(ctx)
	if err != nil {
		return nil, err
	}
	items, next, err := d.service.List(ctx, p.WorkspaceID, in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Page[DataSource] }{pageOf(items, next, dataSourceFrom)}, nil
}

func (d dataSources) create(ctx context.Context, in *struct {
	Body struct {
		Type datasource.Type `json:"type" enum:"gtm,facebook_pixel,shopify,http"`
		Name string          `json:"name,omitempty" maxLength:"100" doc:"Default: the type's name"`
	}
}) (*dataSourceOutput, error) {
	p, err := user(ctx)
	if err != nil {
		return nil, err
	}
	created, err := d.service.Create(ctx, p.WorkspaceID, in.Body.Type, in.Body.Name)
	if err != nil {
		return nil, err
	}
	return &dataSourceOutput{dataSourceFrom(created)}, nil
}

func (d dataSources) get(ctx context.Context, in *dataSourcePath) (*dataSourceOutput, error) {
	workspaceID, id, err := theirsByID(ctx, "data source", in.ID)
	if err != nil {
		return nil, err
	}
	found, err := d.service.Get(ctx, workspaceID, id)
	if err != nil {
		return nil, err
	}
	return &dataSourceOutput{dataSourceFrom(found)}, nil
}

func (d dataSources) change(ctx context.Context, in *struct {
	ID   string `path:"id" doc:"Data source"`
	Body struct {
		Name   *string            `json:"name,omitempty" minLength:"1" maxLength:"100"`
		Status *datasource.Status `json:"status,omitempty" enum:"connected,paused" doc:"Pause, or resume what is paused"`
	}
}) (*dataSourceOutput, error) {
	workspaceID, id, err := theirsByID(ctx, "data source", in.ID)
	if err != nil {
		return nil, err
	}
	changed, err := d.service.Change(ctx, workspaceID, id, datasource.Change{Name: in.Body.Name, Status: in.Body.Status})
	if err != nil {
		return nil, err
	}
	return &dataSourceOutput{dataSourceFrom(changed)}, nil
}

func (d dataSources) delete(ctx context.Context, in *dataSourcePath) (*struct{}, error) {
	workspaceID, id, err := theirsByID(ctx, "data source", in.ID)
	if err != nil {
		return nil, err
	}
	return nil, d.service.Delete(ctx, workspaceID, id)
}

func (d dataSources) renewWriteKey(ctx context.Context, in *dataSourcePath) (*dataSourceOutput, error) {
	workspaceID, id, err := theirsByID(ctx, "data source", in.ID)
	if err != nil {
		return nil, err
	}
	renewed, err := d.service.RenewWriteKey(ctx, workspaceID, id)
	if err != nil {
		return nil, err
	}
	return &dataSourceOutput{dataSourceFrom(renewed)}, nil
}

// theirsByID is the caller's workspace and the id in the path.
func theirsByID(ctx context.Context, what, raw string) (workspaceID, id uuid.UUID, err error) {
	p, err := user(ctx)
	if err != nil {
		return uuid.Nil, uuid.Nil, err
	}
	id, err = parseID(what, raw)
	return p.WorkspaceID, id, err
}
