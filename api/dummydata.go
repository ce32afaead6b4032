package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/datasource"
)

// DummyData makes and removes demo data.
type DummyData interface {
	Start(ctx context.Context, workspaceID uuid.UUID, sources []datasource.Type, r datasource.DummyRequest, defaultEvents int64) (datasource.Job, error)
	Get(ctx context.Context, workspaceID, id uuid.UUID) (datasource.Job, error)
	Remove(ctx context.Context, workspaceID uuid.UUID) (done bool, err error)
}

// What is made when the caller leaves the size open.
const (
	defaultEvents     = 25_000
	defaultBulkEvents = 250_000
	defaultSeedEvents = 100_000 // and so 5,000 customers
)

// DummyDataSize is how much demo data, and which. What is left out is chosen to fit.
type DummyDataSize struct {
	Customers *int   `json:"customers,omitempty" minimum:"1" maximum:"1000000" doc:"Default: one for every 20 events (12 with the pixel alone, 6 with Shopify alone)"`
	Events    *int64 `json:"events,omitempty" minimum:"1" maximum:"10000000" doc:"Of all sources together, exactly; at least one and at most 1000 for each customer"`
	Days      *int   `json:"days,omitempty" minimum:"1" maximum:"730" doc:"How far back; default 180"`
	Seed      *int64 `json:"seed,omitempty" minimum:"1" maximum:"9007199254740991" doc:"The same seed makes the same people. Default: 1 for a workspace's first demo data, then the next"`
}

func (d DummyDataSize) request() datasource.DummyRequest {
	return datasource.DummyRequest{Customers: d.Customers, Events: d.Events, Days: d.Days, Seed: d.Seed}
}

// DummyDataJob is one making of demo data.
type DummyDataJob struct {
	ID         uuid.UUID            `json:"id"`
	Status     datasource.JobStatus `json:"status" enum:"queued,running,completed,failed,cancelled"`
	Progress   float64              `json:"progress" minimum:"0" maximum:"1" doc:"1 only when completed"`
	Events     int64                `json:"events" doc:"Written so far"`
	Customers  int                  `json:"customers" doc:"Written so far"`
	Target     DummyDataTarget      `json:"target" doc:"What it will be"`
	CreatedAt  time.Time            `json:"createdAt"`
	StartedAt  *time.Time           `json:"startedAt,omitempty"`
	FinishedAt *time.Time           `json:"finishedAt,omitempty"`
	Error      string               `json:"error,omitempty" doc:"Why it failed or was cancelled, in words. Nothing of it is kept then"`
}

// DummyDataTarget is what a job makes: the same target and end make the same rows.
type DummyDataTarget struct {
	SourceTypes []datasource.Type `json:"sourceTypes"`
	Events      int64             `json:"events"`
	Customers   int               `json:"customers"`
	Days        int               `json:"days"`
	Seed        int64             `json:"seed"`
	EndsAt      time.Time         `json:"endsAt" doc:"The last moment that something may have happened"`
}

func dummyDataJobFrom(j datasource.Job) DummyDataJob {
	return DummyDataJob{
		ID: j.ID, Status: j.Status, Progress: j.Progress(), Events: j.EventsDone, Customers: j.CustomersDone,
		Target:    DummyDataTarget{SourceTypes: j.Sources, Events: j.Events, Customers: j.Customers, Days: j.Days, Seed: j.Seed, EndsAt: j.EndsAt},
		CreatedAt: j.CreatedAt, StartedAt: j.StartedAt, FinishedAt: j.FinishedAt, Error: j.Error,
	}
}

func (s *Server) dummyDataRoutes(svc DummyData) {
	d := dummyData{svc}
	operation := func(id, method, path, summary, description string, status int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Tags: []string{"Demo data"}, Security: bearer, Summary: summary, Description: description, DefaultStatus: status}
	}
	const adds = " Made-up people and what they did, clearly marked as demo data. Each call adds other people."
	huma.Register(s.huma, operation("create-dummy-data", http.MethodPost, "/data-sources/dummy-data", "Make demo data of one source",
		"25,000 events by default."+adds, http.StatusAccepted), d.create)
	huma.Register(s.huma, operation("create-bulk-dummy-data", http.MethodPost, "/data-sources/dummy-data/bulk/{sourceType}", "Make much demo data of one source",
		"250,000 events by default."+adds, http.StatusAccepted), d.bulk)
	huma.Register(s.huma, operation("seed-dummy-data", http.MethodPost, "/data-sources/dummy-data/seed-all", "Make demo data of all three sources",
		"5,000 customers and 100,000 events by default. The sources tell of the same people and purchases: one purchase that three of them report counts once."+adds, http.StatusAccepted), d.seedAll)
	huma.Register(s.huma, operation("get-dummy-data-job", http.MethodGet, "/data-sources/dummy-data/{jobId}", "How far demo data is", "", 0), d.get)
	remove := operation("remove-dummy-data", http.MethodDelete, "/data-sources/dummy-data", "Remove all demo data",
		"Cancels what is being made. 204 when all is gone; 202 when that takes longer: it goes on by itself.", http.StatusNoContent)
	remove.Responses = map[string]*huma.Response{"202": {Description: "Being removed"}}
	huma.Register(s.huma, remove, d.remove)

	s.router.GET("/data-sources/dummy-data/:jobId/stream", d.stream)
	s.eventStream("stream-dummy-data-job", "/data-sources/dummy-data/{jobId}/stream", "Demo data", "Watch demo data being made",
		"Every frame has `id`, `event: progress|complete|error` and one `data:` line: the job as in GET. `complete` (completed or cancelled) or `error` (failed) is the last frame; the server closes. Give the last id as Last-Event-ID to get the next state only.",
		&huma.Param{Name: "jobId", In: "path", Required: true, Schema: &huma.Schema{Type: "string", Format: "uuid"}},
		&huma.Param{Name: "Last-Event-ID", In: "header", Description: "Id of the last frame seen", Schema: &huma.Schema{Type: "string"}},
	)
}

type dummyData struct{ service DummyData }

type dummyDataOutput struct{ Body DummyDataJob }

func (d dummyData) start(ctx context.Context, sources []datasource.Type, size DummyDataSize, events int64) (*dummyDataOutput, error) {
	p, err := user(ctx)
	if err != nil {
		return nil, err
	}
	j, err := d.service.Start(ctx, p.WorkspaceID, sources, size.request(), events)
	if err != nil {
		return nil, err
	}
	return &dummyDataOutput{dummyDataJobFrom(j)}, nil
}

func (d dummyData) create(ctx context.Context, in *struct {
	Body struct {
		SourceType datasource.Type `json:"sourceType" enum:"gtm,facebook_pixel,shopify"`
		DummyDataSize
	}
}) (*dummyDataOutput, error) {
	return d.start(ctx, []datasource.Type{in.Body.SourceType}, in.Body.DummyDataSize, defaultEvents)
}

func (d dummyData) bulk(ctx context.Context, in *struct {
	SourceType datasource.Type `path:"sourceType" enum:"gtm,facebook_pixel,shopify"`
	Body       *DummyDataSize
}) (*dummyDataOutput, error) {
	return d.start(ctx, []datasource.Type{in.SourceType}, orDefault(in.Body), defaultBulkEvents)
}

func (d dummyData) seedAll(ctx context.Context, in *struct{ Body *DummyDataSize }) (*dummyDataOutput, error) {
	return d.start(ctx, datasource.Demoable, orDefault(in.Body), defaultSeedEvents)
}

func orDefault(size *DummyDataSize) DummyDataSize {
	if size == nil {
		return DummyDataSize{}
	}
	return *size
}

func (d dummyData) get(ctx context.Context, in *struct {
	JobID string `path:"jobId"`
}) (*dummyDataOutput, error) {
	workspaceID, id, err := theirsByID(ctx, "demo data job", in.JobID)
	if err != nil {
		return nil, err
	}
	j, err := d.service.Get(ctx, workspaceID, id)
	if err != nil {
		return nil, err
	}
	return &dummyDataOutput{dummyDataJobFrom(j)}, nil
}

func (d dummyData) remove(ctx context.Context, _ *struct{}) (*struct{ Status int }, error) {
	p, err := user(ctx)
	if err != nil {
		return nil, err
	}
	done, err := d.service.Remove(ctx, p.WorkspaceID)
	if err != nil {
		return nil, err
	}
	if !done {
		return &struct{ Status int }{http.StatusAccepted}, nil
	}
	return &struct{ Status int }{http.StatusNoContent}, nil
}

// watchEvery is how often a stream looks at its job: one row by its key.
const watchEvery = 250 * time.Millisecond

// stream is GET /data-sources/dummy-data/{jobId}/stream. A frame's id names the state it shows, so that a reader who comes
// back gets the next state, whoever serves them.
func (d dummyData) stream(g *gin.Context) {
	ctx := g.Request.Context()
	workspaceID, id, err := theirsByID(ctx, "demo data job", g.Param("jobId"))
	if err != nil {
		writeProblem(g, err)
		return
	}
	j, err := d.service.Get(ctx, workspaceID, id)
	if err != nil {
		writeProblem(g, err)
		return
	}
	seen := g.GetHeader("Last-Event-ID")
	if j.Status.Terminal() && stateOf(j) == seen {
		g.Status(http.StatusNoContent)
		return
	}
	out := openEventStream(g)
	look, ping := time.NewTicker(watchEvery), time.NewTicker(pingEvery)
	defer look.Stop()
	defer ping.Stop()
	for {
		if state := stateOf(j); state != seen {
			seen = state
			if out.write(jobFrame(j)) != nil || out.flush() != nil || j.Status.Terminal() {
				return
			}
		}
		select {
		case <-look.C:
		case <-ping.C:
			if out.ping() != nil {
				return
			}
		case <-ctx.Done():
			return
		}
		if next, err := d.service.Get(ctx, workspaceID, id); err == nil { // Postgres may be away for a while: the job goes on when it is back
			j = next
		}
	}
}

func stateOf(j datasource.Job) string { return fmt.Sprintf("%d-%s", j.EventsDone, j.Status) }

func jobFrame(j datasource.Job) []byte {
	event := "progress"
	switch j.Status {
	case datasource.JobCompleted, datasource.JobCancelled:
		event = "complete"
	case datasource.JobFailed:
		event = "error"
	}
	data, err := json.Marshal(dummyDataJobFrom(j))
	if err != nil {
		panic(err) // plain values
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "id: %s\nevent: %s\ndata: %s\n\n", stateOf(j), event, data)
	return b.Bytes()
}
