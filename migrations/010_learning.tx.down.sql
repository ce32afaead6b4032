DROP INDEX recommendation_feedback_updated_idx;
DROP TABLE learning_due, learning_posteriors, learning_models;
DROP SEQUENCE learning_requests;
