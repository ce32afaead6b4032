package openai

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/shared"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/recommend"
)

func unmarshal(data []byte, v any) error { return json.Unmarshal(data, v) }
func valid(data []byte) bool             { return json.Valid(data) }

// modelCard is a card as the model writes it.
type modelCard struct {
	Segment  string `json:"segment"`
	Name     string `json:"name"`
	Channels []struct {
		Type    string  `json:"type"`
		Subject *string `json:"subject"`
		Body    string  `json:"body"`
		Timing  struct {
			Kind       string  `json:"kind"`
			AfterEvent *string `json:"after_event"`
			Delay      *string `json:"delay"`
			Label      string  `json:"label"`
		} `json:"timing"`
	} `json:"channels"`
	Rationale string `json:"rationale"`
}

const (
	maxCards = 8
	// segmentLookUp bounds the look-up before a structured answer: the answer is as good without it, only less exact.
	segmentLookUp = 500 * time.Millisecond
)

// cards streams a structured answer: the intro as text, and each card as soon as it is whole. A server that ignores the
// schema is asked once more for JSON only; if that is none either, the failure is final.
func (r *round) cards() error {
	r.lookUpSegment()
	list := messages(r.req, r.segment)
	params := r.params(list)
	params.ResponseFormat = cardsFormat(r.req.Analysis)
	d := r.newDeck()
	raw, reason, err := r.feed(params, d)
	if err != nil {
		return err
	}
	if d.empty() {
		params := r.params(append(list, sdk.AssistantMessage(cut(raw, maxQuestion)), sdk.UserMessage(repair)))
		params.ResponseFormat = sdk.ChatCompletionNewParamsResponseFormatUnion{OfJSONObject: &shared.ResponseFormatJSONObjectParam{}}
		d = r.newDeck()
		if _, reason, err = r.feed(params, d); err != nil {
			return err
		}
		if d.empty() {
			return apperr.New(apperr.Internal, CodeBadOutput, "The model did not answer in the form that was asked for.")
		}
	}
	if !d.parser.whole && d.n == 0 {
		if reason == "length" {
			return apperr.New(apperr.Internal, CodeCutShort, "The model's answer was cut short.")
		}
		return apperr.New(apperr.Internal, CodeBadOutput, "The model did not answer in the form that was asked for.")
	}
	d.fill()
	r.sources()
	return nil
}

const repair = `That was not the JSON object. Return only the JSON object {"intro": string, "cards": [...]} with the members described above: no text before or after it.`

// feed streams an answer into the deck; raw is the answer as it came.
func (r *round) feed(params sdk.ChatCompletionNewParams, d *deck) (raw, reason string, err error) {
	var b strings.Builder
	_, reason, err = r.stream(params, func(delta string) {
		if b.Len() < maxQuestion {
			b.WriteString(delta)
		}
		d.parser.write(delta)
	})
	return b.String(), reason, err
}

// lookUpSegment counts the asked segment in the asked time frame, so that the intro has exactly what was asked for. The
// members go to the reader as a table and never to the model.
func (r *round) lookUpSegment() {
	e := r.req.Intent.Entities
	if r.cfg.Queries == nil || e.Segment == "" || e.Timeframe == nil {
		return
	}
	ctx, cancel := context.WithTimeout(r.ctx, segmentLookUp)
	defer cancel()
	f, err := r.cfg.Queries.Segment(ctx, r.req.WorkspaceID, e.Segment, analytics.Range{From: e.Timeframe.From, To: e.Timeframe.To})
	if err != nil {
		return
	}
	r.segment = &f
	if table, ok := ai.MembersTable(r.req.Analysis, f); ok {
		r.sink.Table(table)
	}
}

// deck is the cards of one structured answer.
type deck struct {
	*round
	parser cardParser
	book   *book
	n      int
	used   map[string]bool
}

func (r *round) newDeck() *deck {
	d := &deck{round: r, used: map[string]bool{}, book: newBook(r.req.Analysis, nil, r.segment, "")}
	d.parser.onIntro, d.parser.onCard = r.say, d.take
	return d
}

// empty tells whether nothing of the object has come.
func (d *deck) empty() bool { return d.n == 0 && d.parser.intro.Len() == 0 }

// take completes a card from the analysis and shows it. One for an unknown, empty or already used segment is dropped; what
// is wrong inside it is replaced from the playbook.
func (d *deck) take(raw json.RawMessage) {
	var m modelCard
	if err := json.Unmarshal(raw, &m); err != nil || d.n >= maxCards || d.used[m.Segment] {
		return
	}
	draft := recommend.Draft{Segment: m.Segment, Name: cut(m.Name, 120), Rationale: cut(m.Rationale, 600)}
	if d.book.invents(draft.Rationale) {
		draft.Rationale = ""
	}
	for _, c := range m.Channels {
		draft.Channels = append(draft.Channels, recommend.Channel{
			Type: c.Type, Message: recommend.Message{Subject: cut(text(c.Subject), 200), Body: cut(c.Body, 4000)},
			Timing: recommend.Timing{Kind: c.Timing.Kind, AfterEvent: text(c.Timing.AfterEvent), Delay: text(c.Timing.Delay), Label: cut(c.Timing.Label, 120)},
		})
	}
	d.show(draft, Name)
}

func (d *deck) show(draft recommend.Draft, provider string) {
	card, ok := recommend.Build(recommend.BuildInput{
		TurnID: d.req.TurnID, Index: d.n, Analysis: d.req.Analysis, Draft: draft, Channel: d.req.Intent.Entities.Channel, Learned: d.req.Learned, Provider: provider, Now: d.req.Now,
	})
	if ok {
		d.used[draft.Segment] = true
		d.sink.Card(d.n, card)
		d.n++
	}
}

// fill gives the asked segment, or the most promising ones, their cards from the playbook when the model made none that
// could be used.
func (d *deck) fill() {
	if d.n > 0 {
		return
	}
	for _, key := range recommend.Pick(d.req.Analysis, d.req.Intent.Entities.Segment, 2) {
		d.show(recommend.Draft{Segment: key}, "analyst")
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
