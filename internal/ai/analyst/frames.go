package analyst

import (
	"slices"
	"strings"
	"time"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/chat"
)

// frame is the asked time frame, or the last 30 days. What is asked by the hour is answered by whole days, and named so:
// figures are of whole days.
func (t *turn) frame() chat.Timeframe {
	if f := t.req.Intent.Entities.Timeframe; f != nil {
		return t.wholeDays(*f)
	}
	return *t.cal.days(30, "last 30 days")
}

func (t *turn) wholeDays(f chat.Timeframe) chat.Timeframe {
	if !strings.HasSuffix(strings.TrimSuffix(f.Label, "s"), "hour") {
		return f
	}
	from, to := f.From.In(t.zone), f.To.In(t.zone)
	first, end := startOfDay(from), startOfDay(to.Add(-time.Nanosecond)).AddDate(0, 0, 1)
	f = chat.Timeframe{From: first.UTC(), To: end.UTC(), Label: spanLabel(first, end)}
	switch {
	case first.Equal(t.cal.today):
		f.Label = "today"
	case first.Equal(t.cal.today.AddDate(0, 0, -1)):
		f.Label = "yesterday and today"
	}
	return f
}

func startOfDay(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

// spanLabel names whole days by their dates.
func spanLabel(first, end time.Time) string {
	last := end.AddDate(0, 0, -1)
	if last.Equal(first) {
		return "on " + first.Format("2 January 2006")
	}
	if first.Year() == last.Year() {
		return first.Format("2 January") + " to " + last.Format("2 January 2006")
	}
	return first.Format("2 January 2006") + " to " + last.Format("2 January 2006")
}

// preceding is the frame to compare f with: of the same length just before it, or the same days of the week before.
func preceding(f chat.Timeframe) chat.Timeframe {
	then := chat.Timeframe{From: f.From.Add(f.From.Sub(f.To)), To: f.From, Label: "the period of the same length before"}
	switch f.Label {
	case "this week":
		then = chat.Timeframe{From: f.From.AddDate(0, 0, -7), To: f.To.AddDate(0, 0, -7), Label: "last week, up to the same day"}
	case "last week":
		then.Label = "the week before"
	case "yesterday":
		then.Label = "the day before"
	case "today":
		then.Label = "yesterday"
	}
	return then
}

// yearBefore is the same days of the year before.
func (t *turn) yearBefore(f chat.Timeframe) chat.Timeframe {
	from, end := f.From.In(t.zone).AddDate(-1, 0, 0), f.To.In(t.zone).AddDate(-1, 0, 0)
	return chat.Timeframe{From: from.UTC(), To: end.UTC(), Label: spanLabel(from, end)}
}

// overYears tells whether a question compares with the year before.
func overYears(words []string) bool {
	text := " " + strings.Join(words, " ") + " "
	for _, phrase := range []string{"year over year", "yoy", "year before", "year ago", "a year earlier", "previous year", "prior year", "same period last year",
		"same time last year", "same week last year", "same month last year", "same day last year", "same quarter last year", "year on year"} {
		if strings.Contains(text, " "+phrase+" ") {
			return true
		}
	}
	return false
}

// comparedTo tells whether the words before the time frame make it the one that is compared with, as in "against last year".
func comparedTo(words []string) bool {
	for _, p := range []string{"compared to", "compared with", "compare to", "compare with", "than", "than in", "versus", "v", "vs", "against", "over", "relative to", "from"} {
		if strings.HasSuffix(" "+strings.Join(words, " "), " "+p) {
			return true
		}
	}
	return false
}

// frames is the two time frames to compare: both as named, or the named one and the one before it: of the same length, or the
// same days a year before where that is asked for.
func (t *turn) frames() (now, then chat.Timeframe) {
	words := words(t.req.Question)
	for i := range words {
		if words[i] == "may" && !monthBefore(words, i) {
			continue
		}
		f, used := t.cal.at(words[i:])
		if f == nil {
			continue
		}
		rest := words[min(len(words), i+max(used, 1)):]
		if g, _ := t.cal.find(rest); g != nil && !g.From.Equal(f.From) {
			a, b := t.wholeDays(*f), t.wholeDays(*g)
			if b.From.After(a.From) {
				return b, a
			}
			return a, b
		}
		unit, last := strings.CutPrefix(f.Label, "last ")
		if last && slices.Contains([]string{"week", "month", "quarter", "year"}, unit) && comparedTo(words[:i]) && f.To.Sub(f.From) > 6*24*time.Hour {
			now = *t.cal.whole(unit, 0, "this "+unit)
			if unit == "year" {
				return now, t.yearBefore(now)
			}
			return now, *f
		}
		break
	}
	now = t.frame()
	if overYears(words) {
		if t.req.Intent.Entities.Timeframe == nil || now.Label == "last year" {
			now = *t.cal.whole("year", 0, "this year")
		}
		return now, t.yearBefore(now)
	}
	return now, preceding(now)
}

// askedFor is a time frame as the analytics service is asked for it.
func askedFor(f chat.Timeframe) analytics.Asked {
	return analytics.Asked{From: f.From.Format(time.RFC3339), To: f.To.Format(time.RFC3339)}
}

// before is the frame before f where words ask for it: "and the week before?", "the month before that". It is f otherwise.
func (c calendar) before(f chat.Timeframe, words []string) *chat.Timeframe {
	for i, w := range words {
		if w != "before" && w != "earlier" || i == 0 {
			continue
		}
		from, to := f.From.In(c.today.Location()), f.To.In(c.today.Location())
		unit := words[i-1]
		switch unit {
		case "week", "month", "quarter":
			if from.Equal(c.start(unit, 0)) { // the current one is not over: the whole one before it is meant
				return c.whole(unit, -1, "last "+unit)
			}
			days := map[string][2]int{"week": {0, -7}, "month": {-1, 0}, "quarter": {-3, 0}}[unit]
			from, to = from.AddDate(0, days[0], days[1]), to.AddDate(0, days[0], days[1])
		case "year":
			from, to = from.AddDate(-1, 0, 0), to.AddDate(-1, 0, 0)
		case "day":
			from, to = from.AddDate(0, 0, -1), to.AddDate(0, 0, -1)
		default:
			from, to = from.Add(from.Sub(to)), from
		}
		return c.frame(from, to, spanLabel(from, to))
	}
	return &f
}
