package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/devstack"
)

// Client libraries as their makers ship them deliver 100,000 events, each stored once and resolved, although the API is killed
// again and again while they send, and everything is sent twice.
func TestLibrariesDeliverEachEventOnceThroughDeath(t *testing.T) {
	const segment, rudder = 60_000, 40_000
	s := startTestSystem(t, map[string]string{"LIMIT_INGEST_PER_WORKSPACE": "0"}, false)
	p := &person{t: t, s: s}
	p.register()
	var source struct{ ID, WriteKey string }
	p.call(http.MethodPost, "/data-sources", map[string]any{"type": "http"}, &source)

	ctx, cancel := context.WithTimeout(context.Background(), 14*time.Minute)
	defer cancel()
	root, err := devstack.Root()
	require.NoError(t, err)
	send := func(library string, count int) {
		t.Helper()
		var out bytes.Buffer
		cmd := exec.CommandContext(ctx, "node", filepath.Join(root, "web", "e2e", "send.mjs"), library, s.URL, source.WriteKey, "0", fmt.Sprint(count))
		cmd.Stdout, cmd.Stderr = &out, &out
		require.NoError(t, cmd.Run(), "%s: %s", library, out.String())
	}
	conn, err := pgx.Connect(ctx, s.DatabaseURL)
	require.NoError(t, err)
	defer func() { _ = conn.Close(ctx) }()
	sending, stop := context.WithCancel(ctx)
	defer stop()
	kills, done := 0, make(chan error, 1)
	go func() { done <- killAsMessagesArrive(sending, s.API, s.DatabaseURL, &kills) }()
	for range 2 {
		send("segment", segment)
		send("rudder", rudder)
	}
	stop()
	require.NoError(t, <-done)
	require.NoError(t, s.API.Start(ctx))
	require.Greater(t, kills, 5)

	var stored, distinct, unresolved, counted, customers int
	require.NoError(t, conn.QueryRow(ctx, `SELECT count(*), count(DISTINCT external_id), count(*) FILTER (WHERE customer_id IS NULL),
		(SELECT sum(events) FROM event_days), (SELECT count(*) FROM customers) FROM events WHERE data_source_id = $1`, source.ID).Scan(&stored, &distinct, &unresolved, &counted, &customers))
	require.Equal(t, segment+rudder, stored)
	require.Equal(t, segment+rudder, distinct)
	require.Equal(t, segment+rudder, counted)
	require.Zero(t, unresolved)
	require.Equal(t, 5_000, customers)
	t.Logf("%d events, each once; the API was killed %d times", stored, kills)
}

// killAsMessagesArrive kills the service each time that so many more messages are stored, and starts it again, until ctx ends.
func killAsMessagesArrive(ctx context.Context, service *devstack.Service, url string, kills *int) error {
	const after = 8_000
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	stored := func() (n int, err error) {
		err = conn.QueryRow(ctx, "SELECT count(*) FROM message_keys").Scan(&n)
		return n, err
	}
	for last := 0; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
		n, err := stored()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if n-last < after {
			continue
		}
		last = n
		service.Kill()
		if err := service.Start(context.WithoutCancel(ctx)); err != nil {
			return err
		}
		*kills++
	}
}
