package main

import (
	"context"
	"fmt"
	"time"

	"github.com/pulsehub/pulsehub/internal/learn/learntest"
)

// benchLearningCmd plays workspaces whose true rates are known, and prints what choosing channel and time of campaigns costs
// them: orders lost against always choosing the best. It needs no services.
type benchLearningCmd struct {
	Workspaces int     `help:"How many are played; means over them are printed." default:"200"`
	Cards      int     `help:"How many campaigns each makes." default:"500"`
	Audience   int     `help:"How many people a campaign reaches." default:"200"`
	Segments   int     `help:"How many segments they are for, at random." default:"4"`
	Spread     float64 `help:"How much more channels, segments and times differ than is believed at first." default:"1"`
	Seed       uint64  `help:"Another one plays other workspaces." default:"1"`
}

func (c *benchLearningCmd) Run(context.Context) error {
	begin := time.Now()
	regret := learntest.Regret(learntest.Config{Workspaces: c.Workspaces, Cards: c.Cards, Audience: c.Audience, Segments: c.Segments, Spread: c.Spread, Seed: c.Seed})
	fmt.Printf("%d workspaces, %d people a campaign, %d segments, 4 channels at 4 times of day; orders lost up to a card\n\n", c.Workspaces, c.Audience, c.Segments)
	fmt.Printf("%8s %12s %12s %16s %12s %22s\n", "cards", "any", "alone", "from benchmark", "shrunk", "lost a card, shrunk")
	before := 0
	for _, n := range []int{1, 5, 10, 20, 50, 100, 200, 300, 500, 1000, 2000} {
		if n > c.Cards {
			break
		}
		at := func(p learntest.Policy) float64 { return regret[p][n-1] }
		sofar := 0.0
		if before > 0 {
			sofar = regret[learntest.Shrunk][before-1]
		}
		fmt.Printf("%8d %12.1f %12.1f %16.1f %12.1f %22.2f\n", n, at(learntest.Uniform), at(learntest.Alone), at(learntest.Benchmark), at(learntest.Shrunk), (at(learntest.Shrunk)-sofar)/float64(n-before))
		before = n
	}
	fmt.Printf("\nany: chosen blindly. alone: Thompson sampling, each choice for itself, from Beta(1, 1). from benchmark: the same, from the\n" +
		"published rate. shrunk: as PulseHub does, each choice learning from those like it.\n")
	fmt.Printf("Took %s.\n", time.Since(begin).Round(100*time.Millisecond))
	return nil
}
