DROP TRIGGER workspaces_picture ON workspaces;
DROP FUNCTION bump_data_version, refresh_rollups, refresh_features;
DROP TABLE dummy_data_chunks, dummy_data_jobs, rollup_zones, product_days, visit_hours, event_hours, event_days, customer_days, customer_features,
    events, customers, data_sources;
DROP FUNCTION customer_did, ensure_event_partitions;
