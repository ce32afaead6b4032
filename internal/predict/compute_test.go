package predict_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/predict"
	"github.com/pulsehub/pulsehub/internal/predict/predicttest"
)

var lastDay = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

func made(s predicttest.Simulation) predict.Input {
	in := predicttest.Input(s.Make(), s.LastDay, s.LastDay.AddDate(0, 0, -predict.HoldoutDays(s.Days)))
	return in
}

func compute(t *testing.T, in predict.Input) predict.Result {
	t.Helper()
	r, err := predict.Compute(context.Background(), in)
	require.NoError(t, err)
	return r
}

func TestParametersAreFoundAgain(t *testing.T) {
	s := predicttest.Typical(1, 20_000, 540, lastDay)
	r := compute(t, made(s))
	p, v := r.Model.Purchases.Parameters, r.Model.Value.Parameters
	t.Logf("%+v %+v", p, v)
	require.InEpsilon(t, s.Purchases.R/s.Purchases.Alpha, p.R/p.Alpha, 0.06, "purchases a week")
	require.InEpsilon(t, s.Purchases.A/(s.Purchases.A+s.Purchases.B), p.A/(p.A+p.B), 0.1, "who leaves after one")
	require.InEpsilon(t, s.Purchases.R, p.R, 0.1)
	require.InEpsilon(t, s.Value.Mean(), v.Mean(), 0.02)
	require.InEpsilon(t, s.Value.P, v.P, 0.1)
	require.Equal(t, predict.MethodGammaGamma, r.Model.ValueMethod)
	require.InDelta(t, 0, r.Model.Correlation, 0.05)
}

// Of 24 shops that are as the model says, the 90 % interval misses two or three.
func TestIntervalsCoverWhatTheySay(t *testing.T) {
	const shops = 24
	covered, errors := 0, 0.0
	for seed := range uint64(shops) {
		b := compute(t, made(predicttest.Typical(seed, 1000, 270, lastDay))).Model.Backtest
		if b.Expected.Covers(float64(b.Actual)) {
			covered++
		}
		errors += (float64(b.Actual)/b.Expected.Mean - 1) / shops
		require.Less(t, b.MeanError, b.NaiveMeanError)
	}
	t.Logf("%d of %d within, off by %.3f on average", covered, shops, errors)
	require.GreaterOrEqual(t, covered, 18, "less than 1 in 100 times by chance")
	require.InDelta(t, 0, errors, 0.05)
}

func TestComputeAddsUp(t *testing.T) {
	in := made(predicttest.Typical(3, 3000, 300, lastDay))
	r := compute(t, in)
	m := r.Model
	require.Equal(t, len(in.Buyers), m.Customers)
	require.Equal(t, m.Customers, m.Repeating+m.BoughtOnce)
	var orders, value, alive, churnValue float64
	var cents, cellCents int64
	var inCells, inBuckets int
	for i, p := range r.Predictions {
		require.Equal(t, in.Buyers[i], r.Buyers[i])
		require.True(t, p.PAlive >= 0 && p.PAlive <= 1)
		require.GreaterOrEqual(t, p.Expected, p.ExpectedShort)
		require.Greater(t, p.ValuePerOrder, 0.0)
		require.InDelta(t, p.Expected*p.ValuePerOrder, p.ExpectedRevenue, 1e-9)
		orders, value, cents = orders+p.Expected, value+p.ExpectedRevenue, cents+r.Buyers[i].Cents
		risk, known := p.ChurnRisk(r.Buyers[i])
		require.Equal(t, r.Buyers[i].Now.Repeats > 0, known)
		if known {
			alive += 1 - risk
		}
	}
	for _, c := range m.RFM {
		inCells, cellCents = inCells+c.Customers, cellCents+c.Cents
	}
	for _, c := range m.Churn {
		inBuckets, churnValue = inBuckets+c.Customers, churnValue+c.Value
	}
	require.Equal(t, m.Customers, inCells)
	require.Equal(t, cents, cellCents)
	require.Equal(t, m.Repeating, inBuckets)
	require.InDelta(t, alive, m.Alive, 1e-6)
	require.InDelta(t, orders, m.ExpectedOrders.Mean, 1e-6)
	require.InDelta(t, value, m.ExpectedValue.Mean, 1e-6)
	require.Less(t, churnValue, value)
	require.Less(t, *m.ExpectedOrders.Low, orders)
	require.Greater(t, *m.ExpectedValue.High, value)
	require.Equal(t, 90, m.Backtest.HoldoutDays)
	inGroups := 0
	for _, g := range m.Backtest.ByFrequency {
		inGroups += g.Customers
	}
	require.Equal(t, m.Backtest.Customers, inGroups)
	require.Less(t, m.Backtest.Customers, m.Customers+1)

	again, err := json.Marshal(compute(t, made(predicttest.Typical(3, 3000, 300, lastDay))).Model)
	require.NoError(t, err)
	once, err := json.Marshal(m)
	require.NoError(t, err)
	require.Equal(t, string(once), string(again), "the same orders, the same numbers")
}

func whats(all []predict.Requirement) (names []string) {
	for _, r := range all {
		names = append(names, r.What)
	}
	return names
}

func TestNotEnough(t *testing.T) {
	typical := predicttest.Typical(4, 3000, 300, lastDay)
	for name, c := range map[string]struct {
		change  func(*predicttest.Simulation)
		missing []string
	}{
		"nobody":           {func(s *predicttest.Simulation) { s.Customers = 0 }, []string{"customers", "repeating_customers", "history_days"}},
		"a few people":     {func(s *predicttest.Simulation) { s.Customers = 20 }, []string{"customers", "repeating_customers"}},
		"nobody came back": {func(s *predicttest.Simulation) { s.Purchases.Alpha = 1e7; s.Days = 150 }, []string{"repeating_customers", "days_since_last_order"}},
		"a young shop":     {func(s *predicttest.Simulation) { s.Days = 100 }, []string{"history_days"}},
		"enough":           {func(*predicttest.Simulation) {}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := typical
			c.change(&s)
			r := compute(t, made(s))
			require.Equal(t, c.missing, whats(r.Model.Missing))
			for _, m := range r.Model.Missing {
				require.Contains(t, m.Message, "predictions need")
				require.NotEqual(t, m.Have, m.Need)
			}
			require.Equal(t, c.missing == nil, r.Model.Purchases != nil)
			for _, p := range r.Predictions {
				require.True(t, p.RFM.Recency >= 1 && p.RFM.Monetary <= 5, "scores need no model")
			}
			_, err := json.Marshal(r.Model)
			require.NoError(t, err)
		})
	}
	t.Run("the data ended", func(t *testing.T) {
		s := typical
		in := predicttest.Input(s.Make(), lastDay.AddDate(0, 0, 40), lastDay.AddDate(0, 0, -50))
		require.Equal(t, []string{"days_since_last_order"}, whats(compute(t, in).Model.Missing))
	})
	t.Run("nobody was there before the hold-out", func(t *testing.T) {
		s := typical
		in := predicttest.Input(s.Make(), lastDay, lastDay.AddDate(0, 0, -299))
		m := compute(t, in).Model
		require.NotNil(t, m.Purchases)
		require.Nil(t, m.Backtest)
		require.Equal(t, []string{"customers", "repeating_customers"}, whats(m.BacktestLacks))
		require.Nil(t, m.ExpectedOrders.Low, "an interval that nothing tested is none")
	})
}

// What real shops have and the papers' does not: nobody leaves, everything costs the same, or nothing has a price.
func TestShopsTheModelsDoNotKnow(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 9))
	shop := func(days int, every int, cents func() int64) (all []predicttest.Purchase) {
		for customer := range 300 {
			for d := random.IntN(every); d <= days; d += 1 + random.IntN(2*every) {
				all = append(all, predicttest.Purchase{Customer: customer, Day: lastDay.AddDate(0, 0, d-days), Cents: cents()})
			}
		}
		return all
	}
	for name, c := range map[string]struct {
		purchases []predicttest.Purchase
		method    string
		perOrder  float64
		off       float64 // the hold-out, at most
	}{
		"nobody leaves":        {shop(300, 15, func() int64 { return 1000 + random.Int64N(4000) }), predict.MethodGammaGamma, 30, 0.1},
		"everything costs 20":  {shop(300, 30, func() int64 { return 2000 }), predict.MethodGammaGamma, 20, 0.1},
		"nothing has a price":  {shop(300, 30, func() int64 { return 0 }), predict.MethodAverageOrder, 0, 0.1},
		"one order in a while": {shop(300, 150, func() int64 { return 1000 + random.Int64N(4000) }), predict.MethodGammaGamma, 30, 0.5},
		"daily":                {shop(200, 1, func() int64 { return 300 + random.Int64N(100) }), predict.MethodGammaGamma, 3.5, 0.1},
	} {
		t.Run(name, func(t *testing.T) {
			r := compute(t, predicttest.Input(c.purchases, lastDay, lastDay.AddDate(0, 0, -90)))
			m := r.Model
			require.Empty(t, m.Missing)
			_, err := json.Marshal(m)
			require.NoError(t, err)
			require.Equal(t, c.method, m.ValueMethod)
			require.InDelta(t, c.perOrder, m.ExpectedValue.Mean/m.ExpectedOrders.Mean, 0.05*c.perOrder+1e-9)
			t.Logf("%+v: expected %.0f (%.0f to %.0f), actual %d", m.Purchases.Parameters, m.Backtest.Expected.Mean, *m.Backtest.Expected.Low, *m.Backtest.Expected.High, m.Backtest.Actual)
			require.InEpsilon(t, float64(m.Backtest.Actual), m.Backtest.Expected.Mean, c.off)
		})
	}
}

func TestComputeEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := predict.Compute(ctx, made(predicttest.Typical(3, 3000, 300, lastDay)))
	require.ErrorIs(t, err, context.Canceled)
}

func BenchmarkCompute(b *testing.B) {
	in := made(predicttest.Typical(1, 100_000, 540, lastDay))
	for b.Loop() {
		if _, err := predict.Compute(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
}

func TestScalesGiveEqualValuesEqualScores(t *testing.T) {
	of := func(counts ...int) predict.Scale {
		var values []int64
		for value, n := range counts {
			for range n {
				values = append(values, int64(value))
			}
		}
		return predict.NewScale(values)
	}
	scores := func(s predict.Scale, values ...int64) (out []int8) {
		for _, v := range values {
			out = append(out, s.Score(v))
		}
		return out
	}
	require.Equal(t, []int8{1, 2, 3, 4, 5}, scores(of(20, 20, 20, 20, 20), 0, 1, 2, 3, 4))
	require.Equal(t, []int8{1, 4}, scores(of(0, 70, 30), 1, 2))
	require.Equal(t, []int8{1, 5}, scores(of(0, 81, 19), 1, 2))
	require.Equal(t, []int8{1}, scores(of(100), 0), "all alike")
	require.Equal(t, []int8{1, 2, 3, 4, 5}, scores(predict.NewScale([]int64{5, 3, 1, 4, 2}), 1, 2, 3, 4, 5))
	require.Equal(t, []int8{1, 1, 1}, scores(predict.NewScale(nil), 0, 1, -1))

	random := rand.New(rand.NewPCG(2, 2))
	for range 300 {
		values := make([]int64, 1+random.IntN(200))
		for i := range values {
			values[i] = random.Int64N(1 + random.Int64N(100))
		}
		s := predict.NewScale(values)
		for _, v := range values {
			below := 0
			for _, other := range values {
				if other < v {
					below++
				}
			}
			require.EqualValues(t, 1+below*5/len(values), s.Score(v), "one more for each whole fifth that is less")
		}
	}
}

func TestRFMSegments(t *testing.T) {
	for r := int8(1); r <= 5; r++ {
		for f := int8(1); f <= 5; f++ {
			require.NotEmpty(t, predict.RFM{Recency: r, Frequency: f}.Segment())
		}
	}
	require.Equal(t, "champions", predict.RFM{Recency: 5, Frequency: 4}.Segment())
	require.Equal(t, "new", predict.RFM{Recency: 5, Frequency: 1}.Segment())
	require.Equal(t, "at_risk", predict.RFM{Recency: 1, Frequency: 5}.Segment())
	require.Equal(t, "lost", predict.RFM{Recency: 2, Frequency: 1}.Segment())
}
