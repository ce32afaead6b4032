package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/devstack"
)

type dummyJob struct {
	ID, Status, Error string
	Progress          float64
	Events            int64
	Customers         int
}

func (p *person) job(id string) (j dummyJob) {
	p.t.Helper()
	p.call(http.MethodGet, "/data-sources/dummy-data/"+id, nil, &j)
	return j
}

func (p *person) seed(events int) (j dummyJob) {
	p.t.Helper()
	p.call(http.MethodPost, "/data-sources/dummy-data/seed-all", map[string]any{"events": events}, &j)
	return j
}

func (p *person) until(id string, what func(j dummyJob) bool) dummyJob {
	p.t.Helper()
	var j dummyJob
	require.Eventually(p.t, func() bool { // the API may say 503 while what it needs comes back
		res, err := p.do(context.Background(), http.MethodGet, "/data-sources/dummy-data/"+id, nil)
		if err != nil {
			return false
		}
		defer func() { _ = res.Body.Close() }()
		return res.StatusCode == http.StatusOK && json.NewDecoder(res.Body).Decode(&j) == nil && what(j)
	}, 2*time.Minute, 50*time.Millisecond, "the job: %+v", &j)
	return j
}

func ended(j dummyJob) bool { return j.Status != "queued" && j.Status != "running" }

// Demo data is complete and exact whatever dies while it is made.
func TestDeathWhileDemoDataIsMade(t *testing.T) {
	s := startTestSystem(t, nil, false)
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, s.DatabaseURL)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	count := func(query string, args ...any) (n int64) {
		require.Eventually(t, func() bool { return pool.QueryRow(ctx, query, args...).Scan(&n) == nil }, time.Minute, 50*time.Millisecond, query)
		return n
	}
	start := func(t *testing.T, service *devstack.Service) {
		t.Helper()
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		require.NoError(t, service.Start(ctx))
	}

	for name, service := range map[string]*devstack.Service{"worker": s.Worker, "temporal": s.Temporal, "postgres": s.Postgres} {
		t.Run(name, func(t *testing.T) {
			p := &person{t: t, s: s}
			p.register()
			j := p.seed(80_000)
			p.until(j.ID, func(j dummyJob) bool { return j.Events > 0 })
			service.Kill()
			start(t, service)
			p.until(j.ID, ended)
			j = p.job(j.ID)
			require.Equal(t, dummyJob{ID: j.ID, Status: "completed", Progress: 1, Events: 80_000, Customers: 4_000}, j)
			const ofJob = " WHERE workspace_id = (SELECT workspace_id FROM dummy_data_jobs WHERE id = $1)"
			require.EqualValues(t, 80_000, count("SELECT count(*) FROM events"+ofJob, j.ID))
			require.EqualValues(t, 4_000, count("SELECT count(*) FROM customers"+ofJob, j.ID))
			require.EqualValues(t, 4_000, count("SELECT count(*) FROM customer_features"+ofJob, j.ID))
			require.EqualValues(t, 80_000, count("SELECT sum(events) FROM event_days"+ofJob, j.ID))
		})
	}

	t.Run("the API between commit and start", func(t *testing.T) {
		p := &person{t: t, s: s}
		p.register()
		s.Temporal.Kill() // so that the start cannot happen
		j := p.seed(2_000)
		s.API.Kill()
		start(t, s.Temporal)
		start(t, s.API)
		require.Equal(t, "completed", p.until(j.ID, ended).Status)
	})

	t.Run("removal cancels what is made", func(t *testing.T) {
		p := &person{t: t, s: s}
		p.register()
		done := p.seed(5_000)
		p.until(done.ID, ended)
		j := p.seed(200_000)
		p.until(j.ID, func(j dummyJob) bool { return j.Events > 0 })
		events := p.watchJob(t, j.ID)
		res, err := p.do(ctx, http.MethodDelete, "/data-sources/dummy-data", nil)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusNoContent, res.StatusCode)
		const ofJob = " WHERE workspace_id = (SELECT workspace_id FROM dummy_data_jobs WHERE id = $1)"
		for _, table := range []string{"events", "customers", "customer_features", "customer_days", "event_days", "data_sources"} {
			require.Zero(t, count("SELECT count(*) FROM "+table+ofJob, j.ID), table)
		}
		last := dummyJob{}
		for e := range events {
			last = e
		}
		require.Equal(t, "cancelled", last.Status, "whoever watched is told")
		j = p.job(j.ID)
		require.Equal(t, "cancelled", j.Status)
		require.NotEmpty(t, j.Error)
		// The workflow ends too, and leaves nothing behind.
		require.Eventually(t, func() bool {
			return count("SELECT count(*) FROM dummy_data_chunks WHERE job_id = $1", j.ID) == 0
		}, time.Minute, 50*time.Millisecond)
		require.Zero(t, count("SELECT count(*) FROM events"+ofJob, j.ID))
	})
}

// watchJob reads a job's stream to its end.
func (p *person) watchJob(t *testing.T, id string) <-chan dummyJob {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	res, err := p.do(ctx, http.MethodGet, "/data-sources/dummy-data/"+id+"/stream", nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode)
	out := make(chan dummyJob, 1000)
	go func() {
		defer close(out)
		defer func() { _ = res.Body.Close() }()
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var j dummyJob
				if json.Unmarshal([]byte(data), &j) == nil {
					out <- j
				}
			}
		}
	}()
	return out
}
