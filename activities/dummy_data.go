package activities

import (
	"context"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/activity"

	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/datasource/dummy"
)

// DummyData is the activities of the DummyData and RemoveDummyData workflows.
type DummyData struct{ DummyDataConfig }

// DummyDataConfig is what DummyData is made of.
type DummyDataConfig struct {
	Repository DummyDataRepository
	Refresher  interface {
		// RefreshFeatures has segments and predictions follow the data.
		RefreshFeatures(ctx context.Context, workspaceID uuid.UUID) error
	}
	Now func() time.Time
}

// DummyDataRepository keeps demo data in Postgres. Every method may be called again without doing anything twice.
type DummyDataRepository interface {
	DummyDataJob(ctx context.Context, workspaceID, id uuid.UUID) (datasource.Job, error)
	// BeginDummyData marks a queued job as running and makes what its rows need; a job that has ended it answers as it is.
	BeginDummyData(ctx context.Context, workspaceID, id uuid.UUID, now time.Time) (datasource.Job, error)
	// WriteDummyDataChunk writes a chunk and the note that it is written in one transaction; Conflict once the job has ended.
	WriteDummyDataChunk(ctx context.Context, j datasource.Job, chunk int, c dummy.Chunk) error
	// FinishDummyData counts everything anew and ends a running job as completed.
	FinishDummyData(ctx context.Context, workspaceID, id uuid.UUID, now time.Time) (datasource.Job, error)
	// AbandonDummyData ends a job otherwise and takes back what it wrote; a job that has ended keeps its status.
	AbandonDummyData(ctx context.Context, workspaceID, id uuid.UUID, status datasource.JobStatus, reason string, now time.Time) (datasource.Job, error)
	// RemoveDummyData removes all demo data of the workspace and answers the jobs it cancelled.
	RemoveDummyData(ctx context.Context, workspaceID uuid.UUID, now time.Time) ([]uuid.UUID, error)
}

// NewDummyData makes the activities.
func NewDummyData(cfg DummyDataConfig) *DummyData { return &DummyData{cfg} }

// DummyDataJobInput names a job.
type DummyDataJobInput struct {
	JobID       uuid.UUID `json:"jobId"`
	WorkspaceID uuid.UUID `json:"workspaceId"`
}

// DummyDataPlan is what there is to do.
type DummyDataPlan struct {
	Chunks    int   `json:"chunks"`
	Customers int   `json:"customers"`
	Events    int64 `json:"events"`
	Ended     bool  `json:"ended,omitempty"` // nothing: the job has ended already
}

// BeginDummyData reads the job and prepares for its rows. The job's row decides, so a retry answers the same.
func (a *DummyData) BeginDummyData(ctx context.Context, in DummyDataJobInput) (DummyDataPlan, error) {
	j, err := a.Repository.BeginDummyData(ctx, in.WorkspaceID, in.JobID, a.Now())
	if err != nil {
		return DummyDataPlan{}, toTemporal(err)
	}
	return DummyDataPlan{Chunks: dummy.Chunks(j.DummyParams), Customers: j.Customers, Events: j.Events, Ended: j.Status.Terminal()}, nil
}

// WriteDummyDataChunkInput names one chunk of a job.
type WriteDummyDataChunkInput struct {
	DummyDataJobInput
	Chunk int `json:"chunk"`
}

// WriteDummyDataChunkResult counts what the chunk holds.
type WriteDummyDataChunkResult struct {
	Customers int `json:"customers"`
	Events    int `json:"events"`
}

// WriteDummyDataChunk makes one chunk and writes it. It is safe to retry and to run twice at once: the job's parameters
// decide every row, and the rows are committed together with the note that the chunk is written, which can be made once.
func (a *DummyData) WriteDummyDataChunk(ctx context.Context, in WriteDummyDataChunkInput) (WriteDummyDataChunkResult, error) {
	defer heartbeats(ctx)()
	j, err := a.Repository.DummyDataJob(ctx, in.WorkspaceID, in.JobID)
	if err != nil {
		return WriteDummyDataChunkResult{}, toTemporal(err)
	}
	c := dummy.Generate(j.DummyParams, in.Chunk)
	if err := a.Repository.WriteDummyDataChunk(ctx, j, in.Chunk, c); err != nil {
		return WriteDummyDataChunkResult{}, toTemporal(err)
	}
	return WriteDummyDataChunkResult{Customers: len(c.Customers), Events: len(c.Events)}, nil
}

// DummyDataEnd is how a job ended.
type DummyDataEnd struct {
	Status datasource.JobStatus `json:"status"`
	Events int64                `json:"events"`
}

// FinishDummyData counts everything anew and completes the job, in one transaction that a retry finds done.
func (a *DummyData) FinishDummyData(ctx context.Context, in DummyDataJobInput) (DummyDataEnd, error) {
	defer heartbeats(ctx)()
	j, err := a.Repository.FinishDummyData(ctx, in.WorkspaceID, in.JobID, a.Now())
	if err != nil {
		return DummyDataEnd{}, toTemporal(err)
	}
	// Segments and predictions follow. Starting what runs changes nothing.
	if err := a.Refresher.RefreshFeatures(ctx, in.WorkspaceID); err != nil {
		return DummyDataEnd{}, toTemporal(err)
	}
	return DummyDataEnd{Status: j.Status, Events: j.EventsDone}, nil
}

// AbandonDummyDataInput is why a job ends without being complete.
type AbandonDummyDataInput struct {
	DummyDataJobInput
	Status datasource.JobStatus `json:"status"`
	Reason string               `json:"reason"` // for the marketer
}

// AbandonDummyData ends the job and takes back what it wrote, in one transaction that a retry finds done.
func (a *DummyData) AbandonDummyData(ctx context.Context, in AbandonDummyDataInput) (DummyDataEnd, error) {
	defer heartbeats(ctx)()
	j, err := a.Repository.AbandonDummyData(ctx, in.WorkspaceID, in.JobID, in.Status, in.Reason, a.Now())
	return DummyDataEnd{Status: j.Status, Events: j.EventsDone}, toTemporal(err)
}

// RemoveDummyDataInput names the workspace.
type RemoveDummyDataInput struct {
	WorkspaceID uuid.UUID `json:"workspaceId"`
}

// RemoveDummyDataResult names the jobs that were under way and are now cancelled.
type RemoveDummyDataResult struct {
	Cancelled []uuid.UUID `json:"cancelled,omitempty"`
}

// RemoveDummyData removes all demo data of the workspace in one transaction; again, it finds nothing.
func (a *DummyData) RemoveDummyData(ctx context.Context, in RemoveDummyDataInput) (RemoveDummyDataResult, error) {
	defer heartbeats(ctx)()
	cancelled, err := a.Repository.RemoveDummyData(ctx, in.WorkspaceID, a.Now())
	return RemoveDummyDataResult{Cancelled: cancelled}, toTemporal(err)
}

// heartbeats tells Temporal every second that the activity lives, until the answer is called.
func heartbeats(ctx context.Context) (stop func()) {
	done, ticker := make(chan struct{}), time.NewTicker(time.Second)
	go func() {
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				activity.RecordHeartbeat(ctx)
			case <-done:
				return
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() { close(done) }
}
