-- A reference that was asked for under a key is made once.
ALTER TABLE cash_references ADD COLUMN request_key BLOB;
ALTER TABLE cash_references ADD COLUMN request_input BLOB;
CREATE UNIQUE INDEX cash_references_key ON cash_references (request_key);
