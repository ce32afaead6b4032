package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
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

	t.Run("each number is what its SQL gives", func(t *testing.T) {
		ana := s.signUp(t)
		ana.until(ana.seed(20_000).ID, ended)
		ctx := context.Background()
		db, err := pgx.Connect(ctx, s.DatabaseURL)
		require.NoError(t, err)
		defer func() { _ = db.Close(ctx) }()

		v := newView()
		ana.read(ana.ask(mainQuestion)).rest(t, v)
		require.NotEmpty(t, v.cards)
		checked := 0
		for _, source := range ana.sources() {
			require.Contains(t, v.text.String(), source.Value, "the value stands in the text as it is")
			if !wholeNumber.MatchString(source.Value) {
				continue // shares and sums are made of several: store's tests compare those
			}
			rows, err := db.Query(ctx, source.Query)
			require.NoError(t, err, source.Query)
			cells := map[string]bool{}
			for rows.Next() {
				values, err := rows.Values()
				require.NoError(t, err)
				for _, cell := range values {
					cells[fmt.Sprint(cell)] = true
				}
			}
			require.NoError(t, rows.Err())
			require.True(t, cells[strings.ReplaceAll(source.Value, ",", "")], "%s is %s in the answer, and SQL gives %v:\n%s", source.Label, source.Value, cells, source.Query)
			checked++
		}
		require.GreaterOrEqual(t, checked, 2)
	})
}

var wholeNumber = regexp.MustCompile(`^[\d,]+$`)

const mainQuestion = "Which customers abandoned their carts this week and how do I win them back?"

type source struct{ Label, Value, Query string }

// sources are where the numbers of the last answer come from.
func (p *person) sources() []source {
	p.t.Helper()
	var thread struct {
		Messages []struct {
			Parts []struct {
				Type string
				Data struct{ Items []source }
			}
		}
	}
	p.call(http.MethodGet, "/conversations/"+p.conversation, nil, &thread)
	for _, part := range thread.Messages[len(thread.Messages)-1].Parts {
		if part.Type == "sources" {
			return part.Data.Items
		}
	}
	return nil
}
