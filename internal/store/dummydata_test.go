package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/datasource/dummy"
	"github.com/pulsehub/pulsehub/internal/store"
	"github.com/pulsehub/pulsehub/internal/store/storetest"
)

var demoNow = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

// shop is a store with workspaces that have demo data.
type shop struct {
	*store.Store
	t   testing.TB
	ctx context.Context
}

func setupShop(t testing.TB) shop {
	t.Helper()
	return shop{Store: storetest.New(t), t: t, ctx: context.Background()}
}

func (s shop) workspace(zone string) uuid.UUID {
	s.t.Helper()
	id := uuid.Must(uuid.NewV7())
	_, err := s.Pool().Exec(s.ctx, "INSERT INTO workspaces (id, name, time_zone) VALUES ($1, 'Shop', $2)", id, zone)
	require.NoError(s.t, err)
	return id
}

func (s shop) job(workspaceID uuid.UUID, seed, events int64, sources ...datasource.Type) datasource.Job {
	s.t.Helper()
	if len(sources) == 0 {
		sources = []datasource.Type{datasource.Shopify, datasource.GTM, datasource.FacebookPixel}
	}
	j, err := s.CreateDummyDataJob(s.ctx, datasource.Job{
		ID: uuid.Must(uuid.NewV7()), WorkspaceID: workspaceID, CreatedAt: demoNow,
		DummyParams: datasource.DummyParams{Sources: sources, Seed: seed, Customers: int(events / 20), Events: events, Days: 150, EndsAt: demoNow},
	}, 10)
	require.NoError(s.t, err)
	j, err = s.BeginDummyData(s.ctx, workspaceID, j.ID, demoNow)
	require.NoError(s.t, err)
	require.Equal(s.t, datasource.JobRunning, j.Status)
	return j
}

func (s shop) write(j datasource.Job, chunks ...int) {
	s.t.Helper()
	for _, c := range chunks {
		require.NoError(s.t, s.WriteDummyDataChunk(s.ctx, j, c, dummy.Generate(j.DummyParams, c)))
	}
}

// seed makes a whole job's rows.
func (s shop) seed(workspaceID uuid.UUID, seed, events int64, sources ...datasource.Type) datasource.Job {
	s.t.Helper()
	j := s.job(workspaceID, seed, events, sources...)
	for c := range dummy.Chunks(j.DummyParams) {
		s.write(j, c)
	}
	j, err := s.FinishDummyData(s.ctx, workspaceID, j.ID, demoNow)
	require.NoError(s.t, err)
	require.Equal(s.t, datasource.JobCompleted, j.Status)
	return j
}

func (s shop) count(query string, args ...any) (n int64) {
	s.t.Helper()
	require.NoError(s.t, s.Pool().QueryRow(s.ctx, query, args...).Scan(&n))
	return n
}

// rows is a table's content of a workspace as one text, whatever the order and the workspace's own ids.
func (s shop) rows(workspaceID uuid.UUID, table, less string) string {
	s.t.Helper()
	var digest string
	require.NoError(s.t, s.Pool().QueryRow(s.ctx, fmt.Sprintf(
		`SELECT count(*) || ' ' || coalesce(md5(string_agg(r, E'\n' ORDER BY r)), '') FROM (SELECT (to_jsonb(t) - 'workspace_id' - 'updated_at' %s)::text AS r FROM %s t WHERE workspace_id = $1) rows`, less, table),
		workspaceID).Scan(&digest))
	return digest
}

func TestChunksAreWrittenOnceAndInAnyOrder(t *testing.T) {
	s := setupShop(t)
	one, two := s.workspace("Europe/Berlin"), s.workspace("Europe/Berlin")
	s.seed(one, 3, 20_000)

	j := s.job(two, 3, 20_000)
	var g errgroup.Group
	for c := dummy.Chunks(j.DummyParams) - 1; c >= 0; c-- {
		for range 2 { // as when an attempt that was given up is still at it
			g.Go(func() error { return s.WriteDummyDataChunk(s.ctx, j, c, dummy.Generate(j.DummyParams, c)) })
		}
	}
	require.NoError(t, g.Wait())
	s.write(j, 0)
	for range 2 {
		done, err := s.FinishDummyData(s.ctx, two, j.ID, demoNow)
		require.NoError(t, err)
		require.Equal(t, datasource.JobCompleted, done.Status)
		require.EqualValues(t, 20_000, done.EventsDone)
		require.EqualValues(t, 1_000, done.CustomersDone)
		require.InDelta(t, 1, done.Progress(), 0)
	}
	require.EqualValues(t, 20_000, s.count("SELECT count(*) FROM events WHERE workspace_id = $1", two))
	require.EqualValues(t, 1, s.count("SELECT data_version FROM workspaces WHERE id = $1", two), "finishing twice is finishing once")
	require.Zero(t, s.count("SELECT count(*) FROM events_default"), "every month has its partition")
	for table, less := range map[string]string{
		"events": "- 'data_source_id'", "customers": "", "customer_features": "", "customer_days": "",
		"event_days": "- 'data_source_id'", "event_hours": "", "visit_hours": "", "product_days": "",
	} {
		require.Equal(t, s.rows(one, table, less), s.rows(two, table, less), table)
	}
}

func TestRebuildMakesWhatChunksMade(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("America/New_York")
	s.seed(w, 5, 20_000)
	tables := []string{"customer_features", "customer_days", "event_days", "event_hours", "visit_hours", "product_days"}
	before := map[string]string{}
	for _, table := range tables {
		before[table] = s.rows(w, table, "")
		require.NotEqual(t, "0 ", before[table])
	}
	_, err := s.Pool().Exec(s.ctx, "UPDATE customer_features SET orders = orders + 1 WHERE workspace_id = $1", w)
	require.NoError(t, err)
	_, err = s.Pool().Exec(s.ctx, "DELETE FROM customer_days WHERE workspace_id = $1 AND day > '2026-11-01'", w)
	require.NoError(t, err)
	require.NoError(t, s.RebuildFeatures(s.ctx, w))
	for _, table := range tables {
		require.Equal(t, before[table], s.rows(w, table, ""), table)
	}
	_, err = s.Pool().Exec(s.ctx, "SELECT refresh_rollups($1, '2026-11-10')", w)
	require.NoError(t, err)
	_, err = s.Pool().Exec(s.ctx, "SELECT refresh_features($1, ARRAY(SELECT id FROM customers WHERE workspace_id = $1 ORDER BY id LIMIT 50))", w)
	require.NoError(t, err)
	for _, table := range tables {
		require.Equal(t, before[table], s.rows(w, table, ""), "%s, some days and customers refreshed", table)
	}
}

// An event that comes late and out of order counts where it belongs.
func TestLateEventsAreCountedOnRefresh(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("Europe/Berlin")
	s.seed(w, 5, 4_000)
	var person uuid.UUID
	var cart, last time.Time
	require.NoError(t, s.Pool().QueryRow(s.ctx, "SELECT customer_id, cart_since, cart_touched_at FROM customer_features WHERE workspace_id = $1 AND cart_since IS NOT NULL ORDER BY cart_since LIMIT 1", w).
		Scan(&person, &cart, &last))
	_, err := s.Pool().Exec(s.ctx, `INSERT INTO events (workspace_id, data_source_id, external_id, type, customer_id, occurred_at, value)
		SELECT $1, id, 'late', 'order_completed', $2, $3, 31 FROM data_sources WHERE workspace_id = $1 AND type = 'shopify'`, w, person, last.Add(time.Second))
	require.NoError(t, err)
	_, err = s.Pool().Exec(s.ctx, "SELECT refresh_features($1, $2)", w, []uuid.UUID{person})
	require.NoError(t, err)
	require.EqualValues(t, 1, s.count("SELECT count(*) FROM customer_features WHERE workspace_id = $1 AND customer_id = $2 AND cart_since IS NULL AND cart_value = 0 AND last_order_at = $3", w, person, last.Add(time.Second)))
	features, days := s.rows(w, "customer_features", ""), s.rows(w, "customer_days", "")
	require.NoError(t, s.RebuildFeatures(s.ctx, w))
	require.Equal(t, features, s.rows(w, "customer_features", ""))
	require.Equal(t, days, s.rows(w, "customer_days", ""))
}

func TestAbandonTakesBackOnlyItsOwn(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("UTC")
	s.seed(w, 1, 10_000, datasource.GTM)
	tables := []string{"events", "customers", "customer_features", "customer_days", "event_days", "event_hours", "visit_hours", "product_days", "data_sources"}
	before := map[string]string{}
	for _, table := range tables {
		before[table] = s.rows(w, table, "")
	}
	j := s.job(w, 2, 10_000, datasource.GTM, datasource.Shopify)
	s.write(j, 0, 1)
	require.Greater(t, s.count("SELECT count(*) FROM events WHERE workspace_id = $1", w), int64(10_000))
	for range 2 {
		ended, err := s.AbandonDummyData(s.ctx, w, j.ID, datasource.JobFailed, "It broke.", demoNow)
		require.NoError(t, err)
		require.Equal(t, datasource.JobFailed, ended.Status)
		require.Equal(t, "It broke.", ended.Error)
		require.Zero(t, ended.EventsDone)
		require.NotNil(t, ended.FinishedAt)
	}
	for _, table := range tables {
		require.Equal(t, before[table], s.rows(w, table, ""), table)
	}
	err := s.WriteDummyDataChunk(s.ctx, j, 0, dummy.Generate(j.DummyParams, 0))
	require.Equal(t, apperr.Conflict, apperr.KindOf(err), "a late chunk is refused")
	done, err := s.FinishDummyData(s.ctx, w, j.ID, demoNow)
	require.NoError(t, err)
	require.Equal(t, datasource.JobFailed, done.Status, "what has ended stays as it is")
}

func TestRemoveTakesAllDemoDataAndNothingElse(t *testing.T) {
	s := setupShop(t)
	w, other := s.workspace("UTC"), s.workspace("UTC")
	s.seed(other, 1, 5_000)
	s.seed(w, 1, 5_000)
	running := s.job(w, 2, 10_000)
	s.write(running, 0)

	cancelled, err := s.RemoveDummyData(s.ctx, w, demoNow)
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{running.ID}, cancelled)
	for _, table := range []string{"events", "customers", "customer_features", "customer_days", "event_days", "event_hours", "visit_hours", "product_days", "data_sources"} {
		require.Zero(t, s.count("SELECT count(*) FROM "+table+" WHERE workspace_id = $1", w), table)
		require.Positive(t, s.count("SELECT count(*) FROM "+table+" WHERE workspace_id = $1", other), table)
	}
	err = s.WriteDummyDataChunk(s.ctx, running, 1, dummy.Generate(running.DummyParams, 1))
	require.Equal(t, apperr.Conflict, apperr.KindOf(err))
	version := s.count("SELECT data_version FROM workspaces WHERE id = $1", w)
	cancelled, err = s.RemoveDummyData(s.ctx, w, demoNow)
	require.NoError(t, err)
	require.Empty(t, cancelled)
	require.Equal(t, version, s.count("SELECT data_version FROM workspaces WHERE id = $1", w), "nothing to remove changes nothing")
	s.seed(w, 1, 5_000) // and again
}

func TestRemoveKeepsRealData(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("Europe/Berlin")
	source, person := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	_, err := s.Pool().Exec(s.ctx, "INSERT INTO data_sources (id, workspace_id, type, name) VALUES ($1, $2, 'shopify', 'Our shop')", source, w)
	require.NoError(t, err)
	_, err = s.Pool().Exec(s.ctx, "INSERT INTO customers (workspace_id, id, email) VALUES ($1, $2, 'real@example.com')", w, person)
	require.NoError(t, err)
	_, err = s.Pool().Exec(s.ctx, "INSERT INTO events (workspace_id, data_source_id, external_id, type, customer_id, occurred_at, value) VALUES ($1, $2, 'o1', 'order_completed', $3, $4, 20)",
		w, source, person, demoNow.Add(-time.Hour))
	require.NoError(t, err)
	s.seed(w, 1, 5_000)
	_, err = s.RemoveDummyData(s.ctx, w, demoNow)
	require.NoError(t, err)
	a, err := s.Analyse(s.ctx, w, demoNow)
	require.NoError(t, err)
	require.EqualValues(t, 1, a.Overview.Events)
	require.EqualValues(t, 1, a.Overview.Customers)
	require.EqualValues(t, 1, a.Overview.Orders)
	require.False(t, a.Demo)
	require.EqualValues(t, 1, s.count("SELECT count(*) FROM data_sources WHERE workspace_id = $1", w))
}

func TestDeletingASourcePromotesTheNextWitness(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("UTC")
	s.seed(w, 1, 20_000)
	sources, _, err := s.ListDataSources(s.ctx, w, 10, "")
	require.NoError(t, err)
	require.Len(t, sources, 3)
	var shopify uuid.UUID
	var events int64
	for _, d := range sources {
		require.True(t, d.Demo)
		require.NotNil(t, d.LastEventAt)
		events += d.Events
		if d.Type == datasource.Shopify {
			shopify = d.ID
		}
	}
	require.EqualValues(t, 20_000, events)
	seenByTagManager := s.count("SELECT count(*) FROM events e JOIN data_sources d ON d.id = e.data_source_id WHERE e.workspace_id = $1 AND e.type = 'order_completed' AND d.type = 'gtm'", w)
	require.Positive(t, seenByTagManager)
	require.NoError(t, s.DeleteDataSource(s.ctx, w, shopify))
	a, err := s.Analyse(s.ctx, w, demoNow)
	require.NoError(t, err)
	require.Equal(t, seenByTagManager, a.Overview.Orders, "Tag Manager's word counts where Shopify's is gone")
	require.Equal(t, apperr.NotFound, apperr.KindOf(s.DeleteDataSource(s.ctx, s.workspace("UTC"), sources[0].ID)))
}

func TestJobsAreBoundedNumberedAndFoundWhenQueued(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("UTC")
	create := func() (datasource.Job, error) {
		return s.CreateDummyDataJob(s.ctx, datasource.Job{
			ID: uuid.Must(uuid.NewV7()), WorkspaceID: w, CreatedAt: demoNow,
			DummyParams: datasource.DummyParams{Sources: []datasource.Type{datasource.GTM}, Customers: 5, Events: 100, Days: 3, EndsAt: demoNow},
		}, 2)
	}
	first, err := create()
	require.NoError(t, err)
	second, err := create()
	require.NoError(t, err)
	require.Equal(t, []int64{1, 2}, []int64{first.Seed, second.Seed})
	require.True(t, second.EndsAt.After(first.EndsAt), "asked for at one moment they are still other people")
	_, err = create()
	require.Equal(t, "dummy_data_running", apperr.From(err).Code)

	_, err = s.BeginDummyData(s.ctx, w, first.ID, demoNow)
	require.NoError(t, err)
	queued, err := s.QueuedDummyDataJobs(s.ctx, demoNow.Add(time.Second), 10)
	require.NoError(t, err)
	require.Len(t, queued, 1)
	require.Equal(t, second.ID, queued[0].ID)
	require.Equal(t, second.DummyParams, queued[0].DummyParams)
	queued, err = s.QueuedDummyDataJobs(s.ctx, demoNow, 10)
	require.NoError(t, err)
	require.Empty(t, queued, "too fresh to be lost")

	_, err = s.DummyDataJob(s.ctx, s.workspace("UTC"), first.ID)
	require.Equal(t, apperr.NotFound, apperr.KindOf(err), "another workspace's job is not there")
}
