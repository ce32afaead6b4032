package analyst

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pulsehub/pulsehub/internal/chat"
)

var months = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}
var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// timeWords are mended when misspelt, as the lexicon's words are.
var timeWords = slices.Concat(months, weekdays, []string{"yesterday", "today", "quarter", "month", "weekend"})

var smallNumbers = map[string]int{
	"a": 1, "one": 1, "two": 2, "couple": 2, "three": 3, "few": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
	"ten": 10, "twelve": 12, "fourteen": 14, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90, "hundred": 100,
}

// calendar resolves words to ranges in one time zone. A range that is still running ends with today.
type calendar struct {
	now   time.Time
	today time.Time
}

func newCalendar(now time.Time, zone *time.Location) calendar {
	now = now.In(zone)
	return calendar{now: now, today: time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)}
}

func (c calendar) frame(from, to time.Time, label string) *chat.Timeframe {
	if tomorrow := c.today.AddDate(0, 0, 1); to.After(tomorrow) {
		to = tomorrow
	}
	if !to.After(from) {
		return nil
	}
	return &chat.Timeframe{From: from.UTC(), To: to.UTC(), Label: label}
}

func (c calendar) days(n int, label string) *chat.Timeframe {
	return c.frame(c.today.AddDate(0, 0, 1-n), c.today.AddDate(0, 0, 1), label)
}

// start of the week (Monday), month, quarter or year that today is in, shifted by so many of that unit.
func (c calendar) start(unit string, shift int) time.Time {
	y, m, d := c.today.Date()
	zone := c.today.Location()
	switch unit {
	case "week":
		return time.Date(y, m, d-(int(c.today.Weekday())+6)%7+7*shift, 0, 0, 0, 0, zone)
	case "month":
		return time.Date(y, m+time.Month(shift), 1, 0, 0, 0, 0, zone)
	case "quarter":
		return time.Date(y, (m-1)/3*3+1+time.Month(3*shift), 1, 0, 0, 0, 0, zone)
	case "year":
		return time.Date(y+shift, 1, 1, 0, 0, 0, 0, zone)
	}
	return time.Date(y, m, d+shift, 0, 0, 0, 0, zone)
}

func (c calendar) whole(unit string, shift int, label string) *chat.Timeframe {
	return c.frame(c.start(unit, shift), c.start(unit, shift+1), label)
}

// find is the first time frame that words (in their singular) name, and how many words it took; nil when none does.
func (c calendar) find(words []string) (*chat.Timeframe, int) {
	for i := range words {
		if words[i] == "may" && !monthBefore(words, i) {
			continue
		}
		if f, n := c.at(words[i:]); f != nil {
			return f, n
		}
	}
	return nil, 0
}

// monthBefore tells "in May" and "May 2026" from "may I".
func monthBefore(words []string, i int) bool {
	if i+1 < len(words) && (year(words[i+1]) > 0 || ordinal(words[i+1]) > 0) {
		return true
	}
	return i > 0 && slices.Contains([]string{"in", "of", "for", "during", "and", "to", "about"}, words[i-1])
}

func (c calendar) at(w []string) (*chat.Timeframe, int) {
	next := func(i int) string {
		if i < len(w) {
			return w[i]
		}
		return ""
	}
	switch w[0] {
	case "today", "heute":
		return c.days(1, "today"), 1
	case "tonight":
		return c.days(1, "today"), 1
	case "yesterday", "gestern":
		return c.whole("day", -1, "yesterday"), 1
	case "ytd":
		return c.whole("year", 0, "this year"), 1
	case "mtd":
		return c.whole("month", 0, "this month"), 1
	case "year", "month", "week", "quarter":
		if next(1) == "to" && next(2) == "date" {
			return c.whole(w[0], 0, "this "+w[0]), 3
		}
	case "this", "current", "diese", "diesen":
		if f := c.unit(next(1), 0, "this "+next(1)); f != nil {
			return f, 2
		}
		return c.weekend(next(1), 0, "this weekend"), 2
	case "black":
		if next(1) == "friday" {
			return c.blackFriday(next(2))
		}
	case "cyber":
		switch next(1) {
		case "monday":
			return c.blackFriday("cyber")
		case "week":
			return c.blackFriday("week")
		}
	case "last", "past", "previous", "recent", "letzte", "letzten", "letzter":
		return c.past(w)
	case "since":
		return c.since(w[1:])
	case "between", "from":
		return c.between(w[1:])
	}
	if f, n := c.ago(w); f != nil {
		return f, n
	}
	return c.named(w)
}

func (c calendar) unit(unit string, shift int, label string) *chat.Timeframe {
	switch unit {
	case "week", "month", "quarter", "year":
		return c.whole(unit, shift, label)
	case "morning", "afternoon", "evening":
		return c.days(1, "today")
	case "woche":
		return c.whole("week", shift, label)
	case "monat":
		return c.whole("month", shift, label)
	}
	return nil
}

func (c calendar) weekend(word string, shift int, label string) *chat.Timeframe {
	if word != "weekend" {
		return nil
	}
	saturday := c.start("week", shift).AddDate(0, 0, 5)
	return c.frame(saturday, saturday.AddDate(0, 0, 2), label)
}

// past is "last week", "last 30 days", "past three months", "last March", "last Monday".
func (c calendar) past(w []string) (*chat.Timeframe, int) {
	if len(w) < 2 {
		return nil, 0
	}
	if n := number(w[1]); n > 0 && len(w) > 2 {
		used := 3
		unit := w[2]
		if unit == "of" || unit == "full" || unit == "calendar" {
			if len(w) < 4 {
				return nil, 0
			}
			unit, used = w[3], 4
		}
		label := fmt.Sprintf("last %d %s", n, plural(unit, n))
		switch unit {
		case "hour":
			return &chat.Timeframe{From: c.now.Add(-time.Duration(n) * time.Hour).Truncate(time.Minute).UTC(), To: c.now.Truncate(time.Minute).UTC(), Label: label}, used
		case "day", "d":
			return c.days(n, fmt.Sprintf("last %d %s", n, plural("day", n))), used
		case "week":
			return c.days(7*n, label), used
		case "month":
			return c.frame(c.today.AddDate(0, -n, 1), c.today.AddDate(0, 0, 1), label), used
		case "quarter":
			return c.frame(c.today.AddDate(0, -3*n, 1), c.today.AddDate(0, 0, 1), label), used
		case "year":
			return c.frame(c.today.AddDate(-n, 0, 1), c.today.AddDate(0, 0, 1), label), used
		}
		return nil, 0
	}
	switch w[1] {
	case "24h":
		return &chat.Timeframe{From: c.now.Add(-24 * time.Hour).Truncate(time.Minute).UTC(), To: c.now.Truncate(time.Minute).UTC(), Label: "last 24 hours"}, 2
	case "hour":
		return &chat.Timeframe{From: c.now.Add(-time.Hour).Truncate(time.Minute).UTC(), To: c.now.Truncate(time.Minute).UTC(), Label: "last hour"}, 2
	case "day":
		return c.whole("day", -1, "yesterday"), 2
	case "night":
		return c.whole("day", -1, "yesterday"), 2
	case "weekend":
		saturday := c.start("week", 0).AddDate(0, 0, -2)
		return c.frame(saturday, saturday.AddDate(0, 0, 2), "last weekend"), 2
	case "woche":
		return c.whole("week", -1, "last week"), 2
	case "monat":
		return c.whole("month", -1, "last month"), 2
	}
	if f := c.unit(w[1], -1, "last "+w[1]); f != nil {
		return f, 2
	}
	if strings.HasSuffix(w[1], "d") { // "last 30d"
		if n, err := strconv.Atoi(strings.TrimSuffix(w[1], "d")); err == nil && n > 0 && n < 4000 {
			return c.days(n, fmt.Sprintf("last %d days", n)), 2
		}
	}
	if f, n := c.named(w[1:]); f != nil {
		return f, n + 1
	}
	return nil, 0
}

// ago is "two weeks ago" and "30 days ago": that day, week or month.
func (c calendar) ago(w []string) (*chat.Timeframe, int) {
	if len(w) < 3 || w[2] != "ago" {
		return nil, 0
	}
	n := number(w[0])
	if n == 0 {
		return nil, 0
	}
	switch w[1] {
	case "day", "week", "month", "quarter", "year":
		return c.whole(w[1], -n, fmt.Sprintf("%d %s ago", n, plural(w[1], n))), 3
	}
	return nil, 0
}

func (c calendar) since(w []string) (*chat.Timeframe, int) {
	if len(w) == 0 {
		return nil, 0
	}
	f, n := c.at(w)
	if f == nil {
		return nil, 0
	}
	return c.frame(f.From, c.today.AddDate(0, 0, 1), "since "+strings.TrimPrefix(f.Label, "on ")), n + 1
}

// between is "between March and May", "from Monday to Friday", "between 2026-01-01 and 2026-01-31".
func (c calendar) between(w []string) (*chat.Timeframe, int) {
	if len(w) < 3 {
		return nil, 0
	}
	first, n := c.named(w)
	if first == nil || len(w) < n+2 || (w[n] != "and" && w[n] != "to" && w[n] != "until" && w[n] != "till") {
		return first, n + 1
	}
	second, m := c.named(w[n+1:])
	if second == nil {
		if w[n+1] == "now" || w[n+1] == "today" {
			return c.frame(first.From, c.today.AddDate(0, 0, 1), "since "+strings.TrimPrefix(first.Label, "on ")), n + 3
		}
		return first, n + 1
	}
	if second.To.Before(first.From) {
		return nil, 0
	}
	return &chat.Timeframe{From: first.From, To: second.To, Label: strings.TrimPrefix(first.Label, "on ") + " to " + strings.TrimPrefix(second.Label, "on ")}, n + m + 2
}

// named is a year, a quarter (Q3 2026), a month (March, March 2026), a date or a weekday. The most recent one is meant.
func (c calendar) named(w []string) (*chat.Timeframe, int) {
	if len(w) == 0 {
		return nil, 0
	}
	zone := c.today.Location()
	if f, n := c.date(w); f != nil {
		return f, n
	}
	if y := year(w[0]); y > 0 {
		from := time.Date(y, 1, 1, 0, 0, 0, 0, zone)
		return c.frame(from, from.AddDate(1, 0, 0), w[0]), 1
	}
	if len(w[0]) == 2 && w[0][0] == 'q' && w[0][1] >= '1' && w[0][1] <= '4' {
		y, used := c.today.Year(), 1
		if said, n := c.yearAfter(w[1:]); said > 0 {
			y, used = said, 1+n
		}
		from := time.Date(y, time.Month(int(w[0][1]-'1')*3+1), 1, 0, 0, 0, 0, zone)
		if from.After(c.today) && used == 1 {
			from = from.AddDate(-1, 0, 0)
		}
		return c.frame(from, from.AddDate(0, 3, 0), fmt.Sprintf("Q%c %d", w[0][1], from.Year())), used
	}
	if i := month(w[0]); i >= 0 {
		y, used := c.today.Year(), 1
		if said, n := c.yearAfter(w[1:]); said > 0 {
			y, used = said, 1+n
		}
		from := time.Date(y, time.Month(i+1), 1, 0, 0, 0, 0, zone)
		if from.After(c.today) && used == 1 {
			from = from.AddDate(-1, 0, 0)
		}
		return c.frame(from, from.AddDate(0, 1, 0), from.Format("January 2006")), used
	}
	if i := slices.Index(weekdays, w[0]); i >= 0 {
		back := (int(c.today.Weekday()) - i + 7) % 7
		from := c.today.AddDate(0, 0, -back)
		return c.frame(from, from.AddDate(0, 0, 1), "on "+from.Format("Monday 2 January")), 1
	}
	return nil, 0
}

// yearAfter is the year that is said with a month or quarter: "2025", "this year", "of last year".
func (c calendar) yearAfter(w []string) (y, used int) {
	if len(w) > 0 && (w[0] == "of" || w[0] == "in") {
		y, used = c.yearAfter(w[1:])
		return y, used + 1
	}
	switch {
	case len(w) > 0 && year(w[0]) > 0:
		return year(w[0]), 1
	case len(w) > 1 && w[1] == "year" && w[0] == "this":
		return c.today.Year(), 2
	case len(w) > 1 && w[1] == "year" && (w[0] == "last" || w[0] == "previous"):
		return c.today.Year() - 1, 2
	}
	return 0, 0
}

// date is 2026 03 01 (an ISO date as it is split into words), "1 March [2026]", "March 1st [2026]".
func (c calendar) date(w []string) (*chat.Timeframe, int) {
	zone := c.today.Location()
	day := func(y, m, d, used int) (*chat.Timeframe, int) {
		from := time.Date(y, time.Month(m), d, 0, 0, 0, 0, zone)
		if from.Day() != d {
			return nil, 0
		}
		return c.frame(from, from.AddDate(0, 0, 1), "on "+from.Format("2 January 2006")), used
	}
	recent := func(m, d int) int {
		y := c.today.Year()
		if time.Date(y, time.Month(m), d, 0, 0, 0, 0, zone).After(c.today) {
			y--
		}
		return y
	}
	if len(w) >= 3 && year(w[0]) > 0 {
		m, _ := strconv.Atoi(w[1])
		d, _ := strconv.Atoi(w[2])
		if m >= 1 && m <= 12 && d >= 1 && d <= 31 && len(w[1]) == 2 {
			return day(year(w[0]), m, d, 3)
		}
	}
	if len(w) >= 2 {
		if d, m := ordinal(w[0]), month(w[1]); d > 0 && m >= 0 {
			if len(w) > 2 && year(w[2]) > 0 {
				return day(year(w[2]), m+1, d, 3)
			}
			return day(recent(m+1, d), m+1, d, 2)
		}
		if m, d := month(w[0]), ordinal(w[1]); d > 0 && m >= 0 {
			if len(w) > 2 && year(w[2]) > 0 {
				return day(year(w[2]), m+1, d, 3)
			}
			return day(recent(m+1, d), m+1, d, 2)
		}
	}
	return nil, 0
}

// blackFriday is the Friday after the fourth Thursday of November: the last one that has begun. Its week is from Monday to
// Sunday, its weekend from Friday to Cyber Monday.
func (c calendar) blackFriday(of string) (*chat.Timeframe, int) {
	for y := c.today.Year(); ; y-- {
		first := time.Date(y, time.November, 1, 0, 0, 0, 0, c.today.Location())
		day := first.AddDate(0, 0, (int(time.Thursday)-int(first.Weekday())+7)%7+22)
		if day.AddDate(0, 0, -4).After(c.today) || of != "week" && day.After(c.today) || of == "cyber" && day.AddDate(0, 0, 3).After(c.today) {
			continue
		}
		switch of {
		case "week":
			return c.frame(day.AddDate(0, 0, -4), day.AddDate(0, 0, 3), fmt.Sprintf("the week of Black Friday %d", y)), 3
		case "weekend":
			return c.frame(day, day.AddDate(0, 0, 4), fmt.Sprintf("Black Friday %d to Cyber Monday", y)), 3
		case "cyber":
			return c.frame(day.AddDate(0, 0, 3), day.AddDate(0, 0, 4), fmt.Sprintf("Cyber Monday %d", y)), 2
		}
		return c.frame(day, day.AddDate(0, 0, 1), fmt.Sprintf("Black Friday %d", y)), 2
	}
}

func month(w string) int {
	if i := slices.Index(months, w); i >= 0 && w != "may" {
		return i
	}
	switch w {
	case "jan", "feb", "apr", "jun", "jul", "aug", "sep", "oct", "nov", "dec":
		return slices.IndexFunc(months, func(m string) bool { return strings.HasPrefix(m, w) })
	case "sept":
		return 8
	case "may":
		return 4
	}
	return -1
}

func year(w string) int {
	if len(w) != 4 {
		return 0
	}
	y, err := strconv.Atoi(w)
	if err != nil || y < 2000 || y > 2100 {
		return 0
	}
	return y
}

func ordinal(w string) int {
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		w = strings.TrimSuffix(w, suffix)
	}
	d, err := strconv.Atoi(w)
	if err != nil || d < 1 || d > 31 {
		return 0
	}
	return d
}

func number(w string) int {
	if n, ok := smallNumbers[w]; ok {
		return n
	}
	n, err := strconv.Atoi(w)
	if err != nil || n < 1 || n > 4000 {
		return 0
	}
	return n
}

func plural(word string, n int) string {
	if n == 1 {
		return word
	}
	return word + "s"
}
