// Package dev is `pulsehub dev`: it installs what the machine lacks, builds what is out of date, runs everything, keeps it
// running, and stops it all without a trace.
package dev

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/pulsehub/pulsehub/internal/devstack"
)

// Config says what to run.
type Config struct {
	// State is the folder for data, ports, logs and the environment file; empty is .pulsehub in the checkout.
	State string
	// ServicesOnly runs Postgres, Redis and Temporal, and not PulseHub.
	ServicesOnly bool
	// Command is run in the stack's environment; then everything is stopped. Empty: run until interrupted. With a
	// command, Postgres does without fsync and ports are nobody's favourites, as suits tests.
	Command []string
	// Begun is when what led to this began, as compiling it; zero is now. It is what "running, after …" counts from.
	Begun time.Time
}

// WorkerQueue is a Temporal task queue that the worker role serves: once it is asked for work, the worker is up.
const WorkerQueue = "data"

// dev is one run.
type dev struct {
	cfg      Config
	root     string
	state    string
	progress *progress

	stack   *devstack.Stack
	env     environment
	address string // of the web app
}

// Setup installs what this machine lacks: Postgres, Redis, Chromium and nginx, and the web app's packages, or only those.
// Nothing is started.
func Setup(ctx context.Context, webOnly bool) error {
	d, err := newDev(Config{})
	if err != nil {
		return err
	}
	defer d.progress.close()
	if !webOnly {
		if err := d.install(ctx, needPostgres, needRedis, needChromium, needNginx); err != nil {
			return err
		}
	}
	return d.npmInstall(ctx, "everything")
}

// Run runs everything and returns when ctx ends, or when the command has, with its error. Nothing is left running.
func Run(ctx context.Context, cfg Config) error {
	d, err := newDev(cfg)
	if err != nil {
		return err
	}
	ctx, cancel := signal.NotifyContext(ctx, syscall.SIGHUP)
	defer cancel()
	endWithMake(ctx, cancel)

	err = d.start(ctx)
	if errors.Is(err, devstack.ErrRunning) {
		d.progress.close()
		return d.alreadyRunning()
	}
	if err == nil {
		err = d.use(ctx)
	}
	d.stop()
	if ctx.Err() != nil && len(cfg.Command) == 0 {
		return nil // asked to end, at whatever point
	}
	return err
}

func newDev(cfg Config) (*dev, error) {
	root, err := devstack.Root()
	if err != nil {
		return nil, err
	}
	if cfg.State == "" {
		cfg.State = filepath.Join(root, ".pulsehub")
	}
	if cfg.Begun.IsZero() {
		cfg.Begun = time.Now()
	}
	state, err := filepath.Abs(cfg.State)
	if err != nil {
		return nil, err
	}
	return &dev{cfg: cfg, root: root, state: state, progress: newProgress(os.Stdout)}, nil
}

func (d *dev) start(ctx context.Context) error {
	if err := d.install(ctx, needPostgres, needRedis); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var program string
	var builds sync.WaitGroup
	var buildError error
	if !d.cfg.ServicesOnly {
		builds.Go(func() {
			if program, buildError = d.build(ctx); buildError != nil {
				cancel(buildError)
			}
		})
	}
	err := d.startServices(ctx)
	if err != nil {
		cancel(err)
	}
	builds.Wait()
	if buildError != nil {
		return buildError
	}
	if err != nil || d.cfg.ServicesOnly {
		return err
	}
	if err := d.startPulseHub(ctx, program); err != nil {
		return err
	}
	return d.demoAccount(ctx)
}

// build makes the web app and then the binary that carries it.
func (d *dev) build(ctx context.Context) (string, error) {
	if err := d.buildWeb(ctx); err != nil {
		return "", err
	}
	program := filepath.Join(d.root, ".pulsehub", "bin", "pulsehub")
	return program, d.progress.do("PulseHub, compiled", func(t *task) error {
		return devstack.GoBuild(ctx, d.root, ".", program, "./cmd/pulsehub", 5, func(n int) { t.note("%d packages", n) })
	})
}

func (d *dev) startServices(ctx context.Context) (err error) {
	tests := len(d.cfg.Command) > 0
	d.stack, err = devstack.Start(ctx, devstack.Config{
		Dir: d.state, Root: d.root,
		Postgres: true, Redis: true, Temporal: true, TemporalUI: !d.cfg.ServicesOnly,
		Durable: !tests, TemporalYields: !tests, PreferKnownPorts: !tests,
		OnDeath: d.revive,
		Step: func(name string) (func(string), func(error)) {
			t, done := d.progress.step(name)
			return func(detail string) { t.note("%s", detail) }, done
		},
	})
	return err
}

func (d *dev) startPulseHub(ctx context.Context, program string) error {
	known := 8080
	port, err := d.stack.Port("web", known)
	if err != nil {
		return err
	}
	if d.env, err = newEnvironment(d.stack, port, filepath.Join(d.state, "env")); err != nil {
		return err
	}
	d.address = d.env["PUBLIC_URL"]
	err = d.progress.do("Database schema", func(*task) error {
		cmd := exec.CommandContext(ctx, program, "migrate")
		cmd.Env = d.env.process()
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("pulsehub migrate: %w\n%s", err, out)
		}
		return nil
	})
	if err != nil {
		return err
	}
	start := func(name, roles string, ready func(context.Context, time.Time) error) func() error {
		return func() error {
			return d.progress.do(name, func(*task) error {
				_, err := d.stack.Run(ctx, devstack.Program{
					Name: name, Argv: []string{program, "serve", "--roles", roles}, Env: d.env.process(),
					Ready: ready, Grace: 5 * time.Second, // nothing is lost by a kill
				})
				return err
			})
		}
	}
	return together(
		start("api", "api,chat", func(ctx context.Context, _ time.Time) error {
			return answers(ctx, "http://"+d.env["HTTP_ADDR"]+"/readyz")
		}),
		start("worker", "worker", func(ctx context.Context, started time.Time) error {
			return d.stack.Polled(ctx, devstack.Namespace, WorkerQueue, started)
		}),
	)
}

// use waits for the end: of the command, or of ctx.
func (d *dev) use(ctx context.Context) error {
	if len(d.cfg.Command) == 0 {
		d.welcome()
		<-ctx.Done()
		return nil
	}
	d.progress.close()
	d.progress = nil
	cmd := devstack.Command(ctx, d.cfg.Command[0], d.cfg.Command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(d.commandEnvironment(),
		devstack.TestDatabaseVariable+"="+d.stack.AdminURL,
		devstack.TestRedisVariable+"="+d.stack.RedisURL,
		devstack.TestTemporalVariable+"="+d.stack.TemporalAddress,
	)
	if err := devstack.StartTied(cmd); err != nil {
		return err
	}
	return cmd.Wait()
}

func (d *dev) commandEnvironment() []string {
	if d.env == nil {
		return os.Environ()
	}
	return d.env.process()
}

func (d *dev) stop() {
	if d.progress == nil {
		d.progress = newProgress(os.Stdout)
	}
	if d.stack != nil {
		_ = d.progress.do("Stopping", func(*task) error { d.stack.Stop(); return nil })
	}
	d.progress.close()
}

// revive starts a service that died by itself again, for as long as it takes.
func (d *dev) revive(s *devstack.Service, cause string) {
	p := d.progress
	if p == nil {
		p = &progress{out: os.Stderr}
	}
	p.say("✗ %s ended (%s) and is started again", s.Name(), cause)
	died, wait, told := time.Now(), 50*time.Millisecond, false
	for {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		err := s.Revive(ctx)
		cancel()
		if errors.Is(err, devstack.ErrStopped) {
			return
		}
		if err == nil {
			p.say("✓ %s is back after %s", s.Name(), seconds(time.Since(died)))
			return
		}
		if !told {
			told = true
			p.say("✗ %v", err)
		}
		time.Sleep(wait)
		wait = min(2*wait, 10*time.Second)
	}
}

// endWithMake stops the run when the make that started it is gone, even by SIGKILL, as nobody could stop it by Ctrl-C
// any more. A run that a person started directly outlives its terminal if they want it to (nohup).
func endWithMake(ctx context.Context, stop func()) {
	if os.Getenv("MAKELEVEL") == "" {
		return
	}
	parent := os.Getppid()
	go func() {
		for every := time.Tick(time.Second); os.Getppid() == parent; {
			select {
			case <-ctx.Done():
				return
			case <-every:
			}
		}
		stop()
	}()
}

// together runs all at once and joins what went wrong.
func together(all ...func() error) error {
	faults := make([]error, len(all))
	var wg sync.WaitGroup
	for i, f := range all {
		wg.Go(func() { faults[i] = f() })
	}
	wg.Wait()
	return errors.Join(faults...)
}

func answers(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return nil
}
