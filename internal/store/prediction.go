package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/pulsehub/pulsehub/internal/predict"
)

// orderEvents are the orders and refunds that predictions know: of somebody, each once, before the moment.
const orderEvents = `events
		WHERE workspace_id = @workspace AND customer_id IS NOT NULL AND NOT duplicate AND type IN ('order_completed', 'order_refunded')
			AND occurred_at < @until`

const orderHistorySQL = `
	SELECT last, coalesce(last - first, 0) AS history
	FROM (
		SELECT ((@until::timestamptz - interval '1 microsecond') AT TIME ZONE @zone)::date AS last,
			(min(occurred_at) FILTER (WHERE type = 'order_completed') AT TIME ZONE @zone)::date AS first
		FROM ` + orderEvents + `
	) span`

// buyersSQL makes one row of each customer with an order. Orders of one day in the workspace's zone are one transaction, as in
// the papers; a refund makes no transaction and takes from revenue only. An amount of nothing is an amount, and none is none.
const buyersSQL = `
	WITH days AS (
		SELECT customer_id, (occurred_at AT TIME ZONE @zone)::date AS day,
			count(*) FILTER (WHERE type = 'order_completed') AS orders,
			sum(value) FILTER (WHERE type = 'order_completed') AS value,
			coalesce(sum(CASE type WHEN 'order_refunded' THEN -value ELSE value END), 0) AS net
		FROM ` + orderEvents + `
		GROUP BY 1, 2
	), known AS (
		SELECT *, min(day) FILTER (WHERE orders > 0) OVER (PARTITION BY customer_id) AS first FROM days
	)
	SELECT customer_id, sum(orders)::int AS orders, (sum(net) * 100)::bigint AS cents, @last::date - first AS age,
		count(*) FILTER (WHERE orders > 0 AND day > first) AS repeats,
		max(day) FILTER (WHERE orders > 0) - first AS recency,
		count(value) FILTER (WHERE day > first) AS valued,
		coalesce(sum(value) FILTER (WHERE day > first), 0)::float8 AS value,
		count(*) FILTER (WHERE orders > 0 AND day > first AND day <= @cut::date) AS repeats_before,
		coalesce(max(day) FILTER (WHERE orders > 0 AND day <= @cut::date) - first, 0) AS recency_before,
		count(value) FILTER (WHERE day > first AND day <= @cut::date) AS valued_before,
		coalesce(sum(value) FILTER (WHERE day > first AND day <= @cut::date), 0)::float8 AS value_before
	FROM known WHERE first IS NOT NULL
	GROUP BY customer_id, first
	ORDER BY customer_id`

// PredictionInput reads the orders of the workspace before that moment, of one snapshot: a row for each customer with an
// order, about 100 bytes in memory.
func (s *Store) PredictionInput(ctx context.Context, workspaceID uuid.UUID, until time.Time) (in predict.Input, err error) {
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		f, _, err := readFrame(ctx, tx, workspaceID)
		if err != nil {
			return err
		}
		in = predict.Input{DataVersion: f.version, Currency: f.currency, TimeZone: f.timeZone, Until: until.UTC().Truncate(time.Microsecond)}
		args := pgx.NamedArgs{"workspace": workspaceID, "until": in.Until, "zone": f.timeZone}
		for _, q := range []string{"SET LOCAL jit = off", "SET LOCAL work_mem = '64MB'"} {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		if err := tx.QueryRow(ctx, orderHistorySQL, args).Scan(&in.LastDay, &in.HistoryDays); err != nil {
			return err
		}
		in.HoldoutDays = predict.HoldoutDays(in.HistoryDays)
		args["last"] = in.LastDay.Format(time.DateOnly)
		args["cut"] = in.LastDay.AddDate(0, 0, -in.HoldoutDays).Format(time.DateOnly)
		rows, err := tx.Query(ctx, buyersSQL, args)
		if err != nil {
			return err
		}
		var b predict.Buyer
		now, before := &b.Now, &b.Calibration
		_, err = pgx.ForEachRow(rows, []any{
			&b.CustomerID, &b.Orders, &b.Cents, &now.Age, &now.Repeats, &now.Recency, &now.Valued, &now.Value,
			&before.Repeats, &before.Recency, &before.Valued, &before.Value,
		}, func() error {
			before.Age = now.Age - int32(in.HoldoutDays)
			in.Buyers = append(in.Buyers, b)
			return nil
		})
		return err
	})
	if err != nil {
		return predict.Input{}, fmt.Errorf("reading orders to predict from: %w", err)
	}
	return in, nil
}

var predictionColumns = []string{
	"workspace_id", "customer_id", "recency_score", "frequency_score", "monetary_score", "order_days", "last_order_on", "revenue",
	"p_alive", "churn_risk", "expected_orders_30", "expected_orders_90", "value_per_order", "expected_value_90", "predicted_at",
}

// SavePredictions replaces the workspace's model and predictions with these, in one transaction: whoever reads sees all of one
// or all of the other. Those of later data stay as they are, and kept is false; saving the same twice changes nothing.
func (s *Store) SavePredictions(ctx context.Context, workspaceID uuid.UUID, r predict.Result, fittedAt time.Time) (kept bool, err error) {
	model, err := json.Marshal(r.Model)
	if err != nil {
		return false, fmt.Errorf("predictions: %w", err)
	}
	var likelihood *float64
	if p := r.Model.Purchases; p != nil {
		likelihood = &p.LogLikelihood
	}
	err = s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		// The row is locked to the end, so that fits of one workspace wait for each other here.
		tag, err := tx.Exec(ctx, `INSERT INTO prediction_models AS m (workspace_id, data_version, fitted_at, customers, log_likelihood, model)
			VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (workspace_id) DO UPDATE SET data_version = excluded.data_version, fitted_at = excluded.fitted_at,
				customers = excluded.customers, log_likelihood = excluded.log_likelihood, model = excluded.model
			WHERE m.data_version <= excluded.data_version`, workspaceID, r.DataVersion, fittedAt, r.Model.Customers, likelihood, string(model))
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		kept = true
		if _, err := tx.Exec(ctx, "DELETE FROM customer_predictions WHERE workspace_id = $1", workspaceID); err != nil {
			return err
		}
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"customer_predictions"}, predictionColumns, predictionRows(workspaceID, r, fittedAt))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("writing predictions of %d customers: %w", len(r.Buyers), err)
	}
	return kept, nil
}

// predictionRows feeds COPY, in one row that is used again.
func predictionRows(workspaceID uuid.UUID, r predict.Result, at time.Time) pgx.CopyFromSource {
	row := make([]any, len(predictionColumns))
	row[0], row[14] = pgUUID(workspaceID), at
	day, err := time.Parse(time.DateOnly, r.Model.LastDay)
	i := 0
	return pgx.CopyFromFunc(func() ([]any, error) {
		if i == len(r.Buyers) {
			return nil, nil
		}
		b, p := r.Buyers[i], r.Predictions[i]
		i++
		row[1] = pgUUID(b.CustomerID)
		row[2], row[3], row[4] = int16(p.RFM.Recency), int16(p.RFM.Frequency), int16(p.RFM.Monetary)
		row[5], row[6] = b.Now.Repeats+1, day.AddDate(0, 0, -int(b.SinceLastOrder()))
		row[7] = pgtype.Numeric{Int: big.NewInt(b.Cents), Exp: -2, Valid: true}
		if r.Model.Purchases != nil {
			row[8], row[9] = p.PAlive, nil
			if risk, known := p.ChurnRisk(b); known {
				row[9] = risk
			}
			row[10], row[11], row[12], row[13] = p.ExpectedShort, p.Expected, p.ValuePerOrder, p.ExpectedRevenue
		}
		return row, err
	})
}

// PredictionModel is the workspace's model as it was last saved, and nil before the first.
func (s *Store) PredictionModel(ctx context.Context, workspaceID uuid.UUID) (*predict.Saved, error) {
	var saved predict.Saved
	var model []byte
	var version int64
	err := s.pool.QueryRow(ctx, `SELECT m.fitted_at, m.data_version, m.model, w.data_version
		FROM prediction_models m JOIN workspaces w ON w.id = m.workspace_id WHERE m.workspace_id = $1`, workspaceID).
		Scan(&saved.FittedAt, &saved.DataVersion, &model, &version)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the prediction model: %w", err)
	}
	saved.UpToDate = saved.DataVersion == version
	if err := json.Unmarshal(model, &saved.Model); err != nil {
		return nil, fmt.Errorf("prediction model: %w", err)
	}
	return &saved, nil
}

const customerPredictionColumns = `p.customer_id, p.recency_score, p.frequency_score, p.monetary_score, p.order_days, p.last_order_on, p.revenue,
	p.p_alive, p.churn_risk, p.expected_orders_30, p.expected_orders_90, p.value_per_order, p.expected_value_90, p.predicted_at,
	coalesce(c.first_name, ''), coalesce(c.last_name, ''), coalesce(c.email, '')`

func scanCustomerPrediction(row pgx.CollectableRow) (p predict.CustomerPrediction, err error) {
	err = row.Scan(&p.CustomerID, &p.RFM.Recency, &p.RFM.Frequency, &p.RFM.Monetary, &p.OrderDays, &p.LastOrderOn, &p.Revenue,
		&p.PAlive, &p.ChurnRisk, &p.ExpectedOrders30, &p.ExpectedOrders90, &p.ValuePerOrder, &p.ExpectedValue90, &p.PredictedAt,
		&p.FirstName, &p.LastName, &p.Email)
	return p, err
}

// TopPredictions are the customers who are expected to bring most in the next 90 days; none where nothing is predicted.
// Somebody who is no customer any more is not among them.
func (s *Store) TopPredictions(ctx context.Context, workspaceID uuid.UUID, limit int) ([]predict.CustomerPrediction, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+customerPredictionColumns+`
		FROM customer_predictions p JOIN customers c ON c.workspace_id = p.workspace_id AND c.id = p.customer_id
		WHERE p.workspace_id = $1 AND p.expected_value_90 IS NOT NULL
		ORDER BY p.expected_value_90 DESC NULLS LAST, p.customer_id LIMIT $2`, workspaceID, limit)
	if err != nil {
		return nil, fmt.Errorf("reading the top predictions: %w", err)
	}
	return pgx.CollectRows(rows, scanCustomerPrediction)
}

// PredictionsAfter are up to limit of all predictions in order of customers' ids, from after that one on.
func (s *Store) PredictionsAfter(ctx context.Context, workspaceID, after uuid.UUID, limit int) ([]predict.CustomerPrediction, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+customerPredictionColumns+`
		FROM customer_predictions p JOIN customers c ON c.workspace_id = p.workspace_id AND c.id = p.customer_id
		WHERE p.workspace_id = $1 AND p.customer_id > $2
		ORDER BY p.customer_id LIMIT $3`, workspaceID, after, limit)
	if err != nil {
		return nil, fmt.Errorf("reading predictions: %w", err)
	}
	return pgx.CollectRows(rows, scanCustomerPrediction)
}
