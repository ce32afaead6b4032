package learn

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Reference values: Beta(1,1) is uniform; Beta(2,3) has the closed form x²(6−8x+3x²).
func TestBetaCDF(t *testing.T) {
	for _, x := range []float64{0, 0.1, 0.25, 0.5, 0.9, 1} {
		assert.InDelta(t, x, betaCDF(x, 1, 1), 1e-10)
		assert.InDelta(t, x*x*(6-8*x+3*x*x), betaCDF(x, 2, 3), 1e-10)
	}
	assert.InDelta(t, 0.5, betaCDF(0.5, 400, 400), 1e-9)
}

func TestBetaQuantileInvertsTheCDF(t *testing.T) {
	for _, p := range []float64{0.05, 0.5, 0.95} {
		for _, ab := range [][2]float64{{1, 1}, {2, 3}, {12.8, 387.2}, {0.5, 200}} {
			assert.InDelta(t, p, betaCDF(BetaQuantile(p, ab[0], ab[1]), ab[0], ab[1]), 1e-6)
		}
	}
}

// What is drawn has the mean and the spread of the distribution it is drawn from, also for shapes below one.
func TestSampleBeta(t *testing.T) {
	for _, ab := range [][2]float64{{1, 1}, {2, 3}, {0.4, 25}, {12.8, 387.2}} {
		a, b := ab[0], ab[1]
		r := rand.New(rand.NewPCG(1, 2))
		const n = 200_000
		var sum, squares float64
		for range n {
			x := SampleBeta(r, a, b)
			assert.True(t, x >= 0 && x <= 1)
			sum, squares = sum+x, squares+x*x
		}
		mean, sd := a/(a+b), math.Sqrt(a*b/((a+b)*(a+b)*(a+b+1)))
		assert.InDelta(t, mean, sum/n, 5*sd/math.Sqrt(n))
		assert.InEpsilon(t, sd, math.Sqrt(squares/n-(sum/n)*(sum/n)), 0.02)
	}
}
