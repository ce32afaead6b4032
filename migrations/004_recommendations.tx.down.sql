DROP TABLE recommendation_feedback, recommendations;
