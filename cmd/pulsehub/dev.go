package main

import (
	"context"

	"github.com/pulsehub/pulsehub/internal/devstack/dev"
	"github.com/pulsehub/pulsehub/workflows"
)

type devCmd struct {
	State        string   `help:"Folder for data, ports, logs and the environment file." default:".pulsehub" type:"path"`
	ServicesOnly bool     `help:"Run Postgres, Redis and Temporal, and not PulseHub itself."`
	Setup        bool     `help:"Install what this machine lacks, and stop."`
	SetupWeb     bool     `help:"Install the web app's packages, and stop."`
	Command      []string `arg:"" optional:"" passthrough:"" help:"Run this in the stack's environment, then stop everything."`
}

// Run keeps the whole of PulseHub running on this machine until it is interrupted.
func (c *devCmd) Run(ctx context.Context) error {
	if c.Setup || c.SetupWeb {
		return dev.Setup(ctx, c.SetupWeb)
	}
	return dev.Run(ctx, dev.Config{
		State: c.State, ServicesOnly: c.ServicesOnly, Command: c.Command, WorkerQueue: workflows.QueueData,
	})
}
