package analytics_test

import (
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

func sum(list []analytics.Contribution) (total decimal.Decimal) {
	for _, c := range list {
		total = total.Add(c.Change)
	}
	return total
}

func TestFactorsAddUpToTheChange(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 5))
	for range 2000 {
		one := func() analytics.TotalFigures {
			return analytics.TotalFigures{
				Visits: 1 + random.Int64N(100_000), Orders: 1 + random.Int64N(3000), Revenue: decimal.New(random.Int64N(90_000_000)-1_000_000, -2),
			}
		}
		before, after := one(), one()
		assert.Equal(t, after.Revenue.Sub(before.Revenue).String(), sum(analytics.Factors("revenue", before, after)).String(), "%+v %+v", before, after)
		assert.Equal(t, decimal.NewFromInt(after.Orders-before.Orders).String(), sum(analytics.Factors("orders", before, after)).String(), "%+v %+v", before, after)
	}
}

func TestFactorsByHand(t *testing.T) {
	before := analytics.TotalFigures{Visits: 100, Orders: 10, Revenue: decimal.NewFromInt(500)}
	after := analytics.TotalFigures{Visits: 50, Orders: 5, Revenue: decimal.NewFromInt(250)}
	got := analytics.Factors("revenue", before, after)
	require.Len(t, got, 3)
	assert.Equal(t, "Traffic", got[0].Name)
	assert.Equal(t, "-250", got[0].Change.String(), "half the visits, and nothing else changed")
	assert.True(t, got[1].Change.IsZero())
	assert.True(t, got[2].Change.IsZero())

	// Visits double, conversion halves: their effects on 10 orders are +5 × 1.5 and its negative, by symmetry.
	after = analytics.TotalFigures{Visits: 200, Orders: 10, Revenue: decimal.NewFromInt(500)}
	got = analytics.Factors("orders", before, after)
	require.Len(t, got, 2)
	assert.Equal(t, "7.5", got[0].Change.String())
	assert.Equal(t, "-7.5", got[1].Change.String())

	assert.Nil(t, analytics.Factors("revenue", before, analytics.TotalFigures{Visits: 10}), "a share of nothing is nothing")
}

func TestPartsAddUpToTheChange(t *testing.T) {
	d := decimal.NewFromInt
	before := map[string]decimal.Decimal{"email": d(100), "paid": d(80), "gone": d(20)}
	after := map[string]decimal.Decimal{"email": d(30), "paid": d(90), "new": d(5)}
	got := analytics.Parts(before, after, d(210), d(140), "rest")
	names := make([]string, len(got))
	for i, c := range got {
		names[i] = c.Name
		assert.True(t, c.After.Sub(c.Before).Equal(c.Change))
	}
	assert.Equal(t, []string{"email", "gone", "new", "rest", "paid"}[:2], names[:2], "those that fell most come first where the whole fell")
	assert.Equal(t, "paid", names[len(names)-1])
	assert.Contains(t, names, "rest")
	assert.Equal(t, "-70", sum(got).String())

	got = analytics.Parts(map[string]decimal.Decimal{"": d(1)}, map[string]decimal.Decimal{"": d(3)}, d(5), d(9), "")
	require.Len(t, got, 1, "what is not known is one part")
	assert.Equal(t, "4", got[0].Change.String())
}
