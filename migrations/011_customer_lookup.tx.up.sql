-- Customers by their first name alone, for whoever asks for one of them; the other names and numbers have their indexes (009).
CREATE INDEX customers_first_name_idx ON customers (workspace_id, lower(first_name)) WHERE first_name IS NOT NULL;
