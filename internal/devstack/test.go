package devstack

import (
	"context"
	"errors"
	"os"
)

// TestDatabaseURL is the administrative address of the Postgres that tests share.
func TestDatabaseURL(context.Context) (string, error) {
	if url := os.Getenv("PULSEHUB_TEST_DATABASE_URL"); url != "" {
		return url, nil
	}
	return "", errors.New("PULSEHUB_TEST_DATABASE_URL is empty")
}
