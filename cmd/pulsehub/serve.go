package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/worker"

	"github.com/pulsehub/pulsehub/activities"
	"github.com/pulsehub/pulsehub/internal/config"
	"github.com/pulsehub/pulsehub/internal/durable"
	"github.com/pulsehub/pulsehub/internal/store"
	"github.com/pulsehub/pulsehub/internal/telemetry"
	"github.com/pulsehub/pulsehub/workflows"
)

// The roles a process can have. A turn starts without a hop where api and chat are together; each can be scaled alone.
const (
	roleAPI    = "api"
	roleChat   = "chat"
	roleWorker = "worker"
)

type serveCmd struct {
	Roles       []string `help:"What this process does: ${enum}." enum:"api,chat,worker" default:"api,chat,worker"`
	CheckConfig bool     `help:"Check the configuration and stop."`
}

func (c *serveCmd) Run(ctx context.Context) error {
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	if c.CheckConfig {
		fmt.Println("The configuration is complete.")
		return nil
	}
	if err := setUpLogs(cfg.LogLevel); err != nil {
		return err
	}
	app, err := wire(ctx, cfg)
	if err != nil {
		return err
	}
	defer app.close()
	return app.run(ctx, c.Roles)
}

func setUpLogs(level string) error {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return fmt.Errorf("LOG_LEVEL is %q; use debug, info, warn or error", level)
	}
	slog.SetDefault(telemetry.NewLogger(os.Stderr, l))
	return nil
}

// run does what the roles say until ctx ends, then finishes what is under way: workers hand their tasks back, and
// requests get a while.
func (a *app) run(ctx context.Context, roles []string) error {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	a.start(background)

	workers, err := a.workers(background, roles)
	if err != nil {
		return err
	}
	for _, w := range workers {
		if err := w.Start(); err != nil {
			return fmt.Errorf("starting a worker: %w", err)
		}
		defer w.Stop()
	}
	slog.Info("PulseHub is up", "roles", strings.Join(roles, ","))
	if !slices.Contains(roles, roleAPI) {
		<-ctx.Done()
		return nil
	}
	return a.serveHTTP(ctx)
}

// workers are those of the roles, and the schedules that belong to them.
func (a *app) workers(ctx context.Context, roles []string) ([]worker.Worker, error) {
	worker.SetStickyWorkflowCacheSize(1000)
	var workers []worker.Worker
	if slices.Contains(roles, roleChat) {
		w := worker.New(a.temporal, workflows.QueueChat, workerOptions(200))
		workflows.RegisterChat(w, a.chatTurn)
		a.chats.HeadStarter = activities.NewHeadStarts(a.chatTurn, a.untilTheEnd)
		workers = append(workers, w)
	}
	if slices.Contains(roles, roleWorker) {
		w := worker.New(a.temporal, workflows.QueueData, workerOptions(8))
		workflows.RegisterData(w, a.sweep)
		workflows.RegisterDummyData(w, a.dummyData)
		workflows.RegisterFeatures(w, a.features, a.predictor)
		workflows.RegisterErasure(w, a.erasure)
		workers = append(workers, w)
		if err := a.starter.ScheduleSweep(ctx); err != nil {
			return nil, err
		}
	}
	return workers, nil
}

func workerOptions(activitiesAtOnce int) worker.Options {
	pollers := worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{
		InitialNumberOfPollers: 4, MinimumNumberOfPollers: 2, MaximumNumberOfPollers: 10,
	})
	return worker.Options{
		//lint:ignore SA1019 its successor, DeploymentOptions.Version, comes with worker versioning, which turns are too short for
		BuildID:                            durable.Build(),
		MaxConcurrentActivityExecutionSize: activitiesAtOnce,
		WorkflowTaskPollerBehavior:         pollers,
		ActivityTaskPollerBehavior:         pollers,
		WorkerStopTimeout:                  25 * time.Second,
		StickyScheduleToStartTimeout:       time.Second,
		// The SDK's 60 s would let a stop wait a minute for the activity to hear of it.
		MaxHeartbeatThrottleInterval:     time.Second,
		DefaultHeartbeatThrottleInterval: time.Second,
	}
}

func (a *app) serveHTTP(ctx context.Context) error {
	listener, err := net.Listen("tcp", a.cfg.HTTPAddr)
	if err != nil {
		return fmt.Errorf("HTTP_ADDR %s: %w", a.cfg.HTTPAddr, err)
	}
	server := &http.Server{
		Handler: a.api,
		// No WriteTimeout: streams last as long as answers do, and set a deadline for each frame.
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	slog.Info("listening", "address", listener.Addr().String())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); errors.Is(err, context.DeadlineExceeded) {
		return server.Close() // streams: their readers come back to another process and resume
	}
	return nil
}

type migrateCmd struct{}

func (c *migrateCmd) Run(ctx context.Context) error {
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	return migrate(ctx, cfg.DatabaseURL)
}

func migrate(ctx context.Context, url string) error {
	s, err := store.Open(ctx, url, 4)
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Migrate(ctx)
}
