package recommend

import (
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
			assert.InDelta(t, p, betaCDF(betaQuantile(p, ab[0], ab[1]), ab[0], ab[1]), 1e-6)
		}
	}
}

func TestRateOf(t *testing.T) {
	prior := Prior{Rate: 0.03, Weight: 400}
	low, mid, high := rateOf(prior, 0, 0)
	assert.InDelta(t, 0.03, mid, 1e-9, "with no figures of our own the prior speaks")
	assert.True(t, low < mid && mid < high)

	_, better, _ := rateOf(prior, 20, 200)
	assert.Greater(t, better, mid, "our own orders pull the rate")

	_, capped, _ := rateOf(prior, 100_000, 1_000_000)
	_, atCap, _ := rateOf(prior, 20, 200)
	assert.InDelta(t, atCap, capped, 1e-9, "and count no more than the cap, however many people there are")

	_, odd, _ := rateOf(prior, 500, 200)
	assert.Less(t, odd, 1.0, "more orders than people are no more than everybody")
}
