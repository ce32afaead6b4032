package learntest

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Choosing by what was learned loses ever less a card, and less than choosing blindly or each choice for itself, in small
// samples above all. The figures are means over many workspaces with fixed seeds, so that they are the same at each run.
func TestRegret(t *testing.T) {
	for name, cfg := range map[string]Config{
		"workspaces as the prior believes":  {Workspaces: 30, Cards: 300, Audience: 200, Segments: 4, Spread: 1, Seed: 1},
		"that differ more than it believes": {Workspaces: 30, Cards: 300, Audience: 200, Segments: 4, Spread: 2, Seed: 2},
	} {
		t.Run(name, func(t *testing.T) {
			regret := Regret(cfg)
			for _, n := range []int{20, 50, 100, 200, 300} {
				t.Logf("after %3d cards: uniform %.1f, alone %.1f, from the benchmark %.1f, shrunk %.1f orders lost", n,
					regret[Uniform][n-1], regret[Alone][n-1], regret[Benchmark][n-1], regret[Shrunk][n-1])
			}
			shrunk := regret[Shrunk]
			third := func(i int) float64 { return shrunk[(i+1)*100-1] - shrunk[max(0, i*100-1)] }
			assert.Less(t, third(1), 0.85*third(0), "sublinear: the second hundred cards cost less than the first")
			assert.Less(t, third(2), third(1), "and the third less than the second")
			assert.Less(t, shrunk[299], 0.7*regret[Uniform][299])
			for _, n := range []int{20, 50, 100} {
				assert.Less(t, shrunk[n-1], regret[Uniform][n-1])
				assert.Less(t, shrunk[n-1], 0.9*regret[Alone][n-1], "after %d cards", n)
				assert.Less(t, shrunk[n-1], regret[Benchmark][n-1], "after %d cards", n)
			}
		})
	}
}
