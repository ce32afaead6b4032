package predict

import (
	"math"
	"math/rand/v2"
)

// confidence90 is how many standard deviations a 90 % interval reaches to each side.
const confidence90 = 1.6448536269514722

// A total's variance is taken from so many customers at most, a random sample, and from so many futures of each.
const (
	uncertainCustomers = 4000
	uncertainFutures   = 16
)

// variance is that of a workspace's totals.
type variance struct{ orders, value float64 }

// uncertainty is how far the totals over the horizon may be from what is expected, if the model is right: because of chance
// (each customer's future is drawn from the model several times) and because the parameters are estimates (the delta method,
// with the inverse of the numerical Hessian of the log-likelihood for their covariance). It does not know of seasons, sales
// and everything else that is not in the model; a hold-out does.
func uncertainty(f fitted, summaries []Summary, horizonDays int) variance {
	sample := sampled(summaries, uncertainCustomers)
	scale := float64(len(summaries)) / float64(len(sample))
	v := f.chance(sample, horizonDays)
	v.orders, v.value = v.orders*scale, v.value*scale

	purchases, value := f.purchases.Parameters.logs(), []float64(nil)
	if f.value != nil {
		value = f.value.Parameters.logs()
	}
	totals := func(logs []float64) (orders, worth float64) {
		g := f
		g.purchases.Parameters = bgnbdOf(logs[:4])
		if f.value != nil {
			g.value = &Fitted[GammaGamma]{Parameters: gammaGammaOf(logs[4:])}
		}
		predictor := g.predictor(horizonDays)
		for _, s := range sample {
			p := predictor.predict(s)
			orders, worth = orders+scale*p.Expected, worth+scale*p.ExpectedRevenue
		}
		return orders, worth
	}
	at := append(purchases, value...)
	orderSlopes, valueSlopes := make([]float64, len(at)), make([]float64, len(at))
	for i := range at {
		const step = 1e-3
		was := at[i]
		at[i] = was + step
		o2, v2 := totals(at)
		at[i] = was - step
		o1, v1 := totals(at)
		at[i] = was
		orderSlopes[i], valueSlopes[i] = (o2-o1)/(2*step), (v2-v1)/(2*step)
	}
	// The two models are fitted apart, so their parameters do not covary.
	l := newLikelihood(sampled(summaries, maxFitted))
	covariance := inverseHessian(func(logs []float64) float64 { return l.at(bgnbdOf(logs)) }, at[:4])
	v.orders += quadratic(covariance, orderSlopes[:4])
	v.value += quadratic(covariance, valueSlopes[:4])
	if f.value != nil {
		likelihood := gammaGammaLikelihood(sampled(spendings(summaries), maxFitted))
		covariance = inverseHessian(func(logs []float64) float64 { return likelihood(gammaGammaOf(logs)) }, at[4:])
		v.value += quadratic(covariance, valueSlopes[4:])
	}
	return v
}

// chance is the variance of the sums of drawn futures.
func (f fitted) chance(sample []Summary, horizonDays int) (v variance) {
	random := rand.New(rand.NewPCG(1, 1))
	m, horizon := f.purchases.Parameters, float64(horizonDays)/daysPerWeek
	for _, s := range sample {
		age := float64(s.Age) / daysPerWeek
		alive := m.PAlive(int(s.Repeats), float64(s.Recency)/daysPerWeek, age)
		var orders, worth moments
		for range uncertainFutures {
			n, sum := 0.0, 0.0
			if random.Float64() < alive {
				draw := func() float64 { return f.average }
				if f.value != nil {
					draw = f.value.Parameters.Values(random, int(s.Valued), s.mean())
				}
				for range m.Purchases(random, int(s.Repeats), age, horizon) {
					n, sum = n+1, sum+draw()
				}
			}
			orders.add(n)
			worth.add(sum)
		}
		v.orders, v.value = v.orders+orders.variance(), v.value+worth.variance()
	}
	return v
}

// moments are the mean and variance of values that come one by one (Welford, Technometrics 4(3), 1962).
type moments struct{ n, mean, squares float64 }

func (m *moments) add(v float64) {
	m.n++
	d := v - m.mean
	m.mean += d / m.n
	m.squares += d * (v - m.mean)
}

func (m *moments) variance() float64 { return m.squares / max(1, m.n-1) }

// inverseHessian is the covariance of estimates at the maximum of a log-likelihood: the inverse of its negative Hessian. A
// weak prior, of a standard deviation of 3 in each logarithm, keeps it finite in directions of which the data says nothing.
func inverseHessian(f func([]float64) float64, at []float64) [][]float64 {
	const step = 1e-2
	n, centre := len(at), f(at)
	shifted := func(i, j int, si, sj float64) float64 {
		moved := append([]float64(nil), at...)
		moved[i] += si * step
		moved[j] += sj * step
		return f(moved)
	}
	h := make([][]float64, n)
	for i := range h {
		h[i] = make([]float64, n)
		for j := range i {
			h[i][j] = -(shifted(i, j, 1, 1) - shifted(i, j, 1, -1) - shifted(i, j, -1, 1) + shifted(i, j, -1, -1)) / (4 * step * step)
			h[j][i] = h[i][j]
		}
		h[i][i] = -(shifted(i, i, 1, 0) - 2*centre + shifted(i, i, -1, 0)) / (step * step)
	}
	for prior := 1.0 / 9; ; prior *= 4 { // at a bound of the parameters it may have to be stronger
		for i := range h {
			h[i][i] += prior
		}
		if inverse, positive := invert(h); positive {
			return inverse
		}
	}
}

// invert inverts a symmetric matrix through its Cholesky factor, if it is positive definite.
func invert(a [][]float64) (inverse [][]float64, positive bool) {
	n := len(a)
	l := make([][]float64, n)
	for i := range l {
		l[i] = make([]float64, n)
		for j := range i + 1 {
			sum := a[i][j]
			for k := range j {
				sum -= l[i][k] * l[j][k]
			}
			if i == j {
				if !(sum > 0) || math.IsInf(sum, 1) {
					return nil, false
				}
				l[i][i] = math.Sqrt(sum)
			} else {
				l[i][j] = sum / l[j][j]
			}
		}
	}
	inverse = make([][]float64, n)
	for c := range inverse {
		x := make([]float64, n)
		x[c] = 1
		for i := range n { // l y = e
			for k := range i {
				x[i] -= l[i][k] * x[k]
			}
			x[i] /= l[i][i]
		}
		for i := n - 1; i >= 0; i-- { // lᵀ x = y
			for k := i + 1; k < n; k++ {
				x[i] -= l[k][i] * x[k]
			}
			x[i] /= l[i][i]
		}
		inverse[c] = x
	}
	return inverse, true
}

// quadratic is vᵀ m v.
func quadratic(m [][]float64, v []float64) (sum float64) {
	for i := range v {
		for j := range v {
			sum += v[i] * m[i][j] * v[j]
		}
	}
	return sum
}
