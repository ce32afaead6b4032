package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/datasource/dummy"
)

const jobColumns = `j.id, j.workspace_id, j.source_types, j.seed, j.customers, j.events, j.days, j.ends_at, j.status, coalesce(j.error, ''),
	j.created_at, j.started_at, j.finished_at,
	coalesce((SELECT sum(c.customers) FROM dummy_data_chunks c WHERE c.job_id = j.id), 0),
	coalesce((SELECT sum(c.events) FROM dummy_data_chunks c WHERE c.job_id = j.id), 0)`

func scanJob(row pgx.Row) (j datasource.Job, err error) {
	err = row.Scan(&j.ID, &j.WorkspaceID, &j.Sources, &j.Seed, &j.Customers, &j.Events, &j.Days, &j.EndsAt, &j.Status, &j.Error,
		&j.CreatedAt, &j.StartedAt, &j.FinishedAt, &j.CustomersDone, &j.EventsDone)
	return j, notFound(err, "demo data job")
}

// CreateDummyDataJob stores a queued job; see datasource.DummyRepository.
func (s *Store) CreateDummyDataJob(ctx context.Context, j datasource.Job, maxActive int) (datasource.Job, error) {
	err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT 1 FROM workspaces WHERE id = $1 FOR NO KEY UPDATE", j.WorkspaceID); err != nil {
			return fmt.Errorf("locking the workspace: %w", err)
		}
		var jobs, active int
		var latest *time.Time
		if err := tx.QueryRow(ctx, `SELECT count(*), count(*) FILTER (WHERE status IN ('queued', 'running')), max(ends_at) FROM dummy_data_jobs WHERE workspace_id = $1`,
			j.WorkspaceID).Scan(&jobs, &active, &latest); err != nil {
			return fmt.Errorf("counting demo data jobs: %w", err)
		}
		if active >= maxActive {
			return datasource.ErrTooManyJobs()
		}
		if j.Seed == 0 {
			j.Seed = int64(jobs) + 1
		}
		if latest != nil && !j.EndsAt.After(*latest) { // two jobs of one moment would be the same people
			j.EndsAt = latest.Add(time.Millisecond)
		}
		_, err := tx.Exec(ctx, `INSERT INTO dummy_data_jobs (id, workspace_id, source_types, seed, customers, events, days, ends_at, status, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'queued', $9)`,
			j.ID, j.WorkspaceID, j.Sources, j.Seed, j.Customers, j.Events, j.Days, j.EndsAt, j.CreatedAt)
		return err
	})
	return j, err
}

// DummyDataJob answers a job of the workspace, with how far it is.
func (s *Store) DummyDataJob(ctx context.Context, workspaceID, id uuid.UUID) (datasource.Job, error) {
	return scanJob(s.pool.QueryRow(ctx, "SELECT "+jobColumns+" FROM dummy_data_jobs j WHERE j.workspace_id = $1 AND j.id = $2", workspaceID, id))
}

// QueuedDummyDataJobs are jobs of every workspace that were stored before that time and not begun: their workflows may
// never have been started.
func (s *Store) QueuedDummyDataJobs(ctx context.Context, before time.Time, limit int) ([]datasource.Job, error) {
	rows, err := s.pool.Query(ctx, "SELECT "+jobColumns+" FROM dummy_data_jobs j WHERE j.status = 'queued' AND j.created_at < $1 ORDER BY j.created_at LIMIT $2", before, limit)
	if err != nil {
		return nil, fmt.Errorf("looking for queued demo data jobs: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (datasource.Job, error) { return scanJob(row) })
}

// BeginDummyData marks a queued job as running, and makes what its rows need: partitions and data sources. For a job that
// has begun it makes sure of the same and changes nothing else; one that has ended it answers as it is.
func (s *Store) BeginDummyData(ctx context.Context, workspaceID, id uuid.UUID, now time.Time) (datasource.Job, error) {
	j, err := s.DummyDataJob(ctx, workspaceID, id)
	if err != nil || j.Status.Terminal() {
		return j, err
	}
	if err := s.ensureEventPartitions(ctx, j.EndsAt.AddDate(0, 0, -j.Days), j.EndsAt); err != nil {
		return j, err
	}
	err = s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		// First the job's row, as everything does that writes or removes its data.
		if err := tx.QueryRow(ctx, `UPDATE dummy_data_jobs SET status = CASE status WHEN 'queued' THEN 'running' ELSE status END, started_at = coalesce(started_at, $3)
			WHERE workspace_id = $1 AND id = $2 RETURNING status, started_at`, workspaceID, id, now).Scan(&j.Status, &j.StartedAt); err != nil {
			return err
		}
		if j.Status.Terminal() {
			return nil
		}
		for _, t := range j.Sources {
			if _, err := tx.Exec(ctx, `INSERT INTO data_sources (id, workspace_id, type, name, status, demo, created_at, updated_at)
				VALUES ($1, $2, $3, $4, 'connected', true, $5, $5) ON CONFLICT (workspace_id, type) WHERE demo DO NOTHING`,
				uuid.Must(uuid.NewV7()), workspaceID, t, t.Name()+" (demo data)", now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return j, fmt.Errorf("beginning a demo data job: %w", err)
	}
	return j, nil
}

// WriteDummyDataChunk writes a chunk with its features in one transaction, together with the row that says so: however often
// it is called, and by however many at once, the chunk is there once. It fails with Conflict for a job that no longer runs;
// cancelling and removing wait for it, so that nothing appears after they are done.
func (s *Store) WriteDummyDataChunk(ctx context.Context, j datasource.Job, chunk int, c dummy.Chunk) error {
	return s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var status datasource.JobStatus
		err := tx.QueryRow(ctx, "SELECT status FROM dummy_data_jobs WHERE workspace_id = $1 AND id = $2 FOR SHARE", j.WorkspaceID, j.ID).Scan(&status)
		if err != nil {
			return notFound(err, "demo data job")
		}
		if status != datasource.JobRunning {
			return apperr.New(apperr.Conflict, "job_ended", "This job has ended (%s); nothing more is written.", status)
		}
		tag, err := tx.Exec(ctx, "INSERT INTO dummy_data_chunks (job_id, chunk, customers, events) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
			j.ID, chunk, len(c.Customers), len(c.Events))
		if err != nil || tag.RowsAffected() == 0 {
			return err // written by an attempt whose answer was lost
		}
		sources, err := demoSources(ctx, tx, j.WorkspaceID)
		if err != nil {
			return err
		}
		if err := copyCustomers(ctx, tx, j.WorkspaceID, c.Customers); err != nil {
			return err
		}
		if err := copyEvents(ctx, tx, j.WorkspaceID, sources, true, c.Events); err != nil {
			return err
		}
		ids := make([]uuid.UUID, len(c.Customers))
		for i := range c.Customers {
			ids[i] = c.Customers[i].ID
		}
		return refreshFeatures(ctx, tx, j.WorkspaceID, ids)
	})
}

func demoSources(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID) (map[datasource.Type]uuid.UUID, error) {
	rows, err := tx.Query(ctx, "SELECT type, id FROM data_sources WHERE workspace_id = $1 AND demo", workspaceID)
	if err != nil {
		return nil, fmt.Errorf("reading the demo data sources: %w", err)
	}
	sources := map[datasource.Type]uuid.UUID{}
	var t datasource.Type
	var id uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&t, &id}, func() error { sources[t] = id; return nil })
	return sources, err
}

// FinishDummyData counts everything anew and ends a running job as completed, in one transaction: whoever sees the job as
// completed sees all of its figures. Calling it again changes nothing.
func (s *Store) FinishDummyData(ctx context.Context, workspaceID, id uuid.UUID, now time.Time) (datasource.Job, error) {
	err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockWorkspaceData(ctx, tx, workspaceID); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `UPDATE dummy_data_jobs SET status = 'completed', finished_at = $3 WHERE workspace_id = $1 AND id = $2 AND status = 'running'`, workspaceID, id, now)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		if err := refreshRollups(ctx, tx, workspaceID); err != nil {
			return err
		}
		return bumpDataVersion(ctx, tx, workspaceID)
	})
	if err != nil {
		return datasource.Job{}, fmt.Errorf("finishing a demo data job: %w", err)
	}
	if err := s.tidy(ctx); err != nil {
		return datasource.Job{}, err
	}
	return s.DummyDataJob(ctx, workspaceID, id)
}

// AbandonDummyData ends a job as failed or cancelled and takes back all it wrote: half a population would mislead. A job
// that has ended keeps its status. Calling it again changes nothing.
func (s *Store) AbandonDummyData(ctx context.Context, workspaceID, id uuid.UUID, status datasource.JobStatus, reason string, now time.Time) (datasource.Job, error) {
	err := s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockWorkspaceData(ctx, tx, workspaceID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE dummy_data_jobs SET status = $3, error = nullif($4, ''), finished_at = $5
			WHERE workspace_id = $1 AND id = $2 AND status IN ('queued', 'running')`, workspaceID, id, status, reason, now)
		if err != nil {
			return err
		}
		j, err := scanJob(tx.QueryRow(ctx, "SELECT "+jobColumns+" FROM dummy_data_jobs j WHERE j.workspace_id = $1 AND j.id = $2", workspaceID, id))
		if err != nil || j.Status == datasource.JobCompleted || j.EventsDone == 0 {
			return err
		}
		from, to := dummy.CustomerRange(j.DummyParams)
		for _, q := range []string{
			"DELETE FROM events WHERE workspace_id = $1 AND customer_id BETWEEN $2 AND $3",
			"DELETE FROM customer_features WHERE workspace_id = $1 AND customer_id BETWEEN $2 AND $3",
			"DELETE FROM customer_days WHERE workspace_id = $1 AND customer_id BETWEEN $2 AND $3",
			"DELETE FROM customer_visits WHERE workspace_id = $1 AND customer_id BETWEEN $2 AND $3",
			"DELETE FROM customers WHERE workspace_id = $1 AND id BETWEEN $2 AND $3",
		} {
			if _, err := tx.Exec(ctx, q, workspaceID, from, to); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, "DELETE FROM dummy_data_chunks WHERE job_id = $1", id); err != nil {
			return err
		}
		if err := dropEmptyDemoSources(ctx, tx, workspaceID); err != nil {
			return err
		}
		if err := refreshRollups(ctx, tx, workspaceID); err != nil {
			return err
		}
		return bumpDataVersion(ctx, tx, workspaceID)
	})
	if err != nil {
		return datasource.Job{}, fmt.Errorf("taking back a demo data job: %w", err)
	}
	return s.DummyDataJob(ctx, workspaceID, id)
}

// dropEmptyDemoSources removes demo data sources that nothing came from and no job writes to.
func dropEmptyDemoSources(ctx context.Context, tx pgx.Tx, workspaceID uuid.UUID) error {
	_, err := tx.Exec(ctx, `DELETE FROM data_sources d WHERE d.workspace_id = $1 AND d.demo
		AND NOT EXISTS (SELECT FROM events e WHERE e.data_source_id = d.id)
		AND NOT EXISTS (SELECT FROM dummy_data_jobs j WHERE j.workspace_id = $1 AND j.status IN ('queued', 'running'))`, workspaceID)
	return err
}

// RemoveDummyData ends every job of the workspace that has not ended as cancelled, removes every demo event, customer and
// data source, and refreshes what was computed from them, in one transaction. It waits for the chunks being written; none is
// written afterwards. It answers the jobs it cancelled. Calling it again changes nothing.
func (s *Store) RemoveDummyData(ctx context.Context, workspaceID uuid.UUID, now time.Time) (cancelled []uuid.UUID, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockWorkspaceData(ctx, tx, workspaceID); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `UPDATE dummy_data_jobs SET status = 'cancelled', error = 'All demo data was removed.', finished_at = $2
			WHERE workspace_id = $1 AND status IN ('queued', 'running') RETURNING id`, workspaceID, now)
		if err != nil {
			return err
		}
		if cancelled, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID]); err != nil {
			return err
		}
		var demo, more bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM data_sources WHERE workspace_id = $1 AND demo) OR EXISTS (SELECT FROM customers WHERE workspace_id = $1 AND demo),
			EXISTS (SELECT FROM data_sources d WHERE d.workspace_id = $1 AND NOT d.demo AND EXISTS (SELECT FROM events e WHERE e.data_source_id = d.id))`, workspaceID).Scan(&demo, &more); err != nil {
			return err
		}
		if !demo {
			return nil
		}
		remove := []string{
			"DELETE FROM events WHERE workspace_id = $1 AND demo",
			"DELETE FROM customers c WHERE c.workspace_id = $1 AND c.demo AND NOT EXISTS (SELECT FROM events e WHERE e.workspace_id = $1 AND e.customer_id = c.id)",
			"DELETE FROM data_sources WHERE workspace_id = $1 AND demo",
		}
		if !more { // nothing is left to compute from
			remove = []string{
				"DELETE FROM events WHERE workspace_id = $1",
				"DELETE FROM customers WHERE workspace_id = $1 AND demo",
				"DELETE FROM data_sources WHERE workspace_id = $1 AND demo",
				"DELETE FROM customer_features WHERE workspace_id = $1",
				"DELETE FROM customer_days WHERE workspace_id = $1",
				"DELETE FROM customer_visits WHERE workspace_id = $1",
				"DELETE FROM event_days WHERE workspace_id = $1",
				"DELETE FROM event_hours WHERE workspace_id = $1",
				"DELETE FROM visit_hours WHERE workspace_id = $1",
				"DELETE FROM product_days WHERE workspace_id = $1",
			}
		}
		remove = append(remove, "DELETE FROM customer_predictions WHERE workspace_id = $1", "DELETE FROM prediction_models WHERE workspace_id = $1")
		for _, q := range remove {
			if _, err := tx.Exec(ctx, q, workspaceID); err != nil {
				return err
			}
		}
		if more {
			if err := rebuild(ctx, tx, workspaceID); err != nil {
				return err
			}
		}
		return bumpDataVersion(ctx, tx, workspaceID)
	})
	if err != nil {
		return nil, fmt.Errorf("removing demo data: %w", err)
	}
	return cancelled, nil
}

// tidy has Postgres learn what the tables look like now, so that it plans the next questions well. Autovacuum would, in a
// minute.
func (s *Store) tidy(ctx context.Context) error {
	for _, q := range []string{"ANALYZE events (workspace_id, data_source_id, customer_id, type, occurred_at)", "ANALYZE customers", "VACUUM (ANALYZE) customer_features, customer_days, customer_visits, event_days, event_hours, visit_hours, product_days"} {
		if _, err := s.pool.Exec(ctx, q); err != nil {
			return fmt.Errorf("gathering statistics: %w", err)
		}
	}
	return nil
}
