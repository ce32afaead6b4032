package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/devstack"
	"github.com/pulsehub/pulsehub/internal/sandbox"
)

// Where one process takes questions and answers them, an answer begins before its workflow has. These tests take the
// workflow engine or that process away in between, with SIGKILL.
func TestHeadStart(t *testing.T) {
	model := httptest.NewServer(sandbox.NewOpenAI(sandbox.OpenAIConfig{TokensPerSecond: 25, Tokens: 100, Stamped: true})) // four seconds an answer
	t.Cleanup(model.Close)
	s := startTestSystem(t, map[string]string{"OPENAI_BASE_URL": model.URL + "/v1"}, false)
	start := func(t *testing.T, service *devstack.Service) {
		t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(t, service.Start(ctx))
	}
	// without asks while Temporal is dead, and reads the beginning of an answer that has no workflow yet.
	without := func(t *testing.T) (*person, string, *reading, *view) {
		t.Helper()
		p := s.signUp(t)
		s.Temporal.Kill()
		turn := p.ask(smallTalk)
		r, v := p.read(turn), newView()
		r.until(t, v, 400)
		return p, turn, r, v
	}
	ends := func(t *testing.T, p *person, r *reading, v *view, as string) {
		t.Helper()
		r.rest(t, v)
		text, status, _ := p.stored()
		require.Equal(t, v.text.String(), text, "what the reader shows is what is stored")
		require.NotEmpty(t, text)
		require.Equal(t, as, v.status)
		require.Equal(t, as, status)
	}

	t.Run("an answer streams while Temporal is dead", func(t *testing.T) {
		p, _, r, v := without(t)
		start(t, s.Temporal)
		ends(t, p, r, v, "completed")
		require.Zero(t, v.resets, "its workflow took it over where it was")
	})
	t.Run("its process dies before there is a workflow", func(t *testing.T) {
		p, _, r, v := without(t)
		s.API.Kill()
		start(t, s.Temporal)
		start(t, s.API)
		ends(t, p, r, v, "completed")
		require.Positive(t, v.resets, "the workflow that the sweeper started answered anew")
	})
	t.Run("someone stops it before there is a workflow", func(t *testing.T) {
		p, turn, r, v := without(t)
		p.call(http.MethodPost, "/conversations/"+p.conversation+"/turns/"+turn+"/stop", nil, nil)
		start(t, s.Temporal)
		ends(t, p, r, v, "stopped")
		require.Less(t, len(v.text.String()), 100*20, "the partial answer is kept, and nothing after it")
	})
	t.Run("its process dies while the workflow runs", func(t *testing.T) {
		p := s.signUp(t)
		r, v := p.read(p.ask(smallTalk)), newView()
		r.until(t, v, 600)
		s.API.Kill()
		start(t, s.API)
		ends(t, p, r, v, "completed")
		require.Equal(t, 1, v.resets, "the second attempt starts over, once")
	})
}
