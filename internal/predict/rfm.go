package predict

import (
	"math"
	"slices"
)

// RFM are scores from 1 to 5, 5 the best fifth: how recently, how often and for how much somebody bought.
type RFM struct {
	Recency, Frequency, Monetary int8
}

// Scale scores values by fifths: 1, and one more for each whole fifth of all values that are less. Equal values have equal
// scores, the lowest that any of them could have; where many are equal some scores are nobody's. Where 70 of 100 people bought
// once and 30 twice, these have 1 and those 4.
type Scale struct {
	least [4]int64 // what scores 2, 3, 4 and 5 at least
}

// NewScale makes the scale of these values, and sorts them.
func NewScale(values []int64) Scale {
	slices.Sort(values)
	var s Scale
	for i := range s.least {
		at := ((i+1)*len(values) + 4) / 5 // so many must be less
		switch {
		case at >= len(values):
			s.least[i] = math.MaxInt64
		case at > 0 && values[at-1] == values[at]:
			s.least[i] = values[at] + 1
		default:
			s.least[i] = values[at]
		}
	}
	return s
}

// Score is from 1 to 5.
func (s Scale) Score(value int64) int8 {
	score := int8(1)
	for _, least := range s.least {
		if value >= least {
			score++
		}
	}
	return score
}

// scales are those of a workspace's buyers: days since the last order (fewer are better), days with an order, and orders less
// refunds.
type scales struct{ recency, frequency, monetary Scale }

func newScales(buyers []Buyer) (s scales) {
	values := make([]int64, len(buyers))
	for _, one := range []struct {
		scale *Scale
		of    func(Buyer) int64
	}{{&s.recency, recencyOf}, {&s.frequency, frequencyOf}, {&s.monetary, monetaryOf}} {
		for i, b := range buyers {
			values[i] = one.of(b)
		}
		*one.scale = NewScale(values)
	}
	return s
}

func recencyOf(b Buyer) int64   { return -int64(b.SinceLastOrder()) }
func frequencyOf(b Buyer) int64 { return int64(b.Now.Repeats) + 1 }
func monetaryOf(b Buyer) int64  { return b.Cents }

func (s scales) score(b Buyer) RFM {
	return RFM{s.recency.Score(recencyOf(b)), s.frequency.Score(frequencyOf(b)), s.monetary.Score(monetaryOf(b))}
}

// RFMCell is the customers of one recency and frequency score.
type RFMCell struct {
	Recency   int8   `json:"recency"`
	Frequency int8   `json:"frequency"`
	Segment   string `json:"segment"`
	Customers int    `json:"customers"`
	Cents     int64  `json:"cents"`    // their orders less refunds, in hundredths of the currency
	Monetary  int64  `json:"monetary"` // sum of their monetary scores
}

// Segment names a cell of the map of recency by frequency: champions, loyal, promising, new, cooling, at_risk, hibernating,
// lost.
func (r RFM) Segment() string {
	switch {
	case r.Recency >= 4 && r.Frequency >= 4:
		return "champions"
	case r.Recency == 3 && r.Frequency >= 4:
		return "loyal"
	case r.Recency >= 4 && r.Frequency >= 2:
		return "promising"
	case r.Recency >= 4:
		return "new"
	case r.Recency == 3:
		return "cooling"
	case r.Frequency >= 4:
		return "at_risk"
	case r.Frequency >= 2:
		return "hibernating"
	}
	return "lost"
}

// rfmCells are the cells that have customers, the best first.
func rfmCells(buyers []Buyer, predictions []Prediction) []RFMCell {
	var all [25]RFMCell
	for i, p := range predictions {
		c := &all[(5-p.RFM.Recency)*5+5-p.RFM.Frequency]
		c.Recency, c.Frequency, c.Segment = p.RFM.Recency, p.RFM.Frequency, p.RFM.Segment()
		c.Customers, c.Cents, c.Monetary = c.Customers+1, c.Cents+buyers[i].Cents, c.Monetary+int64(p.RFM.Monetary)
	}
	return slices.DeleteFunc(all[:], func(c RFMCell) bool { return c.Customers == 0 })
}
