package main

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// learningAnswer is what GET /ai/learning says, as far as these tests look.
type learningAnswer struct {
	LearnedAt *time.Time
	Pending   bool
	Cells     []struct {
		Segment, Channel, HourBand string
		Mean                       float64
		Evidence                   struct{ Positive, Negative int }
	}
	Workspace struct {
		Evidence struct {
			Positive, Negative int
			Messages           int64
		}
	}
}

func (p *person) learning() (l learningAnswer) {
	p.t.Helper()
	p.call(http.MethodGet, "/ai/learning", nil, &l)
	return l
}

// cards are those of an answer.
func (p *person) cards(question string) (list []string) {
	p.t.Helper()
	v := newView()
	p.read(p.ask(question)).rest(p.t, v)
	var card struct{ Channels []struct{ Type string } }
	require.NotEmpty(p.t, v.cards)
	require.NoError(p.t, json.Unmarshal([]byte(v.cards[0]), &card))
	for _, c := range card.Channels {
		list = append(list, c.Type)
	}
	return list
}

// rate asks for cards by SMS and says of each what is given.
func (p *person) rate(times int, feedback string) {
	p.t.Helper()
	for range times {
		v := newView()
		p.read(p.ask("Recommend an SMS campaign for potential customers")).rest(p.t, v)
		var card struct{ ID string }
		require.NoError(p.t, json.Unmarshal([]byte(v.cards[0]), &card))
		p.call(http.MethodPost, "/ai/recommendations/"+card.ID+"/feedback", map[string]any{"feedback": feedback}, nil)
	}
}

func (p *person) learnedBy(what func(l learningAnswer) bool) {
	p.t.Helper()
	require.Eventually(p.t, func() bool { l := p.learning(); return !l.Pending && what(l) }, time.Minute, 50*time.Millisecond)
}

// What marketers say of cards changes the cards they get next, in their workspace and in no other; killed while it learns, it
// learns all the same, each rating once.
func TestFeedbackChangesLaterCards(t *testing.T) {
	s := startTestSystem(t, nil, false)
	start := func() *person {
		p := s.signUp(t)
		p.until(p.seed(20_000).ID, ended)
		return p
	}
	against, inFavour := start(), start()
	const turns = 12
	bySMS := func(p *person) (n int) {
		for range turns {
			for _, c := range p.cards("Recommend a campaign for potential customers") {
				if c == "sms" {
					n++
				}
			}
		}
		return n
	}
	against.rate(6, "negative")
	s.Worker.Kill()
	against.rate(4, "negative")
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	require.NoError(t, s.Worker.Start(ctx))
	against.learnedBy(func(l learningAnswer) bool { return l.Workspace.Evidence.Negative == 10 })
	inFavour.rate(10, "positive")
	inFavour.learnedBy(func(l learningAnswer) bool { return l.Workspace.Evidence.Positive == 10 })

	require.Zero(t, against.learning().Workspace.Evidence.Positive)
	require.Zero(t, inFavour.learning().Workspace.Evidence.Negative)
	mean := func(p *person) float64 {
		for _, c := range p.learning().Cells {
			if c.Segment == "potential_customers" && c.Channel == "sms" && c.HourBand == "on_event" {
				return c.Mean
			}
		}
		t.Fatalf("nothing was learned of SMS to potential customers: %+v", p.learning())
		return 0
	}
	require.Less(t, mean(against), mean(inFavour))
	worse, better := bySMS(against), bySMS(inFavour)
	t.Logf("SMS on %d and %d of %d cards", worse, better, turns)
	require.Less(t, worse, better)
}
