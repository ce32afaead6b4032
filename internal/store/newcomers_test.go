package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// However features change, and whichever day somebody came or bought first, packed newcomers say what customer_features says.
func TestPackedNewcomersFollowWhatTheyArePackedFrom(t *testing.T) {
	s := setupShop(t)
	w, other := s.workspace("Europe/Berlin"), s.workspace("Europe/Berlin")
	s.seed(w, 5, 10_000)
	s.seed(other, 6, 5_000)
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	n := &naive{zone: zone, now: demoNow}
	firsts := func(w uuid.UUID, column string, from, to time.Time) string {
		return fmt.Sprint(s.count("SELECT count(*) FROM customer_features WHERE workspace_id = $1 AND "+column+" >= $2 AND "+column+" < $3", w, from, to))
	}
	same := func(w uuid.UUID, what string) {
		t.Helper()
		q := question(w, "", n.midnight(60), n.midnight(-1))
		k, err := s.KPIs(s.ctx, w, q)
		require.NoError(t, err)
		compared := 0
		for _, f := range k.Figures {
			if column := map[string]string{"new_customers": "first_seen_at", "new_buyers": "first_order_at"}[f.Metric]; column != "" {
				require.Equal(t, firsts(w, column, q.From, q.To), f.Value, "%s after %s", f.Metric, what)
				require.Equal(t, firsts(w, column, k.PreviousFrom, k.PreviousTo), f.Previous, "%s before that, after %s", f.Metric, what)
				compared++
			}
		}
		require.Equal(t, 2, compared)
		q.Metric, q.Granularity = "new_customers", "week"
		series, err := s.Series(s.ctx, w, q)
		require.NoError(t, err)
		for _, step := range series.Steps {
			require.Equal(t, firsts(w, "first_seen_at", step.From, step.To), step.Value, "the week of %s after %s", step.Start, what)
		}
		q.By = "first_visit"
		cohorts, err := s.Cohorts(s.ctx, w, q)
		require.NoError(t, err)
		for i, c := range cohorts.Cohorts {
			require.Equal(t, series.Steps[i].Value, fmt.Sprint(c.Customers), "the cohort of %s after %s", c.Start, what)
		}
	}
	packed := func(w uuid.UUID) int64 {
		return s.count("SELECT count(*) FROM newcomer_days WHERE workspace_id = $1", w)
	}
	require.Zero(t, packed(w))
	same(w, "nothing")
	require.NotZero(t, packed(w))
	same(w, "packing")
	same(other, "packing")
	before := packed(other)

	one := "(SELECT customer_id FROM customer_features WHERE workspace_id = $1 ORDER BY md5(customer_id::text || $2::text) LIMIT 1)"
	dice := rand.New(rand.NewPCG(3, 4))
	for i := range 25 {
		sql := []string{
			"UPDATE customer_features SET first_seen_at = first_seen_at - interval '3 days' WHERE workspace_id = $1 AND customer_id = " + one,
			"UPDATE customer_features SET first_order_at = CASE WHEN first_order_at IS NULL THEN last_seen_at END WHERE workspace_id = $1 AND customer_id = " + one,
			"DELETE FROM customer_features WHERE workspace_id = $1 AND customer_id = " + one,
			"INSERT INTO customer_features (workspace_id, customer_id, first_seen_at, last_seen_at) SELECT $1, gen_random_uuid(), first_seen_at, last_seen_at FROM customer_features WHERE workspace_id = $1 AND customer_id = " + one,
		}[dice.IntN(4)]
		_, err := s.Pool().Exec(s.ctx, sql, w, fmt.Sprint(i))
		require.NoError(t, err)
		same(w, sql)
	}
	require.Equal(t, before, packed(other), "another workspace's days stay packed")

	whole := packed(w)
	_, err = s.Pool().Exec(s.ctx, "UPDATE customer_features SET events = events + 1 WHERE workspace_id = $1", w)
	require.NoError(t, err)
	require.Equal(t, whole, packed(w), "what changes no day's newcomers leaves it packed")

	_, err = s.Pool().Exec(s.ctx, "UPDATE workspaces SET time_zone = 'Pacific/Kiritimati' WHERE id = $1", w)
	require.NoError(t, err)
	require.NoError(t, s.RebuildFeatures(s.ctx, w))
	n.zone, err = time.LoadLocation("Pacific/Kiritimati")
	require.NoError(t, err)
	same(w, "another time zone")
}
