package workflows

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/pulsehub/pulsehub/activities"
	"github.com/pulsehub/pulsehub/internal/datasource"
)

// DummyDataID is the workflow id of a job: the same job never runs twice.
func DummyDataID(jobID uuid.UUID) string { return "dummy-data/" + jobID.String() }

// RemoveDummyDataID is the workflow id of the removal of a workspace's demo data: one at a time.
func RemoveDummyDataID(workspaceID uuid.UUID) string {
	return "dummy-data-removal/" + workspaceID.String()
}

// chunksAtOnce keeps two cores busy: while one chunk waits for Postgres another is made.
const chunksAtOnce = 3

// RegisterDummyData registers DummyData and RemoveDummyData, which run on QueueData.
func RegisterDummyData(w worker.Registry, dummy *activities.DummyData) {
	w.RegisterWorkflow(DummyData)
	w.RegisterWorkflow(RemoveDummyData)
	w.RegisterActivity(dummy)
}

// DummyDataInput names the job; its parameters are in Postgres.
type DummyDataInput struct {
	JobID       uuid.UUID `json:"jobId"`
	WorkspaceID uuid.UUID `json:"workspaceId"`
}

// DummyDataResult is how the job ended.
type DummyDataResult struct {
	Status datasource.JobStatus `json:"status"`
	Events int64                `json:"events"`
}

// DummyDataProgress is how far a job is, for its query.
type DummyDataProgress struct {
	Progress
	Customers int   `json:"customers"`
	Events    int64 `json:"events"`
	Of        int64 `json:"of"`
}

var dummyDataActivities *activities.DummyData // for method references only

// DummyData makes demo data. Killed anywhere, it goes on with the chunks that are not written; cancelled or failed, it takes
// back what it wrote.
func DummyData(ctx workflow.Context, in DummyDataInput) (DummyDataResult, error) {
	d := &dummyData{DummyDataInput: in}
	if err := workflow.SetQueryHandler(ctx, QueryProgress, func() (DummyDataProgress, error) { return d.progress, nil }); err != nil {
		return DummyDataResult{}, err
	}
	return d.run(ctx)
}

type dummyData struct {
	DummyDataInput
	progress DummyDataProgress
}

func (d *dummyData) run(ctx workflow.Context) (DummyDataResult, error) {
	job := activities.DummyDataJobInput(d.DummyDataInput)
	d.tell(ctx, "preparing", "Preparing")
	plan, err := call(ctx, preparing, dummyDataActivities.BeginDummyData, job)
	if err != nil {
		return d.abandon(ctx, err)
	}
	if plan.Ended {
		return d.abandon(ctx, nil)
	}
	d.progress.Of = plan.Events
	if err := d.write(ctx, plan.Chunks); err != nil {
		return d.abandon(ctx, err)
	}
	d.tell(ctx, "counting", "Counting "+thousands(plan.Events)+" events by day and hour")
	end, err := call(ctx, countingUp, dummyDataActivities.FinishDummyData, job)
	if err != nil {
		return d.abandon(ctx, err)
	}
	return d.done(ctx, end)
}

// write has the chunks written, a few at once; the first that fails for good ends it.
func (d *dummyData) write(ctx workflow.Context, chunks int) error {
	d.tellWritten(ctx)
	ctx, stop := workflow.WithCancel(ctx)
	defer stop()
	selector, underWay, next := workflow.NewSelector(ctx), 0, 0
	var failure error
	for next < chunks || underWay > 0 {
		for underWay < chunksAtOnce && next < chunks && failure == nil {
			in := activities.WriteDummyDataChunkInput{DummyDataJobInput: activities.DummyDataJobInput(d.DummyDataInput), Chunk: next}
			chunk := start(ctx, writingChunk, dummyDataActivities.WriteDummyDataChunk, in)
			selector.AddFuture(chunk.future, func(workflow.Future) {
				underWay--
				written, err := chunk.get(ctx)
				if err != nil {
					if failure == nil {
						failure = err
						stop()
					}
					return
				}
				d.progress.Customers, d.progress.Events = d.progress.Customers+written.Customers, d.progress.Events+int64(written.Events)
				d.tellWritten(ctx)
			})
			underWay, next = underWay+1, next+1
		}
		if underWay == 0 {
			break
		}
		selector.Select(ctx)
	}
	return failure
}

// abandon ends a job that cannot be completed, also when it was cancelled. One that has ended already keeps its status.
func (d *dummyData) abandon(ctx workflow.Context, why error) (DummyDataResult, error) {
	in := activities.AbandonDummyDataInput{DummyDataJobInput: activities.DummyDataJobInput(d.DummyDataInput)}
	in.Status, in.Reason = reasonOf(why)
	d.tell(ctx, "removing", "Taking back what was written")
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	end, err := call(ctx, takingBack, dummyDataActivities.AbandonDummyData, in)
	if err != nil {
		return DummyDataResult{}, err
	}
	return d.done(ctx, end)
}

// reasonOf is the status and the marketer's words for what stopped a job.
func reasonOf(why error) (datasource.JobStatus, string) {
	var application *temporal.ApplicationError
	switch {
	case why == nil, temporal.IsCanceledError(why):
		return datasource.JobCancelled, "Cancelled before it was complete. Nothing of it was kept."
	case errors.As(why, &application) && (application.Type() == "job_ended" || application.Type() == "not_found"):
		return datasource.JobCancelled, "The demo data was removed while it was being made."
	}
	return datasource.JobFailed, "The database could not take the demo data. Nothing of it was kept. Please try again; if it fails again, ask whoever runs PulseHub for this time's run."
}

func (d *dummyData) done(ctx workflow.Context, end activities.DummyDataEnd) (DummyDataResult, error) {
	d.tell(ctx, "done", fmt.Sprintf("Done: %s, %s events", end.Status, thousands(end.Events)))
	return DummyDataResult(end), workflow.UpsertTypedSearchAttributes(ctx, AttributeOutcome.ValueSet(string(end.Status)))
}

func (d *dummyData) tellWritten(ctx workflow.Context) {
	d.tell(ctx, "writing", fmt.Sprintf("Wrote %s of %s events, %s customers", thousands(d.progress.Events), thousands(d.progress.Of), thousands(int64(d.progress.Customers))))
}

func (d *dummyData) tell(ctx workflow.Context, step, label string) {
	d.progress.Step, d.progress.Label = step, label
	workflow.SetCurrentDetails(ctx, label)
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// RemoveDummyDataInput names the workspace.
type RemoveDummyDataInput struct {
	WorkspaceID uuid.UUID `json:"workspaceId"`
}

// RemoveDummyData removes all demo data of a workspace, and stops what still makes some.
func RemoveDummyData(ctx workflow.Context, in RemoveDummyDataInput) (activities.RemoveDummyDataResult, error) {
	progress := Progress{Step: "removing", Label: "Removing all demo data"}
	if err := workflow.SetQueryHandler(ctx, QueryProgress, func() (Progress, error) { return progress, nil }); err != nil {
		return activities.RemoveDummyDataResult{}, err
	}
	workflow.SetCurrentDetails(ctx, progress.Label)
	result, err := call(ctx, takingBack, dummyDataActivities.RemoveDummyData, activities.RemoveDummyDataInput(in))
	if err != nil {
		return result, err
	}
	for _, job := range result.Cancelled {
		// One that has ended meanwhile needs no cancelling, and its rows are gone either way.
		_ = workflow.RequestCancelExternalWorkflow(ctx, DummyDataID(job), "").Get(ctx, nil)
	}
	progress = Progress{Step: "done", Label: "Removed all demo data"}
	workflow.SetCurrentDetails(ctx, progress.Label)
	return result, nil
}
