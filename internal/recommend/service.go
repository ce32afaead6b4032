package recommend

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Status is what became of a card.
type Status string

const (
	Proposed  Status = "proposed"
	Accepted  Status = "accepted"  // liked, or made into a campaign
	Dismissed Status = "dismissed" // not wanted
)

// Statuses are all of them.
var Statuses = []Status{Proposed, Accepted, Dismissed}

// Verdict is what a marketer thinks of a card. Positive accepts it and negative dismisses it; neutral says something about
// it and leaves its status as it is.
type Verdict string

const (
	Positive Verdict = "positive"
	Negative Verdict = "negative"
	Neutral  Verdict = "neutral"
)

// Feedback is a verdict on a card, with what a campaign from it brought, when there was one. A card has one: a later one
// replaces it.
type Feedback struct {
	Verdict   Verdict
	Comment   string
	Results   *Results
	UserID    uuid.UUID
	UpdatedAt time.Time
}

// Results is what a campaign brought. Rates are shares of the messages delivered, 0 to 1; revenue is in the workspace's
// currency.
type Results struct {
	OpenRate       float64 `json:"openRate"`
	ClickRate      float64 `json:"clickRate"`
	ConversionRate float64 `json:"conversionRate"`
	Revenue        float64 `json:"revenue"`
}

// Entry is a card in the history.
type Entry struct {
	Recommendation
	ConversationID uuid.UUID
	TurnID         uuid.UUID
	Status         Status
	Feedback       *Feedback
}

// Repository keeps cards. Every method answers only for the named workspace.
type Repository interface {
	// ListRecommendations is newest first; an empty status is all.
	ListRecommendations(ctx context.Context, workspaceID uuid.UUID, status Status, limit int, cursor string) ([]Entry, string, error)
	Recommendation(ctx context.Context, workspaceID, id uuid.UUID) (Entry, error)
	// SaveFeedback replaces the card's feedback and sets the status, unless that is empty.
	SaveFeedback(ctx context.Context, workspaceID, id uuid.UUID, f Feedback, status Status) error
}

// Service is the history of recommendations and what people say of them.
type Service struct {
	repository Repository
	learn      func(ctx context.Context, workspaceID uuid.UUID)
	now        func() time.Time
}

// ServiceConfig is what the service is made of.
type ServiceConfig struct {
	Repository Repository
	// Learn has the workspace learn from what was just said. It returns at once, and what it does not do is done later: that
	// there is something to learn is kept with the feedback. nil: only later.
	Learn func(ctx context.Context, workspaceID uuid.UUID)
	Now   func() time.Time // nil: the clock
}

// NewService makes the service.
func NewService(cfg ServiceConfig) *Service {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Learn == nil {
		cfg.Learn = func(context.Context, uuid.UUID) {}
	}
	return &Service{repository: cfg.Repository, learn: cfg.Learn, now: cfg.Now}
}

// History is the workspace's cards, newest first; an empty status is all of them.
func (s *Service) History(ctx context.Context, workspaceID uuid.UUID, status Status, limit int, cursor string) ([]Entry, string, error) {
	return s.repository.ListRecommendations(ctx, workspaceID, status, limit, cursor)
}

// Get is one card; NotFound if it is not there or another workspace's.
func (s *Service) Get(ctx context.Context, workspaceID, id uuid.UUID) (Entry, error) {
	return s.repository.Recommendation(ctx, workspaceID, id)
}

const maxComment = 2000

// GiveFeedback keeps what a user thinks of a card, replacing what was said before, and answers the card as it is then.
// The same feedback twice is harmless.
func (s *Service) GiveFeedback(ctx context.Context, workspaceID, id uuid.UUID, f Feedback) (Entry, error) {
	f.Comment, f.UpdatedAt = strings.TrimSpace(f.Comment), s.now().UTC()
	if err := f.validate(); err != nil {
		return Entry{}, err
	}
	status := map[Verdict]Status{Positive: Accepted, Negative: Dismissed}[f.Verdict]
	if err := s.repository.SaveFeedback(ctx, workspaceID, id, f, status); err != nil {
		return Entry{}, err
	}
	s.learn(ctx, workspaceID)
	return s.repository.Recommendation(ctx, workspaceID, id)
}

func (f Feedback) validate() error {
	fault := apperr.New(apperr.Invalid, "invalid", "This feedback cannot be kept.")
	if f.Verdict != Positive && f.Verdict != Negative && f.Verdict != Neutral {
		fault.WithField("body.feedback", "use positive, negative or neutral", string(f.Verdict))
	}
	if len([]rune(f.Comment)) > maxComment {
		fault.WithField("body.comment", "use at most 2,000 characters", nil)
	}
	if r := f.Results; r != nil {
		for _, rate := range []struct {
			name  string
			value float64
		}{{"openRate", r.OpenRate}, {"clickRate", r.ClickRate}, {"conversionRate", r.ConversionRate}} {
			if !(rate.value >= 0 && rate.value <= 1) {
				fault.WithField("body.campaignResults."+rate.name, "use a share between 0 and 1, e.g. 0.032 for 3.2 %", rate.value)
			}
		}
		if !(r.Revenue >= 0 && r.Revenue < 1e12) {
			fault.WithField("body.campaignResults.revenue", "use an amount of 0 or more", r.Revenue)
		}
	}
	if len(fault.Fields) > 0 {
		fault.Message = fault.Fields[0].Field + ": " + fault.Fields[0].Message
		return fault
	}
	return nil
}
