package dummy

import (
	"math/rand/v2"
	"time"
)

// habits are when in the day people shop, hour by hour in their own time: in the evening, at lunch, early, at night.
var habits = func() (out []*[24]float64) {
	for _, h := range [][24]float64{
		{1, .5, .3, .2, .2, .4, 1, 2, 2.6, 3, 3.2, 3.4, 4, 3.6, 3.2, 3.2, 3.6, 4.2, 5, 6.4, 7.6, 7, 4.6, 2.2},
		{1, .5, .3, .2, .2, .4, 1, 2, 2.6, 3, 3.2, 3.4, 4, 3.6, 3.2, 3.2, 3.6, 4.2, 5, 6.4, 7.6, 7, 4.6, 2.2},
		{.6, .3, .2, .2, .2, .5, 1.2, 2, 3, 4, 5, 6.6, 8, 6.8, 4.4, 3.8, 3.6, 3.4, 3, 3, 3, 2.6, 1.8, 1},
		{.3, .2, .2, .3, .8, 2.6, 5, 6.4, 6, 5, 4, 3.4, 3.2, 2.8, 2.6, 2.4, 2.4, 2.4, 2.4, 2.4, 2.2, 1.6, .9, .5},
		{5, 3, 1.6, .8, .4, .3, .4, .8, 1.2, 1.8, 2.2, 2.4, 2.6, 2.6, 2.6, 2.6, 2.8, 3, 3.4, 4.2, 5.2, 6.4, 7.4, 6.8},
	} {
		var sums [24]float64 // running sums, so that one number picks an hour
		var total float64
		for i, w := range h {
			total += w
			sums[i] = total
		}
		for i := range sums {
			sums[i] /= total
		}
		out = append(out, &sums)
	}
	return out
}()

var weekdays = [7]float64{1.18, 1.06, 0.98, 0.96, 1.00, 0.88, 0.94} // Sunday first

// season is how busy a day is: quiet after Christmas and in high summer, busy before Christmas, and the November sale.
func season(year int, month time.Month, day int) float64 {
	switch {
	case onSale(year, month, day):
		return 1.9
	case month == time.November:
		return 1.15
	case month == time.December && day <= 19:
		return 1.45
	case month == time.December && day >= 24 && day <= 26:
		return 0.5
	case month == time.January && day <= 14:
		return 1.15
	case month == time.January || month == time.February:
		return 0.85
	case month == time.July || month == time.August:
		return 0.88
	}
	return 1
}

const busiest = 1.9 * 1.18

// onSale is the week to Cyber Monday, the Monday after the fourth Thursday of November.
func onSale(year int, month time.Month, day int) bool {
	if month != time.November && month != time.December {
		return false
	}
	first := time.Date(year, time.November, 1, 0, 0, 0, 0, time.UTC).Weekday()
	monday := 22 + (11-int(first))%7 + 4 // day of November; may be in December
	if month == time.December {
		day += 30
	}
	return day <= monday && day > monday-8
}

// moment draws when someone comes between from and to: by their own clock, the weekday and the season.
func moment(r *rand.Rand, x *person, from, to time.Time) time.Time {
	span := to.Sub(from)
	for range 24 {
		t := from.Add(time.Duration(r.Float64() * float64(span))).In(x.zone)
		year, month, day := t.Date()
		if r.Float64()*busiest > season(year, month, day)*weekdays[t.Weekday()] {
			continue
		}
		u, hour := r.Float64(), 0
		for hour < 23 && x.hours[hour] < u {
			hour++
		}
		t = time.Date(year, month, day, hour, 0, 0, 0, x.zone).
			Add(time.Duration(r.Int64N(int64(time.Hour/time.Millisecond))) * time.Millisecond).UTC()
		if !t.Before(from) && t.Before(to) {
			return t
		}
	}
	return from.Add(time.Duration(r.Float64() * float64(span))).Truncate(time.Millisecond)
}
