package store_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/ingest"
	"github.com/pulsehub/pulsehub/internal/store"
)

// sender is a data source that sends messages to a shop's store.
type sender struct {
	shop
	source ingest.Source
}

func (s shop) sender(workspaceID uuid.UUID, kind datasource.Type) sender {
	s.t.Helper()
	id := uuid.Must(uuid.NewV7())
	require.NoError(s.t, s.CreateDataSource(s.ctx, datasource.DataSource{
		ID: id, WorkspaceID: workspaceID, Type: kind, Name: "Site", Status: datasource.StatusConnected, WriteKey: "wk_" + id.String(), CreatedAt: demoNow, UpdatedAt: demoNow,
	}))
	source, err := s.SourceByWriteKey(s.ctx, "wk_"+id.String())
	require.NoError(s.t, err)
	require.Equal(s.t, ingest.Source{ID: id, WorkspaceID: workspaceID, Type: kind, Currency: "EUR"}, source)
	return sender{s, source}
}

// batch is messages as one request brings them.
func (s sender) batch(messages ...string) ingest.Batch {
	s.t.Helper()
	call, err := ingest.ParseBatch([]byte(`{"batch":[` + strings.Join(messages, ",") + `]}`))
	require.NoError(s.t, err)
	return ingest.Normalise(s.source, call, demoNow)
}

func (s sender) send(messages ...string) ingest.Written {
	s.t.Helper()
	w, err := s.WriteIngest(s.ctx, s.source.WorkspaceID, []ingest.Batch{s.batch(messages...)})
	require.NoError(s.t, err)
	return w
}

// refresh brings the features of every stale customer up to date, a few at a time.
func (s sender) refresh() {
	s.t.Helper()
	after := uuid.Nil
	for {
		r, err := s.RefreshStale(s.ctx, s.source.WorkspaceID, after, 7)
		require.NoError(s.t, err)
		if after = r.Last; after == uuid.Nil {
			break
		}
	}
	require.Zero(s.t, s.count("SELECT count(*) FROM stale_customers WHERE workspace_id = $1", s.source.WorkspaceID))
}

// scenario makes messages of a few people with several devices, some of them shared, in the order in which they happened.
func scenario(seed uint64, n int) []string {
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(prefix string, of int, never float64) string {
		if r.Float64() < never {
			return ""
		}
		return fmt.Sprintf("%s%d", prefix, r.IntN(of))
	}
	at := demoNow.AddDate(0, -2, 0)
	out := make([]string, n)
	for i := range out {
		at = at.Add(time.Duration(r.IntN(120)) * time.Minute)
		m := map[string]any{"messageId": fmt.Sprintf("m%d", i), "timestamp": at.Format(time.RFC3339Nano)}
		set := func(name, value string) {
			if value != "" {
				m[name] = value
			}
		}
		set("anonymousId", pick("device", 12, 0.1))
		if r.Float64() < 0.3 || m["anonymousId"] == nil {
			set("userId", pick("user", 9, 0))
		}
		switch r.IntN(8) {
		case 0:
			m["type"] = "identify"
			traits := map[string]any{"plan": pick("plan", 3, 0), "firstName": pick("Ada", 4, 0.3)}
			if e := pick("mail", 7, 0.4); e != "" && r.Float64() < 0.6 {
				traits["email"] = e + "@Example.com"
			}
			if r.Float64() < 0.2 {
				traits["phone"] = fmt.Sprintf("+4930901820%02d", r.IntN(4))
			}
			if r.Float64() < 0.3 {
				traits["consent"] = map[string]bool{"email": r.IntN(2) == 0}
			}
			m["traits"] = traits
		case 1:
			m["type"], m["event"] = "track", "Order Completed"
			m["properties"] = map[string]any{"order_id": pick("order", 20, 0), "revenue": float64(r.IntN(10_000)) / 100, "products": []any{
				map[string]any{"name": pick("Product ", 5, 0), "price": 12.5, "quantity": 1 + r.IntN(3)}}}
		case 2:
			m["type"], m["event"] = "track", "Order Refunded"
			m["properties"] = map[string]any{"order_id": pick("order", 20, 0), "total": float64(r.IntN(1_000)) / 100}
		case 3:
			m["type"], m["event"] = "track", "Product Added"
			m["properties"] = map[string]any{"name": pick("Product ", 5, 0), "price": float64(r.IntN(5_000)) / 100, "quantity": 1 + r.IntN(2)}
		case 4:
			m["type"], m["event"] = "track", "Product Viewed"
			m["properties"] = map[string]any{"name": pick("Product ", 5, 0)}
		case 5:
			m["type"], m["event"] = "track", "Email Opened"
			m["properties"] = map[string]any{"campaign_id": "c"}
		default:
			m["type"] = "page"
			m["context"] = map[string]any{"page": map[string]any{"url": "https://shop.example/", "referrer": []string{"", "https://www.google.com/", "https://t.co/x"}[r.IntN(3)]}}
			if r.Float64() < 0.3 {
				m["context"].(map[string]any)["sessionId"] = r.IntN(40)
			}
		}
		data, err := json.Marshal(m)
		if err != nil {
			panic(err)
		}
		out[i] = string(data)
	}
	return out
}

// people is who is who as a text: each customer by what they sent and what is known of them, and never by their ids.
func (s sender) people() []string {
	s.t.Helper()
	rows, err := s.Pool().Query(s.ctx, `SELECT coalesce((SELECT string_agg(e.external_id || CASE WHEN e.duplicate THEN '*' ELSE '' END, ',' ORDER BY e.external_id) FROM events e
				WHERE e.workspace_id = $1 AND e.customer_id = c.id), '')
			|| ' ' || concat_ws('|', c.external_id, c.email, c.phone, c.first_name, c.consent_email, c.attributes)
			|| ' ' || coalesce((SELECT string_agg(kind || value, ',' ORDER BY kind, value) FROM identities i WHERE i.workspace_id = $1 AND i.customer_id = c.id), '')
			|| ' ' || coalesce((to_jsonb(f) - 'workspace_id' - 'customer_id' - 'updated_at')::text, '')
		FROM customers c LEFT JOIN customer_features f ON f.workspace_id = c.workspace_id AND f.customer_id = c.id WHERE c.workspace_id = $1`, s.source.WorkspaceID)
	require.NoError(s.t, err)
	var one string
	var out []string
	for rows.Next() {
		require.NoError(s.t, rows.Scan(&one))
		out = append(out, one)
	}
	require.NoError(s.t, rows.Err())
	slices.Sort(out)
	return out
}

var computed = []string{"customer_features", "customer_days", "customer_visits", "event_days", "event_hours", "visit_hours", "product_days"}

// another is the sender as another process has it, which knows nothing of what this one learned.
func (s sender) another() sender {
	s.t.Helper()
	db, err := store.Open(s.ctx, s.Pool().Config().ConnString(), 2)
	require.NoError(s.t, err)
	s.t.Cleanup(db.Close)
	s.Store = db
	return s
}

// Whatever the order in which messages come, in whatever batches and to whichever process, everybody is who they are; and
// what was computed bit by bit is what is computed at once.
func TestIdentityDoesNotDependOnOrder(t *testing.T) {
	s := setupShop(t)
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			messages := scenario(seed, 120)
			r := rand.New(rand.NewPCG(seed, 2))
			var first []string
			for attempt := range 3 {
				to := s.sender(s.workspace("Europe/Berlin"), datasource.HTTP)
				processes := []sender{to, to.another()}
				order := slices.Clone(messages)
				if attempt > 0 {
					r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
				}
				for len(order) > 0 {
					n := min(1+r.IntN(30), len(order))
					processes[r.IntN(len(processes))].send(order[:n]...)
					if r.Float64() < 0.5 {
						to.refresh()
					}
					order = order[n:]
				}
				to.refresh()
				people := to.people()
				require.Greater(t, len(people), 3)
				if attempt == 0 {
					first = people
				}
				require.Equal(t, first, people, "another order is another outcome")

				before := map[string]string{}
				for _, table := range computed {
					before[table] = s.rows(to.source.WorkspaceID, table, "")
				}
				require.NoError(t, s.RebuildFeatures(s.ctx, to.source.WorkspaceID))
				for _, table := range computed {
					require.Equal(t, s.rows(to.source.WorkspaceID, table, ""), before[table], "%s: rebuilt (first) and bit by bit", table)
				}
			}
		})
	}
}

func TestAMessageIsStoredOnce(t *testing.T) {
	s := setupShop(t)
	to := s.sender(s.workspace("UTC"), datasource.HTTP)
	messages := scenario(1, 60)
	b := to.batch(messages...)
	// The same batch from many requests at once, in one transaction and in many.
	var g errgroup.Group
	for range 4 {
		g.Go(func() error {
			_, err := s.WriteIngest(s.ctx, to.source.WorkspaceID, []ingest.Batch{b, b})
			return err
		})
	}
	require.NoError(t, g.Wait())
	w := to.send(messages...)
	require.Zero(t, w.Events)
	require.Equal(t, 60, w.Duplicates)
	require.EqualValues(t, s.count("SELECT count(DISTINCT external_id) FROM events WHERE workspace_id = $1", to.source.WorkspaceID),
		s.count("SELECT count(*) FROM events WHERE workspace_id = $1", to.source.WorkspaceID))
	require.EqualValues(t, s.count("SELECT count(*) FROM events WHERE workspace_id = $1", to.source.WorkspaceID),
		s.count("SELECT sum(events)::bigint FROM event_days WHERE workspace_id = $1", to.source.WorkspaceID))

	// The same ids from another data source are other messages.
	other := sender{s, s.sender(to.source.WorkspaceID, datasource.GTM).source}
	require.NotZero(t, other.send(messages...).Events)
}

func TestAnAnonymousVisitorSignsUp(t *testing.T) {
	s := setupShop(t)
	to := s.sender(s.workspace("UTC"), datasource.HTTP)
	to.send(`{"type":"page","messageId":"1","anonymousId":"a","timestamp":"2026-11-01T10:00:00Z"}`,
		`{"type":"identify","messageId":"2","anonymousId":"a","traits":{"firstName":"Ann"},"timestamp":"2026-11-01T10:01:00Z"}`)
	to.refresh()
	require.EqualValues(t, 1, s.count("SELECT count(*) FROM customer_features WHERE workspace_id = $1 AND events = 1", to.source.WorkspaceID))
	to.send(`{"type":"identify","messageId":"3","anonymousId":"a","userId":"u1","traits":{"email":"ann@example.com"},"timestamp":"2026-11-02T10:00:00Z"}`,
		`{"type":"page","messageId":"4","anonymousId":"a","timestamp":"2026-11-02T10:01:00Z"}`)
	to.refresh()
	require.EqualValues(t, 1, s.count("SELECT count(*) FROM customers WHERE workspace_id = $1 AND email = 'ann@example.com' AND first_name = 'Ann' AND external_id = 'u1'", to.source.WorkspaceID))
	require.EqualValues(t, 1, s.count("SELECT count(*) FROM customers WHERE workspace_id = $1", to.source.WorkspaceID))
	require.EqualValues(t, 1, s.count("SELECT count(*) FROM customer_features WHERE workspace_id = $1 AND events = 2 AND sessions = 2", to.source.WorkspaceID))
	require.EqualValues(t, 1, s.count("SELECT count(*) FROM customer_merges WHERE workspace_id = $1 AND reason = 'identified' AND undone_at IS NULL", to.source.WorkspaceID))
	require.EqualValues(t, 2, s.count("SELECT count(*) FROM customer_days WHERE workspace_id = $1", to.source.WorkspaceID))

	// Somebody else uses the same device: what nobody known did on it is nobody's again.
	to.send(`{"type":"track","event":"Signed Up","messageId":"5","anonymousId":"a","userId":"u2","timestamp":"2026-11-03T10:00:00Z"}`)
	to.refresh()
	require.EqualValues(t, 3, s.count("SELECT count(*) FROM customers WHERE workspace_id = $1", to.source.WorkspaceID))
	require.EqualValues(t, 1, s.count("SELECT count(*) FROM customers WHERE workspace_id = $1 AND first_name = 'Ann' AND email IS NULL", to.source.WorkspaceID))
	require.EqualValues(t, 2, s.count("SELECT count(*) FROM events e JOIN devices d ON d.workspace_id = e.workspace_id AND d.profile_id = e.customer_id WHERE e.workspace_id = $1", to.source.WorkspaceID))

	// They turn out to be one person with two accounts.
	to.send(`{"type":"alias","messageId":"6","previousId":"u2","userId":"u1","timestamp":"2026-11-04T10:00:00Z"}`)
	to.refresh()
	require.EqualValues(t, 1, s.count("SELECT count(*) FROM customers WHERE workspace_id = $1", to.source.WorkspaceID))
	require.EqualValues(t, 1, s.count("SELECT count(*) FROM customer_features WHERE workspace_id = $1 AND events = 3", to.source.WorkspaceID))
}

func TestAnOrderCountsOnce(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("UTC")
	site, tags, shopify := s.sender(w, datasource.HTTP), s.sender(w, datasource.GTM), s.sender(w, datasource.Shopify)
	order := func(id, user, at string, revenue string) string {
		return fmt.Sprintf(`{"type":"track","event":"Order Completed","messageId":%q,"userId":%q,"timestamp":%q,"properties":{"order_id":"o1","revenue":%s,"products":[{"name":"Cap","price":10,"quantity":2}]}}`, id, user, at, revenue)
	}
	counted := func() string {
		site.refresh()
		var text string
		require.NoError(t, s.Pool().QueryRow(s.ctx, `SELECT concat_ws(' ', (SELECT sum(acts) FROM event_days WHERE workspace_id = $1), (SELECT sum(value) FROM event_days WHERE workspace_id = $1),
			(SELECT sum(events) FROM event_days WHERE workspace_id = $1), (SELECT sum(orders) FROM product_days WHERE workspace_id = $1),
			(SELECT sum(revenue) FROM customer_features WHERE workspace_id = $1))`, w).Scan(&text))
		return text
	}
	tags.send(order("t1", "u", "2026-11-01T10:00:00Z", "21"))
	require.Equal(t, "1 21.00 1 1 21.00", counted())
	tags.send(order("t2", "u", "2026-11-01T10:05:00Z", "21")) // the page was opened again
	require.Equal(t, "1 21.00 2 1 21.00", counted())
	site.send(order("s1", "u", "2026-11-01T10:00:02Z", "20"))
	require.Equal(t, "1 20.00 3 1 20.00", counted())
	shopify.send(order("x1", "u", "2026-11-01T10:00:03Z", "20.5"), order("x2", "u", "2026-11-01T10:00:01Z", "20.25"))
	require.Equal(t, "1 20.25 5 1 20.25", counted())
	before := map[string]string{}
	for _, table := range computed {
		before[table] = s.rows(w, table, "")
	}
	require.NoError(t, s.RebuildFeatures(s.ctx, w))
	for _, table := range computed {
		require.Equal(t, s.rows(w, table, ""), before[table], table)
	}
	// Without the best source the next best one's counts, and is outdone again by a better one.
	require.NoError(t, s.DeleteDataSource(s.ctx, w, shopify.source.ID))
	require.Equal(t, "1 20.00 3 1 20.00", counted())
	require.NoError(t, s.DeleteDataSource(s.ctx, w, site.source.ID))
	require.Equal(t, "1 21.00 2 1 21.00", counted())
	site = s.sender(w, datasource.HTTP)
	site.send(order("s2", "u", "2026-11-01T10:00:02Z", "20.25"))
	require.Equal(t, "1 20.25 3 1 20.25", counted())

	site.send(`{"type":"track","event":"Order Refunded","messageId":"r","userId":"u","timestamp":"2026-11-02T10:00:00Z","properties":{"order_id":"o1"}}`)
	require.EqualValues(t, 2025, s.count("SELECT (value * 100)::bigint FROM events WHERE workspace_id = $1 AND type = 'order_refunded'", w), "all of the order was given back")
}

func TestRejectionsAreKeptOnceWithTheirReason(t *testing.T) {
	s := setupShop(t)
	to := s.sender(s.workspace("UTC"), datasource.HTTP)
	bad := []string{`{"type":"track","messageId":"1","userId":"u"}`, `{"type":"track","event":"X","messageId":"2"}`, `17`}
	w := to.send(bad...)
	require.Equal(t, 3, w.Rejected)
	to.send(bad...)
	require.EqualValues(t, 3, s.count("SELECT count(*) FROM rejected_events WHERE workspace_id = $1 AND reason <> '' AND raw <> ''", to.source.WorkspaceID))
	require.EqualValues(t, 1, s.count("SELECT count(*) FROM rejected_events WHERE workspace_id = $1 AND code = 'missing_event' AND field = 'event'", to.source.WorkspaceID))
}

func TestNothingIsWrittenForADataSourceThatIsGone(t *testing.T) {
	s := setupShop(t)
	to := s.sender(s.workspace("UTC"), datasource.HTTP)
	b := to.batch(`{"type":"page","messageId":"1","userId":"u"}`, `{"type":"track","messageId":"2","userId":"u"}`)
	require.NoError(t, s.DeleteDataSource(s.ctx, to.source.WorkspaceID, to.source.ID))
	w, err := s.WriteIngest(s.ctx, to.source.WorkspaceID, []ingest.Batch{b})
	require.NoError(t, err)
	require.Zero(t, w.Events)
	for _, table := range []string{"events", "customers", "rejected_events", "stale_customers", "stale_lists", "identities", "devices"} {
		require.Zero(t, s.count("SELECT count(*) FROM "+table+" WHERE workspace_id = $1", to.source.WorkspaceID), table)
	}
	_, err = s.SourceByWriteKey(s.ctx, "wk_"+to.source.ID.String())
	require.True(t, apperr.Is(err, apperr.NotFound))
}

func TestIngestStaysInItsWorkspace(t *testing.T) {
	s := setupShop(t)
	one, two := s.sender(s.workspace("UTC"), datasource.HTTP), s.sender(s.workspace("UTC"), datasource.HTTP)
	messages := scenario(3, 80)
	one.send(messages...)
	one.refresh()
	before := one.people()
	two.send(scenario(4, 80)...)
	two.send(`{"type":"alias","messageId":"z","previousId":"user1","userId":"user2"}`, `{"type":"identify","messageId":"y","userId":"user3","traits":{"email":"mail1@example.com"}}`)
	two.refresh()
	require.Equal(t, before, one.people())
	for _, table := range append(computed, "events", "identities", "devices", "customer_merges", "merged_customers", "order_acts") {
		require.Zero(t, s.count("SELECT count(*) FROM "+table+" WHERE workspace_id NOT IN ($1, $2)", one.source.WorkspaceID, two.source.WorkspaceID), table)
	}
	require.NoError(t, s.DeleteDataSource(s.ctx, two.source.WorkspaceID, two.source.ID))
	require.Equal(t, before, one.people())
}
