package stream

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/devstack"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type bundle struct {
	ctx   context.Context
	redis *redis.Client
	pump  *Pump
	hub   *Hub
	turn  uuid.UUID
	stops chan uuid.UUID
}

func setup(t *testing.T) *bundle {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	url, err := devstack.TestRedisURL(ctx)
	require.NoError(t, err)
	options, err := redis.ParseURL(url)
	require.NoError(t, err)
	options.MaxRetries = -1
	b := &bundle{ctx: ctx, redis: redis.NewClient(options), turn: uuid.New(), stops: make(chan uuid.UUID, 10)}
	b.pump = NewPump(b.redis)
	b.hub = NewHub(b.redis, func(id uuid.UUID) { b.stops <- id })
	done := make(chan struct{}, 2)
	go func() { b.pump.Run(ctx); done <- struct{}{} }()
	go func() { b.hub.Run(ctx); done <- struct{}{} }()
	t.Cleanup(func() {
		cancel()
		<-done
		<-done
		_ = b.redis.Close()
	})
	return b
}

func (b *bundle) finish(t *testing.T, epoch int) {
	t.Helper()
	require.NoError(t, b.pump.Finish(b.ctx, b.turn, epoch, []Event{{Type: TypeComplete, Data: map[string]string{"status": "completed"}}}))
}

// read follows the turn to its end.
func (b *bundle) read(t *testing.T, after ID) []Frame {
	t.Helper()
	f, err := b.hub.Follow(b.ctx, b.turn, after)
	require.NoError(t, err)
	defer f.Close()
	return readOn(t, f)
}

func readOn(t *testing.T, f *Follower) []Frame {
	t.Helper()
	var all []Frame
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		frames, err := f.Next(ctx, nil)
		cancel()
		require.NoError(t, err)
		all = append(all, frames...)
		if all[len(all)-1].Type == TypeComplete {
			return all
		}
	}
}

// text is what a client shows after these frames.
func text(t *testing.T, frames []Frame) string {
	t.Helper()
	var shown strings.Builder
	for _, f := range frames {
		switch f.Type {
		case TypeReset:
			shown.Reset()
		case TypeChunk:
			var chunk struct{ Content string }
			require.NoError(t, json.Unmarshal(f.Data(), &chunk))
			shown.WriteString(chunk.Content)
		}
	}
	return shown.String()
}

func flush(t *testing.T, w *Writer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	require.NoError(t, w.Flush(ctx))
}

func TestReadersSeeEachFrameOnceAndInOrder(t *testing.T) {
	b := setup(t)
	early, err := b.hub.Follow(b.ctx, b.turn, ID{})
	require.NoError(t, err)
	defer early.Close()
	require.True(t, early.Empty())

	intent := chat.Intent{Name: chat.IntentGeneral}
	w := b.pump.NewWriter(WriterConfig{TurnID: b.turn, Epoch: 1, Intent: &intent})
	var want strings.Builder
	for range 500 {
		w.Text("word, \"quoted\"\n\n")
		want.WriteString("word, \"quoted\"\n\n")
	}
	w.Part(chat.Part{Type: chat.PartCard, Key: "0", Data: json.RawMessage(`{"index":0}`)})
	flush(t, w)
	b.finish(t, 1)

	live := readOn(t, early)
	require.Equal(t, TypeIntent, live[0].Type)
	require.Equal(t, want.String(), text(t, live))
	last := ID{}
	for _, f := range live {
		require.True(t, f.ID.After(last), "%s after %s", f.ID, last)
		last = f.ID
	}
	require.Equal(t, live, b.read(t, ID{}), "who comes late gets everything from the start")
	for i := range live[:len(live)-1] {
		require.Equal(t, live[i+1:], b.read(t, live[i].ID), "who comes back gets what is left")
	}
	rest, end, err := b.hub.Rest(b.ctx, b.turn, live[len(live)-1].ID)
	require.NoError(t, err)
	require.Empty(t, rest)
	require.Equal(t, TypeComplete, end.Type)
}

func TestStaleAttemptIsFencedOff(t *testing.T) {
	b := setup(t)
	ctx, cancel := context.WithCancelCause(b.ctx)
	defer cancel(nil)
	first := b.pump.NewWriter(WriterConfig{TurnID: b.turn, Epoch: 1, Stale: cancel})
	first.Text("from the first attempt")
	flush(t, first)
	second := b.pump.NewWriter(WriterConfig{TurnID: b.turn, Epoch: 2})
	second.Text("from the second")
	flush(t, second)
	first.Text(", still talking")
	require.ErrorIs(t, first.Flush(b.ctx), ErrStale)
	require.ErrorIs(t, context.Cause(ctx), ErrStale)
	b.finish(t, 2)
	frames := b.read(t, ID{})
	require.Equal(t, "from the second", text(t, frames))
	require.Equal(t, ID{2, 1}, frames[1].ID, "the second attempt begins with its reset")
	require.Equal(t, TypeReset, frames[1].Type)
}

func TestNothingFollowsTheEnd(t *testing.T) {
	b := setup(t)
	w := b.pump.NewWriter(WriterConfig{TurnID: b.turn, Epoch: 1})
	w.Text("all of it")
	flush(t, w)
	b.finish(t, 1)
	b.finish(t, 1)
	w.Text(" and more")
	require.ErrorIs(t, w.Flush(b.ctx), ErrStale)
	frames := b.read(t, ID{})
	require.Equal(t, "all of it", text(t, frames))
	require.Equal(t, TypeComplete, frames[len(frames)-1].Type)
	require.Len(t, frames, 2, "one chunk and one complete")
}

func TestLostLogIsReplacedByASnapshot(t *testing.T) {
	b := setup(t)
	reader, err := b.hub.Follow(b.ctx, b.turn, ID{})
	require.NoError(t, err)
	defer reader.Close()
	w := b.pump.NewWriter(WriterConfig{TurnID: b.turn, Epoch: 1})
	w.Text("before, ")
	flush(t, w)
	require.NoError(t, b.redis.Del(b.ctx, logKey(b.turn)).Err())
	w.Text("after")
	flush(t, w)
	b.finish(t, 1)
	require.Equal(t, "before, after", text(t, readOn(t, reader)), "who was there")
	late := b.read(t, ID{})
	require.Equal(t, "before, after", text(t, late), "who comes late")
	require.Equal(t, TypeReset, late[0].Type)
}

func TestSecondRoundContinuesTheFirst(t *testing.T) {
	b := setup(t)
	w := b.pump.NewWriter(WriterConfig{TurnID: b.turn, Epoch: 1})
	w.Text("Let me look. ")
	flush(t, w)
	w = b.pump.NewWriter(WriterConfig{TurnID: b.turn, Epoch: 2, Continues: true, Text: "Let me look. "})
	w.Text("Found it.")
	flush(t, w)
	b.finish(t, 2)
	frames := b.read(t, ID{})
	require.Equal(t, "Let me look. Found it.", text(t, frames))
	for _, f := range frames {
		require.NotEqual(t, TypeReset, f.Type)
	}
}

func TestReaderThatFallsBehindIsLetGoAndResumes(t *testing.T) {
	b := setup(t)
	slow, err := b.hub.Follow(b.ctx, b.turn, ID{})
	require.NoError(t, err)
	defer slow.Close()
	w := b.pump.NewWriter(WriterConfig{TurnID: b.turn, Epoch: 1})
	var want strings.Builder
	for range 2 * readerBuffer {
		w.Text("x")
		want.WriteString("x")
		flush(t, w) // one message each
	}
	b.finish(t, 1)
	require.Eventually(t, func() bool {
		select {
		case <-slow.overrun:
			return true
		default:
			return false
		}
	}, 5*time.Second, time.Millisecond)
	var seen []Frame
	for {
		frames, err := slow.Next(b.ctx, nil)
		if err != nil {
			require.ErrorIs(t, err, ErrSlow)
			break
		}
		seen = append(seen, frames...)
	}
	last := ID{}
	if len(seen) > 0 {
		last = seen[len(seen)-1].ID
	}
	require.Equal(t, want.String(), text(t, append(seen, b.read(t, last)...)))
}

func TestFinishWithoutEventsSendsReadersToPostgres(t *testing.T) {
	b := setup(t)
	reader, err := b.hub.Follow(b.ctx, b.turn, ID{})
	require.NoError(t, err)
	defer reader.Close()
	require.NoError(t, b.pump.Finish(b.ctx, b.turn, 1, nil))
	_, err = reader.Next(b.ctx, nil)
	require.ErrorIs(t, err, ErrGone)
}

func TestStopReachesEveryWorker(t *testing.T) {
	b := setup(t)
	require.Eventually(t, func() bool {
		n, err := b.redis.PubSubNumSub(b.ctx, stopChannel).Result()
		return err == nil && n[stopChannel] > 0
	}, 5*time.Second, time.Millisecond)
	require.NoError(t, b.pump.Stop(b.ctx, b.turn))
	for {
		if <-b.stops == b.turn { // other tests share the channel
			return
		}
	}
}

func TestRedisAwayDoesNotStopTheWriter(t *testing.T) {
	nowhere := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1})
	defer func() { _ = nowhere.Close() }()
	pump := NewPump(nowhere)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { pump.Run(ctx); close(done) }()
	w := pump.NewWriter(WriterConfig{TurnID: uuid.New(), Epoch: 1})
	for range 1000 {
		w.Text("x")
	}
	short, stop := context.WithTimeout(ctx, 20*time.Millisecond)
	defer stop()
	require.True(t, errors.Is(w.Flush(short), context.DeadlineExceeded))
	got, _ := w.Answer()
	require.Equal(t, strings.Repeat("x", 1000), got)
	cancel()
	<-done
}

func FuzzParseWire(f *testing.F) {
	frame, _ := NewFrame(ID{1, 2}, TypeChunk, map[string]string{"content": "a\nb"})
	f.Add(string(frame.Wire))
	f.Add("id: 1-1\n\n")
	f.Fuzz(func(t *testing.T, s string) {
		frames, err := parseWire(s)
		if err != nil {
			return
		}
		var back strings.Builder
		for _, frame := range frames {
			back.Write(frame.Wire)
		}
		require.Equal(t, s, back.String())
	})
}
