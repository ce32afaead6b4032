package predict_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/predict"
	"github.com/pulsehub/pulsehub/internal/predict/predicttest"
)

func calibrations(in predict.Input) (all []predict.Summary) {
	for _, b := range in.Buyers {
		all = append(all, b.Calibration)
	}
	return all
}

// The parameters of Fader, Hardie, Lee 2005, table 2, and of Fader, Hardie 2013. CLVTools, an R package of others, has the
// same with a log-likelihood of -4055.9177 for the second.
func TestThePapersParameters(t *testing.T) {
	in := predicttest.Input(predicttest.CDNOW(t), predicttest.CDNOWEnd, predicttest.CDNOWEnd)
	require.Len(t, in.Buyers, 2357)
	f, err := predict.FitBGNBD(context.Background(), calibrations(in))
	require.NoError(t, err)
	t.Logf("BG/NBD: %+v", f)
	require.Equal(t, 2357, f.Customers)
	require.InEpsilon(t, 0.2426, f.Parameters.R, 0.01)
	require.InEpsilon(t, 4.4136, f.Parameters.Alpha, 0.01)
	require.InEpsilon(t, 0.7929, f.Parameters.A, 0.01)
	require.InEpsilon(t, 2.4259, f.Parameters.B, 0.01)
	require.InDelta(t, -9582.4, f.LogLikelihood, 0.1)

	g, err := predict.FitGammaGamma(context.Background(), calibrations(in))
	require.NoError(t, err)
	t.Logf("gamma-gamma: %+v", g)
	require.Equal(t, 946, g.Customers)
	require.InEpsilon(t, 6.25, g.Parameters.P, 0.02)
	require.InEpsilon(t, 3.74, g.Parameters.Q, 0.02)
	require.InEpsilon(t, 15.44, g.Parameters.Gamma, 0.02)
	require.InDelta(t, -4055.92, g.LogLikelihood, 0.01)
}

// The papers' other 39 weeks: what they look like from the first 39.
func TestThePapersHoldout(t *testing.T) {
	in := predicttest.Input(predicttest.CDNOW(t), time.Date(1998, 6, 30, 0, 0, 0, 0, time.UTC), predicttest.CDNOWEnd)
	r, err := predict.Compute(context.Background(), in)
	require.NoError(t, err)
	require.Empty(t, r.Model.Missing)
	b := r.Model.Backtest
	t.Logf("expected %.0f (%.0f to %.0f), actual %d, naive %.0f; mean error %.3f, naive %.3f; correlation %.3f, naive %.3f",
		b.Expected.Mean, *b.Expected.Low, *b.Expected.High, b.Actual, b.Naive, b.MeanError, b.NaiveMeanError, b.Correlation, b.NaiveCorrelation)
	t.Logf("value: expected %.0f, actual %.0f; next %d days: %.0f orders (%.0f to %.0f) worth %.0f (%.0f to %.0f)", b.ExpectedValue, b.ActualValue, predict.Horizon,
		r.Model.ExpectedOrders.Mean, *r.Model.ExpectedOrders.Low, *r.Model.ExpectedOrders.High, r.Model.ExpectedValue.Mean, *r.Model.ExpectedValue.Low, *r.Model.ExpectedValue.High)
	require.Equal(t, "1997-09-30", b.CalibrationEnd)
	require.Equal(t, 273, b.HoldoutDays)
	require.Equal(t, 2357, b.Customers)
	require.InEpsilon(t, 0.2426, b.Parameters.R, 0.01)
	require.InEpsilon(t, float64(b.Actual), b.Expected.Mean, 0.13, "12 %% too few: the shop's customers came back more than the first weeks let expect")
	require.Less(t, *b.Expected.Low, b.Expected.Mean)
	require.Less(t, b.MeanError, b.NaiveMeanError)
	require.InDelta(t, 0.626, b.Correlation, 0.001, "the paper's correlation of actual and expected, table 4")
	require.Len(t, b.ByFrequency, 8)
	for i, g := range b.ByFrequency {
		t.Logf("%d: %5d customers, expected %.3f, actual %.3f, naive %.3f", g.Repeats, g.Customers, g.Expected, g.Actual, g.Naive)
		if i > 0 {
			require.Greater(t, g.Expected, b.ByFrequency[i-1].Expected)
		}
	}
}
