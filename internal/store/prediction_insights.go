package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/pulsehub/pulsehub/internal/predict"
)

const atRiskSQL = `
	SELECT count(*) FILTER (WHERE p.churn_risk >= @line) AS customers, count(p.churn_risk) AS known,
		coalesce(sum(p.revenue) FILTER (WHERE p.churn_risk >= @line), 0) AS revenue
	FROM customer_predictions p WHERE p.workspace_id = @workspace`

// AtRisk is who has probably left, those who spent most first.
func (s *Store) AtRisk(ctx context.Context, workspaceID uuid.UUID, limit int) (out predict.AtRisk, err error) {
	args := pgx.NamedArgs{"workspace": workspaceID, "line": predict.ChurnLine, "limit": limit}
	out.Query = readable(atRiskSQL, args)
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, atRiskSQL, args).Scan(&out.Count, &out.Of, &out.Revenue); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT `+customerPredictionColumns+`
			FROM customer_predictions p JOIN customers c ON c.workspace_id = p.workspace_id AND c.id = p.customer_id
			WHERE p.workspace_id = @workspace AND p.churn_risk >= @line
			ORDER BY p.revenue DESC, p.customer_id LIMIT @limit`, args)
		if err != nil {
			return err
		}
		out.Customers, err = pgx.CollectRows(rows, scanCustomerPrediction)
		return err
	})
	return out, failed(err, "reading who is at risk")
}

// ExpectedSums are the sums over all customers for 30 or 90 days; of other horizons the SQL is that of the model alone.
func (s *Store) ExpectedSums(ctx context.Context, workspaceID uuid.UUID, days int) (orders, value float64, query string, err error) {
	args := pgx.NamedArgs{"workspace": workspaceID}
	sums := map[int]string{
		predict.ShortHorizon: `
	SELECT coalesce(sum(expected_orders_30), 0) AS orders, coalesce(sum(expected_orders_30 * value_per_order), 0) AS value
	FROM customer_predictions WHERE workspace_id = @workspace`,
		predict.Horizon: `
	SELECT coalesce(sum(expected_orders_90), 0) AS orders, coalesce(sum(expected_value_90), 0) AS value
	FROM customer_predictions WHERE workspace_id = @workspace`,
	}
	sql, ok := sums[days]
	if !ok {
		return 0, 0, readable(`SELECT model -> 'purchases' -> 'parameters' AS purchases, model -> 'value' -> 'parameters' AS value, model ->> 'until' AS until
	FROM prediction_models WHERE workspace_id = @workspace`, args), nil
	}
	err = s.pool.QueryRow(ctx, sql, args).Scan(&orders, &value)
	return orders, value, readable(sql, args), failed(err, "adding up predictions")
}
