package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/learn"
)

// Learning answers what a workspace has learned.
type Learning interface {
	Report(ctx context.Context, workspaceID uuid.UUID, f learn.Filter) (learn.Report, error)
}

// LearnedLevel is what is known of one place: the workspace, a channel, a channel at a time of day, a segment on a channel,
// or that at a time of day.
type LearnedLevel struct {
	Segment       string          `json:"segment,omitempty" doc:"The segment's key; absent above segments"`
	SegmentName   string          `json:"segmentName,omitempty"`
	Channel       string          `json:"channel,omitempty" enum:"email,sms,push,whatsapp"`
	HourBand      learn.Band      `json:"hourBand,omitempty" enum:"morning,afternoon,evening,night,on_event" doc:"Of the workspace's zone: 6 to 12, 12 to 17, 17 to 22, 22 to 6 o'clock; on_event is a while after something they did. Absent for any"`
	Mean          float64         `json:"mean" doc:"Orders a message, 0 to 1, that is expected: the mean of the posterior"`
	Low           float64         `json:"low" doc:"Of the 90 % interval"`
	High          float64         `json:"high"`
	Alpha         float64         `json:"alpha" doc:"Of the Beta posterior"`
	Beta          float64         `json:"beta"`
	PriorMean     float64         `json:"priorMean" doc:"What everything else says of this place"`
	PriorMessages float64         `json:"priorMessages" doc:"How many messages that counts for"`
	Shrunk        float64         `json:"shrunk" doc:"How much of mean is priorMean: 1 without evidence of its own, towards 0 with ever more"`
	Evidence      LearnedEvidence `json:"evidence"`
	Compared      string          `json:"compared" enum:"better,worse,alike" doc:"With messages of the workspace on the whole (hours: with their channel): better or worse where that is outside the interval"`
	Words         string          `json:"words"`
	ChangedAt     *time.Time      `json:"changedAt,omitempty" doc:"When evidence of its own last changed"`
}

// LearnedEvidence is what was counted, of each kind, at a place and below it.
type LearnedEvidence struct {
	Positive        int     `json:"positive" doc:"Ratings of cards. A card with several messages is one of each"`
	Negative        int     `json:"negative"`
	Neutral         int     `json:"neutral" doc:"Counted, and not learned from"`
	Outcomes        int     `json:"outcomes" doc:"Results of campaigns, given with feedback"`
	OutcomeMessages int64   `json:"outcomeMessages" doc:"People whom these could reach"`
	Revenue         float64 `json:"revenue" doc:"Of these, in the workspace's currency. Shown, and not learned from"`
	Messages        int64   `json:"messages" doc:"From events: messages that had three days to be answered"`
	Opened          int64   `json:"opened" doc:"Shown, and not learned from: machines open messages too"`
	Clicked         int64   `json:"clicked"`
	Ordered         int64   `json:"ordered" doc:"Followed by an order that the channel brought"`
	Visits          int64   `json:"visits" doc:"That the channel brought: learned from where it has no messages on record"`
	VisitOrders     int64   `json:"visitOrders"`
	Weight          float64 `json:"weight" doc:"What all this counts for, in messages: ratings and campaigns are bounded, and everything counts half after 90 days"`
}

// LearnedChange is what learning made of new evidence.
type LearnedChange struct {
	Segment  string     `json:"segment,omitempty"`
	Channel  string     `json:"channel" enum:"email,sms,push,whatsapp"`
	HourBand learn.Band `json:"hourBand,omitempty" enum:"morning,afternoon,evening,night,on_event"`
	At       time.Time  `json:"at"`
	Before   float64    `json:"before" doc:"Orders a message"`
	After    float64    `json:"after"`
	Words    string     `json:"words"`
}

type learningInput struct {
	Segment string `query:"segment" maxLength:"100" doc:"Only cells of this segment, by its key"`
	Channel string `query:"channel" enum:"email,sms,push,whatsapp" doc:"Only cells of this channel"`
	Limit   int    `query:"limit" default:"50" minimum:"1" maximum:"200" doc:"Cells, those with most evidence first"`
}

type learningOutput struct {
	Body struct {
		LearnedAt    *time.Time      `json:"learnedAt,omitempty" doc:"Absent before the first time"`
		Pending      bool            `json:"pending" doc:"Something was said since, and is being learned"`
		HalfLifeDays int             `json:"halfLifeDays" doc:"After so many days evidence counts half"`
		Spread       float64         `json:"spread" doc:"How closely cells keep together, estimated from the data: 1 is as was thought, less is further apart"`
		Global       float64         `json:"global" doc:"Orders a message in other shops: where learning begins"`
		GlobalSource string          `json:"globalSource"`
		Workspace    LearnedLevel    `json:"workspace"`
		Channels     []LearnedLevel  `json:"channels" doc:"Every channel"`
		Hours        []LearnedLevel  `json:"hours" doc:"Channels at a time of day, by their messages alone"`
		Cells        []LearnedLevel  `json:"cells" doc:"Segments on channels, and at a time of day, that there is evidence for"`
		Total        int             `json:"total" doc:"Of cells, also those beyond the limit"`
		Changes      []LearnedChange `json:"changes" doc:"What was different when evidence last changed, the largest first; 10 at the most"`
		Queries      LearnedQueries  `json:"queries"`
	}
}

// LearnedQueries is the SQL that the evidence came from.
type LearnedQueries struct {
	Ratings string `json:"ratings" doc:"Ratings of cards and results of campaigns; empty before the first time"`
	Traffic string `json:"traffic" doc:"Messages, what came of them, and visits"`
}

func learnedLevelFrom(l learn.Level) LearnedLevel {
	e := l.Evidence
	return LearnedLevel{
		Segment: l.Key.Segment, SegmentName: l.SegmentName, Channel: l.Key.Channel, HourBand: l.Key.Band,
		Mean: l.Posterior.Mean, Low: l.Posterior.Low, High: l.Posterior.High, Alpha: l.Posterior.Alpha, Beta: l.Posterior.Beta,
		PriorMean: l.Posterior.PriorMean, PriorMessages: l.Posterior.PriorMessages, Shrunk: l.Posterior.Shrunk,
		Evidence: LearnedEvidence{
			Positive: e.Positive, Negative: e.Negative, Neutral: e.Neutral, Outcomes: e.Outcomes, OutcomeMessages: e.OutcomeMessages, Revenue: e.Revenue,
			Messages: e.Messages, Opened: e.Opened, Clicked: e.Clicked, Ordered: e.Ordered, Visits: e.Visits, VisitOrders: e.VisitOrders, Weight: e.Trials,
		},
		Compared: map[int]string{-1: "worse", 0: "alike", 1: "better"}[l.Better],
		Words:    l.Words, ChangedAt: l.ChangedAt,
	}
}

func learnedLevelsFrom(list []learn.Level) []LearnedLevel {
	out := make([]LearnedLevel, 0, len(list))
	for _, l := range list {
		out = append(out, learnedLevelFrom(l))
	}
	return out
}

func (s *Server) learningRoutes(svc Learning) {
	huma.Register(s.huma, huma.Operation{
		OperationID: "get-learning", Method: http.MethodGet, Path: "/ai/learning", Tags: []string{"AI"}, Security: bearer,
		Summary:     "What was learned of which message works for whom",
		Description: "Beta posteriors of orders a message, for each segment, channel and time of day, shrunk towards what is known of messages like them. Recommendations choose by them.",
	}, func(ctx context.Context, in *learningInput) (*learningOutput, error) {
		caller, err := user(ctx)
		if err != nil {
			return nil, err
		}
		r, err := svc.Report(ctx, caller.WorkspaceID, learn.Filter{Segment: in.Segment, Channel: in.Channel, Limit: in.Limit})
		if err != nil {
			return nil, err
		}
		out := &learningOutput{}
		b := &out.Body
		b.LearnedAt, b.Pending, b.Spread, b.Total = r.LearnedAt, r.Pending, r.Spread, r.Total
		b.HalfLifeDays = int(learn.HalfLife / (24 * time.Hour))
		b.Global, b.GlobalSource = r.Global, learn.GlobalSource
		b.Workspace, b.Channels, b.Hours, b.Cells = learnedLevelFrom(r.Workspace), learnedLevelsFrom(r.Channels), learnedLevelsFrom(r.Hours), learnedLevelsFrom(r.Cells)
		b.Changes = make([]LearnedChange, 0, len(r.Changes))
		for i, c := range r.Changes {
			b.Changes = append(b.Changes, LearnedChange{Segment: c.Key.Segment, Channel: c.Key.Channel, HourBand: c.Key.Band, At: c.At, Before: c.Before, After: c.After, Words: r.Changed[i]})
		}
		b.Queries = LearnedQueries(r.Queries)
		return out, nil
	})
}
