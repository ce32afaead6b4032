DROP INDEX events_did_idx;
DROP FUNCTION event_products(text, text, jsonb);
DROP FUNCTION json_number(jsonb);
DROP TABLE segment_counts, segment_changes, segment_members, segments;
-- customers.attributes stays: migration 005 has it too.
