-- Who came, and who bought, for the first time on a day of the workspace's zone, packed as people_days is: so that questions
-- about newcomers cost a few bytes for each of them. A day that is not here is read from customer_features, and may be packed
-- by whoever read it. A day that is here is equal to that: a change takes it away, in the same transaction.
CREATE TABLE newcomer_days (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    day          date NOT NULL,
    came         integer NOT NULL, -- how many were first seen on it
    bought       integer NOT NULL, -- how many ordered for the first time on it
    people       bytea NOT NULL,   -- who came, by number, lowest first: the distance from the one before as a uvarint
    PRIMARY KEY (workspace_id, day)
);
ALTER TABLE newcomer_days ALTER COLUMN people SET STORAGE EXTERNAL; -- it does not become smaller

-- Who packs days holds people_days_lock alone, and who changes them holds it with others, as for people_days.
CREATE FUNCTION forget_newcomer_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(people_days_lock(w.workspace_id)) FROM (SELECT DISTINCT workspace_id FROM changed ORDER BY 1) w;
    IF EXISTS (SELECT FROM newcomer_days n WHERE n.workspace_id IN (SELECT workspace_id FROM changed)) THEN
        DELETE FROM newcomer_days n USING (
            SELECT DISTINCT c.workspace_id, (m.at AT TIME ZONE w.time_zone)::date AS day
            FROM changed c JOIN workspaces w ON w.id = c.workspace_id, LATERAL (VALUES (c.first_seen_at), (c.first_order_at)) AS m (at)
        ) c WHERE n.workspace_id = c.workspace_id AND n.day = c.day;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER customer_features_inserted AFTER INSERT ON customer_features REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION forget_newcomer_days();
CREATE TRIGGER customer_features_deleted AFTER DELETE ON customer_features REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION forget_newcomer_days();
CREATE FUNCTION forget_newcomer_days_of_both() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(people_days_lock(w.workspace_id))
        FROM (SELECT workspace_id FROM before UNION SELECT workspace_id FROM changed ORDER BY 1) w;
    IF EXISTS (SELECT FROM newcomer_days n WHERE n.workspace_id IN (SELECT workspace_id FROM changed)) THEN
        DELETE FROM newcomer_days n USING (
            SELECT DISTINCT c.workspace_id, (m.at AT TIME ZONE w.time_zone)::date AS day
            FROM before b JOIN changed c ON c.workspace_id = b.workspace_id AND c.customer_id = b.customer_id JOIN workspaces w ON w.id = c.workspace_id,
                LATERAL (SELECT unnest(ARRAY[b.first_seen_at, c.first_seen_at]) WHERE b.first_seen_at <> c.first_seen_at
                    UNION ALL SELECT unnest(ARRAY[b.first_order_at, c.first_order_at]) WHERE b.first_order_at IS DISTINCT FROM c.first_order_at) AS m (at)
            WHERE b.first_seen_at <> c.first_seen_at OR b.first_order_at IS DISTINCT FROM c.first_order_at
        ) c WHERE n.workspace_id = c.workspace_id AND n.day = c.day;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER customer_features_updated AFTER UPDATE ON customer_features REFERENCING OLD TABLE AS before NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION forget_newcomer_days_of_both();

-- Room beside each row, so that most changes of features need no new entries in the indexes.
ALTER TABLE customer_features SET (fillfactor = 80);

-- As in 005; rows of features are kept and changed, so that what follows from a change can tell whether anything did.
-- Computes features, days and visits of these customers, or of all (ids NULL), from their events. Running it again changes
-- nothing. For single customers, counting adjusts the counts of visits by hour, which refresh_rollups otherwise makes.
CREATE OR REPLACE FUNCTION refresh_features(workspace uuid, ids uuid[], counting boolean DEFAULT false) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan SET jit = off SET work_mem = '64MB' SET enable_seqscan = on AS $$
DECLARE
    zone text;
BEGIN
    SELECT time_zone INTO STRICT zone FROM workspaces WHERE id = workspace;
    IF ids IS NULL THEN
        DELETE FROM customer_days d WHERE d.workspace_id = workspace;
        DELETE FROM customer_visits v WHERE v.workspace_id = workspace;
    ELSE
        SET LOCAL enable_seqscan = off; -- fresh partitions have no statistics; one customer's rows are always few
    END IF;

    WITH acts AS MATERIALIZED (
        SELECT e.customer_id, e.type, e.session_id, e.occurred_at, e.value, e.duplicate, e.product, coalesce(e.channel, '') AS channel,
            CASE WHEN e.type = 'order_completed' AND NOT e.duplicate AND jsonb_typeof(e.properties -> 'items') = 'array' THEN e.properties -> 'items' END AS items,
            customer_did(e.type) AS did, e.occurred_at AT TIME ZONE zone AS local,
            max(e.occurred_at) FILTER (WHERE e.type = 'order_completed' AND NOT e.duplicate) OVER (PARTITION BY e.customer_id) AS last_order
        FROM events e
        WHERE e.workspace_id = workspace AND e.customer_id IS NOT NULL AND (ids IS NULL OR e.customer_id = ANY (ids))
    ), forgotten AS (
        DELETE FROM customer_features f WHERE f.workspace_id = workspace AND (ids IS NULL OR f.customer_id = ANY (ids))
            AND NOT EXISTS (SELECT FROM acts a WHERE a.customer_id = f.customer_id)
    ), days AS (
        INSERT INTO customer_days AS d (workspace_id, day, customer_id, did)
        SELECT workspace, local::date, customer_id, bit_or(CASE type
            WHEN 'page_viewed' THEN 33 WHEN 'product_viewed' THEN 34 WHEN 'product_added' THEN 36
            WHEN 'checkout_started' THEN 40 WHEN 'order_completed' THEN 48 ELSE 32 END)
        FROM acts WHERE did AND NOT duplicate GROUP BY customer_id, local::date ORDER BY 2, 3
        ON CONFLICT (workspace_id, day, customer_id) DO UPDATE SET did = excluded.did WHERE d.did <> excluded.did
    ), idle AS (
        DELETE FROM customer_days d WHERE d.workspace_id = workspace AND d.customer_id = ANY (ids)
            AND NOT EXISTS (SELECT FROM acts a WHERE a.customer_id = d.customer_id AND a.local::date = d.day AND a.did AND NOT a.duplicate)
    ), starts AS MATERIALIZED (
        SELECT customer_id, min(occurred_at) AS started_at, min(channel COLLATE "C") AS channel
        FROM acts WHERE session_id IS NOT NULL GROUP BY customer_id, session_id
        UNION ALL
        SELECT customer_id, occurred_at, channel
        FROM (
            SELECT customer_id, type, session_id, occurred_at, channel,
                occurred_at - lag(occurred_at) OVER (PARTITION BY customer_id ORDER BY occurred_at, session_id NULLS FIRST, channel COLLATE "C") AS pause
            FROM acts
            WHERE customer_visited(type) AND NOT duplicate
                AND customer_id IN (SELECT customer_id FROM acts WHERE session_id IS NULL AND customer_visited(type))
        ) w
        WHERE session_id IS NULL AND (pause IS NULL OR pause > interval '30 minutes')
    ), gone AS (
        DELETE FROM customer_visits v WHERE v.workspace_id = workspace AND v.customer_id = ANY (ids)
            AND NOT EXISTS (SELECT FROM starts s WHERE s.customer_id = v.customer_id AND s.started_at = v.started_at AND s.channel = v.channel)
        RETURNING v.started_at AT TIME ZONE zone AS local, v.channel
    ), come AS (
        INSERT INTO customer_visits (workspace_id, customer_id, started_at, channel)
        SELECT DISTINCT workspace, customer_id, started_at, channel FROM starts
        ON CONFLICT DO NOTHING
        RETURNING started_at AT TIME ZONE zone AS local, channel
    ), visits AS (
        SELECT customer_id, count(DISTINCT (started_at, channel)) AS visits FROM starts GROUP BY customer_id
    ), affinities AS (
        SELECT customer_id, jsonb_agg(jsonb_build_object('product', product, 'views', views, 'adds', adds, 'orders', orders) ORDER BY place) AS affinities
        FROM (
            SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY views + 3 * adds + 5 * orders DESC, product COLLATE "C") AS place
            FROM (
                SELECT customer_id, product, count(*) FILTER (WHERE type = 'product_viewed') AS views,
                    count(*) FILTER (WHERE type = 'product_added') AS adds, count(*) FILTER (WHERE type = 'order_completed') AS orders
                FROM (
                    SELECT customer_id, product, type FROM acts
                    WHERE product IS NOT NULL AND NOT duplicate AND items IS NULL AND type IN ('product_viewed', 'product_added', 'order_completed')
                    UNION ALL
                    SELECT customer_id, item ->> 'product', type FROM acts, jsonb_array_elements(items) item WHERE items IS NOT NULL
                ) touched
                GROUP BY customer_id, product
            ) counted
        ) placed
        WHERE place <= 5 GROUP BY customer_id
    ), engagement AS (
        SELECT customer_id, jsonb_object_agg(channel, figures) AS engagement
        FROM (
            SELECT customer_id, channel, jsonb_object_agg(substr(type, 9), n) AS figures
            FROM (SELECT customer_id, channel, type, count(*) AS n FROM acts WHERE type LIKE 'message\_%' AND NOT duplicate GROUP BY 1, 2, 3) counted
            GROUP BY customer_id, channel
        ) channels
        GROUP BY customer_id
    ), features AS (
        INSERT INTO customer_features (workspace_id, customer_id, first_seen_at, last_seen_at, events, sessions,
            page_views, product_views, product_adds, checkouts, orders, refunds, revenue,
            last_page_viewed_at, last_product_viewed_at, last_product_added_at, last_checkout_at, first_order_at, last_order_at,
            cart_since, cart_touched_at, cart_value, best_hour, affinities, engagement)
        SELECT workspace, f.customer_id, first_seen_at, last_seen_at, events, coalesce(visits, 0),
            page_views, product_views, product_adds, checkouts, orders, refunds, revenue,
            last_page_viewed_at, last_product_viewed_at, last_product_added_at, last_checkout_at, first_order_at, last_order_at,
            cart_since, cart_touched_at, cart_value, best_hour, affinities, engagement
        FROM (
            SELECT customer_id, min(occurred_at) AS first_seen_at, coalesce(max(occurred_at) FILTER (WHERE did), max(occurred_at)) AS last_seen_at,
                count(*) AS events,
                count(*) FILTER (WHERE type = 'page_viewed' AND NOT duplicate) AS page_views,
                count(*) FILTER (WHERE type = 'product_viewed' AND NOT duplicate) AS product_views,
                count(*) FILTER (WHERE type = 'product_added' AND NOT duplicate) AS product_adds,
                count(*) FILTER (WHERE type = 'checkout_started' AND NOT duplicate) AS checkouts,
                count(*) FILTER (WHERE type = 'order_completed' AND NOT duplicate) AS orders,
                count(*) FILTER (WHERE type = 'order_refunded' AND NOT duplicate) AS refunds,
                coalesce(sum(value) FILTER (WHERE type = 'order_completed' AND NOT duplicate), 0)
                    - coalesce(sum(value) FILTER (WHERE type = 'order_refunded' AND NOT duplicate), 0) AS revenue,
                max(occurred_at) FILTER (WHERE type = 'page_viewed') AS last_page_viewed_at,
                max(occurred_at) FILTER (WHERE type = 'product_viewed') AS last_product_viewed_at,
                max(occurred_at) FILTER (WHERE type = 'product_added') AS last_product_added_at,
                max(occurred_at) FILTER (WHERE type = 'checkout_started') AS last_checkout_at,
                min(occurred_at) FILTER (WHERE type = 'order_completed' AND NOT duplicate) AS first_order_at,
                max(last_order) AS last_order_at,
                min(occurred_at) FILTER (WHERE type IN ('product_added', 'checkout_started') AND occurred_at > coalesce(last_order, '-infinity')) AS cart_since,
                max(occurred_at) FILTER (WHERE type IN ('product_added', 'checkout_started') AND occurred_at > coalesce(last_order, '-infinity')) AS cart_touched_at,
                coalesce(
                    sum(value) FILTER (WHERE type = 'product_added' AND NOT duplicate AND occurred_at > coalesce(last_order, '-infinity')),
                    (array_agg(value ORDER BY occurred_at DESC) FILTER (WHERE type = 'checkout_started' AND NOT duplicate AND occurred_at > coalesce(last_order, '-infinity')))[1],
                    0) AS cart_value,
                mode() WITHIN GROUP (ORDER BY extract(hour FROM local)::smallint) FILTER (WHERE did AND NOT duplicate) AS best_hour
            FROM acts GROUP BY customer_id
        ) f LEFT JOIN visits USING (customer_id) LEFT JOIN affinities USING (customer_id) LEFT JOIN engagement USING (customer_id)
        ON CONFLICT (workspace_id, customer_id) DO UPDATE SET
            first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at, events = excluded.events,
            sessions = excluded.sessions, page_views = excluded.page_views, product_views = excluded.product_views,
            product_adds = excluded.product_adds, checkouts = excluded.checkouts, orders = excluded.orders, refunds = excluded.refunds,
            revenue = excluded.revenue, last_page_viewed_at = excluded.last_page_viewed_at,
            last_product_viewed_at = excluded.last_product_viewed_at, last_product_added_at = excluded.last_product_added_at,
            last_checkout_at = excluded.last_checkout_at, first_order_at = excluded.first_order_at,
            last_order_at = excluded.last_order_at, cart_since = excluded.cart_since, cart_touched_at = excluded.cart_touched_at,
            cart_value = excluded.cart_value, best_hour = excluded.best_hour, affinities = excluded.affinities,
            engagement = excluded.engagement, updated_at = now()
    )
    MERGE INTO visit_hours h
    USING (
        SELECT local::date AS day, extract(hour FROM local)::smallint AS hour, channel, sum(n) AS n
        FROM (SELECT local, channel, 1 AS n FROM come UNION ALL SELECT local, channel, -1 FROM gone) changed
        WHERE counting GROUP BY 1, 2, 3 HAVING sum(n) <> 0
    ) c ON h.workspace_id = workspace AND h.day = c.day AND h.hour = c.hour AND h.channel = c.channel
    WHEN MATCHED AND h.visits + c.n = 0 THEN DELETE
    WHEN MATCHED THEN UPDATE SET visits = h.visits + c.n
    WHEN NOT MATCHED THEN INSERT (workspace_id, day, hour, channel, visits) VALUES (workspace, c.day, c.hour, c.channel, c.n);
END $$;
