package activities

import (
	"context"
	"encoding/json"
	"log/slog"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/hashicorp/golang-lru/v2/expirable"
	"go.temporal.io/sdk/activity"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/learn"
	"github.com/pulsehub/pulsehub/internal/recommend"
	"github.com/pulsehub/pulsehub/internal/stream"
)

// ChatTurn is the activities of the ChatTurn workflow.
type ChatTurn struct {
	ChatTurnConfig
	contexts *expirable.LRU[uuid.UUID, chat.TurnContext]
	ahead    *expirable.LRU[uuid.UUID, *headStart]
}

// ChatTurnConfig is what ChatTurn is made of.
type ChatTurnConfig struct {
	Turns           TurnRepository
	Recommendations RecommendationRepository
	Streams         *stream.Pump
	Stops           *Stops
	Classifier      Classifier
	Catalogue       Catalogue // nil: products are not recognised
	Provider        ai.Provider
	Analyses        Analyses
	Learned         LearnedRepository
	Tools           ToolRunner
	Now             func() time.Time
}

// TurnRepository keeps turns in Postgres.
type TurnRepository interface {
	TurnContext(ctx context.Context, turnID uuid.UUID) (chat.TurnContext, error)
	// SaveDraft checkpoints an attempt's answer. It answers ErrStale when a later attempt wrote or the turn has ended, and
	// tells whether someone asked for a stop.
	SaveDraft(ctx context.Context, d chat.Draft) (stopRequested bool, err error)
	// FinishTurn stores the answer and ends the turn; for one that has ended it answers what was stored.
	FinishTurn(ctx context.Context, e chat.Ending) (chat.Message, error)
	AddToolCalls(ctx context.Context, turnID uuid.UUID, round int, calls []ai.ToolCall) error
	ToolCalls(ctx context.Context, turnID uuid.UUID) ([]ai.ToolCall, error)
	SaveToolResult(ctx context.Context, turnID uuid.UUID, call ai.ToolCall) error
}

// RecommendationRepository keeps campaign cards; the same card again replaces it.
type RecommendationRepository interface {
	SaveRecommendations(ctx context.Context, workspaceID, conversationID, turnID uuid.UUID, cards []recommend.Recommendation) error
}

// LearnedRepository is what workspaces have learned.
type LearnedRepository interface {
	Learned(ctx context.Context, workspaceID uuid.UUID) (learn.Saved, error)
}

// Classifier tells what a question wants, without asking anyone.
type Classifier interface {
	// Classify recognises products by the names it is given.
	Classify(question string, history []chat.Exchange, products []string, now time.Time, loc *time.Location) chat.Intent
	// MayNameProduct tells whether a question has words that could be a product's name. Where it has none the catalogue need
	// not be read.
	MayNameProduct(question string, history []chat.Exchange) bool
}

// Catalogue gives the names of a workspace's products.
type Catalogue interface {
	Catalogue(ctx context.Context, workspaceID uuid.UUID) ([]string, error)
}

// Analyses gives a workspace's analysis; nil when it has no data.
type Analyses interface {
	AnalysisAt(ctx context.Context, workspaceID uuid.UUID, dataVersion int64) (*analytics.Analysis, error)
}

// ToolRunner looks things up in a workspace's data for a model.
type ToolRunner interface {
	Run(ctx context.Context, workspaceID uuid.UUID, tool string, arguments json.RawMessage, now time.Time) (json.RawMessage, error)
}

// NewChatTurn makes the activities.
func NewChatTurn(cfg ChatTurnConfig) *ChatTurn {
	return &ChatTurn{
		ChatTurnConfig: cfg,
		contexts:       expirable.NewLRU[uuid.UUID, chat.TurnContext](2000, nil, time.Minute),
		ahead:          expirable.NewLRU(maxHeadStarts, func(_ uuid.UUID, s *headStart) { s.drop() }, headStartLifetime),
	}
}

// ReadQuestionInput names the turn.
type ReadQuestionInput struct {
	TurnID uuid.UUID `json:"turnId"`
}

// ReadQuestionResult is what the question wants.
type ReadQuestionResult struct {
	Intent       chat.Intent `json:"intent"`
	AuthRequired bool        `json:"authRequired,omitempty"`
	Stopped      bool        `json:"stopped,omitempty"`
}

// ReadQuestion classifies the question. It only reads, so a retry is harmless.
func (a *ChatTurn) ReadQuestion(ctx context.Context, in ReadQuestionInput) (ReadQuestionResult, error) {
	tc, intent, err := a.read(ctx, in.TurnID)
	return ReadQuestionResult{
		Intent:       intent,
		AuthRequired: intent.RequiresAuth && tc.Workspace == nil,
		Stopped:      tc.Turn.StopRequested || tc.Turn.Status.Terminal(),
	}, toTemporal(err)
}

// read is what a turn asks and what that wants. What it reads is kept for the answer, which is most often made in this
// process.
func (a *ChatTurn) read(ctx context.Context, turnID uuid.UUID) (chat.TurnContext, chat.Intent, error) {
	tc, known := a.contexts.Get(turnID)
	if !known {
		var err error
		if tc, err = a.Turns.TurnContext(ctx, turnID); err != nil {
			return tc, chat.Intent{}, err
		}
		a.contexts.Add(turnID, tc)
	}
	var products []string
	if a.Catalogue != nil && tc.Workspace != nil && a.Classifier.MayNameProduct(tc.Question, tc.History) {
		var err error
		if products, err = a.Catalogue.Catalogue(ctx, tc.Workspace.ID); err != nil {
			return tc, chat.Intent{}, err
		}
	}
	return tc, a.Classifier.Classify(tc.Question, tc.History, products, a.Now(), tc.Workspace.Location()), nil
}

// RunToolInput names one look-up.
type RunToolInput struct {
	TurnID uuid.UUID `json:"turnId"`
	CallID string    `json:"callId"`
}

// RunToolResult tells whether the look-up found something; what it found is in Postgres.
type RunToolResult struct {
	Tool   string `json:"tool"`
	Failed bool   `json:"failed,omitempty"`
}

// RunTool looks something up for the model and keeps what it found. It only reads the workspace's data and writes its own
// row, so a retry is harmless. A call that cannot be right is kept as an error for the model to read.
func (a *ChatTurn) RunTool(ctx context.Context, in RunToolInput) (RunToolResult, error) {
	result, err := a.runTool(ctx, in)
	return result, toTemporal(err)
}

func (a *ChatTurn) runTool(ctx context.Context, in RunToolInput) (RunToolResult, error) {
	tc, err := a.Turns.TurnContext(ctx, in.TurnID)
	if err != nil {
		return RunToolResult{}, err
	}
	calls, err := a.Turns.ToolCalls(ctx, in.TurnID)
	if err != nil {
		return RunToolResult{}, err
	}
	for _, c := range calls {
		if c.ID != in.CallID {
			continue
		}
		if tc.Workspace == nil {
			c.Error = "There is no workspace to look in."
		} else if c.Result, err = a.Tools.Run(ctx, tc.Workspace.ID, c.Tool, c.Arguments, a.Now()); err != nil {
			e := apperr.From(err)
			if retryable[e.Kind] && activity.GetInfo(ctx).Attempt < lastLookUp {
				return RunToolResult{Tool: c.Tool}, err
			}
			c.Error = e.Message
		}
		return RunToolResult{Tool: c.Tool, Failed: c.Error != ""}, a.Turns.SaveToolResult(ctx, in.TurnID, c)
	}
	return RunToolResult{}, apperr.NoSuch("look-up")
}

// lastLookUp is the attempt that gives up and tells the model so; it is the policy's last.
const lastLookUp = 5

// FinishTurnInput is how the turn ended.
type FinishTurnInput struct {
	TurnID       uuid.UUID   `json:"turnId"`
	Status       chat.Status `json:"status"`
	Epoch        int         `json:"epoch,omitempty"`
	Provider     string      `json:"provider,omitempty"`
	Usage        chat.Usage  `json:"usage"`
	Intent       chat.Intent `json:"intent"`
	AuthRequired bool        `json:"authRequired,omitempty"`
	Streamed     bool        `json:"streamed,omitempty"`
}

// FinishTurnResult is what was stored.
type FinishTurnResult struct {
	Status   chat.Status `json:"status"`
	Provider string      `json:"provider,omitempty"`
}

// FinishTurn stores the answer from the draft, ends the turn, and closes the stream. Every step is an upsert or a no-op the
// second time, so a retry stores and shows nothing twice.
func (a *ChatTurn) FinishTurn(ctx context.Context, in FinishTurnInput) (FinishTurnResult, error) {
	result, err := a.finishTurn(ctx, in)
	return result, toTemporal(err)
}

func (a *ChatTurn) finishTurn(ctx context.Context, in FinishTurnInput) (FinishTurnResult, error) {
	ending := chat.Ending{TurnID: in.TurnID, Status: in.Status, Epoch: in.Epoch, Provider: in.Provider, Usage: in.Usage}
	events, closing := a.lastWords(in, &ending)
	message, err := a.Turns.FinishTurn(ctx, ending)
	if apperr.Is(err, apperr.NotFound) { // the conversation was deleted meanwhile
		return FinishTurnResult{Status: in.Status}, nil
	}
	if err != nil {
		return FinishTurnResult{}, err
	}
	if cards := cardsOf(message.Parts); len(cards) > 0 {
		tc, err := a.Turns.TurnContext(ctx, in.TurnID)
		if err != nil {
			return FinishTurnResult{}, err
		}
		if err := a.Recommendations.SaveRecommendations(ctx, tc.Workspace.ID, message.ConversationID, in.TurnID, cards); err != nil {
			return FinishTurnResult{}, err
		}
	}
	events = append(events, stream.Event{Type: stream.TypeComplete, Data: chat.Complete{MessageID: message.ID, Status: message.Status, Provider: message.Provider, Usage: in.Usage}})
	if !closing {
		events = nil // the log lacks something: readers take the answer from Postgres
	}
	if err := a.Streams.Finish(ctx, in.TurnID, in.Epoch, events); err != nil {
		slog.WarnContext(ctx, "the end of a turn was not published; readers will find it in Postgres", "turn_id", in.TurnID, "error", err)
	}
	return FinishTurnResult{Status: message.Status, Provider: message.Provider}, nil
}

// lastWords is what the stream ends with before `complete`, and whether the log is whole.
func (a *ChatTurn) lastWords(in FinishTurnInput, ending *chat.Ending) (events []stream.Event, whole bool) {
	switch {
	case in.AuthRequired:
		text := chat.AuthRequiredText(in.Intent)
		reason := json.RawMessage(`{"reason":"` + chat.AuthReason + `"}`)
		ending.Intent, ending.Text, ending.Provider = &in.Intent, text, "analyst"
		ending.Parts = []chat.Part{{Type: chat.PartAuthRequired, Key: "auth", Data: reason}}
		return []stream.Event{{Type: stream.TypeIntent, Data: in.Intent}, {Type: stream.TypeChunk, Data: map[string]string{"content": text}}, {Type: stream.TypeAuthRequired, Data: reason}}, true
	case in.Status == chat.StatusFailed:
		ending.Failure = &chat.Failure{Code: "turn_failed", Message: "This answer could not be finished. Please try again."}
		return nil, false
	default:
		return nil, in.Streamed
	}
}

// CardData is a campaign card's frame and part.
type CardData struct {
	Index          int                      `json:"index"`
	Recommendation recommend.Recommendation `json:"recommendation"`
}

func cardsOf(parts []chat.Part) []recommend.Recommendation {
	var cards []recommend.Recommendation
	for _, p := range parts {
		var card CardData
		if p.Type == chat.PartCard && json.Unmarshal(p.Data, &card) == nil {
			cards = append(cards, card.Recommendation)
		}
	}
	return cards
}

func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
