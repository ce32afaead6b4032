// Package sqlite is a database driver that opens nothing.
package sqlite

import (
	"database/sql/driver"
	"errors"
)

// Driver refuses every connection.
type Driver struct{}

// Open always fails.
func (*Driver) Open(string) (driver.Conn, error) {
	return nil, errors.New("this server was built without SQLite; use Postgres")
}

// Error is never made.
type Error struct{}

func (*Error) Error() string { return "no error of SQLite" }

// Code is that of success.
func (*Error) Code() int { return 0 }
