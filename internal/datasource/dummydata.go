package datasource

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Limits of one job of demo data.
const (
	MaxDummyEvents       = 10_000_000
	MaxDummyCustomers    = 1_000_000
	MaxDummyDays         = 730
	MaxEventsPerCustomer = 1_000
	MaxSeed              = 1<<53 - 1 // what JSON numbers carry exactly

	defaultDummyDays = 180
	// maxActiveJobs bounds what one workspace can have under way.
	maxActiveJobs = 10
)

// JobStatus is where a job of demo data is.
type JobStatus string

// The states of a job. The last three are final.
const (
	JobQueued    JobStatus = "queued"
	JobRunning   JobStatus = "running"
	JobCompleted JobStatus = "completed"
	JobFailed    JobStatus = "failed"
	JobCancelled JobStatus = "cancelled"
)

// Terminal tells whether the job has ended.
func (s JobStatus) Terminal() bool { return s == JobCompleted || s == JobFailed || s == JobCancelled }

// DummyParams decide every row of demo data: the same parameters give the same rows, byte for byte, on any machine, in any
// order and however often it is interrupted.
type DummyParams struct {
	Sources   []Type
	Seed      int64
	Customers int
	Events    int64 // of all sources together, exactly
	Days      int
	EndsAt    time.Time // the last moment that something may have happened
}

// Job is one generation of demo data.
type Job struct {
	ID          uuid.UUID
	WorkspaceID uuid.UUID
	DummyParams
	Status        JobStatus
	CustomersDone int
	EventsDone    int64
	Error         string // in the marketer's words
	CreatedAt     time.Time
	StartedAt     *time.Time
	FinishedAt    *time.Time
}

// Progress is 0 to 1. Only a completed job is at 1: after the last event there is still counting to do.
func (j Job) Progress() float64 {
	if j.Status == JobCompleted {
		return 1
	}
	if j.Events == 0 {
		return 0
	}
	return min(0.99, float64(j.EventsDone)/float64(j.Events))
}

// DummyRequest is what a caller asks for; nil is up to us.
type DummyRequest struct {
	Customers *int
	Events    *int64
	Days      *int
	Seed      *int64
}

// DummyRepository keeps jobs of demo data. Every method answers only for its workspace.
type DummyRepository interface {
	// CreateDummyDataJob stores a queued job. With Seed 0 it takes the number of this workspace's jobs plus one, so that
	// the first is the same for everyone and the next adds other people. It fails with ErrTooManyJobs over maxActive.
	CreateDummyDataJob(ctx context.Context, j Job, maxActive int) (Job, error)
	DummyDataJob(ctx context.Context, workspaceID, id uuid.UUID) (Job, error)
}

// DummyStarter starts the durable work. Starting what runs or has run is no error and starts nothing.
type DummyStarter interface {
	StartDummyData(ctx context.Context, j Job) error
	// RemoveDummyData removes all demo data of the workspace, cancelling what still makes some. It waits a while for the
	// end; done tells whether it came. Otherwise the removal goes on by itself.
	RemoveDummyData(ctx context.Context, workspaceID uuid.UUID) (done bool, err error)
}

// ErrTooManyJobs is the answer to one job more than a workspace may have under way.
func ErrTooManyJobs() *apperr.Error {
	return apperr.New(apperr.Conflict, "dummy_data_running", "Demo data is already being made for this workspace. Wait for it to end, or remove all demo data.")
}

// ErrBusy is the answer to removing a demo data source while demo data is being made.
func ErrBusy() *apperr.Error {
	return apperr.New(apperr.Conflict, "dummy_data_running", "Demo data is being made for this data source. Wait for it to end, or remove all demo data.")
}

// DummyService is the rules of demo data.
type DummyService struct{ DummyConfig }

// DummyConfig is what a DummyService is made of.
type DummyConfig struct {
	Repository DummyRepository
	Starter    DummyStarter
	Now        func() time.Time
}

// NewDummyService makes a DummyService.
func NewDummyService(cfg DummyConfig) *DummyService { return &DummyService{cfg} }

// Start stores a job and starts it. A start that fails is made up for by the sweeper, so the job is never lost.
// defaultEvents is for a request that names neither events nor customers.
func (s *DummyService) Start(ctx context.Context, workspaceID uuid.UUID, sources []Type, r DummyRequest, defaultEvents int64) (Job, error) {
	now := s.Now().UTC().Truncate(time.Millisecond)
	params, err := r.params(sources, defaultEvents, now)
	if err != nil {
		return Job{}, err
	}
	j, err := s.Repository.CreateDummyDataJob(ctx, Job{
		ID: uuid.Must(uuid.NewV7()), WorkspaceID: workspaceID, DummyParams: params, Status: JobQueued, CreatedAt: now,
	}, maxActiveJobs)
	if err != nil {
		return Job{}, err
	}
	if err := s.Starter.StartDummyData(ctx, j); err != nil {
		slog.WarnContext(ctx, "a job of demo data waits for the sweeper", "job_id", j.ID, "error", err)
	}
	return j, nil
}

// Get answers a job as it stands.
func (s *DummyService) Get(ctx context.Context, workspaceID, id uuid.UUID) (Job, error) {
	return s.Repository.DummyDataJob(ctx, workspaceID, id)
}

// Remove removes all demo data of the workspace; done tells whether it is gone or still going.
func (s *DummyService) Remove(ctx context.Context, workspaceID uuid.UUID) (done bool, err error) {
	return s.Starter.RemoveDummyData(ctx, workspaceID)
}

// params fills in what was left open, and joins every fault.
func (r DummyRequest) params(sources []Type, defaultEvents int64, now time.Time) (DummyParams, error) {
	p := DummyParams{Sources: inOrder(sources), Days: defaultDummyDays, Events: defaultEvents, EndsAt: now}
	perCustomer := eventsPerCustomer(p.Sources)
	faults := apperr.New(apperr.Invalid, "invalid", "This demo data cannot be made.")
	if r.Seed != nil {
		p.Seed = *r.Seed
		if p.Seed < 1 || p.Seed > MaxSeed {
			faults.WithField("body.seed", "give a whole number from 1 to 9007199254740991", p.Seed)
		}
	}
	if r.Days != nil {
		p.Days = *r.Days
		if p.Days < 1 || p.Days > MaxDummyDays {
			faults.WithField("body.days", "give 1 to 730 days", p.Days)
		}
	}
	switch {
	case r.Events != nil:
		p.Events = *r.Events
	case r.Customers != nil:
		p.Events = min(MaxDummyEvents, int64(*r.Customers)*perCustomer)
	}
	p.Customers = int(min(MaxDummyCustomers, max(1, p.Events/perCustomer)))
	if r.Customers != nil {
		p.Customers = *r.Customers
	}
	if r.Events != nil && (p.Events < 1 || p.Events > MaxDummyEvents) {
		faults.WithField("body.events", "give 1 to 10000000 events", p.Events)
	}
	if r.Customers != nil && (p.Customers < 1 || p.Customers > MaxDummyCustomers) {
		faults.WithField("body.customers", "give 1 to 1000000 customers", p.Customers)
	}
	if len(faults.Fields) == 0 {
		if int64(p.Customers) > p.Events {
			faults.WithField("body.events", "give at least one event for each customer", p.Events)
		} else if p.Events > int64(p.Customers)*MaxEventsPerCustomer {
			faults.WithField("body.customers", "give at least one customer for every 1000 events", p.Customers)
		}
	}
	if len(faults.Fields) > 0 {
		faults.Message = faults.Fields[0].Field + ": " + faults.Fields[0].Message
		return DummyParams{}, faults
	}
	return p, nil
}

// eventsPerCustomer is how much one person does in half a year, as far as these sources see it.
func eventsPerCustomer(sources []Type) int64 {
	switch {
	case slices.Contains(sources, GTM):
		return 20
	case slices.Contains(sources, FacebookPixel):
		return 12
	}
	return 6
}

// inOrder is the sources once each, best witness first.
func inOrder(sources []Type) []Type {
	var out []Type
	for _, t := range []Type{Shopify, GTM, FacebookPixel} {
		if slices.Contains(sources, t) {
			out = append(out, t)
		}
	}
	return out
}
