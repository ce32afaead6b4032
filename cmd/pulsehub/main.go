// Command pulsehub is all of PulseHub: API, workers, migrations, and the tools of those who run and develop it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/pulsehub/pulsehub/internal/devstack/dev"
)

var cli struct {
	Serve   serveCmd    `cmd:"" help:"Run the API, the workers, or both."`
	Migrate migrateCmd  `cmd:"" help:"Bring the database schema up to date."`
	Keys    keysCmd     `cmd:"" help:"Make a new set of keys for AUTH_SIGNING_KEYS and SEALING_KEYS."`
	Dev     dev.Command `cmd:"" help:"Run everything on this machine, for development and for tests."`
	Sandbox sandboxCmd  `cmd:"" help:"Run stand-ins for the services outside."`
	OpenAPI openAPICmd  `cmd:"" name:"openapi" help:"Print the OpenAPI document."`
	Bench   benchCmd    `cmd:"" help:"Measure PulseHub on this machine."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parsed := kong.Parse(&cli,
		kong.Name("pulsehub"),
		kong.Description("Ask your customer data; run the campaigns it suggests."),
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err := parsed.Run(); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "pulsehub:", err)
		os.Exit(1)
	}
}
