-- What questions over a range are answered from, beside the rollups.

-- Orders and refunds are few among events: by time, with all that is counted of them, and that predictions are made from.
CREATE INDEX events_orders_idx ON events (workspace_id, occurred_at) INCLUDE (customer_id, type, value, channel, duplicate)
    WHERE type IN ('order_completed', 'order_refunded');
-- Who came, and who bought, for the first time in a range.
CREATE INDEX customer_features_first_seen_idx ON customer_features (workspace_id, first_seen_at) INCLUDE (customer_id);
CREATE INDEX customer_features_first_order_idx ON customer_features (workspace_id, first_order_at) INCLUDE (customer_id)
    WHERE first_order_at IS NOT NULL;

-- customer_days, packed: counting distinct people over a range of days costs a few bytes for each day of each of them, and
-- no hash table. A person goes by a small number, given once and never to another.
CREATE TABLE customer_numbers (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    customer_id  uuid NOT NULL,
    number       integer NOT NULL,
    PRIMARY KEY (workspace_id, customer_id) INCLUDE (number)
);
CREATE UNIQUE INDEX customer_numbers_number_key ON customer_numbers (workspace_id, number);
-- How many numbers were ever given.
CREATE TABLE customer_number_counts (
    workspace_id uuid PRIMARY KEY REFERENCES workspaces ON DELETE CASCADE,
    given        integer NOT NULL
);
-- A day that is not here is read from customer_days, and may be packed by whoever read it. A day that is here is equal to
-- customer_days: a change of that takes it away, in the same transaction.
CREATE TABLE people_days (
    workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
    day          date NOT NULL,
    people       bytea NOT NULL, -- by number, lowest first: the distance from the one before as a uvarint, then did as a byte
    PRIMARY KEY (workspace_id, day)
);
ALTER TABLE people_days ALTER COLUMN people SET STORAGE EXTERNAL; -- it does not become smaller

-- Who packs days holds this alone, and who changes them holds it with others, to the end of their transaction: so no day is
-- packed from what is about to change.
CREATE FUNCTION people_days_lock(workspace uuid) RETURNS bigint LANGUAGE sql IMMUTABLE
RETURN hashtextextended('pulsehub.people_days:' || workspace::text, 0);

CREATE FUNCTION forget_people_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(people_days_lock(w.workspace_id)) FROM (SELECT DISTINCT workspace_id FROM changed ORDER BY 1) w;
    DELETE FROM people_days p USING (SELECT DISTINCT workspace_id, day FROM changed) c WHERE p.workspace_id = c.workspace_id AND p.day = c.day;
    RETURN NULL;
END $$;
CREATE TRIGGER customer_days_inserted AFTER INSERT ON customer_days REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION forget_people_days();
CREATE TRIGGER customer_days_deleted AFTER DELETE ON customer_days REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION forget_people_days();
CREATE FUNCTION forget_people_days_of_both() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(people_days_lock(w.workspace_id))
        FROM (SELECT workspace_id FROM before UNION SELECT workspace_id FROM changed ORDER BY 1) w;
    DELETE FROM people_days p USING (SELECT workspace_id, day FROM before UNION SELECT workspace_id, day FROM changed) c
        WHERE p.workspace_id = c.workspace_id AND p.day = c.day;
    RETURN NULL;
END $$;
CREATE TRIGGER customer_days_updated AFTER UPDATE ON customer_days REFERENCING OLD TABLE AS before NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION forget_people_days_of_both();

-- Of a customer who is gone no number is kept. Their customer_days go in the same transaction.
CREATE FUNCTION forget_customer_numbers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM customer_numbers n USING gone g WHERE n.workspace_id = g.workspace_id AND n.customer_id = g.id;
    RETURN NULL;
END $$;
CREATE TRIGGER customers_deleted AFTER DELETE ON customers REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION forget_customer_numbers();
