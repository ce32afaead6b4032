package activities

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/predict"
	"github.com/pulsehub/pulsehub/internal/predict/predicttest"
)

// predictions keeps what was saved last.
type predictions struct {
	input   predict.Input
	readErr error
	saveErr error
	later   bool           // there are some of later data
	last    *predict.Saved // the model of before

	asked []time.Time
	saved []predict.Result
	at    time.Time
}

func (p *predictions) PredictionInput(_ context.Context, _ uuid.UUID, until time.Time) (predict.Input, error) {
	p.asked = append(p.asked, until)
	return p.input, p.readErr
}

func (p *predictions) PredictionModel(context.Context, uuid.UUID) (*predict.Saved, error) {
	return p.last, nil
}

func (p *predictions) SavePredictions(_ context.Context, _ uuid.UUID, r predict.Result, at time.Time) (bool, error) {
	if p.saveErr != nil {
		return false, p.saveErr
	}
	p.saved, p.at = append(p.saved, r), at
	return !p.later, nil
}

func setupPredictions(t *testing.T, customers int) (*predictions, func(FitPredictionsInput) (FitPredictionsResult, error), time.Time) {
	t.Helper()
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	s := predicttest.Typical(1, customers, 240, now.Truncate(24*time.Hour))
	p := &predictions{input: predicttest.Input(s.Make(), s.LastDay, s.LastDay.AddDate(0, 0, -predict.HoldoutDays(s.Days)))}
	p.input.DataVersion = 7
	a := NewPredictions(PredictionsConfig{Repository: p, Now: func() time.Time { return now }})
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(a)
	return p, func(in FitPredictionsInput) (out FitPredictionsResult, err error) {
		value, err := env.ExecuteActivity(a.FitPredictions, in)
		if err == nil {
			err = value.Get(&out)
		}
		return out, err
	}, now
}

func TestFitPredictions(t *testing.T) {
	p, fit, now := setupPredictions(t, 400)
	out, err := fit(FitPredictionsInput{WorkspaceID: uuid.New()})
	require.NoError(t, err)
	require.Equal(t, FitPredictionsResult{DataVersion: 7, Customers: 400}, out)
	require.Equal(t, []time.Time{now}, p.asked)
	require.Equal(t, now, p.at)
	require.NotNil(t, p.saved[0].Model.Backtest)

	again, err := fit(FitPredictionsInput{WorkspaceID: uuid.New()})
	require.NoError(t, err)
	require.Equal(t, out, again)
	require.Equal(t, p.saved[0], p.saved[1], "a retry saves the same")

	until := now.AddDate(0, -1, 0)
	_, err = fit(FitPredictionsInput{WorkspaceID: uuid.New(), Until: &until})
	require.NoError(t, err)
	require.Equal(t, until, p.asked[2])

	p.later = true
	out, err = fit(FitPredictionsInput{WorkspaceID: uuid.New()})
	require.NoError(t, err)
	require.True(t, out.Superseded)
}

func TestFitPredictionsSaysWhatIsMissing(t *testing.T) {
	p, fit, _ := setupPredictions(t, 20)
	out, err := fit(FitPredictionsInput{WorkspaceID: uuid.New()})
	require.NoError(t, err)
	require.Equal(t, []string{"customers", "repeating_customers"}, out.Missing)
	require.Len(t, p.saved, 1, "scores are kept, and older predictions are not left standing")
}

func TestWhatFitPredictionsRetries(t *testing.T) {
	for name, c := range map[string]struct {
		read, save error
		again      bool
	}{
		"Postgres away":            {read: errors.New("connection refused"), again: true},
		"Postgres away at the end": {save: errors.New("connection refused"), again: true},
		"no such workspace":        {read: apperr.NoSuch("workspace")},
	} {
		t.Run(name, func(t *testing.T) {
			p, fit, _ := setupPredictions(t, 20)
			p.readErr, p.saveErr = c.read, c.save
			_, err := fit(FitPredictionsInput{WorkspaceID: uuid.New()})
			var failure *temporal.ApplicationError
			require.ErrorAs(t, err, &failure)
			require.Equal(t, !c.again, failure.NonRetryable())
			require.Empty(t, p.saved)
		})
	}
}

func TestAModelOfAMomentAgoStays(t *testing.T) {
	p, fit, now := setupPredictions(t, 200)
	p.last = &predict.Saved{FittedAt: now.Add(-time.Minute)}
	out, err := fit(FitPredictionsInput{WorkspaceID: uuid.New(), AtMostEvery: 2 * time.Minute})
	require.NoError(t, err)
	require.True(t, out.Recent)
	require.Empty(t, p.saved)
	p.last.FittedAt = now.Add(-3 * time.Minute)
	out, err = fit(FitPredictionsInput{WorkspaceID: uuid.New(), AtMostEvery: 2 * time.Minute})
	require.NoError(t, err)
	require.False(t, out.Recent)
	require.Len(t, p.saved, 1)
}
