package store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/segment"
	"github.com/pulsehub/pulsehub/internal/store"
)

// multitude makes n customers by SQL, all but one in ten of whom were seen.
func (s shop) multitude(workspaceID uuid.UUID, n int) {
	s.t.Helper()
	for _, q := range []string{
		`INSERT INTO customers (workspace_id, id, external_id, email, phone, first_name, last_name, consent_email)
			SELECT $1, ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'user-' || i, 'person' || i || '@example.com', '+49301' || lpad(i::text, 6, '0'),
				'Given' || i % 100, 'Family' || i, i % 2 = 0 FROM generate_series(1, $2::int) i`,
		`INSERT INTO customer_features (workspace_id, customer_id, first_seen_at, last_seen_at, orders, revenue)
			SELECT $1, ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, '2026-01-01', '2026-11-01'::timestamptz - i * 7919 % 100000 * interval '1 minute', i % 3, i % 3 * 10
			FROM generate_series(1, $2::int) i WHERE i % 10 > 0`,
		`INSERT INTO identities (workspace_id, kind, value, customer_id)
			SELECT $1, 1, 'user-' || i, ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid FROM generate_series(1, $2::int) i`,
	} {
		_, err := s.Pool().Exec(s.ctx, q, workspaceID, n)
		require.NoError(s.t, err)
	}
	_, err := s.Pool().Exec(s.ctx, "ANALYZE customers, customer_features, identities")
	require.NoError(s.t, err)
}

// What very many match is listed in the same order as what few do.
func TestWhatManyMatchIsListedInOrder(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("UTC")
	s.multitude(w, 2_500)
	list := func(text string) (names []string) {
		for cursor := ""; ; {
			people, next, err := s.ListCustomers(s.ctx, w, customer.Query{Text: text}, 100, cursor)
			require.NoError(t, err)
			for _, p := range people {
				names = append(names, p.Name)
			}
			if cursor = next; cursor == "" {
				return names
			}
		}
	}
	all := list("")
	require.Len(t, all, 2_500)
	require.Equal(t, all, list("PERSON"))
	require.Equal(t, all, list("+49 30"))
	require.Empty(t, list("given "))
}

func TestCustomersAreListedInWholeAndInOrder(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("UTC")
	s.multitude(w, 250)
	other := s.workspace("UTC")
	s.multitude(other, 3)
	for _, q := range []customer.Query{{}, {Text: "person"}, {Text: "given1"}, {Text: "+4930"}} {
		t.Run(fmt.Sprint(q.Text), func(t *testing.T) {
			var all []segment.Person
			for cursor := ""; ; {
				list, next, err := s.ListCustomers(s.ctx, w, q, 17, cursor)
				require.NoError(t, err)
				all = append(all, list...)
				if cursor = next; cursor == "" {
					break
				}
			}
			seen := map[uuid.UUID]bool{}
			matches := 0
			for i := range 250 {
				if q.Text != "given1" || strings.HasPrefix(fmt.Sprint((i+1)%100), "1") {
					matches++
				}
			}
			require.Len(t, all, matches)
			for i, p := range all {
				require.False(t, seen[p.ID])
				seen[p.ID] = true
				if i > 0 && p.LastSeenAt != nil {
					require.False(t, p.LastSeenAt.After(*all[i-1].LastSeenAt))
				}
				if i > 0 && all[i-1].LastSeenAt == nil {
					require.Nil(t, p.LastSeenAt, "who did nothing comes last")
				}
			}
		})
	}
}

// A list and a look-up read what they show by an index, and not the workspace's customers.
func TestCustomersAreLookedUpByIndex(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("UTC")
	s.multitude(w, 20_000)
	for name, explained := range store.CustomerListPlans(s.ctx, t, s.Store, w) {
		t.Run(name, func(t *testing.T) {
			require.NotContains(t, explained, "Seq Scan on customers")
			require.NotContains(t, explained, "Seq Scan on customer_features")
			require.NotContains(t, explained, "Seq Scan on events")
			for _, index := range map[string][]string{
				"seen": {"customer_features_last_seen_idx"}, "never seen": {"customers_pkey"}, "timeline": {"customer_id_occurred_at_idx"},
				"found": {"customers_email_idx", "customers_name_idx", "customers_last_name_idx", "customers_external_idx", "customers_phone_idx", "identities_pkey"},
			}[name] {
				require.Contains(t, explained, index)
			}
		})
	}
}
