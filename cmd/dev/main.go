// Command dev is `pulsehub dev` alone. It compiles in a small part of the time that all of PulseHub takes, so that a first
// run can compile that, the Temporal server and the web app side by side.
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

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var command dev.Command
	parsed := kong.Parse(&command,
		kong.Name("dev"),
		kong.Description("Run all of PulseHub on this machine, for development and for tests."),
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err := parsed.Run(); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "dev:", err)
		os.Exit(1)
	}
}
