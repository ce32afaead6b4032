package predict

import "math"

// BGNBD are the parameters of the beta-geometric/NBD model of repeat purchases.
//
// While they are alive, a customer buys at a rate of their own, λ purchases a week, and rates follow a gamma distribution of
// shape R and rate Alpha. After each purchase they drop out with a probability of their own, p, and these follow a beta
// distribution of A and B. Time is in weeks; Alpha is too, and the others have no unit.
//
// Source: Fader, Hardie, Lee, "Counting your customers" the easy way: an alternative to the Pareto/NBD model, Marketing
// Science 24(2), 2005, 275-284.
type BGNBD struct {
	R     float64 `json:"r"`
	Alpha float64 `json:"alpha"` // weeks
	A     float64 `json:"a"`
	B     float64 `json:"b"`
}

// LogLikelihood is the logarithm of equation (6) of the paper, for a customer with x repeat purchases, the last of them
// recency weeks after the first purchase, who has been observed for age weeks since it: at most one a day. It is taken apart as in Fader,
// Hardie, "Overcoming the BG/NBD model's #NUM! error problem", note 027, 2013, so that nothing overflows. For x = 0 recency
// is not looked at.
func (m BGNBD) LogLikelihood(x int, recency, age float64) float64 {
	n := float64(x)
	common := lgamma(m.R+n) - lgamma(m.R) + m.R*math.Log(m.Alpha) + lgamma(m.A+m.B) - lgamma(m.B) + lgamma(m.B+n) - lgamma(m.A+m.B+n)
	alive := -(m.R + n) * math.Log(m.Alpha+age)
	if x == 0 {
		return common + alive
	}
	gone := math.Log(m.A) - math.Log(m.B+n-1) - (m.R+n)*math.Log(m.Alpha+recency)
	return common + logSum(alive, gone)
}

// PAlive is the probability that such a customer has not dropped out, from 0 to 1: Fader, Hardie, Lee, "Computing P(alive)
// using the BG/NBD model", note 021, 2008. Who has not bought again has had no occasion to drop out, so it is 1 for x = 0.
func (m BGNBD) PAlive(x int, recency, age float64) float64 {
	if x == 0 {
		return 1
	}
	n := float64(x)
	odds := math.Log(m.A) - math.Log(m.B+n-1) + (m.R+n)*math.Log1p((age-recency)/(m.Alpha+recency))
	return 1 / (1 + math.Exp(odds))
}

// Expected is how many purchases such a customer makes in the next horizon weeks, on average: equation (10) of the paper.
func (m BGNBD) Expected(x int, recency, age, horizon float64) float64 {
	return m.PAlive(x, recency, age) * m.ExpectedAlive(x, age, horizon)
}

// ExpectedAlive is Expected for a customer who is known to be alive; it depends on their recency no more.
func (m BGNBD) ExpectedAlive(x int, age, horizon float64) float64 {
	if horizon <= 0 {
		return 0
	}
	n := float64(x)
	// Equation (10) divides by a-1 what is zero at a = 1, and its series has a pole where a+b+x-1 is zero or below, which
	// only x = 0 can bring. There the same value comes from an integral in which every term is positive.
	if math.Abs(m.A-1) < 1e-3 || m.A+m.B+n-1 < 1e-3 {
		return m.expectedByIntegral(n, age, horizon)
	}
	z := horizon / (m.Alpha + age + horizon)
	shrunk := logHyp2F1(m.R+n, m.B+n, m.A+m.B+n-1, z) - (m.R+n)*math.Log1p(horizon/(m.Alpha+age))
	return (m.A + m.B + n - 1) / (m.A - 1) * -math.Expm1(shrunk)
}

// expectedByIntegral is the mean of λ exp(-λps) over 0 < s < horizon and over what is known of λ and p, which is gamma(r+x,
// α+T) and beta(a, b+x) for a customer who is alive. With y = s/(α+T+s) it is
//
//	(r+x) ∫ (1-y)^(r+x-1) 2F1(r+x+1, b+x; a+b+x; y) dy   from 0 to horizon/(α+T+horizon).
//
// Integrating the series term by term gives equation (10).
func (m BGNBD) expectedByIntegral(n, age, horizon float64) float64 {
	// In w = -ln(1-y) it is a sum of decays, the fastest by r+x: pieces that double catch each of them.
	end := math.Log1p(horizon / (m.Alpha + age))
	sum := 0.0
	for from, to := 0.0, 0.5/(m.R+n); from < end; from, to = to, 2*to {
		width := min(to, end) - from
		for k, node := range gaussNodes {
			w := from + width*(1+node)/2
			sum += width / 2 * gaussWeights[k] * math.Exp(logHyp2F1(m.R+n+1, m.B+n, m.A+m.B+n, -math.Expm1(-w))-(m.R+n)*w)
		}
	}
	return (m.R + n) * sum
}

// The Gauss-Legendre rule of ten points on (-1, 1), Abramowitz and Stegun, table 25.4.
var (
	gaussNodes = [10]float64{
		-0.973906528517171720078, -0.865063366688984510732, -0.679409568299024406234, -0.433395394129247190799, -0.148874338981631210885,
		0.148874338981631210885, 0.433395394129247190799, 0.679409568299024406234, 0.865063366688984510732, 0.973906528517171720078,
	}
	gaussWeights = [10]float64{
		0.066671344308688137594, 0.149451349150580593146, 0.219086362515982043996, 0.269266719309996355091, 0.295524224714752870174,
		0.295524224714752870174, 0.269266719309996355091, 0.219086362515982043996, 0.149451349150580593146, 0.066671344308688137594,
	}
)

// logHyp2F1 is the logarithm of the Gaussian hypergeometric function for positive a, b and c and 0 <= z < 1, where every term
// of its series is positive: nothing cancels. The sum is scaled down as it grows, so it cannot overflow either.
func logHyp2F1(a, b, c, z float64) float64 {
	const huge = 0x1p500
	term, sum, scale := 1.0, 1.0, 0.0
	for k := 0.0; k < 5e6; k++ {
		ratio := (a + k) * (b + k) / ((c + k) * (k + 1)) * z
		term *= ratio
		sum += term
		// What is left is at most a geometric series of the next ratio, once ratios fall or stay below z.
		if bound := max(ratio, z); bound < 1 && term <= 1e-16*sum*(1-bound) {
			break
		}
		if sum > huge {
			term, sum, scale = term/huge, sum/huge, scale+500*math.Ln2
		}
	}
	return scale + math.Log(sum)
}

// logSum is log(exp(a) + exp(b)).
func logSum(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(a, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}
