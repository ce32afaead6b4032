package predict

import (
	"context"
	"math"
	"time"
)

// Backtest is how well the method did on days that it was not told of: fitted on the orders before the hold-out, it predicted
// the hold-out, for the customers it knew by then. Orders are days with an order. The naive figures are those of the rule that
// everybody goes on at the pace they had.
type Backtest struct {
	CalibrationEnd string   `json:"calibrationEnd"` // YYYY-MM-DD, the last day that it knew
	HoldoutDays    int      `json:"holdoutDays"`
	Customers      int      `json:"customers"`
	Parameters     BGNBD    `json:"parameters"`
	LogLikelihood  float64  `json:"logLikelihood"`
	Expected       Estimate `json:"expected"` // orders; the interval is that of a model that is right in all but its parameters
	Actual         int64    `json:"actual"`
	Naive          float64  `json:"naive"`
	ExpectedValue  float64  `json:"expectedValue"` // before refunds
	ActualValue    float64  `json:"actualValue"`
	// MeanError is the mean over customers of how far off their expected orders were, up or down.
	MeanError        float64          `json:"meanError"`
	NaiveMeanError   float64          `json:"naiveMeanError"`
	Correlation      float64          `json:"correlation"` // Pearson's, between expected and actual orders of customers
	NaiveCorrelation float64          `json:"naiveCorrelation"`
	ByFrequency      []FrequencyGroup `json:"byFrequency"` // the papers' figure of conditional expectations
}

// FrequencyGroup are the customers with so many repeat days before the hold-out, and their orders in it on average.
type FrequencyGroup struct {
	Repeats   int     `json:"repeats"` // the last group has so many or more
	Customers int     `json:"customers"`
	Expected  float64 `json:"expected"`
	Actual    float64 `json:"actual"`
	Naive     float64 `json:"naive"`
}

// lastGroup is the papers' "7+".
const lastGroup = 7

// orderError is by which share the total was off.
func (b *Backtest) orderError() float64 { return share(float64(b.Actual), b.Expected.Mean) }
func (b *Backtest) valueError() float64 { return share(b.ActualValue, b.ExpectedValue) }

func share(actual, expected float64) float64 {
	if !(expected > 0) {
		return 1
	}
	return actual/expected - 1
}

// test fits on the calibration, predicts the hold-out and keeps the comparison; BacktestLacks says what there is too little of.
func (m *Model) test(ctx context.Context, in Input) error {
	var before []Summary
	var days []int32
	var values []float64
	repeating := 0
	for _, b := range in.Buyers {
		if b.Calibration.Age < 0 {
			continue
		}
		before = append(before, b.Calibration)
		days, values = append(days, b.Now.Repeats-b.Calibration.Repeats), append(values, b.Now.Value-b.Calibration.Value)
		if b.Calibration.Repeats > 0 {
			repeating++
		}
	}
	if m.BacktestLacks = lacks(len(before), repeating, in.HistoryDays, 0); m.BacktestLacks != nil {
		return nil
	}
	f, err := fit(ctx, before)
	if err != nil {
		return err
	}
	t := &Backtest{
		CalibrationEnd: in.LastDay.AddDate(0, 0, -in.HoldoutDays).Format(time.DateOnly), HoldoutDays: in.HoldoutDays, Customers: len(before),
		Parameters: f.purchases.Parameters, LogLikelihood: f.purchases.LogLikelihood,
	}
	predictor := f.predictor(in.HoldoutDays)
	groups := make([]FrequencyGroup, lastGroup+1)
	var model, naive correlation
	for i, s := range before {
		p, actual, atPace := predictor.predict(s), float64(days[i]), 0.0
		if s.Age > 0 {
			atPace = float64(s.Repeats) / float64(s.Age) * float64(in.HoldoutDays)
		}
		t.Expected.Mean += p.Expected
		t.Actual += int64(days[i])
		t.Naive += atPace
		t.ExpectedValue += p.ExpectedRevenue
		t.ActualValue += values[i]
		t.MeanError += math.Abs(p.Expected-actual) / float64(len(before))
		t.NaiveMeanError += math.Abs(atPace-actual) / float64(len(before))
		model.add(p.Expected, actual)
		naive.add(atPace, actual)
		g := &groups[min(int(s.Repeats), lastGroup)]
		g.Customers++
		g.Expected, g.Actual, g.Naive = g.Expected+p.Expected, g.Actual+actual, g.Naive+atPace
	}
	t.Correlation, t.NaiveCorrelation = model.pearson(), naive.pearson()
	for i, g := range groups {
		if g.Customers > 0 {
			n := float64(g.Customers)
			t.ByFrequency = append(t.ByFrequency, FrequencyGroup{i, g.Customers, g.Expected / n, g.Actual / n, g.Naive / n})
		}
	}
	t.Expected.bound(uncertainty(f, before, in.HoldoutDays).orders)
	m.Backtest = t
	return nil
}
