package analytics

import (
	"fmt"
	"time"
)

// StartOfDay is the first moment of that day in the zone: also where the clocks skip midnight, or show it twice. Months
// and days out of bounds are carried over, as time.Date does.
func StartOfDay(year int, month time.Month, day int, zone *time.Location) time.Time {
	want := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	t := time.Date(year, month, day, 0, 0, 0, 0, zone)
	if shown := t.Day(); shown != want.Day() { // midnight is skipped, and this is the evening before
		_, skipped := t.ZoneBounds()
		return skipped.UTC()
	}
	began, _ := t.ZoneBounds()
	if began.IsZero() {
		return t.UTC()
	}
	_, now := t.Zone()
	_, before := began.Add(-time.Second).Zone()
	if first := t.Add(time.Duration(now-before) * time.Second); before > now && first.Before(began) { // midnight is shown twice
		return first.UTC()
	}
	if t.Hour() != 0 { // midnight is skipped, and the day begins with the change
		return began.UTC()
	}
	return t.UTC()
}

// dayOf is the day of t in the zone, as the midnight of UTC that bears its name.
func dayOf(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func startOf(day time.Time, zone *time.Location) time.Time {
	y, m, d := day.Date()
	return StartOfDay(y, m, d, zone)
}

// wholeDays is r as the days of the zone that it touches.
func (r Range) wholeDays(zone *time.Location) Range {
	return Range{From: startOf(dayOf(r.From, zone), zone), To: startOf(dayOf(r.To.Add(-time.Nanosecond), zone).AddDate(0, 0, 1), zone)}
}

// Days is how many days of the zone r has; r is whole days.
func (r Range) Days(zone *time.Location) int {
	return int(dayOf(r.To, zone).Sub(dayOf(r.From, zone)) / day)
}

// Before is the same number of days that come before r.
func (r Range) Before(zone *time.Location) Range {
	return Range{From: startOf(dayOf(r.From, zone).AddDate(0, 0, -r.Days(zone)), zone), To: r.From}
}

// Bucket is one hour, day, week or month of a range, cut to the range. A day has 23 or 25 hours where the clocks change,
// an hour that the clocks show twice is two steps, and one that they skip is none.
type Bucket struct {
	// Start names it: the first day of the day, week (Monday) or month as YYYY-MM-DD, also where the range begins within it,
	// and an hour as RFC 3339 with the zone's offset.
	Start string
	Range
	// Key is what the store counts it under: Start, or for an hour "YYYY-MM-DD H", with the offset in seconds behind it on
	// a day on which the clocks change.
	Key string
}

// Buckets are all steps of r, which is whole days, oldest first.
func Buckets(r Range, granularity string, zone *time.Location) []Bucket {
	if granularity == "hour" {
		return hours(r, zone)
	}
	var out []Bucket
	for at := firstOf(dayOf(r.From, zone), granularity); ; {
		next := nextOf(at, granularity)
		s := Bucket{Start: at.Format(time.DateOnly), Key: at.Format(time.DateOnly), Range: Range{From: startOf(at, zone), To: startOf(next, zone)}}
		if s.From.Before(r.From) {
			s.From = r.From
		}
		if !s.To.Before(r.To) {
			s.To = r.To
			return append(out, s)
		}
		out, at = append(out, s), next
	}
}

func firstOf(day time.Time, granularity string) time.Time {
	switch granularity {
	case "week":
		return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	case "month":
		return day.AddDate(0, 0, 1-day.Day())
	}
	return day
}

func nextOf(first time.Time, granularity string) time.Time {
	switch granularity {
	case "week":
		return first.AddDate(0, 0, 7)
	case "month":
		return first.AddDate(0, 1, 0)
	}
	return first.AddDate(0, 0, 1)
}

func hours(r Range, zone *time.Location) []Bucket {
	changing := map[string]bool{}
	for _, d := range ChangingDays(r, zone) {
		changing[d] = true
	}
	var out []Bucket
	for at := r.From; at.Before(r.To); {
		local := at.In(zone)
		next := at.Add(time.Hour - time.Duration(local.Minute())*time.Minute - time.Duration(local.Second())*time.Second)
		if _, change := local.ZoneBounds(); !change.IsZero() && change.Before(next) {
			next = change.UTC()
		}
		d := local.Format(time.DateOnly)
		s := Bucket{Start: local.Format(time.RFC3339), Key: hourKey(d, local.Hour(), nil), Range: Range{From: at, To: next}}
		if changing[d] {
			_, offset := local.Zone()
			s.Key = hourKey(d, local.Hour(), &offset)
		}
		out, at = append(out, s), next
	}
	return out
}

// ChangingDays are the days of r, which is whole days, on which the zone's clocks change, as YYYY-MM-DD.
func ChangingDays(r Range, zone *time.Location) []string {
	out := []string{}
	for at := r.From; ; {
		_, change := at.In(zone).ZoneBounds()
		if change.IsZero() || !change.Before(r.To) {
			return out
		}
		if d := change.In(zone).Format(time.DateOnly); len(out) == 0 || out[len(out)-1] != d {
			out = append(out, d)
		}
		at = change
	}
}

// hourKey names an hour as the store counts it.
func hourKey(day string, hour int, offset *int) string {
	if offset == nil {
		return fmt.Sprintf("%s %d", day, hour)
	}
	return fmt.Sprintf("%s %d %d", day, hour, *offset)
}

// DayRange is a day of the zone, given as YYYY-MM-DD.
func DayRange(date string, zone *time.Location) Range {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return Range{}
	}
	return Range{From: startOf(d, zone), To: startOf(d.AddDate(0, 0, 1), zone)}
}
