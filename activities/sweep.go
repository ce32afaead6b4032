package activities

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/datasource"
)

// Sweep is the activities of the Sweep workflow.
type Sweep struct{ SweepConfig }

// SweepConfig is what Sweep is made of.
type SweepConfig struct {
	Turns interface {
		QueuedTurns(ctx context.Context, before time.Time, limit int) ([]chat.Turn, error)
	}
	Starter chat.Starter
	Jobs    interface {
		QueuedDummyDataJobs(ctx context.Context, before time.Time, limit int) ([]datasource.Job, error)
	}
	DummyData interface {
		StartDummyData(ctx context.Context, j datasource.Job) error
	}
	Features interface {
		// StaleWorkspaces are those with customers that have been stale since before that time.
		StaleWorkspaces(ctx context.Context, before time.Time, limit int) ([]uuid.UUID, error)
	}
	Refresher interface {
		RefreshFeatures(ctx context.Context, workspaceID uuid.UUID) error
	}
	Learning interface {
		// LearningDue are those that have not learned what was said before that time, or not yet what their events say.
		LearningDue(ctx context.Context, before, now time.Time, limit int) ([]uuid.UUID, error)
	}
	Learner interface {
		Learn(ctx context.Context, workspaceID uuid.UUID) error
	}
	Expired interface {
		// DeleteExpired removes tokens and sessions that ended before that time.
		DeleteExpired(ctx context.Context, before time.Time) (int64, error)
	}
	Now func() time.Time
}

// NewSweep makes the activities.
func NewSweep(cfg SweepConfig) *Sweep { return &Sweep{cfg} }

// StartGrace is how long a committed turn may wait for its own start before the sweeper starts it.
const StartGrace = 5 * time.Second

// SweepResult counts what a sweep found.
type SweepResult struct {
	Started int `json:"started"`
}

// StartQueuedTurns starts the turns that were committed and not started, because a process died in between. Starting one
// that runs is a no-op, so a retry is harmless.
func (a *Sweep) StartQueuedTurns(ctx context.Context, _ struct{}) (SweepResult, error) {
	const batch = 200
	turns, err := a.Turns.QueuedTurns(ctx, a.Now().Add(-StartGrace), batch)
	if err != nil {
		return SweepResult{}, toTemporal(err)
	}
	for _, t := range turns {
		if err := a.Starter.StartChatTurn(ctx, t, true); err != nil {
			return SweepResult{}, toTemporal(err)
		}
	}
	return SweepResult{Started: len(turns)}, nil
}

// StartQueuedJobs does for jobs of demo data, for features that are stale, and for what is to be learned, what
// StartQueuedTurns does for turns.
func (a *Sweep) StartQueuedJobs(ctx context.Context, _ struct{}) (SweepResult, error) {
	const batch = 50
	jobs, err := a.Jobs.QueuedDummyDataJobs(ctx, a.Now().Add(-StartGrace), batch)
	if err != nil {
		return SweepResult{}, toTemporal(err)
	}
	for _, j := range jobs {
		if err := a.DummyData.StartDummyData(ctx, j); err != nil {
			return SweepResult{}, toTemporal(err)
		}
	}
	stale, err := a.Features.StaleWorkspaces(ctx, a.Now().Add(-StartGrace), batch)
	if err != nil {
		return SweepResult{}, toTemporal(err)
	}
	for _, workspaceID := range stale {
		if err := a.Refresher.RefreshFeatures(ctx, workspaceID); err != nil {
			return SweepResult{}, toTemporal(err)
		}
	}
	due, err := a.Learning.LearningDue(ctx, a.Now().Add(-StartGrace), a.Now(), batch)
	if err != nil {
		return SweepResult{}, toTemporal(err)
	}
	for _, workspaceID := range due {
		if err := a.Learner.Learn(ctx, workspaceID); err != nil {
			return SweepResult{}, toTemporal(err)
		}
	}
	return SweepResult{Started: len(jobs) + len(stale) + len(due)}, nil
}

// DeleteExpired removes what can no longer be used: deleting it again finds nothing.
func (a *Sweep) DeleteExpired(ctx context.Context, _ struct{}) (int64, error) {
	const margin = time.Hour // clocks differ
	n, err := a.Expired.DeleteExpired(ctx, a.Now().Add(-margin))
	return n, toTemporal(err)
}
