package segment

import (
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// Segment is a rule with a name, and who belongs to it as of the last count.
type Segment struct {
	ID          uuid.UUID
	Name        string
	Description string
	Standard    bool // it always exists, and cannot be changed
	Rule        Rule
	Criteria    string // the rule in words
	Count       *int64 // nil before the first count
	CountedAt   *time.Time
	History     []Point // oldest first: the last of each hour for two days, and before that of each day
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Point is a size at a time.
type Point struct {
	At    time.Time
	Count int64
}

// Person is a customer as a list of people shows them. Empty strings are unknown.
type Person struct {
	ID         uuid.UUID
	Name       string
	Email      string
	City       string
	Country    string
	Orders     int64
	Revenue    decimal.Decimal
	LastSeenAt *time.Time
	Channels   []string   // over which they can be reached: consent and an address
	Since      *time.Time // when they joined the segment, as far as that was counted
}

// Preview is who a rule would have.
type Preview struct {
	Count    int64
	Sample   []Person // at most SampleSize, those of the newest profiles
	Took     time.Duration
	Currency string
	Criteria string
	Query    string // the SQL, readable
}

// SampleSize is how many people a preview shows.
const SampleSize = 10

// Counts is what a refresh did to one segment.
type Counts struct {
	SegmentID uuid.UUID
	Customers int64
	Joined    int64
	Left      int64
}

// WithStandards adds the workspace's standard segments to its rules.
func WithStandards(workspaceID uuid.UUID, rules map[uuid.UUID]Rule) map[uuid.UUID]Rule {
	for _, s := range Standards {
		rules[ID(workspaceID, s.Key)] = s.Rule
	}
	return rules
}

// CheckReferences tells which member nodes of a rule name a segment that is not there, or that leads back to the segment id
// which the rule is for (uuid.Nil for none). rules are all of the workspace. The error is a *Faults.
func CheckReferences(id uuid.UUID, rule Rule, rules map[uuid.UUID]Rule) error {
	d := &decoder{}
	var visit func(at string, r Rule)
	visit = func(at string, r Rule) {
		for i, child := range r.Rules {
			visit(at+"/rules/"+strconv.Itoa(i), child)
		}
		switch {
		case r.Rule != nil:
			visit(at+"/rule", *r.Rule)
		case r.Type != Member:
		case r.SegmentID == id:
			d.fault(at+"/segmentId", r.SegmentID.String(), "a segment cannot refer to itself")
		default:
			if _, ok := rules[r.SegmentID]; !ok {
				d.fault(at+"/segmentId", r.SegmentID.String(), "there is no such segment")
			} else if reaches(r.SegmentID, id, rules, map[uuid.UUID]bool{}) {
				d.fault(at+"/segmentId", r.SegmentID.String(), "that segment refers back to this one; name another")
			}
		}
	}
	visit("", rule)
	return d.err()
}

func reaches(from, to uuid.UUID, rules map[uuid.UUID]Rule, seen map[uuid.UUID]bool) bool {
	for _, next := range rules[from].Refers() {
		if next == to {
			return true
		}
		if !seen[next] {
			seen[next] = true
			if reaches(next, to, rules, seen) {
				return true
			}
		}
	}
	return false
}
