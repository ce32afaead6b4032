package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// A customer is erased although the worker dies at once, again and again.
func TestACustomerIsErasedThroughDeath(t *testing.T) {
	s := startTestSystem(t, map[string]string{"LIMIT_INGEST_PER_WORKSPACE": "0"}, false)
	p := &person{t: t, s: s}
	p.register()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	var source struct{ ID, WriteKey string }
	p.call(http.MethodPost, "/data-sources", map[string]any{"type": "http"}, &source)
	send := func(user string, from, to int) {
		t.Helper()
		var messages []string
		for i := from; i < to; i++ {
			messages = append(messages, fmt.Sprintf(`{"type":"page","messageId":"%s-%d","userId":%q,"context":{"traits":{"email":"%s@example.com"}}}`, user, i, user, user))
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/v1/batch", strings.NewReader(`{"batch":[`+strings.Join(messages, ",")+`]}`))
		require.NoError(t, err)
		req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(source.WriteKey+":")))
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusOK, res.StatusCode)
	}
	for i := range 6 {
		send("eva", i*2000, (i+1)*2000)
	}
	send("adam", 0, 50)
	conn, err := pgx.Connect(ctx, s.DatabaseURL)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var id string
	require.NoError(t, conn.QueryRow(ctx, "SELECT customer_id FROM identities WHERE value = 'eva'").Scan(&id))

	res, err := p.do(ctx, http.MethodDelete, "/customers/"+id, nil)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusAccepted, res.StatusCode)
	s.Worker.Kill()
	require.NoError(t, s.Worker.Start(ctx))
	s.Worker.Kill()
	require.NoError(t, s.Worker.Start(ctx))
	require.Eventually(t, func() bool {
		var left int
		err := conn.QueryRow(ctx, `SELECT (SELECT count(*) FROM customers WHERE id = $1) + (SELECT count(*) FROM events WHERE customer_id = $1) + (SELECT count(*) FROM identities WHERE value LIKE 'eva%')
			+ (SELECT count(*) FROM customer_features WHERE customer_id = $1)`, id).Scan(&left)
		return err == nil && left == 0
	}, time.Minute, 50*time.Millisecond)
	var counted, stored int
	require.NoError(t, conn.QueryRow(ctx, "SELECT (SELECT sum(events) FROM event_days), (SELECT count(*) FROM events)").Scan(&counted, &stored))
	require.Equal(t, []int{50, 50}, []int{counted, stored})
	send("eva", 0, 2000) // these were stored once
	send("eva", 20_000, 20_001)
	var again string
	require.NoError(t, conn.QueryRow(ctx, "SELECT customer_id FROM identities WHERE value = 'eva'").Scan(&again))
	require.NotEqual(t, id, again)
}
