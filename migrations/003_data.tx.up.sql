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
    demo           boolean NOT NULL DEFAULT false,
    UNIQUE (data_source_id, external_id, occurred_at)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX events_customer_idx ON events (workspace_id, customer_id, occurred_at);
CREATE INDEX events_occurred_idx ON events USING brin (occurred_at) WITH (pages_per_range = 32);
CREATE TABLE events_default PARTITION OF events DEFAULT;

CREATE FUNCTION ensure_event_partitions(since timestamptz, until timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    month date := date_trunc('month', since AT TIME ZONE 'UTC');
    last  date := date_trunc('month', until AT TIME ZONE 'UTC');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('pulsehub.event_partitions'));
    WHILE month <= last LOOP
        IF to_regclass(format('events_%s', to_char(month, 'YYYY_MM'))) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF events FOR VALUES FROM (%L) TO (%L)',
                'events_' || to_char(month, 'YYYY_MM'),
                to_char(month, 'YYYY-MM-DD') || ' 00:00:00+00',
                to_char(month + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00');
        END IF;
        month := month + interval '1 month';
    END LOOP;
END $$;

-- The feature store: one row a customer, always equal to what their events say.
CREATE TABLE customer_features (
    workspace_id           uuid NOT NULL,
    customer_id            uuid NOT NULL,
    first_seen_at          timestamptz NOT NULL,
    last_seen_at           timestamptz NOT NULL,
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
    cart_since             timestamptz, -- first add after the last order, while a cart is open
    cart_value             numeric(14, 2) NOT NULL DEFAULT 0,
    updated_at             timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, customer_id)
);

-- Events and money by hour (UTC), so that the cost of a question grows with its range and not with history.
CREATE TABLE event_rollups (
    workspace_id uuid NOT NULL,
    hour         timestamptz NOT NULL,
    type         text NOT NULL,
    source       text NOT NULL,
    channel      text NOT NULL,
    events       bigint NOT NULL,
    value        numeric(16, 2) NOT NULL DEFAULT 0,
    PRIMARY KEY (workspace_id, hour, type, source, channel)
);

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
    customers_done integer NOT NULL DEFAULT 0,
    events_done    bigint NOT NULL DEFAULT 0,
    error          text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    started_at     timestamptz,
    finished_at    timestamptz
);
CREATE INDEX dummy_data_jobs_workspace_idx ON dummy_data_jobs (workspace_id, created_at DESC);

-- A chunk is written in one transaction with this row, so a retry writes it once.
CREATE TABLE dummy_data_chunks (
    job_id    uuid NOT NULL REFERENCES dummy_data_jobs ON DELETE CASCADE,
    chunk     integer NOT NULL,
    customers integer NOT NULL,
    events    integer NOT NULL,
    PRIMARY KEY (job_id, chunk)
);
