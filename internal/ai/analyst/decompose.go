package analyst

import (
	"math/big"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// contribution is what one factor or one part of a whole did to a change.
type contribution struct {
	name          string
	before, after decimal.Decimal
	change        decimal.Decimal
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

// parts are what each part of a whole did to its change, those that moved it most in its own direction first. What the parts
// do not have of the whole is a part of its own, called rest.
func parts(before, after map[string]decimal.Decimal, wholeBefore, wholeAfter decimal.Decimal, rest string) []contribution {
	sumBefore, sumAfter := decimal.Zero, decimal.Zero
	for _, v := range before {
		sumBefore = sumBefore.Add(v)
	}
	for _, v := range after {
		sumAfter = sumAfter.Add(v)
	}
	var out []contribution
	add := func(name string, b, a decimal.Decimal) {
		out = append(out, contribution{name: name, before: b, after: a, change: a.Sub(b)})
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
		add(rest, b, a)
	}
	falling := wholeAfter.LessThan(wholeBefore)
	slices.SortFunc(out, func(x, y contribution) int {
		c := y.change.Cmp(x.change)
		if falling {
			c = -c
		}
		if c != 0 {
			return c
		}
		return strings.Compare(x.name, y.name)
	})
	return out
}
