package predict

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

var cdnow = BGNBD{R: 0.2426, Alpha: 4.4136, A: 0.7929, B: 2.4259}

// The paper's worked example of equation (10): customer 1 of the sample in the next 39 weeks.
func TestExpectedIsThePapersExample(t *testing.T) {
	require.InDelta(t, 1.226, cdnow.Expected(2, 30.43, 38.86, 39), 5e-4)
	require.InDelta(t, 0.7266, cdnow.PAlive(2, 30.43, 38.86), 5e-4)
}

func anything(random *rand.Rand) (m BGNBD, x int, recency, age float64) {
	logs := func(least, most float64) float64 { return least * math.Pow(most/least, random.Float64()) }
	m = BGNBD{logs(1e-3, 1e3), logs(0.01, 1e4), logs(1e-3, 1e3), logs(1e-3, 1e3)}
	if random.IntN(4) == 0 {
		m.A = 1 + (random.Float64()-0.5)*1e-3
	}
	age = logs(1.0/7, 600)
	if random.IntN(3) > 0 {
		x = int(min(logs(1, 700), age*7)) // one a day at most
		recency = age * random.Float64()
	}
	return m, x, recency, age
}

func TestWhatHoldsForAnyCustomer(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 8000 {
		m, x, recency, age := anything(random)
		who := fmt.Sprintf("%+v x=%d tx=%g T=%g", m, x, recency, age)

		alive := m.PAlive(x, recency, age)
		require.True(t, alive >= 0 && alive <= 1, who)
		require.LessOrEqual(t, m.PAlive(x, recency, age+1), alive, "a longer silence never speaks for someone: %s", who)
		if x > 0 {
			require.GreaterOrEqual(t, m.PAlive(x, math.Min(age, recency+0.1), age), alive*(1-1e-12), "a later order does: %s", who)
		}

		ll := m.LogLikelihood(x, recency, age)
		require.False(t, math.IsNaN(ll) || math.IsInf(ll, 0), who)

		before, rate := 0.0, (m.R+float64(x))/(m.Alpha+age)
		for _, weeks := range []float64{0.5, 1, 4, 13, 52} {
			expected := m.ExpectedAlive(x, age, weeks)
			require.True(t, expected >= before*(1-1e-7), "more time, more orders: %g after %g: %s", expected, before, who)
			require.LessOrEqual(t, expected, rate*weeks*(1+1e-6), "who may leave buys at most as who stays: %s", who)
			before = expected
		}
	}
}

// Equation (10) and the integral are two ways to one value.
func TestTheIntegralIsEquation10(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	compared := 0
	for range 8000 {
		m, x, _, age := anything(random)
		if n := float64(x); math.Abs(m.A-1) < 0.01 || m.A+m.B+n-1 < 0.01 {
			continue
		}
		weeks := 60 * random.Float64()
		require.InEpsilon(t, m.expectedByIntegral(float64(x), age, weeks), m.ExpectedAlive(x, age, weeks), 1e-6, "%+v x=%d T=%g t=%g", m, x, age, weeks)
		compared++
	}
	require.Greater(t, compared, 4000)
}

func TestNothingJumpsWhereEquation10Divides(t *testing.T) {
	for _, x := range []int{0, 1, 5, 300} {
		for _, edge := range []float64{1 - 1e-3, 1, 1 + 1e-3} {
			below, above := cdnow, cdnow
			below.A, above.A = edge-1e-9, edge+1e-9
			require.InEpsilon(t, below.ExpectedAlive(x, 20, 13), above.ExpectedAlive(x, 20, 13), 1e-8, "a=%g x=%d", edge, x)
		}
	}
	for _, sum := range []float64{1 - 1e-3, 1, 1 + 1e-3} {
		below, above := BGNBD{0.3, 5, 0.2, sum - 0.2 - 1e-9}, BGNBD{0.3, 5, 0.2, sum - 0.2 + 1e-9}
		require.InEpsilon(t, below.ExpectedAlive(0, 20, 13), above.ExpectedAlive(0, 20, 13), 1e-8, "a+b=%g", sum)
	}
}

// A day's customer, a thousand orders, a lifetime ahead, parameters at the bounds of what is looked for.
func TestExtremes(t *testing.T) {
	for _, m := range []BGNBD{cdnow, {leastParameter, leastAlpha, leastParameter, leastParameter}, {mostParameter, mostParameter, mostParameter, mostParameter},
		{leastParameter, mostParameter, mostParameter, leastParameter}, {mostRate * leastAlpha, leastAlpha, leastParameter, mostParameter}} {
		for _, x := range []int{0, 1, 2, 50, 1000, 5000} {
			for _, age := range []float64{0, 1.0 / 7, 10, 1000} {
				if float64(x) > age*7 {
					continue
				}
				who := fmt.Sprintf("%+v x=%d T=%g", m, x, age)
				for _, recency := range []float64{0, age / 2, age} {
					ll, alive := m.LogLikelihood(x, recency, age), m.PAlive(x, recency, age)
					require.False(t, math.IsNaN(ll) || math.IsInf(ll, 0), who)
					require.True(t, alive >= 0 && alive <= 1, who)
				}
				e := m.ExpectedAlive(x, age, 13)
				require.False(t, math.IsNaN(e) || math.IsInf(e, 0) || e < 0, "%g: %s", e, who)
			}
		}
	}
	require.Zero(t, cdnow.ExpectedAlive(3, 10, 0))
	require.Less(t, cdnow.PAlive(200, 10, 300), 1e-100, "two hundred orders and then years of nothing")
	require.InDelta(t, 1, cdnow.PAlive(200, 300, 300), 0.01)
}

// The hypergeometric function where it is known in closed form.
func TestLogHyp2F1(t *testing.T) {
	for _, z := range []float64{0, 1e-9, 0.1, 0.5, 0.9, 0.999} {
		require.InDelta(t, -3.5*math.Log1p(-z), logHyp2F1(3.5, 2, 2, z), 1e-12*(1+math.Abs(math.Log1p(-z))), "2F1(a, b; b; z) = (1-z)^-a at %g", z)
		if z > 0 {
			require.InEpsilon(t, -math.Log1p(-z)/z, math.Exp(logHyp2F1(1, 1, 2, z)), 1e-12, "2F1(1, 1; 2; z) = -ln(1-z)/z at %g", z)
			require.InEpsilon(t, math.Asin(math.Sqrt(z))/math.Sqrt(z), math.Exp(logHyp2F1(0.5, 0.5, 1.5, z)), 1e-12, "arcsine at %g", z)
		}
	}
	require.InEpsilon(t, -5000*math.Log1p(-0.99), logHyp2F1(5000, 3, 3, 0.99), 1e-12, "10^10000 does not overflow")
}

func TestLikelihoodOfManyIsTheSumOfEach(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	var all []Summary
	want := 0.0
	for range 2000 {
		s := Summary{Age: random.Int32N(30)}
		if s.Age > 0 && random.IntN(2) == 0 {
			s.Repeats = 1 + random.Int32N(s.Age)
			s.Recency = s.Repeats + random.Int32N(s.Age-s.Repeats+1)
		}
		all = append(all, s)
		want += cdnow.LogLikelihood(int(s.Repeats), float64(s.Recency)/7, float64(s.Age)/7)
	}
	l := newLikelihood(all)
	require.Less(t, len(l.histories), len(all))
	require.InEpsilon(t, want, l.at(cdnow), 1e-12)
}

func TestDrawsAreWhatTheFormulasSay(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	const draws = 200_000
	for _, x := range []int{0, 2, 10} {
		n := 0
		for range draws {
			for range cdnow.Purchases(random, x, 20, 13) {
				n++
			}
		}
		require.InEpsilon(t, cdnow.ExpectedAlive(x, 20, 13), float64(n)/draws, 0.02, "x=%d", x)
	}
	g := GammaGamma{6.25, 3.74, 15.44}
	sum := 0.0
	for range draws {
		sum += g.Values(random, 3, 50)()
	}
	require.InEpsilon(t, g.Expected(3, 50), sum/draws, 0.01)
}

func TestExpectedValueIsBetweenTheMeans(t *testing.T) {
	g := GammaGamma{6.25, 3.74, 15.44}
	require.InDelta(t, 35.22, g.Mean(), 0.01)
	require.Equal(t, g.Mean(), g.Expected(0, 0))
	before := g.Mean()
	for x := 1; x < 200; x++ {
		v := g.Expected(x, 100)
		require.Greater(t, v, before, "the more is known of someone, the more it is their own mean")
		require.Less(t, v, 100.0)
		before = v
	}
	require.Greater(t, before, 99.0)
}

func TestMinimise(t *testing.T) {
	valley := func(p []float64) float64 { // Rosenbrock's
		return 100*square(p[1]-p[0]*p[0]) + square(1-p[0])
	}
	at, value, err := minimise(t.Context(), valley, []float64{-1.2, 1}, 1)
	require.NoError(t, err)
	require.InDelta(t, 0, value, 1e-9)
	require.InDelta(t, 1, at[0], 1e-4)
	at, _, err = minimise(t.Context(), func(p []float64) float64 {
		if p[0] < 2 {
			return math.Inf(1)
		}
		return p[0]
	}, []float64{3}, 1)
	require.NoError(t, err)
	require.InDelta(t, 2, at[0], 1e-4, "up to where it is defined")
}

func TestInvert(t *testing.T) {
	inverse, positive := invert([][]float64{{4, 2, 0}, {2, 3, 1}, {0, 1, 5}})
	require.True(t, positive)
	require.InDelta(t, 14.0/36, inverse[0][0], 1e-12)
	require.InDelta(t, -10.0/36, inverse[0][1], 1e-12)
	require.InDelta(t, inverse[1][2], inverse[2][1], 1e-12)
	_, positive = invert([][]float64{{1, 2}, {2, 1}})
	require.False(t, positive)
}

func TestSampledIsTheSameEachTime(t *testing.T) {
	all := make([]int, 10_000)
	for i := range all {
		all[i] = i
	}
	some := sampled(all, 1000)
	require.Len(t, some, 1000)
	require.Equal(t, some, sampled(all, 1000))
	sum := 0
	for i, v := range some {
		sum += v
		if i > 0 {
			require.Greater(t, v, some[i-1])
		}
	}
	require.InEpsilon(t, 5000, sum/1000, 0.06)
	require.Equal(t, all, sampled(all, 10_000))
}
