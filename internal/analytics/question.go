package analytics

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/apperr"
)

// Asked is a question as somebody asks it over the API; what is empty has a default.
type Asked struct {
	From, To    string // RFC 3339 or YYYY-MM-DD
	Granularity string
	SegmentID   string
	Metric      string
	Compare     string // previous
	By          string // of cohorts: first_order or first_visit
}

// Question is what an answer depends on beside the data: equal questions have equal answers.
type Question struct {
	Range                 // whole days of the workspace's zone
	Granularity string    // of a timeseries and of cohorts
	SegmentID   uuid.UUID // whose members are counted; nil is everyone
	Metric      string    // of a timeseries
	Compare     bool      // a timeseries beside the period before
	By          string    // of cohorts
	Now         time.Time // when it is answered: rules such as "in the last 7 days" are as of it
}

// key names a question among all of one workspace and one data version.
func (q Question) key(kind string) string {
	return fmt.Sprintf("%s:%d:%d:%s:%s:%s:%t:%s", kind, q.From.Unix(), q.To.Unix(), q.Granularity, q.SegmentID, q.Metric, q.Compare, q.By)
}

// Bounds of a range.
const (
	MaxRangeDays      = 1100 // three years
	MaxHourlyDays     = 31
	defaultRangeDays  = 30
	defaultCohortDays = 365 // of cohorts and of RFM
	earliestYear      = 1970
	latestYear        = 2200
)

// defaults are what a kind of question falls back to, and what it can be asked.
type defaults struct {
	days          int
	granularities []string // the first is the default; none where it has no steps
	metric        bool     // it follows one of SeriesMetrics
	by            []string // as granularities
}

// question reads what was asked. A plain date is a whole day of the workspace's zone, as from and as to; a time is taken to
// the day that it lies in, and as to it is exclusive.
func question(a Asked, d defaults, place Place, now time.Time) (Question, error) {
	bad := apperr.New(apperr.Invalid, "invalid", "")
	q := Question{Granularity: a.Granularity, Metric: a.Metric, By: a.By, Now: now.UTC().Truncate(time.Microsecond)}
	zone := place.Zone
	today := dayOf(now, zone)
	to, toOK := bound(bad, "query.to", a.To, true, startOf(today.AddDate(0, 0, 1), zone), zone)
	last := dayOf(to.Add(-time.Nanosecond), zone)
	from, fromOK := bound(bad, "query.from", a.From, false, startOf(last.AddDate(0, 0, 1-d.days), zone), zone)
	if fromOK && toOK {
		q.Range = Range{From: from, To: to}
		if !to.After(from) {
			bad.WithField("query.from", "give a moment before to", a.From)
		} else {
			q.Range = q.wholeDays(zone)
			if n := q.Days(zone); n > MaxRangeDays {
				bad.WithField("query.from", fmt.Sprintf("give at most %d days: this is %d", MaxRangeDays, n), a.From)
			} else if a.Granularity == "hour" && n > MaxHourlyDays {
				bad.WithField("query.granularity", fmt.Sprintf("give at most %d days by the hour, or use day: this is %d", MaxHourlyDays, n), a.Granularity)
			}
		}
	}
	q.Granularity = oneOf(bad, "query.granularity", a.Granularity, d.granularities)
	if d.metric {
		q.Metric = oneOf(bad, "query.metric", a.Metric, SeriesMetrics)
		if q.Granularity == "hour" && slices.Contains(daily, q.Metric) {
			bad.WithField("query.granularity", "use day, week or month: people and new ones are counted by day", a.Granularity)
		}
	}
	q.By = oneOf(bad, "query.by", a.By, d.by)
	switch a.Compare {
	case "", "previous":
		q.Compare = a.Compare != ""
	default:
		bad.WithField("query.compare", "use previous, or leave it out", a.Compare)
	}
	if a.SegmentID != "" {
		id, err := uuid.Parse(a.SegmentID)
		if err != nil {
			bad.WithField("query.segmentId", "give the id of a segment", a.SegmentID)
		}
		q.SegmentID = id
	}
	if len(bad.Fields) > 0 {
		bad.Message = bad.Fields[0].Field + ": " + bad.Fields[0].Message
		return Question{}, bad
	}
	return q, nil
}

// bound reads from or to; empty is otherwise. Faults go to bad, and ok is false.
func bound(bad *apperr.Error, field, s string, end bool, otherwise time.Time, zone *time.Location) (t time.Time, ok bool) {
	if s == "" {
		return otherwise, true
	}
	t, err := time.Parse(time.RFC3339, s)
	if date, dateErr := time.Parse(time.DateOnly, s); dateErr == nil {
		if end {
			date = date.AddDate(0, 0, 1)
		}
		t, err = startOf(date, zone), nil
	}
	if err != nil {
		bad.WithField(field, "give a date such as 2026-03-01, or a time such as 2026-03-01T00:00:00Z", s)
		return otherwise, false
	}
	if t.Year() < earliestYear || t.Year() > latestYear {
		bad.WithField(field, fmt.Sprintf("give a year from %d to %d", earliestYear, latestYear), s)
		return otherwise, false
	}
	return t, true
}

// oneOf is s or the first of these; none are for a question that s does not matter to.
func oneOf(bad *apperr.Error, field, s string, these []string) string {
	if len(these) == 0 {
		return ""
	}
	if s == "" {
		return these[0]
	}
	if !slices.Contains(these, s) {
		bad.WithField(field, "use one of "+strings.Join(these, ", "), s)
	}
	return s
}
