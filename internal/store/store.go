// Package store keeps everything in Postgres: one file a domain. Every query of business data names its workspace.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/migrate"
	pgxuuid "github.com/vgarvardt/pgx-google-uuid/v5"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/migrations"
)

// Store is a pool of connections: bun for rows, pgx beneath it for COPY, batches and long SQL.
type Store struct {
	pool   *pgxpool.Pool
	db     *bun.DB
	months sync.Map // whose partition of events is known to be there, as "2006-01"

	identities *identityCache
}

// Open connects to Postgres. It fails at once if nothing answers. adjust may change how.
func Open(ctx context.Context, url string, maxConns int32, adjust ...func(*pgxpool.Config)) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	cfg.MaxConns = maxConns
	cfg.MinConns = min(4, maxConns)
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.ConnConfig.RuntimeParams["application_name"] = "pulsehub"
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		pgxuuid.Register(conn.TypeMap()) // or each id goes through its text
		conn.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		return nil
	}
	for _, change := range adjust {
		change(cfg)
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("connecting to Postgres: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("connecting to Postgres: %w", err)
	}
	return &Store{pool: pool, identities: newIdentityCache(), db: bun.NewDB(stdlib.OpenDBFromPool(pool), pgdialect.New())}, nil
}

// Close returns every connection.
func (s *Store) Close() {
	_ = s.db.Close()
	s.pool.Close()
}

// Ping tells whether Postgres answers.
func (s *Store) Ping(ctx context.Context) error { return s.pool.Ping(ctx) }

// Pool is for benchmarks and tests that look at Postgres itself.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

const migrationLock = 7_305_114

// Migrate brings the schema up to date, one migration a transaction. Any number of processes may call it at once: an
// advisory lock lets one work while the others wait and then find nothing to do.
func (s *Store) Migrate(ctx context.Context) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("migrating: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return fmt.Errorf("taking the migration lock: %w", err)
	}
	defer func() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", migrationLock)
	}()

	found := migrate.NewMigrations()
	if err := found.Discover(migrations.Files); err != nil {
		return fmt.Errorf("reading the migrations: %w", err)
	}
	m := migrate.NewMigrator(s.db, found, migrate.WithMarkAppliedOnSuccess(true))
	if err := m.Init(ctx); err != nil {
		return fmt.Errorf("preparing the migrations table: %w", err)
	}
	if _, err := m.Migrate(ctx); err != nil {
		return fmt.Errorf("migrating: %w", err)
	}
	return nil
}

// inTx runs fn in one transaction: all of it happens, or none.
func (s *Store) inTx(ctx context.Context, fn func(ctx context.Context, tx pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return fn(ctx, tx) })
}

// notFound turns "no rows" into the NotFound of that resource, and leaves other errors alone.
func notFound(err error, what string) error {
	if errors.Is(err, sql.ErrNoRows) || errors.Is(err, pgx.ErrNoRows) {
		return apperr.NoSuch(what)
	}
	return err
}

// violates tells whether err is a breach of that unique index or constraint.
func violates(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.ConstraintName == constraint
}
