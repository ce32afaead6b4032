package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

// Why following a turn ends before its last frame.
var (
	// ErrSlow: the reader did not keep up and was let go; it resumes where it was.
	ErrSlow = errors.New("the reader is too slow")
	// ErrGone: Redis does not answer, or the log is not there any more. Postgres knows how the turn stands.
	ErrGone = errors.New("the turn's log is gone")
)

const readerBuffer = 256 // messages a reader may be behind

// Hub hears every turn that somebody here reads, over one connection a process however many readers there are.
type Hub struct {
	redis  *redis.Client
	pubsub *redis.PubSub

	mu      sync.Mutex
	topics  map[string]*topic
	onStop  func(turnID uuid.UUID)
	stopped bool
}

// topic is one turn's channel and its readers here.
type topic struct {
	ready     chan struct{} // closed when Redis confirmed the subscription
	confirmed bool
	readers   map[*Follower]struct{}
}

// NewHub makes a hub; Run drives it. onStop, which may be nil, hears of every turn that someone stopped.
func NewHub(client *redis.Client, onStop func(turnID uuid.UUID)) *Hub {
	return &Hub{redis: client, pubsub: client.Subscribe(context.Background()), topics: map[string]*topic{}, onStop: onStop}
}

// Run delivers until ctx ends. While Redis is away readers are told, and after it is back each reads what it missed.
func (h *Hub) Run(ctx context.Context) {
	defer h.close()
	defer context.AfterFunc(ctx, func() { _ = h.pubsub.Close() })() // wakes a receive that waits
	if h.onStop != nil {
		_ = h.pubsub.Subscribe(ctx, stopChannel) // a failure is mended by the reconnect in Receive
	}
	for ctx.Err() == nil {
		received, err := h.pubsub.ReceiveTimeout(ctx, 30*time.Second)
		switch m := received.(type) {
		case *redis.Message:
			h.deliver(ctx, m)
		case *redis.Subscription:
			if m.Kind == "subscribe" {
				h.confirm(m.Channel)
			}
		default:
			if err != nil && ctx.Err() == nil && !isTimeout(err) {
				h.interrupted()
				select {
				case <-time.After(100 * time.Millisecond):
				case <-ctx.Done():
				}
			}
		}
	}
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

func (h *Hub) deliver(ctx context.Context, m *redis.Message) {
	if m.Channel == stopChannel {
		if id, err := uuid.Parse(m.Payload); err == nil {
			h.onStop(id)
		}
		return
	}
	frames, err := parseWire(m.Payload)
	if err != nil {
		slog.ErrorContext(ctx, "a message on a turn's channel cannot be read", "channel", m.Channel, "error", err)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if t := h.topics[m.Channel]; t != nil {
		for f := range t.readers {
			f.offer(message{frames: frames, gone: len(frames) == 0})
		}
	}
}

// confirm marks a subscription as live. A second confirmation is a reconnect: something may have been missed.
func (h *Hub) confirm(channel string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.topics[channel]
	switch {
	case t == nil:
	case !t.confirmed:
		t.confirmed = true
		close(t.ready)
	default:
		for f := range t.readers {
			f.offer(message{replay: true})
		}
	}
}

// interrupted lets readers look in Postgres while Redis is away.
func (h *Hub) interrupted() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.topics {
		for f := range t.readers {
			f.offer(message{gone: true})
		}
	}
}

func (h *Hub) close() {
	_ = h.pubsub.Close()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = true
	for _, t := range h.topics {
		for f := range t.readers {
			f.offer(message{gone: true})
		}
	}
}

// Follower reads one turn, from after a frame on, each frame once and in order.
type Follower struct {
	hub     *Hub
	key     string
	last    ID
	pending []Frame
	inbox   chan message
	overrun chan struct{}
	once    sync.Once
	skip    bool // until the next reset: what was shown came from Postgres
}

type message struct {
	frames []Frame
	replay bool
	gone   bool
}

func (f *Follower) offer(m message) {
	select {
	case f.inbox <- m:
	default:
		f.once.Do(func() { close(f.overrun) })
	}
}

// Follow begins with what the log holds after that frame. Close it when done. It fails with ErrGone when Redis does not
// answer.
func (h *Hub) Follow(ctx context.Context, turnID uuid.UUID, after ID) (*Follower, error) {
	f := &Follower{hub: h, key: logKey(turnID), last: after, inbox: make(chan message, readerBuffer), overrun: make(chan struct{})}
	h.mu.Lock()
	if h.stopped {
		h.mu.Unlock()
		return nil, ErrGone
	}
	t := h.topics[f.key]
	if t == nil {
		t = &topic{ready: make(chan struct{}), readers: map[*Follower]struct{}{}}
		h.topics[f.key] = t
		// Under the lock, so that an unsubscribe of the same channel cannot overtake it.
		if err := h.pubsub.Subscribe(ctx, f.key); err != nil {
			delete(h.topics, f.key)
			h.mu.Unlock()
			return nil, fmt.Errorf("%w: %w", ErrGone, err)
		}
	}
	t.readers[f] = struct{}{}
	h.mu.Unlock()

	wait, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	select {
	case <-t.ready:
	case <-wait.Done():
		f.Close()
		return nil, ErrGone
	}
	if err := f.replay(ctx); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Close stops following.
func (f *Follower) Close() {
	h := f.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.topics[f.key]
	if t == nil {
		return
	}
	delete(t.readers, f)
	if len(t.readers) == 0 {
		delete(h.topics, f.key)
		_ = h.pubsub.Unsubscribe(context.Background(), f.key)
	}
}

// Empty tells whether the log had nothing to show when following began.
func (f *Follower) Empty() bool { return len(f.pending) == 0 && f.last == ID{} }

// SkipToReset drops frames until the next reset: the reader was given a snapshot from Postgres, which they would not
// continue.
func (f *Follower) SkipToReset() { f.skip = true }

// Next is the next frames. It waits until there are some, or ctx ends, or following cannot go on: ErrSlow, ErrGone. It is
// also back, with none, whenever tick fires, which may be nil.
func (f *Follower) Next(ctx context.Context, tick <-chan time.Time) ([]Frame, error) {
	for {
		if frames := f.fresh(f.pending); len(frames) > 0 {
			f.pending = nil
			return frames, nil
		}
		f.pending = nil
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-f.overrun:
			return nil, ErrSlow
		case <-tick:
			return nil, nil
		case m := <-f.inbox:
			switch {
			case m.gone:
				return nil, ErrGone
			case m.replay:
				if err := f.replay(ctx); err != nil {
					return nil, err
				}
			default:
				f.pending = m.frames
			}
		}
	}
}

// fresh is what of frames the reader has not seen.
func (f *Follower) fresh(frames []Frame) []Frame {
	out := frames[:0:0]
	for _, frame := range frames {
		if !frame.ID.After(f.last) {
			continue
		}
		f.last = frame.ID
		if frame.Type == TypeReset || frame.Type == TypeComplete {
			f.skip = false
		}
		if !f.skip {
			out = append(out, frame)
		}
	}
	return out
}

func (f *Follower) replay(ctx context.Context) error {
	entries, err := f.hub.redis.XRange(ctx, f.key, "("+f.last.String(), "+").Result()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	for _, e := range entries {
		body, _ := e.Values["f"].(string)
		frame, err := frameOf(e.ID, body)
		if err != nil {
			return err
		}
		f.pending = append(f.pending, frame)
	}
	return nil
}

// Rest is what the turn's log holds after that frame, and the log's last frame; both empty when there is no log.
func (h *Hub) Rest(ctx context.Context, turnID uuid.UUID, after ID) (rest []Frame, last Frame, err error) {
	f := &Follower{hub: h, key: logKey(turnID), last: after}
	if err := f.replay(ctx); err != nil {
		return nil, Frame{}, err
	}
	if n := len(f.pending); n > 0 {
		return f.pending, f.pending[n-1], nil
	}
	entries, err := h.redis.XRevRangeN(ctx, f.key, "+", "-", 1).Result()
	if err != nil || len(entries) == 0 {
		return nil, Frame{}, err
	}
	body, _ := entries[0].Values["f"].(string)
	last, err = frameOf(entries[0].ID, body)
	return nil, last, err
}
