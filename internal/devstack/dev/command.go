package dev

import (
	"context"
	"time"
)

// Command is the command line of `pulsehub dev`.
type Command struct {
	State        string   `help:"Folder for data, ports, logs and the environment file." default:".pulsehub" type:"path"`
	ServicesOnly bool     `help:"Run Postgres, Redis and Temporal, and not PulseHub itself."`
	Setup        bool     `help:"Install what this machine lacks, and stop."`
	SetupWeb     bool     `help:"Install the web app's packages, and stop."`
	Begun        int64    `help:"When what led to this began (Unix time, seconds), to tell how long all of it took." hidden:""`
	Command      []string `arg:"" optional:"" passthrough:"" help:"Run this in the stack's environment, then stop everything."`
}

// Run keeps the whole of PulseHub running on this machine until ctx ends.
func (c *Command) Run(ctx context.Context) error {
	if c.Setup || c.SetupWeb {
		return Setup(ctx, c.SetupWeb)
	}
	command := c.Command
	if len(command) > 0 && command[0] == "--" { // kong leaves it there where the command is not below another
		command = command[1:]
	}
	cfg := Config{State: c.State, ServicesOnly: c.ServicesOnly, Command: command}
	if c.Begun > 0 {
		cfg.Begun = time.Unix(c.Begun, 0)
	}
	return Run(ctx, cfg)
}
