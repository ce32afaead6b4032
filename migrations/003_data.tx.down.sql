DROP TABLE dummy_data_chunks, dummy_data_jobs, event_rollups, customer_features, events, customers, data_sources;
DROP FUNCTION ensure_event_partitions;
