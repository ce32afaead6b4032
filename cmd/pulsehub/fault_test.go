package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/devstack"
	"github.com/pulsehub/pulsehub/internal/sandbox"
)

// These tests end processes with SIGKILL in the middle of their work. Whatever dies, the answer completes, what the reader
// shows at the end is what is stored, byte for byte, and no frame comes twice.

const smallTalk = "What is a good open rate for a newsletter?"

func TestDeath(t *testing.T) {
	model := httptest.NewServer(sandbox.NewOpenAI(sandbox.OpenAIConfig{TokensPerSecond: 25, Tokens: 100, Stamped: true})) // four seconds an answer
	t.Cleanup(model.Close)
	s := startTestSystem(t, map[string]string{"OPENAI_BASE_URL": model.URL + "/v1"}, true)

	// ends reads the turn to its end and compares it with what is stored.
	ends := func(t *testing.T, p *person, r *reading, v *view) {
		t.Helper()
		r.rest(t, v)
		text, status, _ := p.stored()
		require.Equal(t, v.text.String(), text, "what the reader shows is what is stored")
		require.Equal(t, "completed", v.status)
		require.Equal(t, "completed", status)
	}
	restart := func(t *testing.T, service *devstack.Service) {
		t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(t, service.Start(ctx))
	}
	// under kills a service while an answer streams, starts it again, and reads on.
	under := func(t *testing.T, service *devstack.Service) (*person, *reading, *view) {
		t.Helper()
		p := s.signUp(t)
		r, v := p.read(p.ask(smallTalk)), newView()
		r.until(t, v, 400)
		service.Kill()
		restart(t, service)
		ends(t, p, r, v)
		return p, r, v
	}

	t.Run("of the worker while an answer streams", func(t *testing.T) {
		_, r, v := under(t, s.Chat)
		require.Equal(t, 1, v.resets, "the second attempt starts over, once")
		require.Zero(t, r.reconnects, "and the reader never lost the connection")
	})
	t.Run("of the API while an answer streams", func(t *testing.T) {
		_, r, v := under(t, s.API)
		require.Positive(t, r.reconnects)
		require.Zero(t, v.resets, "the answer went on meanwhile")
	})
	t.Run("of Redis while an answer streams", func(t *testing.T) {
		_, _, v := under(t, s.Redis)
		require.Positive(t, v.resets, "the log was lost with it, and came again as a snapshot")
	})
	t.Run("of Temporal while an answer streams", func(t *testing.T) {
		under(t, s.Temporal)
	})
	t.Run("of Postgres while an answer streams", func(t *testing.T) {
		under(t, s.Postgres)
	})
	t.Run("of the API between commit and start", func(t *testing.T) {
		p := s.signUp(t)
		s.Temporal.Kill() // so that the start cannot happen
		turn := p.ask(smallTalk)
		s.API.Kill()
		restart(t, s.Temporal)
		restart(t, s.API)
		r, v := p.read(turn), newView()
		ends(t, p, r, v)
	})
	t.Run("of everything at once", func(t *testing.T) {
		p := s.signUp(t)
		r, v := p.read(p.ask(smallTalk)), newView()
		r.until(t, v, 400)
		all := []*devstack.Service{s.API, s.Chat, s.Worker, s.Redis, s.Temporal, s.Postgres}
		for _, service := range all {
			service.Kill()
		}
		for i := range all {
			restart(t, all[len(all)-1-i])
		}
		ends(t, p, r, v)
	})
	t.Run("stop from another tab", func(t *testing.T) {
		p := s.signUp(t)
		turn := p.ask(smallTalk)
		r, v := p.read(turn), newView()
		r.until(t, v, 200)
		asked := time.Now()
		p.call(http.MethodPost, "/conversations/"+p.conversation+"/turns/"+turn+"/stop", nil, nil)
		r.rest(t, v)
		took := time.Since(asked)
		text, status, _ := p.stored()
		require.Equal(t, "stopped", status)
		require.Equal(t, v.text.String(), text, "the partial answer is kept, all of it")
		require.NotEmpty(t, text)
		require.Less(t, took, time.Second, "a promise to the reader, not a benchmark")
		p.ask("and a second question in the same conversation?")
	})
}

// A card is shown, stored and offered once, however often the attempt that makes it starts over.
func TestDeathWhileCardsStream(t *testing.T) {
	model := httptest.NewServer(sandbox.NewOpenAI(sandbox.OpenAIConfig{TokensPerSecond: 40}))
	t.Cleanup(model.Close)
	s := startTestSystem(t, map[string]string{"OPENAI_BASE_URL": model.URL + "/v1"}, true)

	for name, service := range map[string]*devstack.Service{"worker": s.Chat, "redis": s.Redis} {
		t.Run(name, func(t *testing.T) {
			p := s.signUp(t)
			p.until(p.seed(20_000).ID, ended)
			r, v := p.read(p.ask(mainQuestion)), newView()
			for len(v.cards) == 0 {
				f, ok := <-r.frames
				require.True(t, ok, "the stream ended without a card")
				v.take(t, f)
			}
			first := v.cards[0]
			service.Kill()
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			require.NoError(t, service.Start(ctx))
			r.rest(t, v)
			require.Positive(t, v.resets)

			text, status, cards := p.stored()
			require.Equal(t, "completed", status)
			require.Equal(t, v.text.String(), text)
			require.GreaterOrEqual(t, len(cards), 2)
			require.Len(t, v.cards, len(cards))
			for i, card := range cards {
				require.Equal(t, v.cards[i], card, "card %d is shown as it is stored", i)
			}
			require.Equal(t, cardID(t, first), cardID(t, cards[0]), "the card that was shown before is the same one, made again")

			var list struct{ Items []struct{ ID string } }
			p.call(http.MethodGet, "/ai/recommendations/history?limit=100", nil, &list)
			ids := map[string]bool{}
			for _, item := range list.Items {
				ids[item.ID] = true
			}
			require.Len(t, ids, len(cards), "each card is in the history once")
			require.Len(t, list.Items, len(cards))
		})
	}
}

func cardID(t *testing.T, card string) string {
	t.Helper()
	var c struct{ ID string }
	require.NoError(t, json.Unmarshal([]byte(card), &c))
	require.NotEmpty(t, c.ID)
	return c.ID
}
