package devstack

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// What tests share when it is set, as `make test` does. Otherwise each test process starts what it asks for, and it
// ends with the process.
const (
	TestDatabaseVariable = "PULSEHUB_TEST_DATABASE_URL"
	TestRedisVariable    = "PULSEHUB_TEST_REDIS_URL"
	TestTemporalVariable = "PULSEHUB_TEST_TEMPORAL_ADDRESS"
)

// TestDatabaseURL is the administrative address of a Postgres for tests. storetest makes databases in it.
func TestDatabaseURL(ctx context.Context) (string, error) {
	if url := os.Getenv(TestDatabaseVariable); url != "" {
		return url, nil
	}
	s, err := own.with(ctx, func(c *Config) { c.Postgres = true })
	if err != nil {
		return "", err
	}
	return s.AdminURL, nil
}

// TestRedisURL is a Redis for tests. Others may use it at the same time: keep to keys of your own.
func TestRedisURL(ctx context.Context) (string, error) {
	if url := os.Getenv(TestRedisVariable); url != "" {
		return url, nil
	}
	s, err := own.with(ctx, func(c *Config) { c.Redis = true })
	if err != nil {
		return "", err
	}
	return s.RedisURL, nil
}

// TestTemporal is a Temporal server for tests (host:port), and a namespace in it that no other test process has, with
// PulseHub's search attributes. Tests of one process tell their task queues apart by name.
func TestTemporal(ctx context.Context) (address, namespace string, err error) {
	if address = os.Getenv(TestTemporalVariable); address == "" {
		s, err := own.with(ctx, func(c *Config) { c.Temporal = true })
		if err != nil {
			return "", "", err
		}
		address = s.TemporalAddress
	}
	namespace, err = testNamespace(ctx, address)
	return address, namespace, err
}

var (
	namespaceMu sync.Mutex
	namespaces  = map[string]string{} // by address
)

func testNamespace(ctx context.Context, address string) (string, error) {
	namespaceMu.Lock()
	defer namespaceMu.Unlock()
	if name := namespaces[address]; name != "" {
		return name, nil
	}
	root, err := Root()
	if err != nil {
		return "", err
	}
	program, err := BuildTemporal(ctx, root, nil)
	if err != nil {
		return "", err
	}
	t := &temporal{
		program: program,
		config:  filepath.Join(root, "temporal-config"),
		env:     append(os.Environ(), "TEMPORAL_ADDRESS="+address),
	}
	name := fmt.Sprintf("test-%d-%s", os.Getpid(), strings.ToLower(rand.Text()[:8]))
	if err := t.setUp(ctx, name); err != nil {
		return "", err
	}
	namespaces[address] = name
	return name, nil
}

// own is the stack of this test process, grown by what its tests ask for.
var own ownStack

type ownStack struct {
	mu    sync.Mutex
	stack *Stack
	err   error
}

// with starts what want adds and is not there yet.
func (o *ownStack) with(ctx context.Context, want func(*Config)) (*Stack, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return nil, o.err
	}
	if o.stack == nil {
		root, err := Root()
		if err != nil {
			return nil, err
		}
		base := filepath.Join(root, ".pulsehub", "test")
		if err := sweep(base); err != nil {
			return nil, err
		}
		o.stack, o.err = Start(ctx, Config{Root: root, Dir: filepath.Join(base, fmt.Sprintf("%d", os.Getpid()))})
		if o.err != nil {
			return nil, o.err
		}
	}
	want(&o.stack.cfg)
	if o.err = o.stack.start(ctx); o.err != nil {
		return nil, fmt.Errorf("starting what the tests need: %w", o.err)
	}
	return o.stack, nil
}

// sweep removes what test processes that have ended left on disk, and ends what they may have left running.
func sweep(base string) error {
	dirs, err := filepath.Glob(filepath.Join(base, "*"))
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		held, err := lock(filepath.Join(dir, "lock"))
		if errors.Is(err, errLocked) {
			continue // its process lives
		}
		if err != nil {
			return err
		}
		err = errors.Join(endLeftovers(dir), removeAll(filepath.Join(dir, "postgres")), os.RemoveAll(dir))
		_ = held.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
