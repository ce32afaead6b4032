package devstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// spec says how one process of the stack is run. It stays the same across restarts: same port, same data.
type spec struct {
	name    string
	argv    []string
	env     []string // whole environment; nil is the caller's
	dir     string
	user    *account // who runs it; nil is the caller
	nice    int      // how far it stands back when the processors are busy, 0 to 19
	idle    bool     // it stands back for everybody; where the kernel knows no such thing, by nice
	ready   func(ctx context.Context) error
	orphan  syscall.Signal // sent by the kernel when the process that started it dies (Linux)
	stop    syscall.Signal // asks it to end
	grace   time.Duration  // how long it may take to end before SIGKILL
	prepare func() error   // runs before each start
	retry   time.Duration  // for how long a start that ends at once is tried again
}

// Service is one process of the stack. Its methods may be called from any goroutine.
type Service struct {
	spec    spec
	dir     string // holds pid files and logs
	onDeath func(s *Service, cause string)

	mu      sync.Mutex
	current *child
	halted  bool // by Stop or Kill, until Start
}

// ErrStopped is returned by Revive for a service whose end was asked for.
var ErrStopped = errors.New("the service was stopped")

// child is one life of a service.
type child struct {
	cmd     *exec.Cmd
	exited  chan struct{}
	release func() // calls off the guard that ends it when we die
	cause   string // valid once exited is closed
	wanted  bool   // whether its end was asked for; guarded by Service.mu, as is up
	up      bool   // whether it has answered
}

// Name is what the service is called in logs and pid files.
func (s *Service) Name() string { return s.spec.name }

// PID is the process id, or 0 while the service is down.
func (s *Service) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.current; c != nil && c.alive() {
		return c.cmd.Process.Pid
	}
	return 0
}

// LogPath is the file that has everything the service printed.
func (s *Service) LogPath() string { return filepath.Join(s.dir, "log", s.spec.name+".log") }

// Start runs the service and returns once it answers. A service that is up is left alone.
func (s *Service) Start(ctx context.Context) error {
	s.mu.Lock()
	s.halted = false
	s.mu.Unlock()
	return s.Revive(ctx)
}

// Revive is Start for a service that died by itself: one that was stopped or killed from here stays down.
func (s *Service) Revive(ctx context.Context) error {
	for until := time.Now().Add(s.spec.retry); ; {
		err := s.startOnce(ctx)
		if !errors.Is(err, errEndedEarly) || time.Now().After(until) || !pause(ctx, 200*time.Millisecond) {
			return err
		}
	}
}

var errEndedEarly = errors.New("it ended before it answered")

func (s *Service) startOnce(ctx context.Context) error {
	s.mu.Lock()
	if s.halted {
		s.mu.Unlock()
		return ErrStopped
	}
	if s.current != nil && s.current.alive() {
		s.mu.Unlock()
		return nil
	}
	c, err := s.spawn()
	if err != nil {
		s.mu.Unlock()
		return fmt.Errorf("starting %s: %w", s.spec.name, err)
	}
	s.current = c
	s.mu.Unlock()
	go s.watch(c)

	if err := s.awaitReady(ctx, c); err != nil {
		s.end(c, syscall.SIGKILL)
		return fmt.Errorf("starting %s: %w%s", s.spec.name, err, s.logTail())
	}
	s.mu.Lock()
	c.up = true
	s.mu.Unlock()
	return nil
}

// pause waits, and tells whether ctx is still going.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// Stop asks the service to end and waits until it has; one that takes longer than its grace is killed.
func (s *Service) Stop() {
	if c := s.life(); c != nil {
		s.end(c, s.spec.stop)
	}
}

// Kill ends the service at once, as a crash would (SIGKILL), and waits until it is gone.
func (s *Service) Kill() {
	if c := s.life(); c != nil {
		s.end(c, syscall.SIGKILL)
	}
}

// Restart runs the service again on the same port and data, stopping it first if it is up.
func (s *Service) Restart(ctx context.Context) error {
	s.Stop()
	return s.Start(ctx)
}

// life is the present life, marked as one that is to end; nil while the service is down.
func (s *Service) life() *child {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.halted = true
	if s.current == nil || !s.current.alive() {
		return nil
	}
	s.current.wanted = true
	return s.current
}

// standBack is a program that lowers its own priority and then turns into the one given to it; nil for a service that
// stands back for nobody.
func (s *spec) standBack() []string {
	if s.idle {
		if prefix := whenIdle(); prefix != nil {
			return prefix
		}
	}
	if s.nice > 0 {
		return []string{"nice", "-n", strconv.Itoa(s.nice)}
	}
	return nil
}

func (s *Service) spawn() (*child, error) {
	if s.spec.prepare != nil {
		if err := s.spec.prepare(); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(filepath.Dir(s.LogPath()), 0o755); err != nil {
		return nil, err
	}
	logFile, err := os.OpenFile(s.LogPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer logFile.Close()
	argv := s.spec.argv
	if prefix := s.spec.standBack(); prefix != nil {
		argv = slices.Concat(prefix, argv)
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env, cmd.Dir = s.spec.env, s.spec.dir
	cmd.Stdout, cmd.Stderr = logFile, logFile
	cmd.SysProcAttr = attributes(s.spec.orphan, s.spec.user)
	if err := startOnLastingThread(cmd); err != nil {
		return nil, err
	}
	if err := writePidFile(s.pidFile(), cmd.Process.Pid); err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil, err
	}
	return &child{cmd: cmd, exited: make(chan struct{}), release: guard(cmd.Process.Pid)}, nil
}

// watch waits for the end of one life and tells, if nobody asked for it.
func (s *Service) watch(c *child) {
	err := c.cmd.Wait()
	c.release()
	cause := "exit status 0"
	if err != nil {
		cause = err.Error()
	}
	// What it left behind in its process group ends with it.
	_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL)
	_ = os.Remove(s.pidFile())
	s.mu.Lock()
	c.cause = cause
	unwanted := c.up && !c.wanted
	close(c.exited)
	s.mu.Unlock()
	if unwanted && s.onDeath != nil {
		s.onDeath(s, cause)
	}
}

func (s *Service) end(c *child, signal syscall.Signal) {
	s.mu.Lock()
	c.wanted = true
	s.mu.Unlock()
	_ = c.cmd.Process.Signal(signal)
	if signal != syscall.SIGKILL {
		select {
		case <-c.exited:
			return
		case <-time.After(s.spec.grace):
		}
	}
	_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL)
	<-c.exited
}

// awaitReady asks until the service answers, it dies, or ctx ends.
func (s *Service) awaitReady(ctx context.Context, c *child) error {
	var last error
	for wait := 5 * time.Millisecond; ; wait = min(wait*3/2, 100*time.Millisecond) {
		attempt, cancel := context.WithTimeout(ctx, 2*time.Second)
		last = s.spec.ready(attempt)
		cancel()
		if last == nil {
			return nil
		}
		select {
		case <-c.exited:
			return fmt.Errorf("%w (%s)", errEndedEarly, c.cause)
		case <-ctx.Done():
			return fmt.Errorf("it does not answer: %w", errors.Join(context.Cause(ctx), last))
		case <-time.After(wait):
		}
	}
}

func (s *Service) pidFile() string { return filepath.Join(s.dir, "pids", s.spec.name) }

// logTail is the end of the service's log, as part of an error.
func (s *Service) logTail() string {
	text := Tail(s.LogPath(), 8)
	if text == "" {
		return ""
	}
	return fmt.Sprintf("\nThe end of %s:\n%s", s.LogPath(), text)
}

func (c *child) alive() bool {
	select {
	case <-c.exited:
		return false
	default:
		return true
	}
}
