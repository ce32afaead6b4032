// Package analyst is the built-in provider: it classifies questions and answers them from the workspace's data, with no
// model, no key and no network.
package analyst

import (
	"context"
	"time"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/chat"
)

// Name is the analyst's name as a provider.
const Name = "analyst"

// Config is what the analyst looks into beyond the analysis. Without Queries answers are about what the analysis has.
type Config ai.Data

// Analyst answers every intent. The same question over the same data gets the same answer.
type Analyst struct {
	queries ai.Queries
	look    ai.Data
}

// New makes the analyst.
func New(cfg Config) *Analyst { return &Analyst{queries: cfg.Queries, look: ai.Data(cfg)} }

var _ ai.Provider = (*Analyst)(nil)

// Name is "analyst".
func (*Analyst) Name() string { return Name }

// Model names the rules' version, so that a stored answer can be traced to them.
func (*Analyst) Model() string { return "rules-2" }

// Answer streams the whole answer in one round; it never asks for look-ups. It fails only when the data cannot be read,
// or with ctx.
func (a *Analyst) Answer(ctx context.Context, req ai.Request, sink ai.Sink) (ai.Result, error) {
	w := newWriter(ctx, sink, req.Analysis)
	err := a.answer(ctx, req, w)
	if err == nil {
		err = w.finish()
	}
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	} else if err != nil {
		err = apperr.From(err)
	}
	return ai.Result{Provider: Name, Model: a.Model()}, err
}

func (a *Analyst) answer(ctx context.Context, req ai.Request, w *writer) error {
	if req.Intent.Name == "" {
		req.Intent = Classify(IntentInput{Question: req.Question, Now: req.Now, HasData: req.Analysis != nil})
	}
	switch req.Intent.Name {
	case chat.IntentAccount:
		account(w, req)
		return nil
	case chat.IntentDataSourceManagement:
		dataSources(w, req)
		return nil
	case chat.IntentGeneral:
		general(w, req)
		return nil
	}
	if req.Analysis == nil || req.Analysis.Overview.Events == 0 {
		noData(w, req)
		return nil
	}
	t := &turn{Analyst: a, ctx: ctx, w: w, req: req, an: req.Analysis, zone: zoneOf(req.Analysis)}
	t.cal = newCalendar(req.Now, t.zone)
	switch req.Intent.Name {
	case chat.IntentRecommendation:
		return t.recommend()
	case chat.IntentCampaignManagement:
		return t.campaigns()
	case chat.IntentSegmentManagement:
		t.segments()
		return nil
	}
	return t.data()
}

// turn is one answer from data.
type turn struct {
	*Analyst
	ctx  context.Context
	w    *writer
	req  ai.Request
	an   *analytics.Analysis
	zone *time.Location
	cal  calendar
}

func zoneOf(a *analytics.Analysis) *time.Location {
	if zone, err := time.LoadLocation(a.TimeZone); err == nil {
		return zone
	}
	return time.UTC
}

func rangeOf(f chat.Timeframe) analytics.Range { return analytics.Range{From: f.From, To: f.To} }

// Classifier is Classify as the chat workflow calls it.
type Classifier struct{}

// Classify tells what a question wants, given the exchanges before it and the names of products, in the workspace's time zone.
func (Classifier) Classify(question string, history []chat.Exchange, products []string, now time.Time, zone *time.Location) chat.Intent {
	in := IntentInput{Question: question, Now: now, TimeZone: zone, HasData: true, Products: products}
	for _, e := range history {
		in.Earlier = append(in.Earlier, e.Question)
	}
	return Classify(in)
}

// MayNameProduct tells whether a question, or one of those before it, has words that could name a
// product: the others need no catalogue.
func (Classifier) MayNameProduct(question string, history []chat.Exchange) bool {
	cal := newCalendar(time.Unix(0, 0), time.UTC)
	for _, e := range history[max(0, len(history)-4):] {
		if read(e.Question, cal).mayNameProduct() {
			return true
		}
	}
	return read(question, cal).mayNameProduct()
}
