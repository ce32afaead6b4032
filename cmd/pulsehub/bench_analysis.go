package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"github.com/pulsehub/pulsehub/internal/analytics"
	"github.com/pulsehub/pulsehub/internal/cache"
	"github.com/pulsehub/pulsehub/internal/datasource"
	"github.com/pulsehub/pulsehub/internal/datasource/dummy"
	"github.com/pulsehub/pulsehub/internal/segment"
	"github.com/pulsehub/pulsehub/internal/store"
)

// benchAnalysisCmd measures the analysis of one workspace, computed and from the cache, the questions over a range that chats
// ask, and every endpoint of /analytics over 30 and 90 days, computed, for everyone and for a segment.
type benchAnalysisCmd struct {
	Events int64 `help:"How many events the workspace has; a tenth as many customers." default:"1000000"`
	Days   int   `help:"Over how many days." default:"180"`
	Runs   int   `help:"How often; medians are printed." default:"15"`
}

func (c *benchAnalysisCmd) Run(ctx context.Context) error {
	s, stack, _, stop, err := benchStore(ctx, true, 10)
	if err != nil {
		return err
	}
	defer stop()
	fmt.Printf("Making %d events …\n", c.Events)
	workspace, err := benchWorkspace(ctx, s, c.Events, c.Events/10, c.Days)
	if err != nil {
		return err
	}
	// As autovacuum does within a minute.
	if _, err := s.Pool().Exec(ctx, "VACUUM ANALYZE"); err != nil {
		return err
	}
	options, err := redis.ParseURL(stack.RedisURL)
	if err != nil {
		return err
	}
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	shared := cache.New(client, "bench:")
	process := func() *analytics.Service {
		return analytics.NewService(analytics.Config{Repository: s, Cache: shared, Now: time.Now})
	}

	month := analytics.Range{From: time.Now().AddDate(0, 0, -30), To: time.Now()}
	warm := process()
	questions := []struct {
		name string
		ask  func() error
	}{
		{"analysis, computed", func() error { _, err := s.Analyse(ctx, workspace, time.Now()); return err }},
		{"analysis, from Redis", func() error { _, err := process().Analysis(ctx, workspace); return err }},
		{"analysis, in the process", func() error { _, err := warm.Analysis(ctx, workspace); return err }},
		{"cart abandoners, 30 days", func() error {
			_, err := warm.SegmentInTimeframe(ctx, workspace, "cart_abandoners", month.From, month.To)
			return err
		}},
		{"revenue by day, 30 days", func() error { _, err := warm.Timeseries(ctx, workspace, "revenue", "day", month); return err }},
		{"totals, 30 days", func() error { _, err := warm.Totals(ctx, workspace, month); return err }},
		{"top products, 30 days", func() error { _, err := warm.TopProducts(ctx, workspace, month, 10); return err }},
		{"funnel, 30 days", func() error { _, err := warm.Funnel(ctx, workspace, month); return err }},
		{"channels, 30 days", func() error { _, err := warm.Channels(ctx, workspace, month); return err }},
	}
	fmt.Printf("\n%d events over %d days, %d runs, in ms\n\n%-54s %9s %9s %9s\n", c.Events, c.Days, c.Runs, "", "least", "median", "most")
	for _, q := range questions {
		if err := c.measure(q.name, q.ask); err != nil {
			return err
		}
	}
	return c.reports(ctx, s, workspace)
}

// reports measures what /analytics answers, computed each time.
func (c *benchAnalysisCmd) reports(ctx context.Context, s *store.Store, workspace uuid.UUID) error {
	fmt.Println()
	service := analytics.NewService(analytics.Config{Repository: s, Cache: noCache{}, Now: func() func() time.Time {
		now := time.Now()
		return func() time.Time { now = now.Add(2 * analytics.CacheLife); return now } // nothing is fresh
	}()})
	for _, of := range []string{"", "engaged_users", "new_visitors"} {
		for _, days := range []int{30, 90} {
			asked := analytics.Asked{From: time.Now().AddDate(0, 0, 1-days).Format(time.DateOnly), To: time.Now().Format(time.DateOnly)}
			of := of
			if of != "" {
				asked.SegmentID, of = segment.ID(workspace, of).String(), ", "+of
			}
			with := func(change func(*analytics.Asked)) analytics.Asked {
				a := asked
				change(&a)
				return a
			}
			for _, q := range []struct {
				name string
				ask  func() error
			}{
				{"overview", func() error { _, err := service.KPIs(ctx, workspace, asked); return err }},
				{"timeseries revenue, compared", func() error {
					_, err := service.Series(ctx, workspace, with(func(a *analytics.Asked) { a.Compare = "previous" }))
					return err
				}},
				{"timeseries visits by week", func() error {
					_, err := service.Series(ctx, workspace, with(func(a *analytics.Asked) { a.Metric, a.Granularity = "visits", "week" }))
					return err
				}},
				{"timeseries active customers", func() error {
					_, err := service.Series(ctx, workspace, with(func(a *analytics.Asked) { a.Metric = "active_customers" }))
					return err
				}},
				{"timeseries new customers", func() error {
					_, err := service.Series(ctx, workspace, with(func(a *analytics.Asked) { a.Metric = "new_customers" }))
					return err
				}},
				{"timeseries events by hour, 30 days", func() error {
					_, err := service.Series(ctx, workspace, with(func(a *analytics.Asked) {
						a.Metric, a.Granularity, a.From = "events", "hour", time.Now().AddDate(0, 0, -29).Format(time.DateOnly)
					}))
					return err
				}},
				{"funnel", func() error { _, err := service.FunnelReach(ctx, workspace, asked); return err }},
				{"cohorts by week", func() error {
					_, err := service.Cohorts(ctx, workspace, with(func(a *analytics.Asked) { a.Granularity = "week" }))
					return err
				}},
				{"cohorts by first visit", func() error {
					_, err := service.Cohorts(ctx, workspace, with(func(a *analytics.Asked) { a.By = "first_visit" }))
					return err
				}},
				{"rfm", func() error { _, err := service.RFM(ctx, workspace, asked); return err }},
				{"revenue", func() error { _, err := service.Revenue(ctx, workspace, asked); return err }},
				{"channels", func() error { _, err := service.ChannelResults(ctx, workspace, asked); return err }},
			} {
				if err := c.measure(fmt.Sprintf("%d days%s: %s", days, of, q.name), q.ask); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// noCache forgets.
type noCache struct{}

func (noCache) Get(context.Context, string) ([]byte, error)              { return nil, nil }
func (noCache) Set(context.Context, string, []byte, time.Duration) error { return nil }

// measure prints how long a question takes, after asking it once: that fills what any day's first question does.
func (c *benchAnalysisCmd) measure(name string, ask func() error) error {
	if err := ask(); err != nil {
		return err
	}
	var took []time.Duration
	for range c.Runs {
		begin := time.Now()
		if err := ask(); err != nil {
			return err
		}
		took = append(took, time.Since(begin))
	}
	fmt.Printf("%-54s %9.1f %9.1f %9.1f\n", name, toMS(quantile(took, 0)), toMS(median(took)), toMS(quantile(took, 1)))
	return nil
}

// benchWorkspace is a workspace with demo data, made without Temporal.
func benchWorkspace(ctx context.Context, s *store.Store, events, customers int64, days int) (uuid.UUID, error) {
	workspace, now := uuid.Must(uuid.NewV7()), time.Now().UTC().Truncate(time.Millisecond)
	if _, err := s.Pool().Exec(ctx, "INSERT INTO workspaces (id, name, time_zone) VALUES ($1, 'Bench', 'Europe/Berlin')", workspace); err != nil {
		return workspace, err
	}
	j, err := s.CreateDummyDataJob(ctx, datasource.Job{
		ID: uuid.Must(uuid.NewV7()), WorkspaceID: workspace, CreatedAt: now, DummyParams: datasource.DummyParams{
			Sources: []datasource.Type{datasource.Shopify, datasource.GTM, datasource.FacebookPixel},
			Seed:    1, Customers: int(max(1, customers)), Events: events, Days: days, EndsAt: now,
		},
	}, 1)
	if err != nil {
		return workspace, err
	}
	if j, err = s.BeginDummyData(ctx, workspace, j.ID, now); err != nil {
		return workspace, err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(3)
	for chunk := range dummy.Chunks(j.DummyParams) {
		g.Go(func() error {
			return s.WriteDummyDataChunk(ctx, j, chunk, dummy.Generate(j.DummyParams, chunk))
		})
	}
	if err := g.Wait(); err != nil {
		return workspace, err
	}
	_, err = s.FinishDummyData(context.WithoutCancel(ctx), workspace, j.ID, now)
	return workspace, err
}
