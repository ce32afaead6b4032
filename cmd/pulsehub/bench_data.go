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
)

// benchDummyDataCmd measures the making of demo data from the POST to the completed job, with the API, Temporal, workers and
// Postgres on this machine, and beside it what Postgres needs for the same rows with the same indexes and nothing else.
type benchDummyDataCmd struct {
	Events int64 `help:"How many events." default:"1000000"`
	Runs   int   `help:"How often." default:"1"`
}

func (c *benchDummyDataCmd) Run(ctx context.Context) error {
	s, dir, stop, err := benchSystem(ctx, nil)
	if err != nil {
		return err
	}
	defer stop()
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
		id, err := uuid.Parse(job.ID)
		if err != nil {
			return err
		}
		raw, bytes, err := rawCopy(ctx, pool, filepath.Join(dir, "events.copy"), fmt.Sprintf("workspace_id = (SELECT workspace_id FROM dummy_data_jobs WHERE id = '%s')", id), true)
		if err != nil {
			return err
		}
		fmt.Printf("raw COPY of these rows (%d MB) with these indexes: %.1f s\n", bytes>>20, raw.Seconds())
	}
	return nil
}

// rawCopy times the COPY of those events into an empty table with the same partitions and indexes, over one connection;
// without events_did_idx on demand.
func rawCopy(ctx context.Context, pool *pgxpool.Pool, file, which string, did bool) (took time.Duration, size int64, err error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer conn.Release()
	for _, q := range []string{
		"DROP TABLE IF EXISTS raw_events",
		"CREATE TABLE raw_events (LIKE events INCLUDING DEFAULTS, UNIQUE (data_source_id, occurred_at, external_id)) PARTITION BY RANGE (occurred_at)",
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
	out, err := os.Create(file)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, out.Close(), os.Remove(file)) }()
	rows := "SELECT * FROM events WHERE " + which
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
