package analyst

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/chat"
)

// question is one line of testdata/questions.jsonl: what a marketer asks, what it is taken for, and what SQL says to it. The
// SQL was written without a look at ours: it reads the tables of answers_test.go, which are of events alone.
type question struct {
	ID string `json:"id"`
	// HeldOut: it was written before its author had read the rules.
	HeldOut      bool            `json:"held_out"`
	Preceding    []string        `json:"preceding"`
	Question     string          `json:"question"`
	Intent       chat.IntentName `json:"intent"`
	RequiresAuth bool            `json:"requiresAuth"`
	Entities     struct {
		Segment   string   `json:"segment"`
		Channel   string   `json:"channel"`
		Metric    string   `json:"metric"`
		Source    string   `json:"source"`
		Product   string   `json:"product"`
		Timeframe []string `json:"timeframe"` // first and last day
	} `json:"entities"`
	Cannot bool   `json:"cannot"` // no data can answer it, and the answer says so
	SQL    string `json:"sql"`    // the number that it asks for
	Unit   string `json:"unit"`   // of it: count, money or percent
	Rows   string `json:"rows"`   // labels and values of the chart or table that it asks for
}

// wednesday is when the questions are asked.
var wednesday = time.Date(2026, 3, 18, 14, 30, 0, 0, time.UTC)

func berlin(t testing.TB) *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	return zone
}

func questions(t testing.TB) (out []question) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "questions.jsonl"))
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var q question
		require.NoError(t, json.Unmarshal(lines.Bytes(), &q), lines.Text())
		out = append(out, q)
	}
	require.NoError(t, lines.Err())
	require.GreaterOrEqual(t, len(out), 180)
	return out
}

// entitiesOf is the entities by name, those that are there.
func entitiesOf(e chat.Entities, zone *time.Location) map[string]string {
	out := map[string]string{"segment": e.Segment, "channel": e.Channel, "metric": e.Metric, "source": e.Source, "product": e.Product}
	if f := e.Timeframe; f != nil {
		out["timeframe"] = f.From.In(zone).Format(time.DateOnly) + ".." + f.To.Add(-time.Nanosecond).In(zone).Format(time.DateOnly)
	}
	for name, value := range out {
		if value == "" {
			delete(out, name)
		}
	}
	return out
}

func (q question) entities() map[string]string {
	e := q.Entities
	out := map[string]string{}
	for name, value := range map[string]string{"segment": e.Segment, "channel": e.Channel, "metric": e.Metric, "source": e.Source, "product": e.Product} {
		if value != "" {
			out[name] = value
		}
	}
	if len(e.Timeframe) == 2 {
		out["timeframe"] = e.Timeframe[0] + ".." + e.Timeframe[1]
	}
	return out
}

// score is how many of something were right.
type score struct{ right, all int }

func (s *score) add(right bool) {
	s.all++
	if right {
		s.right++
	}
}

func (s score) share() float64 { return float64(s.right) / float64(max(1, s.all)) }

func (s score) String() string {
	return fmt.Sprintf("%d of %d (%.1f %%)", s.right, s.all, 100*s.share())
}

func TestLabelledQuestions(t *testing.T) {
	zone := berlin(t)
	var intents, accounts, entities [2]score // of those written beside the rules, and of those held out
	for _, q := range questions(t) {
		group := 0
		if q.HeldOut {
			group = 1
		}
		got := Classify(IntentInput{Question: q.Question, Earlier: q.Preceding, Now: wednesday, TimeZone: zone, HasData: true, Products: catalogue})
		if got.Name != q.Intent {
			t.Logf("%s %q: %s, should be %s", q.ID, q.Question, got.Name, q.Intent)
		}
		intents[group].add(got.Name == q.Intent)
		accounts[group].add(got.RequiresAuth == q.RequiresAuth)
		found := entitiesOf(got.Entities, zone)
		for name, want := range q.entities() {
			if found[name] != want {
				t.Logf("%s %q: %s is %q, should be %q", q.ID, q.Question, name, found[name], want)
			}
			entities[group].add(found[name] == want)
		}
	}
	for group, name := range []string{"written beside the rules", "held out"} {
		t.Logf("%s: intent %s, account %s, entities %s", name, intents[group], accounts[group], entities[group])
		assert.GreaterOrEqual(t, intents[group].share(), 0.9, name)
		assert.GreaterOrEqual(t, accounts[group].share(), 0.95, name)
		assert.GreaterOrEqual(t, entities[group].share(), 0.9, name)
	}
}

// catalogue is some of what the demo shop sells.
var catalogue = []string{"Trail Runner 2", "Down Jacket 800", "Two-Person Tent", "Rain Poncho", "Wool Socks", "Running Vest"}
