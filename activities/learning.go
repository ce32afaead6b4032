package activities

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/learn"
)

// Learning is the activity of the Learn workflow.
type Learning struct{ LearningConfig }

// LearningConfig is what Learning is made of.
type LearningConfig struct {
	Repository LearningRepository
	Now        func() time.Time
}

// LearningRepository reads evidence and keeps what follows from it.
type LearningRepository interface {
	// LearningFacts is all evidence as of a moment, of one snapshot, with the data version of its events and the last request
	// to learn that it answers.
	LearningFacts(ctx context.Context, workspaceID uuid.UUID, asOf time.Time) (facts learn.Facts, version, request int64, err error)
	// SaveLearning replaces what was learned in one transaction, unless a later one did. pending: more was said meanwhile.
	SaveLearning(ctx context.Context, workspaceID uuid.UUID, m *learn.Model, version, request int64) (kept, pending bool, err error)
}

// NewLearning makes the activity.
func NewLearning(cfg LearningConfig) *Learning { return &Learning{cfg} }

// LearnInput names the workspace.
type LearnInput struct {
	WorkspaceID uuid.UUID `json:"workspaceId"`
}

// LearnResult is what came of it, in numbers that name nobody.
type LearnResult struct {
	Ratings    int   `json:"ratings"`
	Outcomes   int   `json:"outcomes"`
	Messages   int64 `json:"messages"`
	Pending    bool  `json:"pending,omitempty"` // more was said meanwhile
	Superseded bool  `json:"superseded,omitempty"`
}

// Learn reads all evidence and replaces what was learned by what follows from it. It is safe to retry and to run twice at
// once: nothing is added up from run to run, each rating, campaign and message is in the evidence once however often it is
// read, nothing is written but the end, in one transaction that replaces everything, and an attempt that comes late finds what
// a later one wrote and leaves it.
func (a *Learning) Learn(ctx context.Context, in LearnInput) (LearnResult, error) {
	defer heartbeats(ctx)()
	facts, version, request, err := a.Repository.LearningFacts(ctx, in.WorkspaceID, a.Now())
	if err != nil {
		return LearnResult{}, toTemporal(err)
	}
	m := learn.Learn(facts)
	kept, pending, err := a.Repository.SaveLearning(ctx, in.WorkspaceID, m, version, request)
	if err != nil {
		return LearnResult{}, toTemporal(err)
	}
	return LearnResult{Ratings: len(facts.Ratings), Outcomes: len(facts.Outcomes), Messages: m.All(learn.Key{}).Messages, Pending: pending, Superseded: !kept}, nil
}
