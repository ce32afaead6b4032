package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/recommend"
)

// Recommendations is the history of campaign cards and what people say of them.
type Recommendations interface {
	History(ctx context.Context, workspaceID uuid.UUID, status recommend.Status, limit int, cursor string) ([]recommend.Entry, string, error)
	Get(ctx context.Context, workspaceID, id uuid.UUID) (recommend.Entry, error)
	GiveFeedback(ctx context.Context, workspaceID, id uuid.UUID, f recommend.Feedback) (recommend.Entry, error)
}

// Recommendation is a campaign card with what became of it.
type Recommendation struct {
	ID             uuid.UUID               `json:"id"`
	Name           string                  `json:"name"`
	Audience       CardAudience            `json:"audience"`
	Channels       []CardChannel           `json:"channels"`
	Evidence       []CardEvidence          `json:"evidence"`
	Expected       CardExpected            `json:"expected"`
	Rationale      string                  `json:"rationale"`
	Provider       string                  `json:"provider" doc:"openai or analyst"`
	CreatedAt      time.Time               `json:"createdAt"`
	ConversationID uuid.UUID               `json:"conversationId" doc:"Where it was proposed"`
	TurnID         uuid.UUID               `json:"turnId"`
	Status         recommend.Status        `json:"status" enum:"proposed,accepted,dismissed"`
	Feedback       *RecommendationFeedback `json:"feedback,omitempty"`
}

// CardAudience is whom a card's campaign is for.
type CardAudience struct {
	Segment   string           `json:"segment" doc:"The segment's name"`
	SegmentID uuid.UUID        `json:"segmentId"`
	Size      int64            `json:"size"`
	Reachable map[string]int64 `json:"reachable" doc:"By channel: people with consent and an address"`
	Criteria  string           `json:"criteria" doc:"The segment's rule, in words"`
}

// CardChannel is one message over one channel at one time.
type CardChannel struct {
	Type    string      `json:"type" enum:"email,sms,push,whatsapp"`
	Message CardMessage `json:"message"`
	Timing  CardTiming  `json:"timing"`
}

// CardMessage is what is said; Liquid placeholders are filled when it is sent.
type CardMessage struct {
	Subject string `json:"subject,omitempty" doc:"Email and push only"`
	Body    string `json:"body"`
}

// CardTiming is when it is said.
type CardTiming struct {
	Kind       string     `json:"kind" enum:"now,at,after_event,best_time,recipient_local"`
	At         *time.Time `json:"at,omitempty"`
	AfterEvent string     `json:"afterEvent,omitempty"`
	Delay      string     `json:"delay,omitempty" doc:"e.g. 4h"`
	Hour       *int       `json:"hour,omitempty" minimum:"0" maximum:"23" doc:"About when, where an hour was chosen"`
	Label      string     `json:"label" doc:"In words"`
}

// CardEvidence is one number behind a card, with the SQL that gave it.
type CardEvidence struct {
	Label string `json:"label"`
	Value string `json:"value"`
	Query string `json:"query"`
}

// CardExpected is an estimate of the result with its 90 % interval.
type CardExpected struct {
	Metric string  `json:"metric" doc:"conversion_rate: share of the people messaged who order within 7 days, 0 to 1"`
	Low    float64 `json:"low"`
	Mid    float64 `json:"mid"`
	High   float64 `json:"high"`
}

// RecommendationFeedback is what was said of a card.
type RecommendationFeedback struct {
	Feedback        recommend.Verdict `json:"feedback" enum:"positive,negative,neutral"`
	Comment         string            `json:"comment,omitempty"`
	CampaignResults *CampaignResults  `json:"campaignResults,omitempty"`
	UpdatedAt       time.Time         `json:"updatedAt"`
}

// CampaignResults is what a campaign brought.
type CampaignResults struct {
	OpenRate       float64 `json:"openRate" minimum:"0" maximum:"1" doc:"Share of the messages delivered, 0 to 1"`
	ClickRate      float64 `json:"clickRate" minimum:"0" maximum:"1" doc:"Share of the messages delivered, 0 to 1"`
	ConversionRate float64 `json:"conversionRate" minimum:"0" maximum:"1" doc:"Share of the messages delivered, 0 to 1"`
	Revenue        float64 `json:"revenue" minimum:"0" doc:"In the workspace's currency"`
}

func recommendationFrom(e recommend.Entry) Recommendation {
	r := Recommendation{
		ID: e.ID, Name: e.Name, Audience: CardAudience(e.Audience), Channels: make([]CardChannel, 0, len(e.Channels)), Evidence: make([]CardEvidence, 0, len(e.Evidence)),
		Expected: CardExpected(e.Expected), Rationale: e.Rationale, Provider: e.Provider, CreatedAt: e.CreatedAt,
		ConversationID: e.ConversationID, TurnID: e.TurnID, Status: e.Status,
	}
	for _, c := range e.Channels {
		r.Channels = append(r.Channels, CardChannel{Type: c.Type, Message: CardMessage(c.Message), Timing: CardTiming(c.Timing)})
	}
	for _, ev := range e.Evidence {
		r.Evidence = append(r.Evidence, CardEvidence(ev))
	}
	if f := e.Feedback; f != nil {
		r.Feedback = &RecommendationFeedback{Feedback: f.Verdict, Comment: f.Comment, CampaignResults: (*CampaignResults)(f.Results), UpdatedAt: f.UpdatedAt}
	}
	return r
}

type historyInput struct {
	Limit  int    `query:"limit" default:"20" minimum:"1" maximum:"100" doc:"Cards on a page"`
	Cursor string `query:"cursor" maxLength:"200" doc:"nextCursor of the page before"`
	Status string `query:"status" enum:"proposed,accepted,dismissed" doc:"Only these"`
}

type historyOutput struct {
	Body struct {
		Items      []Recommendation `json:"items" doc:"Newest first"`
		NextCursor string           `json:"nextCursor,omitempty" doc:"Absent on the last page"`
	}
}

type recommendationInput struct {
	ID string `path:"id" doc:"Id of the card"`
}

type recommendationOutput struct{ Body Recommendation }

type feedbackInput struct {
	ID   string `path:"id" doc:"Id of the card"`
	Body struct {
		Feedback        string           `json:"feedback" enum:"positive,negative,neutral" doc:"Positive accepts the card, negative dismisses it, neutral leaves its status"`
		Comment         string           `json:"comment,omitempty" maxLength:"2000"`
		CampaignResults *CampaignResults `json:"campaignResults,omitempty" doc:"What a campaign made from the card brought"`
	}
}

func (s *Server) recommendationRoutes(svc Recommendations) {
	huma.Register(s.huma, huma.Operation{
		OperationID: "list-recommendations", Method: http.MethodGet, Path: "/ai/recommendations/history", Tags: []string{"AI"}, Security: bearer,
		Summary: "Campaign cards proposed so far", Description: "Newest first, of the caller's workspace.",
	}, func(ctx context.Context, in *historyInput) (*historyOutput, error) {
		caller, err := user(ctx)
		if err != nil {
			return nil, err
		}
		list, next, err := svc.History(ctx, caller.WorkspaceID, recommend.Status(in.Status), in.Limit, in.Cursor)
		if err != nil {
			return nil, err
		}
		out := &historyOutput{}
		out.Body.NextCursor, out.Body.Items = next, make([]Recommendation, 0, len(list))
		for _, e := range list {
			out.Body.Items = append(out.Body.Items, recommendationFrom(e))
		}
		return out, nil
	})

	huma.Register(s.huma, huma.Operation{
		OperationID: "get-recommendation", Method: http.MethodGet, Path: "/ai/recommendations/{id}", Tags: []string{"AI"}, Security: bearer,
		Summary: "One campaign card",
	}, func(ctx context.Context, in *recommendationInput) (*recommendationOutput, error) {
		caller, err := user(ctx)
		if err != nil {
			return nil, err
		}
		id, err := parseID("recommendation", in.ID)
		if err != nil {
			return nil, err
		}
		e, err := svc.Get(ctx, caller.WorkspaceID, id)
		if err != nil {
			return nil, err
		}
		return &recommendationOutput{Body: recommendationFrom(e)}, nil
	})

	huma.Register(s.huma, huma.Operation{
		OperationID: "give-recommendation-feedback", Method: http.MethodPost, Path: "/ai/recommendations/{id}/feedback", Tags: []string{"AI"}, Security: bearer,
		Summary: "Say what you think of a card", Description: "A card has one feedback; a later one replaces it. Answers the card as it is then.",
		DefaultStatus: http.StatusOK,
	}, func(ctx context.Context, in *feedbackInput) (*recommendationOutput, error) {
		caller, err := user(ctx)
		if err != nil {
			return nil, err
		}
		id, err := parseID("recommendation", in.ID)
		if err != nil {
			return nil, err
		}
		e, err := svc.GiveFeedback(ctx, caller.WorkspaceID, id, recommend.Feedback{
			Verdict: recommend.Verdict(in.Body.Feedback), Comment: in.Body.Comment, Results: (*recommend.Results)(in.Body.CampaignResults), UserID: caller.UserID,
		})
		if err != nil {
			return nil, err
		}
		return &recommendationOutput{Body: recommendationFrom(e)}, nil
	})
}
