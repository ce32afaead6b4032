package store_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/pulsehub/pulsehub/internal/segment"
)

// oddities adds to a workspace with demo data what demo data does not have: attributes of the workspace's own, custom
// events, properties of every JSON type, people who did nothing.
func (s shop) oddities(workspaceID uuid.UUID, seed uint64) {
	s.t.Helper()
	r := rand.New(rand.NewPCG(seed, 7))
	var source uuid.UUID
	require.NoError(s.t, s.Pool().QueryRow(s.ctx, "SELECT id FROM data_sources WHERE workspace_id = $1 LIMIT 1", workspaceID).Scan(&source))
	attributes := []string{
		`{}`, `{"plan": "Gold", "age": 42}`, `{"plan": "gold", "age": "42", "vip": true}`, `{"plan": null, "vip": "True", "age": "old"}`,
		`{"plan": ["a", "b"], "age": {"years": 3}, "vip": false}`, `{"it's \"odd\"": "Straße", "age": -3.5}`, `{"plan": "", "age": 1e30}`,
	}
	rows, err := s.Pool().Query(s.ctx, "SELECT id FROM customers WHERE workspace_id = $1 ORDER BY id", workspaceID)
	require.NoError(s.t, err)
	people, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	require.NoError(s.t, err)
	b := &pgx.Batch{}
	for _, id := range people {
		b.Queue("UPDATE customers SET attributes = $3 WHERE workspace_id = $1 AND id = $2", workspaceID, id, attributes[r.IntN(len(attributes))])
	}
	for range 20 {
		b.Queue("INSERT INTO customers (workspace_id, id, first_name, country, attributes) VALUES ($1, $2, 'Nobody', 'FR', $3)", workspaceID, uuid.Must(uuid.NewV7()), attributes[r.IntN(len(attributes))])
	}
	properties := []string{
		`{"size": "L"}`, `{"size": 42, "gift": true}`, `{"size": "42", "gift": "TRUE"}`, `{"size": null}`, `{"size": {"eu": 42}}`, `{"a/b~c": "x", "size": [1]}`,
		`{"items": "none"}`, `{"items": [{"product": "Sun Hat"}, {"product": 7}, 8]}`, `{"items": []}`, `{"size": "4e2", "quantity": "2.0"}`, `null`, `{"size": "9999999999999999999999"}`,
	}
	for i := range 400 {
		typ, name := segment.EventTypes[r.IntN(len(segment.EventTypes))].Name, ""
		if i%3 == 0 {
			typ = "custom"
		}
		if typ == "custom" {
			name = []string{"Quiz Done", "quiz done", `it's "odd"`}[r.IntN(3)]
		}
		at := demoNow.Add(-time.Duration(r.IntN(150*24*60)) * time.Minute)
		if i%10 == 0 {
			at = demoNow.Add(time.Duration(r.IntN(300)) * time.Minute) // from a clock that is ahead
		}
		b.Queue("INSERT INTO events (workspace_id, data_source_id, external_id, type, name, customer_id, occurred_at, product, value, properties, duplicate) VALUES ($1, $2, $3, $4, nullif($5, ''), $6, $7, nullif($8, ''), $9, $10, $11)",
			workspaceID, source, fmt.Sprintf("odd-%d", i), typ, name, people[r.IntN(len(people))], at, []string{"", "Sun Hat", "sun hat"}[r.IntN(3)], r.IntN(100), properties[r.IntN(len(properties))], r.IntN(4) == 0)
	}
	require.NoError(s.t, s.Pool().SendBatch(s.ctx, b).Close())
	_, err = s.Pool().Exec(s.ctx, "SELECT refresh_features($1, NULL)", workspaceID)
	require.NoError(s.t, err)
}

func (s shop) members(workspaceID uuid.UUID, rule segment.Rule, cfg segment.CompileConfig) []uuid.UUID {
	s.t.Helper()
	sql, args, err := segment.Compile(rule, cfg)
	require.NoError(s.t, err)
	named := pgx.NamedArgs(args)
	named["workspace"] = workspaceID
	rows, err := s.Pool().Query(s.ctx, sql+"\nORDER BY 1", named)
	require.NoError(s.t, err, sql)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	require.NoError(s.t, err, sql)
	return ids
}

// differs is somebody who is in one list and not in the other.
func (c *crowd) differs(a, b []uuid.UUID) string {
	for _, p := range c.people {
		if slices.Contains(a, p.id) != slices.Contains(b, p.id) {
			return fmt.Sprintf("%+v", *p)
		}
	}
	return "nobody"
}

func rounds() int {
	if testing.Short() {
		return 300
	}
	return 1500
}

// Whatever the rule, its SQL finds exactly those whom one finds by looking at each customer.
func TestSegmentSQLIsWhatEachCustomerSays(t *testing.T) {
	for i, zone := range []string{"Europe/Berlin", "Asia/Kolkata", "America/Los_Angeles"} {
		t.Run(zone, func(t *testing.T) {
			s := setupShop(t)
			w := s.workspace(zone)
			s.seed(w, int64(40+i), 6_000)
			s.oddities(w, uint64(i))
			now := demoNow.Add(17*time.Minute + 123*time.Microsecond)
			location, err := time.LoadLocation(zone)
			require.NoError(t, err)
			c := s.crowd(w, now)
			cfg := segment.CompileConfig{Now: now, Zone: location, Rules: c.rules}
			some := 0
			for n := range rounds() / 3 {
				seed := uint64(i*1_000_000 + n)
				r := &chooser{rand.New(rand.NewPCG(seed, 1)), c}
				rule := r.rule(n % 4)
				require.NoError(t, rule.Validate(), "seed %d", seed)
				data, err := json.Marshal(rule)
				require.NoError(t, err)
				again, err := segment.Parse(data)
				require.NoError(t, err)
				require.Equal(t, rule, again, "what is written is read as it was")
				want, got := c.members(rule), s.members(w, rule, cfg)
				if !slices.Equal(want, got) {
					sql, args, _ := segment.Compile(rule, cfg)
					t.Fatalf("seed %d: %d and not %d people for %s\n%s\n%v\ne.g. %+v", seed, len(got), len(want), data, sql, args, c.differs(want, got))
				}
				if len(got) > 0 && len(got) < len(c.people) {
					some++
				}
				if n%50 == 49 {
					id := uuid.Must(uuid.NewV7())
					c.rules[id] = rule
				}
			}
			require.Greater(t, some, rounds()/3/3, "most rules tell people apart")
		})
	}
}
