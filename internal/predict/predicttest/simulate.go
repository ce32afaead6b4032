package predicttest

import (
	"math/rand/v2"
	"time"

	"github.com/pulsehub/pulsehub/internal/predict"
)

// Simulation makes a shop whose customers do as the models say.
type Simulation struct {
	Seed      uint64
	Customers int
	Days      int // of history
	LastDay   time.Time
	Purchases predict.BGNBD
	Value     predict.GammaGamma
}

// Typical is a shop that the tests use: people come over the first two thirds of the history.
func Typical(seed uint64, customers, days int, lastDay time.Time) Simulation {
	return Simulation{
		Seed: seed, Customers: customers, Days: days, LastDay: lastDay,
		Purchases: predict.BGNBD{R: 0.8, Alpha: 6, A: 0.7, B: 2.5}, Value: predict.GammaGamma{P: 6, Q: 4, Gamma: 16},
	}
}

// Make draws the purchases. The same simulation is always the same.
func (s Simulation) Make() (all []Purchase) {
	random := rand.New(rand.NewPCG(s.Seed, 7))
	for customer := range s.Customers {
		joined := random.IntN(max(1, s.Days*2/3))
		first := s.LastDay.AddDate(0, 0, joined-s.Days)
		value := s.Value.Values(random, 0, 0)
		buy := func(days float64) {
			all = append(all, Purchase{customer, first.AddDate(0, 0, int(days)), int64(value()*100) + 1})
		}
		hour := random.Float64() // of the first purchase, as a part of its day
		buy(hour)
		for week := range s.Purchases.Purchases(random, 0, 0, (float64(s.Days-joined)+1-hour)/7) {
			buy(hour + week*7)
		}
	}
	return all
}
