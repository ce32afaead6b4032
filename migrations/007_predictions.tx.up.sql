-- Predictions: the model fitted on a workspace's orders with how well it did on held-out days, and what it says of each
-- customer who has ordered. Both are replaced together.
CREATE TABLE prediction_models (
    workspace_id   uuid PRIMARY KEY REFERENCES workspaces ON DELETE CASCADE,
    data_version   bigint NOT NULL, -- of the data that it was fitted on; an earlier one never replaces a later one
    fitted_at      timestamptz NOT NULL,
    customers      integer NOT NULL, -- with an order
    log_likelihood double precision, -- of BG/NBD; NULL where there was not enough to fit it
    model          jsonb NOT NULL    -- predict.Model: parameters, sample sizes, backtest, totals, or what is missing
);

CREATE TABLE customer_predictions (
    workspace_id       uuid NOT NULL,
    customer_id        uuid NOT NULL,
    recency_score      smallint NOT NULL, -- 1..5, 5 the best fifth
    frequency_score    smallint NOT NULL,
    monetary_score     smallint NOT NULL,
    order_days         integer NOT NULL,  -- days with an order
    last_order_on      date NOT NULL,     -- in the workspace's zone
    revenue            numeric(14, 2) NOT NULL, -- orders less refunds
    -- NULL where there was not enough to predict from.
    p_alive            double precision,  -- 0..1
    churn_risk         double precision,  -- 1 - p_alive; NULL too for who ordered on one day only, of whom the model cannot say
    expected_orders_30 double precision,  -- days with an order in the next 30 days
    expected_orders_90 double precision,
    value_per_order    double precision,  -- in the workspace's currency, before refunds
    expected_value_90  double precision,  -- expected_orders_90 times value_per_order
    predicted_at       timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, customer_id)
);
CREATE INDEX customer_predictions_value_idx ON customer_predictions (workspace_id, expected_value_90 DESC NULLS LAST, customer_id);
