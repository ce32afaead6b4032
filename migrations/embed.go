// Package migrations holds PulseHub's schema, one step a file. Applied files never change; a test pins their sums.
package migrations

import "embed"

// Files are NNN_name.tx.up.sql and .tx.down.sql, run in order, each in its own transaction.
//
//go:embed *.sql
var Files embed.FS
