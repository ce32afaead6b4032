package predict

import (
	"iter"
	"math"
	"math/rand/v2"
)

// Purchases draws one future of a customer who is alive, has made x repeat purchases and has been one for age weeks: the
// weeks from now, in order, in which they buy within the horizon. For x = 0 and age = 0 it is the life of a new customer.
func (m BGNBD) Purchases(random *rand.Rand, x int, age, horizon float64) iter.Seq[float64] {
	n := float64(x)
	return func(yield func(float64) bool) {
		rate := drawGamma(random, m.R+n) / (m.Alpha + age)
		stay, leave := drawGamma(random, m.B+n), drawGamma(random, m.A)
		dropout := leave / (leave + stay) // beta(a, b+x)
		for at := random.ExpFloat64() / rate; at <= horizon; at += random.ExpFloat64() / rate {
			if !yield(at) || !(random.Float64() >= dropout) {
				return
			}
		}
	}
}

// Values draws a customer's mean after x transactions with a mean of m, and answers what draws single transactions around it.
func (g GammaGamma) Values(random *rand.Rand, x int, m float64) func() float64 {
	n := float64(x)
	rate := drawGamma(random, g.Q+g.P*n) / (g.Gamma + n*m)
	return func() float64 { return drawGamma(random, g.P) / rate }
}

// drawGamma draws from a gamma distribution of that shape and rate 1: Marsaglia, Tsang, "A simple method for generating gamma
// variables", ACM Transactions on Mathematical Software 26(3), 2000, 363-372.
func drawGamma(random *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return drawGamma(random, shape+1) * math.Pow(1-random.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := random.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-random.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}
