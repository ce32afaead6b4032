package predict

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Models are kept as JSON: what was written must be readable for ever.
func TestTheJSONOfAModel(t *testing.T) {
	low, high := 1.5, 9.5
	estimate := Estimate{Mean: 5, Low: &low, High: &high}
	missing := []Requirement{{What: "customers", Have: 1, Need: 100, Message: "One."}}
	data, err := json.Marshal(Model{
		Until: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), LastDay: "2026-11-24", TimeZone: "UTC", Currency: "EUR",
		Customers: 3, Repeating: 2, Orders: 7, HistoryDays: 200, SinceLastDays: 1, Missing: missing,
		Purchases:   &Fitted[BGNBD]{Parameters: BGNBD{1, 2, 3, 4}, LogLikelihood: -5, Customers: 3, Of: 4},
		ValueMethod: MethodGammaGamma, Value: &Fitted[GammaGamma]{Parameters: GammaGamma{1, 2, 3}, LogLikelihood: -6, Customers: 2, Of: 2},
		AverageOrder: 20.5, Correlation: 0.1,
		Backtest: &Backtest{
			CalibrationEnd: "2026-09-25", HoldoutDays: 60, Customers: 3, Parameters: BGNBD{1, 2, 3, 4}, LogLikelihood: -4, Expected: estimate, Actual: 6, Naive: 8,
			ExpectedValue: 100, ActualValue: 110, MeanError: 0.5, NaiveMeanError: 0.6, Correlation: 0.7, NaiveCorrelation: 0.4,
			ByFrequency: []FrequencyGroup{{Repeats: 1, Customers: 3, Expected: 1, Actual: 2, Naive: 3}},
		},
		BacktestLacks: missing, ExpectedOrders: estimate, ExpectedValue: estimate, BoughtOnce: 1, Alive: 1.5,
		Churn: []ChurnBucket{{From: 0, To: 0.1, Customers: 2, Value: 30}},
		RFM:   []RFMCell{{Recency: 5, Frequency: 4, Segment: "champions", Customers: 3, Cents: 4250, Monetary: 12}},
	})
	require.NoError(t, err)
	require.JSONEq(t, `{
		"until": "2026-11-24T09:00:00Z", "lastDay": "2026-11-24", "timeZone": "UTC", "currency": "EUR",
		"customers": 3, "repeating": 2, "orders": 7, "historyDays": 200, "sinceLastDays": 1,
		"missing": [{"what": "customers", "have": 1, "need": 100, "message": "One."}],
		"purchases": {"parameters": {"r": 1, "alpha": 2, "a": 3, "b": 4}, "logLikelihood": -5, "customers": 3, "of": 4},
		"valueMethod": "gamma_gamma", "value": {"parameters": {"p": 1, "q": 2, "gamma": 3}, "logLikelihood": -6, "customers": 2, "of": 2},
		"averageOrder": 20.5, "correlation": 0.1,
		"backtest": {
			"calibrationEnd": "2026-09-25", "holdoutDays": 60, "customers": 3, "parameters": {"r": 1, "alpha": 2, "a": 3, "b": 4}, "logLikelihood": -4,
			"expected": {"mean": 5, "low": 1.5, "high": 9.5}, "actual": 6, "naive": 8, "expectedValue": 100, "actualValue": 110,
			"meanError": 0.5, "naiveMeanError": 0.6, "correlation": 0.7, "naiveCorrelation": 0.4,
			"byFrequency": [{"repeats": 1, "customers": 3, "expected": 1, "actual": 2, "naive": 3}]
		},
		"backtestLacks": [{"what": "customers", "have": 1, "need": 100, "message": "One."}],
		"expectedOrders": {"mean": 5, "low": 1.5, "high": 9.5}, "expectedValue": {"mean": 5, "low": 1.5, "high": 9.5},
		"boughtOnce": 1, "alive": 1.5, "churn": [{"from": 0, "to": 0.1, "customers": 2, "value": 30}],
		"rfm": [{"recency": 5, "frequency": 4, "segment": "champions", "customers": 3, "cents": 4250, "monetary": 12}]
	}`, string(data))
}

func TestHoldoutDays(t *testing.T) {
	require.Equal(t, 0, HoldoutDays(0))
	require.Equal(t, 40, HoldoutDays(MinHistoryDays))
	require.Equal(t, 60, HoldoutDays(180))
	require.Equal(t, Horizon, HoldoutDays(10_000))
}
