// Package storetest gives tests a real Postgres: one migrated template a process, one fresh database a test.
package storetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/devstack"
	"github.com/pulsehub/pulsehub/internal/store"
)

// template is made once a process, with every migration applied.
var template = sync.OnceValues(func() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	admin, err := devstack.TestDatabaseURL(ctx)
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("template_%d_%s", os.Getpid(), strings.ReplaceAll(uuid.NewString()[:8], "-", ""))
	if err := run(ctx, admin, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	s, err := store.Open(ctx, withDatabase(admin, name), 4)
	if err != nil {
		return "", err
	}
	defer s.Close()
	return name, s.Migrate(ctx)
})

// URL is a fresh, migrated database that is dropped when the test ends.
func URL(t testing.TB) string {
	t.Helper()
	ctx := context.Background()
	from, err := template()
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	admin, err := devstack.TestDatabaseURL(ctx)
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	name := "test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	if err := run(ctx, admin, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, from)); err != nil {
		t.Fatalf("test database: %v", err)
	}
	t.Cleanup(func() {
		if err := run(context.Background(), admin, fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", name)); err != nil {
			t.Errorf("dropping the test database: %v", err)
		}
	})
	return withDatabase(admin, name)
}

// New is a store on a fresh, migrated database.
func New(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), URL(t), 10)
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	t.Cleanup(s.Close)
	return s
}

func run(ctx context.Context, url, sql string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

func withDatabase(admin, name string) string {
	u, err := url.Parse(admin)
	if err != nil {
		panic(err) // devstack made it
	}
	u.Path = "/" + name
	return u.String()
}
