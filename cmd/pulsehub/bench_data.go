package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/cache"
	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/datasource/dummy"
	"github.com/pulsehub/pulsehub/internal/devstack"
	"github.com/pulsehub/pulsehub/internal/store"
)

// benchDummyDataCmd measures the making of demo data from the POST to the completed job, with the API, Temporal, workers and
// Postgres on this machine, and beside it what Postgres needs for the same rows with the same indexes and nothing else.
type benchDummyDataCmd struct {
	Events int64 `help:"How many events." default:"1000000"`
	Runs   int   `help:"How often." default:"1"`
}

func (c *benchDummyDataCmd) Run(ctx context.Context) error {
	dir, removeDir, err := systemDir()
	if err != nil {
		return err
	}
	defer removeDir()
	program, err := os.Executable()
	if err != nil {
		return err
	}
	fmt.Println("Starting Postgres, Redis, Temporal and PulseHub …")
	s, err := startSystem(ctx, systemConfig{Dir: dir, Program: program, TemporalYields: true})
	if err != nil {
		return err
	}
	defer s.Stop()
	pool, err := pgxpool.New(ctx, s.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	for range c.Runs {
		token, err := s.newAccount(ctx)
		if err != nil {
			return err
		}
		begin := time.Now()
		var job struct {
			ID, Status, Error string
			Events            int64
		}
		if err := s.request(ctx, http.MethodPost, "/data-sources/dummy-data/seed-all", token, fmt.Sprintf(`{"events":%d}`, c.Events), &job); err != nil {
			return err
		}
		written := time.Duration(0)
		for job.Status == "queued" || job.Status == "running" {
			if err := pause(ctx, 100*time.Millisecond); err != nil {
				return err
			}
			if err := s.request(ctx, http.MethodGet, "/data-sources/dummy-data/"+job.ID, token, "", &job); err != nil {
				return err
			}
			if written == 0 && job.Events == c.Events {
				written = time.Since(begin)
			}
		}
		whole := time.Since(begin)
		if job.Status != "completed" || job.Events != c.Events {
			return fmt.Errorf("the job ended as %s with %d events: %s", job.Status, job.Events, job.Error)
		}
		fmt.Printf("\n%d events with customers, features and rollups: %.1f s (%.0f events/s), of which counting by day and hour %.1f s\n",
			c.Events, whole.Seconds(), float64(c.Events)/whole.Seconds(), (whole - written).Seconds())
		raw, bytes, err := rawCopy(ctx, pool, filepath.Join(dir, "events.copy"), job.ID, true)
		if err != nil {
			return err
		}
		fmt.Printf("raw COPY of these rows (%d MB) with these indexes: %.1f s\n", bytes>>20, raw.Seconds())
	}
	return nil
}

// rawCopy times the COPY of a job's events into an empty table with the same partitions and indexes, over one connection;
// without events_did_idx on demand.
func rawCopy(ctx context.Context, pool *pgxpool.Pool, file, job string, did bool) (took time.Duration, size int64, err error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer conn.Release()
	for _, q := range []string{
		"DROP TABLE IF EXISTS raw_events",
		"CREATE TABLE raw_events (LIKE events INCLUDING DEFAULTS, UNIQUE (data_source_id, external_id, occurred_at)) PARTITION BY RANGE (occurred_at)",
		"CREATE INDEX ON raw_events (workspace_id, customer_id, occurred_at)",
		"CREATE INDEX ON raw_events USING brin (workspace_id, occurred_at) WITH (pages_per_range = 32)",
		map[bool]string{
			true:  "CREATE INDEX ON raw_events (workspace_id, type, occurred_at) INCLUDE (customer_id) WHERE NOT duplicate AND customer_id IS NOT NULL",
			false: "SELECT 1",
		}[did],
		`DO $$
		DECLARE part record;
		BEGIN
			FOR part IN SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'events'::regclass LOOP
				EXECUTE format('CREATE TABLE %I PARTITION OF raw_events %s', 'raw_' || part.relname, part.bound);
			END LOOP;
		END $$`,
	} {
		if _, err := conn.Exec(ctx, q); err != nil {
			return 0, 0, err
		}
	}
	id, err := uuid.Parse(job)
	if err != nil {
		return 0, 0, err
	}
	out, err := os.Create(file)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, out.Close(), os.Remove(file)) }()
	rows := fmt.Sprintf("SELECT e.* FROM events e WHERE e.workspace_id = (SELECT workspace_id FROM dummy_data_jobs WHERE id = '%s')", id)
	if _, err := conn.Conn().PgConn().CopyTo(ctx, out, "COPY ("+rows+") TO STDOUT (FORMAT binary)"); err != nil {
		return 0, 0, err
	}
	if size, err = out.Seek(0, 1); err != nil {
		return 0, 0, err
	}
	if _, err := out.Seek(0, 0); err != nil {
		return 0, 0, err
	}
	begin := time.Now()
	if _, err := conn.Conn().PgConn().CopyFrom(ctx, out, "COPY raw_events FROM STDIN (FORMAT binary)"); err != nil {
		return 0, 0, err
	}
	took = time.Since(begin)
	_, err = conn.Exec(ctx, "DROP TABLE raw_events")
	return took, size, err
}

// benchAnalysisCmd measures the analysis of one workspace, computed and from the cache, each statement of it, and the
// questions over a range.
type benchAnalysisCmd struct {
	Events int64 `help:"How many events the workspace has." default:"1000000"`
	Runs   int   `help:"How often; medians are printed." default:"15"`
}

func (c *benchAnalysisCmd) Run(ctx context.Context) error {
	dir, removeDir, err := systemDir()
	if err != nil {
		return err
	}
	defer removeDir()
	fmt.Println("Starting Postgres and Redis …")
	stack, err := devstack.Start(ctx, devstack.Config{Dir: dir, Postgres: true, Redis: true, Durable: true})
	if err != nil {
		return err
	}
	defer stack.Stop()
	if err := migrate(ctx, stack.DatabaseURL); err != nil {
		return err
	}
	s, err := store.Open(ctx, stack.DatabaseURL, 10)
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Printf("Making %d events …\n", c.Events)
	workspace, err := benchWorkspace(ctx, s, c.Events, c.Events/20)
	if err != nil {
		return err
	}
	options, err := redis.ParseURL(stack.RedisURL)
	if err != nil {
		return err
	}
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	shared := cache.New(client, "bench:")
	process := func() *analytics.Service {
		return analytics.NewService(analytics.Config{Repository: s, Cache: shared, Now: time.Now})
	}

	month := analytics.Range{From: time.Now().AddDate(0, 0, -30), To: time.Now()}
	warm := process()
	questions := []struct {
		name string
		ask  func() error
	}{
		{"analysis, computed", func() error { _, err := s.Analyse(ctx, workspace, time.Now()); return err }},
		{"analysis, from Redis", func() error { _, err := process().Analysis(ctx, workspace); return err }},
		{"analysis, in the process", func() error { _, err := warm.Analysis(ctx, workspace); return err }},
		{"cart abandoners, 30 days", func() error {
			_, err := warm.SegmentInTimeframe(ctx, workspace, "cart_abandoners", month.From, month.To)
			return err
		}},
		{"revenue by day, 30 days", func() error { _, err := warm.Timeseries(ctx, workspace, "revenue", "day", month); return err }},
		{"totals, 30 days", func() error { _, err := warm.Totals(ctx, workspace, month); return err }},
		{"top products, 30 days", func() error { _, err := warm.TopProducts(ctx, workspace, month, 10); return err }},
		{"funnel, 30 days", func() error { _, err := warm.Funnel(ctx, workspace, month); return err }},
		{"channels, 30 days", func() error { _, err := warm.Channels(ctx, workspace, month); return err }},
	}
	fmt.Printf("\n%d events, %d runs, in ms\n\n%-28s %9s %9s %9s\n", c.Events, c.Runs, "", "least", "median", "most")
	for _, q := range questions {
		if err := q.ask(); err != nil { // fills caches, as any day's first question does
			return err
		}
		var took []time.Duration
		for range c.Runs {
			begin := time.Now()
			if err := q.ask(); err != nil {
				return err
			}
			took = append(took, time.Since(begin))
		}
		fmt.Printf("%-28s %9.1f %9.1f %9.1f\n", q.name, toMS(quantile(took, 0)), toMS(median(took)), toMS(quantile(took, 1)))
	}
	return nil
}

// benchWorkspace is a workspace with demo data, made without Temporal.
func benchWorkspace(ctx context.Context, s *store.Store, events, customers int64) (uuid.UUID, error) {
	workspace, now := uuid.Must(uuid.NewV7()), time.Now().UTC().Truncate(time.Millisecond)
	if _, err := s.Pool().Exec(ctx, "INSERT INTO workspaces (id, name, time_zone) VALUES ($1, 'Bench', 'Europe/Berlin')", workspace); err != nil {
		return workspace, err
	}
	j, err := s.CreateDummyDataJob(ctx, datasource.Job{
		ID: uuid.Must(uuid.NewV7()), WorkspaceID: workspace, CreatedAt: now, DummyParams: datasource.DummyParams{
			Sources: []datasource.Type{datasource.Shopify, datasource.GTM, datasource.FacebookPixel},
			Seed:    1, Customers: int(max(1, customers)), Events: events, Days: 180, EndsAt: now,
		},
	}, 1)
	if err != nil {
		return workspace, err
	}
	if j, err = s.BeginDummyData(ctx, workspace, j.ID, now); err != nil {
		return workspace, err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(3)
	for chunk := range dummy.Chunks(j.DummyParams) {
		g.Go(func() error {
			return s.WriteDummyDataChunk(ctx, j, chunk, dummy.Generate(j.DummyParams, chunk))
		})
	}
	if err := g.Wait(); err != nil {
		return workspace, err
	}
	_, err = s.FinishDummyData(context.WithoutCancel(ctx), workspace, j.ID, now)
	return workspace, err
}

// newAccount signs somebody up and answers their access token.
func (s *system) newAccount(ctx context.Context) (string, error) {
	var in struct{ Tokens struct{ AccessToken string } }
	body, err := json.Marshal(map[string]any{"email": uuid.NewString() + "@example.com", "password": "a long enough password", "firstName": "Ana", "lastName": "Bench"})
	if err != nil {
		return "", err
	}
	err = s.request(ctx, http.MethodPost, "/auth/register", "", string(body), &in)
	return in.Tokens.AccessToken, err
}

// request calls the API and reads its answer.
func (s *system) request(ctx context.Context, method, path, token, body string, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, s.URL+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, res.Status, b.String())
	}
	return json.Unmarshal(b.Bytes(), into)
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
