package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/chat"
	"github.com/pulsehub/pulsehub/internal/stream"
)

// TurnStreams is where turns are read live, and Turns where they are read at rest.
type TurnStreams interface {
	Follow(ctx context.Context, turnID uuid.UUID, after stream.ID) (*stream.Follower, error)
	// Rest is what the log holds after that frame, and the log's last frame.
	Rest(ctx context.Context, turnID uuid.UUID, after stream.ID) (rest []stream.Frame, last stream.Frame, err error)
}

// Turns reads turns and their answers from Postgres.
type Turns interface {
	Turn(ctx context.Context, owner chat.Owner, conversationID, turnID uuid.UUID) (chat.Turn, error)
	LatestTurn(ctx context.Context, owner chat.Owner, conversationID uuid.UUID) (*chat.Turn, error)
	Answer(ctx context.Context, owner chat.Owner, turnID uuid.UUID) (chat.Message, error)
}

const (
	pingEvery    = 15 * time.Second
	writeTimeout = 10 * time.Second // a client that takes longer is let go; it resumes where it was
)

func (s *Server) streamRoutes(c Chat) {
	s.router.GET("/conversations/:id/stream", c.stream)
	s.eventStream("stream-turn", "/conversations/{id}/stream", "Chat", "Read an answer as it is made",
		"Every frame has `id: <attempt>-<seq>`, `event: <type>` and one `data:` line of JSON. Give the last id as Last-Event-ID, or as ?after, to get exactly what was not seen. After `complete` the server closes; 204 for a reader who has seen it.",
		&huma.Param{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: "string", Format: "uuid"}},
		&huma.Param{Name: "turnId", In: "query", Description: "Default: the newest turn", Schema: &huma.Schema{Type: "string", Format: "uuid"}},
		&huma.Param{Name: "after", In: "query", Description: "Id of the last frame seen", Schema: &huma.Schema{Type: "string", Pattern: `^\d+-\d+$`}},
		&huma.Param{Name: "Last-Event-ID", In: "header", Description: "As after", Schema: &huma.Schema{Type: "string"}},
	)
}

// eventStream documents a plain gin handler that answers with server-sent events.
func (s *Server) eventStream(id, path, tag, summary, description string, params ...*huma.Param) {
	s.huma.OpenAPI().AddOperation(&huma.Operation{
		OperationID: id, Method: http.MethodGet, Path: path, Tags: []string{tag}, Summary: summary, Description: description, Parameters: params,
		Responses: map[string]*huma.Response{
			"200":     {Description: "Server-sent events", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: "string"}}}},
			"204":     {Description: "Everything was seen"},
			"default": {Description: "Error", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}}}},
		},
	})
}

// stream is GET /conversations/{id}/stream.
func (c Chat) stream(g *gin.Context) {
	ctx := g.Request.Context()
	r, err := c.reader(g)
	if err != nil {
		writeProblem(g, err)
		return
	}
	if r.turn.Status.Terminal() && r.last.Epoch > int64(r.turn.Epoch) {
		r.resumeStored(g)
		return
	}
	if r.turn.Status.Terminal() && r.last != (stream.ID{}) {
		rest, last, err := c.Streams.Rest(ctx, r.turn.ID, r.last)
		switch {
		case err != nil || last.Type != stream.TypeComplete: // the log is gone: Postgres has the answer
		case len(rest) == 0:
			g.Status(http.StatusNoContent)
			return
		default:
			r.out = openEventStream(g)
			_ = r.write(rest)
			return
		}
	}
	r.out = openEventStream(g)
	r.run(ctx)
}

// reader is one client reading one turn.
type reader struct {
	chat  Chat
	owner chat.Owner
	turn  chat.Turn
	last  stream.ID
	out   *eventStream
}

func (c Chat) reader(g *gin.Context) (*reader, error) {
	ctx := g.Request.Context()
	cookie, _ := g.Cookie(visitorCookieName)
	owner, err := c.theirs(ctx, cookie)
	if err != nil {
		return nil, err
	}
	conversationID, err := parseID("conversation", g.Param("id"))
	if err != nil {
		return nil, err
	}
	r := &reader{chat: c, owner: owner}
	if s := g.Query("turnId"); s != "" {
		turnID, err := parseID("turn", s)
		if err != nil {
			return nil, err
		}
		if r.turn, err = c.Turns.Turn(ctx, owner, conversationID, turnID); err != nil {
			return nil, err
		}
	} else {
		turn, err := c.Turns.LatestTurn(ctx, owner, conversationID)
		if err != nil {
			return nil, err
		}
		if turn == nil {
			return nil, apperr.NoSuch("turn")
		}
		r.turn = *turn
	}
	after := g.GetHeader("Last-Event-ID")
	if after == "" {
		after = g.Query("after")
	}
	if after != "" {
		if r.last, err = stream.ParseID(after); err != nil {
			return nil, apperr.Wrap(err, apperr.Malformed, "bad_frame_id", "Last-Event-ID (or after) is no frame id.").
				WithField("header.Last-Event-ID", "give the id of a frame: <attempt>-<seq>", after)
		}
	}
	return r, nil
}

// run relays the turn until its last frame, the client leaves, or falls behind. While Redis is away it watches Postgres.
func (r *reader) run(ctx context.Context) {
	const again = 500 * time.Millisecond
	for !r.turn.Status.Terminal() {
		err := r.relay(ctx)
		if err == nil || errors.Is(err, stream.ErrSlow) || ctx.Err() != nil {
			return
		}
		var failed *writeError
		if errors.As(err, &failed) {
			return
		}
		if errors.Is(err, stream.ErrGone) && !r.refresh(ctx) {
			select {
			case <-time.After(again):
			case <-ctx.Done():
				return
			}
			r.refresh(ctx)
		}
	}
	r.stored(ctx)
}

// refresh looks how the turn stands in Postgres, and tells whether it has ended.
func (r *reader) refresh(ctx context.Context) bool {
	if turn, err := r.chat.Turns.Turn(ctx, r.owner, r.turn.ConversationID, r.turn.ID); err == nil {
		r.turn = turn
	}
	return r.turn.Status.Terminal()
}

// relay passes frames on as they come; nil after `complete`.
func (r *reader) relay(ctx context.Context) error {
	f, err := r.chat.Streams.Follow(ctx, r.turn.ID, r.last)
	if err != nil {
		return err
	}
	defer f.Close()
	if f.Empty() && r.turn.DraftContent != "" {
		f.SkipToReset()
		if err := r.draft(); err != nil {
			return err
		}
	}
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		frames, err := f.Next(ctx, ping.C)
		switch {
		case err != nil:
			return err
		case len(frames) > 0:
			if err := r.write(frames); err != nil {
				return err
			}
			if frames[len(frames)-1].Type == stream.TypeComplete {
				return nil
			}
		default:
			if err := r.out.ping(); err != nil {
				return err
			}
			if r.refresh(ctx) {
				return stream.ErrGone
			}
		}
	}
}

func (r *reader) write(frames []stream.Frame) error {
	for _, f := range frames {
		if err := r.out.write(f.Wire); err != nil {
			return err
		}
		r.last = f.ID
	}
	return r.out.flush()
}

// draft shows what is in Postgres of an answer whose log is gone. The attempt that goes on will start with a reset.
func (r *reader) draft() error {
	b := frameBuilder{epoch: int64(r.turn.Epoch), fixed: true}
	b.add(stream.TypeReset, map[string]int{"attempt": r.turn.Epoch})
	b.answer(r.turn.Intent, r.turn.DraftContent, r.turn.DraftParts)
	last := r.last
	err := r.write(b.frames)
	if err == nil {
		r.last = last // the log, when it is there again, has all of it
	}
	return err
}

// stored shows an answer from Postgres, and ends.
func (r *reader) stored(ctx context.Context) {
	message, err := r.chat.Turns.Answer(ctx, r.owner, r.turn.ID)
	if err != nil {
		return // the connection ends without `complete`, and the client comes back
	}
	epoch := max(int64(r.turn.Epoch), r.last.Epoch) + 1
	var frames []stream.Frame
	if r.last != (stream.ID{}) {
		b := frameBuilder{epoch: epoch, fixed: true} // before the first: what follows has the same ids with and without it
		b.add(stream.TypeReset, map[string]int64{"attempt": epoch})
		frames = b.frames
	}
	_ = r.write(append(frames, r.storedFrames(message, epoch)...))
}

// resumeStored goes on for a reader who was reading an answer from Postgres, after the frame that they saw last.
func (r *reader) resumeStored(g *gin.Context) {
	message, err := r.chat.Turns.Answer(g.Request.Context(), r.owner, r.turn.ID)
	if err != nil {
		writeProblem(g, err)
		return
	}
	frames := r.storedFrames(message, r.last.Epoch)
	for len(frames) > 0 && !frames[0].ID.After(r.last) {
		frames = frames[1:]
	}
	if len(frames) == 0 {
		g.Status(http.StatusNoContent)
		return
	}
	r.out = openEventStream(g)
	_ = r.write(frames)
}

// storedFrames are the frames of an answer that has ended: always the same, from <epoch>-1 on.
func (r *reader) storedFrames(message chat.Message, epoch int64) []stream.Frame {
	b := frameBuilder{epoch: epoch}
	b.answer(r.turn.Intent, message.Content, message.Parts)
	if r.turn.Error != nil {
		b.add(stream.TypeError, newProblem(http.StatusInternalServerError, r.turn.Error.Code, r.turn.Error.Message))
	}
	complete := chat.Complete{MessageID: message.ID, Status: message.Status, Provider: message.Provider}
	if r.turn.Usage != nil {
		complete.Usage = *r.turn.Usage
	}
	b.add(stream.TypeComplete, complete)
	return b.frames
}

// frameBuilder numbers frames that come from Postgres.
type frameBuilder struct {
	epoch  int64
	seq    int64
	fixed  bool // all carry the id <epoch>-0: they stand for frames whose numbers are lost
	frames []stream.Frame
}

func (b *frameBuilder) add(typ string, data any) {
	if !b.fixed {
		b.seq++
	}
	if f, err := stream.NewFrame(stream.ID{Epoch: b.epoch, Seq: b.seq}, typ, data); err == nil {
		b.frames = append(b.frames, f)
	}
}

func (b *frameBuilder) answer(intent *chat.Intent, text string, parts []chat.Part) {
	if intent != nil {
		b.add(stream.TypeIntent, intent)
	}
	if text != "" {
		b.add(stream.TypeChunk, map[string]string{"content": text})
	}
	for _, p := range parts {
		if p.Type != chat.PartSources {
			b.add(string(p.Type), json.RawMessage(p.Data))
		}
	}
}

// eventStream writes server-sent events to one client.
type eventStream struct {
	writer  gin.ResponseWriter
	control *http.ResponseController
	limited time.Time // when the deadline of writing was last put off
}

// writeError is a client that left or does not read.
type writeError struct{ error }

func openEventStream(g *gin.Context) *eventStream {
	h := g.Writer.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache, no-transform")
	h.Set("X-Accel-Buffering", "no")
	g.Writer.WriteHeader(http.StatusOK)
	e := &eventStream{writer: g.Writer, control: http.NewResponseController(g.Writer)}
	_ = e.flush()
	return e
}

func (e *eventStream) write(wire []byte) error {
	if now := time.Now(); now.Sub(e.limited) > time.Second { // once a second is exact enough, and a token has better to do
		_ = e.control.SetWriteDeadline(now.Add(writeTimeout))
		e.limited = now
	}
	if _, err := e.writer.Write(wire); err != nil {
		return &writeError{err}
	}
	return nil
}

func (e *eventStream) flush() error {
	if err := e.control.Flush(); err != nil {
		return &writeError{err}
	}
	return nil
}

func (e *eventStream) ping() error {
	if err := e.write([]byte(": ping\n\n")); err != nil {
		return err
	}
	return e.flush()
}
