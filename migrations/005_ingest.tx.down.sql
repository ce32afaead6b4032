-- What 003 made, as it made it.
DROP FUNCTION refresh_features(uuid, uuid[], boolean);
-- Computes features and days of these customers, or of all (ids NULL), from their events. Running it again changes nothing.
-- Days that no longer have events stay for single customers; delete their customer_days before, as removal does.
CREATE FUNCTION refresh_features(workspace uuid, ids uuid[]) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan SET jit = off SET work_mem = '64MB' SET enable_seqscan = on AS $$
DECLARE
    zone text;
BEGIN
    SELECT time_zone INTO STRICT zone FROM workspaces WHERE id = workspace;
    DELETE FROM customer_features f WHERE f.workspace_id = workspace AND (ids IS NULL OR f.customer_id = ANY (ids));
    IF ids IS NULL THEN
        DELETE FROM customer_days d WHERE d.workspace_id = workspace;
    ELSE
        SET LOCAL enable_seqscan = off; -- fresh partitions have no statistics; one customer's rows are always few
    END IF;

    WITH acts AS MATERIALIZED (
        SELECT e.customer_id, e.type, e.session_id, e.occurred_at, e.value, e.duplicate,
            customer_did(e.type) AS did, e.occurred_at AT TIME ZONE zone AS local,
            max(e.occurred_at) FILTER (WHERE e.type = 'order_completed' AND NOT e.duplicate) OVER (PARTITION BY e.customer_id) AS last_order
        FROM events e
        WHERE e.workspace_id = workspace AND e.customer_id IS NOT NULL AND (ids IS NULL OR e.customer_id = ANY (ids))
    ), days AS (
        INSERT INTO customer_days AS d (workspace_id, day, customer_id, did)
        SELECT workspace, local::date, customer_id, bit_or(CASE type
            WHEN 'page_viewed' THEN 33 WHEN 'product_viewed' THEN 34 WHEN 'product_added' THEN 36
            WHEN 'checkout_started' THEN 40 WHEN 'order_completed' THEN 48 ELSE 32 END)
        FROM acts WHERE did AND NOT duplicate GROUP BY customer_id, local::date ORDER BY 2, 3
        ON CONFLICT (workspace_id, day, customer_id) DO UPDATE SET did = excluded.did WHERE d.did <> excluded.did
    )
    INSERT INTO customer_features (workspace_id, customer_id, first_seen_at, last_seen_at, events, sessions,
        page_views, product_views, product_adds, checkouts, orders, refunds, revenue,
        last_page_viewed_at, last_product_viewed_at, last_product_added_at, last_checkout_at, first_order_at, last_order_at,
        cart_since, cart_touched_at, cart_value, best_hour)
    SELECT workspace, customer_id, min(occurred_at), coalesce(max(occurred_at) FILTER (WHERE did), max(occurred_at)),
        count(*), count(DISTINCT session_id),
        count(*) FILTER (WHERE type = 'page_viewed' AND NOT duplicate),
        count(*) FILTER (WHERE type = 'product_viewed' AND NOT duplicate),
        count(*) FILTER (WHERE type = 'product_added' AND NOT duplicate),
        count(*) FILTER (WHERE type = 'checkout_started' AND NOT duplicate),
        count(*) FILTER (WHERE type = 'order_completed' AND NOT duplicate),
        count(*) FILTER (WHERE type = 'order_refunded' AND NOT duplicate),
        coalesce(sum(value) FILTER (WHERE type = 'order_completed' AND NOT duplicate), 0)
            - coalesce(sum(value) FILTER (WHERE type = 'order_refunded' AND NOT duplicate), 0),
        max(occurred_at) FILTER (WHERE type = 'page_viewed'),
        max(occurred_at) FILTER (WHERE type = 'product_viewed'),
        max(occurred_at) FILTER (WHERE type = 'product_added'),
        max(occurred_at) FILTER (WHERE type = 'checkout_started'),
        min(occurred_at) FILTER (WHERE type = 'order_completed' AND NOT duplicate),
        max(last_order),
        min(occurred_at) FILTER (WHERE type IN ('product_added', 'checkout_started') AND occurred_at > coalesce(last_order, '-infinity')),
        max(occurred_at) FILTER (WHERE type IN ('product_added', 'checkout_started') AND occurred_at > coalesce(last_order, '-infinity')),
        coalesce(
            sum(value) FILTER (WHERE type = 'product_added' AND NOT duplicate AND occurred_at > coalesce(last_order, '-infinity')),
            (array_agg(value ORDER BY occurred_at DESC) FILTER (WHERE type = 'checkout_started' AND NOT duplicate AND occurred_at > coalesce(last_order, '-infinity')))[1],
            0),
        mode() WITHIN GROUP (ORDER BY extract(hour FROM local)::smallint) FILTER (WHERE did AND NOT duplicate)
    FROM acts GROUP BY customer_id;
END $$;

-- Computes the rollups of all days since that one (NULL: of all days) from the events. Running it again changes nothing.
CREATE OR REPLACE FUNCTION refresh_rollups(workspace uuid, since date) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan SET jit = off SET work_mem = '128MB' AS $$
DECLARE
    zone     text;
    from_at  timestamptz;
    from_day date := coalesce(since, '-infinity');
BEGIN
    SELECT time_zone INTO STRICT zone FROM workspaces WHERE id = workspace;
    from_at := coalesce(since::timestamp AT TIME ZONE zone, '-infinity');
    DELETE FROM event_days WHERE workspace_id = workspace AND day >= from_day;
    DELETE FROM event_hours WHERE workspace_id = workspace AND day >= from_day;
    DELETE FROM visit_hours WHERE workspace_id = workspace AND day >= from_day;
    DELETE FROM product_days WHERE workspace_id = workspace AND day >= from_day;

    WITH counted AS MATERIALIZED (
        SELECT local::date AS day, extract(hour FROM local)::smallint AS hour, type, data_source_id, channel,
            count(*) AS events, count(*) FILTER (WHERE NOT duplicate) AS acts,
            coalesce(sum(value) FILTER (WHERE NOT duplicate), 0) AS value, min(occurred_at) AS first_at, max(occurred_at) AS last_at
        FROM (
            SELECT occurred_at AT TIME ZONE zone AS local, type, data_source_id, coalesce(channel, '') AS channel, duplicate, value, occurred_at
            FROM events WHERE workspace_id = workspace AND occurred_at >= from_at
            OFFSET 0
        ) e
        GROUP BY GROUPING SETS ((local::date, type, data_source_id, channel), (local::date, extract(hour FROM local)::smallint, type))
    ), days AS (
        INSERT INTO event_days (workspace_id, day, type, data_source_id, channel, events, acts, value, first_at, last_at)
        SELECT workspace, day, type, data_source_id, channel, events, acts, value, first_at, last_at FROM counted WHERE hour IS NULL
    )
    INSERT INTO event_hours (workspace_id, day, hour, type, events, acts, value)
    SELECT workspace, day, hour, type, events, acts, value FROM counted WHERE hour IS NOT NULL;

    INSERT INTO visit_hours (workspace_id, day, hour, channel, visits)
    SELECT workspace, local::date, extract(hour FROM local)::smallint, channel, count(*)
    FROM (
        SELECT min(occurred_at) AT TIME ZONE zone AS local, min(coalesce(channel, '') COLLATE "C") AS channel
        FROM events
        WHERE workspace_id = workspace AND session_id IS NOT NULL AND occurred_at >= from_at - interval '1 day' -- one may cross midnight
        GROUP BY session_id OFFSET 0
    ) visits
    WHERE local::date >= from_day
    GROUP BY 2, 3, 4;

    INSERT INTO product_days (workspace_id, day, product, views, adds, orders, units, revenue)
    SELECT workspace, day, product, sum(views), sum(adds), sum(orders), sum(units), sum(revenue)
    FROM (
        SELECT (occurred_at AT TIME ZONE zone)::date AS day, product,
            count(*) FILTER (WHERE type = 'product_viewed') AS views, count(*) FILTER (WHERE type = 'product_added') AS adds,
            count(*) FILTER (WHERE type = 'order_completed') AS orders, count(*) FILTER (WHERE type = 'order_completed') AS units,
            coalesce(sum(value) FILTER (WHERE type = 'order_completed'), 0) AS revenue
        FROM events
        WHERE workspace_id = workspace AND occurred_at >= from_at AND NOT duplicate AND product IS NOT NULL
            AND type IN ('product_viewed', 'product_added', 'order_completed') AND (type <> 'order_completed' OR properties -> 'items' IS NULL)
        GROUP BY 1, 2
        UNION ALL
        SELECT (occurred_at AT TIME ZONE zone)::date, item ->> 'product', 0, 0, count(DISTINCT external_id),
            sum((item ->> 'quantity')::bigint), sum((item ->> 'quantity')::bigint * (item ->> 'price')::numeric)
        FROM events, jsonb_array_elements(properties -> 'items') item
        WHERE workspace_id = workspace AND occurred_at >= from_at AND NOT duplicate AND type = 'order_completed'
            AND properties -> 'items' IS NOT NULL
        GROUP BY 1, 2
    ) counted
    GROUP BY day, product;

    INSERT INTO rollup_zones (workspace_id, time_zone) VALUES (workspace, zone)
    ON CONFLICT (workspace_id) DO UPDATE SET time_zone = excluded.time_zone;
END $$;

DROP TABLE customer_visits, stale_customers, order_acts, customer_merges, merged_customers, devices, identities, rejected_events, message_keys;
DROP FUNCTION customer_visited;
DROP INDEX customer_days_customer_idx;
ALTER TABLE customer_features DROP COLUMN affinities, DROP COLUMN engagement;
ALTER TABLE customers DROP COLUMN attributes, DROP COLUMN traits;
DROP INDEX customers_external_idx;
CREATE UNIQUE INDEX customers_external_key ON customers (workspace_id, external_id) WHERE external_id IS NOT NULL;
ALTER TABLE events DROP COLUMN context, DROP COLUMN resolved_by, DROP COLUMN profile_id;
ALTER TABLE events DROP CONSTRAINT events_once;
ALTER TABLE events ADD UNIQUE (data_source_id, external_id, occurred_at);
