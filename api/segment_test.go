package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/api"
	"github.com/pulsehub/pulsehub/internal/ai/analyst"
	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/segment"
)

func setupSegments(t *testing.T) *shops {
	t.Helper()
	s := &shops{started: &jobStarts{}}
	s.accounts = setupAccounts(t, func(a *accounts) {
		a.extend = func(services *api.Services) {
			services.DummyData = datasource.NewDummyService(datasource.DummyConfig{Repository: a.store, Starter: s.started, Now: time.Now})
			services.Segments = segment.NewService(segment.ServiceConfig{Repository: a.store, Parser: analyst.New(analyst.Config{}), Now: a.now})
		}
	})
	return s
}

// withData is a new account with demo data.
func (s *shops) withData(email string) *client {
	s.t.Helper()
	c := s.client()
	c.register(email)
	j := decode[api.DummyDataJob](c.do(http.MethodPost, "/data-sources/dummy-data/seed-all", map[string]any{"events": 6000}), http.StatusAccepted)
	s.make(j.ID)
	return c
}

func rule(t *testing.T, text string) json.RawMessage {
	t.Helper()
	require.True(t, json.Valid([]byte(text)))
	return json.RawMessage(text)
}

const buyers = `{"type":"feature","feature":"orders","op":"gte","value":1}`

func TestSegmentsAreMadeChangedAndDeleted(t *testing.T) {
	s := setupSegments(t)
	c := s.withData("ada@example.com")
	list := decode[api.Page[api.Segment]](c.do(http.MethodGet, "/segments", nil), http.StatusOK)
	require.Len(t, list.Items, len(segment.Standards))
	for i, one := range list.Items {
		require.True(t, one.Standard)
		require.Equal(t, segment.Standards[i].Criteria, one.Criteria)
		require.NotNil(t, one.Count)
		require.Len(t, one.History, 1)
		require.Equal(t, *one.Count, one.History[0].Count)
	}

	made := decode[api.Segment](c.do(http.MethodPost, "/segments", map[string]any{"name": " Buyers ", "description": "Who bought", "rule": rule(t, buyers)}), http.StatusCreated)
	require.Equal(t, "Buyers", made.Name)
	require.Equal(t, "Orders at least 1", made.Criteria)
	require.False(t, made.Standard)
	require.EqualValues(t, s.count("SELECT count(*) FROM customer_features WHERE orders > 0"), *made.Count)
	path := "/segments/" + made.ID.String()
	again, _ := json.Marshal(decode[api.Segment](c.do(http.MethodGet, path, nil), http.StatusOK))
	first, _ := json.Marshal(made)
	require.JSONEq(t, string(first), string(again))
	require.JSONEq(t, buyers, string(mustRule(t, made)))

	germans := `{"type":"and","rules":[{"type":"member","segmentId":"` + made.ID.String() + `"},{"type":"attribute","attribute":"country","op":"eq","value":"de"}]}`
	second := decode[api.Segment](c.do(http.MethodPost, "/segments", map[string]any{"name": "German buyers", "rule": rule(t, germans)}), http.StatusCreated)
	require.Equal(t, `In the segment "Buyers", and country is "de"`, second.Criteria)
	require.Less(t, *second.Count, *made.Count)
	list = decode[api.Page[api.Segment]](c.do(http.MethodGet, "/segments?limit=9", nil), http.StatusOK)
	require.Equal(t, "German buyers", list.Items[8].Name, "newest first, after the standard ones")
	rest := decode[api.Page[api.Segment]](c.do(http.MethodGet, "/segments?limit=9&cursor="+list.NextCursor, nil), http.StatusOK)
	require.Len(t, rest.Items, 1)
	require.Equal(t, made.ID, rest.Items[0].ID)

	people := decode[api.Page[api.SegmentCustomer]](c.do(http.MethodGet, path+"/customers?limit=100", nil), http.StatusOK)
	require.NotEmpty(t, people.Items)
	for _, p := range people.Items {
		require.Positive(t, p.Orders)
		require.Equal(t, "EUR", p.Revenue.Currency)
		require.NotNil(t, p.Since)
	}

	changed := decode[api.Segment](c.do(http.MethodPatch, path, map[string]any{"name": "Repeat", "rule": rule(t, `{"type":"feature","feature":"orders","op":"gte","value":2}`)}), http.StatusOK)
	require.Equal(t, "Repeat", changed.Name)
	require.Equal(t, "Who bought", changed.Description)
	require.Less(t, *changed.Count, *made.Count)
	c.do(http.MethodPatch, path, map[string]any{"rule": rule(t, `{"type":"not","rule":{"type":"member","segmentId":"`+second.ID.String()+`"}}`)}).problem(422, "invalid_rule")
	c.do(http.MethodPatch, path, map[string]any{"name": "german BUYERS"}).problem(http.StatusConflict, "name_taken")
	inUse := c.do(http.MethodDelete, path, nil)
	inUse.problem(http.StatusConflict, "segment_in_use")
	require.Contains(t, string(inUse.body), `German buyers`)
	c.do(http.MethodDelete, "/segments/"+second.ID.String(), nil).noContent()
	c.do(http.MethodDelete, path, nil).noContent()
	c.do(http.MethodGet, path, nil).problem(http.StatusNotFound, "not_found")
	c.do(http.MethodGet, path+"/customers", nil).problem(http.StatusNotFound, "not_found")
	c.do(http.MethodDelete, path, nil).problem(http.StatusNotFound, "not_found")
}

func mustRule(t *testing.T, s api.Segment) []byte {
	t.Helper()
	data, err := json.Marshal(s.Rule)
	require.NoError(t, err)
	return data
}

func TestStandardSegmentsStayAndCanBeCopied(t *testing.T) {
	s := setupSegments(t)
	c := s.withData("ada@example.com")
	standard := decode[api.Page[api.Segment]](c.do(http.MethodGet, "/segments?limit=1", nil), http.StatusOK).Items[0]
	path := "/segments/" + standard.ID.String()
	require.Equal(t, "Cart abandoners", standard.Name)
	c.do(http.MethodPatch, path, map[string]any{"name": "Mine"}).problem(http.StatusForbidden, "standard_segment")
	c.do(http.MethodDelete, path, nil).problem(http.StatusForbidden, "standard_segment")
	copied := decode[api.Segment](c.do(http.MethodPost, "/segments", map[string]any{"name": "Mine", "rule": standard.Rule}), http.StatusCreated)
	require.Equal(t, *standard.Count, *copied.Count)
	require.NotEqual(t, standard.ID, copied.ID)
}

func TestFaultsOfARuleAreToldWhereTheyAre(t *testing.T) {
	s := setupSegments(t)
	c := s.client()
	c.do(http.MethodGet, "/segments", nil).problem(http.StatusUnauthorized, "unauthenticated")
	c.register("ada@example.com")
	bad := rule(t, `{"type":"and","rules":[`+buyers+`,{"type":"feature","feature":"revenue","op":"gt","value":"lots"},{"type":"event","event":"danced","colour":1}]}`)
	for _, call := range []struct {
		method, path string
		body         any
	}{
		{http.MethodPost, "/segments/preview", map[string]any{"rule": bad}},
		{http.MethodPost, "/segments", map[string]any{"name": "x", "rule": bad}},
	} {
		res := c.do(call.method, call.path, call.body)
		res.problem(422, "invalid_rule")
		var p struct {
			Errors []struct{ Field, Message string }
		}
		require.NoError(t, json.Unmarshal(res.body, &p))
		require.Len(t, p.Errors, 3)
		require.Equal(t, "body.rule/rules/1/value", p.Errors[0].Field)
		require.Contains(t, p.Errors[0].Message, "an amount")
		require.Equal(t, "body.rule/rules/2/colour", p.Errors[1].Field)
		require.Equal(t, "body.rule/rules/2/event", p.Errors[2].Field)
	}
	c.do(http.MethodPost, "/segments/preview", map[string]any{"rule": rule(t, buyers), "limit": 5}).problem(422, "unknown_field")
	c.do(http.MethodPost, "/segments/preview", map[string]any{}).problem(422, "invalid")
	c.do(http.MethodPost, "/segments/preview", map[string]any{"rule": nil}).problem(422, "invalid_rule")
	c.do(http.MethodPost, "/segments", map[string]any{"rule": rule(t, buyers)}).problem(422, "invalid")
	c.do(http.MethodPost, "/segments", map[string]any{"name": "  ", "rule": rule(t, buyers)}).problem(422, "invalid")
	c.do(http.MethodPost, "/segments/preview", `{"rule":{"type":"and","rules":[`+strings.Repeat(" ", 200_000)+`]}}`).problem(http.StatusRequestEntityTooLarge, "too_large")
	c.do(http.MethodGet, "/segments?cursor=zzz", nil).problem(422, "bad_cursor")
	c.do(http.MethodGet, "/segments/vips", nil).problem(http.StatusNotFound, "not_found")
}

func TestARuleIsPreviewed(t *testing.T) {
	s := setupSegments(t)
	c := s.withData("ada@example.com")
	p := decode[api.SegmentPreview](c.do(http.MethodPost, "/segments/preview", map[string]any{"rule": rule(t, buyers)}), http.StatusOK)
	require.EqualValues(t, s.count("SELECT count(*) FROM customer_features WHERE orders > 0"), p.Count)
	require.Len(t, p.Sample, 10)
	require.Positive(t, p.TookMS)
	require.NotEmpty(t, p.Criteria)
	var n int64
	require.NoError(t, s.store.Pool().QueryRow(context.Background(), "SELECT customers FROM ("+p.Query+") q LIMIT 1").Scan(&n))
	require.Equal(t, p.Count, n, "who runs the query gets the number")
	nobody := decode[api.SegmentPreview](c.do(http.MethodPost, "/segments/preview", map[string]any{"rule": rule(t, `{"type":"attribute","attribute":"city","op":"eq","value":"Atlantis"}`)}), http.StatusOK)
	require.Zero(t, nobody.Count)
	require.Equal(t, []api.SegmentCustomer{}, nobody.Sample)
}

func TestNoSegmentIsAnyoneElses(t *testing.T) {
	s := setupSegments(t)
	ada, eve := s.withData("ada@example.com"), s.client()
	eve.register("eve@example.com")
	made := decode[api.Segment](ada.do(http.MethodPost, "/segments", map[string]any{"name": "Buyers", "rule": rule(t, buyers)}), http.StatusCreated)
	theirs := decode[api.Page[api.Segment]](ada.do(http.MethodGet, "/segments", nil), http.StatusOK).Items[0].ID
	for _, id := range []uuid.UUID{made.ID, theirs} {
		path := "/segments/" + id.String()
		eve.do(http.MethodGet, path, nil).problem(http.StatusNotFound, "not_found")
		eve.do(http.MethodGet, path+"/customers", nil).problem(http.StatusNotFound, "not_found")
		eve.do(http.MethodPatch, path, map[string]any{"name": "x"}).problem(http.StatusNotFound, "not_found")
		eve.do(http.MethodDelete, path, nil).problem(http.StatusNotFound, "not_found")
		eve.do(http.MethodPost, "/segments/preview", map[string]any{"rule": rule(t, `{"type":"member","segmentId":"`+id.String()+`"}`)}).problem(422, "invalid_rule")
	}
	for _, one := range decode[api.Page[api.Segment]](eve.do(http.MethodGet, "/segments", nil), http.StatusOK).Items {
		require.Zero(t, *one.Count)
	}
}

func TestPlainWordsBecomeARule(t *testing.T) {
	s := setupSegments(t)
	c := s.client()
	c.register("ada@example.com")
	p := decode[api.ParsedSegment](c.do(http.MethodPost, "/segments/parse", map[string]any{"text": "people in Germany who bought twice in the last 90 days and wear hats"}), http.StatusOK)
	require.Equal(t, `Country is "DE", and ordered at least twice in the last 90 days`, p.Criteria)
	require.Equal(t, "analyst", p.Provider)
	require.Len(t, p.Unsure, 1)
	require.Contains(t, p.Unsure[0], "wear hats")
	decode[api.SegmentPreview](c.do(http.MethodPost, "/segments/preview", map[string]any{"rule": p.Rule}), http.StatusOK)
	res := c.do(http.MethodPost, "/segments/parse", map[string]any{"text": "people who are happy"})
	res.problem(422, "not_understood")
	require.Contains(t, string(res.body), `happy`)
	c.do(http.MethodPost, "/segments/parse", map[string]any{"text": ""}).problem(422, "invalid")
	c.do(http.MethodPost, "/segments/parse", map[string]any{"text": strings.Repeat("x", 1001)}).problem(422, "invalid")
}

func TestTheBuilderIsToldTheVocabulary(t *testing.T) {
	s := setupSegments(t)
	c := s.client()
	c.register("ada@example.com")
	v := decode[api.SegmentFields](c.do(http.MethodGet, "/segments/fields", nil), http.StatusOK)
	require.Len(t, v.Fields, len(segment.Fields))
	require.Len(t, v.Events, len(segment.EventTypes))
	require.Equal(t, api.SegmentField{Kind: "attribute", Name: "email", Label: "email address", Type: segment.Text, Ops: segment.Fields[0].Ops}, v.Fields[0])
	require.Equal(t, segment.MaxDepth, v.Limits.Depth)
}
