// Command temporal is the Temporal server, its SQL schema tool and its Web UI in one binary, at the versions that
// tools/go.mod pins. The three share most of their packages, so one binary is built and linked in about a third of the
// time of three. It knows Postgres only. DIR is the folder temporal-config.
//
//	temporal schema       make and upgrade the databases, in the Postgres of TEMPORAL_SQL_ADDRESS, _USER and _PASSWORD
//	temporal server DIR   serve, with DIR/server.yaml and DIR/dynamic.yaml
//	temporal setup DIR [NAME]
//	                      wait for the server at TEMPORAL_ADDRESS, then make the namespace and search attributes of
//	                      DIR/namespace.yaml, under NAME if given, and wait until they can be used
//	temporal ui DIR       serve the Web UI, with DIR/ui.yaml
//	temporal sql …        the SQL tool as it comes
//
// schema and setup may be run any number of times: they change only what is not yet as it should be.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/temporalio/ui-server/v2/plugins/fs_config_provider"
	uiserver "github.com/temporalio/ui-server/v2/server"
	"github.com/temporalio/ui-server/v2/server/server_options"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/temporal"
	sqltool "go.temporal.io/server/tools/sql"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "temporal: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("say one of: schema, server, setup, ui, sql")
	}
	command, args := args[0], args[1:]
	switch command {
	case "schema":
		return migrate()
	case "sql":
		return sqltool.RunTool(append([]string{"temporal sql"}, args...))
	case "server", "setup", "ui":
		if len(args) == 0 {
			return fmt.Errorf("%s needs the folder temporal-config", command)
		}
	default:
		return fmt.Errorf("%q is not one of: schema, server, setup, ui, sql", command)
	}
	dir, err := filepath.Abs(args[0])
	if err != nil {
		return err
	}
	switch command {
	case "server":
		return serve(dir)
	case "ui":
		return serveUI(dir)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	name := ""
	if len(args) > 1 {
		name = args[1]
	}
	return setUp(ctx, filepath.Join(dir, "namespace.yaml"), name)
}

// serve runs every service of the server until it is asked to end.
func serve(dir string) error {
	if err := os.Setenv("TEMPORAL_CONFIG_DIR", dir); err != nil { // server.yaml finds dynamic.yaml by it
		return err
	}
	cfg, err := config.Load(config.WithConfigFile(filepath.Join(dir, "server.yaml")))
	if err != nil {
		return fmt.Errorf("reading the server's configuration: %w", err)
	}
	s, err := temporal.NewServer(
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithConfig(cfg),
		temporal.WithLogger(log.NewZapLogger(log.BuildZapLogger(cfg.Log))),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()), // reachable by PulseHub alone
		temporal.InterruptOn(temporal.InterruptCh()),
	)
	if err != nil {
		return fmt.Errorf("making the server: %w", err)
	}
	return s.Start()
}

func serveUI(dir string) error {
	s := uiserver.NewServer(server_options.WithConfigProvider(fs_config_provider.NewFSConfigProvider(dir, "ui")))
	ended := make(chan error, 1)
	go func() { ended <- s.Start() }()
	interrupt := make(chan os.Signal, 1)
	signal.Notify(interrupt, os.Interrupt, syscall.SIGTERM)
	select {
	case err := <-ended:
		return err
	case <-interrupt:
		s.Stop()
		return nil
	}
}
