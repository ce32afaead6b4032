package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/apperr"
	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/ingest"
)

// erase does what the workflow does; killed is how many steps are done before it begins anew.
func (s sender) erase(id uuid.UUID, killed int) {
	s.t.Helper()
	w := s.source.WorkspaceID
	for _, steps := range []int{killed, 1 << 30} {
		step := func() bool { steps--; return steps >= 0 }
		if step() {
			require.NoError(s.t, s.ForgetCustomer(s.ctx, w, id))
		}
		for step() {
			n, err := s.EraseCustomerEvents(s.ctx, w, id, 3)
			require.NoError(s.t, err)
			if n == 0 {
				break
			}
		}
		if step() {
			require.NoError(s.t, s.FinishErasure(s.ctx, w, id))
		}
	}
	s.refresh()
}

// traces are the tables in which a text stands anywhere.
func (s shop) traces(text string) (tables []string) {
	s.t.Helper()
	rows, err := s.Pool().Query(s.ctx, `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition`)
	require.NoError(s.t, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(s.t, err)
	require.Greater(s.t, len(all), 25)
	for _, table := range all {
		if s.count(fmt.Sprintf("SELECT count(*) FROM %s t WHERE position(lower($1) in lower(to_jsonb(t)::text)) > 0", table), text) > 0 {
			tables = append(tables, table)
		}
	}
	return tables
}

// equalsRebuilt tells whether what is computed is what the events say.
func (s sender) equalsRebuilt() {
	s.t.Helper()
	before := map[string]string{}
	for _, table := range computed {
		before[table] = s.rows(s.source.WorkspaceID, table, "")
	}
	require.NoError(s.t, s.RebuildFeatures(s.ctx, s.source.WorkspaceID))
	for _, table := range computed {
		require.Equal(s.t, s.rows(s.source.WorkspaceID, table, ""), before[table], "%s: rebuilt (first) and bit by bit", table)
	}
}

// However often it is killed, erasing leaves the counts of all others exact.
func TestErasingKeepsAllCountsExact(t *testing.T) {
	s := setupShop(t)
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 21))
			to := s.sender(s.workspace("America/New_York"), datasource.HTTP)
			to.deliver(r, scenario(seed, 150))
			other := sender{s, s.sender(to.source.WorkspaceID, datasource.GTM).source}
			other.deliver(r, scenario(seed+100, 60))
			to.refresh()
			rows, err := s.Pool().Query(s.ctx, "SELECT id FROM customers WHERE workspace_id = $1 ORDER BY id", to.source.WorkspaceID)
			require.NoError(t, err)
			ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
			require.NoError(t, err)
			require.Greater(t, len(ids), 3)
			r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
			for i, id := range ids {
				to.erase(id, i)
				require.Empty(t, s.traces(id.String()), "customer %d", i)
				if i == 0 || i == len(ids)/2 {
					to.equalsRebuilt()
				}
			}
			for _, table := range append(computed, "events", "customers", "identities", "devices", "order_acts", "merged_customers", "customer_merges") {
				if table != "devices" { // of a shared one is kept that it was shared
					require.Zero(t, s.count("SELECT count(*) FROM "+table+" WHERE workspace_id = $1", to.source.WorkspaceID), table)
				}
			}
		})
	}
}

func TestAnErasedCustomerLeavesNoTrace(t *testing.T) {
	s := setupShop(t)
	to := s.sender(s.workspace("UTC"), datasource.HTTP)
	to.send(`{"type":"page","messageId":"e0","anonymousId":"evas-phone","timestamp":"2026-10-01T10:00:00Z"}`)
	to.send(`{"type":"identify","messageId":"e1","userId":"eva-17","anonymousId":"evas-phone","timestamp":"2026-10-02T10:00:00Z",
			"traits":{"email":"eva@example.com","phone":"+49 30 901820","firstName":"Evangeline","hobby":"kitesurfing","consent":{"email":true}}}`,
		`{"type":"track","event":"Order Completed","messageId":"e2","userId":"eva-17","timestamp":"2026-10-02T11:00:00Z","properties":{"order_id":"evas-order","revenue":30,"note":"for eva@example.com"}}`,
		`{"type":"identify","messageId":"e3","userId":"eva-old","traits":{"lastName":"Smithers"},"timestamp":"2026-10-01T10:00:00Z"}`,
		`{"type":"page","messageId":"n1","userId":"neva","timestamp":"2026-10-02T12:00:00Z"}`)
	to.send(`{"type":"alias","messageId":"e4","previousId":"eva-old","userId":"eva-17","timestamp":"2026-10-03T10:00:00Z"}`)
	to.send(`{"type":"track","messageId":"x1","userId":"eva-17"}`, `{"type":"track","messageId":"x2","anonymousId":"evas-phone"}`,
		`{"type":"track","messageId":"x3","userId":"u","properties":{"who":"EVA@example.com"}}`, `{"type":"track","messageId":"x4","userId":"u","traits":{"phone":"(49) 30-901820"}}`,
		`{"type":"track","messageId":"y1","userId":"neva-17"}`, `{"type":"track","messageId":"y2","userId":"u","properties":{"who":"neva@example.com"}}`, `{"type":"track","messageId":"y3","userId":"u","n":"eva-17"}`)
	to.refresh()
	id := to.customerOf("eva-17")
	require.Equal(t, id, to.customerOf("eva-old"))
	require.NoError(t, s.SetConsent(s.ctx, to.source.WorkspaceID, customer.ConsentChange{ID: uuid.Must(uuid.NewV7()), CustomerID: id, Channel: "sms", Status: customer.ConsentGranted, Note: "kitesurfing", At: demoNow}))
	_, err := s.RefreshSegments(s.ctx, to.source.WorkspaceID, demoNow)
	require.NoError(t, err)
	_, err = s.RefreshSegments(s.ctx, to.source.WorkspaceID, demoNow.AddDate(0, 6, 0))
	require.NoError(t, err)
	require.NotZero(t, s.count("SELECT count(*) FROM segment_members WHERE customer_id = $1", id))
	require.NotZero(t, s.count("SELECT count(*) FROM segment_changes WHERE customer_id = $1", id))
	_, err = s.Pool().Exec(s.ctx, `INSERT INTO customer_predictions (workspace_id, customer_id, recency_score, frequency_score, monetary_score, order_days, last_order_on, revenue, predicted_at)
		VALUES ($1, $2, 1, 1, 1, 1, '2026-10-02', 30, now())`, to.source.WorkspaceID, id)
	require.NoError(t, err)
	neva := to.customerOf("neva")

	require.NoError(t, s.ForgetCustomer(s.ctx, to.source.WorkspaceID, id))
	// The same person comes while they are erased: that is somebody new.
	to.send(`{"type":"page","messageId":"later","userId":"someone","anonymousId":"evas-phone","timestamp":"2026-11-02T10:00:00Z"}`)
	to.erase(id, 3)
	require.NotEqual(t, id, to.customerOf("someone"))
	for _, text := range []string{id.String(), "eva@example.com", "eva-old", "Evangeline", "Smithers", "kitesurfing", "evas-order", "4930901820"} {
		if text == "eva@example.com" {
			require.Equal(t, []string{"rejected_events"}, s.traces(text), "of neva alone")
			continue
		}
		require.Empty(t, s.traces(text), text)
	}
	var left []string
	rows, err := s.Pool().Query(s.ctx, "SELECT message_id FROM rejected_events WHERE workspace_id = $1 ORDER BY message_id", to.source.WorkspaceID)
	require.NoError(t, err)
	left, err = pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Equal(t, []string{"y1", "y2", "y3"}, left)
	require.EqualValues(t, 1, s.count("SELECT count(*) FROM events WHERE customer_id = $1", neva))
	to.equalsRebuilt()
	_, err = s.FindCustomer(s.ctx, to.source.WorkspaceID, id)
	require.True(t, apperr.Is(err, apperr.NotFound))

	// A message that was stored once is not stored again.
	require.Zero(t, to.send(`{"type":"track","event":"Order Completed","messageId":"e2","userId":"eva-17","timestamp":"2026-10-02T11:00:00Z","properties":{"order_id":"evas-order","revenue":30}}`).Events)
	to.send(`{"type":"page","messageId":"new","userId":"eva-17","timestamp":"2026-11-03T10:00:00Z"}`)
	require.NotEqual(t, id, to.customerOf("eva-17"))
}

func TestAnErasedCustomersOrderCountsByWhatAnotherToldOfIt(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("UTC")
	shopify, tags := s.sender(w, datasource.Shopify), s.sender(w, datasource.GTM)
	order := func(id, who, revenue string) string {
		return fmt.Sprintf(`{"type":"track","event":"Order Completed","messageId":%q,%s,"timestamp":"2026-11-01T10:00:00Z","properties":{"order_id":"o1","revenue":%s}}`, id, who, revenue)
	}
	shopify.send(order("1", `"userId":"x"`, "20"))
	tags.send(order("2", `"anonymousId":"device"`, "21"), order("3", `"userId":"x"`, "22"))
	tags.refresh()
	require.EqualValues(t, 20, s.count("SELECT sum(value)::int FROM event_days WHERE workspace_id = $1", w))
	shopify.erase(shopify.customerOf("x"), 2)
	require.EqualValues(t, 21, s.count("SELECT sum(value)::int FROM event_days WHERE workspace_id = $1", w))
	require.EqualValues(t, 1, s.count("SELECT sum(orders) FROM customer_features WHERE workspace_id = $1", w))
	tags.equalsRebuilt()
	tags.send(order("4", `"userId":"y"`, "23"))
	require.EqualValues(t, 21, s.count("SELECT sum(value)::int FROM event_days WHERE workspace_id = $1", w), "it is told once more, and counts once")
}

func TestDemoCustomersAreErasedAndErasureStaysInItsWorkspace(t *testing.T) {
	s := setupShop(t)
	one, two := s.workspace("Europe/Berlin"), s.workspace("Europe/Berlin")
	s.seed(one, 3, 3_000)
	s.seed(two, 4, 3_000)
	_, err := s.RefreshSegments(s.ctx, one, demoNow)
	require.NoError(t, err)
	list, _, err := s.ListCustomers(s.ctx, one, customer.Query{}, 3, "")
	require.NoError(t, err)
	before := map[string]string{}
	for _, table := range computed {
		before[table] = s.rows(two, table, "")
	}
	for i, p := range list {
		for _, erase := range []func() error{
			func() error { return s.ForgetCustomer(s.ctx, two, p.ID) },
			func() error { _, err := s.EraseCustomerEvents(s.ctx, two, p.ID, 10); return err },
			func() error { return s.FinishErasure(s.ctx, two, p.ID) },
		} {
			require.NoError(t, erase())
		}
		_, err := s.FindCustomer(s.ctx, one, p.ID)
		require.NoError(t, err)
		at := sender{s, ingest.Source{WorkspaceID: one}}
		at.erase(p.ID, i)
		require.Empty(t, s.traces(p.ID.String()))
		if p.Email != "" {
			require.Empty(t, s.traces(p.Email))
		}
	}
	for _, table := range computed {
		require.Equal(t, before[table], s.rows(two, table, ""), table)
	}
	sender{s, ingest.Source{WorkspaceID: one}}.equalsRebuilt()
}
