package activities

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/stream"
)

// turnRepository knows one turn and keeps its drafts. What is not here is not asked for.
type turnRepository struct {
	TurnRepository
	turn   chat.TurnContext
	drafts []chat.Draft
}

func (r *turnRepository) TurnContext(context.Context, uuid.UUID) (chat.TurnContext, error) {
	return r.turn, nil
}

func (r *turnRepository) SaveDraft(_ context.Context, d chat.Draft) (bool, error) {
	r.drafts = append(r.drafts, d)
	return false, nil
}

// provider answers "Hello" when it is told to, or ends with its context.
type provider struct {
	asked   chan struct{}
	proceed chan struct{}
}

func (provider) Name() string  { return "test" }
func (provider) Model() string { return "test-1" }
func (p provider) Answer(ctx context.Context, _ ai.Request, sink ai.Sink) (ai.Result, error) {
	p.asked <- struct{}{}
	select {
	case <-p.proceed:
		sink.Text("Hello")
		return ai.Result{Provider: "test"}, nil
	case <-ctx.Done():
		return ai.Result{}, context.Cause(ctx)
	}
}

type classifier struct{ intent chat.Intent }

func (classifier) MayNameProduct(string, []chat.Exchange) bool { return false }

func (c classifier) Classify(string, []chat.Exchange, []string, time.Time, *time.Location) chat.Intent {
	return c.intent
}

type headStartBundle struct {
	*testsuite.TestActivityEnvironment
	turn     uuid.UUID
	turns    *turnRepository
	provider provider
	starts   *HeadStarts
	work     *ChatTurn
}

func setupHeadStart(t *testing.T, intent chat.Intent) *headStartBundle {
	t.Helper()
	nowhere := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"}) // a pump that does not run asks nothing of it
	t.Cleanup(func() { _ = nowhere.Close() })
	b := &headStartBundle{turn: uuid.New(), provider: provider{asked: make(chan struct{}, 10), proceed: make(chan struct{}, 10)}}
	b.turns = &turnRepository{turn: chat.TurnContext{Turn: chat.Turn{ID: b.turn, Status: chat.StatusQueued}, Question: "Hi"}}
	b.work = NewChatTurn(ChatTurnConfig{
		Turns: b.turns, Streams: stream.NewPump(nowhere), Stops: NewStops(), Classifier: classifier{intent}, Provider: b.provider, Now: time.Now,
	})
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	b.starts = NewHeadStarts(b.work, func(_ context.Context, work func(context.Context)) { go work(ctx) })
	var suite testsuite.WorkflowTestSuite
	b.TestActivityEnvironment = suite.NewTestActivityEnvironment()
	b.RegisterActivity(b.work)
	return b
}

// answer runs the activity as its workflow does after a head start.
func (b *headStartBundle) answer(t *testing.T) AnswerResult {
	t.Helper()
	value, err := b.ExecuteActivity(b.work.Answer, AnswerInput{TurnID: b.turn, Round: 1, EpochBefore: HeadStartEpoch})
	require.NoError(t, err)
	var result AnswerResult
	require.NoError(t, value.Get(&result))
	return result
}

func TestAnswerTakesTheHeadStartOver(t *testing.T) {
	b := setupHeadStart(t, chat.Intent{})
	b.starts.Begin(t.Context(), b.turn)
	<-b.provider.asked
	require.Empty(t, b.turns.drafts, "a head start promises nothing: until it is taken over, the sweeper must see a queued turn")

	b.provider.proceed <- struct{}{}
	result := b.answer(t)
	require.Equal(t, HeadStartEpoch, result.Epoch)
	require.Equal(t, "test", result.Provider)
	require.NotEmpty(t, b.turns.drafts)
	require.Equal(t, "Hello", b.turns.drafts[len(b.turns.drafts)-1].Content)
	require.Empty(t, b.provider.asked, "the model was asked once")
}

func TestAnswerWithoutAHeadStartFencesOneOff(t *testing.T) {
	b := setupHeadStart(t, chat.Intent{})
	b.provider.proceed <- struct{}{}
	require.Equal(t, HeadStartEpoch+1, b.answer(t).Epoch, "another process may have begun")
}

func TestOnlyTheFirstAnswerTakesAHeadStartOver(t *testing.T) {
	b := setupHeadStart(t, chat.Intent{})
	b.starts.Begin(t.Context(), b.turn)
	b.provider.proceed <- struct{}{}
	require.Equal(t, HeadStartEpoch, b.answer(t).Epoch)
	b.provider.proceed <- struct{}{}
	require.Equal(t, HeadStartEpoch+1, b.answer(t).Epoch)
}

func TestStoppedHeadStart(t *testing.T) {
	b := setupHeadStart(t, chat.Intent{})
	b.starts.Begin(t.Context(), b.turn)
	<-b.provider.asked
	b.work.Stops.Stop(b.turn)
	result := b.answer(t)
	require.True(t, result.Stopped)
	require.Equal(t, HeadStartEpoch, result.Epoch)
}

func TestAHeadStartThatNobodyTakesOverEnds(t *testing.T) {
	b := setupHeadStart(t, chat.Intent{})
	b.starts.Begin(t.Context(), b.turn)
	<-b.provider.asked
	s, there := b.work.ahead.Peek(b.turn)
	require.True(t, there)
	for range maxHeadStarts {
		b.work.ahead.Add(uuid.New(), &headStart{})
	}
	<-s.attempt.done
	require.ErrorIs(t, s.attempt.err, errNobodyCame)
}

func TestNoHeadStartForWhoHasToSignIn(t *testing.T) {
	b := setupHeadStart(t, chat.Intent{RequiresAuth: true})
	b.starts.Begin(t.Context(), b.turn)
	s, there := b.work.ahead.Peek(b.turn)
	require.True(t, there)
	<-s.ready
	require.Nil(t, s.attempt)
	require.Empty(t, b.provider.asked)
}

func TestWhatEndsAnAttempt(t *testing.T) {
	for name, c := range map[string]struct {
		cause error
		goes  bool
	}{
		"a heartbeat that Temporal did not answer in time": {serviceerror.NewDeadlineExceeded("context deadline exceeded"), true},
		"Temporal away":               {serviceerror.NewUnavailable("connection refused"), true},
		"an attempt that timed out":   {serviceerror.NewNotFound("activity task not found"), false},
		"a workflow that was stopped": {temporal.NewCanceledError(), false},
		"a worker that shuts down":    {errors.New("worker is shutting down"), false},
		"ten minutes":                 {context.DeadlineExceeded, false},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.goes, heartbeatFailed(c.cause)) })
	}
}
