-- Ingest notes whose features became stale as one list a transaction: a row and an index entry for each of a thousand
-- customers cost more than the list. A refresh makes customers of the lists, each once (RefreshStale).
CREATE TABLE stale_lists (
    workspace_id uuid NOT NULL,
    customer_ids uuid[] NOT NULL,
    since        timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE stale_lists ALTER COLUMN customer_ids SET STORAGE EXTERNAL; -- random ids do not compress
CREATE INDEX stale_lists_idx ON stale_lists (workspace_id);

CREATE TEMPORARY TABLE stale ON COMMIT DROP AS SELECT workspace_id, customer_id, min(since) AS since FROM stale_customers GROUP BY 1, 2;
TRUNCATE stale_customers;
INSERT INTO stale_customers (workspace_id, customer_id, since) SELECT workspace_id, customer_id, since FROM stale;
DROP INDEX stale_customers_idx;
ALTER TABLE stale_customers ADD PRIMARY KEY (workspace_id, customer_id);

-- Grows whenever what was known of a workspace's identifiers and devices becomes another: processes keep what they read of
-- them for as long as it stays the same. What is only added changes nothing that was known.
CREATE TABLE identity_versions (
    workspace_id uuid PRIMARY KEY REFERENCES workspaces ON DELETE CASCADE,
    version      bigint NOT NULL
) WITH (fillfactor = 50);
