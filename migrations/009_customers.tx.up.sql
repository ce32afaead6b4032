-- Single customers: found, asked for their consent, taken apart again where they are two people, and forgotten.

-- Who was here last comes first.
CREATE INDEX customer_features_last_seen_idx ON customer_features (workspace_id, last_seen_at DESC, customer_id DESC);

-- Somebody is found by how what they are known by begins. These serve equality too.
DROP INDEX customers_email_idx;
CREATE INDEX customers_email_idx ON customers (workspace_id, lower(email) text_pattern_ops) WHERE email IS NOT NULL;
DROP INDEX customers_external_idx;
CREATE INDEX customers_external_idx ON customers (workspace_id, lower(external_id) text_pattern_ops) WHERE external_id IS NOT NULL;
CREATE INDEX customers_phone_idx ON customers (workspace_id, phone text_pattern_ops) WHERE phone IS NOT NULL;
CREATE INDEX customers_last_name_idx ON customers (workspace_id, lower(last_name) text_pattern_ops) WHERE last_name IS NOT NULL;
CREATE INDEX customers_name_idx ON customers (workspace_id, lower(btrim(coalesce(first_name, '') || ' ' || coalesce(last_name, ''))) text_pattern_ops)
    WHERE coalesce(first_name, last_name) IS NOT NULL;

-- What was said of a customer's consent through the API, and by whom. What is in force is in customers; the newest word wins,
-- wherever it was said.
CREATE TABLE consent_changes (
    id           uuid PRIMARY KEY, -- v7
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    customer_id  uuid NOT NULL, -- as it was then: they may be part of another by now
    channel      text NOT NULL CHECK (channel IN ('email', 'sms', 'push', 'whatsapp')),
    status       text NOT NULL CHECK (status IN ('granted', 'revoked')),
    source       text NOT NULL, -- where the customer said it
    note         text NOT NULL,
    user_id      uuid, -- who wrote it down; NULL: it was carried over when a profile was taken apart
    at           timestamptz NOT NULL
);
CREATE INDEX consent_changes_customer_idx ON consent_changes (workspace_id, customer_id, at DESC, id DESC);

-- Taking customers apart. A profile is the customer that something was first known as; it stays what it is through merges.
ALTER TABLE identities ADD COLUMN profile_id uuid; -- whose it was before merges; NULL: customer_id
ALTER TABLE devices ADD COLUMN seen_profiles uuid[]; -- seen_with before merges; NULL: the same
ALTER TABLE customer_merges
    ADD COLUMN tied uuid[], -- the two profiles that one message named; NULL: {customer_id, merged_id}
    ADD COLUMN undone_by uuid; -- the user who took them apart; NULL where another user of a shared device did
CREATE INDEX customer_merges_undone_idx ON customer_merges (workspace_id) WHERE undone_at IS NOT NULL AND reason = 'same_person';
UPDATE identities i SET profile_id = m.merged_id
FROM (
    SELECT DISTINCT ON (c.workspace_id, one ->> 0, one ->> 1) c.workspace_id, (one ->> 0)::smallint AS kind, one ->> 1 AS value, c.merged_id
    FROM customer_merges c, jsonb_array_elements(c.identities) one
    WHERE c.undone_at IS NULL AND c.reason = 'same_person'
    ORDER BY c.workspace_id, one ->> 0, one ->> 1, c.id
) m
WHERE i.workspace_id = m.workspace_id AND i.kind = m.kind AND i.value = m.value AND i.customer_id <> m.merged_id;
