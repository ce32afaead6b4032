package predict

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// minimise looks for the least value of f from start by the downhill simplex of Nelder and Mead, "A simplex method for
// function minimization", The Computer Journal 7(4), 1965, 308-313. It needs no derivatives; f may answer +Inf where it is
// not defined. From where it ends it starts anew, until that brings nothing any more: a simplex can get stuck, and seldom
// does twice at one place. It looks around start by about step first, and gives up with ctx's error.
func minimise(ctx context.Context, f func([]float64) float64, start []float64, step float64) (best []float64, value float64, err error) {
	best, value = slices.Clone(start), f(start)
	for ; ; step = max(step/4, 0.05) {
		at, v, err := simplex(ctx, f, best, step)
		if err != nil {
			return nil, 0, err
		}
		gained := value - v
		best, value = at, v
		if !(gained > 1e-7*(1+math.Abs(value))) {
			return best, value, nil
		}
	}
}

type vertex struct {
	at    []float64
	value float64
}

func simplex(ctx context.Context, f func([]float64) float64, start []float64, step float64) ([]float64, float64, error) {
	n := len(start)
	all := make([]vertex, n+1)
	for i := range all {
		all[i].at = slices.Clone(start)
		if i > 0 {
			all[i].at[i-1] += step
		}
		all[i].value = f(all[i].at)
	}
	worst := &all[n]
	centre := make([]float64, n)
	// toward is the point so far beyond the centre of the others as the worst is before it.
	toward := func(by float64) vertex {
		v := vertex{at: make([]float64, n)}
		for i := range v.at {
			v.at[i] = centre[i] + by*(centre[i]-worst.at[i])
		}
		v.value = f(v.at)
		return v
	}
	for range 400 * n {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		slices.SortStableFunc(all, func(a, b vertex) int { return cmp.Compare(a.value, b.value) })
		size := 0.0
		for i := range centre {
			centre[i] = 0
			for _, v := range all[:n] {
				centre[i] += v.at[i] / float64(n)
				size = max(size, math.Abs(v.at[i]-worst.at[i]))
			}
		}
		if size < 1e-6 && worst.value-all[0].value < 1e-8*(1+math.Abs(all[0].value)) {
			break
		}
		reflected := toward(1)
		switch {
		case reflected.value < all[0].value:
			if further := toward(2); further.value < reflected.value {
				reflected = further
			}
			*worst = reflected
		case reflected.value < all[n-1].value:
			*worst = reflected
		default:
			if reflected.value < worst.value {
				*worst = reflected
			}
			if nearer := toward(-0.5); nearer.value < worst.value {
				*worst = nearer
				continue
			}
			for i := 1; i <= n; i++ {
				for j := range all[i].at {
					all[i].at[j] = (all[i].at[j] + all[0].at[j]) / 2
				}
				all[i].value = f(all[i].at)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b vertex) int { return cmp.Compare(a.value, b.value) })
	return all[0].at, all[0].value, nil
}
