package predict

import (
	"context"
	"math"
	"time"
)

// fitted is both models.
type fitted struct {
	purchases   Fitted[BGNBD]
	value       *Fitted[GammaGamma] // nil: average for everybody
	average     float64             // of the repeat days with an amount
	correlation float64             // between repeat days and their mean value
}

// leastQ is where the value model is of use. Its mean is P·Gamma/(Q-1): near 1 it is about no customer any more, and from 1
// on there is none.
const leastQ = 1.1

func fit(ctx context.Context, summaries []Summary) (f fitted, err error) {
	if f.purchases, err = FitBGNBD(ctx, summaries); err != nil {
		return f, err
	}
	sum, days := 0.0, 0.0
	var related correlation
	for _, s := range summaries {
		sum, days = sum+s.Value, days+float64(s.Valued)
		if s.Valued > 0 {
			related.add(float64(s.Repeats), s.mean())
		}
	}
	f.correlation = related.pearson()
	if days > 0 {
		f.average = sum / days
	}
	if len(spendings(summaries)) < MinRepeating {
		return f, nil
	}
	value, err := FitGammaGamma(ctx, summaries)
	if err == nil && value.Parameters.Q >= leastQ {
		f.value = &value
	}
	return f, err
}

// predictor predicts customer by customer. How often somebody buys who is alive depends on repeats and age alone, which many
// share, so it is computed once for each pair.
type predictor struct {
	fitted
	horizon float64
	alive   map[[2]int32][2]float64 // by repeats and age: in the horizon and in ShortHorizon
}

func (f fitted) predictor(horizonDays int) *predictor {
	return &predictor{f, float64(horizonDays) / daysPerWeek, map[[2]int32][2]float64{}}
}

func (p *predictor) predict(s Summary) Prediction {
	m, x, age := p.purchases.Parameters, int(s.Repeats), float64(s.Age)/daysPerWeek
	key := [2]int32{s.Repeats, s.Age}
	expected, known := p.alive[key]
	if !known {
		expected = [2]float64{m.ExpectedAlive(x, age, p.horizon), m.ExpectedAlive(x, age, float64(ShortHorizon)/daysPerWeek)}
		p.alive[key] = expected
	}
	out := Prediction{PAlive: m.PAlive(x, float64(s.Recency)/daysPerWeek, age), ValuePerOrder: p.average}
	if p.value != nil {
		out.ValuePerOrder = p.value.Parameters.Expected(int(s.Valued), s.mean())
	}
	out.Expected, out.ExpectedShort = out.PAlive*expected[0], out.PAlive*expected[1]
	out.ExpectedRevenue = out.Expected * out.ValuePerOrder
	return out
}

// Compute scores and predicts all buyers. Where there is not enough to predict from, Model.Missing says what, and only RFM
// is there. It fails only with ctx's error. A million buyers take about 200 MB and half a minute.
func Compute(ctx context.Context, in Input) (Result, error) {
	out := Result{
		Model: Model{
			Until: in.Until, LastDay: in.LastDay.Format(time.DateOnly), TimeZone: in.TimeZone, Currency: in.Currency,
			Customers: len(in.Buyers), HistoryDays: in.HistoryDays, SinceLastDays: in.HistoryDays,
		},
		DataVersion: in.DataVersion, Buyers: in.Buyers, Predictions: make([]Prediction, len(in.Buyers)),
	}
	m := &out.Model
	scales := newScales(in.Buyers)
	now := make([]Summary, len(in.Buyers))
	for i, b := range in.Buyers {
		now[i] = b.Now
		m.Orders += int64(b.Orders)
		m.SinceLastDays = min(m.SinceLastDays, int(b.SinceLastOrder()))
		if b.Now.Repeats > 0 {
			m.Repeating++
		}
		out.Predictions[i].RFM = scales.score(b)
	}
	m.BoughtOnce = m.Customers - m.Repeating
	m.RFM = rfmCells(in.Buyers, out.Predictions)
	if m.Missing = lacks(m.Customers, m.Repeating, in.HistoryDays, m.SinceLastDays); m.Missing != nil {
		return out, nil
	}

	f, err := fit(ctx, now)
	if err != nil {
		return Result{}, err
	}
	m.Purchases, m.Value, m.AverageOrder, m.Correlation = &f.purchases, f.value, f.average, f.correlation
	m.ValueMethod = MethodAverageOrder
	if f.value != nil {
		m.ValueMethod = MethodGammaGamma
	}
	predictor := f.predictor(Horizon)
	m.Churn = make([]ChurnBucket, 10)
	for i := range m.Churn {
		m.Churn[i].From, m.Churn[i].To = float64(i)/10, float64(i+1)/10
	}
	for i, s := range now {
		p := predictor.predict(s)
		p.RFM = out.Predictions[i].RFM
		out.Predictions[i] = p
		m.ExpectedOrders.Mean += p.Expected
		m.ExpectedValue.Mean += p.ExpectedRevenue
		if risk, known := p.ChurnRisk(in.Buyers[i]); known {
			m.Alive += p.PAlive
			bucket := &m.Churn[min(9, int(risk*10))]
			bucket.Customers, bucket.Value = bucket.Customers+1, bucket.Value+p.ExpectedRevenue
		}
	}
	if err := m.test(ctx, in); err != nil {
		return Result{}, err
	}
	if b := m.Backtest; b != nil {
		v := uncertainty(f, now, Horizon)
		m.ExpectedOrders.bound(v.orders + square(b.orderError()*m.ExpectedOrders.Mean))
		if f.value != nil {
			m.ExpectedValue.bound(v.value + square(b.valueError()*m.ExpectedValue.Mean))
		}
	}
	return out, ctx.Err()
}

// bound sets the 90 % interval from the variance. A total is a sum over many, so it is close to normal.
func (e *Estimate) bound(variance float64) {
	half := confidence90 * math.Sqrt(variance)
	low, high := max(0, e.Mean-half), e.Mean+half
	e.Low, e.High = &low, &high
}

// Covers tells whether the interval has that value in it; one that is not there has none.
func (e Estimate) Covers(v float64) bool { return e.Low != nil && v >= *e.Low && v <= *e.High }

func square(v float64) float64 { return v * v }

// correlation gathers pairs for Pearson's coefficient.
type correlation struct {
	n, meanX, meanY, xx, yy, xy float64
}

func (c *correlation) add(x, y float64) {
	c.n++
	dx, dy := x-c.meanX, y-c.meanY
	c.meanX += dx / c.n
	c.meanY += dy / c.n
	c.xx += dx * (x - c.meanX)
	c.yy += dy * (y - c.meanY)
	c.xy += dx * (y - c.meanY)
}

// pearson is zero where one of the two does not vary.
func (c *correlation) pearson() float64 {
	if !(c.xx > 0 && c.yy > 0) {
		return 0
	}
	return c.xy / math.Sqrt(c.xx) / math.Sqrt(c.yy)
}
