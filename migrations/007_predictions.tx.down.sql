DROP INDEX events_orders_idx;
DROP TABLE customer_predictions, prediction_models;
