package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"

	"github.com/pulsehub/pulsehub/internal/segment"
	"github.com/pulsehub/pulsehub/internal/store"
)

// benchSegmentsCmd measures how long a marketer waits for a rule's size while editing it, and what the count of all segments
// costs after an ingestion.
type benchSegmentsCmd struct {
	Events    int64 `help:"How many events the workspace has." default:"1000000"`
	Customers int64 `help:"How many customers." default:"100000"`
	Runs      int   `help:"How often; medians are printed." default:"15"`
	Explain   bool  `help:"Print each plan."`
}

// benchRules are what marketers ask for, three conditions each, one of them at least about events within a time.
func benchRules(now time.Time) []struct {
	name string
	rule segment.Rule
} {
	did := func(event string, count *segment.Count, days int, where ...segment.Where) segment.Rule {
		return segment.Rule{Type: segment.Event, Event: event, Count: count, Within: &segment.Within{Days: days}, Where: where}
	}
	least := func(n int) *segment.Count { return &segment.Count{Op: segment.Gte, Value: n} }
	never := &segment.Count{Op: segment.Eq, Value: 0}
	german := segment.Is("country", segment.Eq, "DE")
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	return []struct {
		name string
		rule segment.Rule
	}{
		{"Germans who viewed in 30 days and never bought", segment.All(german, did("product_viewed", nil, 30), segment.Has("orders", segment.Eq, 0))},
		{"Germans who viewed 3 times in 30 days, consent", segment.All(german, did("product_viewed", least(3), 30), segment.Is("consent.email", segment.Eq, true))},
		{"bought over 200 in 30 days, no visit for 3", segment.All(did("order_completed", nil, 30, segment.Where{Property: "value", Op: segment.Gt, Value: json.Number("200")}), segment.Has("days_since_last_seen", segment.Gt, 3), segment.Has("orders", segment.Gte, 2))},
		{"not viewed in 30 days, has bought, reachable", segment.All(did("page_viewed", never, 30), segment.Has("orders", segment.Gte, 1), segment.Is("consent.email", segment.Eq, true))},
		{"Germans, twice in 90 days, not this month", segment.All(german, did("order_completed", least(2), 90), segment.No(segment.Rule{Type: segment.Event, Event: "order_completed", Within: &segment.Within{From: &month}}))},
		{"opened no email in 30 days, spent 200, VIP", segment.All(did("message_opened", never, 30, segment.Where{Property: "channel", Op: segment.Eq, Value: "email"}), segment.Has("revenue", segment.Gte, 200), segment.Has("revenue", segment.TopPercent, 10))},
		{"added by property (quantity 2) in 30 days", segment.All(german, did("product_added", nil, 30, segment.Where{Property: "quantity", Op: segment.Gte, Value: json.Number("2")}), segment.Has("sessions", segment.Gte, 2))},
		{"cart or checkout in 30 days, no order", segment.All(segment.Any(did("product_added", nil, 30), did("checkout_started", nil, 30)), did("order_completed", never, 30))},
		{"signed up ever, searched 3 times in 30 days", segment.All(segment.Rule{Type: segment.Event, Event: "signed_up"}, did("search_performed", least(3), 30), german)},
	}
}

func (c *benchSegmentsCmd) Run(ctx context.Context) error {
	s, _, dir, stop, err := benchStore(ctx, false, 10)
	if err != nil {
		return err
	}
	defer stop()
	fmt.Printf("Making %d events of %d customers …\n", c.Events, c.Customers)
	workspace, err := benchWorkspace(ctx, s, c.Events, c.Customers, 180)
	if err != nil {
		return err
	}

	if _, err := s.Pool().Exec(ctx, "VACUUM events"); err != nil { // as autovacuum does within a minute
		return err
	}

	fmt.Printf("\n%d events, %d customers, %d runs, in ms\n\n%-50s %9s %9s %9s %9s\n", c.Events, c.Customers, c.Runs, "preview", "people", "least", "median", "most")
	for _, r := range benchRules(time.Now().UTC()) {
		var took []time.Duration
		var p segment.Preview
		for run := range c.Runs + 1 {
			if p, err = s.PreviewSegment(ctx, workspace, r.rule, time.Now()); err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
			if run > 0 { // the first fills caches
				took = append(took, p.Took)
			}
		}
		fmt.Printf("%-50s %9d %9.1f %9.1f %9.1f\n", r.name, p.Count, toMS(quantile(took, 0)), toMS(median(took)), toMS(quantile(took, 1)))
		if c.Explain {
			if err := explain(ctx, s, p.Query); err != nil {
				return err
			}
		}
	}
	for i, what := range []string{"first count of the 8 standard segments", "next count, an hour later"} {
		begin := time.Now()
		if _, err := s.RefreshSegments(ctx, workspace, begin.Add(time.Duration(i)*time.Hour)); err != nil {
			return err
		}
		fmt.Printf("%-50s %9s %9s %9.1f\n", what, "", "", toMS(time.Since(begin)))
	}
	fmt.Println()
	for _, did := range []bool{false, true, false, true} {
		took, _, err := rawCopy(ctx, s.Pool(), filepath.Join(dir, "events.copy"), fmt.Sprintf("workspace_id = '%s'", workspace), did)
		if err != nil {
			return err
		}
		fmt.Printf("raw COPY of these events, %s the index by type and time: %.0f rows/s\n", map[bool]string{true: "with   ", false: "without"}[did], float64(c.Events)/took.Seconds())
	}
	return nil
}

func explain(ctx context.Context, s *store.Store, query string) error {
	conn, err := s.Pool().Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	defer func() { _, _ = conn.Exec(context.WithoutCancel(ctx), "RESET ALL") }()
	for _, set := range []string{"SET jit = off", "SET work_mem = '64MB'", "SET enable_nestloop = off", "SET enable_mergejoin = off"} { // as the store has it
		if _, err := conn.Exec(ctx, set); err != nil {
			return err
		}
	}
	rows, err := conn.Query(ctx, "EXPLAIN (ANALYZE, BUFFERS) "+query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return err
		}
		fmt.Println("    " + line)
	}
	return rows.Err()
}
