package activities

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/recommend"
	"github.com/pulsehub/pulsehub/internal/stream"
)

// sink puts what a provider makes on the turn's stream.
type sink struct{ w *stream.Writer }

var _ ai.Sink = sink{}

func (s sink) Text(delta string)         { s.w.Text(delta) }
func (s sink) Status(step, label string) { s.w.Status(step, label) }
func (s sink) Chart(c ai.Chart)          { s.part(chat.PartChart, c.Key, c) }
func (s sink) Table(t ai.Table)          { s.part(chat.PartTable, t.Key, t) }
func (s sink) Card(index int, r recommend.Recommendation) {
	s.part(chat.PartCard, strconv.Itoa(index), CardData{Index: index, Recommendation: r})
}

// Sources go with the stored message and are not streamed: they belong to the finished text.
func (s sink) Sources(sources []ai.Source) {
	if data, err := json.Marshal(map[string]any{"items": sources}); err == nil {
		s.w.Keep(chat.Part{Type: chat.PartSources, Key: "sources", Data: data})
	}
}

func (s sink) part(typ chat.PartType, key string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		slog.Error("a part of an answer is no JSON", "part", typ, "error", err)
		return
	}
	s.w.Part(chat.Part{Type: typ, Key: key, Data: data})
}

// Stops is who to tell when someone stops a turn.
type Stops struct {
	mu      sync.Mutex
	running map[uuid.UUID]*func()
}

// NewStops makes an empty register.
func NewStops() *Stops { return &Stops{running: map[uuid.UUID]*func(){}} }

// Stop ends the turn's answer if it is being made in this process.
func (s *Stops) Stop(turnID uuid.UUID) {
	s.mu.Lock()
	stop := s.running[turnID]
	s.mu.Unlock()
	if stop != nil {
		(*stop)()
	}
}

// register has the turn's latest attempt in this process told; unregister leaves a later one's entry alone.
func (s *Stops) register(turnID uuid.UUID, stop func()) (unregister func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running[turnID] = &stop
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.running[turnID] == &stop {
			delete(s.running, turnID)
		}
	}
}

// checkpoints saves the draft about once a second, until finish saves the last of it.
type checkpoints struct {
	turns TurnRepository
	ctx   context.Context
	stop  context.CancelCauseFunc
	w     *stream.Writer
	draft chat.Draft
	done  chan struct{}
	ended chan struct{}
	saved int // length of the text in Postgres
	parts int
}

func (a *ChatTurn) checkpoint(ctx context.Context, stop context.CancelCauseFunc, w *stream.Writer, draft chat.Draft) *checkpoints {
	c := &checkpoints{turns: a.Turns, ctx: ctx, stop: stop, w: w, draft: draft, done: make(chan struct{}), ended: make(chan struct{}), saved: -1}
	go c.run()
	return c
}

func (c *checkpoints) run() {
	defer close(c.ended)
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-c.done:
			return
		case <-c.ctx.Done():
			return
		case <-ticker.C:
			if err := c.save(c.ctx); errors.Is(err, stream.ErrStale) {
				c.stop(stream.ErrStale)
				return
			} else if err != nil {
				slog.WarnContext(c.ctx, "a draft was not saved; the next one will be", "error", err)
			}
		}
	}
}

// save writes the draft if there is more of it than in Postgres.
func (c *checkpoints) save(ctx context.Context) error {
	text, parts := c.w.Answer()
	if len(text) == c.saved && len(parts) == c.parts {
		return nil
	}
	draft := c.draft
	draft.Content, draft.Parts = text, parts
	stopRequested, err := c.turns.SaveDraft(ctx, draft)
	if err != nil {
		return err
	}
	c.saved, c.parts = len(text), len(parts)
	if stopRequested {
		c.stop(errStopped)
	}
	return nil
}

// finish saves all of the draft, also when the attempt was stopped or cancelled.
func (c *checkpoints) finish() error {
	close(c.done)
	<-c.ended
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), 5*time.Second)
	defer cancel()
	c.saved = -1 // a part may have been replaced by another of the same size
	return c.save(ctx)
}
