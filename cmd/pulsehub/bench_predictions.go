package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/pulsehub/pulsehub/internal/predict"
	"github.com/pulsehub/pulsehub/internal/predict/predicttest"
	"github.com/pulsehub/pulsehub/internal/store"
)

// benchPredictionsCmd measures a fit: reading the orders, fitting and testing the models, predicting everybody, and writing it
// all, on orders of a shop whose customers do as the models say.
type benchPredictionsCmd struct {
	Customers int `help:"How many customers have ordered." default:"100000"`
	Days      int `help:"How long ago the first did." default:"540"`
	Runs      int `help:"How often; medians are printed." default:"3"`
}

func (c *benchPredictionsCmd) Run(ctx context.Context) error {
	s, _, _, stop, err := benchStore(ctx, false, 4)
	if err != nil {
		return err
	}
	defer stop()
	now := time.Now().UTC()
	simulation := predicttest.Typical(1, c.Customers, c.Days, now.Truncate(24*time.Hour).AddDate(0, 0, -1))
	workspace, orders, err := benchOrders(ctx, s, simulation)
	if err != nil {
		return err
	}

	var read, computed, written, reported []time.Duration
	var r predict.Result
	for range c.Runs {
		begin := time.Now()
		in, err := s.PredictionInput(ctx, workspace, now)
		if err != nil {
			return err
		}
		read = append(read, time.Since(begin))
		begin = time.Now()
		if r, err = predict.Compute(ctx, in); err != nil {
			return err
		}
		computed = append(computed, time.Since(begin))
		begin = time.Now()
		if _, err := s.SavePredictions(ctx, workspace, r, now); err != nil {
			return err
		}
		written = append(written, time.Since(begin))
		begin = time.Now()
		if _, _, err := predict.NewService(s).Report(ctx, workspace, 20); err != nil {
			return err
		}
		reported = append(reported, time.Since(begin))
	}
	m := r.Model
	if m.Backtest == nil {
		return fmt.Errorf("there was not enough to predict from: %v %v", m.Missing, m.BacktestLacks)
	}
	fmt.Printf("\n%d customers, %d orders in %d days, %d runs, in ms\n\n", m.Customers, orders, c.Days, c.Runs)
	for _, line := range []struct {
		name string
		took []time.Duration
	}{{"reading the orders", read}, {"fitting, testing, predicting", computed}, {"writing the predictions", written}, {"the report, as the API asks it", reported}} {
		fmt.Printf("%-32s %9.1f\n", line.name, toMS(median(line.took)))
	}
	fmt.Printf("\nmade with %+v, fitted %+v\nhold-out of %d days: %.0f orders expected (%.0f to %.0f), %d came; at everybody's pace %.0f\n",
		simulation.Purchases, m.Purchases.Parameters, m.Backtest.HoldoutDays, m.Backtest.Expected.Mean, *m.Backtest.Expected.Low, *m.Backtest.Expected.High, m.Backtest.Actual, m.Backtest.Naive)
	return nil
}

// benchOrders is a workspace with the orders of a made shop and their customers.
func benchOrders(ctx context.Context, s *store.Store, simulation predicttest.Simulation) (workspace uuid.UUID, orders int, err error) {
	workspace, source := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	purchases := simulation.Make()
	fmt.Printf("Writing %d orders …\n", len(purchases))
	for _, q := range []struct {
		sql  string
		args []any
	}{
		{"INSERT INTO workspaces (id, name, time_zone) VALUES ($1, 'Bench', 'Europe/Berlin')", []any{workspace}},
		{"INSERT INTO data_sources (id, workspace_id, type, name) VALUES ($2, $1, 'http', 'Orders')", []any{workspace, source}},
		{"SELECT ensure_event_partitions($1, $2)", []any{simulation.LastDay.AddDate(0, 0, -simulation.Days), simulation.LastDay.AddDate(0, 0, 1)}},
	} {
		if _, err := s.Pool().Exec(ctx, q.sql, q.args...); err != nil {
			return workspace, 0, err
		}
	}
	_, err = s.Pool().CopyFrom(ctx, pgx.Identifier{"customers"}, []string{"workspace_id", "id"}, pgx.CopyFromSlice(simulation.Customers, func(i int) ([]any, error) {
		return []any{workspace, predicttest.CustomerID(i)}, nil
	}))
	if err != nil {
		return workspace, 0, err
	}
	_, err = s.Pool().CopyFrom(ctx, pgx.Identifier{"events"}, []string{"workspace_id", "data_source_id", "external_id", "type", "customer_id", "occurred_at", "value"},
		pgx.CopyFromSlice(len(purchases), func(i int) ([]any, error) {
			p := purchases[i]
			return []any{workspace, source, fmt.Sprint(i), "order_completed", predicttest.CustomerID(p.Customer), p.Day.Add(12 * time.Hour), decimal.New(p.Cents, -2)}, nil
		}))
	if err != nil {
		return workspace, 0, err
	}
	_, err = s.Pool().Exec(ctx, "VACUUM ANALYZE events")
	return workspace, len(purchases), err
}
