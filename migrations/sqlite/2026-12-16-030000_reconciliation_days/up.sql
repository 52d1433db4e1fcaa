-- Returns of payments that a report of another day than theirs told of.
CREATE TABLE returned_apart (
    payment_id BIGINT NOT NULL,
    import_id BIGINT NOT NULL,
    PRIMARY KEY (payment_id, import_id)
) WITHOUT ROWID;
CREATE INDEX returned_apart_import ON returned_apart (import_id);

-- The invoice of a window's commission is paid once.
DROP INDEX bank_matches_once;
CREATE UNIQUE INDEX bank_matches_once ON bank_matches (subject, subject_id) WHERE subject IN (1, 2, 4, 9);

-- What was matched after a day, to tell how it stood then.
CREATE INDEX bank_matches_made ON bank_matches (made_at);
CREATE INDEX imports_superseded ON imports (superseded_by) WHERE superseded_by IS NOT NULL;

-- What was given back, by the time of it.
CREATE INDEX payments_returned ON payments (state_since) WHERE state = 8;
