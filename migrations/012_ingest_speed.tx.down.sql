INSERT INTO stale_customers (workspace_id, customer_id, since)
SELECT workspace_id, customer_id, min(since) FROM stale_lists, unnest(customer_ids) AS customer_id GROUP BY 1, 2 ON CONFLICT DO NOTHING;
ALTER TABLE stale_customers DROP CONSTRAINT stale_customers_pkey;
CREATE INDEX stale_customers_idx ON stale_customers (workspace_id, customer_id);
DROP TABLE identity_versions, stale_lists;
