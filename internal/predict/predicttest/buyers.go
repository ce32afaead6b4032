package predicttest

import (
	"cmp"
	"encoding/binary"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/predict"
)

// CustomerID is the id of a purchase's customer.
func CustomerID(customer int) (id uuid.UUID) {
	id[0] = 0xc0
	binary.BigEndian.PutUint64(id[8:], uint64(customer))
	return id
}

// Input is what the purchases say up to the end of lastDay, with those after calibrationEnd held out: in the plainest way,
// one customer after the other.
func Input(purchases []Purchase, lastDay, calibrationEnd time.Time) predict.Input {
	in := predict.Input{Currency: "USD", TimeZone: "UTC", Until: lastDay.AddDate(0, 0, 1), LastDay: lastDay, HoldoutDays: days(calibrationEnd, lastDay)}
	by := map[int][]Purchase{}
	for _, p := range purchases {
		if !p.Day.After(lastDay) {
			by[p.Customer] = append(by[p.Customer], p)
		}
	}
	for customer, all := range by {
		slices.SortStableFunc(all, func(a, b Purchase) int { return a.Day.Compare(b.Day) })
		b := predict.Buyer{CustomerID: CustomerID(customer), Orders: int32(len(all))}
		b.Now, b.Calibration = summary(all, lastDay), summary(all, calibrationEnd)
		for _, p := range all {
			b.Cents += p.Cents
		}
		in.HistoryDays = max(in.HistoryDays, days(all[0].Day, lastDay))
		in.Buyers = append(in.Buyers, b)
	}
	slices.SortFunc(in.Buyers, func(a, b predict.Buyer) int { return cmp.Compare(a.CustomerID.String(), b.CustomerID.String()) })
	return in
}

// summary is what one customer's purchases, in order, say on that day.
func summary(purchases []Purchase, day time.Time) predict.Summary {
	first := purchases[0].Day
	s := predict.Summary{Age: int32(days(first, day))}
	last := first
	for _, p := range purchases[1:] {
		if p.Day.After(day) {
			break
		}
		if p.Day.After(last) {
			s.Repeats++
			s.Recency, last = int32(days(first, p.Day)), p.Day
		}
		if p.Day.After(first) {
			s.Value += float64(p.Cents) / 100
		}
	}
	s.Valued = s.Repeats
	return s
}

func days(from, to time.Time) int { return int(to.Sub(from) / (24 * time.Hour)) }
