package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/api"
	"github.com/pulsehub/pulsehub/internal/datasource"
)

func TestDataSourcesAreAddedRenamedAndDeleted(t *testing.T) {
	s := setupShops(t)
	c := s.client()
	c.register("ada@example.com")
	shop := decode[api.DataSource](c.do(http.MethodPost, "/data-sources", map[string]any{"type": "shopify"}), http.StatusCreated)
	require.Equal(t, "Shopify", shop.Name)
	require.Equal(t, datasource.StatusPending, shop.Status)
	require.False(t, shop.Demo)
	path := "/data-sources/" + shop.ID.String()
	renamed := decode[api.DataSource](c.do(http.MethodPatch, path, map[string]any{"name": " Our shop "}), http.StatusOK)
	require.Equal(t, "Our shop", renamed.Name)
	require.Equal(t, renamed.Name, decode[api.DataSource](c.do(http.MethodGet, path, nil), http.StatusOK).Name)
	c.do(http.MethodPatch, path, map[string]any{"status": "paused"}).problem(http.StatusConflict, "not_connected")
	c.do(http.MethodDelete, path, nil).noContent()
	c.do(http.MethodGet, path, nil).problem(http.StatusNotFound, "not_found")
	c.do(http.MethodDelete, path, nil).problem(http.StatusNotFound, "not_found")

	c.do(http.MethodPost, "/data-sources", map[string]any{"type": "tiktok"}).problem(422, "invalid")
	c.do(http.MethodPost, "/data-sources", map[string]any{"type": "gtm", "name": strings.Repeat("x", 101)}).problem(422, "invalid")
	c.do(http.MethodPost, "/data-sources", map[string]any{"type": "gtm", "colour": "red"}).problem(422, "unknown_field")
	c.do(http.MethodPatch, path, map[string]any{"status": "failed"}).problem(422, "invalid")
	c.do(http.MethodPatch, "/data-sources/"+uuid.NewString(), map[string]any{"name": "x"}).problem(http.StatusNotFound, "not_found")
	c.do(http.MethodGet, "/data-sources?cursor=zzz", nil).problem(422, "bad_cursor")
}

func TestDemoSourcesPauseAndGoOneByOne(t *testing.T) {
	s := setupShops(t)
	c := s.client()
	c.register("ada@example.com")
	j := decode[api.DummyDataJob](c.do(http.MethodPost, "/data-sources/dummy-data/seed-all", map[string]any{"events": 4000}), http.StatusAccepted)
	s.make(j.ID)
	list := decode[api.Page[api.DataSource]](c.do(http.MethodGet, "/data-sources", nil), http.StatusOK).Items
	path := "/data-sources/" + list[0].ID.String()
	for _, status := range []datasource.Status{datasource.StatusPaused, datasource.StatusConnected} {
		require.Equal(t, status, decode[api.DataSource](c.do(http.MethodPatch, path, map[string]any{"status": status}), http.StatusOK).Status)
	}
	second := decode[api.DummyDataJob](c.do(http.MethodPost, "/data-sources/dummy-data/seed-all", map[string]any{"events": 4000}), http.StatusAccepted)
	c.do(http.MethodDelete, path, nil).problem(http.StatusConflict, "dummy_data_running")
	s.make(second.ID)
	c.do(http.MethodDelete, path, nil).noContent()
	overview := decode[api.AnalyticsOverview](c.do(http.MethodGet, "/analytics/overview", nil), http.StatusOK)
	require.Less(t, overview.Events, int64(8000))
	require.EqualValues(t, s.count("SELECT count(*) FROM events"), overview.Events)
	require.Len(t, overview.EventsBySource, 2)
}

func TestSourcesWithAWriteKeyAreConnectedAndPause(t *testing.T) {
	for _, kind := range []string{"gtm", "http"} {
		s := setupSite(t, kind)
		require.Equal(t, datasource.StatusConnected, s.source.Status, kind)
		path := "/data-sources/" + s.source.ID.String()
		paused := decode[api.DataSource](s.marketer.do(http.MethodPatch, path, map[string]any{"status": "paused"}), http.StatusOK)
		require.Equal(t, datasource.StatusPaused, paused.Status)
		s.library.do(http.MethodPost, "/v1/track", `{"userId":"u","event":"Signed Up"}`).problem(http.StatusForbidden, "source_paused")
	}
}

func TestAWriteKeyIsReplaced(t *testing.T) {
	s := setupSite(t, "http")
	path := "/data-sources/" + s.source.ID.String()
	renewed := decode[api.DataSource](s.marketer.do(http.MethodPost, path+"/write-key", nil), http.StatusOK)
	require.NotEqual(t, s.source.WriteKey, renewed.WriteKey)
	require.Equal(t, s.source.ID, renewed.ID)
	open := s.client()
	open.do(http.MethodPost, "/collect/"+s.source.WriteKey, `{"userId":"u","event":"Signed Up"}`).problem(http.StatusUnauthorized, "invalid_write_key")
	s.accepted(open.do(http.MethodPost, "/collect/"+renewed.WriteKey, `{"userId":"u","event":"Signed Up"}`))
	require.Len(t, s.events(), 1)

	other := s.client()
	other.register("eve@example.com")
	other.do(http.MethodPost, path+"/write-key", nil).problem(http.StatusNotFound, "not_found")
	s.client().do(http.MethodPost, path+"/write-key", nil).problem(http.StatusUnauthorized, "unauthenticated")
	shop := decode[api.DataSource](s.marketer.do(http.MethodPost, "/data-sources", map[string]any{"type": "shopify"}), http.StatusCreated)
	s.marketer.do(http.MethodPost, "/data-sources/"+shop.ID.String()+"/write-key", nil).problem(http.StatusConflict, "no_write_key")
}

func TestRejectedMessagesOfTheWeekAreCounted(t *testing.T) {
	s := setupSite(t, "http")
	s.accepted(s.library.do(http.MethodPost, "/v1/batch", `{"batch":[
		{"type":"track","messageId":"1","event":"Signed Up"}, {"type":"track","messageId":"2","userId":"u"}, {"type":"track","messageId":"3","userId":"u","event":"Signed Up"}]}`))
	path := "/data-sources/" + s.source.ID.String()
	require.EqualValues(t, 2, decode[api.DataSource](s.marketer.do(http.MethodGet, path, nil), http.StatusOK).Rejected)
	_, err := s.store.Pool().Exec(t.Context(), "UPDATE rejected_events SET received_at = now() - interval '8 days' WHERE message_id = '1'")
	require.NoError(t, err)
	list := decode[api.Page[api.DataSource]](s.marketer.do(http.MethodGet, "/data-sources", nil), http.StatusOK).Items
	require.EqualValues(t, 1, list[0].Rejected)
}
