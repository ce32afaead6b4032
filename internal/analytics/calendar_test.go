package analytics_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	require.NoError(t, err)
	return z
}

// The first moment of a day is the first that the zone's clocks show that day at, and none before it.
func TestStartOfDayIsItsFirstMoment(t *testing.T) {
	for _, name := range []string{
		"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe",
		"America/Sao_Paulo", "Asia/Beirut", "America/Havana", "Africa/Cairo", "America/Santiago", "Asia/Tehran", // these skip midnight, or show it twice
	} {
		z := zone(t, name)
		for d := time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() < 2027; d = d.AddDate(0, 0, 1) {
			got := analytics.StartOfDay(d.Year(), d.Month(), d.Day(), z)
			require.Equal(t, d.Format(time.DateOnly), got.In(z).Format(time.DateOnly), name)
			require.Equal(t, d.AddDate(0, 0, -1).Format(time.DateOnly), got.Add(-time.Second).In(z).Format(time.DateOnly), "%s: nothing of %s comes before", name, d.Format(time.DateOnly))
		}
	}
}

// Steps of a day on which the clocks change: as many hours as it has, each once, one after the other.
func TestHoursOfDaysOnWhichTheClocksChange(t *testing.T) {
	for _, x := range []struct {
		zone, day string
		steps     int
		lasts     time.Duration
		starts    []string // some of them
	}{
		{"Europe/Berlin", "2026-03-29", 23, 23 * time.Hour, []string{"2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"}},
		{"Europe/Berlin", "2026-10-25", 25, 25 * time.Hour, []string{"2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"}},
		{"America/New_York", "2026-03-08", 23, 23 * time.Hour, []string{"2026-03-08T01:00:00-05:00", "2026-03-08T03:00:00-04:00"}},
		{"America/New_York", "2026-11-01", 25, 25 * time.Hour, []string{"2026-11-01T01:00:00-04:00", "2026-11-01T01:00:00-05:00"}},
		{"Asia/Kolkata", "2026-03-29", 24, 24 * time.Hour, []string{"2026-03-29T00:00:00+05:30"}},
		{"Australia/Lord_Howe", "2026-04-05", 25, 24*time.Hour + 30*time.Minute, []string{"2026-04-05T01:00:00+11:00", "2026-04-05T01:30:00+10:30", "2026-04-05T02:00:00+10:30"}},
		{"Australia/Lord_Howe", "2026-10-04", 24, 23*time.Hour + 30*time.Minute, []string{"2026-10-04T01:00:00+10:30", "2026-10-04T02:30:00+11:00", "2026-10-04T03:00:00+11:00"}},
	} {
		z := zone(t, x.zone)
		r := analytics.DayRange(x.day, z)
		require.Equal(t, x.lasts, r.To.Sub(r.From), "%s %s", x.zone, x.day)
		require.Equal(t, 1, r.Days(z), "a day of any length is one day")
		steps := analytics.Buckets(r, "hour", z)
		require.Len(t, steps, x.steps, "%s %s", x.zone, x.day)
		var starts []string
		keys := map[string]bool{}
		at := r.From
		for _, s := range steps {
			require.Equal(t, at, s.From, "no gap and no overlap")
			require.Positive(t, s.To.Sub(s.From))
			require.LessOrEqual(t, s.To.Sub(s.From), time.Hour)
			require.False(t, keys[s.Key], "%s twice", s.Key)
			at, keys[s.Key], starts = s.To, true, append(starts, s.Start)
		}
		require.Equal(t, r.To, at)
		require.Subset(t, starts, x.starts)
		require.Len(t, analytics.Buckets(r, "day", z), 1)
	}
}

func TestWeeksBeginOnMondayAndAreCutToTheRange(t *testing.T) {
	z := zone(t, "Europe/Berlin")
	r := analytics.Range{From: analytics.DayRange("2026-03-25", z).From, To: analytics.DayRange("2026-04-07", z).To} // Wednesday to Tuesday
	var weeks, months []string
	for _, s := range analytics.Buckets(r, "week", z) {
		weeks = append(weeks, s.Start+" "+s.From.In(z).Format(time.DateOnly))
	}
	require.Equal(t, []string{"2026-03-23 2026-03-25", "2026-03-30 2026-03-30", "2026-04-06 2026-04-06"}, weeks)
	for _, s := range analytics.Buckets(r, "month", z) {
		months = append(months, s.Start+" "+s.To.In(z).Format(time.DateOnly))
	}
	require.Equal(t, []string{"2026-03-01 2026-04-01", "2026-04-01 2026-04-08"}, months)
	require.Equal(t, 14, r.Days(z))
	require.Equal(t, analytics.DayRange("2026-03-11", z).From, r.Before(z).From)
	require.Equal(t, []string{"2026-03-29"}, analytics.ChangingDays(r, z))
}

func TestWilson(t *testing.T) {
	low, high, ok := analytics.Wilson(10, 100) // R: prop.test(10, 100, correct = FALSE)
	require.True(t, ok)
	require.InDelta(t, 0.05522914, low, 1e-8)
	require.InDelta(t, 0.17436566, high, 1e-8)
	low, high, ok = analytics.Wilson(0, 50)
	require.True(t, ok)
	require.Zero(t, low)
	require.InDelta(t, 0.07134759, high, 1e-7)
	_, high, _ = analytics.Wilson(7, 7)
	require.InDelta(t, 1, high, 0)
	for _, x := range [][2]int64{{0, 0}, {3, 2}, {-1, 4}} {
		_, _, ok = analytics.Wilson(x[0], x[1])
		require.False(t, ok)
	}
}

func TestEveryCellOfTheMapIsInOneGroup(t *testing.T) {
	for r := 1; r <= 5; r++ {
		for f := 1; f <= 5; f++ {
			in := 0
			for _, g := range analytics.RFMGroups {
				if r >= g.Recency[0] && r <= g.Recency[1] && f >= g.Frequency[0] && f <= g.Frequency[1] {
					in++
				}
			}
			require.Equal(t, 1, in, "%d × %d", r, f)
		}
	}
}
