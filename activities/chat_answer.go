package activities

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/stream"
	"github.com/pulsehub/pulsehub/internal/telemetry"
)

// AnswerInput is one round of answering.
type AnswerInput struct {
	TurnID uuid.UUID `json:"turnId"`
	Round  int       `json:"round"`
	// LastRound: no more look-ups, answer with what there is.
	LastRound bool `json:"lastRound,omitempty"`
	// EpochBefore is the highest epoch that may have been used before this round: that of the round before it, or of a
	// head start; 0 if there can have been none.
	EpochBefore int         `json:"epochBefore,omitempty"`
	Intent      chat.Intent `json:"intent"`
}

// AnswerResult is how the round ended. The text is in Postgres.
type AnswerResult struct {
	Epoch     int        `json:"epoch"`
	Provider  string     `json:"provider"`
	Model     string     `json:"model,omitempty"`
	Usage     chat.Usage `json:"usage"`
	ToolCalls []string   `json:"toolCalls,omitempty"` // ids of look-ups the model waits for
	Stopped   bool       `json:"stopped,omitempty"`
	// Streamed: all of the answer is in the turn's log. If not, readers are sent to Postgres.
	Streamed bool `json:"streamed,omitempty"`
}

// answerState is what an attempt leaves to the next.
type answerState struct {
	ModelFailures int
}

// modelAttempts is how often the model may fail before the built-in analyst answers instead.
const modelAttempts = 3

var errStopped = errors.New("someone stopped the turn")

// Answer streams the answer and leaves it in the turn's draft. A retry starts the text over under a higher epoch: readers
// get a reset, and whatever an earlier attempt still writes is refused by Redis and Postgres alike. The first attempt
// takes over the head start of its process, if there is one.
func (a *ChatTurn) Answer(ctx context.Context, in AnswerInput) (AnswerResult, error) {
	result, err := a.answer(ctx, in)
	return result, toTemporal(err)
}

func (a *ChatTurn) answer(ctx context.Context, in AnswerInput) (AnswerResult, error) {
	var state answerState
	if activity.HasHeartbeatDetails(ctx) {
		_ = activity.GetHeartbeatDetails(ctx, &state) // without them the model just gets all of its attempts again
	}
	t, err := a.attemptFor(ctx, in, state)
	if err != nil {
		return AnswerResult{Epoch: in.EpochBefore}, err
	}
	result := AnswerResult{Epoch: t.epoch}
	// What ends this activity ends the attempt, also one that began before it.
	defer t.cancel(nil)
	defer context.AfterFunc(ctx, func() {
		if cause := context.Cause(ctx); !heartbeatFailed(cause) {
			t.cancel(cause)
		}
	})()

	checkpoints := a.checkpoint(t.work, t.cancel, t.writer, chat.Draft{TurnID: in.TurnID, Epoch: t.epoch, Intent: &in.Intent})
	t.wait(func() { activity.RecordHeartbeat(context.WithoutCancel(ctx), state) })
	saveErr := checkpoints.finish()

	switch cause := context.Cause(t.work); {
	case errors.Is(cause, errStopped) && (saveErr == nil || errors.Is(saveErr, stream.ErrStale)): // stale: the turn has ended
		result.Stopped = true
	case errors.Is(cause, stream.ErrStale) || errors.Is(saveErr, stream.ErrStale):
		return result, apperr.Wrap(stream.ErrStale, apperr.Conflict, "stale_attempt", "A later attempt is answering this turn.")
	case saveErr != nil:
		return result, saveErr
	case cause != nil:
		return result, cmp.Or(ctx.Err(), cause)
	case t.err != nil:
		state.ModelFailures++
		activity.RecordHeartbeat(context.WithoutCancel(ctx), state)
		return result, retryWithAnother(t.err, state)
	}
	result.Provider, result.Model, result.Usage = t.answered.Provider, t.answered.Model, t.answered.Usage
	if len(t.answered.ToolCalls) > 0 && !result.Stopped {
		if err := a.Turns.AddToolCalls(t.work, in.TurnID, in.Round, t.answered.ToolCalls); err != nil {
			return result, err
		}
		for _, c := range t.answered.ToolCalls {
			result.ToolCalls = append(result.ToolCalls, c.ID)
		}
	}
	flush, done := context.WithTimeout(context.WithoutCancel(t.work), 2*time.Second)
	defer done()
	result.Streamed = t.writer.Flush(flush) == nil
	return result, nil
}

// heartbeatFailed tells whether an activity's context ended only because Temporal did not answer a heartbeat in time. The
// SDK then takes the activity for lost. The server does not until the heartbeat timeout has passed, and goes on to take
// heartbeats and the result: an answer need not start over because of a second's pause. From then on the context tells of
// nothing else, a cancellation included: a stop still arrives by Redis and by its flag in Postgres, a later attempt by the
// fence.
func heartbeatFailed(cause error) bool {
	var answer serviceerror.ServiceError
	var gone *serviceerror.NotFound
	return errors.As(cause, &answer) && !errors.As(cause, &gone)
}

// attemptFor is the head start of this process, which the first attempt goes on with, or a new attempt.
func (a *ChatTurn) attemptFor(ctx context.Context, in AnswerInput, state answerState) (*attempt, error) {
	info := activity.GetInfo(ctx)
	first := info.Attempt == 1 && in.Round == 1
	if first {
		if t := a.takeHeadStart(ctx, in.TurnID); t != nil {
			return t, nil
		}
	}
	epoch := in.EpochBefore + int(info.Attempt)
	tc, known := a.contexts.Get(in.TurnID)
	if !known || !first {
		var err error
		if tc, err = a.Turns.TurnContext(ctx, in.TurnID); err != nil {
			return nil, err
		}
	}
	req := a.request(tc, in.Intent)
	req.AllowTools, req.ForceAnalyst = !in.LastRound, state.ModelFailures >= modelAttempts
	start := stream.WriterConfig{TurnID: in.TurnID, Epoch: epoch, Intent: &in.Intent}
	if in.Round > 1 {
		var err error
		if req.ToolCalls, err = a.Turns.ToolCalls(ctx, in.TurnID); err != nil {
			return nil, err
		}
		req.EarlierText, req.EarlierParts = tc.Turn.DraftContent, tc.Turn.DraftParts
		start.Continues, start.Text, start.Parts = info.Attempt == 1, tc.Turn.DraftContent, tc.Turn.DraftParts
	}
	return a.begin(context.WithoutCancel(ctx), tc, req, start), nil
}

// attempt is one try at answering a turn, under way since begin.
type attempt struct {
	epoch  int
	writer *stream.Writer
	work   context.Context // its cause says why the attempt ended before its time
	cancel context.CancelCauseFunc

	done     chan struct{} // closed when the two below are there
	answered ai.Result
	err      error
}

// The server takes an activity that just began for alive until the heartbeat timeout, 4 s, and each heartbeat is a write to
// its database. So the first one leaves a second and a half of that: most answers have ended by then.
const (
	firstHeartbeat = 2500 * time.Millisecond
	heartbeatEvery = time.Second
)

// wait returns when the attempt has ended, and calls heartbeat regularly until then.
func (t *attempt) wait(heartbeat func()) {
	timer := time.NewTimer(firstHeartbeat)
	defer timer.Stop()
	for {
		select {
		case <-t.done:
			return
		case <-timer.C:
			heartbeat()
			timer.Reset(heartbeatEvery)
		}
	}
}

// begin has the provider answer into a new writer. It returns at once.
func (a *ChatTurn) begin(ctx context.Context, tc chat.TurnContext, req ai.Request, start stream.WriterConfig) *attempt {
	t := &attempt{epoch: start.Epoch, done: make(chan struct{})}
	ctx = telemetry.With(ctx, slog.String("turn_id", tc.Turn.ID.String()), slog.Int("epoch", t.epoch))
	if tc.Workspace != nil {
		ctx = telemetry.With(ctx, slog.String("workspace_id", tc.Workspace.ID.String()))
	}
	t.work, t.cancel = context.WithCancelCause(ctx)
	start.Stale = t.cancel
	t.writer = a.Streams.NewWriter(start)
	unregister := a.Stops.register(tc.Turn.ID, func() { t.cancel(errStopped) })
	if tc.Turn.StopRequested || tc.Turn.Status.Terminal() {
		t.cancel(errStopped)
	}
	go func() {
		defer close(t.done)
		defer unregister()
		t.answered, t.err = a.ask(t.work, t.writer, req, tc.Workspace)
	}()
	return t
}

// request is what a turn asks a provider.
func (a *ChatTurn) request(tc chat.TurnContext, intent chat.Intent) ai.Request {
	req := ai.Request{TurnID: tc.Turn.ID, Question: tc.Question, Intent: intent, Now: a.Now()}
	for _, e := range tc.History {
		req.History = append(req.History, ai.Turn{Question: e.Question, Answer: e.Answer})
	}
	return req
}

// ask gathers the data and has the provider answer into w.
func (a *ChatTurn) ask(ctx context.Context, w *stream.Writer, req ai.Request, workspace *chat.Workspace) (ai.Result, error) {
	if err := ctx.Err(); err != nil {
		return ai.Result{}, err
	}
	if workspace != nil {
		req.WorkspaceID, req.CompanyName = workspace.ID, workspace.Name
		analysis, err := a.Analyses.AnalysisAt(ctx, workspace.ID, workspace.DataVersion)
		if err != nil {
			return ai.Result{}, err
		}
		req.Analysis = analysis
		if name := req.Intent.Name; analysis != nil && (name == chat.IntentRecommendation || name == chat.IntentCampaignManagement) {
			if req.Learned, err = a.Learned.Learned(ctx, workspace.ID); err != nil {
				return ai.Result{}, err
			}
		}
		if analysis != nil && req.Intent.Name != chat.IntentGeneral && req.EarlierText == "" && len(req.ToolCalls) == 0 {
			w.Status("reading", "Reading "+thousands(analysis.Overview.Events)+" events…")
		}
	}
	return a.Provider.Answer(ctx, req, sink{w})
}

// retryWithAnother makes a final failure of the model retryable while the analyst has not been tried.
func retryWithAnother(err error, state answerState) error {
	e := apperr.From(err)
	if !retryable[e.Kind] && state.ModelFailures < modelAttempts {
		return apperr.Wrap(err, apperr.Unavailable, e.Code, "%s", e.Message)
	}
	return err
}
