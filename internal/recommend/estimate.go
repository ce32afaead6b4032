package recommend

import "math"

// Prior is what is known of a rate before this workspace's own figures: Rate as if seen in Weight people.
type Prior struct {
	Rate   float64
	Weight float64
	Source string // where the rate comes from, in words
}

// priorWeight makes a published benchmark count as much as 400 people of our own.
const priorWeight = 400

// ownWeight caps how much the workspace's own orders count: they happened without the message, so they inform the rate and
// do not settle it.
const ownWeight = 200

// rateOf estimates the share of messaged people who order within seven days, with a 90 % interval. The method is the Beta
// posterior of the prior and the workspace's own figures: converted of people. It is an estimate until a campaign was measured.
func rateOf(p Prior, converted, people float64) (low, mid, high float64) {
	if people > ownWeight {
		converted, people = converted*ownWeight/people, ownWeight
	}
	converted = math.Max(0, math.Min(converted, people))
	a := p.Rate*p.Weight + converted
	b := (1-p.Rate)*p.Weight + people - converted
	return betaQuantile(0.05, a, b), a / (a + b), betaQuantile(0.95, a, b)
}

// betaQuantile inverts the regularised incomplete beta function by bisection, to 1e-9.
func betaQuantile(p, a, b float64) float64 {
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
