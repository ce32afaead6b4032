package api_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/api"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/predict"
	"github.com/pulsehub/pulsehub/internal/predict/predicttest"
)

var predictedAt = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func setupPredictions(t *testing.T) *accounts {
	t.Helper()
	return setupAccounts(t, func(a *accounts) {
		a.extend = func(s *api.Services) { s.Predictions = predict.NewService(a.store) }
	})
}

// predict plays the worker: it fits a made shop of so many customers for the account's workspace.
func (a *accounts) predict(who api.SignedIn, customers int) predict.Result {
	a.t.Helper()
	ctx := context.Background()
	var workspace uuid.UUID
	require.NoError(a.t, a.store.Pool().QueryRow(ctx, `SELECT workspace_id FROM users WHERE id = $1`, who.User.ID).Scan(&workspace))
	s := predicttest.Typical(1, customers, 270, predictedAt.Truncate(24*time.Hour))
	in := predicttest.Input(s.Make(), s.LastDay, s.LastDay.AddDate(0, 0, -90))
	rows := make([][]any, len(in.Buyers))
	for i, b := range in.Buyers {
		rows[i] = []any{workspace, b.CustomerID, "Ana", "Silva", fmt.Sprintf("ana%d@example.com", i)}
	}
	_, err := a.store.Pool().CopyFrom(ctx, pgx.Identifier{"customers"}, []string{"workspace_id", "id", "first_name", "last_name", "email"}, pgx.CopyFromRows(rows))
	require.NoError(a.t, err)
	r, err := predict.Compute(ctx, in)
	require.NoError(a.t, err)
	_, err = a.store.SavePredictions(ctx, workspace, r, predictedAt)
	require.NoError(a.t, err)
	return r
}

func TestPredictionsBeforeTheFirstFit(t *testing.T) {
	c := setupPredictions(t).client()
	c.register("ada@example.com")
	got := c.do(http.MethodGet, "/analytics/predictions", nil)
	p := decode[api.Predictions](got, http.StatusOK)
	require.Equal(t, api.Predictions{Status: "not_computed", HorizonDays: 90, Churn: []api.PredictionChurn{}, RFM: []api.PredictionRFM{}, Top: []api.CustomerPrediction{}}, p)
	require.Equal(t, "application/json", got.header.Get("Content-Type"))
	file := c.do(http.MethodGet, "/analytics/predictions?format=csv", nil)
	require.Equal(t, http.StatusOK, file.status)
	require.Equal(t, 1, strings.Count(string(file.body), "\n"), "a header")
}

func TestPredictions(t *testing.T) {
	a := setupPredictions(t)
	c := a.client()
	r := a.predict(c.register("ada@example.com"), 2500)
	m := r.Model
	p := decode[api.Predictions](c.do(http.MethodGet, "/analytics/predictions?limit=7", nil), http.StatusOK)
	require.Equal(t, "ready", p.Status)
	require.Equal(t, predictedAt, *p.ComputedAt)
	require.Equal(t, m.Orders, p.Events)
	require.EqualValues(t, 2500, p.Customers)
	require.Empty(t, p.NotEnough)
	require.Equal(t, &api.PredictionMethod{Purchases: "bg_nbd", Value: "gamma_gamma"}, p.Method)
	require.Equal(t, m.Purchases.Parameters, p.Parameters.BGNBD)
	require.Equal(t, m.Value.Parameters, *p.Parameters.GammaGamma)
	require.Equal(t, m.Backtest.Actual, p.Backtest.ActualOrders)
	require.Equal(t, m.Backtest.ByFrequency, p.Backtest.ByFrequency)
	require.Equal(t, m.Backtest.Expected.Covers(float64(m.Backtest.Actual)), p.Backtest.WithinInterval)
	require.Equal(t, "USD", p.ExpectedRevenue.Mean.Currency)
	require.Equal(t, fmt.Sprintf("%.2f", m.ExpectedValue.Mean), p.ExpectedRevenue.Mean.Amount)
	require.Equal(t, fmt.Sprintf("%.2f", *m.ExpectedValue.High), p.ExpectedRevenue.High.Amount)
	require.Len(t, p.Churn, 10)
	customers := 0
	for _, cell := range p.RFM {
		customers += cell.Customers
		require.True(t, cell.Monetary >= 1 && cell.Monetary <= 5)
	}
	require.Equal(t, 2500, customers)
	require.Len(t, p.Top, 7)
	require.Equal(t, "Ana Silva", p.Top[0].Name)
	require.NotNil(t, p.Top[0].ExpectedValue90)
	require.GreaterOrEqual(t, *p.Top[0].ExpectedOrders90, *p.Top[0].ExpectedOrders30)

	file := c.do(http.MethodGet, "/analytics/predictions?format=csv", nil)
	require.Equal(t, http.StatusOK, file.status)
	require.Equal(t, "text/csv; charset=utf-8", file.header.Get("Content-Type"))
	require.Contains(t, file.header.Get("Content-Disposition"), "predictions.csv")
	rows, err := csv.NewReader(strings.NewReader(string(file.body))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 2501, "more than a page")
	for i, row := range rows[1:] {
		require.Equal(t, r.Buyers[i].CustomerID.String(), row[0])
		require.Equal(t, fmt.Sprintf("%.6f", r.Predictions[i].PAlive), row[8])
		require.Equal(t, r.Buyers[i].Now.Repeats == 0, row[9] == "", "no churn risk of who bought once")
		require.Equal(t, fmt.Sprintf("%.2f", r.Predictions[i].ExpectedRevenue), row[13])
	}
}

func TestPredictionsSayWhatIsMissing(t *testing.T) {
	a := setupPredictions(t)
	c := a.client()
	a.predict(c.register("ada@example.com"), 30)
	p := decode[api.Predictions](c.do(http.MethodGet, "/analytics/predictions", nil), http.StatusOK)
	require.Equal(t, "not_enough", p.Status)
	require.Equal(t, api.PredictionRequirement{What: "customers", Have: 30, Need: 100, Message: "30 customers have ordered; predictions need at least 100."}, p.NotEnough[0])
	require.Nil(t, p.Parameters)
	require.Nil(t, p.ExpectedRevenue)
	require.NotEmpty(t, p.RFM)
	require.Empty(t, p.Top)
	require.Equal(t, 31, strings.Count(string(c.do(http.MethodGet, "/analytics/predictions?format=csv", nil).body), "\n"))
}

func TestPredictionsAreTheCallersOwn(t *testing.T) {
	a := setupPredictions(t)
	mine, theirs, nobody := a.client(), a.client(), a.client()
	a.predict(mine.register("ada@example.com"), 200)
	theirs.register("eve@example.com")
	require.Equal(t, "not_computed", decode[api.Predictions](theirs.do(http.MethodGet, "/analytics/predictions", nil), http.StatusOK).Status)
	require.Equal(t, 1, strings.Count(string(theirs.do(http.MethodGet, "/analytics/predictions?format=csv", nil).body), "\n"))
	nobody.do(http.MethodGet, "/analytics/predictions", nil).problem(401, "unauthenticated")
	nobody.do(http.MethodGet, "/analytics/predictions?format=csv", nil).problem(401, "unauthenticated")
	mine.do(http.MethodGet, "/analytics/predictions?format=xml", nil).problem(422, "invalid")
	mine.do(http.MethodGet, "/analytics/predictions?limit=101", nil).problem(422, "invalid")
}

// brokenPredictions answers so many rows and then fails.
type brokenPredictions struct{ rows int }

func (b brokenPredictions) Report(context.Context, uuid.UUID, int) (*predict.Saved, []predict.CustomerPrediction, error) {
	return nil, nil, apperr.New(apperr.Unavailable, "away", "Away.")
}

func (b brokenPredictions) All(context.Context, uuid.UUID) iter.Seq2[predict.CustomerPrediction, error] {
	return func(yield func(predict.CustomerPrediction, error) bool) {
		for range b.rows {
			if !yield(predict.CustomerPrediction{}, nil) {
				return
			}
		}
		yield(predict.CustomerPrediction{}, apperr.New(apperr.Conflict, "predictions_replaced", "Replaced."))
	}
}

func TestAPartOfTheCSVIsNotTakenForTheWhole(t *testing.T) {
	failing := func(rows int) *client {
		a := setupAccounts(t, func(a *accounts) {
			a.extend = func(s *api.Services) { s.Predictions = brokenPredictions{rows} }
		})
		c := a.client()
		c.register("ada@example.com")
		return c
	}
	failing(0).do(http.MethodGet, "/analytics/predictions?format=csv", nil).problem(409, "predictions_replaced")
	c := failing(5000)
	c.do(http.MethodGet, "/analytics/predictions", nil).problem(503, "away")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.base+"/analytics/predictions?format=csv", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+c.access)
	res, err := c.http.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	require.Equal(t, http.StatusOK, res.StatusCode)
	_, err = csv.NewReader(res.Body).ReadAll()
	require.Error(t, err, "the connection breaks")
}
