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

// databases have an embedded schema each, and what is done after every upgrade of it.
var databases = map[string]struct{ schema, after string }{
	"temporal":            {schema: "postgresql/v12/temporal"},
	"temporal_visibility": {schema: "postgresql/v12/visibility", after: narrowIndexes},
}

// migrate makes the databases that are missing and brings each schema to this server's version.
func migrate() error {
	for database, d := range databases {
		if err := migrateOne(database, d.schema, d.after); err != nil {
			return fmt.Errorf("the schema of database %s: %w", database, err)
		}
	}
	return nil
}

func migrateOne(database, schema, after string) error {
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
	if err := tool("update-schema", "--schema-name", schema); err != nil || after == "" {
		return err
	}
	if conn, err = sqltool.NewConnection(&cfg, log.NewNoopLogger()); err != nil {
		return err
	}
	defer conn.Close()
	return conn.Exec(after)
}

// narrowIndexes leaves rows that lack a search attribute out of that attribute's index. The visibility table has one for
// each of 59 attributes, of which a workflow has five; all of them were written twice a run, and took a third of the time
// of those two writes. Their names stay, so that later schema versions find them. A search for an attribute's value uses
// its index as before; one for runs without it reads the namespace's index instead.
const narrowIndexes = `
DO $$
DECLARE i record;
BEGIN
  FOR i IN
    SELECT c.relname AS name, pg_get_indexdef(x.indexrelid) AS definition, a.attname AS attribute
    FROM pg_index x
    JOIN pg_class c ON c.oid = x.indexrelid
    JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[1]
    WHERE x.indrelid = 'executions_visibility'::regclass AND x.indpred IS NULL AND a.attgenerated = 's'
  LOOP
    EXECUTE format('DROP INDEX %I', i.name);
    EXECUTE format('%s WHERE %I IS NOT NULL', i.definition, i.attribute);
  END LOOP;
END $$`
