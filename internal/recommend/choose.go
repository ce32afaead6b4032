package recommend

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/learn"
)

// choice is a channel and when to use it.
type choice struct {
	channel string
	band    learn.Band
	usual   bool    // the time that the playbook would take
	trial   bool    // drawn to find out, and not because it did best
	score   float64 // orders that it is drawn to bring
}

// present is how much better than others a message is thought to do at the time of day when its segment is most active, before
// anything is known of hours: one standard deviation of what hours are thought to differ by (learn.New).
const present = 1.2

// choose orders channels by how many orders each is to bring: the people it reaches, times a rate drawn from what was learned
// (Thompson sampling), at the best of the times drawn. So what has done well is taken most, and what is little known is tried
// now and then, the more so the more it could gain. A card's draws are those of its turn and index alone. Where nothing was
// learned, no rates are drawn: the widest channel comes first, at the playbook's time.
func choose(in BuildInput, p play, s analytics.Segment, reach map[string]int64, among []string) []choice {
	if in.Learned.Empty() {
		among = slices.Clone(among)
		slices.SortStableFunc(among, func(a, b string) int { return cmp.Compare(reach[b], reach[a]) })
		out := make([]choice, len(among))
		for i, c := range among {
			out[i] = choice{channel: c, usual: true}
		}
		return out
	}
	rates := in.Learned.Sampler(fmt.Sprintf("%s:%d", in.TurnID, in.Index))
	out := make([]choice, len(among))
	for i, c := range among {
		out[i] = when(in.Learned, rates, p, s, c)
		out[i].score *= float64(reach[c])
	}
	slices.SortStableFunc(out, func(a, b choice) int { return cmp.Compare(b.score, a.score) })
	return out
}

// when is the time for a channel, with the rate drawn for it as its score.
func when(known learn.Saved, rates *learn.Sampler, p play, s analytics.Segment, channel string) choice {
	if p.trigger != nil {
		return choice{channel: channel, band: learn.OnEvent, usual: true, score: rates.Rate(learn.Key{Segment: s.Key, Channel: channel, Band: learn.OnEvent})}
	}
	usual := learn.BandOf(usualHour(channel, s))
	if !hoursKnown(known, s.Key, channel) {
		return choice{channel: channel, band: usual, usual: true, score: rates.Rate(learn.Key{Segment: s.Key, Channel: channel, Band: usual})}
	}
	best, likely, most := choice{score: -1}, usual, -1.0
	for _, band := range hoursOf(channel) {
		key := learn.Key{Segment: s.Key, Channel: channel, Band: band}
		weight := 1.0
		if band == usual {
			weight = present
		}
		if rate := rates.Rate(key) * weight; rate > best.score {
			best = choice{channel: channel, band: band, usual: band == usual, score: rate}
		}
		if mean := known.Posterior(key).Mean * weight; mean > most {
			likely, most = band, mean
		}
	}
	best.trial = best.band != likely
	return best
}

// hoursOf are the times to choose among. A phone rings, and by day only.
func hoursOf(channel string) []learn.Band {
	if channel == "email" || channel == "push" {
		return []learn.Band{learn.Morning, learn.Afternoon, learn.Evening, learn.Night}
	}
	return []learn.Band{learn.Morning, learn.Afternoon, learn.Evening}
}

// hoursKnown tells whether anything was seen that tells one time of day from another.
func hoursKnown(known learn.Saved, segment, channel string) bool {
	return slices.ContainsFunc(hoursOf(channel), func(b learn.Band) bool {
		return !known.Evidence(learn.Key{Channel: channel, Band: b}).None() || !known.Evidence(learn.Key{Segment: segment, Channel: channel, Band: b}).None()
	})
}

// usualHour is when the playbook sends: when most of the segment are active; on channels that ring, by day.
func usualHour(channel string, s analytics.Segment) int {
	if channel == "email" || channel == "push" {
		return s.BestHour
	}
	return min(max(s.BestHour, 10), 19)
}

// timingOf is the timing of a choice: the playbook's where that is what was chosen.
func timingOf(c choice, p play, s analytics.Segment, zone string) Timing {
	if c.usual {
		return timing(c.channel, p, s, zone)
	}
	hour := c.band.Hour()
	if c.channel != "email" && c.channel != "push" {
		hour = min(max(hour, 10), 19)
	}
	why := "when messages like it have done best"
	if c.trial {
		why = "a trial, to learn whether the " + string(c.band) + " does better"
	}
	return Timing{Kind: "recipient_local", Hour: &hour, Label: fmt.Sprintf("Around %02d:00 in each person's own time zone, %s", hour, why)}
}

// learnedEvidence is what is known of each channel of a card from ratings, campaigns and messages, with the SQL that gave it.
// Only the messages can be demo data.
func learnedEvidence(known learn.Saved, s analytics.Segment, channels []Channel) (said, sent []Evidence) {
	if known.Empty() {
		return nil, nil
	}
	for _, c := range channels {
		key := learn.Key{Segment: s.Key, Channel: c.Type}
		query := func(figures, of, where string) string {
			return fmt.Sprintf("SELECT %s FROM (\n%s\n) known WHERE channel = '%s'%s", figures, of, c.Type, where)
		}
		here := fmt.Sprintf(" AND segment_id = '%s'", s.ID)
		e := known.All(key)
		if n := e.Ratings(); n > 0 {
			said = append(said, Evidence{
				Label: key.Subject() + ": ratings", Value: fmt.Sprintf("%s rated, %s positive", times(n), Count(int64(e.Positive))),
				Query: query("feedback, count(*)", known.Queries.Ratings, here+" GROUP BY feedback"),
			})
		}
		if e.Outcomes > 0 {
			said = append(said, Evidence{
				Label: key.Subject() + ": campaigns measured", Value: Count(int64(e.Outcomes)),
				Query: query("campaign_results", known.Queries.Ratings, here+" AND campaign_results IS NOT NULL"),
			})
		}
		all := known.All(learn.Key{Channel: c.Type})
		if all.Messages > 0 {
			sent = append(sent, Evidence{
				Label: learn.Key{Channel: c.Type}.Subject() + ": messages learned from",
				Value: fmt.Sprintf("%s, %s clicked, %s brought an order", Count(all.Messages), Count(all.Clicked), Count(all.Ordered)),
				Query: query("sum(messages), sum(clicked), sum(ordered)", known.Queries.Traffic, ""),
			})
		}
	}
	return said, sent
}

func times(n int) string {
	if n == 1 {
		return "Once"
	}
	return Count(int64(n)) + " times"
}

// learnedWords says in the rationale that what was learned had a part in it.
func learnedWords(known learn.Saved, s analytics.Segment, first Channel) string {
	if known.Empty() {
		return ""
	}
	p := known.Posterior(learn.Key{Segment: s.Key, Channel: first.Type})
	return fmt.Sprintf(" Channel and time are chosen by reach and by what was learned here: %s is thought to bring %s to %s orders for 100 messages.",
		strings.TrimSpace(learn.Key{Segment: s.Key, Channel: first.Type}.Subject()), hundred(p.Low), hundred(p.High))
}

func hundred(rate float64) string { return fmt.Sprintf("%.1f", rate*100) }
