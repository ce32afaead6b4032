-- Ingest: what arrives by write key, whose it is, and what has to be computed anew because of it.

-- The same constraint as before with the time ahead of the message id: what arrives now is written into the same few pages.
ALTER TABLE events DROP CONSTRAINT events_data_source_id_external_id_occurred_at_key;
ALTER TABLE events ADD CONSTRAINT events_once UNIQUE (data_source_id, occurred_at, external_id);
ALTER TABLE events
    ADD COLUMN context     jsonb,    -- as it was sent: page, campaign, device; with properties, all of the raw form
    ADD COLUMN resolved_by smallint, -- the identifier that named the customer: 1 user id, 2 email, 3 phone, 4 anonymous id
    ADD COLUMN profile_id  uuid;     -- the customer it was resolved to before a merge; NULL: customer_id

-- Whose a user id is, identities say; demo customers may have the same.
DROP INDEX customers_external_key;
CREATE INDEX customers_external_idx ON customers (workspace_id, external_id) WHERE external_id IS NOT NULL;
ALTER TABLE customers
    ADD COLUMN IF NOT EXISTS attributes jsonb NOT NULL DEFAULT '{}', -- traits that have no column, by name
    ADD COLUMN traits jsonb; -- what this profile itself was told, {"name": [value, Unix milliseconds]}: the newest wins

-- Messages that were accepted, so that one sent again is stored once: a hash of the data source and the message id.
CREATE TABLE message_keys (
    data_source_id uuid NOT NULL,
    key            uuid NOT NULL,
    PRIMARY KEY (data_source_id, key)
);

-- What was not accepted, or not wholly, and why.
CREATE TABLE rejected_events (
    id             uuid PRIMARY KEY, -- v7
    workspace_id   uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    data_source_id uuid NOT NULL REFERENCES data_sources ON DELETE CASCADE,
    key            uuid NOT NULL, -- of the message and the reason: one sent again is not rejected twice
    message_id     text NOT NULL,
    name           text NOT NULL, -- what it called itself
    code           text NOT NULL,
    field          text NOT NULL,
    reason         text NOT NULL, -- in words, with what would be right
    kept           boolean NOT NULL, -- the event is stored, without what was wrong in it
    raw            text NOT NULL,
    received_at    timestamptz NOT NULL,
    UNIQUE (data_source_id, key)
);
CREATE INDEX rejected_events_source_idx ON rejected_events (workspace_id, data_source_id, received_at DESC, id DESC);
CREATE INDEX rejected_events_received_idx ON rejected_events (received_at);

-- Whom a user id, an email address or a phone number belongs to.
CREATE TABLE identities (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    kind         smallint NOT NULL, -- 1 user id, 2 email, 3 phone
    value        text NOT NULL,     -- normalised: lower case, E.164
    customer_id  uuid NOT NULL,
    PRIMARY KEY (workspace_id, kind, value)
);
CREATE INDEX identities_customer_idx ON identities (workspace_id, customer_id);

-- Whom an anonymous id belongs to: to the one customer it was seen with; to a profile of its own while it was seen with none,
-- or with several, as on a shared device.
CREATE TABLE devices (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    anonymous_id text NOT NULL,
    customer_id  uuid NOT NULL, -- whom its events are given to
    profile_id   uuid NOT NULL, -- its own profile, which is a customer once it needs to be
    seen_with    uuid[] NOT NULL, -- customers known by more than an anonymous id
    PRIMARY KEY (workspace_id, anonymous_id)
);
CREATE INDEX devices_customer_idx ON devices (workspace_id, customer_id);
CREATE INDEX devices_shared_idx ON devices USING gin (seen_with) WHERE cardinality(seen_with) > 1;

-- Profiles that became part of another.
CREATE TABLE merged_customers (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id           uuid NOT NULL,
    customer_id  uuid NOT NULL, -- the one it is part of
    traits       jsonb,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX merged_customers_customer_idx ON merged_customers (workspace_id, customer_id);

-- Each merge, so that it can be understood and undone.
CREATE TABLE customer_merges (
    id           uuid PRIMARY KEY, -- v7
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    customer_id  uuid NOT NULL, -- who stayed
    merged_id    uuid NOT NULL, -- who became part of them
    profiles     uuid[] NOT NULL, -- merged_id and what was part of it
    identities   jsonb NOT NULL, -- [[kind, value], …] that were merged_id's
    reason       text NOT NULL CHECK (reason IN ('identified', 'same_person')),
    merged_at    timestamptz NOT NULL,
    undone_at    timestamptz
);
CREATE INDEX customer_merges_customer_idx ON customer_merges (workspace_id, customer_id, id);
CREATE INDEX customer_merges_merged_idx ON customer_merges (workspace_id, merged_id, id);

-- Which event counts for an order that was told more than once: of the best source, and of that the earliest.
CREATE TABLE order_acts (
    workspace_id   uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    order_id       text NOT NULL,
    rank           smallint NOT NULL, -- 1 shopify, 2 http, 3 gtm, 4 facebook_pixel
    occurred_at    timestamptz NOT NULL,
    data_source_id uuid NOT NULL,
    external_id    text NOT NULL,
    PRIMARY KEY (workspace_id, order_id)
);
CREATE INDEX order_acts_source_idx ON order_acts (workspace_id, data_source_id);

-- Customers whose features no longer equal their events, once for each time that they changed.
CREATE TABLE stale_customers (
    workspace_id uuid NOT NULL,
    customer_id  uuid NOT NULL,
    since        timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX stale_customers_idx ON stale_customers (workspace_id, customer_id);

-- Whether an event is part of a visit.
CREATE FUNCTION customer_visited(type text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN type NOT LIKE 'message\_%' AND type <> 'order_refunded';

-- Visits by their begin, and what brought them: sessions that a source tells of, and where none does, what a customer does
-- after half an hour of nothing (refresh_features).
CREATE TABLE customer_visits (
    workspace_id uuid NOT NULL,
    customer_id  uuid NOT NULL,
    started_at   timestamptz NOT NULL,
    channel      text NOT NULL,
    PRIMARY KEY (workspace_id, customer_id, started_at, channel)
);
CREATE INDEX customer_visits_started_idx ON customer_visits (workspace_id, started_at) INCLUDE (customer_id, channel);

CREATE INDEX customer_days_customer_idx ON customer_days (workspace_id, customer_id, day);

-- More of the feature store.
ALTER TABLE customer_features
    ADD COLUMN affinities jsonb, -- the five products that they care for most: [{product, views, adds, orders}]
    ADD COLUMN engagement jsonb; -- by channel: {sent, delivered, opened, clicked, bounced, complained, unsubscribed}

-- Sessions that became visits before there was a table for them.
INSERT INTO customer_visits (workspace_id, customer_id, started_at, channel)
SELECT workspace_id, customer_id, min(occurred_at), min(coalesce(channel, '') COLLATE "C")
FROM events WHERE session_id IS NOT NULL AND customer_id IS NOT NULL GROUP BY workspace_id, customer_id, session_id
ON CONFLICT DO NOTHING;

DROP FUNCTION refresh_features(uuid, uuid[]);

-- Computes features, days and visits of these customers, or of all (ids NULL), from their events. Running it again changes
-- nothing. For single customers, counting adjusts the counts of visits by hour, which refresh_rollups otherwise makes.
CREATE FUNCTION refresh_features(workspace uuid, ids uuid[], counting boolean DEFAULT false) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_custom_plan SET jit = off SET work_mem = '64MB' SET enable_seqscan = on AS $$
DECLARE
    zone text;
BEGIN
    SELECT time_zone INTO STRICT zone FROM workspaces WHERE id = workspace;
    DELETE FROM customer_features f WHERE f.workspace_id = workspace AND (ids IS NULL OR f.customer_id = ANY (ids));
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

-- As in 003, with visits counted from customer_visits, and items without a price.
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
    FROM (SELECT started_at AT TIME ZONE zone AS local, channel FROM customer_visits WHERE workspace_id = workspace AND started_at >= from_at OFFSET 0) visits
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
            sum((item ->> 'quantity')::bigint), coalesce(sum((item ->> 'quantity')::bigint * (item ->> 'price')::numeric), 0)
        FROM events, jsonb_array_elements(properties -> 'items') item
        WHERE workspace_id = workspace AND occurred_at >= from_at AND NOT duplicate AND type = 'order_completed'
            AND properties -> 'items' IS NOT NULL
        GROUP BY 1, 2
    ) counted
    GROUP BY day, product;

    INSERT INTO rollup_zones (workspace_id, time_zone) VALUES (workspace, zone)
    ON CONFLICT (workspace_id) DO UPDATE SET time_zone = excluded.time_zone;
END $$;
