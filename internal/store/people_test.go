package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/pulsehub/pulsehub/internal/analytics"
)

// happened stores an order of 10.00 and a visit at each of these moments, in a session each, and counts everything anew.
func (s shop) happened(w uuid.UUID, moments []time.Time) {
	s.t.Helper()
	source, customer := uuid.New(), uuid.New()
	_, err := s.Pool().Exec(s.ctx, "INSERT INTO customers (workspace_id, id) VALUES ($1, $2)", w, customer)
	require.NoError(s.t, err)
	for i, at := range moments {
		for later, typ := range []string{"page_viewed", "order_completed"} {
			_, err := s.Pool().Exec(s.ctx, `INSERT INTO events (workspace_id, data_source_id, external_id, type, customer_id, session_id, occurred_at, value, channel)
				VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN $4 = 'order_completed' THEN 10 END, 'direct')`,
				w, source, fmt.Sprint(typ, i), typ, customer, uuid.New(), at.Add(time.Duration(later)*time.Second)) // two visits cannot begin at once
			require.NoError(s.t, err)
		}
	}
	require.NoError(s.t, s.RebuildFeatures(s.ctx, w))
}

// On a day on which the clocks change, what happens every ten minutes is six an hour, in each hour that passes, and the
// day's sum is what the day has minutes for.
func TestHoursOfADayOnWhichTheClocksChange(t *testing.T) {
	for _, x := range []struct{ zone, day string }{
		{"Europe/Berlin", "2026-03-29"}, {"Europe/Berlin", "2026-10-25"}, {"America/New_York", "2026-03-08"}, {"America/New_York", "2026-11-01"},
		{"Asia/Kolkata", "2026-03-29"}, {"Australia/Lord_Howe", "2026-04-05"}, {"Australia/Lord_Howe", "2026-10-04"},
	} {
		t.Run(x.zone+" "+x.day, func(t *testing.T) {
			s := setupShop(t)
			w := s.workspace(x.zone)
			zone, err := time.LoadLocation(x.zone)
			require.NoError(t, err)
			day := analytics.DayRange(x.day, zone)
			around := analytics.Range{From: analytics.DayRange(day.From.AddDate(0, 0, -1).In(zone).Format(time.DateOnly), zone).From, To: day.To.Add(time.Hour)}
			around.To = analytics.DayRange(day.To.In(zone).Format(time.DateOnly), zone).To
			var moments []time.Time
			for at := around.From; at.Before(around.To); at = at.Add(10 * time.Minute) {
				moments = append(moments, at)
			}
			s.happened(w, moments)
			for _, key := range []string{"", "repeat_customers"} { // from rollups, and from events
				q := question(w, key, around.From, around.To)
				for metric, each := range map[string]int{"orders": 1, "revenue": 10, "visits": 2, "events": 2} {
					q.Metric, q.Granularity = metric, "hour"
					got, err := s.Series(s.ctx, w, q)
					require.NoError(t, err)
					for _, step := range got.Steps {
						want := int(step.To.Sub(step.From)/(10*time.Minute)) * each
						if metric == "revenue" {
							require.Equal(t, fmt.Sprintf("%d.00", want), step.Value, "%s at %s", metric, step.Start)
						} else {
							require.Equal(t, fmt.Sprint(want), step.Value, "%s at %s", metric, step.Start)
						}
					}
					require.Equal(t, around.From, got.Steps[0].From)
					require.Equal(t, around.To, got.Steps[len(got.Steps)-1].To)
				}
				q.Metric, q.Granularity = "orders", "day"
				got, err := s.Series(s.ctx, w, q)
				require.NoError(t, err)
				require.Len(t, got.Steps, 3)
				require.Equal(t, x.day, got.Steps[1].Start)
				require.Equal(t, fmt.Sprint(int(day.To.Sub(day.From)/(10*time.Minute))), got.Steps[1].Value)
			}
		})
	}
}

// people asks Postgres itself for the distinct people of the days that q has.
func (s shop) people(w uuid.UUID, n *naive, q analytics.Question) int64 {
	return s.count("SELECT count(DISTINCT customer_id) FROM customer_days WHERE workspace_id = $1 AND day >= $2 AND day < $3", w, n.day(q.From), n.day(q.To))
}

// However days change, and whoever asks meanwhile, packed days say what customer_days says.
func TestPackedDaysFollowWhatTheyArePackedFrom(t *testing.T) {
	s := setupShop(t)
	w, other := s.workspace("Europe/Berlin"), s.workspace("Europe/Berlin")
	s.seed(w, 5, 10_000)
	s.seed(other, 6, 5_000)
	n := &naive{zone: time.UTC, now: demoNow}
	n.zone, _ = time.LoadLocation("Europe/Berlin")
	q := question(w, "", n.midnight(100), n.midnight(-1))
	ask := func() int64 {
		f, err := s.FunnelReach(s.ctx, w, q)
		require.NoError(t, err)
		return f.Customers
	}
	packed := func() int64 { return s.count("SELECT count(*) FROM people_days WHERE workspace_id = $1", w) }
	require.Zero(t, packed())
	require.Equal(t, s.people(w, n, q), ask())
	require.EqualValues(t, 100, packed(), "all but the newest day")
	require.Equal(t, s.people(w, n, q), ask())
	_, err := s.FunnelReach(s.ctx, other, q)
	require.NoError(t, err)

	dice := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		var sql string
		day := n.dayBack(dice.IntN(110))
		switch dice.IntN(4) {
		case 0:
			sql = "INSERT INTO customer_days (workspace_id, day, customer_id, did) VALUES ($1, $2, gen_random_uuid(), 33)"
		case 1:
			sql = "DELETE FROM customer_days WHERE workspace_id = $1 AND day = $2 AND customer_id IN (SELECT customer_id FROM customer_days WHERE workspace_id = $1 AND day = $2 LIMIT 3)"
		case 2:
			sql = "UPDATE customer_days SET did = 63 WHERE workspace_id = $1 AND day = $2"
		default:
			sql = "INSERT INTO customer_days (workspace_id, day, customer_id, did) SELECT $1, $2, customer_id, 32 FROM customer_features WHERE workspace_id = $1 LIMIT 5 ON CONFLICT DO NOTHING"
		}
		_, err := s.Pool().Exec(s.ctx, sql, w, day)
		require.NoError(t, err)
		f, err := s.FunnelReach(s.ctx, w, q)
		require.NoError(t, err)
		require.Equal(t, s.people(w, n, q), f.Customers, sql)
		require.Equal(t, s.count("SELECT count(*) FROM (SELECT FROM customer_days WHERE workspace_id = $1 AND day >= $2 AND day < $3 GROUP BY customer_id HAVING bit_or(did) & 31 = 31) p", w, n.day(q.From), n.day(q.To)), f.Steps[4].Customers, sql)
	}
	require.NotZero(t, s.count("SELECT count(*) FROM people_days WHERE workspace_id = $1", other), "another workspace's days stay packed")

	// Many write and ask at once, and each writer sees what it wrote.
	var g errgroup.Group
	for writer := range 4 {
		g.Go(func() error {
			for i := range 10 {
				id := uuid.New()
				err := pgx.BeginFunc(s.ctx, s.Pool(), func(tx pgx.Tx) error {
					_, err := tx.Exec(s.ctx, "INSERT INTO customer_days (workspace_id, day, customer_id, did) VALUES ($1, $2, $3, 32)", w, n.dayBack(10*writer+i), id)
					return err
				})
				if err != nil {
					return err
				}
				if _, err := s.FunnelReach(s.ctx, w, q); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, g.Wait())
	require.Equal(t, s.people(w, n, q), ask())
	require.NoError(t, s.RebuildFeatures(s.ctx, w))
	require.Equal(t, s.people(w, n, q), ask())
	_, err = s.RemoveDummyData(s.ctx, w, demoNow)
	require.NoError(t, err)
	require.Zero(t, ask())
	require.Zero(t, packed(), "nothing is kept of who is gone")
	require.Zero(t, s.count("SELECT count(*) FROM customer_numbers n JOIN customers c ON c.workspace_id = n.workspace_id AND c.id = n.customer_id WHERE n.workspace_id = $1", w))
}
