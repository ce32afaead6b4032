-- Segments: rules over customers, who belongs to them, and how that went.
ALTER TABLE customers ADD COLUMN IF NOT EXISTS attributes jsonb NOT NULL DEFAULT '{}'; -- the workspace's own, from its sources

-- The standard segments have no rows here: their rules are code, their ids are fixed.
CREATE TABLE segments (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    id           uuid NOT NULL,
    name         text NOT NULL,
    description  text NOT NULL DEFAULT '',
    rule         jsonb NOT NULL,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX segments_list_idx ON segments (workspace_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX segments_name_key ON segments (workspace_id, lower(name));

-- Who belongs, as of the last count; since when, as far as it was counted.
CREATE TABLE segment_members (
    workspace_id uuid NOT NULL,
    segment_id   uuid NOT NULL,
    customer_id  uuid NOT NULL,
    since        timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, segment_id, customer_id)
);
CREATE INDEX segment_members_list_idx ON segment_members (workspace_id, segment_id, since DESC, customer_id DESC);

-- Who joined and who left, for 90 days. The first count of a segment is not here: these people were there before.
CREATE TABLE segment_changes (
    workspace_id uuid NOT NULL,
    customer_id  uuid NOT NULL,
    segment_id   uuid NOT NULL,
    at           timestamptz NOT NULL,
    joined       boolean NOT NULL,
    PRIMARY KEY (workspace_id, customer_id, segment_id, at)
);
CREATE INDEX segment_changes_at_idx ON segment_changes (workspace_id, at);

-- The size at each count: the last one of each hour for two days, the last one of each day (UTC) for 90.
CREATE TABLE segment_counts (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    segment_id   uuid NOT NULL,
    hour         timestamptz NOT NULL,
    at           timestamptz NOT NULL,
    customers    bigint NOT NULL,
    data_version bigint NOT NULL, -- of the workspace, when this was counted
    PRIMARY KEY (workspace_id, segment_id, hour)
);

-- Who did what and when, without the events themselves. Entries of one kind come in the order of time, so that adding one
-- costs little.
CREATE INDEX events_did_idx ON events (workspace_id, type, occurred_at) INCLUDE (customer_id) WHERE NOT duplicate AND customer_id IS NOT NULL;

-- A JSON value as a number: a number, or a text that is one. NULL for all else, so that no comparison fails.
CREATE FUNCTION json_number(v jsonb) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (v #>> '{}') ~ '^-?[0-9]{1,18}([.][0-9]{1,18})?$' AND jsonb_typeof(v) IN ('number', 'string') THEN (v #>> '{}')::numeric END;

-- The products of an event in lower case: those of its items for an order that lists any, and otherwise its own.
CREATE FUNCTION event_products(type text, product text, properties jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN type = 'order_completed' AND jsonb_typeof(properties -> 'items') = 'array'
    THEN ARRAY(SELECT lower(item ->> 'product') FROM jsonb_array_elements(properties -> 'items') item)
    ELSE ARRAY[lower(product)] END;
