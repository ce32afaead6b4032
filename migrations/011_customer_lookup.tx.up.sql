-- Customers by phone number and by name, for whoever asks for one of them.
CREATE INDEX customers_phone_idx ON customers (workspace_id, phone) WHERE phone IS NOT NULL;
CREATE INDEX customers_last_name_idx ON customers (workspace_id, lower(last_name), lower(first_name)) WHERE last_name IS NOT NULL;
CREATE INDEX customers_first_name_idx ON customers (workspace_id, lower(first_name)) WHERE first_name IS NOT NULL;
