package recommend

import (
	"math"

	"github.com/pulsehub/pulsehub/internal/learn"
)

// Prior is what is known of a rate before this workspace's own figures: Rate as if seen in Weight people.
type Prior struct {
	Rate   float64
	Weight float64
	Source string // where the rate comes from, in words
}

// priorWeight makes a published benchmark count as much as 400 people of our own.
const priorWeight = 400

// ownWeight caps how much the workspace's own orders count: they happened without the message, so they inform the rate and
// do not settle it.
const ownWeight = 200

// rateOf estimates the share of messaged people who order within seven days, with a 90 % interval. The method is the Beta
// posterior of the prior and the workspace's own figures: converted of people. It is an estimate until a campaign was measured.
func rateOf(p Prior, converted, people float64) (low, mid, high float64) {
	if people > ownWeight {
		converted, people = converted*ownWeight/people, ownWeight
	}
	converted = math.Max(0, math.Min(converted, people))
	a := p.Rate*p.Weight + converted
	b := (1-p.Rate)*p.Weight + people - converted
	low, high = learn.Interval(a, b)
	return low, a / (a + b), high
}
