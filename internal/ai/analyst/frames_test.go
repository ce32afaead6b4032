package analyst

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/ai"
	"github.com/pulsehub/pulsehub/internal/chat"
)

// named is a frame by its first and last day in Berlin.
func named(t *testing.T, f chat.Timeframe) string {
	t.Helper()
	zone := berlin(t)
	return f.From.In(zone).Format(time.DateOnly) + ".." + f.To.Add(-time.Nanosecond).In(zone).Format(time.DateOnly)
}

func TestFramesThatMarketersName(t *testing.T) {
	cal := newCalendar(wednesday, berlin(t))
	for question, want := range map[string]string{
		"last week": "2026-03-09..2026-03-15", "yesterday": "2026-03-17..2026-03-17", "in march": "2026-03-01..2026-03-18", "q1": "2026-01-01..2026-03-18",
		"since monday": "2026-03-16..2026-03-18", "last 30 days": "2026-02-17..2026-03-18", "black friday": "2025-11-28..2025-11-28", "black friday week": "2025-11-24..2025-11-30",
		"black friday weekend": "2025-11-28..2025-12-01", "cyber monday": "2025-12-01..2025-12-01", "cyber week": "2025-11-24..2025-11-30",
		"february last year": "2025-02-01..2025-02-28", "february of this year": "2026-02-01..2026-02-28", "q4 of last year": "2025-10-01..2025-12-31",
		"between 1 february and 14 february": "2026-02-01..2026-02-14",
	} {
		got, _ := cal.find(words(question))
		if assert.NotNil(t, got, question) {
			assert.Equal(t, want, named(t, *got), question)
		}
	}
	// A week that is under way is the one that is meant; before its Monday it is last year's.
	during := newCalendar(time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC), berlin(t))
	got, _ := during.find(words("black friday week"))
	require.NotNil(t, got)
	assert.Equal(t, "2026-11-23..2026-11-25", named(t, *got))
	got, _ = during.find(words("black friday"))
	require.NotNil(t, got)
	assert.Equal(t, "2025-11-28..2025-11-28", named(t, *got))
}

func TestFramesThatAreCompared(t *testing.T) {
	for question, want := range map[string][2]string{
		"revenue this month vs last month":                       {"2026-03-01..2026-03-18", "2026-02-01..2026-02-28"},
		"compare january with february":                          {"2026-02-01..2026-02-28", "2026-01-01..2026-01-31"},
		"revenue year over year":                                 {"2026-01-01..2026-03-18", "2025-01-01..2025-03-18"},
		"is revenue up compared to last year":                    {"2026-01-01..2026-03-18", "2025-01-01..2025-03-18"},
		"revenue in february compared to the year before":        {"2026-02-01..2026-02-28", "2025-02-01..2025-02-28"},
		"compare february this year with february last year":     {"2026-02-01..2026-02-28", "2025-02-01..2025-02-28"},
		"how do last week's orders compare with the week before": {"2026-03-09..2026-03-15", "2026-03-02..2026-03-08"},
		"are more people visiting than last month":               {"2026-03-01..2026-03-18", "2026-02-01..2026-02-28"},
	} {
		zone := berlin(t)
		tr := &turn{zone: zone, cal: newCalendar(wednesday, zone), req: ai.Request{
			Question: question, Now: wednesday, Intent: Classify(IntentInput{Question: question, Now: wednesday, TimeZone: zone, HasData: true}),
		}}
		now, then := tr.frames()
		assert.Equal(t, want, [2]string{named(t, now), named(t, then)}, question)
	}
}

// TestHoursAreAnsweredByDays: figures are of whole days, so an answer must not call two days 24 hours.
func TestHoursAreAnsweredByDays(t *testing.T) {
	zone := berlin(t)
	tr := &turn{zone: zone, cal: newCalendar(wednesday, zone), req: ai.Request{Intent: Classify(IntentInput{Question: "orders in the last 24 hours", Now: wednesday, TimeZone: zone})}}
	got := tr.frame()
	assert.Equal(t, "2026-03-17..2026-03-18", named(t, got))
	assert.Equal(t, "yesterday and today", got.Label)
}

func TestWhoIsLookedFor(t *testing.T) {
	for question, want := range map[string]string{
		"look up hannah.weber@example.com": "hannah.weber@example.com||", "who is +49 151 23456789": "|+4915123456789|", "call 0049 30 1234567": "|+49301234567|",
		"do we have a customer called lena fischer?": "||lena fischer", "show me everything about Julia Schneider": "||Julia Schneider", "who is Anna-Maria O’Neil": "||Anna-Maria O’Neil",
		"tell me about our VIP customers": "||", "revenue from 2026-03-01 to 2026-03-14": "||", "who are my best customers in Germany": "||", "show me the funnel": "||",
		"find customers who bought twice": "||", "what do we know about Black Friday": "||", "who is the president of France?": "||",
	} {
		got := lookupIn(question)
		assert.Equal(t, want, got.Email+"|"+got.Phone+"|"+got.Name, question)
	}
}
