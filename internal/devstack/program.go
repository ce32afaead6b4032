package devstack

import (
	"context"
	"syscall"
	"time"
)

// Program is a process that runs beside a stack's services, such as PulseHub itself.
type Program struct {
	Name  string
	Argv  []string
	Env   []string                                           // whole environment
	Ready func(ctx context.Context, started time.Time) error // nil once it does its work
	Grace time.Duration                                      // how long it may take to end before SIGKILL
}

// Run starts a program and returns once it is ready. It is kept and stopped like the stack's services, and before them.
func (s *Stack) Run(ctx context.Context, p Program) (*Service, error) {
	started := time.Now()
	service := &Service{dir: s.cfg.Dir, onDeath: s.cfg.OnDeath, spec: spec{
		name:    p.Name,
		argv:    p.Argv,
		env:     p.Env,
		prepare: func() error { started = time.Now(); return nil },
		ready:   func(ctx context.Context) error { return p.Ready(ctx, started) },
		orphan:  syscall.SIGKILL,
		stop:    syscall.SIGTERM,
		grace:   p.Grace,
	}}
	s.mu.Lock()
	s.programs = append(s.programs, service)
	s.mu.Unlock()
	return service, service.Start(ctx)
}

// Port is a free port that the stack keeps for name from run to run; known is taken if the stack prefers known ports
// and it is free.
func (s *Stack) Port(name string, known int) (int, error) { return s.port(name, known) }

// Dir is the folder of the stack's state.
func (s *Stack) Dir() string { return s.cfg.Dir }

// Polled tells whether a worker has asked the Temporal server for tasks of that queue since a moment.
func (s *Stack) Polled(ctx context.Context, namespace, queue string, since time.Time) error {
	return s.temporal.polled(ctx, namespace, queue, since)
}
