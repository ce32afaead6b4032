package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/api"
	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/cache"
	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/datasource/dummy"
	"github.com/pulsehub/pulsehub/internal/ingest"
	"github.com/pulsehub/pulsehub/internal/resilience"
)

// shops is accounts with data sources and demo data on them. Jobs are started by nobody: the test plays the worker.
type shops struct {
	*accounts
	started *jobStarts
}

type jobStarts struct {
	mu     sync.Mutex
	jobs   []datasource.Job
	down   bool
	slow   bool // removals outlast the wait
	remove func(ctx context.Context, workspaceID uuid.UUID) error
}

func (j *jobStarts) StartDummyData(_ context.Context, job datasource.Job) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.down {
		return apperr.Wrap(errors.New("refused"), apperr.Unavailable, "temporal_unavailable", "Down.")
	}
	j.jobs = append(j.jobs, job)
	return nil
}

func (j *jobStarts) RemoveDummyData(ctx context.Context, workspaceID uuid.UUID) (bool, error) {
	if j.slow {
		return false, nil
	}
	return true, j.remove(ctx, workspaceID)
}

func setupShops(t *testing.T) *shops {
	t.Helper()
	s := &shops{started: &jobStarts{}}
	s.accounts = setupAccounts(t, func(a *accounts) {
		s.started.remove = func(ctx context.Context, workspaceID uuid.UUID) error {
			_, err := a.store.RemoveDummyData(ctx, workspaceID, time.Now())
			return err
		}
		a.extend = func(services *api.Services) {
			services.DataSources = datasource.NewService(datasource.ServiceConfig{Repository: a.store, Inbox: a.store, Now: time.Now})
			services.DummyData = datasource.NewDummyService(datasource.DummyConfig{Repository: a.store, Starter: s.started, Now: time.Now})
			services.Ingest = api.Ingest{
				Sources: ingest.NewSources(a.store, time.Now), Pipeline: ingest.NewPipeline(ingest.PipelineConfig{Writer: a.store}), Now: time.Now,
				Limit: resilience.IngestLimit{Limiter: resilience.NewLimiter(resilience.LimiterConfig{Redis: a.redis, Prefix: a.prefix}), PerWorkspace: 40},
			}
			services.Analytics = analytics.NewService(analytics.Config{Repository: a.store, Cache: cache.New(a.redis, a.prefix), Now: time.Now})
		}
	})
	return s
}

// make plays the worker for one job, from its first chunk to its end.
func (s *shops) make(id uuid.UUID) {
	s.t.Helper()
	ctx := context.Background()
	var workspace uuid.UUID
	require.NoError(s.t, s.store.Pool().QueryRow(ctx, "SELECT workspace_id FROM dummy_data_jobs WHERE id = $1", id).Scan(&workspace))
	j, err := s.store.BeginDummyData(ctx, workspace, id, time.Now())
	require.NoError(s.t, err)
	for c := range dummy.Chunks(j.DummyParams) {
		require.NoError(s.t, s.store.WriteDummyDataChunk(ctx, j, c, dummy.Generate(j.DummyParams, c)))
	}
	_, err = s.store.FinishDummyData(ctx, workspace, id, time.Now())
	require.NoError(s.t, err)
}

func TestDummyDataDefaultsFitTogether(t *testing.T) {
	s := setupShops(t)
	c := s.client()
	c.register("ada@example.com")
	for _, x := range []struct {
		path      string
		body      any
		sources   []datasource.Type
		events    int64
		customers int
		days      int
		seed      int64
	}{
		{"/seed-all", nil, []datasource.Type{"shopify", "gtm", "facebook_pixel"}, 100_000, 5_000, 180, 1},
		{"", map[string]any{"sourceType": "gtm"}, []datasource.Type{"gtm"}, 25_000, 1_250, 180, 2},
		{"/bulk/shopify", nil, []datasource.Type{"shopify"}, 250_000, 41_666, 180, 3},
		{"/bulk/facebook_pixel", map[string]any{"events": 1200, "days": 30}, []datasource.Type{"facebook_pixel"}, 1200, 100, 30, 4},
		{"/seed-all", map[string]any{"customers": 70, "seed": 42}, []datasource.Type{"shopify", "gtm", "facebook_pixel"}, 1400, 70, 180, 42},
		{"", map[string]any{"sourceType": "shopify", "customers": 10, "events": 10_000, "days": 730}, []datasource.Type{"shopify"}, 10_000, 10, 730, 6},
		{"/seed-all", map[string]any{"events": 10_000_000}, []datasource.Type{"shopify", "gtm", "facebook_pixel"}, 10_000_000, 500_000, 180, 7},
	} {
		j := decode[api.DummyDataJob](c.do(http.MethodPost, "/data-sources/dummy-data"+x.path, x.body), http.StatusAccepted)
		require.Equal(t, datasource.JobQueued, j.Status)
		require.Zero(t, j.Progress)
		require.Equal(t, api.DummyDataTarget{SourceTypes: x.sources, Events: x.events, Customers: x.customers, Days: x.days, Seed: x.seed, EndsAt: j.Target.EndsAt}, j.Target)
		require.Equal(t, j, decode[api.DummyDataJob](c.do(http.MethodGet, "/data-sources/dummy-data/"+j.ID.String(), nil), http.StatusOK))
		require.Equal(t, j.ID, s.started.jobs[len(s.started.jobs)-1].ID)
	}
}

func TestDummyDataRefusesBadInput(t *testing.T) {
	s := setupShops(t)
	c := s.client()
	c.do(http.MethodPost, "/data-sources/dummy-data/seed-all", nil).problem(http.StatusUnauthorized, "unauthenticated")
	c.register("ada@example.com")
	for name, x := range map[string]struct {
		path   string
		body   any
		status int
		code   string
		field  string
	}{
		"no source":            {"", map[string]any{"events": 100}, 422, "invalid", "body"},
		"unknown source":       {"", map[string]any{"sourceType": "tiktok"}, 422, "invalid", "body.sourceType"},
		"unknown bulk source":  {"/bulk/http", nil, 422, "invalid", "path.sourceType"},
		"unknown field":        {"/seed-all", map[string]any{"size": 3}, 422, "unknown_field", "body"},
		"too many events":      {"/seed-all", map[string]any{"events": 10_000_001}, 422, "invalid", "body.events"},
		"no events":            {"/seed-all", map[string]any{"events": 0}, 422, "invalid", "body.events"},
		"too many customers":   {"/seed-all", map[string]any{"customers": 1_000_001}, 422, "invalid", "body.customers"},
		"too many days":        {"/seed-all", map[string]any{"days": 731}, 422, "invalid", "body.days"},
		"more people than did": {"/seed-all", map[string]any{"customers": 100, "events": 50}, 422, "invalid", "body.events"},
		"too much for one":     {"/seed-all", map[string]any{"customers": 1, "events": 5000}, 422, "invalid", "body.customers"},
		"a seed of nothing":    {"/seed-all", map[string]any{"seed": 0}, 422, "invalid", "body.seed"},
		"half a customer":      {"/seed-all", map[string]any{"customers": 1.5}, 422, "invalid", "body.customers"},
		"no JSON":              {"/seed-all", `{"events":`, 400, "malformed", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.do(http.MethodPost, "/data-sources/dummy-data"+x.path, x.body).problem(x.status, x.code)
			if x.field != "" {
				require.NotEmpty(t, p.Errors)
				require.Equal(t, x.field, strings.TrimSuffix(p.Errors[0].Field, ".size"))
			}
		})
	}
	require.Zero(t, s.count("SELECT count(*) FROM dummy_data_jobs"), "nothing half-written")
	for _, path := range []string{"", "/stream"} {
		c.do(http.MethodGet, "/data-sources/dummy-data/nonsense"+path, nil).problem(http.StatusNotFound, "not_found")
		c.do(http.MethodGet, "/data-sources/dummy-data/"+uuid.NewString()+path, nil).problem(http.StatusNotFound, "not_found")
	}
}

func TestDummyDataIsItsOwners(t *testing.T) {
	s := setupShops(t)
	ada, bob := s.client(), s.client()
	ada.register("ada@example.com")
	bob.register("bob@example.com")
	j := decode[api.DummyDataJob](ada.do(http.MethodPost, "/data-sources/dummy-data/seed-all", map[string]any{"events": 2000}), http.StatusAccepted)
	s.make(j.ID)
	for _, path := range []string{"", "/stream"} {
		bob.do(http.MethodGet, "/data-sources/dummy-data/"+j.ID.String()+path, nil).problem(http.StatusNotFound, "not_found")
	}
	page := decode[api.Page[api.DataSource]](ada.do(http.MethodGet, "/data-sources", nil), http.StatusOK)
	require.Len(t, page.Items, 3)
	bob.do(http.MethodGet, "/data-sources/"+page.Items[0].ID.String(), nil).problem(http.StatusNotFound, "not_found")
	bob.do(http.MethodDelete, "/data-sources/"+page.Items[0].ID.String(), nil).problem(http.StatusNotFound, "not_found")
	bob.do(http.MethodDelete, "/data-sources/dummy-data", nil).noContent()
	require.EqualValues(t, 2000, decode[api.AnalyticsOverview](ada.do(http.MethodGet, "/analytics/overview", nil), http.StatusOK).Events)
	require.Zero(t, decode[api.AnalyticsOverview](bob.do(http.MethodGet, "/analytics/overview", nil), http.StatusOK).Events)
}

func TestDummyDataIsMadeShownAndRemoved(t *testing.T) {
	s := setupShops(t)
	c := s.client()
	c.register("ada@example.com")
	empty := decode[api.AnalyticsOverview](c.do(http.MethodGet, "/analytics/overview", nil), http.StatusOK)
	require.Zero(t, empty.Customers)
	require.Equal(t, api.Money{Amount: "0.00", Currency: "EUR"}, empty.Revenue)
	require.Len(t, empty.Segments, 8)

	j := decode[api.DummyDataJob](c.do(http.MethodPost, "/data-sources/dummy-data/seed-all", map[string]any{"events": 10_000}), http.StatusAccepted)
	s.make(j.ID)
	j = decode[api.DummyDataJob](c.do(http.MethodGet, "/data-sources/dummy-data/"+j.ID.String(), nil), http.StatusOK)
	require.Equal(t, datasource.JobCompleted, j.Status)
	require.InDelta(t, 1, j.Progress, 0)
	require.EqualValues(t, 10_000, j.Events)
	require.Equal(t, 500, j.Customers)
	require.NotNil(t, j.StartedAt)
	require.NotNil(t, j.FinishedAt)

	page := decode[api.Page[api.DataSource]](c.do(http.MethodGet, "/data-sources?limit=2", nil), http.StatusOK)
	rest := decode[api.Page[api.DataSource]](c.do(http.MethodGet, "/data-sources?limit=2&cursor="+page.NextCursor, nil), http.StatusOK)
	var events int64
	for _, d := range append(page.Items, rest.Items...) {
		require.True(t, d.Demo)
		require.Contains(t, d.Name, "demo data")
		events += d.Events
	}
	require.EqualValues(t, 10_000, events)
	overview := decode[api.AnalyticsOverview](c.do(http.MethodGet, "/analytics/overview", nil), http.StatusOK)
	require.EqualValues(t, 10_000, overview.Events, "the picture of nothing is not kept once there is something")
	require.True(t, overview.Demo)
	require.Contains(t, overview.Queries["segments"], "customer_features")

	s.started.slow = true
	require.Equal(t, http.StatusAccepted, c.do(http.MethodDelete, "/data-sources/dummy-data", nil).status)
	s.started.slow = false
	c.do(http.MethodDelete, "/data-sources/dummy-data", nil).noContent()
	c.do(http.MethodDelete, "/data-sources/dummy-data", nil).noContent()
	require.Empty(t, decode[api.Page[api.DataSource]](c.do(http.MethodGet, "/data-sources", nil), http.StatusOK).Items)
	require.Zero(t, decode[api.AnalyticsOverview](c.do(http.MethodGet, "/analytics/overview", nil), http.StatusOK).Events)
	require.Equal(t, datasource.JobCompleted, decode[api.DummyDataJob](c.do(http.MethodGet, "/data-sources/dummy-data/"+j.ID.String(), nil), http.StatusOK).Status)
}

func TestDummyDataWithTemporalAwayIsQueued(t *testing.T) {
	s := setupShops(t)
	c := s.client()
	c.register("ada@example.com")
	s.started.down = true
	j := decode[api.DummyDataJob](c.do(http.MethodPost, "/data-sources/dummy-data/seed-all", map[string]any{"events": 100}), http.StatusAccepted)
	queued, err := s.store.QueuedDummyDataJobs(context.Background(), time.Now().Add(time.Minute), 10)
	require.NoError(t, err)
	require.Len(t, queued, 1)
	require.Equal(t, j.ID, queued[0].ID, "the sweeper finds it")
	for range 9 {
		c.do(http.MethodPost, "/data-sources/dummy-data/seed-all", map[string]any{"events": 100})
	}
	c.do(http.MethodPost, "/data-sources/dummy-data/seed-all", map[string]any{"events": 100}).problem(http.StatusConflict, "dummy_data_running")
}

// watch is a stream that the test reads frame by frame.
type watch struct {
	t      *testing.T
	lines  *bufio.Scanner
	cancel context.CancelFunc
}

func (c *client) watch(t *testing.T, path, last string) *watch {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+c.access)
	req.Header.Set("Last-Event-ID", last)
	res, err := c.http.Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { _ = res.Body.Close() })
	require.Equal(t, http.StatusOK, res.StatusCode)
	return &watch{t: t, lines: bufio.NewScanner(res.Body), cancel: cancel}
}

// next is the next frame; none at the end.
func (w *watch) next() (f sse, j api.DummyDataJob, ok bool) {
	w.t.Helper()
	for w.lines.Scan() {
		switch name, value, _ := strings.Cut(w.lines.Text(), ": "); name {
		case "id":
			f.id = value
		case "event":
			f.event = value
		case "data":
			require.NoError(w.t, json.Unmarshal([]byte(value), &j))
		case "":
			if f.event != "" {
				return f, j, true
			}
		}
	}
	return f, j, false
}

func TestDummyDataStreamShowsEachStateOnceAndResumes(t *testing.T) {
	s := setupShops(t)
	c := s.client()
	c.register("ada@example.com")
	ctx := context.Background()
	created := decode[api.DummyDataJob](c.do(http.MethodPost, "/data-sources/dummy-data/seed-all", map[string]any{"events": 20_000}), http.StatusAccepted)
	path := "/data-sources/dummy-data/" + created.ID.String() + "/stream"
	job := s.started.jobs[0]

	first := c.watch(t, path, "")
	f, j, _ := first.next()
	require.Equal(t, "progress", f.event)
	require.Equal(t, datasource.JobQueued, j.Status)
	job, err := s.store.BeginDummyData(ctx, job.WorkspaceID, job.ID, time.Now())
	require.NoError(t, err)
	_, j, _ = first.next()
	require.Equal(t, datasource.JobRunning, j.Status)
	require.NoError(t, s.store.WriteDummyDataChunk(ctx, job, 0, dummy.Generate(job.DummyParams, 0)))
	f, j, _ = first.next()
	require.Positive(t, j.Events)
	require.Positive(t, j.Progress)
	first.cancel()

	second := c.watch(t, path, f.id)
	require.NoError(t, s.store.WriteDummyDataChunk(ctx, job, 1, dummy.Generate(job.DummyParams, 1)))
	g, k, _ := second.next()
	require.NotEqual(t, f.id, g.id, "what was seen is not shown again")
	require.Greater(t, k.Events, j.Events)
	s.make(created.ID)
	for g.event == "progress" {
		g, k, _ = second.next()
	}
	require.Equal(t, "complete", g.event)
	require.Equal(t, datasource.JobCompleted, k.Status)
	_, _, more := second.next()
	require.False(t, more, "the server closes after the last frame")

	late := c.watch(t, path, "")
	f, j, _ = late.next()
	require.Equal(t, "complete", f.event)
	require.EqualValues(t, 20_000, j.Events)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+c.access)
	req.Header.Set("Last-Event-ID", f.id)
	res, err := c.http.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusNoContent, res.StatusCode, "whoever has seen all is told so")

	failed := decode[api.DummyDataJob](c.do(http.MethodPost, "/data-sources/dummy-data/seed-all", map[string]any{"events": 100}), http.StatusAccepted)
	_, err = s.store.AbandonDummyData(ctx, job.WorkspaceID, failed.ID, datasource.JobFailed, "It broke.", time.Now())
	require.NoError(t, err)
	f, j, _ = c.watch(t, "/data-sources/dummy-data/"+failed.ID.String()+"/stream", "").next()
	require.Equal(t, "error", f.event)
	require.Equal(t, "It broke.", j.Error)
}
