package workflows

import (
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/pulsehub/pulsehub/activities"
)

// LearnID is the workflow id of a workspace's learning: one at a time, however often it is asked for.
func LearnID(workspaceID uuid.UUID) string { return "learn/" + workspaceID.String() }

// RegisterLearning registers Learn, which runs on QueueData.
func RegisterLearning(w worker.Registry, learning *activities.Learning) {
	w.RegisterWorkflow(Learn)
	w.RegisterActivity(learning)
}

// LearnInput names the workspace; what it learns from is in Postgres.
type LearnInput struct {
	WorkspaceID uuid.UUID `json:"workspaceId"`
}

// LearnResult is what the last lap counted.
type LearnResult struct {
	Ratings  int   `json:"ratings"`
	Outcomes int   `json:"outcomes"`
	Messages int64 `json:"messages"`
}

var learningActivities *activities.Learning // for method references only

// Learn computes what a workspace has learned, again as long as more is said meanwhile.
func Learn(ctx workflow.Context, in LearnInput) (LearnResult, error) {
	l := &learn{in: in}
	if err := workflow.SetQueryHandler(ctx, QueryProgress, func() (Progress, error) { return l.progress, nil }); err != nil {
		return LearnResult{}, err
	}
	return l.run(ctx)
}

type learn struct {
	in       LearnInput
	progress Progress
}

const (
	learnRest = 2 * time.Second // ratings come one after the other: what comes meanwhile is learned together
	learnLaps = 20              // then it ends, and the sweeper starts what is still open
)

func (l *learn) run(ctx workflow.Context) (LearnResult, error) {
	var result LearnResult
	for range learnLaps {
		l.tell(ctx, "learning", "Reading ratings, campaigns and messages")
		done, err := call(ctx, learning, learningActivities.Learn, activities.LearnInput{WorkspaceID: l.in.WorkspaceID})
		if err != nil {
			return result, err
		}
		result = LearnResult{Ratings: done.Ratings, Outcomes: done.Outcomes, Messages: done.Messages}
		if !done.Pending {
			break
		}
		l.tell(ctx, "resting", "More was said meanwhile; gathering it")
		if err := workflow.Sleep(ctx, learnRest); err != nil {
			return result, err
		}
	}
	l.tell(ctx, "done", "Done: learned from "+thousands(int64(result.Ratings))+" ratings, "+thousands(int64(result.Outcomes))+" campaigns and "+thousands(result.Messages)+" messages")
	return result, nil
}

func (l *learn) tell(ctx workflow.Context, step, label string) {
	l.progress = Progress{Step: step, Label: label}
	workflow.SetCurrentDetails(ctx, label)
}
