-- What one person says became of something that a biller or a gateway never answered, and what another said to that.
-- about_id is the number of the payment, or of its refund; numbers are unique over all things.
CREATE TABLE outcome_proposals (
    id INTEGER NOT NULL PRIMARY KEY,
    about_id BIGINT NOT NULL,
    payment_id BIGINT NOT NULL,
    subject SMALLINT NOT NULL,
    verdict SMALLINT NOT NULL,
    receipt_number TEXT NOT NULL,
    evidence TEXT NOT NULL CHECK (evidence <> ''),
    state SMALLINT NOT NULL,
    proposed_at TIMESTAMP NOT NULL,
    proposed_by BIGINT NOT NULL,
    proposed_by_name TEXT NOT NULL,
    ended_at TIMESTAMP,
    decided_by BIGINT,
    decided_by_name TEXT NOT NULL,
    note TEXT NOT NULL,
    CHECK ((subject = 1 AND verdict = 1) = (receipt_number <> '')),
    CHECK (state NOT IN (2, 3) OR decided_by IS NOT NULL),
    CHECK (decided_by IS NULL OR decided_by <> proposed_by)
);
CREATE UNIQUE INDEX outcome_proposals_open ON outcome_proposals (about_id) WHERE state = 1;
CREATE INDEX outcome_proposals_about ON outcome_proposals (about_id, id);
