// Package devstack runs PulseHub's services on a developer's machine: a private Postgres, Redis, the Temporal server and
// its Web UI. `pulsehub dev` keeps them up; tests start what they need, kill it, and start it again on the same port
// and data. Whatever is started here ends with the process that started it, however that ends.
package devstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// Config says which services a stack has.
type Config struct {
	// Dir holds the stack's state: data, ports, logs, pid files. One process at a time has it.
	Dir string
	// Root is the checkout; empty is the one that the working directory is in.
	Root string
	// Which services to run. Temporal and its UI bring what they stand on.
	Postgres, Redis, Temporal, TemporalUI bool
	// Durable keeps Postgres's data even if the machine loses power. Tests do without.
	Durable bool
	// TemporalYields has the Temporal server use only what the others leave of the processors: a stack that one person
	// looks at shares its few processors, and what waits for Temporal waits for a turn's beginning and end, what waits for
	// the others for every token. Not for tests: compilers beside them leave nothing for long.
	TemporalYields bool
	// PreferKnownPorts takes each service's well-known port where it is free, for people to remember.
	PreferKnownPorts bool
	// OnDeath is told of a service that ended without being asked to. It may start it again.
	OnDeath func(s *Service, cause string)
	// Step reports progress: it is called as each part begins; of what it returns, note is told how far that part is, and
	// done its end. nil is silence.
	Step func(name string) (note func(string), done func(error))
}

// Stack is what was started. Services that were not asked for are nil.
type Stack struct {
	Postgres, Redis, Temporal, TemporalUI *Service

	// Addresses, empty for what was not asked for.
	DatabaseURL string // database pulsehub
	AdminURL    string // database postgres, of a role that may make databases
	RedisURL    string
	// The same two over Unix sockets, for processes on this machine; as above where paths are too long for one.
	LocalDatabaseURL, LocalRedisURL string

	TemporalAddress string // host:port
	TemporalUIURL   string

	cfg      Config
	lock     *os.File
	ports    *ports
	postgres *postgres
	temporal *temporal

	mu       sync.Mutex
	programs []*Service
}

// ErrRunning is returned by Start when another process has the stack's folder.
var ErrRunning = errors.New("this stack is already running")

// Start runs the services that cfg asks for and returns once each answers: Postgres with its databases, Temporal with
// its schema, namespace and search attributes. If any of it fails, nothing is left running.
func Start(ctx context.Context, cfg Config) (_ *Stack, err error) {
	if cfg.Step == nil {
		cfg.Step = func(string) (func(string), func(error)) { return func(string) {}, func(error) {} }
	}
	if cfg.Root == "" {
		if cfg.Root, err = Root(); err != nil {
			return nil, err
		}
	}
	if cfg.Dir, err = filepath.Abs(cfg.Dir); err != nil {
		return nil, err
	}
	s := &Stack{cfg: cfg}
	if s.lock, err = lock(filepath.Join(cfg.Dir, "lock")); err != nil {
		if errors.Is(err, errLocked) {
			err = ErrRunning
		}
		return nil, err
	}
	defer func() {
		if err != nil {
			s.Stop()
		}
	}()
	if err := endLeftovers(cfg.Dir); err != nil {
		return nil, err
	}
	if s.ports, err = openPorts(cfg.Dir); err != nil {
		return nil, err
	}
	return s, s.start(ctx)
}

// start runs what the configuration asks for and is not there yet.
func (s *Stack) start(ctx context.Context) error {
	s.cfg.Temporal = s.cfg.Temporal || s.cfg.TemporalUI
	s.cfg.Postgres = s.cfg.Postgres || s.cfg.Temporal
	var wg sync.WaitGroup
	faults := make([]error, 2)
	if s.cfg.Redis && s.RedisURL == "" {
		wg.Go(func() { faults[0] = s.step("Redis", func(func(string)) error { return s.startRedis(ctx) }) })
	}
	if s.cfg.Postgres {
		wg.Go(func() { faults[1] = s.startPostgresAndTemporal(ctx) })
	}
	wg.Wait()
	return errors.Join(faults...)
}

func (s *Stack) startPostgresAndTemporal(ctx context.Context) error {
	if s.postgres == nil {
		if err := s.step("PostgreSQL", func(func(string)) error { return s.startPostgres(ctx) }); err != nil {
			return err
		}
	}
	if !s.cfg.Temporal || s.TemporalAddress != "" {
		return nil
	}
	var program string
	err := s.step("Temporal server, compiled", func(note func(string)) (err error) {
		program, err = BuildTemporal(ctx, s.cfg.Root, func(n int) { note(fmt.Sprintf("%d packages", n)) })
		return err
	})
	if err != nil {
		return err
	}
	return s.step("Temporal", func(func(string)) error { return s.startTemporal(ctx, program) })
}

func (s *Stack) startPostgres(ctx context.Context) error {
	port, err := s.port("postgres", 0)
	if err != nil {
		return err
	}
	service, db, err := newPostgres(s.cfg.Dir, port, s.cfg.Durable)
	if err != nil {
		return err
	}
	s.Postgres = s.own(service)
	if err := service.Start(ctx); err != nil {
		return err
	}
	if err := db.createDatabase(ctx, "pulsehub"); err != nil {
		return err
	}
	s.postgres, s.DatabaseURL, s.AdminURL = db, db.url("pulsehub"), db.url("postgres")
	s.LocalDatabaseURL = db.localURL("pulsehub")
	return nil
}

func (s *Stack) startRedis(ctx context.Context) error {
	port, err := s.port("redis", 0)
	if err != nil {
		return err
	}
	service, address, local, err := newRedis(s.cfg.Dir, port)
	if err != nil {
		return err
	}
	s.Redis = s.own(service)
	if err := service.Start(ctx); err != nil {
		return err
	}
	s.RedisURL, s.LocalRedisURL = address, local
	return nil
}

func (s *Stack) startTemporal(ctx context.Context, program string) error {
	service, t, err := newTemporal(s.cfg.Dir, program, filepath.Join(s.cfg.Root, "temporal-config"), s.cfg.TemporalYields, s.postgres, s.port)
	if err != nil {
		return err
	}
	s.Temporal, s.temporal = s.own(service), t
	if err := t.schema(ctx); err != nil {
		return err
	}
	if err := service.Start(ctx); err != nil {
		return err
	}
	if err := t.setUp(ctx, Namespace); err != nil {
		return err
	}
	s.TemporalAddress = t.address
	if !s.cfg.TemporalUI {
		return nil
	}
	port, err := s.port("temporal-ui", 8233)
	if err != nil {
		return err
	}
	ui, address := newTemporalUI(s.cfg.Dir, t, port)
	s.TemporalUI, s.TemporalUIURL = s.own(ui), address
	return ui.Start(ctx)
}

// NewNamespace makes a namespace of its own on the stack's Temporal server, for tests that must not meet others' tasks.
func (s *Stack) NewNamespace(ctx context.Context, name string) error {
	return s.temporal.setUp(ctx, name)
}

// Stop ends everything, what stands on others first, and frees the stack's folder.
func (s *Stack) Stop() {
	s.mu.Lock()
	programs := s.programs
	s.mu.Unlock()
	var wg sync.WaitGroup
	for _, program := range programs {
		wg.Go(program.Stop)
	}
	wg.Wait()
	for _, service := range []*Service{s.TemporalUI, s.Temporal, s.Redis, s.Postgres} {
		if service != nil {
			service.Stop()
		}
	}
	_ = s.lock.Close()
}

func (s *Stack) own(service *Service) *Service {
	service.onDeath = s.cfg.OnDeath
	return service
}

func (s *Stack) port(name string, known int) (int, error) {
	if !s.cfg.PreferKnownPorts {
		known = 0
	}
	return s.ports.take(name, known)
}

func (s *Stack) step(name string, do func(note func(string)) error) error {
	note, done := s.cfg.Step(name)
	err := do(note)
	done(err)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
