DROP TABLE customer_predictions, prediction_models;
