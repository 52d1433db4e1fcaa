-- A reference that was asked for under a key is made once.
ALTER TABLE cash_references ADD COLUMN request_key BYTEA;
ALTER TABLE cash_references ADD COLUMN request_input BYTEA;
CREATE UNIQUE INDEX cash_references_key ON cash_references (request_key);
