DROP INDEX cash_references_key;
ALTER TABLE cash_references DROP COLUMN request_input;
ALTER TABLE cash_references DROP COLUMN request_key;
