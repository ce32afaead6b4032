// Package activities is everything workflows do to the world: one file a workflow, behind small interfaces declared here.
// Activities never retry inside; workflows/options.go says how often and how long. Each one's comment says what makes its
// retry safe.
package activities

import (
	"context"
	"errors"

	"go.temporal.io/sdk/temporal"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// retryable says which kinds may succeed when tried again. Everything else fails the same way for ever.
var retryable = map[apperr.Kind]bool{
	apperr.RateLimited: true,
	apperr.Unavailable: true,
	apperr.Internal:    true, // most often a dependency that went away; the policy bounds it
}

// toTemporal turns an error into what decides its retry. The error's code becomes the failure's type in the Temporal Web
// UI; its message is written for people and holds nothing personal.
func toTemporal(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || temporal.IsCanceledError(err) {
		return err
	}
	var already *temporal.ApplicationError
	if errors.As(err, &already) {
		return err
	}
	e := apperr.From(err)
	return temporal.NewApplicationErrorWithOptions(e.Message, e.Code, temporal.ApplicationErrorOptions{
		NonRetryable:   !retryable[e.Kind],
		NextRetryDelay: e.RetryAfter,
		Cause:          causeOf(e),
	})
}

// causeOf keeps the technical reason for ops. Causes come from drivers and providers, never from what people wrote.
func causeOf(e *apperr.Error) error {
	if e.Cause == nil {
		return nil
	}
	return temporal.NewApplicationError(e.Cause.Error(), "cause")
}
