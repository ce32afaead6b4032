package analytics

import (
	"math/big"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// Contribution is what one factor or one part of a whole did to a change.
type Contribution struct {
	Name   string          `json:"name"`
	Before decimal.Decimal `json:"before"` // of a part; of a factor zero
	After  decimal.Decimal `json:"after"`
	Change decimal.Decimal `json:"change"`
}

// Factors says what traffic, conversion and, of revenue, the average order did to the change of revenue or orders between two
// ranges: they are visits × orders a visit × revenue an order. The changes are in cents, or in tenths of an order, and add up to
// the whole change exactly. There are none where one of the ranges has no visits or no orders: a share of nothing is nothing.
func Factors(metric string, before, after TotalFigures) []Contribution {
	if before.Visits <= 0 || after.Visits <= 0 || before.Orders <= 0 || after.Orders <= 0 {
		return nil
	}
	of := func(f TotalFigures) []*big.Rat {
		visits, orders := new(big.Rat).SetInt64(f.Visits), new(big.Rat).SetInt64(f.Orders)
		return []*big.Rat{visits, new(big.Rat).Quo(orders, visits), new(big.Rat).Quo(f.Revenue.Rat(), orders)}
	}
	n, total, places := 3, after.Revenue.Sub(before.Revenue), int32(2)
	if metric == "orders" {
		n, total, places = 2, decimal.NewFromInt(after.Orders-before.Orders), 1
	}
	out := make([]Contribution, n)
	for i, s := range rounded(shapley(of(before)[:n], of(after)[:n]), total, places) {
		out[i] = Contribution{Name: []string{"Traffic", "Conversion", "Average order"}[i], Change: s}
	}
	return out
}

// shapley shares the change of a product out among its factors: the average, over all orders in which the factors could have
// changed one after the other, of what each one's change did (L. S. Shapley, A Value for n-Person Games, 1953). The shares add
// up to the change exactly; a factor that did not change has none.
func shapley(before, after []*big.Rat) []*big.Rat {
	n := len(before)
	shares := make([]*big.Rat, n)
	for i := range shares {
		shares[i] = new(big.Rat)
	}
	orders := 0
	var walk func(done []bool, left int, product *big.Rat, gains []*big.Rat)
	walk = func(done []bool, left int, product *big.Rat, gains []*big.Rat) {
		if left == 0 {
			orders++
			for i := range gains {
				shares[i].Add(shares[i], gains[i])
			}
			return
		}
		for i := range n {
			if done[i] {
				continue
			}
			done[i] = true
			next := big.NewRat(1, 1)
			for j := range n {
				if done[j] {
					next.Mul(next, after[j])
				} else {
					next.Mul(next, before[j])
				}
			}
			gains[i] = new(big.Rat).Sub(next, product)
			walk(done, left-1, next, gains)
			done[i] = false
		}
	}
	start := big.NewRat(1, 1)
	for _, f := range before {
		start.Mul(start, f)
	}
	walk(make([]bool, n), n, start, make([]*big.Rat, n))
	for _, s := range shares {
		s.Quo(s, big.NewRat(int64(orders), 1))
	}
	return shares
}

// rounded is the shares with so many decimal places; what rounding leaves over goes to the largest, so that they add up to
// total exactly.
func rounded(shares []*big.Rat, total decimal.Decimal, places int32) []decimal.Decimal {
	out := make([]decimal.Decimal, len(shares))
	rest, largest := total, 0
	for i, s := range shares {
		out[i] = decimal.RequireFromString(s.FloatString(int(places)))
		rest = rest.Sub(out[i])
		if out[i].Abs().GreaterThan(out[largest].Abs()) {
			largest = i
		}
	}
	if len(out) > 0 {
		out[largest] = out[largest].Add(rest)
	}
	return out
}

// Parts are what each part of a whole did to its change, those that moved it most in its own direction first. What the parts
// do not have of the whole is a part of its own, called rest.
func Parts(before, after map[string]decimal.Decimal, wholeBefore, wholeAfter decimal.Decimal, rest string) []Contribution {
	sumBefore, sumAfter := decimal.Zero, decimal.Zero
	for _, v := range before {
		sumBefore = sumBefore.Add(v)
	}
	for _, v := range after {
		sumAfter = sumAfter.Add(v)
	}
	var out []Contribution
	add := func(name string, b, a decimal.Decimal) {
		out = append(out, Contribution{Name: name, Before: b, After: a, Change: a.Sub(b)})
	}
	for name, a := range after {
		add(name, before[name], a)
	}
	for name, b := range before {
		if _, there := after[name]; !there {
			add(name, b, decimal.Zero)
		}
	}
	if b, a := wholeBefore.Sub(sumBefore), wholeAfter.Sub(sumAfter); !b.IsZero() || !a.IsZero() {
		if i := slices.IndexFunc(out, func(c Contribution) bool { return c.Name == rest }); i >= 0 {
			b, a, out = b.Add(out[i].Before), a.Add(out[i].After), slices.Delete(out, i, i+1)
		}
		add(rest, b, a)
	}
	falling := wholeAfter.LessThan(wholeBefore)
	slices.SortFunc(out, func(x, y Contribution) int {
		c := y.Change.Cmp(x.Change)
		if falling {
			c = -c
		}
		if c != 0 {
			return c
		}
		return strings.Compare(x.Name, y.Name)
	})
	return out
}
