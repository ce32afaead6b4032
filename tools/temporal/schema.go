package main

import (
	"fmt"
	"net"
	"os"
	"strings"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
	sqltool "go.temporal.io/server/tools/sql"
)

// databases and their embedded schemas.
var databases = map[string]string{
	"temporal":            "postgresql/v12/temporal",
	"temporal_visibility": "postgresql/v12/visibility",
}

// migrate makes the databases that are missing and brings each schema to this server's version.
func migrate() error {
	for database, schema := range databases {
		if err := migrateOne(database, schema); err != nil {
			return fmt.Errorf("the schema of database %s: %w", database, err)
		}
	}
	return nil
}

func migrateOne(database, schema string) error {
	address, user, password := os.Getenv("TEMPORAL_SQL_ADDRESS"), os.Getenv("TEMPORAL_SQL_USER"), os.Getenv("TEMPORAL_SQL_PASSWORD")
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("TEMPORAL_SQL_ADDRESS is %q; give host:port", address)
	}
	tool := func(args ...string) error {
		return sqltool.RunTool(append([]string{"temporal-sql-tool", "--plugin", postgresql.PluginNamePGX,
			"--endpoint", host, "--port", port, "--user", user, "--password", password, "--database", database}, args...))
	}
	cfg := config.SQL{PluginName: postgresql.PluginNamePGX, ConnectAddr: address, ConnectProtocol: "tcp",
		User: user, Password: password, DatabaseName: database}

	creation := cfg // it is changed by the call
	if err := sqltool.DoCreateDatabase(&creation, "postgres", log.NewNoopLogger()); err != nil &&
		!strings.Contains(err.Error(), "already exists") {
		return err
	}
	conn, err := sqltool.NewConnection(&cfg, log.NewNoopLogger())
	if err != nil {
		return err
	}
	version, err := conn.ReadSchemaVersion()
	conn.Close()
	if err != nil || version == "" { // no versions yet: a fresh database
		if err := tool("setup-schema", "--version", "0.0"); err != nil {
			return err
		}
	}
	return tool("update-schema", "--schema-name", schema)
}
