-- Data: where events come from, who did them, and what they did.
CREATE TABLE data_sources (
    id           uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    type         text NOT NULL CHECK (type IN ('gtm', 'facebook_pixel', 'shopify', 'http')),
    name         text NOT NULL,
    status       text NOT NULL DEFAULT 'connected' CHECK (status IN ('pending', 'connected', 'paused', 'needs_reauth', 'failed')),
    demo         boolean NOT NULL DEFAULT false,
    config       jsonb NOT NULL DEFAULT '{}',
    secrets      bytea, -- sealed; write-only through the API
    write_key    text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX data_sources_workspace_idx ON data_sources (workspace_id, id);
CREATE UNIQUE INDEX data_sources_demo_key ON data_sources (workspace_id, type) WHERE demo;
CREATE UNIQUE INDEX data_sources_write_key ON data_sources (write_key) WHERE write_key IS NOT NULL;

CREATE TABLE customers (
    workspace_id     uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id               uuid NOT NULL,
    external_id      text,
    email            text,
    phone            text,
    first_name       text,
    last_name        text,
    city             text,
    country          char(2),
    locale           text,
    time_zone        text NOT NULL DEFAULT 'UTC',
    consent_email    boolean NOT NULL DEFAULT false,
    consent_sms      boolean NOT NULL DEFAULT false,
    consent_push     boolean NOT NULL DEFAULT false,
    consent_whatsapp boolean NOT NULL DEFAULT false,
    demo             boolean NOT NULL DEFAULT false,
    created_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX customers_external_key ON customers (workspace_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX customers_email_idx ON customers (workspace_id, lower(email)) WHERE email IS NOT NULL;

-- Everything customers did, in the normalised vocabulary. Partitioned by month of occurred_at; partitions are made by
-- ensure_event_partitions, and the default one catches what no month was made for.
CREATE TABLE events (
    workspace_id   uuid NOT NULL,
    data_source_id uuid NOT NULL,
    external_id    text NOT NULL, -- the source's own id, or the message id
    type           text NOT NULL,
    name           text,          -- the source's name for it, when type is custom
    customer_id    uuid,
    anonymous_id   text,
    session_id     uuid,
    occurred_at    timestamptz NOT NULL,
    received_at    timestamptz NOT NULL DEFAULT now(),
    channel        text,          -- where the visit came from: direct, organic, paid, social, email, sms, push, whatsapp, referral
    product        text,
    value          numeric(14, 2), -- money, in the workspace's currency
    properties     jsonb,
    -- One act told by several sources is kept from each and counted once: true where a better source told it too
    -- (shopify before http before gtm before facebook_pixel). Counts of events include duplicates, all others do not.
    duplicate      boolean NOT NULL DEFAULT false,
    demo           boolean NOT NULL DEFAULT false,
    UNIQUE (data_source_id, external_id, occurred_at)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX events_customer_idx ON events (workspace_id, customer_id, occurred_at);
CREATE INDEX events_occurred_idx ON events USING brin (workspace_id, occurred_at) WITH (pages_per_range = 32);
CREATE TABLE events_default PARTITION OF events DEFAULT;

-- Makes the months that are not there. What the default partition holds of a month moves into it.
CREATE FUNCTION ensure_event_partitions(since timestamptz, until timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    month date := date_trunc('month', since AT TIME ZONE 'UTC');
    last  date := date_trunc('month', until AT TIME ZONE 'UTC');
    name  text;
    from_ timestamptz;
    to_   timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('pulsehub.event_partitions'));
    WHILE month <= last LOOP
        name := 'events_' || to_char(month, 'YYYY_MM');
        from_ := month::timestamp AT TIME ZONE 'UTC';
        to_ := (month + interval '1 month') AT TIME ZONE 'UTC';
        IF to_regclass(name) IS NULL THEN
            LOCK TABLE events_default IN ACCESS EXCLUSIVE MODE;
            EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
            EXECUTE format('WITH moved AS (DELETE FROM events_default WHERE occurred_at >= %L AND occurred_at < %L RETURNING *) INSERT INTO %I SELECT * FROM moved', from_, to_, name);
            EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, from_, to_);
        END IF;
        month := month + interval '1 month';
    END LOOP;
END $$;

-- Whether an event is something the customer did themselves, and not only something that was sent to them.
CREATE FUNCTION customer_did(type text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN type NOT LIKE 'message\_%' OR type IN ('message_opened', 'message_clicked', 'message_unsubscribed', 'message_complained');

-- The feature store: one row a customer, always equal to what their events say (refresh_features).
CREATE TABLE customer_features (
    workspace_id           uuid NOT NULL,
    customer_id            uuid NOT NULL,
    first_seen_at          timestamptz NOT NULL,
    last_seen_at           timestamptz NOT NULL, -- the last thing they did themselves
    events                 integer NOT NULL DEFAULT 0,
    sessions               integer NOT NULL DEFAULT 0,
    page_views             integer NOT NULL DEFAULT 0,
    product_views          integer NOT NULL DEFAULT 0,
    product_adds           integer NOT NULL DEFAULT 0,
    checkouts              integer NOT NULL DEFAULT 0,
    orders                 integer NOT NULL DEFAULT 0,
    refunds                integer NOT NULL DEFAULT 0,
    revenue                numeric(14, 2) NOT NULL DEFAULT 0, -- orders less refunds
    last_page_viewed_at    timestamptz,
    last_product_viewed_at timestamptz,
    last_product_added_at  timestamptz,
    last_checkout_at       timestamptz,
    first_order_at         timestamptz,
    last_order_at          timestamptz,
    cart_since             timestamptz, -- first add or checkout after the last order, while a cart is open
    cart_touched_at        timestamptz, -- the last of these
    cart_value             numeric(14, 2) NOT NULL DEFAULT 0, -- what was added; the last checkout where no source tells of adds
    best_hour              smallint, -- 0..23 in the workspace's zone: when they do most; the earlier one of equals
    updated_at             timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, customer_id)
);

-- The days on which a customer did something, in the workspace's zone, and what: exact counts of people over any range
-- of days, without their events.
CREATE TABLE customer_days (
    workspace_id uuid NOT NULL,
    day          date NOT NULL,
    customer_id  uuid NOT NULL,
    did          smallint NOT NULL, -- 1 page_viewed, 2 product_viewed, 4 product_added, 8 checkout_started, 16 order_completed, 32 anything
    PRIMARY KEY (workspace_id, day, customer_id) INCLUDE (did)
);

-- Events and money by day and by hour of the workspace's zone, so that the cost of a question grows with its range and
-- not with history (refresh_rollups). acts and value leave duplicates out.
CREATE TABLE event_days (
    workspace_id   uuid NOT NULL,
    day            date NOT NULL,
    type           text NOT NULL,
    data_source_id uuid NOT NULL,
    channel        text NOT NULL,
    events         bigint NOT NULL,
    acts           bigint NOT NULL,
    value          numeric(16, 2) NOT NULL,
    first_at       timestamptz NOT NULL,
    last_at        timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, day, type, data_source_id, channel)
);
CREATE TABLE event_hours (
    workspace_id uuid NOT NULL,
    day          date NOT NULL,
    hour         smallint NOT NULL,
    type         text NOT NULL,
    events       bigint NOT NULL,
    acts         bigint NOT NULL,
    value        numeric(16, 2) NOT NULL,
    PRIMARY KEY (workspace_id, day, hour, type)
);
-- Sessions by when they began, and the channel that brought them. One that several sources saw is one.
CREATE TABLE visit_hours (
    workspace_id uuid NOT NULL,
    day          date NOT NULL,
    hour         smallint NOT NULL,
    channel      text NOT NULL,
    visits       bigint NOT NULL,
    PRIMARY KEY (workspace_id, day, hour, channel)
);
-- An order counts for each product in its items, or for its own product where it lists none.
CREATE TABLE product_days (
    workspace_id uuid NOT NULL,
    day          date NOT NULL,
    product      text NOT NULL,
    views        bigint NOT NULL,
    adds         bigint NOT NULL,
    orders       bigint NOT NULL,
    units        bigint NOT NULL,
    revenue      numeric(16, 2) NOT NULL, -- as sold; refunds name no product
    PRIMARY KEY (workspace_id, day, product)
);

-- The zone that a workspace's features and rollups were made in. When it is no longer the workspace's they are made anew.
CREATE TABLE rollup_zones (
    workspace_id uuid PRIMARY KEY REFERENCES workspaces ON DELETE CASCADE,
    time_zone    text NOT NULL
);

-- Another zone or currency is another picture: cached analyses of the old one must not be shown.
CREATE FUNCTION bump_data_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.data_version := OLD.data_version + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER workspaces_picture BEFORE UPDATE ON workspaces FOR EACH ROW
    WHEN (OLD.time_zone IS DISTINCT FROM NEW.time_zone OR OLD.currency IS DISTINCT FROM NEW.currency)
    EXECUTE FUNCTION bump_data_version();

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
CREATE FUNCTION refresh_rollups(workspace uuid, since date) RETURNS void LANGUAGE plpgsql
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

CREATE TABLE dummy_data_jobs (
    id             uuid PRIMARY KEY,
    workspace_id   uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    source_types   text[] NOT NULL,
    seed           bigint NOT NULL,
    customers      integer NOT NULL,
    events         bigint NOT NULL,
    days           integer NOT NULL,
    ends_at        timestamptz NOT NULL, -- the generator's "now": the same job gives the same rows whenever it runs
    status         text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'completed', 'failed', 'cancelled')),
    error          text, -- in the marketer's words
    created_at     timestamptz NOT NULL DEFAULT now(),
    started_at     timestamptz,
    finished_at    timestamptz
);
CREATE INDEX dummy_data_jobs_workspace_idx ON dummy_data_jobs (workspace_id, created_at DESC);
CREATE INDEX dummy_data_jobs_queued_idx ON dummy_data_jobs (created_at) WHERE status = 'queued';

-- A chunk is written in one transaction with this row, so a retry writes it once. How far a job is, is the sum of these.
CREATE TABLE dummy_data_chunks (
    job_id    uuid NOT NULL REFERENCES dummy_data_jobs ON DELETE CASCADE,
    chunk     integer NOT NULL,
    customers integer NOT NULL,
    events    integer NOT NULL,
    PRIMARY KEY (job_id, chunk)
);
