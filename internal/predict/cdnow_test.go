package predict_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/predict"
	"github.com/pulsehub/pulsehub/internal/predict/predicttest"
)

func TestX(t *testing.T) {
	in := predicttest.Input(predicttest.CDNOW(t), predicttest.CDNOWEnd, predicttest.CDNOWEnd)
	var all []predict.Summary
	for _, b := range in.Buyers {
		all = append(all, b.Now)
	}
	f, err := predict.FitBGNBD(context.Background(), all)
	require.NoError(t, err)
	t.Logf("%+v", f)
	g, err := predict.FitGammaGamma(context.Background(), all)
	require.NoError(t, err)
	t.Logf("%+v", g)
	m := f.Parameters
	t.Log(m.PAlive(2, 30.43, 38.86), m.Expected(2, 30.43, 38.86, 39))
}
