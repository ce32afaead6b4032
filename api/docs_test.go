package api_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/api"
)

// The documentation is whole without the internet: each file it names is served here.
func TestDocumentationIsSelfContained(t *testing.T) {
	s, err := api.New(api.Config{})
	require.NoError(t, err)
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w
	}
	page := get("/docs")
	require.Equal(t, http.StatusOK, page.Code)
	require.Contains(t, page.Body.String(), "/openapi.json")
	files := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page.Body.String(), -1)
	require.NotEmpty(t, files)
	for _, file := range files {
		require.True(t, strings.HasPrefix(file[1], "/docs/"), file[1])
		require.Equal(t, http.StatusOK, get(file[1]).Code, file[1])
	}
	require.Equal(t, http.StatusOK, get("/openapi.json").Code)
}

// Requests are counted by route, and what anyone can make up is left out.
func TestMetrics(t *testing.T) {
	s, err := api.New(api.Config{})
	require.NoError(t, err)
	get := func(method, path string) string {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		return w.Body.String()
	}
	get(http.MethodGet, "/healthz")
	get("MADEUP", "/nowhere/made-up")
	metrics := get(http.MethodGet, "/metrics")
	require.Contains(t, metrics, `pulsehub_http_request_duration_seconds_count{method="GET",route="/healthz",status="200"}`)
	require.Contains(t, metrics, `pulsehub_http_request_duration_seconds_count{method="",route="none",status="404"}`)
	require.NotContains(t, strings.ToLower(metrics), "made")
}
