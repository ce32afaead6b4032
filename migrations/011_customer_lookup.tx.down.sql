DROP INDEX customers_first_name_idx;
DROP INDEX customers_last_name_idx;
DROP INDEX customers_phone_idx;
