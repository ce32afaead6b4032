package learn

import (
	"math"
	"math/rand/v2"
)

// Interval is the quantiles of Beta(a, b) that have 5 % below and above them.
func Interval(a, b float64) (low, high float64) {
	return BetaQuantile(0.05, a, b), BetaQuantile(0.95, a, b)
}

// SampleBeta draws from Beta(a, b) as a part of two Gammas.
func SampleBeta(r *rand.Rand, a, b float64) float64 {
	x, y := sampleGamma(r, a), sampleGamma(r, b)
	if x+y == 0 { // both underflowed: shapes of next to nothing
		return a / (a + b)
	}
	return x / (x + y)
}

// sampleGamma draws from Gamma(shape, 1): Marsaglia and Tsang, A Simple Method for Generating Gamma Variables (2000).
func sampleGamma(r *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return sampleGamma(r, shape+1) * math.Pow(1-r.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		u := 1 - r.Float64()
		if math.Log(u) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// logBetaBinomial is the log-likelihood of s of n where the rate is drawn from Beta(k*mean, k*(1-mean)), but for a constant of
// s and n. Weighed evidence makes them fractions, which the formula takes as they are.
func logBetaBinomial(s, n, mean, k float64) float64 {
	return logBeta(s+k*mean, n-s+k*(1-mean)) - logBeta(k*mean, k*(1-mean))
}

func logBeta(a, b float64) float64 {
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	return la + lb - lab
}

// BetaQuantile inverts the regularised incomplete beta function by bisection, to 1e-9.
func BetaQuantile(p, a, b float64) float64 {
	low, high := 0.0, 1.0
	for high-low > 1e-9 {
		if mid := (low + high) / 2; betaCDF(mid, a, b) < p {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}

// betaCDF is the regularised incomplete beta function I_x(a, b) by its continued fraction (Lentz's method; Numerical
// Recipes, 3rd ed., §6.4).
func betaCDF(x, a, b float64) float64 {
	if x <= 0 {
		return 0
	}
	if x >= 1 {
		return 1
	}
	if x > (a+1)/(a+b+2) {
		return 1 - betaCDF(1-x, b, a)
	}
	lab, _ := math.Lgamma(a + b)
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	front := math.Exp(lab - la - lb + a*math.Log(x) + b*math.Log(1-x))
	const tiny = 1e-300
	c, d := 1.0, 1-(a+b)*x/(a+1)
	if math.Abs(d) < tiny {
		d = tiny
	}
	d = 1 / d
	f := d
	for m := 1.0; m <= 500; m++ {
		step := func(n float64) float64 {
			if d = 1 + n*d; math.Abs(d) < tiny {
				d = tiny
			}
			if c = 1 + n/c; math.Abs(c) < tiny {
				c = tiny
			}
			d = 1 / d
			return c * d
		}
		f *= step(m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m)))
		delta := step(-(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1)))
		f *= delta
		if math.Abs(delta-1) < 1e-12 {
			break
		}
	}
	return front * f / a
}
