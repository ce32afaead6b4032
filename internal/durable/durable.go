// Package durable starts, signals, queries and cancels workflows for the API, so that the API knows nothing of Temporal.
package durable

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Starter is the API's hand in Temporal.
type Starter struct{ client client.Client }

// New makes a Starter.
func New(c client.Client) *Starter { return &Starter{client: c} }

// Ping tells whether Temporal answers.
func (s *Starter) Ping(ctx context.Context) error {
	_, err := s.client.CheckHealth(ctx, &client.CheckHealthRequest{})
	return err
}

// cancel asks a workflow to stop; one that is not there or has ended needs no stopping.
func (s *Starter) cancel(ctx context.Context, workflowID string) error {
	err := s.client.CancelWorkflow(ctx, workflowID, "")
	var gone *serviceerror.NotFound
	if err == nil || errors.As(err, &gone) {
		return nil
	}
	return unavailable(err)
}

// unavailable is Temporal not answering, as something the caller may try again.
func unavailable(err error) error {
	return apperr.Wrap(err, apperr.Unavailable, "temporal_unavailable", "The workflow engine does not answer right now. Please try again.")
}

// details is a workflow's description in the Web UI, for someone who has never seen the code.
func details(what string, ids map[string]uuid.UUID) string {
	text := what + "\n"
	for _, name := range []string{"Workspace", "Conversation", "Turn", "Job", "Customer"} {
		if id, ok := ids[name]; ok && id != uuid.Nil {
			text += fmt.Sprintf("\n- %s `%s`", name, id)
		}
	}
	return text
}
