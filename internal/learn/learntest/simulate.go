// Package learntest plays many workspaces whose true rates are known, to see what choosing by what was learned costs.
package learntest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/pulsehub/pulsehub/internal/learn"
)

// Policy is a way to choose the channel and the time of a card.
type Policy string

// The policies. All but the first draw a rate for each choice and take the best (Thompson sampling).
const (
	Uniform   Policy = "uniform"   // any one, each as likely
	Alone     Policy = "alone"     // each choice learns from itself only, and begins knowing nothing: Beta(1, 1)
	Benchmark Policy = "benchmark" // each learns from itself only, and begins with the published rate
	Shrunk    Policy = "shrunk"    // as PulseHub does
)

// Policies are all of them.
var Policies = []Policy{Uniform, Alone, Benchmark, Shrunk}

// Config is one simulation.
type Config struct {
	Workspaces int     // how many are played, each with rates of its own
	Cards      int     // how many campaigns each makes
	Audience   int     // people a campaign reaches
	Segments   int     // among how many it alternates at random
	Spread     float64 // how much more segments, channels and times differ than the prior believes: 1 is as much, 2 is twice
	Seed       uint64
}

// bands are what is chosen among: one of the channels at one of these.
var bands = []learn.Band{learn.Morning, learn.Afternoon, learn.Evening, learn.Night}

// benchmarkMessages is how many messages Benchmark's beginning counts for: the weight that cards give a benchmark.
const benchmarkMessages = 400

// Regret plays the simulation: the mean over workspaces of all orders lost up to each card, against choosing the best channel
// and time each time, by policy. Every policy meets the same workspaces. The same config gives the same figures.
func Regret(cfg Config) map[Policy][]float64 {
	out := map[Policy][]float64{}
	for _, p := range Policies {
		curve := make([]float64, cfg.Cards)
		for w := range cfg.Workspaces {
			lost := 0.0
			for i, l := range play(cfg, p, uint64(w)) {
				lost += l
				curve[i] += lost / float64(cfg.Workspaces)
			}
		}
		out[p] = curve
	}
	return out
}

// rates draws a workspace's true rates: a workspace around the benchmark, then factors of its channels, segments and times.
func rates(cfg Config, workspace uint64) map[learn.Key]float64 {
	r := rand.New(rand.NewPCG(cfg.Seed, workspace))
	factor := func(deviation float64) float64 {
		return math.Exp(deviation*cfg.Spread*r.NormFloat64() - deviation*deviation*cfg.Spread*cfg.Spread/2)
	}
	base := learn.GlobalRate * factor(0.38)
	out := map[learn.Key]float64{}
	for _, c := range learn.Channels {
		channel := base * factor(0.27)
		for s := range cfg.Segments {
			segment := channel * factor(0.27)
			for _, b := range bands {
				out[key(s, c, b)] = min(0.5, segment*factor(0.19))
			}
		}
	}
	return out
}

func key(segment int, channel string, band learn.Band) learn.Key {
	return learn.Key{Segment: fmt.Sprint("segment ", segment), Channel: channel, Band: band}
}

// play is the orders that each card of one workspace loses.
func play(cfg Config, policy Policy, workspace uint64) []float64 {
	truth := rates(cfg, workspace)
	r := rand.New(rand.NewPCG(cfg.Seed+1, workspace))
	evidence := map[learn.Key]learn.Evidence{}
	lost := make([]float64, cfg.Cards)
	spread := 1.0
	for i := range cfg.Cards {
		segment := r.IntN(cfg.Segments)
		var choice learn.Key
		best, drawn := 0.0, -1.0
		if policy == Shrunk && i > 0 && i%20 == 0 {
			spread = learn.New(time.Time{}, evidence, 0).Spread
		}
		var sampler *learn.Sampler
		if policy == Shrunk {
			sampler = learn.New(time.Time{}, evidence, spread).Sampler(fmt.Sprint(workspace, ":", i))
		}
		for _, c := range learn.Channels {
			for _, b := range bands {
				k := key(segment, c, b)
				best = max(best, truth[k])
				e, x := evidence[k], 0.0
				switch policy {
				case Uniform:
					x = r.Float64()
				case Alone:
					x = learn.SampleBeta(r, 1+e.Successes, 1+e.Trials-e.Successes)
				case Benchmark:
					x = learn.SampleBeta(r, benchmarkMessages*learn.GlobalRate+e.Successes, benchmarkMessages*(1-learn.GlobalRate)+e.Trials-e.Successes)
				case Shrunk:
					x = sampler.Rate(k)
				}
				if x > drawn {
					choice, drawn = k, x
				}
			}
		}
		lost[i] = (best - truth[choice]) * float64(cfg.Audience)
		e := evidence[choice]
		for range cfg.Audience {
			e.Trials++
			if r.Float64() < truth[choice] {
				e.Successes++
			}
		}
		evidence[choice] = e
	}
	return lost
}
