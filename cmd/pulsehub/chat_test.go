package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/pulsehub/pulsehub/internal/devstack"
)

func TestWithoutAnyKey(t *testing.T) {
	s := startTestSystem(t, nil, false)

	t.Run("a question is answered", func(t *testing.T) {
		ana := s.signUp(t)
		v := newView()
		ana.read(ana.ask(smallTalk)).rest(t, v)
		text, status, _ := ana.stored()
		require.NotEmpty(t, text)
		require.Equal(t, v.text.String(), text)
		require.Equal(t, "completed", status)
	})

	t.Run("a visitor is asked to sign in, and answered after it", func(t *testing.T) {
		visitor := &person{t: t, s: s, cookies: map[string]string{}}
		visitor.converse()
		v := newView()
		turn := visitor.ask("How many orders did I have last month?")
		visitor.read(turn).rest(t, v)
		require.True(t, v.authRequired)
		require.NotEmpty(t, v.text.String())
		visitor.register()
		var again struct{ ID string }
		visitor.call(http.MethodPost, "/conversations/"+visitor.conversation+"/turns/"+turn+"/regenerate", nil, &again)
		v = newView()
		visitor.read(again.ID).rest(t, v)
		require.False(t, v.authRequired)
		text, status, _ := visitor.stored()
		require.Equal(t, "completed", status)
		require.Equal(t, v.text.String(), text)
	})

	t.Run("ops find the run by conversation, and nothing personal in it", func(t *testing.T) {
		ana := s.signUp(t)
		question := "What is a good open rate for the Marmalade newsletter?"
		v := newView()
		ana.read(ana.ask(question)).rest(t, v)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		c, err := client.DialContext(ctx, client.Options{HostPort: s.TemporalAddress, Namespace: devstack.Namespace})
		require.NoError(t, err)
		defer c.Close()
		var found *workflowservice.ListWorkflowExecutionsResponse
		require.Eventually(t, func() bool {
			found, err = c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
				Query: `ConversationId = "` + ana.conversation + `" AND Outcome = "completed" AND Provider = "analyst" AND ExecutionStatus = "Completed"`,
			})
			return err == nil && len(found.Executions) == 1
		}, 20*time.Second, 100*time.Millisecond, "the run is found by its search attributes")
		run := found.Executions[0].GetExecution()
		described, err := c.DescribeWorkflowExecution(ctx, run.GetWorkflowId(), run.GetRunId())
		require.NoError(t, err)
		everything, err := temporalproto.CustomJSONMarshalOptions{}.Marshal(described)
		require.NoError(t, err)
		var summary string
		require.NoError(t, json.Unmarshal(described.GetExecutionConfig().GetUserMetadata().GetSummary().GetData(), &summary))
		require.Equal(t, "Answer a question in the chat", summary)
		events := c.GetWorkflowHistory(ctx, run.GetWorkflowId(), run.GetRunId(), false, 0)
		for events.HasNext() {
			event, err := events.Next()
			require.NoError(t, err)
			everything = append(everything, event.String()...)
		}
		for _, secret := range []string{"Marmalade", "open rate", ana.email, "@example.com", v.text.String()[:40]} {
			require.False(t, strings.Contains(string(everything), secret), "%q is in the run's history", secret)
		}
	})
}
