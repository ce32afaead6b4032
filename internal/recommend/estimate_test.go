package recommend

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

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
