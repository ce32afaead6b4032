package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/pulsehub/pulsehub/internal/crypto"
	"github.com/pulsehub/pulsehub/internal/devstack"
	"github.com/pulsehub/pulsehub/workflows"
)

// system is all of PulseHub in processes of its own, for benchmarks and fault tests: services, an API process that also
// answers turns, and a worker process. Each can be killed and started again.
type system struct {
	*devstack.Stack
	URL    string
	API    *devstack.Service
	Worker *devstack.Service
	Chat   *devstack.Service // nil where the API process answers turns
	env    map[string]string
}

type systemConfig struct {
	Dir     string
	Program string            // the pulsehub binary
	Env     map[string]string // over the defaults
	Split   bool              // answer turns in a process of their own, and not in the API's
	// TemporalYields is as in devstack.Config: on for measuring what a person sees with `make dev`, off in tests.
	TemporalYields bool
	OnDeath        func(s *devstack.Service, cause string)
}

// systemDir makes a folder for a system's state, which the unprivileged user that runs Postgres can reach.
func systemDir() (dir string, remove func(), err error) {
	if dir, err = os.MkdirTemp("", "pulsehub-system-"); err != nil {
		return "", nil, err
	}
	return dir, func() { _ = os.RemoveAll(dir) }, os.Chmod(dir, 0o755)
}

// startSystem returns once everything answers. Stop the stack to end all of it.
func startSystem(ctx context.Context, cfg systemConfig) (_ *system, err error) {
	s := &system{}
	if s.Stack, err = devstack.Start(ctx, devstack.Config{
		Dir: cfg.Dir, Postgres: true, Redis: true, Temporal: true,
		Durable: true, TemporalYields: cfg.TemporalYields, OnDeath: cfg.OnDeath,
	}); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.Stop()
		}
	}()
	port, err := s.Port("api", 0)
	if err != nil {
		return nil, err
	}
	s.URL = fmt.Sprintf("http://127.0.0.1:%d", port)
	s.env = map[string]string{
		"PULSEHUB_ENV": "development", "COOKIE_SECURE": "false", "LOG_LEVEL": "warn",
		"HTTP_ADDR": fmt.Sprintf("127.0.0.1:%d", port), "PUBLIC_URL": s.URL,
		"DATABASE_URL": s.LocalDatabaseURL, "REDIS_URL": s.LocalRedisURL,
		"TEMPORAL_ADDRESS": s.TemporalAddress, "TEMPORAL_NAMESPACE": devstack.Namespace,
		"AUTH_SIGNING_KEYS": crypto.NewKey(), "SEALING_KEYS": crypto.NewKey(),
		"LIMIT_SIGNUPS_PER_ADDRESS": "0", "LIMIT_LOGINS_PER_ADDRESS": "0", "LIMIT_MESSAGES_PER_USER": "0", "LIMIT_CONVERSATIONS_PER_ADDRESS": "0",
		"OPENAI_API_KEY": "", "OPENAI_BASE_URL": "",
	}
	maps.Copy(s.env, cfg.Env)
	if err := migrate(ctx, s.DatabaseURL); err != nil {
		return nil, err
	}
	if s.Worker, err = s.program(ctx, "worker", cfg.Program, "worker", s.polled(workflows.QueueData)); err != nil {
		return nil, err
	}
	roles := "api,chat"
	if cfg.Split {
		roles = "api"
		if s.Chat, err = s.program(ctx, "chat", cfg.Program, "chat", s.polled(workflows.QueueChat)); err != nil {
			return nil, err
		}
	}
	s.API, err = s.program(ctx, "api", cfg.Program, roles, s.answers)
	return s, err
}

func (s *system) program(ctx context.Context, name, program, roles string, ready func(context.Context, time.Time) error) (*devstack.Service, error) {
	all := map[string]string{}
	for _, line := range os.Environ() {
		if key, value, _ := strings.Cut(line, "="); !strings.HasPrefix(key, "TEMPORAL_") {
			all[key] = value
		}
	}
	maps.Copy(all, s.env)
	var env []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		env = append(env, key+"="+all[key])
	}
	return s.Run(ctx, devstack.Program{Name: name, Argv: []string{program, "serve", "--roles", roles}, Env: env, Ready: ready, Grace: 30 * time.Second})
}

func (s *system) polled(queue string) func(context.Context, time.Time) error {
	return func(ctx context.Context, since time.Time) error {
		return s.Polled(ctx, devstack.Namespace, queue, since)
	}
}

func (s *system) answers(ctx context.Context, _ time.Time) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/readyz", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("/readyz answers %s", res.Status)
	}
	return nil
}
