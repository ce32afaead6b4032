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

	"github.com/pulsehub/pulsehub/internal/apperr"
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

// Nothing that anyone writes into a rule is read as SQL.
func TestNoFieldOfARuleIsReadAsSQL(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("UTC")
	s.seed(w, 5, 2_000)
	s.oddities(w, 9)
	c := s.crowd(w, demoNow)
	cfg := segment.CompileConfig{Now: demoNow, Rules: c.rules}
	everyone := len(c.people)
	for _, evil := range []string{
		`' OR true --`, `'; DROP TABLE customers; --`, `") OR 1=1 --`, `' || pg_sleep(5) || '`, `\'; SELECT 1`, `$1`, `@workspace`, `@p0001`, `%`, `_`, `:x`, `?`,
		`a'b`, `{"a":1}`, `->>`, `' UNION SELECT id FROM customers --`, `/* */`, `E'\\x27'`, `U&"\0027"`, "´", "’ OR 1=1", `$$; SELECT 1; $$`, `plan' IS NOT NULL OR 'x`,
	} {
		value := func(op segment.Op) any {
			if op == segment.In || op == segment.NotIn {
				return []any{evil, evil + "x"}
			}
			return evil
		}
		var rules []segment.Rule
		for _, op := range []segment.Op{segment.Eq, segment.In, segment.Contains, segment.StartsWith, segment.EndsWith} {
			rules = append(rules,
				segment.Rule{Type: segment.Attribute, Attribute: "email", Op: op, Value: value(op)},
				segment.Rule{Type: segment.Attribute, Attribute: "country", Op: op, Value: value(op)},
				segment.Rule{Type: segment.Attribute, Attribute: "attributes.nothing", Op: op, Value: value(op)},
				segment.Rule{Type: segment.Event, Event: "page_viewed", Where: []segment.Where{{Property: "path", Op: op, Value: value(op)}, {Property: "nothing", Op: segment.Exists}}},
				segment.Rule{Type: segment.Event, Event: "order_completed", Where: []segment.Where{{Property: "nothing", Op: op, Value: value(op)}}},
			)
		}
		rules = append(rules,
			segment.Rule{Type: segment.Attribute, Attribute: "attributes." + evil, Op: segment.Exists},
			segment.Rule{Type: segment.Attribute, Attribute: "attributes." + evil, Op: segment.Gt, Value: json.Number("0")},
			segment.Rule{Type: segment.Event, Event: "custom", Name: evil},
			segment.Rule{Type: segment.Event, Event: "page_viewed", Where: []segment.Where{{Property: evil, Op: segment.Exists}}},
			segment.Rule{Type: segment.Event, Event: "page_viewed", Where: []segment.Where{{Property: "properties." + evil, Op: segment.Lt, Value: json.Number("5")}}},
			segment.Rule{Type: segment.Event, Event: "order_completed", Where: []segment.Where{{Property: "product", Op: segment.Eq, Value: evil}}},
		)
		for _, r := range rules {
			got := s.members(w, r, cfg)
			require.True(t, slices.Equal(c.members(r), got), "%+v", r)
			if r.Op != segment.Contains && !(r.Op == segment.StartsWith || r.Op == segment.EndsWith) {
				require.Empty(t, got, "%+v", r)
			}
			require.Len(t, s.members(w, segment.No(r), cfg), everyone-len(got))
			p, err := s.PreviewSegment(s.ctx, w, r, demoNow)
			require.NoError(t, err)
			require.EqualValues(t, len(got), p.Count)
			_, err = s.Pool().Exec(s.ctx, p.Query)
			require.NoError(t, err, "the query that is shown can be run, and is one statement: %s", p.Query)
		}
		for _, bad := range []segment.Rule{ // what is a name of ours is one of ours
			{Type: segment.Attribute, Attribute: evil, Op: segment.Exists}, {Type: segment.Feature, Feature: evil, Op: segment.Eq, Value: json.Number("1")},
			{Type: segment.Event, Event: evil}, {Type: segment.Type(evil)}, {Type: segment.Feature, Feature: "orders", Op: segment.Op(evil), Value: json.Number("1")},
			{Type: segment.Feature, Feature: "orders", Op: segment.Eq, Value: evil}, {Type: segment.Feature, Feature: "orders", Op: segment.Eq, Value: json.Number(evil)},
		} {
			_, _, err := segment.Compile(bad, cfg)
			require.Error(t, err, "%+v", bad)
		}
	}
	require.EqualValues(t, everyone, s.count("SELECT count(*) FROM customers WHERE workspace_id = $1", w))
}

func (s shop) save(workspaceID uuid.UUID, name string, rule segment.Rule) segment.Segment {
	s.t.Helper()
	one, err := s.SaveSegment(s.ctx, workspaceID, segment.Segment{ID: uuid.Must(uuid.NewV7()), Name: name, Rule: rule, CreatedAt: demoNow, UpdatedAt: demoNow}, demoNow)
	require.NoError(s.t, err)
	return one
}

func member(id uuid.UUID) segment.Rule { return segment.Rule{Type: segment.Member, SegmentID: id} }

func TestRefreshKeepsMembersAndTheirHistory(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("Europe/Berlin")
	s.seed(w, 12, 10_000)
	buyers := s.save(w, "Buyers", segment.Has("orders", segment.Gte, 1))
	recent := s.save(w, "Recent", segment.Has("days_since_last_seen", segment.Lte, 5))
	both := s.save(w, "Recent buyers", segment.All(member(recent.ID), member(buyers.ID)))
	require.NotNil(t, buyers.Count, "a segment is counted as it is made")
	require.Equal(t, s.count("SELECT count(*) FROM customer_features WHERE workspace_id = $1 AND orders > 0", w), *buyers.Count)

	counts, err := s.RefreshSegments(s.ctx, w, demoNow)
	require.NoError(t, err)
	require.Len(t, counts, len(segment.Standards)+3)
	a, err := s.Analyse(s.ctx, w, demoNow)
	require.NoError(t, err)
	for i, standard := range a.Segments {
		require.Equal(t, standard.ID, counts[i].SegmentID)
		require.Equal(t, standard.Size, counts[i].Customers, "%s: as many as the analysis has", standard.Key)
		require.Equal(t, standard.Size, counts[i].Joined)
	}
	require.Zero(t, s.count("SELECT count(*) FROM segment_changes"), "those of a first count were there before")
	again, err := s.RefreshSegments(s.ctx, w, demoNow)
	require.NoError(t, err)
	for i := range again {
		require.Equal(t, segment.Counts{SegmentID: counts[i].SegmentID, Customers: counts[i].Customers}, again[i], "running it again changes nothing")
	}

	// Two days later some are no longer recent, and one has come back.
	later := demoNow.Add(48 * time.Hour)
	var back uuid.UUID
	require.NoError(t, s.Pool().QueryRow(s.ctx, "SELECT customer_id FROM customer_features WHERE workspace_id = $1 AND orders > 0 AND last_seen_at < $2 LIMIT 1", w, demoNow.AddDate(0, 0, -6)).Scan(&back))
	_, err = s.Pool().Exec(s.ctx, "UPDATE customer_features SET last_seen_at = $3 WHERE workspace_id = $1 AND customer_id = $2", w, back, later.Add(-time.Minute))
	require.NoError(t, err)
	counts, err = s.RefreshSegments(s.ctx, w, later)
	require.NoError(t, err)
	of := func(id uuid.UUID) segment.Counts {
		return counts[slices.IndexFunc(counts, func(c segment.Counts) bool { return c.SegmentID == id })]
	}
	for _, id := range []uuid.UUID{recent.ID, both.ID} {
		require.EqualValues(t, 1, of(id).Joined)
		require.Positive(t, of(id).Left)
		require.EqualValues(t, 1, s.count("SELECT count(*) FROM segment_changes WHERE workspace_id = $1 AND segment_id = $2 AND customer_id = $3 AND joined AND at = $4", w, id, back, later))
		require.Equal(t, of(id).Left, s.count("SELECT count(*) FROM segment_changes WHERE workspace_id = $1 AND segment_id = $2 AND NOT joined AND at = $3", w, id, later))
		require.Equal(t, of(id).Customers, s.count("SELECT count(*) FROM segment_members WHERE workspace_id = $1 AND segment_id = $2", w, id))
	}
	people, next, err := s.SegmentMembers(s.ctx, w, both.ID, 1, "")
	require.NoError(t, err)
	require.Equal(t, back, people[0].ID, "who joined last comes first")
	require.Equal(t, later, people[0].Since.UTC())
	seen := map[uuid.UUID]bool{back: true}
	for next != "" {
		people, next, err = s.SegmentMembers(s.ctx, w, both.ID, 7, next)
		require.NoError(t, err)
		for _, p := range people {
			require.False(t, seen[p.ID])
			require.Equal(t, demoNow, p.Since.UTC())
			seen[p.ID] = true
		}
	}
	require.Len(t, seen, int(of(both.ID).Customers))
	found, err := s.FindSegment(s.ctx, w, recent.ID)
	require.NoError(t, err)
	require.Equal(t, []segment.Point{{At: demoNow, Count: *recent.Count}, {At: later, Count: of(recent.ID).Customers}}, found.History)

	// History is bounded: hourly counts for two days, then one a day, and nothing after 90 days.
	for hour := range 30 {
		_, err := s.RefreshSegments(s.ctx, w, later.Add(time.Duration(hour)*time.Hour))
		require.NoError(t, err)
	}
	end := later.Add(29 * time.Hour)
	_, err = s.RefreshSegments(s.ctx, w, end.Add(72*time.Hour))
	require.NoError(t, err)
	require.EqualValues(t, 4, s.count("SELECT count(*) FROM segment_counts WHERE workspace_id = $1 AND segment_id = $2", w, recent.ID), "24, 26, 27 and 30 November")
	_, err = s.RefreshSegments(s.ctx, w, end.AddDate(0, 0, 100))
	require.NoError(t, err)
	require.EqualValues(t, 1, s.count("SELECT count(*) FROM segment_counts WHERE workspace_id = $1 AND segment_id = $2", w, recent.ID))
	require.Zero(t, s.count("SELECT count(*) FROM segment_changes WHERE workspace_id = $1 AND at < $2", w, end))

	require.NoError(t, s.DeleteSegment(s.ctx, w, both.ID))
	for _, table := range []string{"segment_members", "segment_changes", "segment_counts"} {
		require.Zero(t, s.count("SELECT count(*) FROM "+table+" WHERE segment_id = $1", both.ID), table)
	}
}

func TestSegmentsAreFreshWhenTheyAreLookedAt(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("UTC")
	fresh := func(now time.Time) int64 {
		require.NoError(t, s.FreshenSegments(s.ctx, w, now))
		one, err := s.FindSegment(s.ctx, w, segment.ID(w, "repeat_customers"))
		require.NoError(t, err)
		return *one.Count
	}
	require.Zero(t, fresh(demoNow), "with no data there is nobody")
	s.seed(w, 3, 5_000)
	require.Zero(t, fresh(demoNow.Add(30*time.Second)), "it was counted within the minute")
	require.Positive(t, fresh(demoNow.Add(2*time.Minute)), "there is other data")
	at := s.count("SELECT extract(epoch FROM max(at)) FROM segment_counts")
	fresh(demoNow.Add(59 * time.Minute))
	require.Equal(t, at, s.count("SELECT extract(epoch FROM max(at)) FROM segment_counts"), "nothing is different")
	fresh(demoNow.Add(63 * time.Minute))
	require.Less(t, at, s.count("SELECT extract(epoch FROM max(at)) FROM segment_counts"), "time has moved on")
}

func TestNoSegmentCrossesWorkspaces(t *testing.T) {
	s := setupShop(t)
	one, two := s.workspace("Europe/Berlin"), s.workspace("UTC")
	s.seed(one, 1, 5_000)
	s.seed(two, 2, 8_000)
	mine, theirs := s.save(one, "Mine", segment.Has("orders", segment.Gte, 1)), s.save(two, "Theirs", segment.Has("orders", segment.Eq, 0))
	s.save(one, "theirs", segment.Rule{Type: segment.Event, Event: "page_viewed", Within: &segment.Within{Days: 30}}) // the same name is no conflict
	all := func(w uuid.UUID) string {
		_, err := s.RefreshSegments(s.ctx, w, demoNow)
		require.NoError(t, err)
		list, next, err := s.ListSegments(s.ctx, w, 100, "")
		require.NoError(t, err)
		require.Empty(t, next)
		everything := []any{list}
		for _, one := range list {
			people, _, err := s.SegmentMembers(s.ctx, w, one.ID, 50, "")
			require.NoError(t, err)
			p, err := s.PreviewSegment(s.ctx, w, one.Rule, demoNow)
			require.NoError(t, err)
			require.Equal(t, *one.Count, p.Count, one.Name)
			everything = append(everything, people, p.Count, p.Sample)
		}
		return asJSON(t, everything)
	}
	alone := all(one)
	for _, id := range []uuid.UUID{theirs.ID, segment.ID(two, "repeat_customers"), uuid.New()} {
		_, err := s.FindSegment(s.ctx, one, id)
		require.Equal(t, apperr.NotFound, apperr.KindOf(err))
		_, _, err = s.SegmentMembers(s.ctx, one, id, 10, "")
		require.Equal(t, apperr.NotFound, apperr.KindOf(err))
		require.Equal(t, apperr.NotFound, apperr.KindOf(s.DeleteSegment(s.ctx, one, id)))
		var faults *segment.Faults
		_, err = s.PreviewSegment(s.ctx, one, member(id), demoNow)
		require.ErrorAs(t, err, &faults)
		_, err = s.DescribeRule(s.ctx, one, member(id))
		require.ErrorAs(t, err, &faults)
		_, err = s.SaveSegment(s.ctx, one, segment.Segment{ID: uuid.New(), Name: "Spy", Rule: member(id), CreatedAt: demoNow, UpdatedAt: demoNow}, demoNow)
		require.ErrorAs(t, err, &faults)
	}
	// An id of another workspace's segment makes one here, and leaves theirs as it was.
	before := all(two)
	_, err := s.SaveSegment(s.ctx, one, segment.Segment{ID: theirs.ID, Name: "Taken over", Rule: mine.Rule, CreatedAt: demoNow, UpdatedAt: demoNow}, demoNow)
	require.NoError(t, err)
	require.Equal(t, before, all(two))
	require.NoError(t, s.DeleteSegment(s.ctx, one, theirs.ID))
	require.Equal(t, before, all(two))
	require.Equal(t, alone, all(one))
	s.save(two, "More", segment.Has("sessions", segment.Gte, 2))
	require.Equal(t, alone, all(one))
	for _, w := range []uuid.UUID{uuid.New()} {
		_, err := s.RefreshSegments(s.ctx, w, demoNow)
		require.Equal(t, apperr.NotFound, apperr.KindOf(err))
		require.Equal(t, apperr.NotFound, apperr.KindOf(s.FreshenSegments(s.ctx, w, demoNow)))
		_, _, err = s.Locale(s.ctx, w)
		require.Equal(t, apperr.NotFound, apperr.KindOf(err))
	}
}

func TestSegmentsAreListedStandardOnesFirst(t *testing.T) {
	s := setupShop(t)
	w := s.workspace("UTC")
	for i := range 5 {
		at := demoNow.Add(time.Duration(i/2) * time.Second) // some of the same moment
		_, err := s.SaveSegment(s.ctx, w, segment.Segment{ID: uuid.Must(uuid.NewV7()), Name: fmt.Sprint(i), Rule: segment.Has("orders", segment.Gte, i), CreatedAt: at, UpdatedAt: at}, demoNow)
		require.NoError(t, err)
	}
	var names []string
	for next, first := "", true; first || next != ""; first = false {
		list, after, err := s.ListSegments(s.ctx, w, 3, next)
		require.NoError(t, err)
		require.LessOrEqual(t, len(list), 3)
		for _, one := range list {
			names = append(names, one.Name)
			require.NotEmpty(t, one.Criteria)
		}
		next = after
	}
	var want []string
	for _, standard := range segment.Standards {
		want = append(want, standard.Name)
	}
	require.Equal(t, append(want, "4", "3", "2", "1", "0"), names)
	_, err := s.SaveSegment(s.ctx, w, segment.Segment{ID: uuid.New(), Name: "3", Rule: segment.Has("orders", segment.Gte, 1), CreatedAt: demoNow, UpdatedAt: demoNow}, demoNow)
	require.Equal(t, apperr.Conflict, apperr.KindOf(err))
}
