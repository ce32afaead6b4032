package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/api"
	"github.com/pulsehub/pulsehub/internal/ingest"
	"github.com/pulsehub/pulsehub/internal/predict"
	"github.com/pulsehub/pulsehub/internal/predict/predicttest"
)

// site is a client library that sends to a data source, and the marketer who looks at what came.
type site struct {
	*shops
	marketer *client
	source   api.DataSource
	library  *client // without an account
}

func setupSite(t *testing.T, kind string) *site {
	t.Helper()
	s := &site{shops: setupShops(t)}
	s.marketer = s.client()
	s.marketer.register("ada@example.com")
	s.source = decode[api.DataSource](s.marketer.do(http.MethodPost, "/data-sources", map[string]any{"type": kind}), http.StatusCreated)
	require.NotEmpty(t, s.source.WriteKey)
	s.library = s.client()
	s.library.headers["Authorization"] = "Basic " + base64.StdEncoding.EncodeToString([]byte(s.source.WriteKey+":"))
	return s
}

func (s *site) accepted(a answer) {
	s.t.Helper()
	require.Equal(s.t, http.StatusOK, a.status, "%s", a.body)
	require.JSONEq(s.t, `{"success":true}`, string(a.body))
}

func (s *site) events() []api.ReceivedEvent {
	s.t.Helper()
	return decode[api.Page[api.ReceivedEvent]](s.marketer.do(http.MethodGet, "/data-sources/"+s.source.ID.String()+"/events", nil), http.StatusOK).Items
}

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

// Every way in that libraries know leads to the same place.
func TestEveryWayIn(t *testing.T) {
	s := setupSite(t, "http")
	key := s.source.WriteKey
	message := func(id string) string {
		return fmt.Sprintf(`{"messageId":%q,"userId":"u","event":"Order Completed","properties":{"revenue":12.5},"timestamp":"2026-11-01T10:00:00Z"}`, id)
	}
	n := 0
	next := func() string { n++; return fmt.Sprint("m", n) }
	for _, path := range []string{"/v1/track", "/v1/t", "/api/v1/track"} {
		s.accepted(s.library.do(http.MethodPost, path, message(next())))
	}
	for _, path := range []string{"/v1/batch", "/v1/import", "/v1/b", "/beacon/v1/batch"} {
		s.accepted(s.library.do(http.MethodPost, path, `{"batch":[`+strings.Replace(message(next()), "{", `{"type":"track",`, 1)+`]}`))
	}
	for _, path := range []string{"/v1/page", "/v1/p", "/v1/screen", "/v1/s"} {
		s.accepted(s.library.do(http.MethodPost, path, message(next())))
	}
	// The key in the body, in the address, and beside a token of somebody else's.
	open := s.client()
	s.accepted(open.do(http.MethodPost, "/v1/track", strings.Replace(message(next()), "{", `{"writeKey":"`+key+`",`, 1)))
	s.accepted(open.do(http.MethodPost, "/beacon/v1/batch?writeKey="+key, `{"batch":[`+strings.Replace(message(next()), "{", `{"type":"track",`, 1)+`]}`))
	open.headers["Authorization"] = "Bearer an-oauth-token-of-segments"
	s.accepted(open.do(http.MethodPost, "/v1/track", strings.Replace(message(next()), "{", `{"writeKey":"`+key+`",`, 1)))
	delete(open.headers, "Authorization")
	s.accepted(open.do(http.MethodPost, "/collect/"+key, message(next())))
	open.headers["Content-Type"] = "text/plain;charset=UTF-8"
	s.accepted(open.do(http.MethodPost, "/collect/"+key, `{"batch":[`+strings.Replace(message(next()), "{", `{"type":"track",`, 1)+`]}`))
	s.library.headers["Content-Encoding"] = "gzip"
	s.accepted(s.library.do(http.MethodPost, "/v1/track", gzipped(message(next()))))
	delete(s.library.headers, "Content-Encoding")
	for _, path := range []string{"/v1/pixel/track", "/pixel/v1/page"} {
		a := open.do(http.MethodGet, path+"?data="+base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(message(next()), "{", `{"writeKey":"`+key+`",`, 1))), nil)
		require.Equal(t, http.StatusOK, a.status, "%s", a.body)
		require.Equal(t, "image/gif", a.header.Get("Content-Type"))
	}
	events := s.events()
	require.Len(t, events, n)
	seen := map[string]bool{}
	for _, e := range events {
		seen[e.ID] = true
		require.NotNil(t, e.CustomerID)
		require.Contains(t, []string{"order_completed", "page_viewed"}, e.Type)
	}
	require.Len(t, seen, n)
	require.Equal(t, 1, s.count("SELECT count(*) FROM customers"))

	// identify, group and alias tell who somebody is, and are no events.
	for _, path := range []string{"/v1/identify", "/v1/i", "/v1/group", "/v1/g", "/v1/alias", "/v1/a"} {
		s.accepted(s.library.do(http.MethodPost, path, `{"messageId":"`+next()+`","userId":"u","groupId":"g","previousId":"v","traits":{"email":"u@example.com"}}`))
	}
	require.Len(t, s.events(), len(events))
	require.Equal(t, 1, s.count("SELECT count(*) FROM customers WHERE email = 'u@example.com' AND attributes ->> 'group_id' = 'g'"))
}

func TestBrowsersMaySendFromAnywhere(t *testing.T) {
	s := setupSite(t, "gtm")
	for _, path := range []string{"/v1/track", "/v1/batch", "/collect/" + s.source.WriteKey} {
		a := s.client().do(http.MethodOptions, path, nil)
		require.Equal(t, http.StatusNoContent, a.status)
		require.Equal(t, "*", a.header.Get("Access-Control-Allow-Origin"))
		require.Contains(t, a.header.Get("Access-Control-Allow-Headers"), "content-type")
	}
	a := s.client().do(http.MethodPost, "/collect/"+s.source.WriteKey, `{"anonymousId":"a","event":"purchase","properties":{"transaction_id":"T1","value":5}}`)
	s.accepted(a)
	require.Equal(t, "*", a.header.Get("Access-Control-Allow-Origin"))
	require.Equal(t, "order_completed", s.events()[0].Type)
	settings := s.client().do(http.MethodGet, "/v1/projects/"+s.source.WriteKey+"/settings", nil)
	require.Equal(t, http.StatusOK, settings.status)
	require.Contains(t, string(settings.body), s.source.WriteKey)
	require.Equal(t, http.StatusOK, s.library.do(http.MethodGet, "/sourceConfig", nil).status)
}

func TestIngestRefusals(t *testing.T) {
	s := setupSite(t, "http")
	s.client().do(http.MethodPost, "/v1/track", `{"userId":"u","event":"X"}`).problem(http.StatusUnauthorized, "no_write_key")
	s.client().do(http.MethodPost, "/v1/track", `{"userId":"u","event":"X","writeKey":"wk_nobody"}`).problem(http.StatusUnauthorized, "invalid_write_key")
	s.client().do(http.MethodPost, "/collect/wk_nobody", `{"userId":"u","event":"X"}`).problem(http.StatusUnauthorized, "invalid_write_key")
	s.library.do(http.MethodPost, "/v1/track", `{"userId":`).problem(http.StatusBadRequest, "invalid_json")
	s.library.do(http.MethodPost, "/v1/batch", `{"batch":[]}`).problem(http.StatusBadRequest, "empty_batch")
	s.library.do(http.MethodPost, "/v1/track", `{"userId":"u","event":"X","properties":{"a":"`+strings.Repeat("x", 33<<10)+`"}}`).problem(http.StatusBadRequest, "too_large")
	s.library.do(http.MethodPost, "/v1/batch", `{"batch":["`+strings.Repeat("x", 501<<10)+`"]}`).problem(http.StatusBadRequest, "too_large")
	s.library.do(http.MethodGet, "/v1/pixel/dance?data=e30", nil).problem(http.StatusNotFound, "not_found")
	s.library.headers["Content-Encoding"] = "gzip"
	s.library.do(http.MethodPost, "/v1/batch", `{"batch":[]}`).problem(http.StatusBadRequest, "invalid_gzip")
	s.library.do(http.MethodPost, "/v1/batch", gzipped(`{"batch":[1,"`+strings.Repeat("x", 8<<20)+`"]}`)).problem(http.StatusBadRequest, "too_large")
	s.library.do(http.MethodPost, "/v1/batch", gzipped(`{"batch":[{"type":"page","userId":"u"}]}`)[:30]).problem(http.StatusBadRequest, "invalid_gzip")
	require.Empty(t, s.events())
}

func TestRejectedEventsAreListedWithTheirReasons(t *testing.T) {
	s := setupSite(t, "http")
	s.accepted(s.library.do(http.MethodPost, "/v1/batch", `{"batch":[{"type":"track","messageId":"1","userId":"u"},{"type":"track","messageId":"2","event":"Order Completed","userId":"u","properties":{"revenue":"lots"}},7]}`))
	path := "/data-sources/" + s.source.ID.String() + "/rejected"
	first := decode[api.Page[api.RejectedEvent]](s.marketer.do(http.MethodGet, path+"?limit=2", nil), http.StatusOK)
	rest := decode[api.Page[api.RejectedEvent]](s.marketer.do(http.MethodGet, path+"?limit=2&cursor="+first.NextCursor, nil), http.StatusOK)
	codes := map[string]bool{}
	for _, r := range append(first.Items, rest.Items...) {
		codes[r.Code] = r.Kept
		require.NotEmpty(t, r.Reason)
		require.NotEmpty(t, r.Raw)
	}
	require.Equal(t, map[string]bool{"missing_event": false, "invalid_amount": true, "unknown_type": false}, codes)
	require.Empty(t, rest.NextCursor)

	// They are nobody else's to see, and neither are the events.
	other := s.client()
	other.register("bob@example.com")
	other.do(http.MethodGet, path, nil).problem(http.StatusNotFound, "not_found")
	other.do(http.MethodGet, "/data-sources/"+s.source.ID.String()+"/events", nil).problem(http.StatusNotFound, "not_found")
	s.marketer.do(http.MethodGet, path+"?cursor=zzz", nil).problem(422, "bad_cursor")
	s.marketer.do(http.MethodGet, "/data-sources/"+s.source.ID.String()+"/events?cursor=zzz", nil).problem(422, "bad_cursor")
}

func TestEventsArePagedByCursor(t *testing.T) {
	s := setupSite(t, "http")
	var messages []string
	for i := range 25 {
		messages = append(messages, fmt.Sprintf(`{"type":"page","messageId":"m.%02d","userId":"u","timestamp":"2026-11-01T10:%02d:00Z","context":{"page":{"url":"https://x.example/"}}}`, i, i/3))
	}
	s.accepted(s.library.do(http.MethodPost, "/v1/batch", `{"batch":[`+strings.Join(messages, ",")+`]}`))
	var got []string
	for cursor := ""; ; {
		page := decode[api.Page[api.ReceivedEvent]](s.marketer.do(http.MethodGet, "/data-sources/"+s.source.ID.String()+"/events?limit=10&cursor="+cursor, nil), http.StatusOK)
		for _, e := range page.Items {
			got = append(got, e.ID)
			context, err := json.Marshal(e.Context)
			require.NoError(t, err)
			require.JSONEq(t, `{"page":{"url":"https://x.example/"}}`, string(context))
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	require.Len(t, got, 25)
	for i, id := range got {
		require.Equal(t, fmt.Sprintf("m.%02d", 24-i), id)
	}
}

func TestIngestIsLimitedByWorkspace(t *testing.T) {
	s := setupSite(t, "http")
	for i := range 60 {
		a := s.library.do(http.MethodPost, "/v1/page", fmt.Sprintf(`{"messageId":"%d","userId":"u"}`, i))
		if a.status == http.StatusTooManyRequests {
			a.problem(http.StatusTooManyRequests, "rate_limited")
			require.NotEmpty(t, a.header.Get("Retry-After"))
			require.NotEmpty(t, a.header.Get("X-RateLimit-Reset"))
			return
		}
		s.accepted(a)
	}
	t.Fatal("60 requests at once were allowed, of 40 a second")
}

// The papers' purchases, sent as a shop's library would, give the papers' parameters.
func TestPapersParametersFromWhatWasSent(t *testing.T) {
	s := setupSite(t, "http")
	purchases := predicttest.CDNOW(t)
	for first := 0; first < len(purchases); first += ingest.MaxBatchSize {
		var b strings.Builder
		for i, p := range purchases[first:min(first+ingest.MaxBatchSize, len(purchases))] {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"type":"track","event":"Order Completed","messageId":"cd-%d","userId":"%d","timestamp":%q,"properties":{"revenue":%d.%02d}}`,
				first+i, p.Customer, p.Day.Format("2006-01-02T15:04:05Z"), p.Cents/100, p.Cents%100)
		}
		s.library.headers["Content-Encoding"] = "gzip"
		s.accepted(s.library.do(http.MethodPost, "/v1/batch", gzipped(`{"batch":[`+b.String()+`]}`)))
	}
	require.Equal(t, 2357, s.count("SELECT count(*) FROM customers"))
	ctx := context.Background()
	var workspace uuid.UUID
	require.NoError(t, s.store.Pool().QueryRow(ctx, "SELECT workspace_id FROM data_sources WHERE id = $1", s.source.ID).Scan(&workspace))
	input, err := s.store.PredictionInput(ctx, workspace, predicttest.CDNOWEnd.AddDate(0, 0, 1))
	require.NoError(t, err)
	r, err := predict.Compute(ctx, input)
	require.NoError(t, err)
	p, v := r.Model.Purchases.Parameters, r.Model.Value.Parameters
	for _, x := range [][3]float64{
		{0.243, p.R, 0.01}, {4.414, p.Alpha, 0.01}, {0.793, p.A, 0.01}, {2.426, p.B, 0.01}, // Fader, Hardie, Lee 2005, table 2
		{6.25, v.P, 0.02}, {3.74, v.Q, 0.02}, {15.44, v.Gamma, 0.02}, // Fader, Hardie 2013
	} {
		require.InEpsilon(t, x[0], x[1], x[2])
	}
}
