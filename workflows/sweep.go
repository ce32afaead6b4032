package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/pulsehub/pulsehub/activities"
)

// SweepID is the id of the schedule that sweeps.
const SweepID = "sweep"

var sweepActivities *activities.Sweep // for method references only

// Sweep starts what was committed and not started, and removes what has expired. It runs on a schedule; running it twice
// does no harm.
func Sweep(ctx workflow.Context) (activities.SweepResult, error) {
	workflow.SetCurrentDetails(ctx, "Starting questions whose process died before it could start them")
	result, err := call(ctx, sweeping, sweepActivities.StartQueuedTurns, struct{}{})
	if err != nil {
		return result, err
	}
	workflow.SetCurrentDetails(ctx, "Starting demo data whose process died before it could start it")
	jobs, err := call(ctx, sweeping, sweepActivities.StartQueuedJobs, struct{}{})
	if err != nil {
		return result, err
	}
	result.Started += jobs.Started
	workflow.SetCurrentDetails(ctx, "Removing expired sessions")
	_, err = call(ctx, sweeping, sweepActivities.DeleteExpired, struct{}{})
	return result, err
}
