DROP INDEX customers_first_name_idx;
