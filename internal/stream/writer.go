package stream

import (
	"context"
	"strconv"
	"sync"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/chat"
)

// Writer is one attempt's end of a turn's stream. Its methods never block and never fail; what Redis refuses is sent
// again as a snapshot when it is back. All of them are safe for concurrent use.
type Writer struct {
	pump   *Pump
	turnID uuid.UUID
	epoch  int64
	cancel context.CancelCauseFunc

	mu       sync.Mutex
	seq      int64
	intent   *chat.Intent
	text     []byte // the whole answer so far
	parts    []chat.Part
	status   *statusData
	queue    []queued
	mode     mode
	waiting  bool // in the pump's list
	inFlight bool
	stale    bool
	idle     chan struct{} // closed when nothing is queued or in flight; nil when nobody waits
}

type mode int

const (
	create   mode = iota // the turn's first frames: they make the log
	extend               // the log is there
	snapshot             // start over for everyone: reset, then all there is
)

type queued struct {
	typ      string
	data     any
	from, to int // of text, for a chunk
}

type statusData struct {
	Step  string `json:"step"`
	Label string `json:"label"`
}

type resetData struct {
	Attempt int64 `json:"attempt"`
}

// WriterConfig is what an attempt starts from.
type WriterConfig struct {
	TurnID uuid.UUID
	// Epoch is above that of every attempt before; a lower one is fenced off.
	Epoch int
	// Continues means that the log already holds Text and Parts, from an earlier round of the same turn.
	Continues bool
	Intent    *chat.Intent
	Text      string
	Parts     []chat.Part
	// Stale ends the attempt, with ErrStale, when a later one took over.
	Stale context.CancelCauseFunc
}

// NewWriter begins an attempt's stream.
func (p *Pump) NewWriter(cfg WriterConfig) *Writer {
	w := &Writer{pump: p, turnID: cfg.TurnID, epoch: int64(cfg.Epoch), cancel: cfg.Stale, intent: cfg.Intent, text: []byte(cfg.Text), parts: cfg.Parts}
	switch {
	case cfg.Continues:
		w.mode = extend
	case cfg.Epoch > 1:
		w.mode = snapshot
		w.mu.Lock()
		w.changed()
		w.mu.Unlock()
	case cfg.Intent != nil:
		w.put(TypeIntent, cfg.Intent)
	}
	return w
}

// Text appends to the answer.
func (w *Writer) Text(delta string) {
	if delta == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	from := len(w.text)
	w.text = append(w.text, delta...)
	if n := len(w.queue); n > 0 && w.queue[n-1].typ == TypeChunk {
		w.queue[n-1].to = len(w.text)
	} else {
		w.queue = append(w.queue, queued{typ: TypeChunk, from: from, to: len(w.text)})
	}
	w.changed()
}

// Status says what is being done.
func (w *Writer) Status(step, label string) {
	w.mu.Lock()
	w.status = &statusData{Step: step, Label: label}
	w.mu.Unlock()
	w.put(TypeStatus, w.status)
}

// Part adds a card, chart, table or sources to the answer; one with the same type and key is replaced.
func (w *Writer) Part(part chat.Part) {
	w.Keep(part)
	w.put(string(part.Type), part.Data)
}

// Keep adds a part to the stored answer only: it is not streamed.
func (w *Writer) Keep(part chat.Part) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, p := range w.parts {
		if p.Type == part.Type && p.Key == part.Key {
			w.parts[i] = part
			return
		}
	}
	w.parts = append(w.parts, part)
}

// Answer is what the attempt has made so far.
func (w *Writer) Answer() (text string, parts []chat.Part) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(w.text), append([]chat.Part(nil), w.parts...)
}

// Flush waits until all that was written is in the log. It fails when ctx ends first, or the attempt is stale.
func (w *Writer) Flush(ctx context.Context) error {
	for {
		w.mu.Lock()
		if w.stale {
			w.mu.Unlock()
			return ErrStale
		}
		if !w.waiting && !w.inFlight {
			w.mu.Unlock()
			return nil
		}
		if w.idle == nil {
			w.idle = make(chan struct{})
		}
		idle := w.idle
		w.mu.Unlock()
		select {
		case <-idle:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (w *Writer) put(typ string, data any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue = append(w.queue, queued{typ: typ, data: data})
	w.changed()
}

// changed puts the writer in the pump's list, once. The caller holds mu.
func (w *Writer) changed() {
	if w.waiting || w.inFlight || w.stale {
		return // in flight: published looks again
	}
	w.waiting = true
	w.pump.add(w)
}

// take hands the pump what to publish, as the script's arguments.
func (w *Writer) take() []any {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting, w.inFlight = false, true
	if w.mode == snapshot {
		w.queue = w.everything()
	}
	mayCreate := "1"
	if w.mode == extend {
		mayCreate = "0"
	}
	args := []any{int(logTTL.Seconds()), logLength, mayCreate}
	for _, q := range w.queue {
		data := q.data
		if q.typ == TypeChunk {
			data = chunkData(string(w.text[q.from:q.to]))
		}
		body, err := eventBody(q.typ, data)
		if err != nil {
			continue // only for data that cannot be JSON, which the types rule out
		}
		w.seq++
		args = append(args, strconv.FormatInt(w.epoch, 10)+"-"+strconv.FormatInt(w.seq, 10), body)
	}
	w.queue = w.queue[:0]
	return args
}

// everything is the attempt so far, after a reset.
func (w *Writer) everything() []queued {
	q := []queued{{typ: TypeReset, data: resetData{Attempt: w.epoch}}}
	if w.intent != nil {
		q = append(q, queued{typ: TypeIntent, data: w.intent})
	}
	if w.status != nil {
		q = append(q, queued{typ: TypeStatus, data: w.status})
	}
	if len(w.text) > 0 {
		q = append(q, queued{typ: TypeChunk, from: 0, to: len(w.text)})
	}
	for _, p := range w.parts {
		if p.Type != chat.PartSources {
			q = append(q, queued{typ: string(p.Type), data: p.Data})
		}
	}
	return q
}

// published is the pump's answer to what take gave it.
func (w *Writer) published(result string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.inFlight = false
	switch result {
	case "ok":
		w.mode = extend
		if len(w.queue) > 0 {
			w.changed()
		}
	case "fenced":
		w.stale = true
		if w.cancel != nil {
			w.cancel(ErrStale)
		}
	default: // lost, or not known: everyone starts over from a snapshot
		w.mode = snapshot
		w.changed()
	}
	if w.idle != nil && (w.stale || !w.waiting) {
		close(w.idle)
		w.idle = nil
	}
}
