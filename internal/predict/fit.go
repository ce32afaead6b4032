package predict

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// maxFitted is how many customers parameters are fitted on at most: beyond it a random sample of so many, always the same
// for the same customers, is as good to three digits. Predictions are always for all.
const maxFitted = 250_000

const daysPerWeek = 7

// sampled are at most limit of the values, in their order.
func sampled[T any](values []T, limit int) []T {
	if len(values) <= limit {
		return values
	}
	random := rand.New(rand.NewPCG(2005, 2013))
	out, left := make([]T, 0, limit), len(values)
	for _, v := range values { // each of those left is as likely as any other to be among those still wanted
		if random.IntN(left) < limit-len(out) {
			out = append(out, v)
		}
		left--
	}
	return out
}

// history is all that the likelihood of a customer depends on, in days.
type history struct{ repeats, recency, age int32 }

// likelihood computes the log-likelihood of many customers at once. Many share a history, and all share the few terms that
// depend on one number of whole days or purchases alone; these are looked up.
type likelihood struct {
	histories []history
	customers []float64 // with each
	xs        []int32   // the numbers of repeats that occur, rising
	common    []float64 // by repeats: terms of x alone
	gone      []float64
	logs      []float64 // by days: log(α + days)
}

// newLikelihood counts summaries by their histories, in an order of its own: sums are the same each time.
func newLikelihood(summaries []Summary) *likelihood {
	sorted := make([]history, len(summaries))
	for i, s := range summaries {
		sorted[i] = history{s.Repeats, s.Recency, s.Age}
		if s.Repeats == 0 {
			sorted[i].recency = 0
		}
	}
	slices.SortFunc(sorted, func(a, b history) int {
		return cmp.Or(cmp.Compare(a.repeats, b.repeats), cmp.Compare(a.recency, b.recency), cmp.Compare(a.age, b.age))
	})
	l := &likelihood{}
	oldest := int32(0)
	for i, h := range sorted {
		if i == 0 || h != sorted[i-1] {
			l.histories, l.customers = append(l.histories, h), append(l.customers, 0)
		}
		if len(l.xs) == 0 || l.xs[len(l.xs)-1] != h.repeats {
			l.xs = append(l.xs, h.repeats)
		}
		l.customers[len(l.customers)-1]++
		oldest = max(oldest, h.age)
	}
	most := 0
	if len(l.xs) > 0 {
		most = int(l.xs[len(l.xs)-1])
	}
	l.common, l.gone, l.logs = make([]float64, most+1), make([]float64, most+1), make([]float64, oldest+1)
	return l
}

// at is the sum of BGNBD.LogLikelihood over all customers.
func (l *likelihood) at(m BGNBD) (sum float64) {
	for d := range l.logs {
		l.logs[d] = math.Log(m.Alpha + float64(d)/daysPerWeek)
	}
	for _, x := range l.xs {
		n := float64(x)
		l.common[x] = lgamma(m.R+n) - lgamma(m.R) + m.R*math.Log(m.Alpha) + lgamma(m.A+m.B) - lgamma(m.B) + lgamma(m.B+n) - lgamma(m.A+m.B+n)
		l.gone[x] = math.Log(m.A) - math.Log(m.B+n-1)
	}
	product := 1.0 // of what logarithms are still to be summed of: one of many costs as much as one
	for i, h := range l.histories {
		n := m.R + float64(h.repeats)
		v := -n * l.logs[h.age]
		if h.repeats > 0 {
			less := l.gone[h.repeats] - n*l.logs[h.recency]
			if less > v {
				v, less = less, v
			}
			if e := math.Exp(less - v); l.customers[i] > 1 { // logSum of the two
				v += math.Log1p(e)
			} else if product *= 1 + e; product > 0x1p900 {
				sum, product = sum+math.Log(product), 1
			}
		}
		sum += l.customers[i] * (l.common[h.repeats] + v)
	}
	return sum + math.Log(product)
}

// Parameters are looked for within these bounds, by their logarithms. Data that knows no better runs into them: where nobody
// ever leaves, A goes down until it makes no difference.
const (
	leastParameter = 1e-4
	mostParameter  = 1e5
	leastAlpha     = 0.01 // weeks
	mostRate       = 100  // purchases a week on average, R/Alpha; there are at most seven
)

func within(v, least, most float64) bool { return v >= least && v <= most }

func bgnbdOf(logs []float64) BGNBD {
	return BGNBD{math.Exp(logs[0]), math.Exp(logs[1]), math.Exp(logs[2]), math.Exp(logs[3])}
}

func (m BGNBD) logs() []float64 {
	return []float64{math.Log(m.R), math.Log(m.Alpha), math.Log(m.A), math.Log(m.B)}
}

// roughly is how many customers are enough to tell a good start from a bad one.
const roughly = 10_000

// maximise looks for the parameters, by their logarithms, at which the mean of f over the data is greatest: from each start on
// a random sample, and from the best of these on all. f answers -Inf for parameters that are not looked at.
func maximise[T any](ctx context.Context, all []T, f func(sample []T) func(logs []float64) float64, starts ...[]float64) (at []float64, sum float64, err error) {
	climb := func(sample []T, start []float64, step float64) ([]float64, float64, error) {
		sum, n := f(sample), float64(len(sample))
		logs, value, err := minimise(ctx, func(logs []float64) float64 { return -sum(logs) / n }, start, step)
		return logs, -value * n, err
	}
	rough, sum := sampled(all, roughly), math.Inf(-1)
	for _, start := range starts {
		logs, value, err := climb(rough, start, 1)
		if err != nil {
			return nil, 0, err
		}
		if at == nil || value > sum {
			at, sum = logs, value
		}
	}
	if len(rough) == len(all) {
		return at, sum, nil
	}
	return climb(all, at, 0.1)
}

// FitBGNBD finds the parameters of the greatest likelihood. Customers of negative age are none of it; there must be others.
func FitBGNBD(ctx context.Context, summaries []Summary) (out Fitted[BGNBD], err error) {
	known := slices.DeleteFunc(slices.Clone(summaries), func(s Summary) bool { return s.Age < 0 })
	out.Of = len(known)
	known = sampled(known, maxFitted)
	out.Customers = len(known)
	logs, sum, err := maximise(ctx, known, func(some []Summary) func([]float64) float64 {
		l := newLikelihood(some)
		return func(logs []float64) float64 {
			m := bgnbdOf(logs)
			if !within(m.R, leastParameter, mostParameter) || !within(m.Alpha, leastAlpha, mostParameter) ||
				!within(m.A, leastParameter, mostParameter) || !within(m.B, leastParameter, mostParameter) || m.R > mostRate*m.Alpha {
				return math.Inf(-1)
			}
			return l.at(m)
		}
	}, BGNBD{0.5, 5, 0.8, 2.5}.logs(), BGNBD{1.5, 20, 0.2, 4}.logs())
	if err != nil {
		return out, err
	}
	out.Parameters, out.LogLikelihood = bgnbdOf(logs), sum
	return out, nil
}

// spending is what the likelihood of a customer's spending depends on: x repeat days with a mean of m.
type spending struct {
	x       int
	m, logM float64
}

// spendings leaves out who has no repeat day with an amount, and who has amounts of nothing only, which the model does not
// know.
func spendings(summaries []Summary) (all []spending) {
	for _, s := range summaries {
		if s.Age >= 0 && s.Valued > 0 && s.Value > 0 {
			all = append(all, spending{int(s.Valued), s.mean(), math.Log(s.mean())})
		}
	}
	return all
}

func gammaGammaOf(logs []float64) GammaGamma {
	return GammaGamma{math.Exp(logs[0]), math.Exp(logs[1]), math.Exp(logs[2])}
}

func (g GammaGamma) logs() []float64 {
	return []float64{math.Log(g.P), math.Log(g.Q), math.Log(g.Gamma)}
}

// gammaGammaLikelihood computes the sum of GammaGamma.LogLikelihood. What depends on x alone is computed once for each x.
func gammaGammaLikelihood(all []spending) func(GammaGamma) float64 {
	most := 0
	for _, s := range all {
		most = max(most, s.x)
	}
	occurs, terms := make([]bool, most+1), make([]float64, most+1)
	for _, s := range all {
		occurs[s.x] = true
	}
	return func(g GammaGamma) (sum float64) {
		for x, there := range occurs {
			if n := float64(x); there {
				terms[x] = lgamma(g.P*n+g.Q) - lgamma(g.P*n) - lgamma(g.Q) + g.Q*math.Log(g.Gamma) + g.P*n*math.Log(n)
			}
		}
		for _, s := range all {
			n := float64(s.x)
			sum += terms[s.x] + (g.P*n-1)*s.logM - (g.P*n+g.Q)*math.Log(g.Gamma+n*s.m)
		}
		return sum
	}
}

// FitGammaGamma finds the parameters of the greatest likelihood from customers with repeat days, of whom there must be some.
func FitGammaGamma(ctx context.Context, summaries []Summary) (out Fitted[GammaGamma], err error) {
	all, mean := spendings(summaries), 0.0
	out.Of = len(all)
	all = sampled(all, maxFitted)
	out.Customers = len(all)
	for _, s := range all {
		mean += s.m / float64(len(all))
	}
	logs, sum, err := maximise(ctx, all, func(some []spending) func([]float64) float64 {
		likelihood := gammaGammaLikelihood(some)
		return func(logs []float64) float64 {
			g := gammaGammaOf(logs)
			if !within(g.P, leastParameter, mostParameter) || !within(g.Q, leastParameter, mostParameter) ||
				!within(g.Gamma, leastParameter*mean, mostParameter*mean) {
				return math.Inf(-1)
			}
			return likelihood(g)
		}
	}, GammaGamma{4, 4, mean * 3 / 4}.logs(), GammaGamma{20, 10, mean * 9 / 20}.logs())
	if err != nil {
		return out, err
	}
	out.Parameters, out.LogLikelihood = gammaGammaOf(logs), sum
	return out, nil
}
