package activities

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/stream"
)

// HeadStarts begins to answer turns while their workflows are still being written, in the process that will most likely
// run their Answer activity. The question is committed by then and nothing is promised: a head start saves no draft, and
// is not heard of again until its turn's first Answer takes it over and makes it durable. If this process dies, the turn
// runs elsewhere, or nobody comes for it, the workflow answers under a higher epoch, as after any attempt that died, and
// what the head start still writes is refused. So it takes the time of two writes of the workflow off every answer
// without taking anything off the promise.
type HeadStarts struct {
	turn       *ChatTurn
	background func(ctx context.Context, work func(ctx context.Context))
}

// HeadStartEpoch is the epoch of every head start; attempts of the activity are above it.
const HeadStartEpoch = 1

const (
	maxHeadStarts     = 200             // as many as activities at once: one more drops the oldest that nobody came for
	headStartLifetime = 2 * time.Minute // how long one waits to be taken over
)

// NewHeadStarts makes HeadStarts for the activities of this process. background runs work that outlives ctx, until this
// process ends.
func NewHeadStarts(turn *ChatTurn, background func(ctx context.Context, work func(ctx context.Context))) *HeadStarts {
	return &HeadStarts{turn: turn, background: background}
}

// Begin begins to answer a turn that was just committed. It returns at once.
func (h *HeadStarts) Begin(ctx context.Context, turnID uuid.UUID) {
	s := &headStart{ready: make(chan struct{})}
	h.turn.ahead.Add(turnID, s)
	h.background(ctx, func(ctx context.Context) {
		if t := h.turn.beginAhead(ctx, turnID, s); t != nil {
			<-t.done
		}
	})
}

// headStart is an attempt that an Answer may take over.
type headStart struct {
	ready chan struct{} // closed when attempt is there, or is known not to come

	mu      sync.Mutex
	attempt *attempt
	taken   bool
	dropped bool
}

var errNobodyCame = errors.New("nobody took the head start over")

// drop ends an attempt that nobody took over.
func (s *headStart) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropped = true
	if s.attempt != nil && !s.taken {
		s.attempt.cancel(errNobodyCame)
	}
}

// beginAhead is the attempt of a head start; nil when the turn does not get that far, which its workflow will find out.
func (a *ChatTurn) beginAhead(ctx context.Context, turnID uuid.UUID, s *headStart) *attempt {
	defer close(s.ready)
	tc, intent, err := a.read(ctx, turnID)
	if err != nil {
		slog.WarnContext(ctx, "a turn got no head start; its workflow will answer it", "turn_id", turnID, "error", err)
		return nil
	}
	if intent.RequiresAuth && tc.Workspace == nil {
		return nil
	}
	req := a.request(tc, intent)
	req.AllowTools = true
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dropped {
		return nil
	}
	s.attempt = a.begin(ctx, tc, req, stream.WriterConfig{TurnID: turnID, Epoch: HeadStartEpoch, Intent: &intent})
	return s.attempt
}

// takeHeadStart is the turn's head start, which ends with the caller's from now on; nil if there is none.
func (a *ChatTurn) takeHeadStart(ctx context.Context, turnID uuid.UUID) *attempt {
	s, there := a.ahead.Peek(turnID)
	if !there {
		return nil
	}
	select {
	case <-s.ready:
	case <-ctx.Done():
		return nil
	}
	s.mu.Lock()
	t := s.attempt
	s.taken = t != nil && !s.dropped
	taken := s.taken
	s.mu.Unlock()
	a.ahead.Remove(turnID)
	if !taken || errors.Is(context.Cause(t.work), stream.ErrStale) {
		return nil
	}
	return t
}

var _ chat.HeadStarter = (*HeadStarts)(nil)
