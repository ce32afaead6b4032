package api_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/api"
	"github.com/pulsehub/pulsehub/internal/ai/analyst"
	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/ingest"
	"github.com/pulsehub/pulsehub/internal/resilience"
	"github.com/pulsehub/pulsehub/internal/segment"
	"github.com/pulsehub/pulsehub/internal/store"
)

// people is accounts whose customers are looked at one by one.
type people struct {
	*accounts
	erasures *erasures
}

// erasures has customers erased at once, as the worker would.
type erasures struct {
	store *store.Store
	down  bool
}

func (e *erasures) EraseCustomer(ctx context.Context, workspaceID, id uuid.UUID) error {
	if e.down {
		return apperr.New(apperr.Unavailable, "temporal_unavailable", "Down.")
	}
	if err := e.store.ForgetCustomer(ctx, workspaceID, id); err != nil {
		return err
	}
	return e.store.FinishErasure(ctx, workspaceID, id)
}

func setupPeople(t *testing.T) *people {
	t.Helper()
	p := &people{erasures: &erasures{}}
	p.accounts = setupAccounts(t, func(a *accounts) {
		a.extend = func(services *api.Services) {
			services.DataSources = datasource.NewService(datasource.ServiceConfig{Repository: a.store, Inbox: a.store, Now: a.now})
			services.Ingest = api.Ingest{
				Sources: ingest.NewSources(a.store, a.now), Pipeline: ingest.NewPipeline(ingest.PipelineConfig{Writer: a.store}), Now: a.now,
				Limit: resilience.IngestLimit{Limiter: resilience.NewLimiter(resilience.LimiterConfig{Redis: a.redis, Prefix: a.prefix})},
			}
			services.Segments = segment.NewService(segment.ServiceConfig{Repository: a.store, Parser: analyst.New(analyst.Config{}), Now: a.now})
			services.Customers = customer.NewService(customer.ServiceConfig{Repository: a.store, Segments: a.store, Eraser: p.erasures, Now: a.now})
		}
	})
	p.erasures.store = p.store
	return p
}

// tracked is a marketer with a data source.
type tracked struct {
	*client
	people    *people
	workspace uuid.UUID
	source    api.DataSource
	library   *client
}

func (p *people) tracked(email string) *tracked {
	p.t.Helper()
	t := &tracked{client: p.client(), people: p}
	t.register(email)
	t.source = decode[api.DataSource](t.do(http.MethodPost, "/data-sources", map[string]any{"type": "http", "name": "Site"}), http.StatusCreated)
	t.library = p.client()
	t.library.headers["Authorization"] = "Basic " + base64.StdEncoding.EncodeToString([]byte(t.source.WriteKey+":"))
	require.NoError(p.t, p.store.Pool().QueryRow(context.Background(), "SELECT workspace_id FROM data_sources WHERE id = $1", t.source.ID).Scan(&t.workspace))
	return t
}

// send sends messages, and has the features follow.
func (t *tracked) send(messages ...string) {
	t.t.Helper()
	a := t.library.do(http.MethodPost, "/v1/batch", `{"batch":[`+strings.Join(messages, ",")+`]}`)
	require.Equal(t.t, http.StatusOK, a.status, "%s", a.body)
	for after := uuid.Nil; ; {
		r, err := t.people.store.RefreshStale(context.Background(), t.workspace, after, 100)
		require.NoError(t.t, err)
		if after = r.Last; after == uuid.Nil {
			return
		}
	}
}

func (t *tracked) list(query string) []api.SegmentCustomer {
	t.t.Helper()
	return decode[api.Page[api.SegmentCustomer]](t.do(http.MethodGet, "/customers"+query, nil), http.StatusOK).Items
}

// find is the one customer whom q finds.
func (t *tracked) find(q string) api.SegmentCustomer {
	t.t.Helper()
	found := t.list("?q=" + url.QueryEscape(q))
	require.Len(t.t, found, 1, q)
	return found[0]
}

func (t *tracked) get(id uuid.UUID) api.Customer {
	t.t.Helper()
	return decode[api.Customer](t.do(http.MethodGet, "/customers/"+id.String(), nil), http.StatusOK)
}

func (t *tracked) timeline(id uuid.UUID) []api.CustomerEvent {
	t.t.Helper()
	return decode[api.Page[api.CustomerEvent]](t.do(http.MethodGet, "/customers/"+id.String()+"/timeline", nil), http.StatusOK).Items
}

const (
	adaSaid = `{"type":"identify","messageId":"a1","userId":"Ada-1","anonymousId":"phone-of-ada","timestamp":"2026-11-01T09:00:00Z",
		"traits":{"email":"Ada@Example.com","phone":"+49 30 901820","firstName":"Ada","lastName":"Lovelace","plan":"gold","consent":{"email":true,"sms":false}}}`
	adaLooked = `{"type":"track","event":"Product Viewed","messageId":"a2","userId":"Ada-1","timestamp":"2026-11-01T09:05:00Z","properties":{"name":"Sun Hat","price":19.5}}`
	adaBought = `{"type":"track","event":"Order Completed","messageId":"a3","userId":"Ada-1","timestamp":"2026-11-02T09:05:00Z",
		"properties":{"order_id":"o1","revenue":39,"products":[{"name":"Sun Hat","price":19.5,"quantity":2}]}}`
	adaCame    = `{"type":"page","messageId":"a4","anonymousId":"phone-of-ada","timestamp":"2026-10-31T09:00:00Z","name":"Home"}`
	graceCame  = `{"type":"page","messageId":"g1","userId":"grace","timestamp":"2026-11-05T09:00:00Z"}`
	graceSaid  = `{"type":"identify","messageId":"g2","userId":"grace","traits":{"firstName":"Grace","lastName":"Hopper","email":"grace@example.com"},"timestamp":"2026-11-05T09:00:00Z"}`
	quietSaid  = `{"type":"identify","messageId":"q1","userId":"quiet","traits":{"name":"Alan T"},"timestamp":"2026-11-06T09:00:00Z"}`
	firstBuyer = `{"type":"feature","feature":"orders","op":"gte","value":1}`
)

func TestCustomersAreListedAndFound(t *testing.T) {
	s := setupPeople(t)
	m := s.tracked("marketer@example.com")
	require.Empty(t, m.list(""))
	m.send(adaCame, adaSaid, adaLooked, adaBought, graceCame, graceSaid, quietSaid)
	list := m.list("")
	require.Len(t, list, 3)
	require.Equal(t, []string{"Grace Hopper", "Ada Lovelace", "Alan T"}, []string{list[0].Name, list[1].Name, list[2].Name}, "seen last first, and who did nothing last")
	ada := list[1]
	require.Equal(t, "ada@example.com", ada.Email)
	require.Equal(t, []string{"email"}, ada.Channels)
	require.EqualValues(t, 1, ada.Orders)
	require.Equal(t, api.Money{Amount: "39.00", Currency: "EUR"}, ada.Revenue)
	require.Equal(t, time.Date(2026, 11, 2, 9, 5, 0, 0, time.UTC), *ada.LastSeenAt)
	require.Nil(t, list[2].LastSeenAt)
	require.Empty(t, list[2].Channels)

	var names []string
	for cursor := ""; ; {
		page := decode[api.Page[api.SegmentCustomer]](m.do(http.MethodGet, "/customers?limit=1&cursor="+cursor, nil), http.StatusOK)
		for _, p := range page.Items {
			names = append(names, p.Name)
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	require.Equal(t, []string{"Grace Hopper", "Ada Lovelace", "Alan T"}, names)

	for _, q := range []string{"ADA@ex", "ada lo", "Lovelace", "lov", "ada-", "+4930", "+49 (30) 9018", "0049 30 901820", "ada@example.com", ada.ID.String()} {
		require.Equal(t, ada.ID, m.find(q).ID, q)
	}
	for _, q := range []string{"%", "_da", `\`, "velace", "example.com", "'; DROP TABLE customers; --", uuid.NewString(), "0"} {
		require.Empty(t, m.list("?q="+url.QueryEscape(q)), q)
	}
	require.Len(t, m.list("?q=a"), 2)
	require.Len(t, m.list("?q=%20%20"), 3)

	buyers := decode[api.Segment](m.do(http.MethodPost, "/segments", map[string]any{"name": "Buyers", "rule": json.RawMessage(firstBuyer)}), http.StatusCreated)
	members := m.list("?segmentId=" + buyers.ID.String())
	require.Len(t, members, 1)
	require.Equal(t, ada.ID, members[0].ID)
	require.NotNil(t, members[0].Since)
	require.Len(t, m.list("?q=ada&segmentId="+buyers.ID.String()), 1)
	require.Empty(t, m.list("?q=grace&segmentId="+buyers.ID.String()))
	for _, query := range []string{"?segmentId=" + uuid.NewString(), "?segmentId=x", "?q=ada&segmentId=" + uuid.NewString()} {
		m.do(http.MethodGet, "/customers"+query, nil).problem(http.StatusNotFound, "not_found")
	}
	m.do(http.MethodGet, "/customers?cursor=zzz", nil).problem(422, "bad_cursor")
	m.do(http.MethodGet, "/customers?limit=0", nil).problem(422, "invalid")
}

func TestACustomerIsShownWhole(t *testing.T) {
	s := setupPeople(t)
	m := s.tracked("marketer@example.com")
	m.send(adaCame)
	m.send(adaSaid, adaLooked, adaBought, `{"type":"track","event":"Product Added","messageId":"a5","userId":"Ada-1","timestamp":"2026-11-03T21:05:00Z","properties":{"name":"Scarf","price":12}}`)
	_, err := s.store.RefreshSegments(context.Background(), m.workspace, s.now())
	require.NoError(t, err)
	ada := m.get(m.find("ada").ID)
	require.Equal(t, "Ada Lovelace", ada.Name)
	require.Equal(t, "Ada-1", ada.ExternalID)
	require.Equal(t, "+4930901820", ada.Phone)
	require.Equal(t, map[string]json.RawMessage{"plan": json.RawMessage(`"gold"`)}, ada.Attributes)
	require.Equal(t, []api.CustomerIdentity{{Kind: "user_id", Value: "Ada-1", ProfileID: ada.ID}, {Kind: "email", Value: "ada@example.com", ProfileID: ada.ID}, {Kind: "phone", Value: "+4930901820", ProfileID: ada.ID}}, ada.Identities)
	require.Len(t, ada.Devices, 1)
	require.Equal(t, "phone-of-ada", ada.Devices[0].AnonymousID)
	require.Len(t, ada.Channels, 4)
	require.Equal(t, api.CustomerChannel{Channel: "email", Consent: "granted", ConsentAt: ada.Channels[0].ConsentAt, Reachable: true, Lacks: []string{}}, ada.Channels[0])
	require.Equal(t, time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC), *ada.Channels[0].ConsentAt)
	require.Equal(t, customer.ConsentRevoked, ada.Channels[1].Consent)
	require.Equal(t, []string{"consent"}, ada.Channels[1].Lacks)
	require.Equal(t, api.CustomerChannel{Channel: "push", Consent: "unknown", Lacks: []string{"consent"}}, ada.Channels[2])
	f := ada.Features
	require.EqualValues(t, []int64{4, 1, 1, 1, 1}, []int64{f.Events, f.PageViews, f.ProductViews, f.ProductAdds, f.Orders})
	require.Equal(t, "39.00", f.AverageOrder.Amount)
	require.Equal(t, "12.00", f.Cart.Value.Amount)
	require.EqualValues(t, 9, *f.BestHour)
	require.Equal(t, []customer.Affinity{{Product: "Sun Hat", Views: 1, Orders: 1}, {Product: "Scarf", Adds: 1}}, f.Affinities)
	require.True(t, f.UpToDate)
	require.Nil(t, ada.Predictions)
	require.Len(t, ada.Merged, 1, "the device's own profile, since it was here before Ada said who she is")
	var names []string
	for _, one := range ada.Segments {
		names = append(names, one.Name)
	}
	require.Contains(t, names, "High-value customers")

	m.do(http.MethodGet, "/customers/"+ada.Merged[0].ID.String(), nil).problem(http.StatusNotFound, "customer_merged")
	m.do(http.MethodGet, "/customers/"+uuid.NewString(), nil).problem(http.StatusNotFound, "not_found")
	m.do(http.MethodGet, "/customers/x", nil).problem(http.StatusNotFound, "not_found")

	acts := m.timeline(ada.ID)
	var texts []string
	for _, a := range acts {
		texts = append(texts, a.Text)
		require.Equal(t, "Site", a.SourceName)
	}
	require.Equal(t, []string{"Put Scarf into the cart", "Ordered 2 × Sun Hat", "Viewed Sun Hat", "Viewed the page Home"}, texts)
	require.Equal(t, &api.Money{Amount: "39.00", Currency: "EUR"}, acts[1].Value)
	require.Equal(t, ada.ID, acts[1].ProfileID)
	require.Equal(t, ada.Merged[0].ID, acts[3].ProfileID)
}

func TestATimelineIsReadPageByPage(t *testing.T) {
	s := setupPeople(t)
	m := s.tracked("marketer@example.com")
	var messages []string
	for i := range 25 { // many of one moment, over several months
		messages = append(messages, fmt.Sprintf(`{"type":"page","messageId":"m%02d","userId":"u","timestamp":"2026-%02d-01T10:00:00Z"}`, i, 3+i/8))
	}
	m.send(messages...)
	id := m.find("u").ID
	var seen []string
	for cursor := ""; ; {
		page := decode[api.Page[api.CustomerEvent]](m.do(http.MethodGet, "/customers/"+id.String()+"/timeline?limit=4&cursor="+cursor, nil), http.StatusOK)
		for _, a := range page.Items {
			seen = append(seen, a.ID)
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	require.Len(t, seen, 25)
	for i, one := range seen {
		require.Equal(t, fmt.Sprintf("m%02d", 24-i), one)
	}
	m.do(http.MethodGet, "/customers/"+id.String()+"/timeline?cursor=MTIzLmFiYw", nil).problem(422, "bad_cursor")
	m.do(http.MethodGet, "/customers/"+uuid.NewString()+"/timeline", nil).problem(http.StatusNotFound, "not_found")
}

// Whoever asks gets nothing of a customer of another workspace, whatever the route.
func TestCustomersStayInTheirWorkspace(t *testing.T) {
	s := setupPeople(t)
	one, other := s.tracked("one@example.com"), s.tracked("other@example.com")
	one.send(adaCame, adaSaid, adaLooked, adaBought)
	id := one.find("ada").ID.String()
	require.Empty(t, other.list(""))
	for _, q := range []string{"ada", "ada@example.com", "+4930901820", "Ada-1", id} {
		require.Empty(t, other.list("?q="+url.QueryEscape(q)), q)
	}
	for _, path := range []string{"", "/timeline", "/consent", "/merges", "/export"} {
		other.do(http.MethodGet, "/customers/"+id+path, nil).problem(http.StatusNotFound, "not_found")
		s.client().do(http.MethodGet, "/customers/"+id+path, nil).problem(http.StatusUnauthorized, "unauthenticated")
	}
	one.send(`{"type":"page","messageId":"b1","userId":"Ada-2"}`)
	one.send(`{"type":"alias","messageId":"b2","previousId":"Ada-2","userId":"Ada-1"}`)
	undo := "/customers/" + id + "/merges/" + one.merges(id)[0].ID.String() + "/undo"
	other.do(http.MethodPost, undo, nil).problem(http.StatusNotFound, "not_found")
	s.client().do(http.MethodPost, undo, nil).problem(http.StatusUnauthorized, "unauthenticated")
	other.do(http.MethodDelete, "/customers/"+id, nil).problem(http.StatusNotFound, "not_found")
	s.client().do(http.MethodDelete, "/customers/"+id, nil).problem(http.StatusUnauthorized, "unauthenticated")
	require.Len(t, one.merges(id), 1)
	consent := map[string]any{"channel": "email", "status": "revoked"}
	other.do(http.MethodPost, "/customers/"+id+"/consent", consent).problem(http.StatusNotFound, "not_found")
	s.client().do(http.MethodPost, "/customers/"+id+"/consent", consent).problem(http.StatusUnauthorized, "unauthenticated")
	require.Equal(t, customer.ConsentGranted, one.get(uuid.MustParse(id)).Channels[0].Consent)
	s.client().do(http.MethodGet, "/customers", nil).problem(http.StatusUnauthorized, "unauthenticated")
}

func TestConsentIsRecordedAndTheLastWordWins(t *testing.T) {
	s := setupPeople(t)
	m := s.tracked("marketer@example.com")
	m.send(adaSaid)
	id := m.find("ada").ID
	path := "/customers/" + id.String() + "/consent"
	set := func(channel, status string) api.CustomerChannel {
		t.Helper()
		return decode[api.CustomerChannel](m.do(http.MethodPost, path, map[string]any{"channel": channel, "status": status, "source": "phone call", "note": "asked " + channel}), http.StatusOK)
	}
	revoked := set("email", "revoked")
	require.Equal(t, customer.ConsentRevoked, revoked.Consent)
	require.False(t, revoked.Reachable)
	require.Equal(t, "phone call", revoked.Change.Source)
	require.NotNil(t, revoked.Change.UserID)
	require.Empty(t, m.find("ada").Channels)
	require.True(t, set("sms", "granted").Reachable)
	require.Equal(t, []string{"sms"}, m.find("ada").Channels)
	emailers := json.RawMessage(`{"type":"attribute","attribute":"consent.email","op":"eq","value":true}`)
	require.Zero(t, decode[api.SegmentPreview](m.do(http.MethodPost, "/segments/preview", map[string]any{"rule": emailers}), http.StatusOK).Count)

	// What a source tells late and was said before does not change it; what it tells of later does.
	m.send(`{"type":"identify","messageId":"late","userId":"Ada-1","timestamp":"2026-11-02T09:00:00Z","traits":{"consent":{"email":true,"sms":false},"city":"London"}}`)
	ada := m.get(id)
	require.Equal(t, "London", ada.City)
	require.Equal(t, []string{"revoked", "granted"}, []string{string(ada.Channels[0].Consent), string(ada.Channels[1].Consent)})
	s.advance(time.Minute)
	m.send(`{"type":"identify","messageId":"later","userId":"Ada-1","traits":{"consent":{"email":true}}}`)
	now := m.get(id).Channels[0]
	require.Equal(t, customer.ConsentGranted, now.Consent)
	require.Nil(t, now.Change, "that was not said through the API")
	s.advance(time.Minute)
	set("email", "revoked")

	history := decode[api.Page[api.ConsentChange]](m.do(http.MethodGet, path+"?limit=2", nil), http.StatusOK)
	require.Len(t, history.Items, 2)
	require.Equal(t, "asked email", history.Items[0].Note)
	require.Equal(t, "asked sms", history.Items[1].Note)
	rest := decode[api.Page[api.ConsentChange]](m.do(http.MethodGet, path+"?limit=2&cursor="+history.NextCursor, nil), http.StatusOK)
	require.Len(t, rest.Items, 1)

	for _, body := range []map[string]any{{"channel": "fax", "status": "granted"}, {"channel": "email", "status": "maybe"}, {"channel": "email"}, {"channel": "email", "status": "granted", "note": strings.Repeat("x", 1001)}} {
		m.do(http.MethodPost, path, body).problem(422, "invalid")
	}
	m.do(http.MethodPost, path, map[string]any{"channel": "email", "status": "granted", "by": "me"}).problem(422, "unknown_field")
	m.do(http.MethodPost, "/customers/"+uuid.NewString()+"/consent", map[string]any{"channel": "email", "status": "granted"}).problem(http.StatusNotFound, "not_found")
}

func (t *tracked) merges(id string) []api.CustomerMerge {
	t.t.Helper()
	return decode[api.Page[api.CustomerMerge]](t.do(http.MethodGet, "/customers/"+id+"/merges", nil), http.StatusOK).Items
}

func TestAMergeIsSeenAndUndone(t *testing.T) {
	s := setupPeople(t)
	m := s.tracked("marketer@example.com")
	m.send(adaSaid, adaLooked, graceSaid, graceCame)
	ada, grace := m.find("ada").ID, m.find("grace").ID
	m.send(`{"type":"alias","messageId":"t","previousId":"Ada-1","userId":"grace","timestamp":"2026-11-10T09:00:00Z"}`)
	m.send(adaBought)
	list := m.list("")
	require.Len(t, list, 1)
	id := list[0].ID
	gone := ada
	if id == ada {
		gone = grace
	}
	whole := m.get(id)
	require.EqualValues(t, 3, whole.Features.Events)
	require.Len(t, whole.Merged, 1)
	require.Equal(t, gone, whole.Merged[0].ID)
	profiles := map[uuid.UUID]int{}
	for _, a := range m.timeline(id) {
		profiles[a.ProfileID]++
	}
	require.Equal(t, map[uuid.UUID]int{ada: 2, grace: 1}, profiles, "also what came after")
	merge := m.merges(id.String())[0]
	require.Equal(t, []any{id, gone, "same_person"}, []any{merge.CustomerID, merge.MergedID, merge.Reason})
	require.NotEmpty(t, merge.Identities)
	require.Nil(t, merge.UndoneAt)

	undo := "/customers/" + id.String() + "/merges/" + merge.ID.String() + "/undo"
	undone := decode[api.CustomerMerge](m.do(http.MethodPost, undo, nil), http.StatusOK)
	require.NotNil(t, undone.UndoneAt)
	require.NotNil(t, undone.UndoneBy)
	m.do(http.MethodPost, undo, nil).problem(http.StatusConflict, "already_undone")
	m.do(http.MethodPost, "/customers/"+gone.String()+"/merges/"+merge.ID.String()+"/undo", nil).problem(http.StatusConflict, "already_undone")
	m.do(http.MethodPost, "/customers/"+id.String()+"/merges/"+uuid.NewString()+"/undo", nil).problem(http.StatusNotFound, "not_found")
	require.Equal(t, "Ada Lovelace", m.get(ada).Name)
	require.EqualValues(t, 2, m.get(ada).Features.Events)
	require.EqualValues(t, 1, m.get(ada).Features.Orders)
	require.Equal(t, "Grace Hopper", m.get(grace).Name)
	require.Zero(t, m.get(grace).Features.Orders)
	for _, one := range []uuid.UUID{ada, grace} {
		require.NotNil(t, m.merges(one.String())[0].UndoneAt, "both can see it")
	}
	m.send(`{"type":"track","event":"Order Completed","messageId":"both","userId":"grace","properties":{"email":"ada@example.com","revenue":5}}`)
	require.Len(t, m.list(""), 2)
	require.EqualValues(t, 1, m.get(grace).Features.Orders)
}

func TestACustomerIsExportedAndErased(t *testing.T) {
	s := setupPeople(t)
	m := s.tracked("marketer@example.com")
	m.send(adaCame)
	m.send(adaSaid, adaLooked, adaBought, graceSaid, graceCame)
	m.send(`{"type":"track","messageId":"bad","userId":"Ada-1"}`, `{"type":"track","messageId":"bad too","userId":"grace"}`)
	ada := m.find("ada").ID
	path := "/customers/" + ada.String()
	m.do(http.MethodPost, path+"/consent", map[string]any{"channel": "sms", "status": "granted", "note": "by phone"})
	got := m.do(http.MethodGet, path+"/export", nil)
	require.Equal(t, "application/json", got.header.Get("Content-Type"))
	require.Contains(t, got.header.Get("Content-Disposition"), ada.String())
	x := decode[api.CustomerExport](got, http.StatusOK)
	require.Equal(t, "ada@example.com", x.Customer.Email)
	require.Len(t, x.Events, 3)
	require.Equal(t, "a3", x.Events[0].ID)
	require.Contains(t, string(got.body), `"order_id":"o1"`)
	require.Equal(t, "phone-of-ada", x.Events[2].AnonymousID)
	require.Len(t, x.Rejected, 1)
	require.Equal(t, "bad", x.Rejected[0].MessageID)
	require.Len(t, x.Consent, 1)
	require.Len(t, x.Merges, 1)
	require.Len(t, x.Told, 1)
	require.NotContains(t, strings.ToLower(string(got.body)), "grace")

	grace := decode[api.CustomerExport](m.do(http.MethodGet, "/customers/"+m.find("grace").ID.String()+"/export", nil), http.StatusOK)
	require.Len(t, grace.Rejected, 1)
	require.Len(t, grace.Events, 1)

	s.erasures.down = true
	m.do(http.MethodDelete, path, nil).problem(http.StatusServiceUnavailable, "temporal_unavailable")
	s.erasures.down = false
	require.Equal(t, http.StatusAccepted, m.do(http.MethodDelete, path, nil).status)
	for _, sub := range []string{"", "/timeline", "/consent", "/merges", "/export"} {
		m.do(http.MethodGet, path+sub, nil).problem(http.StatusNotFound, "not_found")
	}
	m.do(http.MethodDelete, path, nil).problem(http.StatusNotFound, "not_found")
	require.Empty(t, m.list("?q=ada"))
	m.send(strings.ReplaceAll(adaLooked, "a2", "a9"))
	require.NotEqual(t, ada, m.find("Ada-1").ID)
}
